"""Sources that may be one: proposed to an editor when their names are stored, never joined by that.

Whatever a source is called has a few keys (`texts/names`), and those that share one are compared: so it costs the same
however many sources there are. What an editor said before, be it that two are not the same, is never proposed again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import set_reason
from app.texts import names
from app.texts.names import Likeness
from app.texts.traits import class_of, contradict, may_be_people
from app.vocabulary import AMBIGUOUS_NAME

REASON: Final = "the names are alike"
SAME_NAME: Final = Likeness(0.8, "the same name, of another kind of source")
SEVERAL: Final = Likeness(0.5, AMBIGUOUS_NAME)
_SOURCES_OF_A_KEY: Final = 40  # at most that are compared: of so many of one name none is likelier than another

# What is named: of others a description is no name. Outlets and the like always are.
_NAMED: Final = text("""
SELECT id, name, aliases, kind, names, party, country, source_root(parent_id) AS parent_id, url, external_ids
FROM source
WHERE id = ANY (CAST(:ids AS uuid[])) AND merged_into IS NULL AND NOT confidential AND NOT placed AND name IS NOT NULL
    AND (disclosure = 'named' OR kind IN ('outlet', 'agency', 'channel'))
ORDER BY id
""")
_UNKEY: Final = text("DELETE FROM source_name_key WHERE source_id = ANY (CAST(:ids AS uuid[]))")
_KEY: Final = text("""
INSERT INTO source_name_key (source_id, key)
SELECT source_id, key FROM jsonb_populate_recordset(NULL::source_name_key, CAST(:rows AS jsonb)) ON CONFLICT DO NOTHING
""")
# By the key of a name, whose name it is, under the source that it was merged into.
_CANDIDATES: Final = text("""
WITH sought AS (SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[])) n(id, key)),
hits AS (
    SELECT DISTINCT sought.id, k.source_id FROM sought CROSS JOIN LATERAL (
        SELECT source_id FROM source_name_key WHERE key = sought.key ORDER BY source_id LIMIT :most) k
    WHERE k.source_id <> sought.id)
SELECT hits.id AS seeker, root.id, s.name, s.aliases, root.kind, root.names || s.names AS names, root.party,
    root.country, source_root(root.parent_id) AS parent_id, root.url, root.external_ids
FROM hits JOIN source s ON s.id = hits.source_id AND NOT s.confidential
JOIN source root ON root.id = CASE WHEN s.merged_into IS NULL THEN s.id ELSE source_root(s.id) END
    AND NOT root.confidential AND root.id <> hits.id
ORDER BY hits.id, root.id, s.id
""")
# Never where somebody or something has said already whether the two are one.
_LINK: Final = text("""
INSERT INTO source_link (id, from_id, to_id, relation, how_known, score, reason, state)
SELECT d.id, d.from_id, d.to_id, 'same_as', 'name', d.score, d.reason, 'proposed'
FROM jsonb_populate_recordset(NULL::source_link, CAST(:rows AS jsonb)) AS d
WHERE NOT EXISTS (
    SELECT FROM source_kin(d.from_id) f(id) CROSS JOIN source_kin(d.to_id) t(id) CROSS JOIN LATERAL (
        SELECT FROM source_link l WHERE l.from_id = f.id AND l.to_id = t.id
        UNION ALL SELECT FROM source_link l WHERE l.from_id = t.id AND l.to_id = f.id OFFSET 0) l OFFSET 0)
""")


async def propose(session: AsyncSession, ids: Collection[UUID], *, linking: bool = True, renamed: bool = False) -> None:
    """Keep the keys of these sources, which are new or were renamed, and propose links to those that may be the same.

    Without `linking` no links are proposed: an export brings its own.
    """
    if not ids:
        return
    sources = (await session.execute(_NAMED, {"ids": list(ids)})).all()
    if renamed:
        await session.execute(_UNKEY, {"ids": list(ids)})
    rows = [{"source_id": source.id, "key": key} for source in sources for key in _keys(source)]
    if not rows:
        return
    await session.execute(_KEY, {"rows": _as_json(rows)})
    if linking:
        sought = [(source.id, key) for source in sources for key in _sought(source)]
        parameters = {"ids": [id_ for id_, _ in sought], "keys": [key for _, key in sought]}
        candidates = (await session.execute(_CANDIDATES, {**parameters, "most": _SOURCES_OF_A_KEY})).all()
        await link(session, _likenesses(sources, candidates))


async def link(session: AsyncSession, pairs: Iterable[tuple[UUID, UUID, Likeness]]) -> None:
    """Propose that the sources of each pair are one, unless that was said or proposed before."""
    likeliest: dict[frozenset[UUID], tuple[UUID, UUID, Likeness]] = {}
    for start, end, likeness in pairs:
        so_far = likeliest.setdefault(frozenset((start, end)), (start, end, likeness))
        if likeness > so_far[2]:
            likeliest[frozenset((start, end))] = (so_far[0], so_far[1], likeness)
    if not likeliest:
        return
    # From the later to the earlier: ids are in the order of recording.
    rows = [
        {"id": uuid7(), "from_id": max(start, end), "to_id": min(start, end), "score": score, "reason": reason}
        for start, end, (score, reason) in sorted(likeliest.values(), key=lambda pair: sorted(pair[:2]))
    ]
    await set_reason(session, REASON)
    await session.execute(_LINK, {"rows": _as_json(rows)})
    await set_reason(session)


def _as_json(rows: Sequence[dict[str, Any]]) -> str:
    return to_json(rows).decode()


def _called(source: Row[Any]) -> list[str]:
    return [source.name, *(alias["name"] for alias in source.aliases)]


def _keys(source: Row[Any]) -> set[str]:
    person = may_be_people(source.kind)
    return {key for name in _called(source) for key in names.keys(name, person=person)}


def _sought(source: Row[Any]) -> set[str]:
    person = may_be_people(source.kind)
    return {
        key for name in _called(source) for key in (*names.sought(name, person=person), *names.keys(name, person=False))
    }


def _likenesses(sources: Iterable[Row[Any]], candidates: Iterable[Row[Any]]) -> Iterable[tuple[UUID, UUID, Likeness]]:
    by_seeker = defaultdict(list)
    for candidate in candidates:
        by_seeker[candidate.seeker].append(candidate)
    for source in sources:
        for candidate in by_seeker[source.id]:
            if not contradict(source, candidate) and (likeness := _likeness(source, candidate)) is not None:
                yield source.id, candidate.id, likeness


def _likeness(source: Row[Any], candidate: Row[Any]) -> Likeness | None:
    classes = {class_of(source.kind), class_of(candidate.kind)}
    if set(source.names) & set(candidate.names):
        # Of one class they were matched, or told apart by what was given.
        return SAME_NAME if len(classes - {None}) > 1 else None
    person = may_be_people(source.kind) and may_be_people(candidate.kind)
    alike = [
        likeness
        for name in _called(source)
        for alias in _called(candidate)
        if (likeness := names.likeness(name, alias, person=person)) is not None
    ]
    return max(alike, default=None)
