"""One delivery of an ingest script: stored whole or not at all, and in place of what it said before.

A report's ref belongs to the owner of the key that delivered it first: to the key's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Askable, ask, utcnow
from app.errors import Conflict, Unavailable
from app.models import Record, Report, table_of
from app.schemas.common import Remark
from app.schemas.reports import Removed, ReportCreate, ReportRead
from app.services.access import Caller
from app.services.deliveries import mentions, own_sources, replacing, taking_back
from app.services.deliveries.mentions import Earlier
from app.services.intake import pipeline
from app.services.intake.bodies import lines, outcomes, together, walking
from app.services.intake.bodies.together import SentBody
from app.services.intake.bodies.walking import ReportDrafts
from app.services.intake.drafts import Batch, Draft
from app.services.search import similar

REPEATED: Final = Remark(
    what="matched",
    pointer="",
    detail="This very report was delivered before: nothing was stored or changed. What was deleted since is `gone`.",
)
_NOTHING: Final = Removed(**dict.fromkeys(Removed.model_fields, 0))


@dataclass(frozen=True, slots=True)
class Delivered:
    """A report as its last delivery left it."""

    id: UUID
    sha256: bytes
    owner: str
    document_id: UUID | None
    made: list[UUID]


def name(values: Mapping[str, Any]) -> str | bytes:
    """The identity of a report: its ref; without one, the hash of its body."""
    ref_or_hash: str | bytes = values.get("ref") or values["sha256"]
    return ref_or_hash


async def delivered(session: Askable, reports: Sequence[Mapping[str, Any]]) -> dict[str | bytes, Delivered]:
    """Those of these reports that were delivered before, by their names."""
    refs = [report["ref"] for report in reports if report.get("ref")]
    hashes = [report["sha256"] for report in reports if not report.get("ref")]
    return {
        row.ref or bytes(row.sha256): Delivered(row.id, bytes(row.sha256), row.actor, row.document_id, row.made)
        for row in await ask(session, _DELIVERED, {"refs": refs, "hashes": hashes})
    }


_DELIVERED: Final = text("""
SELECT id, ref, sha256, actor, document_id, made FROM report WHERE ref = ANY (:refs)
UNION ALL SELECT id, ref, sha256, actor, document_id, made FROM report WHERE ref IS NULL AND sha256 = ANY (:hashes)""")


def check_owner(caller: Caller, report: Mapping[str, Any], earlier: Delivered | None) -> None:
    """Raise Conflict for a ref under which somebody else has delivered."""
    if report.get("ref") and earlier is not None and earlier.owner != caller.name:
        raise Conflict(
            "This report is another key's: who delivers it again would take back what that key had said.",
            errors=[{"pointer": "/ref", "detail": _OWNED}],
        )


_OWNED: Final = (
    "a report with this ref was delivered with the key of another owner, and only that one replaces it: give a ref of "
    "your own, which begins with a name of yours for example"
)


async def check_new(session: AsyncSession, batch: Batch) -> None:
    """Raise Unavailable if a report of these was delivered meanwhile: then it is no new one."""
    if not await are_new(session, batch):
        raise Unavailable("The same report is being delivered by somebody else. Try again.")


async def are_new(session: AsyncSession, batch: Batch) -> bool:
    """Whether none of these reports was delivered before, and none is there twice. Then the batch knows it."""
    reports = [draft.values for draft in batch.drafts.get(Report, ())]
    are_told_apart = len({name(report) for report in reports}) == len(reports)
    if not are_told_apart or (reports and await delivered(session, reports)):
        return False
    batch.known_new.add(Report)
    return True


async def deliver(
    session: AsyncSession,
    caller: Caller,
    data: ReportCreate,
    *,
    digest: bytes | None = None,
    is_short: bool = False,
    naming_similar: bool = True,
) -> tuple[ReportRead, bool]:
    """Store a report; gives what became of each part, and whether anything is new.

    The same body again stores nothing, whatever happened since to what it had stored. `digest`: of the body, if it is
    known; `is_short`: to hash it takes less than to have a thread do it.
    """
    if digest is None:  # which writes all of it
        digest = lines.digest(data, caller) if is_short else await threads.run(lines.digest, data, caller)

    def walk(batch: Batch) -> ReportDrafts:
        drafts = walking.report(batch, data, caller.name, digest)
        lines.check_rating(caller, batch)
        return drafts

    async def repeated(reading: Askable) -> bool:
        earlier = await _earlier(reading, body)
        return earlier is not None and earlier.sha256 == digest

    compared = similar.in_report(caller, data) if naming_similar else None
    body = SentBody(caller, walk, compared=compared, may_join=_is_new, before=are_new, after=mentions.keep)
    removed = _NOTHING
    await pipeline.prepare(session, body.batch)
    await pipeline.foresee(session, body.batch, repeated=repeated)
    async with together.turn(session, body) as is_stored:
        if not is_stored:
            removed = await _store(session, body)
    batch, remarked = body.batch, body.remarks
    outcomes.name_similar(batch, remarked)
    answer = outcomes.report(batch, body.walked, removed, [REPEATED, *remarked] if batch.dry else remarked)
    parts = {
        f"/events/{event_nth}/claims/{claim_nth}": part
        for event_nth, event in enumerate(answer.events)
        for claim_nth, part in enumerate(event.claims)
    }
    similar.name(parts, batch.compared)
    return answer, outcomes.effect(batch).created


async def _earlier(session: Askable, body: SentBody[ReportDrafts]) -> Delivered | None:
    values = body.walked.report.values
    return (await delivered(session, [values])).get(name(values))


async def _is_new(reading: Askable, body: SentBody[ReportDrafts]) -> bool:
    return await _earlier(reading, body) is None


async def _store(session: AsyncSession, body: SentBody[ReportDrafts]) -> Removed:
    """Store a report by itself, in the place of its earlier delivery if there is one; gives what that takes back."""
    batch, drafts, removed = body.batch, body.walked, _NOTHING
    values, before = drafts.report.values, None
    # Under the lock, for somebody else may have delivered the same meanwhile.
    earlier = await _earlier(session, body)
    check_owner(body.caller, values, earlier)
    # The same body is only matched, so that the answer says what became of each part since.
    batch.dry = earlier is not None and earlier.sha256 == values["sha256"]
    if earlier is None:
        batch.known_new.add(Report)
    elif not batch.dry:
        before = await mentions.earlier(session, earlier.id, earlier.made)
        batch.correct = partial(_correct, before)
        batch.sources_before = await own_sources.find(session, before)

    async def replace() -> None:
        nonlocal removed
        if earlier is not None and before is not None:
            document_id = drafts.document.original.id if drafts.document else earlier.document_id
            removed = await _replace(session, before, batch, values, document_id)

    await pipeline.store(session, batch, before_proposing=replace)
    if not batch.dry:
        await mentions.keep(session, batch, before)
    await together.tell(session, batch, [body])
    return removed


async def _correct(
    before: Earlier, session: AsyncSession, batch: Batch, model: type[Record], drafts: Sequence[Draft]
) -> None:
    await replacing.replace(session, before, batch, model, drafts)


async def _replace(
    session: AsyncSession, before: Earlier, batch: Batch, values: Mapping[str, Any], document_id: UUID | None
) -> Removed:
    """Update the report's row, and take back what the report no longer says."""
    table = table_of(Report)
    new_ids = [
        draft.id
        for model, drafts in batch.drafts.items()
        if model not in walking.NOT_MADE
        for draft in drafts
        if draft.outcome == "created"
    ]
    changes = {"sha256": values["sha256"], "document_id": document_id, "made": [*before.made, *new_ids]}
    await session.execute(update(table).where(table.c.id == before.report).values(sent_at=utcnow(), **changes))
    # The row first: the document that it named till now may be one of what goes.
    removed = await taking_back.take_back(session, before, batch)
    # Nothing is proposed for what was taken back, and none of it is named as similar.
    await own_sources.forget_gone(session, batch)
    if batch.compared is not None:
        batch.compared.nearby = await similar.still_there(session, batch.compared.nearby)
    return removed
