"""One delivery of an ingest script: stored whole or not at all, and in place of what it said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import set_reason, utcnow
from app.errors import Unavailable
from app.models import Report, table_of
from app.schemas.common import Remark
from app.schemas.reports import Removed, ReportCreate, ReportRead
from app.services.access import Caller
from app.services.intake import outcomes, pipeline, remarks, walking
from app.services.intake.drafts import Batch, sha256
from app.services.intake.references import RECHECKED, REPLACED
from app.services.search import similar

REPEATED: Final = Remark(
    what="matched",
    pointer="",
    detail="This very report was delivered before: nothing was stored or changed. What was deleted since is `gone`.",
)
_NOTHING: Final = Removed(appearances=0, statements=0, claims=0)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A report as its last delivery left it."""

    id: UUID
    sha256: bytes
    document_id: UUID | None
    made: list[UUID]


def name(values: Mapping[str, Any]) -> str | bytes:
    """The identity of a report: its ref; without one, the hash of its body."""
    ref_or_hash: str | bytes = values.get("ref") or values["sha256"]
    return ref_or_hash


async def delivered(session: AsyncSession, reports: Sequence[Mapping[str, Any]]) -> dict[str | bytes, Delivered]:
    """Those of these reports that were delivered before, by their names."""
    refs = [report["ref"] for report in reports if report.get("ref")]
    hashes = [report["sha256"] for report in reports if not report.get("ref")]
    return {
        row.ref or bytes(row.sha256): Delivered(row.id, bytes(row.sha256), row.document_id, row.made)
        for row in await session.execute(_DELIVERED, {"refs": refs, "hashes": hashes})
    }


_DELIVERED: Final = text("""
SELECT id, ref, sha256, document_id, made FROM report WHERE ref = ANY (:refs)
UNION ALL SELECT id, ref, sha256, document_id, made FROM report WHERE ref IS NULL AND sha256 = ANY (:hashes)""")


async def check_new(session: AsyncSession, batch: Batch) -> None:
    """Raise Unavailable if a report of these was delivered meanwhile: then it is no new one."""
    reports = [draft.values for draft in batch.drafts.get(Report, ())]
    if reports and await delivered(session, reports):
        raise Unavailable("The same report is being delivered by somebody else. Try again.")


async def deliver(
    session: AsyncSession,
    caller: Caller,
    data: ReportCreate,
    *,
    digest: bytes | None = None,
    naming_similar: bool = True,
) -> tuple[ReportRead, bool]:
    """Store a report; gives what became of each part, and whether anything is new.

    The same body again stores nothing, whatever happened since to what it had stored. `digest`: of the body, if it is
    known.
    """
    batch = Batch()
    digest = digest or sha256(data.model_dump_json(exclude_unset=True))
    drafts = walking.report(batch, data, caller.name, digest)
    values = drafts.report.values
    if naming_similar:
        batch.compared = similar.in_report(caller, data)

    async def repeated(reading: AsyncSession) -> bool:
        foreseen = (await delivered(reading, [values])).get(name(values))
        return foreseen is not None and foreseen.sha256 == digest

    await pipeline.prepare(batch)
    await pipeline.foresee(session, batch, repeated=repeated)
    # Under the lock, for somebody else may have delivered the same meanwhile.
    earlier = (await delivered(session, [values])).get(name(values))
    # The same body is only matched, so that the answer says what became of each part since.
    batch.dry = earlier is not None and earlier.sha256 == digest
    removed = _NOTHING

    async def replace() -> None:
        """Nothing is proposed for what is taken back; and none of it is named as similar."""
        nonlocal removed
        if earlier is not None:
            document = drafts.document.original.id if drafts.document else earlier.document_id
            removed = await _replace(session, caller, earlier, batch, values | {"document_id": document})
            if batch.compared is not None:
                batch.compared.nearby = await similar.still_there(session, batch.compared.nearby)

    await pipeline.store(session, batch, before_proposing=replace)
    remarked = await remarks.tell(session, caller, batch)
    answer = outcomes.report(batch, drafts, removed, [REPEATED, *remarked] if batch.dry else remarked)
    parts = {
        f"/events/{event_nth}/claims/{claim_nth}": part
        for event_nth, event in enumerate(answer.events)
        for claim_nth, part in enumerate(event.claims)
    }
    similar.name(parts, batch.compared)
    return answer, outcomes.effect(batch).created


async def _replace(
    session: AsyncSession, caller: Caller, earlier: Delivered, batch: Batch, values: Mapping[str, Any]
) -> Removed:
    """Update the report's row, and delete what the report no longer says."""
    table = table_of(Report)
    changes = {
        "sha256": values["sha256"],
        "actor": caller.name,
        "document_id": values["document_id"],
        "made": [*earlier.made, *values["made"]],
    }
    await session.execute(update(table).where(table.c.id == earlier.id).values(sent_at=utcnow(), **changes))
    await set_reason(session, REPLACED)
    removed = await _take_back(session, earlier.id, earlier.made, batch)
    await set_reason(session)
    return removed


# --- what a newer delivery no longer says -----------------------------------------------------------------------------

# What earlier deliveries of a report had stored is known by what the report says that it made. Of these, `own` were
# changed by nobody but those who delivered the report, unless it was only looked up where a quotation stands; `kept`
# are those of them that some record points at which stays. Each statement gives the ids of what can go.

# A chain that somebody else has written keeps its appearance; that one was proposed does not.
_APPEARANCES: Final = text("""
WITH delivery AS (SELECT actor FROM change WHERE record_id = :report),
own AS (
    SELECT c.record_id AS id FROM change c
    WHERE c.record_id IN (SELECT id FROM appearance WHERE report_id = :report AND NOT id = ANY (:said))
    GROUP BY c.record_id
    HAVING bool_and(c.actor IN (SELECT actor FROM delivery) OR c.reason IS NOT DISTINCT FROM :rechecked)),
kept AS (
    SELECT h.appearance_id AS id FROM appearance_hop h JOIN own ON own.id = h.appearance_id
    WHERE NOT (h.how_known = 'similarity' AND h.state = 'proposed')
    AND EXISTS (SELECT FROM change c WHERE c.record_id = h.id AND c.actor NOT IN (SELECT actor FROM delivery)))
SELECT id FROM own WHERE id NOT IN (SELECT id FROM kept)""")
_STATEMENTS: Final = text("""
WITH RECURSIVE delivery AS (SELECT actor FROM change WHERE record_id = :report),
own AS (
    SELECT c.record_id AS id FROM change c
    WHERE c.record_id IN (
        SELECT id FROM statement s WHERE id = ANY (:made) AND NOT id = ANY (:said)
        AND NOT EXISTS (SELECT FROM appearance a WHERE a.statement_id = s.id))
    GROUP BY c.record_id
    HAVING bool_and(c.actor IN (SELECT actor FROM delivery) OR c.reason IS NOT DISTINCT FROM :rechecked)),
kept(id) AS (
    SELECT s.supersedes_id FROM statement s
    WHERE s.supersedes_id IN (SELECT id FROM own) AND s.id NOT IN (SELECT id FROM own)
    UNION SELECT s.supersedes_id FROM kept k JOIN statement s ON s.id = k.id
    WHERE s.supersedes_id IN (SELECT id FROM own))
SELECT id FROM own WHERE id NOT IN (SELECT id FROM kept)""")
_LINKS: Final = text("""
WITH delivery AS (SELECT actor FROM change WHERE record_id = :report)
SELECT c.record_id FROM change c
WHERE c.record_id IN (SELECT id FROM claim_link WHERE id = ANY (:made) AND NOT id = ANY (:said))
GROUP BY c.record_id
HAVING bool_and(c.actor IN (SELECT actor FROM delivery) OR c.reason IS NOT DISTINCT FROM :rechecked)""")
_ASSESSMENTS: Final = text("""
WITH RECURSIVE delivery AS (SELECT actor FROM change WHERE record_id = :report),
own AS (
    SELECT c.record_id AS id FROM change c
    WHERE c.record_id IN (
        SELECT id FROM assessment a WHERE id = ANY (:made) AND NOT id = ANY (:said) AND NOT EXISTS (
            SELECT FROM assessment_document e WHERE e.assessment_id = a.id AND EXISTS (
                SELECT FROM change c WHERE c.record_id = e.id AND c.actor NOT IN (SELECT actor FROM delivery))))
    GROUP BY c.record_id
    HAVING bool_and(c.actor IN (SELECT actor FROM delivery) OR c.reason IS NOT DISTINCT FROM :rechecked)),
kept(id) AS (
    SELECT a.supersedes_id FROM assessment a
    WHERE a.supersedes_id IN (SELECT id FROM own) AND a.id NOT IN (SELECT id FROM own)
    UNION SELECT a.supersedes_id FROM kept k JOIN assessment a ON a.id = k.id
    WHERE a.supersedes_id IN (SELECT id FROM own))
SELECT id FROM own WHERE id NOT IN (SELECT id FROM kept)""")
_CLAIMS: Final = text("""
WITH RECURSIVE delivery AS (SELECT actor FROM change WHERE record_id = :report),
own AS (
    SELECT c.record_id AS id FROM change c
    WHERE c.record_id IN (
        SELECT id FROM claim m WHERE id = ANY (:made) AND NOT id = ANY (:said)
        AND NOT EXISTS (SELECT FROM statement s WHERE s.claim_id = m.id)
        AND NOT EXISTS (SELECT FROM assessment a WHERE a.claim_id = m.id AND NOT a.id = ANY (:assessments))
        AND NOT EXISTS (SELECT FROM claim_link l WHERE m.id IN (l.from_id, l.to_id) AND NOT l.id = ANY (:links)))
    GROUP BY c.record_id
    HAVING bool_and(c.actor IN (SELECT actor FROM delivery) OR c.reason IS NOT DISTINCT FROM :rechecked)),
pointing AS NOT MATERIALIZED (
    SELECT id AS by, of_id AS id FROM claim UNION ALL SELECT id, merged_into FROM claim),
kept(id) AS (
    SELECT p.id FROM pointing p WHERE p.id IN (SELECT id FROM own) AND p.by NOT IN (SELECT id FROM own)
    UNION SELECT p.id FROM kept k JOIN pointing p ON p.by = k.id WHERE p.id IN (SELECT id FROM own))
SELECT id FROM own WHERE id NOT IN (SELECT id FROM kept)""")


_DELETE_LINKS: Final = text(
    "DELETE FROM claim_link WHERE id = ANY (:ids) AND (from_id = ANY (:claims) OR to_id = ANY (:claims))"
)
_DELETE_EVIDENCE: Final = text(
    "DELETE FROM assessment_document WHERE assessment_id = ANY (:ids) "
    "AND assessment_id IN (SELECT id FROM assessment WHERE claim_id = ANY (:claims))"
)
_DELETE_ASSESSMENTS: Final = text("DELETE FROM assessment WHERE id = ANY (:ids) AND claim_id = ANY (:claims)")


async def _take_back(session: AsyncSession, report: UUID, stored: list[UUID], batch: Batch) -> Removed:
    """Delete the appearances that this delivery no longer has, then statements and claims left without any.

    What this report itself had said about such a claim, links and assessments, goes with it.
    """
    drafts = [*chain.from_iterable(batch.drafts.values()), *batch.references.values()]
    said = [draft.original.id for draft in drafts]
    delivery = {"rechecked": RECHECKED, "report": report, "said": said, "made": stored}

    async def delete(query: TextClause, ids: list[UUID], **parameters: list[UUID]) -> None:
        if ids:
            await session.execute(query, {"ids": ids, **parameters})

    appearances = list(await session.scalars(_APPEARANCES, delivery))
    await delete(text("DELETE FROM appearance_hop WHERE appearance_id = ANY (:ids)"), appearances)
    await delete(text("DELETE FROM appearance WHERE id = ANY (:ids)"), appearances)
    statements = list(await session.scalars(_STATEMENTS, delivery))
    await delete(text("DELETE FROM statement WHERE id = ANY (:ids)"), statements)
    links = list(await session.scalars(_LINKS, delivery))
    assessments = list(await session.scalars(_ASSESSMENTS, delivery))
    claims = list(await session.scalars(_CLAIMS, {**delivery, "links": links, "assessments": assessments}))
    await delete(_DELETE_LINKS, links, claims=claims)
    await delete(_DELETE_EVIDENCE, assessments, claims=claims)
    await delete(_DELETE_ASSESSMENTS, assessments, claims=claims)
    await delete(text("DELETE FROM claim WHERE id = ANY (:ids)"), claims)
    return Removed(appearances=len(appearances), statements=len(statements), claims=len(claims))
