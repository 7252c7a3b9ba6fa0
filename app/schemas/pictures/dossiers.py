"""Pictures of one event: the dossier, and its slices. Ids in them are those after merges."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.common import Input, Output, Viewed
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventRead
from app.schemas.fields import TimeParameter
from app.schemas.forms.words import AnswerLanguageIn, DossierOrderIn, IndependenceIn
from app.schemas.pictures.reason_codes import Reason
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead
from app.vocabulary import (
    ClaimRelation,
    DocumentRelation,
    EventRelation,
    Explicitness,
    HowKnown,
    Independence,
    LinkState,
    Rating,
    Scheme,
    SourceLinkKnown,
    SourceRelation,
    Stance,
    Standing,
    Status,
)

SaidBy = Literal["said", "published", "retrieved", "recorded"]
EndedBy = Literal["withdrawn", "withdrawn_elsewhere", "superseded", "retracted"]
Direction = Literal["from", "to"]
FigureState = Literal["current", "order_unknown", "replaced", "outdated", "predicted"]
SelfContradiction = Literal["both_ways", "rival_claims"]
JoinedBy = Literal["source", "family", "chain", "document", "link", "same_as", "party"]
Turn = Literal["said", "withdrawn", "retracted", "superseded", "assessed"]


class PictureQuery(Input):
    """The moment a picture is of, on either clock."""

    as_of: TimeParameter | None = None
    """What had been recorded by a position of the ledger (`1234-0a1b2c3d`), or by the end of a time."""
    said_before: TimeParameter | None = None
    """Only what had been said by the end of this time."""
    independence: IndependenceIn = "family"
    """What makes two sources one: nothing (`source`), the same owner or body (`family`), or side (`party`)."""
    lang: AnswerLanguageIn | None = None
    """The language of sentences, figures and names. Default: what Accept-Language prefers, else English."""


class DossierQuery(PictureQuery, Viewed):
    order: DossierOrderIn = "time"
    """`time`: what was said first; `dispute`: the most disputed first."""


class EventTie(Output):
    """Another event that this one is linked to."""

    id: UUID
    slug: str
    title: str
    relation: EventRelation
    direction: Direction
    """`from`: from this event to the other; `to`: to this one."""


class EventPicture(EventRead):
    """The event, with those that it is linked to."""

    links: list[EventTie]


class NotLive(Output):
    """Why a statement does not stand."""

    reason: EndedBy
    """`superseded`: a later statement took its place; `withdrawn_elsewhere`: its family took back the same stance
    later; `retracted`: it is found only in retracted documents."""
    at: str | None
    """When, as it was told."""
    statement_id: UUID | None
    """What superseded it, or whose withdrawal covers it."""


class StatementPicture(StatementRead):
    effective: str
    effective_from: datetime
    """Its beginning, by which statements are ordered."""
    effective_to: datetime
    """Its end, exclusive; of a moment its beginning."""
    effective_by: SaidBy
    """By its own `said`, or when its first document was `published` or `retrieved`, or it was `recorded`."""
    live: bool
    """Whether it stands."""
    why_not_live: NotLive | None
    family_id: UUID | None
    """The source or document that it goes by; null for nobody's."""
    figure_state: FigureState | None
    """Of a live figure on an `evolving` question: `current`; `replaced` by its family's later figure; `outdated` by
    others', 24 h or more later; `order_unknown`: current, but its family gave another on the same day, and which came
    last is not known; `predicted`: it says what the number will be, and does not count."""
    appearances: list[AppearanceRead]
    """The earliest-published document first."""

    @property
    def outright(self) -> bool:
        """Whether the rules count it while it stands: it is explicit, and foresees no figure."""
        return self.explicitness == "explicit" and self.figure_state != "predicted"


class StanceCount(Output):
    statements: int
    sources: int
    """How many sources made them."""
    origins: int
    """How many of these are independent of each other."""
    parties: int
    """How many sides these are of."""


class JoinRead(Output):
    """What makes several statements one origin."""

    how: JoinedBy
    """`source`: one source made them; `family`: their sources belong to the same; `chain`: the same passed them on;
    `document`: unnamed sources of one document; `link`: their documents are copies; `same_as`: their sources may be the
    same; `party`: of one side."""
    source_id: UUID | None
    """Who made them, or passed them on, or whom they belong to."""
    document_id: UUID | None
    party: str | None
    link_id: UUID | None
    """Of the link between documents or sources. It and its ends are null where the caller may not see them."""
    from_id: UUID | None
    to_id: UUID | None
    relation: DocumentRelation | SourceRelation | None
    how_known: HowKnown | SourceLinkKnown | None
    state: LinkState | None
    score: float | None
    reason: str | None
    """Why two sources may be the same."""


class OriginRead(Output):
    """One independent source: the statements that go back to it."""

    name: str
    """The name to show."""
    source_id: UUID | None
    """The speaker, whom several belong to, or who passed the words on; null: not known, or not to be seen."""
    document_id: UUID | None
    """Where it is found first, if no source is known."""
    party: str | None
    statement_ids: list[UUID]
    """The earliest first, without those that would betray a protected source."""
    joined_by: list[JoinRead]


class RivalRead(Output):
    """Another claim that can't be true together with this one."""

    claim_id: UUID
    text: str | None


class ClaimTie(Output):
    """Another claim that this one is linked to."""

    id: UUID
    """Of the link."""
    claim_id: UUID
    """The other claim."""
    relation: ClaimRelation
    direction: Direction
    """`from`: from this claim to the other; `to`: to this one."""


class AssessmentPicture(AssessmentRead):
    """An assessment, and whether another replaced it."""

    superseded: bool
    """Whether the same author has replaced it."""


class ClaimPicture(ClaimRead):
    """A claim and all that was said about it."""

    english: str | None = Field(None, exclude=True)
    """Its text with that of a figure in English: what sorts by it is sorted the same in every language."""
    standing: Standing
    why: str
    """Why it stands there, in the language of the answer."""
    reasons: list[Reason]
    """The same as data, in the same order."""
    counts: dict[Stance, StanceCount]
    """Explicit live statements by stance. Of a figure, origins whose family gave a later one are not counted."""
    beside: dict[Stance, int]
    """Implied, inferred or predicted statements that stand, which do not count."""
    origins: dict[Stance, list[OriginRead]]
    """The independent sources behind each count."""
    rivals: list[RivalRead]
    """Supported claims that can't be true together with this one."""
    links: list[ClaimTie]
    statements: list[StatementPicture]
    """The earliest first."""
    assessments: list[AssessmentPicture]


class QuestionPicture(QuestionRead):
    """A question, with its answers and where it stands."""

    heading: str
    """Its text; of a quantity composed."""
    status: Status
    why: str
    reasons: list[Reason]
    """What `why` says, as data."""
    settled_by: list[UUID]
    """The assessments that close it, if any do."""
    answers: list[UUID]
    """The claims that these say hold."""
    claims: list[ClaimPicture]
    """What is answered, the earliest first."""
    statements: list[StatementPicture]
    """Who asks it or does not answer it, without any claim."""


class SilenceRead(Output):
    """A party that has not answered a question."""

    question_id: UUID
    party: str
    name: str
    """The name to show."""
    stance: Literal["no_comment", "no_information"] | None
    """Its last word; null: it is accused and has said nothing."""
    since: str
    """When it said so, or was accused."""
    since_from: datetime
    since_to: datetime
    statement_id: UUID
    """Its last word, or the first accusation."""
    claim_ids: list[UUID]
    """The supported claims that accuse it."""


class ContradictionRead(Output):
    """One source, or one family, against itself."""

    kind: SelfContradiction
    """It supports and denies one claim, or supports two rivals."""
    family_id: UUID
    question_id: UUID | None
    claim_ids: list[UUID]
    """Of the two statements; one where they are about the same."""
    statement_ids: list[UUID]
    """The earlier, and the later."""
    live: bool
    """Whether both still stand."""


class OrderUnknownRead(Output):
    """Two figures of one family, of something that grows, of which nobody knows which came last: no contradiction."""

    family_id: UUID
    question_id: UUID
    claim_ids: list[UUID]
    """Of the two statements."""
    statement_ids: list[UUID]
    says: str
    """`gave 31 and 52 on one day`."""
    live: bool
    """Whether both still stand."""


class UnattributedRead(Output):
    """What a document states in nobody's name."""

    document_id: UUID
    statement_id: UUID
    claim_id: UUID


class DocumentPicture(DocumentRead):
    versions: list[VersionRead]
    """What was read of it, the earliest first, without the texts."""
    links: list[DocumentLinkRead]
    """What it was made out of or answers."""


class DossierRead(Output):
    """The whole of one event."""

    position: str
    """Of the latest change shown; `as_of` with it gives the same picture again."""
    as_of: str | None
    """What was asked for; null: now."""
    hint: str | None
    said_before: str | None
    """Only what had been said by then is shown; null: no limit."""
    independence: Independence
    event: EventPicture
    questions: list[QuestionPicture]
    unasked: list[ClaimPicture]
    """Claims that answer no question."""
    silences: list[SilenceRead]
    self_contradictions: list[ContradictionRead]
    order_unknown: list[OrderUnknownRead]
    unattributed: list[UnattributedRead]
    sources: dict[UUID, SourceRead]
    """Everybody named above, and their families. Of a confidential source others see its kind and disclosure,
    under an id of this event only."""
    documents: dict[UUID, DocumentPicture]
    """Every document cited above; with the scope `read`, also what they are made of."""
    parties: dict[str, str]
    """What the parties are called in the language of the answer."""
    countries: dict[str, str]
    """Names by ISO 3166-1 codes, in the language of the answer."""


def all_claims(dossier: DossierRead) -> Iterator[ClaimPicture]:
    """Those that answer questions, in the questions' order, then the others."""
    for question in dossier.questions:
        yield from question.claims
    yield from dossier.unasked


class TimelineEntry(Output):
    """One thing that happened to what is said."""

    what: Turn
    """`retracted`: with all its documents; `assessed`: a claim was."""
    at: str
    """When."""
    at_from: datetime
    at_to: datetime
    statement_id: UUID | None
    assessment_id: UUID | None
    question_id: UUID | None
    claim_id: UUID | None
    text: str | None
    """Of the claim, or of the question where no claim is."""
    source_id: UUID | None
    """Who spoke, or who assessed."""
    stance: Stance | None
    explicitness: Explicitness | None
    live: bool | None
    """Whether the statement stands."""
    scheme: Scheme | None
    rating: Rating | None
    label: str | None


class TimelineRead(Output):
    """What was said about an event, in order."""

    position: str
    as_of: str | None
    hint: str | None
    said_before: str | None
    event_id: UUID
    entries: list[TimelineEntry]
    sources: dict[UUID, SourceRead]
    parties: dict[str, str]
    """What the parties are called in the language of the answer."""
    countries: dict[str, str]
    """Names by ISO 3166-1 codes, in the language of the answer."""
