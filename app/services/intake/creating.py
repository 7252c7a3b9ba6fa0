"""New records: a body is walked into drafts, the drafts are settled, and what became of them is told."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Merged
from app.models import Document, Event, Record, Statement
from app.schemas import kinds
from app.schemas.assessments import AssessmentCreate
from app.schemas.claims import ClaimCreate, ClaimLinkCreate
from app.schemas.common import RecordRead
from app.schemas.documents import DocumentCreate, DocumentLinkCreate, VersionCreate
from app.schemas.events import EventCreate, EventLinkCreate
from app.schemas.questions import QuestionCreate
from app.schemas.reports import ClaimPart
from app.schemas.sources import SourceCreate
from app.schemas.statements import AppearanceCreate, StatementCreate
from app.services import records
from app.services.access import Caller
from app.services.intake import copies, matching, outcomes, quotes, walking
from app.services.intake import credits as wire_credits
from app.services.intake.drafts import Batch, Draft
from app.services.intake.references import real
from app.services.search import similar
from app.services.search.similar import Nearby

# What a single creation gives: the record, and whether it is new.
Made = tuple[RecordRead, bool]


def _addressed(model: type[Record], address: str) -> Draft:
    """The record that a path names, for drafts to point at; `_settle` finds it."""
    return Draft(model, "", reference=address)


async def _settle(session: AsyncSession, caller: Caller, batch: Batch, of: Draft | None = None) -> None:
    """Settle a body's drafts; `of`: the record that the path names.

    Raises NotFound, Gone, or Conflict for a merged one, and what `matching.settle` raises.
    """
    await copies.read(batch)
    await quotes.foresee(session, batch)
    if of is not None:
        await _find(session, caller, of)
    await matching.settle(session, batch)
    await copies.propose(session, batch)
    await wire_credits.propose(session, batch)


async def _find(session: AsyncSession, caller: Caller, of: Draft) -> None:
    try:
        found = await records.get(session, caller, of.model, of.reference or "")
    except Merged as merged:
        raise Conflict(
            "This record was merged into another; write to that one.", url=kinds.url(of.model, UUID(merged.target))
        ) from None
    event = found.id if of.model is Event else getattr(found, "event_id", None)
    of.id, of.values, of.outcome = found.id, {"event_id": event, "event_root": event}, "matched"


async def _one(session: AsyncSession, caller: Caller, batch: Batch, draft: Draft, of: Draft | None = None) -> Made:
    await _settle(session, caller, batch, of)
    key = str(real(draft).id)
    return await records.get(session, caller, draft.model, key, merged_itself=True), draft.outcome == "created"


async def source(session: AsyncSession, caller: Caller, data: SourceCreate) -> Made:
    batch = Batch()
    draft = walking.source(batch, data, "")
    return await _one(session, caller, batch, _there(draft))


async def document(session: AsyncSession, caller: Caller, data: DocumentCreate) -> Made:
    batch = Batch()
    draft = walking.document(batch, data, "")
    return await _one(session, caller, batch, _there(draft))


async def version(session: AsyncSession, caller: Caller, where: str, data: VersionCreate) -> Made:
    batch, of = Batch(), _addressed(Document, where)
    return await _one(session, caller, batch, walking.version(batch, data, of, ""), of)


async def document_link(session: AsyncSession, caller: Caller, where: str, data: DocumentLinkCreate) -> Made:
    batch, of = Batch(), _addressed(Document, where)
    return await _one(session, caller, batch, walking.document_link(batch, data, of, ""), of)


async def event(session: AsyncSession, caller: Caller, data: EventCreate) -> Made:
    batch = Batch()
    return await _one(session, caller, batch, walking.event(batch, data, ""))


async def event_link(session: AsyncSession, caller: Caller, where: str, data: EventLinkCreate) -> Made:
    batch, of = Batch(), _addressed(Event, where)
    return await _one(session, caller, batch, walking.event_link(batch, data, of, ""), of)


async def question(session: AsyncSession, caller: Caller, where: str, data: QuestionCreate) -> Made:
    batch, of = Batch(), _addressed(Event, where)
    return await _one(session, caller, batch, _there(walking.question(batch, data, of, "")), of)


async def claim(
    session: AsyncSession, caller: Caller, where: str, data: ClaimCreate, nearby: Nearby
) -> tuple[ClaimPart, bool]:
    """The core call: one claim with its question, and who says what about it. Gives what became of each part."""
    batch, of = Batch(), _addressed(Event, where)
    drafts = walking.claim(batch, data, of, "")
    await _settle(session, caller, batch, of)
    answer = outcomes.claim(batch, drafts)
    similar.name({"": answer}, nearby)
    return answer, outcomes.anything_new(batch)


async def claim_link(session: AsyncSession, caller: Caller, where: str, data: ClaimLinkCreate) -> Made:
    batch, of = Batch(), _addressed(Event, where)
    return await _one(session, caller, batch, walking.claim_link(batch, data, of, ""), of)


async def statement(session: AsyncSession, caller: Caller, where: str, data: StatementCreate) -> Made:
    batch, of = Batch(), _addressed(Event, where)
    return await _one(session, caller, batch, walking.statement(batch, data, of, "").statement, of)


async def appearance(session: AsyncSession, caller: Caller, where: str, data: AppearanceCreate) -> Made:
    batch, of = Batch(), _addressed(Statement, where)
    return await _one(session, caller, batch, walking.appearance(batch, data, of, ""), of)


async def assessment(session: AsyncSession, caller: Caller, where: str, data: AssessmentCreate) -> Made:
    batch, of = Batch(), _addressed(Event, where)
    return await _one(session, caller, batch, walking.assessment(batch, data, of, ""), of)


def _there(draft: Draft | None) -> Draft:
    """A body that describes a record always makes a draft."""
    if draft is None:
        raise TypeError
    return draft
