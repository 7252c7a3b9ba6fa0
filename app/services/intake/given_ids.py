"""Match what comes back from an export: each record by its id alone, whatever else is like it."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Gone
from app.models import Record, table_of
from app.schemas import kinds
from app.services.intake.drafts import Draft

_DELETED: Final = text("SELECT record_id FROM change WHERE record_id = ANY (:ids) AND type = :type AND op = 'delete'")


async def by_id(session: AsyncSession, model: type[Record], drafts: list[Draft]) -> list[Draft]:
    """Match the drafts whose id is stored; returns those that are new. Raises Gone, or Conflict for a ref."""
    if not drafts:
        return []
    table = table_of(model)
    ids = list({draft.id for draft in drafts})
    stored = set(await session.scalars(select(table.c.id).where(table.c.id == any_(literal(ids, ARRAY(Uuid()))))))
    await _check_deleted(session, model, [draft for draft in drafts if draft.id not in stored])
    first_by_id: dict[UUID, Draft] = {}
    for draft in drafts:
        earlier = first_by_id.setdefault(draft.id, draft)
        if draft.id in stored:
            draft.outcome = "matched"
        elif earlier is not draft:  # a line that comes twice
            draft.same_as, draft.outcome = earlier, "matched"
            earlier.values = draft.values | earlier.values
            earlier.points_at = draft.points_at | earlier.points_at
    new = [draft for draft in first_by_id.values() if draft.id not in stored]
    await _check_refs(session, model, new)
    return new


async def _check_deleted(session: AsyncSession, model: type[Record], drafts: Iterable[Draft]) -> None:
    """What was deleted or redacted here does not come back with an export of before."""
    ids = [draft.id for draft in drafts]
    deleted = set(await session.scalars(_DELETED, {"ids": ids, "type": model.__tablename__})) if ids else set()
    for draft in drafts:
        if draft.id in deleted:
            detail = "the record with this id was deleted; it is not made again"
            errors = [{"pointer": f"{draft.pointer}/id", "detail": detail}]
            raise Gone("A record with this id was deleted.", errors=errors)


async def _check_refs(session: AsyncSession, model: type[Record], new: Iterable[Draft]) -> None:
    refs = [draft.value("ref") for draft in new if draft.value("ref")]
    if not refs:
        return
    table = table_of(model)
    query = select(table.c.ref, table.c.id).where(table.c.ref == any_(literal(refs, ARRAY(Text()))))
    bearers = {row.ref: row.id for row in await session.execute(query)}
    for draft in new:
        if (bearer := bearers.get(draft.value("ref"))) is not None:
            raise Conflict(
                "Another record bears this ref.",
                errors=[{"pointer": f"{draft.pointer}/ref", "detail": "a record with another id bears it"}],
                url=kinds.url(model, bearer),
            )
