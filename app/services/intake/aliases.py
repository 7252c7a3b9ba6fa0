"""Other names of a source: what another mention of it calls it is added to those that are there.

A name that leads to somebody else is not added, be it his name or his alias: mentions of him would lead to two. Nor is
one that was taken away from the source before.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.models import Source
from app.schemas import kinds
from app.schemas.common import SHORT_LIST_ITEMS
from app.services.intake import storing, unseen
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import is_named
from app.texts import folding, traits

_TAKEN: Final = "This other name of a source that is there was added to those that it has."
_BORNE: Final = (
    "This alias was not taken: another source is called so. Unless something tells the two apart, they are linked as "
    "perhaps the same until an editor has said; a `PATCH` of `aliases` adds it."
)
_TAKEN_AWAY: Final = (
    "This alias was not taken: it was taken away from the source before. A `PATCH` of `aliases` adds it."
)
_TOO_MANY: Final = f"This alias was not taken: the source has {SHORT_LIST_ITEMS}, which is the most."
_STORED: Final = text("""
SELECT s.id, s.aliases, ARRAY(SELECT unnest(k.names) FROM source k WHERE k.id IN (SELECT source_kin(s.id))) AS names
FROM source s WHERE s.id = ANY (CAST(:ids AS uuid[])) AND NOT s.placed
""")
# Never because of a confidential source, or of one that is not there for the caller: that would tell of it.
_REFUSED: Final = """
SELECT d.id, d.folded, (
        SELECT source_root(t.id) FROM source t WHERE t.names && ARRAY[d.folded] AND NOT t.placed AND NOT t.confidential
        AND t.name IS NOT NULL AND (t.disclosure = 'named' OR t.kind = ANY (CAST(:always_named AS text[])))
        AND source_root(t.id) <> d.id AND {there:t} ORDER BY t.id LIMIT 1) AS bearer,
    EXISTS (
        SELECT FROM change c CROSS JOIN LATERAL jsonb_array_elements(c.record->'aliases') a
        WHERE c.record_id = d.id AND fold_name(a->>'name') = d.folded) AS taken_away
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(id uuid, folded text)
"""
_ADD: Final = text("""
UPDATE source s SET aliases = s.aliases || d.aliases
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(id uuid, aliases jsonb) WHERE s.id = d.id
""")


def unite(drafts: Iterable[Draft]) -> None:
    """Have all drafts of one source that give aliases, in one body, give the same ones: all of them."""
    groups: dict[tuple[UUID, int], list[Draft]] = {}
    for draft in drafts:
        if draft.value("aliases"):
            groups.setdefault((draft.original.id, draft.line), []).append(draft)
    for group in groups.values():
        if len(group) > 1:
            united = list(_by_folded(alias for draft in group for alias in draft.values["aliases"]).values())
            for draft in group:
                draft.values["aliases"] = united[:SHORT_LIST_ITEMS]


def join(earlier: Draft, draft: Draft) -> None:
    """Have a new source be called as a later mention of the same body calls it; nothing, if they are no such two."""
    if draft.line == earlier.line and draft.value("aliases") and is_named(earlier):
        names = _by_folded(_called(draft))
        names.pop(folding.name(earlier.value("name")), None)
        united = _by_folded([*(earlier.value("aliases") or ()), *names.values()])
        earlier.values["aliases"] = list(united.values())[:SHORT_LIST_ITEMS]


def _called(draft: Draft) -> list[dict[str, Any]]:
    """Its aliases; and its name, where that is not what it was found by."""
    own_name = [] if draft.by_ref else [{"name": draft.value("name"), "language": None}]
    return [*(draft.value("aliases") or ()), *own_name]


def _by_folded(called: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    by_folded: dict[str, Any] = {}
    for alias in called:
        by_folded.setdefault(folding.name(alias["name"]), alias)
    return by_folded


async def add(session: AsyncSession, batch: Batch, drafts: Sequence[Draft]) -> None:
    """Add to stored sources the names that these drafts of them give and that they lack; remark each."""
    giving = [
        draft
        for draft in drafts
        if draft.value("aliases")
        and is_named(draft)
        and not draft.restored
        and draft.original not in batch.may_be
        and not (draft.original.outcome == "created" and draft.original.line == draft.line)
    ]
    if not giving:
        return
    rows = (await session.execute(_STORED, {"ids": list({draft.original.id for draft in giving})})).all()
    stored = {row.id: row for row in rows}
    additions: dict[tuple[UUID, str], tuple[Draft, Mapping[str, Any]]] = {}
    for draft in giving:
        row = stored.get(draft.original.id)
        for folded, alias in _by_folded(_called(draft)).items() if row is not None else ():
            if folded not in stored[draft.original.id].names:
                additions.setdefault((draft.original.id, folded), (draft, alias))
    if additions:
        await _add(session, batch, stored, additions)


async def _add(
    session: AsyncSession,
    batch: Batch,
    stored: Mapping[UUID, Row[Any]],
    additions: Mapping[tuple[UUID, str], tuple[Draft, Mapping[str, Any]]],
) -> None:
    rows = storing.as_json({"id": id_, "folded": folded} for id_, folded in additions)
    parameters = {"rows": rows, "always_named": list(traits.ALWAYS_NAMED)}
    refused = {
        (row.id, row.folded): row
        for row in await ask(session, unseen.told_apart(_REFUSED, batch.caller, Source), parameters)
    }
    added: dict[UUID, list[Mapping[str, Any]]] = {}
    for (id_, folded), (draft, alias) in additions.items():
        pointer = f"{draft.pointer}/aliases"
        bearer, taken_away = refused[id_, folded].bearer, refused[id_, folded].taken_away
        aliases = added.setdefault(id_, [])
        if bearer is not None or taken_away or len(stored[id_].aliases) + len(aliases) >= SHORT_LIST_ITEMS:
            why = _BORNE if bearer is not None else _TAKEN_AWAY if taken_away else _TOO_MANY
            bearing = None if bearer is None else {"id": bearer, "url": kinds.url(Source, bearer)}
            batch.note("not_taken", pointer, why, stored=bearing, sent=alias["name"], told_of=draft)
            batch.called_alike += [(id_, bearer)] if bearer is not None else []
        else:
            aliases.append(alias)
            batch.note("completed", pointer, _TAKEN, sent=alias["name"], told_of=draft)
            draft.outcome = "completed"
    if any(added.values()):
        grown = [{"id": id_, "aliases": aliases} for id_, aliases in added.items() if aliases]
        await session.execute(_ADD, {"rows": storing.as_json(grown)})
