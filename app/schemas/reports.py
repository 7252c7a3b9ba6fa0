"""Nested bodies: one attributed claim, and a whole report of an ingest script; and what is answered to them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from app.schemas.addresses import EventAddress, Reference
from app.schemas.assessments import AssessmentCreate
from app.schemas.claims import ClaimCreate, ClaimLinkCreate
from app.schemas.common import CHANGED, LONG_LIST_ITEMS, SHORT_LIST_ITEMS, Input, Output, Remark, text_alone
from app.schemas.documents import DocumentIn
from app.schemas.events import EventFields, EventLinkCreate
from app.schemas.fields import Misfit, Ref
from app.schemas.questions import QuestionCreate
from app.schemas.statements import StatementCreate
from app.vocabulary import Fidelity

Outcome = Literal["created", "matched", "completed", "replaced", "gone"]


class ReportEvent(EventFields):
    """An event, found by `event`, ref or slug, or made."""

    _alone = text_alone("event")

    event: EventAddress | None = None
    """An event that is there; nothing else describes it then."""
    parent: Reference | None = None
    event_links: Annotated[list[EventLinkCreate], Field(max_length=SHORT_LIST_ITEMS)] | None = None
    questions: Annotated[list[QuestionCreate], Field(max_length=LONG_LIST_ITEMS)] | None = None
    claims: Annotated[list[ClaimCreate], Field(max_length=LONG_LIST_ITEMS)] | None = None
    statements: Annotated[list[StatementCreate], Field(max_length=LONG_LIST_ITEMS)] | None = None
    """About a question, or a claim that stands elsewhere."""
    claim_links: Annotated[list[ClaimLinkCreate], Field(max_length=LONG_LIST_ITEMS)] | None = None
    assessments: Annotated[list[AssessmentCreate], Field(max_length=LONG_LIST_ITEMS)] | None = None

    @model_validator(mode="after")
    def _findable(self) -> "ReportEvent":
        if not (self.event or self.ref or self.slug):
            raise Misfit(
                "ref", "an event in a report needs a ref or a slug, so that it is found when the report comes again"
            )
        described = self.model_fields_set & (EventFields.model_fields.keys() | {"parent"})
        if self.event and described:
            names = sorted(described)
            raise Misfit(names[0], f"an event given by `event` is not described again: {', '.join(names)}")
        return self


class ReportCreate(Input):
    """One document's worth of claims: all of it is stored, or nothing."""

    ref: Ref | None = None
    """The report sent again under it replaces what it said."""
    document: DocumentIn | None = None
    """Where all is found; a statement may name another."""
    events: Annotated[list[ReportEvent], Field(min_length=1, max_length=SHORT_LIST_ITEMS)]


class Part(Output):
    """One record that the body asked for."""

    id: UUID | None
    outcome: Outcome
    """`matched`: it was there; `completed`: so it was, with gaps that this filled; `replaced`: what only this report
    had said gave way to what it says now; `gone`: this report stored it before, and it was changed or deleted since."""
    url: str | None = None
    """Where it is read; null: not by itself, or it is gone."""


class DocumentPart(Part):
    """What became of a document and of its version."""

    version_id: UUID | None = None


class AppearancePart(Part):
    fidelity: Fidelity | None
    """What became of its quotation."""


class Similar(Output):
    """One that may be the same."""

    id: UUID
    url: str
    text: str
    """Its words, or its name."""
    score: float


class ComparedPart(Part):
    """What became of a question or source, and which others it may be."""

    similar: list[Similar] = Field(default_factory=list)
    """Those that it may be, the most alike first."""


class StatementPart(Part):
    """What became of a statement, and of what it names."""

    source: ComparedPart | None = None
    document: DocumentPart | None = None
    appearance: AppearancePart | None = None
    question: ComparedPart | None = None


class ClaimPart(Output):
    """What became of a claim, and of all that was said of it."""

    claim: Part
    question: ComparedPart | None = None
    statements: list[StatementPart]
    similar: list[Similar] = Field(default_factory=list)
    """Those that it may be, the most alike first."""


class ClaimCallAnswer(ClaimPart):
    """What became of each part of the core call."""

    changed: Annotated[bool, Field(description=CHANGED)]
    remarks: list[Remark]


class EventPart(Part):
    """What became of an event, and of all that was said of it."""

    slug: str | None = None
    event_links: list[Part]
    questions: list[ComparedPart]
    claims: list[ClaimPart]
    statements: list[StatementPart]
    claim_links: list[Part]
    assessments: list[Part]


class Removed(Output):
    """How many records this delivery says no more."""

    appearances: int
    statements: int
    claims: int
    questions: int
    assessments: int
    sources: int
    documents: int
    events: int
    links: int


class ReportRead(Part):
    """What became of each part, in the order of the body."""

    ref: str | None
    owner: str
    """The name of its key."""
    changed: Annotated[bool, Field(description=CHANGED)]
    document: DocumentPart | None
    events: list[EventPart]
    removed: Removed
    remarks: list[Remark]
