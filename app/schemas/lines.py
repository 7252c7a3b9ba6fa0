"""Lines of NDJSON: what `POST /v1/ingest` takes and the exports give, one record or report each.

A line is the record's own body with its `type`, and names what the record's path would name (`event`, `statement`,
`document`, `from`). `id`, `merged_into` and what the service finds out for itself come from an export: they are taken
from a key that may restore, and go before everything else.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.schemas.addresses import EventAddress, Reference
from app.schemas.assessments import AssessmentCreate
from app.schemas.claims import ClaimCreate, ClaimLinkCreate
from app.schemas.common import Input, Output
from app.schemas.documents import DocumentCreate, DocumentLinkCreate, VersionCreate
from app.schemas.events import EventCreate, EventLinkCreate
from app.schemas.fields import Misfit, Ref, WholeNumber
from app.schemas.questions import QuestionCreate
from app.schemas.reports import ReportCreate
from app.schemas.sources import SourceCreate, SourceLinkCreate
from app.schemas.statements import AppearanceCreate, HopCreate, StatementCreate
from app.texts.cleaning import clean
from app.vocabulary import CHAIN_HOPS, WORDING_CHARACTERS, Fidelity

_OF_EXPORTS: Final = frozenset({"merged_into", "placed", "shadow", "fidelity", "selector", "redacted"})


class RestorableLine(Input):
    """What an export says beside the body: which record it is."""

    id: UUID | None = None
    redacted: list[Literal["record"]] | None = None
    """Of what is left of a redacted record."""

    @model_validator(mode="after")
    def _comes_with_id(self) -> "RestorableLine":
        if self.id is None and not _OF_EXPORTS.isdisjoint(self.model_fields_set):
            name = min(_OF_EXPORTS & self.model_fields_set)
            raise Misfit(name, f"{name} comes with the id, from an export")
        return self


class MergeableLine(RestorableLine):
    merged_into: UUID | None = None


class ShadowedLine(MergeableLine):
    shadow: Annotated[WholeNumber, Field(ge=1, le=1000)] | None = None
    """It is not the first of its ref or URL."""


class SourceLine(SourceCreate, ShadowedLine):
    type: Literal["source"]
    placed: bool | None = None
    """Known only where it was mentioned."""


class SourceLinkLine(SourceLinkCreate, RestorableLine):
    type: Literal["source_link"]
    ref: Ref | None = None
    from_: Annotated[Reference, Field(alias="from")]


class DocumentLine(DocumentCreate, ShadowedLine):
    type: Literal["document"]


class VersionLine(VersionCreate, RestorableLine):
    type: Literal["document_version"]
    ref: Ref | None = None
    document: Reference


class DocumentLinkLine(DocumentLinkCreate, RestorableLine):
    type: Literal["document_link"]
    ref: Ref | None = None
    from_: Annotated[Reference, Field(alias="from")]


class EventLine(EventCreate, MergeableLine):
    type: Literal["event"]

    @model_validator(mode="after")
    def _findable(self) -> "EventLine":
        if not (self.id or self.ref or self.slug):
            raise Misfit("ref", "an event needs a ref or a slug, so that it is found when the line comes again")
        return self


class EventLinkLine(EventLinkCreate, RestorableLine):
    type: Literal["event_link"]
    from_: Annotated[Reference, Field(alias="from")]


class QuestionLine(QuestionCreate, RestorableLine):
    type: Literal["question"]
    event: EventAddress


class ClaimLine(ClaimCreate, MergeableLine):
    type: Literal["claim"]
    event: EventAddress


class StatementLine(StatementCreate, RestorableLine):
    type: Literal["statement"]
    event: EventAddress | None = None
    """Needed where the question is described here; else that of its claim or question."""


class HopLine(HopCreate, RestorableLine):
    ref: Ref | None = None
    step: Annotated[WholeNumber, Field(ge=1, le=20)] | None = None
    """Its place in the chain, where one before it was deleted. Default: that in the list."""


Excerpt: TypeAlias = Annotated[str, StringConstraints(max_length=WORDING_CHARACTERS), AfterValidator(clean)]


class SelectorLine(Input):
    exact: Excerpt
    prefix: Excerpt
    suffix: Excerpt
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class AppearanceLine(AppearanceCreate, RestorableLine):
    type: Literal["appearance"]
    statement: Reference
    version: Reference | None = None
    """Which version of the document it was found in. Default: the one that this line brings, or the latest."""
    fidelity: Fidelity | None = None
    selector: SelectorLine | None = None
    hops: Annotated[list[HopLine], Field(max_length=CHAIN_HOPS)] | None = None  # type: ignore[assignment]


class ClaimLinkLine(ClaimLinkCreate, RestorableLine):
    type: Literal["claim_link"]


class AssessmentLine(AssessmentCreate, RestorableLine):
    type: Literal["assessment"]


class ReportLine(ReportCreate):
    type: Literal["report"]


# Written out, as types are read statically; tests/schemas/test_kinds.py compares it with the table of kinds.
Line: TypeAlias = Annotated[
    SourceLine
    | SourceLinkLine
    | DocumentLine
    | VersionLine
    | DocumentLinkLine
    | EventLine
    | EventLinkLine
    | QuestionLine
    | ClaimLine
    | StatementLine
    | AppearanceLine
    | ClaimLinkLine
    | AssessmentLine
    | ReportLine,
    Field(discriminator="type"),
]


class LineProblem(Output):
    """Why a line was refused: a problem as any other answer's, and where it stands."""

    line: int
    status: int
    type: str
    title: str
    detail: str
    retryable: bool
    """Whether the same line may go in when it is sent again later."""
    errors: list[dict[str, Any]] = Field(default_factory=list)
    """Pointers into the line."""
    url: str | None = None
    """The record in the way."""


class IngestSummary(Output):
    """The last line."""

    done: Literal[True] = True
    bytes: int
    """Of the lines, after decompression."""
    lines: int
    """All, blank ones included."""
    created: int
    matched: int
    failed: int
