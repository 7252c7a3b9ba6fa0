"""Records that come back from an export: each is the one that its id says, whatever else is like it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Gone
from app.models import Record
from app.schemas import kinds
from app.services.intake import storing
from app.services.intake.drafts import Draft


async def by_id(session: AsyncSession, model: type[Record], drafts: list[Draft]) -> list[Draft]:
    """Take what is stored under these ids; give the drafts that are new. Raises Gone, or Conflict for a ref."""
    if not drafts:
        return []
    ids = {draft.id for draft in drafts}
    table = model.__tablename__
    there = set(await session.scalars(text(f"SELECT id FROM {table} WHERE id = ANY (:ids)"), {"ids": list(ids)}))  # noqa: S608
    await _check_deleted(session, model, [draft for draft in drafts if draft.id not in there])
    first: dict[UUID, Draft] = {}
    for draft in drafts:
        twin = first.setdefault(draft.id, draft)
        if draft.id in there:
            draft.outcome = "matched"
        elif twin is not draft:
            draft.twin, draft.outcome = twin, "matched"
            twin.values = draft.values | twin.values
            twin.points_at = draft.points_at | twin.points_at
    new = [draft for draft in first.values() if draft.id not in there]
    await _check_refs(session, model, new)
    return new


async def _check_deleted(session: AsyncSession, model: type[Record], drafts: list[Draft]) -> None:
    """What was deleted or redacted here does not come back with an export of before."""
    query = text("SELECT record_id FROM change WHERE record_id = ANY (:ids) AND type = :type AND op = 'delete'")
    given = {"ids": [draft.id for draft in drafts], "type": model.__tablename__}
    deleted = set(await session.scalars(query, given)) if drafts else set()
    for draft in drafts:
        if draft.id in deleted:
            says = "the record with this id was deleted; it is not made again"
            raise Gone(
                "A record with this id was deleted.", errors=[{"pointer": f"{draft.pointer}/id", "detail": says}]
            )


async def _check_refs(session: AsyncSession, model: type[Record], new: list[Draft]) -> None:
    refs = [draft.value("ref") for draft in new if draft.value("ref")]
    if not refs:
        return
    query = text(f"SELECT ref, id FROM {model.__tablename__} WHERE ref = ANY (:refs)")  # noqa: S608
    bearers = {row.ref: row.id for row in await session.execute(query, {"refs": refs})}
    for draft in new:
        if (bearer := bearers.get(draft.value("ref"))) is not None:
            raise Conflict(
                "Another record bears this ref.",
                errors=[{"pointer": f"{draft.pointer}/ref", "detail": "a record with another id bears it"}],
                url=kinds.url(model, bearer),
            )


async def merge(session: AsyncSession, model: type[Record], found: list[Draft]) -> None:
    """Let records that were restored before point at what they were merged into, which came after them."""
    merged = [draft for draft in found if draft.restored and draft.value("merged_into")]
    if merged:
        rows = storing.as_json({"id": draft.id, "merged_into": draft.values["merged_into"]} for draft in merged)
        query = (
            f"UPDATE {model.__tablename__} t SET merged_into = d.merged_into FROM {storing.drafted(model)} "  # noqa: S608
            "WHERE t.id = d.id AND t.merged_into IS NULL"
        )
        await session.execute(text(query), {"rows": rows})
