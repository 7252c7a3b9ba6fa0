"""Sources that may be one: proposed to an editor when their names are stored, never joined by that.

Whatever a source is called has a few keys (`texts/names`), and those that share one are compared: so it costs the same
however many sources there are. What an editor said before, be it that two are not the same, is never proposed again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product, starmap
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, Uuid, column, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import ask, send, set_reason
from app.services.access import Caller
from app.texts import folding, names
from app.texts.names import Likeness
from app.texts.traits import contradict, is_named, may_be_people, of_one_class
from app.vocabulary import AMBIGUOUS_NAME

REASON: Final = "the names are alike"
SAME_NAME: Final = Likeness(0.8, "the same name, of another kind of source")
# What comes in is taken for the one that is there: these two were stored apart before, or were changed since.
STORED_APART: Final = Likeness(0.95, "the same name, and nothing that tells the two apart")
# Not enough to be taken for one, for more than one ministry is "the ministry"; and too much to count as two.
SHARED_ALIAS: Final = Likeness(0.7, "both have the same alias")
SAME_REF: Final = Likeness(0.95, "the same ref, of one that whoever sent it could not see")
SEVERAL: Final = Likeness(0.5, AMBIGUOUS_NAME)
Pair: TypeAlias = tuple[UUID, UUID, Likeness]
_SOURCES_OF_A_KEY: Final = 40  # at most that are compared: of so many of one name none is likelier than another

# A proposal would tell that there is a confidential one. Of those that are not named a description is no name: they are
# left out by `is_named`.
_THESE: Final = text("""
SELECT id, name, aliases, kind, disclosure, names, party, country, source_root(parent_id) AS parent_id, url,
    external_ids, EXISTS (SELECT FROM source m WHERE m.merged_into = source.id OFFSET 0) AS has_merged
FROM source WHERE id = ANY (CAST(:ids AS uuid[])) AND merged_into IS NULL AND NOT confidential AND NOT placed
ORDER BY id
""")
NEXT: Final = text("""
SELECT id, name, aliases, kind, disclosure, names, party, country, source_root(parent_id) AS parent_id, url,
    external_ids, EXISTS (SELECT FROM source m WHERE m.merged_into = source.id OFFSET 0) AS has_merged
FROM source WHERE id > :last AND merged_into IS NULL AND NOT confidential AND NOT placed ORDER BY id LIMIT :most
""")
_UNKEY: Final = text("DELETE FROM source_name_key WHERE source_id = ANY (CAST(:ids AS uuid[]))")
_KEEP: Final = text("""
INSERT INTO source_name_key (source_id, key)
SELECT source_id, key FROM jsonb_populate_recordset(NULL::source_name_key, CAST(:keys AS jsonb)) ON CONFLICT DO NOTHING
RETURNING source_id
""")
_UNKEYED: Final = text("""
SELECT DISTINCT d.source_id FROM jsonb_populate_recordset(NULL::source_name_key, CAST(:rows AS jsonb)) AS d
WHERE NOT EXISTS (SELECT FROM source_name_key k WHERE k.key = d.key AND k.source_id = d.source_id)
""")
# By the key of a name, whose name it is, under the source that it was merged into: unless the bearer of the name is not
# there for the caller, and what it became is, so that the proposal would tell what that is called. Rows as JSON: with
# arrays, whose lengths differ, it would be planned anew each time. OFFSET 0: each source by its id, also while the
# table was never analysed; all sources were read else.
_CANDIDATES: Final = text("""
SELECT hits.id AS seeker, root.id, bearer.name, bearer.aliases, root.kind, root.names || bearer.names AS names,
    root.party, root.country, source_root(root.parent_id) AS parent_id, root.url, root.external_ids,
    EXISTS (SELECT FROM source m WHERE m.merged_into = root.id OFFSET 0) AS has_merged
FROM (
    SELECT DISTINCT sought.id, k.source_id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sought(id uuid, key text) CROSS JOIN LATERAL (
        SELECT source_id FROM source_name_key WHERE key = sought.key ORDER BY source_id LIMIT :most) k
    WHERE k.source_id <> sought.id) hits
CROSS JOIN LATERAL (SELECT * FROM source WHERE id = hits.source_id AND NOT confidential OFFSET 0) bearer
CROSS JOIN LATERAL (
    SELECT * FROM source
    WHERE id = CASE WHEN bearer.merged_into IS NULL THEN bearer.id ELSE source_root(bearer.id) END
    AND NOT confidential AND id <> hits.id OFFSET 0) root
WHERE bearer.merged_into IS NULL OR (
    (CAST(:read AS boolean) OR NOT source_is_withheld(bearer.id))
    AND (CAST(:confidential AS boolean) OR protector(bearer.id) IS NULL))
ORDER BY hits.id, root.id, bearer.id
""")
# Both at once, for one source: it sees none of the keys that are kept meanwhile, which are its own.
_KEEP_AND_SEEK: Final = _CANDIDATES.columns().add_cte(_KEEP.columns(column("source_id", Uuid())).cte("kept"))
# What was merged into sources, also over others. Never a confidential one: what is not proposed would tell of it.
_MERGED: Final = text("""
WITH RECURSIVE merged(root, id) AS (
    SELECT r.id, m.id FROM unnest(CAST(:ids AS uuid[])) AS r(id)
    CROSS JOIN LATERAL (SELECT id FROM source WHERE merged_into = r.id OFFSET 0) m
    UNION ALL SELECT merged.root, m.id FROM merged
    CROSS JOIN LATERAL (SELECT id FROM source WHERE merged_into = merged.id OFFSET 0) m)
SELECT merged.root, s.id, s.name, s.aliases, s.disclosure, s.kind, s.names, s.party, s.country,
    source_root(s.parent_id) AS parent_id, s.url, s.external_ids
FROM merged CROSS JOIN LATERAL (SELECT * FROM source WHERE id = merged.id AND NOT confidential OFFSET 0) s
ORDER BY merged.root, s.id
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
RETURNING id, from_id, to_id, score, reason
""")


class NewSource(NamedTuple):
    """A named source that was stored just now, as a row of `NEXT` has it."""

    id: UUID
    name: str
    aliases: Sequence[dict[str, Any]]
    kind: str | None
    names: Sequence[str]
    party: str | None
    country: str | None
    parent_id: UUID | None
    url: str | None
    external_ids: dict[str, str]
    has_merged: bool = False


NamedSource: TypeAlias = Row[Any] | NewSource
# Of sources what was merged into them.
_MergedRows: TypeAlias = Mapping[UUID, Sequence[Row[Any]]]


async def propose(
    session: AsyncSession, caller: Caller, sources: Sequence[NamedSource], *, linking: bool = True
) -> Sequence[Row[Any]]:
    """Keep the keys of these sources, and propose links to those that may be the same; gives the new links.

    Without `linking` no links are proposed: an export brings its own.
    """
    if not linking:
        await keep_keys(session, sources)
        return []
    return await link(session, await alike(session, caller, sources, keep=True))


async def stored(session: AsyncSession, ids: Collection[UUID]) -> list[Row[Any]]:
    """Those of these that are known by their names."""
    return named(await ask(session, _THESE, {"ids": list(ids)})) if ids else []


async def forget_keys(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Of sources that may have other names now."""
    await send(session, _UNKEY, {"ids": list(ids)})


def named(sources: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Those of these rows of `NEXT` that are known by their names; all else here expects that."""
    return [source for source in sources if is_named(source.name, source.disclosure, source.kind)]


async def unkeyed(session: AsyncSession, sources: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those of these that lack keys, because they came in by plain SQL."""
    ids = {row[0] for row in await ask(session, _UNKEYED, {"rows": _key_rows(sources)})}
    return [source for source in sources if source.id in ids]


async def keep_keys(session: AsyncSession, sources: Sequence[NamedSource]) -> None:
    if sources:
        await send(session, _KEEP, {"keys": _key_rows(sources)})


def _key_rows(sources: Sequence[NamedSource]) -> str:
    return _as_json([{"source_id": source.id, "key": key} for source in sources for key in _keys(source)])


async def alike(
    session: AsyncSession, caller: Caller, sources: Sequence[NamedSource], *, keep: bool = False
) -> list[Pair]:
    """Each of these with each stored source that it may be. Expects that the keys of all are kept, or keeps them."""
    keep_along = keep and len(sources) == 1
    if keep and not keep_along:
        await keep_keys(session, sources)
    merged = await merged_into(session, {source.id for source in sources if source.has_merged})
    sought = [
        {"id": source.id, "key": key}
        for source in sources
        for key in {key for record in (source, *named(merged.get(source.id, ()))) for key in _sought(record)}
    ]
    if not sources:
        return []
    seeking = {"rows": _as_json(sought), "most": _SOURCES_OF_A_KEY} | {
        scope: caller.may(scope) for scope in ("read", "confidential")
    }
    if keep_along:
        candidates = await ask(session, _KEEP_AND_SEEK, seeking | {"keys": _key_rows(sources)})
    else:
        candidates = await ask(session, _CANDIDATES, seeking)
    candidate_ids = {candidate.id for candidate in candidates if candidate.has_merged}
    merged = {**merged, **await merged_into(session, candidate_ids - merged.keys())}
    return list(_likenesses(sources, candidates, merged))


async def called_alike(session: AsyncSession, pairs: Iterable[tuple[UUID, UUID]]) -> list[Pair]:
    """Those of these pairs, of which the one was called as the other is, that nothing tells apart."""
    listed = list(pairs)
    rows = {row.id: row for row in await stored(session, {id_ for pair in listed for id_ in pair})}
    merged = await merged_into(session, {id_ for id_, row in rows.items() if row.has_merged})
    records = {id_: (row, *merged.get(id_, ())) for id_, row in rows.items()}
    return [
        (start, end, SHARED_ALIAS)
        for start, end in listed
        if {start, end} <= records.keys() and not any(starmap(contradict, product(records[start], records[end])))
    ]


async def merged_into(session: AsyncSession, ids: Collection[UUID]) -> _MergedRows:
    """What was merged into each of these sources, also over others."""
    merged = defaultdict[UUID, list[Row[Any]]](list)
    if ids:
        for row in await ask(session, _MERGED, {"ids": list(ids)}):
            merged[row.root].append(row)
    return merged


async def link(session: AsyncSession, pairs: Iterable[Pair]) -> Sequence[Row[Any]]:
    """Propose that the sources of each pair are one, unless that was said or proposed before; gives the new links."""
    likeliest: dict[frozenset[UUID], Pair] = {}
    for start, end, likeness in pairs:
        so_far = likeliest.setdefault(frozenset((start, end)), (start, end, likeness))
        if likeness > so_far[2]:
            likeliest[frozenset((start, end))] = (so_far[0], so_far[1], likeness)
    if not likeliest:
        return []
    # From the later to the earlier: ids are in the order of recording.
    rows = [
        {"id": uuid7(), "from_id": max(start, end), "to_id": min(start, end), "score": score, "reason": reason}
        for start, end, (score, reason) in sorted(likeliest.values(), key=lambda pair: sorted(pair[:2]))
    ]
    await set_reason(session, REASON)
    new_links = await ask(session, _LINK, {"rows": _as_json(rows)})
    await set_reason(session)
    return new_links


def _as_json(rows: Sequence[dict[str, Any]]) -> str:
    return to_json(rows).decode()


def _called(source: NamedSource) -> list[str]:
    return [source.name, *(alias["name"] for alias in source.aliases)]


def _keys(source: NamedSource) -> set[str]:
    person = may_be_people(source.kind)
    return {key for name in _called(source) for key in names.keys(name, person=person)}


def _sought(source: NamedSource) -> set[str]:
    person = may_be_people(source.kind)
    return {
        key for name in _called(source) for key in (*names.sought(name, person=person), *names.keys(name, person=False))
    }


def _likenesses(sources: Iterable[NamedSource], candidates: Iterable[Row[Any]], merged: _MergedRows) -> Iterable[Pair]:
    by_seeker = defaultdict(list)
    for candidate in candidates:
        by_seeker[candidate.seeker].append(candidate)
    for source in sources:
        for candidate in by_seeker[source.id]:
            likeness = _likeness(source, merged.get(source.id, ()), candidate, merged.get(candidate.id, ()))
            if likeness is not None:
                yield source.id, candidate.id, likeness


def _likeness(
    source: NamedSource, merged: Sequence[Row[Any]], candidate: Row[Any], merged_with_it: Sequence[Row[Any]]
) -> Likeness | None:
    """Of two sources, each with what was merged into it; of the candidate only the name that was found is compared."""
    records, candidate_records = (source, *merged), (candidate, *merged_with_it)
    if any(starmap(contradict, product(records, candidate_records))):
        return None
    bearing = [source, *named(merged)]
    kind, candidate_kind = _kind(records), _kind(candidate_records)
    common = {name for record in bearing for name in record.names} & set(candidate.names)
    if common & {folding.name(record.name) for record in (*bearing, candidate)}:
        return STORED_APART if of_one_class(kind, candidate_kind) else SAME_NAME
    person = may_be_people(kind) and may_be_people(candidate_kind)
    alike = [
        likeness
        for record in bearing
        for name in _called(record)
        for alias in _called(candidate)
        if folding.name(name) not in common and (likeness := names.likeness(name, alias, person=person)) is not None
    ]
    alike += [SHARED_ALIAS] if common else []
    best = max(alike, default=None)
    # How the names that are shown are alike is what an editor sees; only where their aliases are no more so.
    of_names = names.likeness(source.name, candidate.name, person=person)
    return of_names if best is not None and of_names is not None and of_names.score == best.score else best


def _kind(records: Iterable[NamedSource]) -> str | None:
    return next((record.kind for record in records if record.kind is not None), None)
