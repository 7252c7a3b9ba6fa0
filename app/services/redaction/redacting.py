"""Redaction: what a record says goes from the tables, the ledger and all that is made of them.

Of a record that others may point at a row is left: what kind it is, where it belongs, and when. All others are deleted.
The ledger keeps the digests, so that the chain still holds, and gets a change that tells of the redaction. What a
record could be found by is kept as a keyed hash (`redaction_key`), so that it does not come back unnoticed.

What is touched is found before the ledger's lock is taken, and emptied in short transactions.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database, Signature, ask
from app.errors import Invalid, NotFound
from app.models import Appearance, Assessment, Event, Record, Report, Source, SourceLink, Statement
from app.schemas import addresses
from app.schemas.common import RedactedPart, RedactionQuery, RedactionRead
from app.schemas.kinds import KINDS, Kind, kind_of, named
from app.services.redaction import emptying, leftovers

_AT_ONCE: Final = 1_000  # records in a transaction
_PARTS_SHOWN: Final = 1_000
# What is a part of another, beside what the table of kinds says: a statement is what stands in its appearances.
_PART_OF: Final[Mapping[type[Record], str]] = {
    Appearance: "statement_id",
    **{kind.model: kind.part_of for kind in KINDS if kind.part_of},
}
# Columns that hold words of what another column points at.
_COPIED: Final[tuple[tuple[type[Record], str, tuple[str, ...]], ...]] = (
    (Appearance, "version_id", ("selector",)),
    (SourceLink, "from_id", ("reason",)),
    (SourceLink, "to_id", ("reason",)),
)
# With a source everywhere: what it wrote, and why it took something back.
_WRITTEN: Final[tuple[tuple[type[Record], str, tuple[str, ...]], ...]] = (
    (Statement, "source_id", ("withdrawn_reason",)),
    (Assessment, "author_id", ("label", "explanation")),
)
_OF_EVENT: Final = text("SELECT DISTINCT type, record_id AS id FROM change WHERE event_id = :event")
_KIN: Final = text("SELECT id FROM source_kin(:source) k(id) WHERE id IS NOT NULL")  # null: it was deleted
# A report's hash is one of all that it said.
_REPORTS: Final = text("""
SELECT report_id AS id FROM mention WHERE record_id = ANY (CAST(:ids AS uuid[]))
UNION SELECT report_id FROM appearance WHERE id = ANY (CAST(:ids AS uuid[])) AND report_id IS NOT NULL
UNION SELECT id FROM report WHERE made && CAST(:ids AS uuid[]) OR document_id = ANY (CAST(:ids AS uuid[]))""")
_LEDGER: Final = text("SELECT ledger_redact(CAST(:kept AS uuid[]), CAST(:gone AS uuid[]))")


@dataclass(slots=True)
class _Plan:
    """What is to be done."""

    redacted: dict[Kind, set[UUID]] = field(default_factory=dict)
    emptied: dict[tuple[Kind, tuple[str, ...]], set[UUID]] = field(default_factory=dict)
    """By kind and columns."""

    def ids(self, model: type[Record]) -> set[UUID]:
        return self.redacted.setdefault(kind_of(model), set())

    def all_ids(self) -> list[UUID]:
        return [id_ for ids in self.redacted.values() for id_ in ids]

    def empty(self, model: type[Record], columns: tuple[str, ...], ids: Iterable[UUID]) -> None:
        self.emptied.setdefault((kind_of(model), columns), set()).update(ids)

    def parts(self) -> Iterator[RedactedPart]:
        for kind, ids in self.redacted.items():
            pointed_at = emptying.is_pointed_at(kind)
            for id_ in sorted(ids):
                yield RedactedPart(type=kind.name, id=id_, what="redacted" if pointed_at else "deleted")
        for (kind, columns), ids in self.emptied.items():
            for id_ in sorted(ids):
                yield RedactedPart(type=kind.name, id=id_, what="emptied", fields=list(columns))


async def redact(
    database: Database, signature: Signature, kind: Kind, address: str, query: RedactionQuery
) -> RedactionRead:
    """Redact a record, also one that was merged or deleted, and its parts. Again, it does what is still to be done.

    Everywhere: with a source also all that it was merged with, the wordings of what it said and what it wrote; with
    an event all that belongs to it. Raises NotFound, or Invalid for `everywhere` of another kind.
    """
    if query.everywhere and kind.model not in _EVERYWHERE:
        raise Invalid.parameter("everywhere", "only of a source or an event more than itself can be redacted")
    async with database.exporting() as session:
        plan = await _plan(session, kind, await _locate(session, kind, address), everywhere=query.everywhere)
        naming = await leftovers.find(session, plan.ids(Source), plan.all_ids()) if query.everywhere else []
    parts = list(plan.parts())
    if not query.dry_run:
        # What it is made of first: a key may follow from what that is a part of.
        for end in range(len(parts), 0, -_AT_ONCE):
            async with database.writing(signature) as session:
                await _empty(session, parts[max(0, end - _AT_ONCE) : end])
    counts = Counter[str](part.what for part in (*parts, *naming))
    return RedactionRead(counts=dict(counts), records=[*parts[:_PARTS_SHOWN], *naming])


# --- what is touched -------------------------------------------------------------------------------------------------


async def _locate(session: AsyncSession, kind: Kind, address: str) -> UUID:
    """The id of the record at an address, whatever became of it. Raises NotFound."""
    parsed = addresses.parse(address)
    parameters = {"type": kind.name, "id": parsed.id, "ref": parsed.ref, "slug": parsed.slug}
    if rows := await ask(session, emptying.locating(kind), parameters):
        return UUID(str(rows[0].id))
    raise NotFound(f"There is no {kind.words} at this address, and there was none.")


async def _plan(session: AsyncSession, kind: Kind, id_: UUID, *, everywhere: bool) -> _Plan:
    plan = _Plan()
    plan.ids(kind.model).add(id_)
    if everywhere:
        await _EVERYWHERE[kind.model](session, plan, id_)
    for part in KINDS:  # wholes stand before their parts
        if part.model in _PART_OF:
            pointer = _PART_OF[part.model]
            part_ids = await _pointing(session, part.model, pointer, plan.ids(part.points_at[pointer]))
            plan.ids(part.model).update(part_ids)
    for model, pointer, columns in _COPIED:
        copy_ids = await _pointing(session, model, pointer, plan.ids(kind_of(model).points_at[pointer]))
        plan.empty(model, columns, copy_ids - plan.ids(model))
    report_ids = {row.id for row in await ask(session, _REPORTS, {"ids": plan.all_ids()})}
    plan.empty(Report, ("sha256",), report_ids - plan.ids(Report))
    return plan


async def _with_all_in_it(session: AsyncSession, plan: _Plan, event_id: UUID) -> None:
    for row in await ask(session, _OF_EVENT, {"event": event_id}):
        plan.ids(named(row.type).model).add(row.id)


async def _with_wordings(session: AsyncSession, plan: _Plan, source_id: UUID) -> None:
    plan.ids(Source).update(row.id for row in await ask(session, _KIN, {"source": source_id}))
    for model, pointer, columns in _WRITTEN:
        plan.empty(model, columns, await _pointing(session, model, pointer, plan.ids(Source)))
    statement_ids = await _pointing(session, Statement, "source_id", plan.ids(Source))
    plan.ids(Appearance).update(await _pointing(session, Appearance, "statement_id", statement_ids))


_EVERYWHERE: Final = {Source: _with_wordings, Event: _with_all_in_it}


async def _pointing(session: AsyncSession, model: type[Record], column: str, ids: Iterable[UUID]) -> set[UUID]:
    """The records of a kind that name one of these in a column, or ever did."""
    target_ids = list(ids)
    if not target_ids:
        return set()
    rows = await ask(session, emptying.ever_pointing(kind_of(model), column), {"ids": target_ids})
    return {row.id for row in rows}


# --- emptying --------------------------------------------------------------------------------------------------------


async def _empty(session: AsyncSession, parts: Sequence[RedactedPart]) -> None:
    """Empty these records, and the ledger of them, in one transaction."""
    redacted: dict[Kind, list[UUID]] = {}
    emptied: dict[tuple[Kind, tuple[str, ...]], list[UUID]] = {}
    for part in parts:
        if part.what == "emptied":
            emptied.setdefault((named(part.type), tuple(part.fields)), []).append(part.id)
        else:
            redacted.setdefault(named(part.type), []).append(part.id)
    ids = [id_ for kind_ids in redacted.values() for id_ in kind_ids]
    await ask(session, emptying.KEYS, {"ids": ids, "sources": redacted.get(kind_of(Source), [])})
    stored_ids: set[UUID] = set()  # of which something is left
    for (kind, columns), copy_ids in emptied.items():
        stored_ids |= {row.id for row in await ask(session, emptying.emptying(kind, columns), {"ids": copy_ids})}
    for kind, kind_ids in redacted.items():
        stored_ids |= {row.id for row in await ask(session, emptying.redacting(kind), {"ids": kind_ids})}
    for forgetting in emptying.FORGETTING:
        await ask(session, forgetting, {"ids": ids})
    gone_ids = {part.id for part in parts} - stored_ids
    await ask(session, _LEDGER, {"kept": list(stored_ids), "gone": list(gone_ids)})
