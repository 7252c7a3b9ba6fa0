"""One delivery of an ingest script: stored whole or not at all, and in place of what it said before."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import reasoned, utcnow
from app.models import Appearance, Report, table_of
from app.schemas.reports import Removed, ReportCreate, ReportRead
from app.services import bodies, matching, parts
from app.services.access import Caller
from app.services.drafts import Batch, sha256
from app.services.references import REPLACED, real

_NOTHING = Removed(appearances=0, statements=0, claims=0)


async def deliver(session: AsyncSession, caller: Caller, data: ReportCreate, reason: str = "") -> tuple[ReportRead, bool]:
    """Store a report; gives what became of each part, and whether anything is new or was taken back.

    The same body again stores nothing, whatever happened since to what it had stored.
    """
    batch = Batch()
    drafts = bodies.report(batch, data, caller.name, sha256(data.model_dump_json(exclude_unset=True)))
    before = await _delivered(session, drafts.report.values)
    if before is not None and bytes(before["sha256"]) == drafts.report.values["sha256"]:
        await matching.settle(session, batch, dry=True)
        return parts.report(batch, drafts, _NOTHING), False
    await matching.settle(session, batch)
    removed = _NOTHING
    if before is not None:
        table = table_of(Report)
        document = real(drafts.document).id if drafts.document else before["document_id"]
        values = {"sha256": drafts.report.values["sha256"], "actor": caller.name, "document_id": document}
        await session.execute(update(table).where(table.c.id == before["id"]).values(sent_at=utcnow(), **values))
        said = [real(draft).id for draft in batch.drafts[Appearance]]
        removed = await _take_back(session, before["id"], said, reason)
    changed = parts.anything_new(batch) or removed != _NOTHING
    return parts.report(batch, drafts, removed), changed


async def _delivered(session: AsyncSession, values: dict[str, Any]) -> RowMapping | None:
    """The report that this one is again: by its ref; without one, the same body."""
    where = "ref = :ref" if values.get("ref") else "ref IS NULL AND sha256 = :sha256"
    query = text(f"SELECT id, sha256, document_id FROM report WHERE {where}")  # noqa: S608
    return (await session.execute(query, values)).mappings().first()


# What earlier deliveries of a report had stored is known by the requests that they were: the ledger keeps them beside
# each change. `untouched`: made in one of these, and changed by nobody but those who delivered the report.
_DELIVERIES = """
WITH delivery AS (SELECT request_id, actor FROM change WHERE record_id = :report),
untouched AS (
    SELECT c.record_id FROM change c WHERE c.record_id = ANY (:ids)
    GROUP BY c.record_id HAVING bool_and(c.actor IN (SELECT actor FROM delivery))
    AND bool_or(c.op = 'insert' AND c.request_id IN (SELECT request_id FROM delivery)))
"""
_OWN_HOPS = text("DELETE FROM appearance_hop WHERE appearance_id = ANY (:ids)")
_APPEARANCES = text("SELECT id FROM appearance WHERE report_id = :report AND NOT id = ANY (:said)")
_OWN_APPEARANCES = text(
    _DELIVERIES + "SELECT a.id, a.statement_id FROM appearance a WHERE a.id IN (SELECT record_id FROM untouched) "
    # A chain that somebody else has written keeps its appearance.
    "AND NOT EXISTS (SELECT FROM appearance_hop h JOIN change c ON c.record_id = h.id "
    "WHERE h.appearance_id = a.id AND c.actor NOT IN (SELECT actor FROM delivery))"
)
_OWN_STATEMENTS = text(
    _DELIVERIES + "SELECT s.id, s.claim_id FROM statement s WHERE s.id IN (SELECT record_id FROM untouched) "
    "AND NOT EXISTS (SELECT FROM appearance a WHERE a.statement_id = s.id) "
    "AND NOT EXISTS (SELECT FROM statement o WHERE o.supersedes_id = s.id)"
)
_OWN_CLAIMS = text(
    _DELIVERIES + "SELECT c.id FROM claim c WHERE c.id IN (SELECT record_id FROM untouched) "
    "AND NOT EXISTS (SELECT FROM statement s WHERE s.claim_id = c.id) "
    "AND NOT EXISTS (SELECT FROM assessment a WHERE a.claim_id = c.id) "
    "AND NOT EXISTS (SELECT FROM claim_link l WHERE l.from_id = c.id OR l.to_id = c.id) "
    "AND NOT EXISTS (SELECT FROM claim o WHERE o.of_id = c.id OR o.merged_into = c.id)"
)


async def _take_back(session: AsyncSession, report: UUID, said: list[UUID], reason: str) -> Removed:
    """Delete the appearances that this delivery no longer has, then statements and claims left without any."""
    await reasoned(session, REPLACED)
    old = list(await session.scalars(_APPEARANCES, {"report": report, "said": said}))
    rows = (await session.execute(_OWN_APPEARANCES, {"report": report, "ids": old})).all()
    appearances, statements = [row[0] for row in rows], list({row[1] for row in rows})
    if not appearances:
        return _NOTHING
    await session.execute(_OWN_HOPS, {"ids": appearances})
    await session.execute(text("DELETE FROM appearance WHERE id = ANY (:ids)"), {"ids": appearances})
    left = (await session.execute(_OWN_STATEMENTS, {"report": report, "ids": statements})).all()
    claims = list({row[1] for row in left if row[1] is not None})
    await session.execute(text("DELETE FROM statement WHERE id = ANY (:ids)"), {"ids": [row[0] for row in left]})
    bare = list(await session.scalars(_OWN_CLAIMS, {"report": report, "ids": claims}))
    await session.execute(text("DELETE FROM claim WHERE id = ANY (:ids)"), {"ids": bare})
    await reasoned(session, reason)
    return Removed(appearances=len(appearances), statements=len(left), claims=len(bare))
