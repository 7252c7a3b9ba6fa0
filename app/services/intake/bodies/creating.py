"""New records, one verb each: a body is walked into drafts, and the pipeline stores them.

What a path names, an event for example, is `addressed`: a draft for others to point at, found under the lock.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Merged
from app.models import Document, Event, Record, Source, Statement
from app.schemas import kinds
from app.schemas.assessments import AssessmentCreate
from app.schemas.claims import ClaimCreate, ClaimLinkCreate
from app.schemas.common import RecordRead, Remark
from app.schemas.documents import DocumentCreate, DocumentLinkCreate, VersionCreate
from app.schemas.events import EventCreate, EventLinkCreate
from app.schemas.questions import QuestionCreate
from app.schemas.reports import ClaimCallAnswer
from app.schemas.sources import SourceCreate, SourceLinkCreate
from app.schemas.statements import AppearanceCreate, StatementCreate
from app.services import records
from app.services.access import Caller
from app.services.intake import pipeline
from app.services.intake.bodies import outcomes, together, walking
from app.services.intake.bodies.outcomes import Effect
from app.services.intake.bodies.together import SentBody
from app.services.intake.drafts import Batch, Draft
from app.services.search import similar
from app.services.search.similar import Compared

# What a single creation gives: the record, whether it is new, what else was done, and what there is to remark.
Made = tuple[RecordRead, bool, Effect, list[Remark]]


def _addressed(model: type[Record], address: str) -> Draft:
    return Draft(model, "", reference=address)


async def _store(session: AsyncSession, body: SentBody[Any]) -> None:
    """Raises NotFound, Gone, or Conflict for a merged record at the address, and what `pipeline.store` raises."""
    await pipeline.prepare(session, body.batch)
    await pipeline.foresee(session, body.batch)
    async with together.turn(session, body) as is_stored:
        if is_stored:
            return
        if body.addressed is not None:
            await _find(session, body.caller, body.addressed)
        await pipeline.store(session, body.batch)
        await together.tell(session, body.batch, [body])


async def _find(session: AsyncSession, caller: Caller, addressed: Draft) -> None:
    model = addressed.model
    try:
        record = await records.locate(session, caller, model, addressed.reference or "")
    except Merged as merged:
        raise Conflict(
            "This record was merged into another; write to that one.", url=kinds.url(model, UUID(merged.target))
        ) from None
    together.find(addressed, record)


async def _one(
    session: AsyncSession,
    caller: Caller,
    walk: Callable[[Batch], Draft],
    addressed: Draft | None = None,
    compared: Compared | None = None,
) -> Made:
    body = SentBody(caller, walk, addressed, compared, shown=lambda draft: draft)
    await _store(session, body)
    draft, effect = body.walked, outcomes.effect(body.batch)
    outcomes.name_similar(body.batch, body.remarks)
    effect = replace(effect, similar=body.batch.similar.get(draft.pointer, ()))
    return body.record_shown, draft.outcome == "created", effect, body.remarks


async def source(session: AsyncSession, caller: Caller, data: SourceCreate) -> Made:
    return await _one(session, caller, lambda batch: walking.source(batch, data, ""))


async def source_link(session: AsyncSession, caller: Caller, source_address: str, data: SourceLinkCreate) -> Made:
    start = _addressed(Source, source_address)
    return await _one(session, caller, lambda batch: walking.source_link(batch, data, start, ""), start)


async def document(session: AsyncSession, caller: Caller, data: DocumentCreate) -> Made:
    return await _one(session, caller, lambda batch: walking.document(batch, data, ""))


async def version(session: AsyncSession, caller: Caller, document_address: str, data: VersionCreate) -> Made:
    read = _addressed(Document, document_address)
    return await _one(session, caller, lambda batch: walking.version(batch, data, read, ""), read)


async def document_link(session: AsyncSession, caller: Caller, document_address: str, data: DocumentLinkCreate) -> Made:
    start = _addressed(Document, document_address)
    return await _one(session, caller, lambda batch: walking.document_link(batch, data, start, ""), start)


async def event(session: AsyncSession, caller: Caller, data: EventCreate) -> Made:
    return await _one(session, caller, lambda batch: walking.event(batch, data, ""))


async def event_link(session: AsyncSession, caller: Caller, event_address: str, data: EventLinkCreate) -> Made:
    start = _addressed(Event, event_address)
    return await _one(session, caller, lambda batch: walking.event_link(batch, data, start, ""), start)


async def question(session: AsyncSession, caller: Caller, event_address: str, data: QuestionCreate) -> Made:
    event_draft, compared = _addressed(Event, event_address), similar.in_question(caller, event_address, data)
    return await _one(
        session, caller, lambda batch: walking.question(batch, data, event_draft, ""), event_draft, compared
    )


async def claim(
    session: AsyncSession, caller: Caller, event_address: str, data: ClaimCreate
) -> tuple[ClaimCallAnswer, bool]:
    """The core call: one claim with its question, and who says what about it.

    Gives what became of each part, with remarks and similar claims, and whether anything is new.
    """
    event_draft, compared = _addressed(Event, event_address), similar.in_claim(caller, event_address, data)
    body = SentBody(caller, lambda batch: walking.claim(batch, data, event_draft, ""), event_draft, compared)
    await _store(session, body)
    batch, effect = body.batch, outcomes.effect(body.batch)
    outcomes.name_similar(batch, body.remarks)
    parts = dict(outcomes.claim(batch, body.walked))
    answer = ClaimCallAnswer(**parts, changed=effect.changed, remarks=body.remarks)
    similar.name({"": answer}, batch.compared)
    return answer, effect.created


async def claim_link(session: AsyncSession, caller: Caller, event_address: str, data: ClaimLinkCreate) -> Made:
    event_draft = _addressed(Event, event_address)
    return await _one(session, caller, lambda batch: walking.claim_link(batch, data, event_draft, ""), event_draft)


async def statement(session: AsyncSession, caller: Caller, event_address: str, data: StatementCreate) -> Made:
    event_draft = _addressed(Event, event_address)
    return await _one(
        session, caller, lambda batch: walking.statement(batch, data, event_draft, "").statement, event_draft
    )


async def appearance(session: AsyncSession, caller: Caller, statement_address: str, data: AppearanceCreate) -> Made:
    statement_draft = _addressed(Statement, statement_address)
    return await _one(
        session, caller, lambda batch: walking.appearance(batch, data, statement_draft, ""), statement_draft
    )


async def assessment(session: AsyncSession, caller: Caller, event_address: str, data: AssessmentCreate) -> Made:
    event_draft = _addressed(Event, event_address)
    return await _one(
        session, caller, lambda batch: walking.assessment(batch, data, event_draft, "", None), event_draft
    )
