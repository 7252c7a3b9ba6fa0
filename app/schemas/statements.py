"""Statements: one source's act toward a claim or question; their appearances; and the chains of who passed them on."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from app import times
from app.schemas.addresses import Address, EventsAsked, Label, Reference, SourceAsked
from app.schemas.common import Input, Output, Paging, RecordRead, Viewed, comma_separated, with_examples
from app.schemas.documents import DocumentIn
from app.schemas.fields import (
    CoarseTime,
    Key,
    Language,
    Languages,
    Misfit,
    Moment,
    Name,
    PastTime,
    Prose,
    Ref,
    Score,
    ToldMoment,
    Verbal,
    WholeNumber,
    Wording,
)
from app.schemas.forms.words import (
    ActIn,
    AttributionIn,
    BasisIn,
    CertaintyIn,
    DisclosureIn,
    ExplicitnessesIn,
    ExplicitnessIn,
    FramingIn,
    HowKnownIn,
    LinkStateIn,
    LocationIn,
    MeasureIn,
    StanceIn,
    StancesIn,
    WithdrawnByIn,
)
from app.schemas.questions import QuestionIn
from app.schemas.sources import SourceIn
from app.vocabulary import (
    CHAIN_HOPS,
    Act,
    Attribution,
    Basis,
    Certainty,
    Disclosure,
    Explicitness,
    Fidelity,
    Framing,
    HowKnown,
    LinkState,
    Location,
    Stance,
    WithdrawnBy,
)


class HopCreate(Input):
    """Who passed the words on, between speaker and document."""

    source: SourceIn
    disclosure: DisclosureIn | None = None
    how_known: HowKnownIn | None = None
    score: Score | None = None
    state: LinkStateIn | None = None


class _TextOr:
    """For the description: a text may stand here, too."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        by_source = {"type": "string", "description": 'A step by its source alone, as `{"source": …}`.'}
        return {"anyOf": [handler(schema), by_source]}


# Of a source: a step has none of them.
_OF_ITS_SOURCE: Final = frozenset({"name", "kind", "role", "party", "url"})


def _hop(step: Any) -> Any:
    if isinstance(step, dict) and "source" not in step and step.keys() & _OF_ITS_SOURCE:
        raise ValueError(
            'the source of a step stands inside it, {"source": {"name": …}}, or is the step by its name alone'
        )
    return {"source": step} if isinstance(step, str) else step


HopIn = Annotated[
    HopCreate,
    BeforeValidator(_hop),
    _TextOr(),
]


class AppearanceFields(Input):
    wording: Wording | None = None
    """The words, as they stand in the document."""
    language: Language | None = None
    """Of the wording."""
    translation: Wording | None = None
    translation_language: Language | None = None
    quoted: bool | None = None
    """Whether the document gives the wording as a quotation."""
    cue: Verbal | None = None
    """The document's verb for it: `he claimed`."""
    framing: FramingIn | None = None
    attribution: AttributionIn | None = None
    location: LocationIn | None = None
    note: Prose | None = None
    hops: Annotated[list[HopIn], Field(max_length=CHAIN_HOPS)] | None = None
    """Who passed it on, from the speaker's side, without speaker and publisher."""


class AppearanceCreate(AppearanceFields):
    """Where a statement is found, and in which words."""

    model_config = with_examples(
        {
            "document": {"url": "https://other.example/1"},
            "wording": "a warehouse for fireworks blew up",
            "framing": "doubting",
            "cue": "claimed",
            "hops": [{"source": {"name": "Interfax", "kind": "agency"}}],
        }
    )

    ref: Ref | None = None
    document: DocumentIn | None = None


class AppearanceChange(AppearanceFields):
    """A null empties a field. `hops` replaces the whole chain."""

    model_config = with_examples({"framing": "neutral", "location": "headline", "hops": []})

    ref: Ref | None = None
    document: Reference | None = None


class StatementFields(Input):
    ref: Ref | None = None
    stance: StanceIn | None = None
    """Default `support`."""
    act: ActIn | None = None
    explicitness: ExplicitnessIn | None = None
    """Default `explicit`; others are shown, but do not count."""
    certainty: CertaintyIn | None = None
    basis: BasisIn | None = None
    preliminary: bool | None = None
    """True: the source calls its figure preliminary."""
    said: PastTime | None = None
    """Default for reading: when its document was published."""
    recheck_at: ToldMoment | None = None
    """When to ask again: `so far`, `for the moment`."""
    credibility: Annotated[WholeNumber, Field(ge=1, le=6)] | None = None
    """Admiralty scale: 1 (confirmed) to 5 (improbable), 6 (can't be judged)."""
    withdrawn: PastTime | None = None
    """When it was taken back."""
    withdrawn_reason: Prose | None = None
    withdrawn_by: WithdrawnByIn | None = None

    @model_validator(mode="after")
    def _is_said_first(self) -> "StatementFields":
        is_early = self.said and self.withdrawn and times.is_before(self.withdrawn, self.said)
        if is_early and getattr(self, "id", None) is None:  # not of an export
            raise Misfit("withdrawn", f"it can't be taken back before it was said ({self.said})")
        return self


class StatementInClaim(StatementFields, AppearanceFields):
    """One source's act toward the claim. No source: the document says it in its own voice."""

    label: Label | None = None
    source: SourceIn | None = None
    document: DocumentIn | None = None
    supersedes: Reference | None = None
    """The source's earlier statement that this one replaces."""
    withdrawn_document: Reference | None = None


class StatementCreate(StatementInClaim):
    """A statement about a claim; or about a question, only asked or not answered."""

    model_config = with_examples(
        {
            "claim": "ref:warehouse",
            "source": {"name": "Plant management", "kind": "company"},
            "stance": "deny",
            "said": "2023-08-10",
            "wording": "There was no such warehouse.",
            "document": {"url": "https://news.example/2023/08/10/plant"},
        },
        {
            "question": "ref:cause",
            "source": {"name": "Kyiv", "kind": "authority", "party": "ukraine"},
            "stance": "no_comment",
        },
    )

    claim: Reference | None = None
    question: QuestionIn | None = None


class StatementChange(StatementFields):
    """A null empties a field."""

    model_config = with_examples({"certainty": "somewhat_certain", "act": None, "credibility": 3})

    claim: Reference | None = None
    question: Reference | None = None
    source: Reference | None = None
    supersedes: Reference | None = None
    withdrawn_document: Reference | None = None


class StatementRead(RecordRead):
    """One source's act toward a claim or a question."""

    event_id: UUID
    claim_id: UUID | None
    question_id: UUID | None
    source_id: UUID | None
    stance: Stance
    act: Act | None
    explicitness: Explicitness
    certainty: Certainty | None
    basis: Basis | None
    preliminary: bool | None
    said: str | None
    said_from: datetime | None
    said_to: datetime | None
    recheck_at: datetime | None
    credibility: int | None
    supersedes_id: UUID | None
    withdrawn: str | None
    withdrawn_from: datetime | None
    withdrawn_to: datetime | None
    withdrawn_reason: str | None
    withdrawn_document_id: UUID | None
    withdrawn_by: WithdrawnBy | None


class HopRead(Output):
    id: UUID
    ref: str | None = None
    step: int
    source_id: UUID
    disclosure: Disclosure
    how_known: HowKnown
    score: float | None
    state: LinkState


class SelectorRead(Output):
    """Where it stands in the text: W3C TextQuoteSelector, in code points."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


class AppearanceRead(RecordRead):
    """Where a statement is found, and in which words."""

    event_id: UUID
    statement_id: UUID
    document_id: UUID | None
    version_id: UUID | None
    report_id: UUID | None
    wording: str | None
    language: str | None
    translation: str | None
    translation_language: str | None
    quoted: bool
    cue: str | None
    framing: Framing | None
    attribution: Attribution | None
    location: Location | None
    selector: SelectorRead | None
    """Where it stands in the text of `version_id`; null: nowhere."""
    fidelity: Fidelity
    """Whether it stands in the document's text. `drifted`: in an earlier version; `paraphrase`: not quoted;
    `unchecked`: there was nothing to look in."""
    note: str | None
    hops: list[HopRead]


class StatementFilter(Input):
    """What narrows a list of statements."""

    event: EventsAsked | None = None
    claim: Address | None = None
    question: Address | None = None
    """About this question itself, or about a claim that answers it."""
    measure: MeasureIn | None = None
    """Questions of this measure, and figures."""
    subject: Name | None = None
    """Of what is counted: `aboard`."""
    source: SourceAsked | None = None
    document: Address | None = None
    party: Key | None = None
    """Of a source: its own, or that of the nearest body it belongs to."""
    stance: StancesIn | None = None
    """One `Stance`, or several with commas."""
    explicitness: ExplicitnessesIn | None = None
    withdrawn: bool | None = None
    said_from: CoarseTime | None = None
    """Said at or after the beginning of this time; without `said` counts when the first of its documents was
    published."""
    said_to: CoarseTime | None = None
    """Said before the end of this time."""
    language: Languages | None = None
    """Of its words somewhere; several with commas."""
    updated_since: Moment | None = None
    recheck_before: Moment | None = None
    ref: Ref | None = None
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at", "said", "-said"] = "-created_at"


class StatementQuery(StatementFilter, Paging, Viewed):
    expand: Annotated[str, comma_separated("event", "question", "claim", "source", "document")] | None = None
    """In full beside each, with commas, what it points at; `document` is where it was published first, with the
    `appearance` there."""
    facets: Annotated[str, comma_separated("stance", "explicitness", "act", "certainty", "basis")] | None = None
    """Counts by any of these."""


class AppearanceQuery(Paging):
    sort: Literal["created_at", "-created_at"] = "created_at"
