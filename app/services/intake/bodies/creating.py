"""New records, one verb each: a body is walked into drafts, and the pipeline stores them.

What a path names, an event for example, is `addressed`: a draft for others to point at, found under the lock.
"""

from dataclasses import replace
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
from app.services.intake import pipeline, remarks
from app.services.intake.bodies import outcomes, walking
from app.services.intake.bodies.outcomes import Effect
from app.services.intake.drafts import Batch, Draft
from app.services.search import similar

# What a single creation gives: the record, whether it is new, what else was done, and what there is to remark.
Made = tuple[RecordRead, bool, Effect, list[Remark]]


def _addressed(model: type[Record], address: str) -> Draft:
    return Draft(model, "", reference=address)


async def _store(session: AsyncSession, caller: Caller, batch: Batch, addressed: Draft | None = None) -> None:
    """Raises NotFound, Gone, or Conflict for a merged record at the address, and what `pipeline.store` raises."""
    await pipeline.prepare(session, batch)
    await pipeline.foresee(session, batch)
    if addressed is not None:
        await _find(session, caller, addressed)
    await pipeline.store(session, batch)


async def _find(session: AsyncSession, caller: Caller, addressed: Draft) -> None:
    model = addressed.model
    try:
        record = await records.locate(session, caller, model, addressed.reference or "")
    except Merged as merged:
        raise Conflict(
            "This record was merged into another; write to that one.", url=kinds.url(model, UUID(merged.target))
        ) from None
    addressed.id, addressed.outcome = record.id, "matched"
    addressed.values = {"event_id": record.event_id, "event_root": record.event_id}


async def _one(
    session: AsyncSession, caller: Caller, batch: Batch, draft: Draft, addressed: Draft | None = None
) -> Made:
    await _store(session, caller, batch, addressed)
    is_new = draft.outcome == "created"
    record = await records.get_written(session, caller, draft.model, draft.original.id, is_own=is_new)
    remarked = await remarks.tell(session, caller, batch)
    outcomes.name_similar(batch, remarked)
    return record, is_new, replace(outcomes.effect(batch), similar=batch.similar.get(draft.pointer, ())), remarked


async def source(session: AsyncSession, caller: Caller, data: SourceCreate) -> Made:
    batch = Batch(caller)
    return await _one(session, caller, batch, walking.source(batch, data, ""))


async def source_link(session: AsyncSession, caller: Caller, source_address: str, data: SourceLinkCreate) -> Made:
    batch, start = Batch(caller), _addressed(Source, source_address)
    return await _one(session, caller, batch, walking.source_link(batch, data, start, ""), start)


async def document(session: AsyncSession, caller: Caller, data: DocumentCreate) -> Made:
    batch = Batch(caller)
    return await _one(session, caller, batch, walking.document(batch, data, ""))


async def version(session: AsyncSession, caller: Caller, document_address: str, data: VersionCreate) -> Made:
    batch, read = Batch(caller), _addressed(Document, document_address)
    return await _one(session, caller, batch, walking.version(batch, data, read, ""), read)


async def document_link(session: AsyncSession, caller: Caller, document_address: str, data: DocumentLinkCreate) -> Made:
    batch, start = Batch(caller), _addressed(Document, document_address)
    return await _one(session, caller, batch, walking.document_link(batch, data, start, ""), start)


async def event(session: AsyncSession, caller: Caller, data: EventCreate) -> Made:
    batch = Batch(caller)
    return await _one(session, caller, batch, walking.event(batch, data, ""))


async def event_link(session: AsyncSession, caller: Caller, event_address: str, data: EventLinkCreate) -> Made:
    batch, start = Batch(caller), _addressed(Event, event_address)
    return await _one(session, caller, batch, walking.event_link(batch, data, start, ""), start)


async def question(session: AsyncSession, caller: Caller, event_address: str, data: QuestionCreate) -> Made:
    batch, event_draft = Batch(caller), _addressed(Event, event_address)
    draft = walking.question(batch, data, event_draft, "")
    batch.compared = similar.in_question(caller, event_address, data)
    return await _one(session, caller, batch, draft, event_draft)


async def claim(
    session: AsyncSession, caller: Caller, event_address: str, data: ClaimCreate
) -> tuple[ClaimCallAnswer, bool]:
    """The core call: one claim with its question, and who says what about it.

    Gives what became of each part, with remarks and similar claims, and whether anything is new.
    """
    batch, event_draft = Batch(caller), _addressed(Event, event_address)
    drafts = walking.claim(batch, data, event_draft, "")
    batch.compared = similar.in_claim(caller, event_address, data)
    await _store(session, caller, batch, event_draft)
    remarked, effect = await remarks.tell(session, caller, batch), outcomes.effect(batch)
    outcomes.name_similar(batch, remarked)
    parts = dict(outcomes.claim(batch, drafts))
    answer = ClaimCallAnswer(**parts, changed=effect.changed, remarks=remarked)
    similar.name({"": answer}, batch.compared)
    return answer, effect.created


async def claim_link(session: AsyncSession, caller: Caller, event_address: str, data: ClaimLinkCreate) -> Made:
    batch, event_draft = Batch(caller), _addressed(Event, event_address)
    return await _one(session, caller, batch, walking.claim_link(batch, data, event_draft, ""), event_draft)


async def statement(session: AsyncSession, caller: Caller, event_address: str, data: StatementCreate) -> Made:
    batch, event_draft = Batch(caller), _addressed(Event, event_address)
    return await _one(session, caller, batch, walking.statement(batch, data, event_draft, "").statement, event_draft)


async def appearance(session: AsyncSession, caller: Caller, statement_address: str, data: AppearanceCreate) -> Made:
    batch, statement_draft = Batch(caller), _addressed(Statement, statement_address)
    return await _one(session, caller, batch, walking.appearance(batch, data, statement_draft, ""), statement_draft)


async def assessment(session: AsyncSession, caller: Caller, event_address: str, data: AssessmentCreate) -> Made:
    batch, event_draft = Batch(caller), _addressed(Event, event_address)
    return await _one(session, caller, batch, walking.assessment(batch, data, event_draft, "", None), event_draft)
