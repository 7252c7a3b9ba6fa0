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
from app.schemas.reports import Removed, ReportCreate, ReportRead
from app.services.access import Caller
from app.services.intake import outcomes, pipeline, walking
from app.services.intake.drafts import Batch, sha256
from app.services.intake.references import PROPOSED, RECHECKED, REPLACED
from app.services.search import similar

_NOTHING: Final = Removed(appearances=0, statements=0, claims=0)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A report as its last delivery left it."""

    id: UUID
    sha256: bytes
    document_id: UUID | None
    made: list[UUID]


def name(values: Mapping[str, Any]) -> str | bytes:
    """What tells whether a report is the same again: its ref; without one, its body."""
    told: str | bytes = values.get("ref") or values["sha256"]
    return told


async def delivered(session: AsyncSession, reports: Sequence[Mapping[str, Any]]) -> dict[str | bytes, Delivered]:
    """Those of these reports that were delivered before, by their names."""
    refs = [one["ref"] for one in reports if one.get("ref")]
    hashes = [one["sha256"] for one in reports if not one.get("ref")]
    found: dict[str | bytes, Delivered] = {}
    for row in await session.execute(_DELIVERED, {"refs": refs, "hashes": hashes}):
        found[row.ref or bytes(row.sha256)] = Delivered(row.id, bytes(row.sha256), row.document_id, row.made)
    return found


_DELIVERED: Final = text("""
SELECT id, ref, sha256, document_id, made FROM report WHERE ref = ANY (:refs)
UNION ALL SELECT id, ref, sha256, document_id, made FROM report WHERE ref IS NULL AND sha256 = ANY (:hashes)""")


async def check_new(session: AsyncSession, batch: Batch) -> None:
    """Raise Unavailable if a report of these was delivered meanwhile: then it is no new one."""
    asked = [draft.values for draft in batch.drafts.get(Report, ())]
    if asked and await delivered(session, asked):
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
        earlier = (await delivered(reading, [values])).get(name(values))
        return earlier is not None and earlier.sha256 == digest

    await pipeline.prepare(batch)
    await pipeline.foresee(session, batch, repeated=repeated)
    before = (await delivered(session, [values])).get(name(values))
    if before is not None and before.sha256 == digest:
        batch.dry = True
        await pipeline.match_and_store(session, batch)
        return outcomes.report(batch, drafts, _NOTHING), False
    await pipeline.match_and_store(session, batch)
    removed = _NOTHING
    if before is not None:
        document = drafts.document.original.id if drafts.document else before.document_id
        removed = await _replace(session, caller, before, batch, values | {"document_id": document})
        batch.nearby = await similar.still_there(session, batch.nearby)
    await pipeline.propose(session, batch)
    answer = outcomes.report(batch, drafts, removed)
    similar.name(
        {
            f"/events/{e}/claims/{c}": part
            for e, event in enumerate(answer.events)
            for c, part in enumerate(event.claims)
        },
        batch.nearby,
    )
    return answer, outcomes.anything_new(batch)


async def _replace(
    session: AsyncSession, caller: Caller, before: Delivered, batch: Batch, values: Mapping[str, Any]
) -> Removed:
    """Let the report be as it was delivered now, and take back what it no longer says."""
    table = table_of(Report)
    changes = {
        "sha256": values["sha256"],
        "actor": caller.name,
        "document_id": values["document_id"],
        "made": [*before.made, *values["made"]],
    }
    await session.execute(update(table).where(table.c.id == before.id).values(sent_at=utcnow(), **changes))
    await set_reason(session, REPLACED)
    removed = await _take_back(session, before.id, before.made, batch)
    await set_reason(session)
    return removed


# What earlier deliveries of a report had stored is known by what the report says that it made. Of the candidates, `own`
# were changed by nobody but those who delivered the report, unless it was only looked up where a quotation stands;
# `kept` are those of them that some record points at which stays.
_LEFT: Final = """
WITH RECURSIVE delivery AS (SELECT actor FROM change WHERE record_id = :report),
own AS (
    SELECT c.record_id AS id FROM change c WHERE c.record_id IN ({candidates})
    GROUP BY c.record_id
    HAVING bool_and(c.actor IN (SELECT actor FROM delivery) OR c.reason IS NOT DISTINCT FROM :rechecked)),
kept(id) AS ({kept} UNION
    SELECT p.id FROM kept k JOIN ({pointers}) p ON p.by = k.id WHERE p.id IN (SELECT id FROM own))
SELECT id FROM own WHERE id NOT IN (SELECT id FROM kept)
"""
_BY_OTHERS: Final = "(SELECT FROM change c WHERE c.record_id = {}.id AND c.actor NOT IN (SELECT actor FROM delivery))"


def _left(candidates: str, *pointers: tuple[str, str], kept: str = "SELECT id FROM own WHERE false") -> TextClause:
    """Ids of what can go. `pointers`: by which columns records of the same table point at each other."""
    pointing = " UNION ALL ".join(f"SELECT id AS by, {column} AS id FROM {table}" for table, column in pointers)  # noqa: S608
    if pointers:
        kept = (
            f"SELECT p.id FROM ({pointing}) p WHERE p.id IN (SELECT id FROM own) AND p.by NOT IN (SELECT id FROM own)"  # noqa: S608
        )
    return text(
        _LEFT.format(candidates=candidates, kept=kept, pointers=pointing or "SELECT NULL::uuid AS by, NULL::uuid AS id")
    )


_APPEARANCES: Final = _left(
    "SELECT id FROM appearance WHERE report_id = :report AND NOT id = ANY (:said)",
    # A chain that somebody else has written keeps its appearance; that one was proposed does not.
    kept="SELECT h.appearance_id FROM appearance_hop h JOIN own ON own.id = h.appearance_id "  # noqa: S608
    f"WHERE NOT {PROPOSED.format('h')} AND EXISTS {_BY_OTHERS.format('h')}",
)
_STATEMENTS: Final = _left(
    "SELECT id FROM statement s WHERE id = ANY (:made) AND NOT id = ANY (:said) "
    "AND NOT EXISTS (SELECT FROM appearance a WHERE a.statement_id = s.id)",
    ("statement", "supersedes_id"),
)
_LINKS: Final = _left("SELECT id FROM claim_link WHERE id = ANY (:made) AND NOT id = ANY (:said)")
_ASSESSMENTS: Final = _left(
    "SELECT id FROM assessment a WHERE id = ANY (:made) AND NOT id = ANY (:said) AND NOT EXISTS ("  # noqa: S608
    f"SELECT FROM assessment_document e WHERE e.assessment_id = a.id AND EXISTS {_BY_OTHERS.format('e')})",
    ("assessment", "supersedes_id"),
)
_CLAIMS: Final = _left(
    "SELECT id FROM claim c WHERE id = ANY (:made) AND NOT id = ANY (:said) "
    "AND NOT EXISTS (SELECT FROM statement s WHERE s.claim_id = c.id) "
    "AND NOT EXISTS (SELECT FROM assessment a WHERE a.claim_id = c.id AND NOT a.id = ANY (:assessments)) "
    "AND NOT EXISTS (SELECT FROM claim_link l WHERE c.id IN (l.from_id, l.to_id) AND NOT l.id = ANY (:links))",
    ("claim", "of_id"),
    ("claim", "merged_into"),
)


async def _take_back(session: AsyncSession, report: UUID, made: list[UUID], batch: Batch) -> Removed:
    """Delete the appearances that this delivery no longer has, then statements and claims left without any.

    What this report itself had said about such a claim, links and assessments, goes with it.
    """
    drafts = [*chain.from_iterable(batch.drafts.values()), *batch.references.values()]
    given: dict[str, Any] = {
        "rechecked": RECHECKED,
        "report": report,
        "said": [draft.original.id for draft in drafts],
        "made": list(made),
    }

    async def left(query: TextClause, **more: Any) -> list[UUID]:
        return list(await session.scalars(query, given | more))

    async def delete(table: str, ids: list[UUID], column: str = "id", only: str = "true", **more: Any) -> None:
        if ids:
            query = f"DELETE FROM {table} WHERE {column} = ANY (:ids) AND {only}"  # noqa: S608
            await session.execute(text(query), {"ids": ids, **more})

    appearances = await left(_APPEARANCES)
    await delete("appearance_hop", appearances, "appearance_id")
    await delete("appearance", appearances)
    statements = await left(_STATEMENTS)
    await delete("statement", statements)
    links, assessments = await left(_LINKS), await left(_ASSESSMENTS)
    claims = await left(_CLAIMS, links=links, assessments=assessments)
    await delete("claim_link", links, only="(from_id = ANY (:claims) OR to_id = ANY (:claims))", claims=claims)
    going = "SELECT id FROM assessment WHERE claim_id = ANY (:claims)"
    await delete("assessment_document", assessments, "assessment_id", f"assessment_id IN ({going})", claims=claims)
    await delete("assessment", assessments, only="claim_id = ANY (:claims)", claims=claims)
    await delete("claim", claims)
    return Removed(appearances=len(appearances), statements=len(statements), claims=len(claims))
