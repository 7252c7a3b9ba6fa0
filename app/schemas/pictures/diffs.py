"""What changed in one event between two moments, of what was recorded or of what had been said."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from app.schemas.common import Input, Output
from app.schemas.fields import TimeParameter
from app.schemas.forms.words import AnswerLanguageIn, IndependenceIn
from app.schemas.pictures.dossiers import ContradictionRead, JoinRead, NotLive, SilenceRead
from app.schemas.pictures.reason_codes import Reason
from app.schemas.sources import SourceRead
from app.vocabulary import (
    DocumentRelation,
    Explicitness,
    HowKnown,
    Independence,
    LinkState,
    Measure,
    QuestionKind,
    Rating,
    Scheme,
    SourceLinkKnown,
    Stance,
    Standing,
    Status,
    WithdrawnBy,
)

Clock = Literal["recorded", "said"]
AppearanceChange = Literal["new", "changed", "removed"]
# `from` is a word of Python.
From = Field(alias="from")


class DiffQuery(Input):
    """Two moments on one of the two clocks."""

    clock: Clock = "recorded"
    """`recorded`: what was recorded by then; `said`: of what is recorded now, what had been said by then."""
    since: TimeParameter
    """The earlier moment: a time, through its end; if recorded, also a position (`1234-0a1b2c3d`)."""
    until: TimeParameter | None = None
    """The later moment. Default: now; on the clock `said`, no limit."""
    independence: IndependenceIn = "family"
    """What makes two sources one, as in the dossier."""
    lang: AnswerLanguageIn | None = None
    """The language of sentences, figures and names. Default: what Accept-Language prefers, else English."""


class DiffEnd(Output):
    """One of the two moments."""

    asked: str | None
    """As it was asked for; null: now, or no limit."""
    position: str | None
    """Of the latest change shown there; null: there was no such event."""


class FieldChange(Output):
    field: str
    from_: Annotated[JsonValue, From]
    to: JsonValue


class MergeRead(Output):
    """Two records that are one."""

    id: UUID
    name: str | None
    """Its name or title, where it has one."""
    into_id: UUID


class StatementEntry(Output):
    """A statement at the later moment; a removed one as it was."""

    statement_id: UUID
    question_id: UUID | None
    claim_id: UUID | None
    text: str | None
    """Of the claim, or of the question where no claim is."""
    source_id: UUID | None
    stance: Stance
    explicitness: Explicitness
    said: str | None
    effective: str
    effective_from: datetime
    effective_to: datetime
    wording: str | None
    """Where it is first found."""
    live: bool
    why_not_live: NotLive | None
    withdrawn_reason: str | None
    withdrawn_document_id: UUID | None
    withdrawn_by: WithdrawnBy | None


class AppearanceDiff(Output):
    what: AppearanceChange
    appearance_id: UUID
    document_id: UUID | None
    wording: str | None
    changes: list[FieldChange]
    """Of a changed one; its `fidelity`, too."""


class StatementChanged(StatementEntry):
    changes: list[FieldChange]
    appearances: list[AppearanceDiff]


class StatementsDiff(Output):
    """What changed of the statements."""

    new: list[StatementEntry]
    changed: list[StatementChanged]
    """The same statement with other content."""
    withdrawn: list[StatementEntry]
    """They stand no more: `why_not_live` says why."""
    restored: list[StatementEntry]
    """They stood no more, and stand again."""
    removed: list[StatementEntry]
    """They are not there any more."""


class ClaimEntry(Output):
    """A claim at the later moment; a removed one as it was."""

    claim_id: UUID
    question_id: UUID | None
    text: str | None
    standing: Standing
    why: str
    reasons: list[Reason]
    """What `why` says, as data."""
    merged_into: UUID | None
    """Which one it was merged into, or had been."""


class ClaimChanged(ClaimEntry):
    changes: list[FieldChange]


class ClaimsDiff(Output):
    """What changed of the claims."""

    new: list[ClaimEntry]
    changed: list[ClaimChanged]
    removed: list[ClaimEntry]


class QuestionEntry(Output):
    """A question at the later moment; a removed one as it was."""

    question_id: UUID
    text: str | None
    heading: str
    kind: QuestionKind
    measure: Measure | None
    status: Status
    why: str
    reasons: list[Reason]


class QuestionChanged(QuestionEntry):
    changes: list[FieldChange]


class QuestionsDiff(Output):
    """What changed of the questions."""

    new: list[QuestionEntry]
    changed: list[QuestionChanged]
    removed: list[QuestionEntry]


class StandingMoved(Output):
    claim_id: UUID
    question_id: UUID | None
    text: str | None
    from_: Annotated[Standing, From]
    to: Standing
    why: str
    """Why it stands there now."""
    why_before: str
    reasons: list[Reason]
    reasons_before: list[Reason]


class StatusMoved(Output):
    question_id: UUID
    text: str | None
    from_: Annotated[Status, From]
    to: Status
    why: str
    why_before: str
    reasons: list[Reason]
    reasons_before: list[Reason]


class OriginsMoved(Output):
    """How many independent sources take one stance toward a claim."""

    claim_id: UUID
    question_id: UUID | None
    text: str | None
    stance: Stance
    from_: Annotated[int, From]
    to: int
    joined_by: list[JoinRead]
    """What made one of statements that were apart."""
    parted_by: list[JoinRead]
    """What made one of statements that are apart now."""


class FigureNow(Output):
    claim_id: UUID
    text: str | None
    source_ids: list[UUID]
    """Who gives it."""
    overtaken: bool
    """Of something that grows a higher or a less vague figure was given since."""


class FiguresNow(Output):
    """The current figures of a question, and what those not overtaken say together."""

    says: str | None
    """In short: `31`, `60 to 80`, `9 to 12 or more`; null: there is none."""
    min: float | None
    """The least that any allows; null: none says."""
    max: float | None
    """The most that any allows; null: none says, or there is no limit."""
    figures: list[FigureNow]
    """Neither replaced by their own source nor outdated."""


class FiguresMoved(Output):
    """A question whose figures changed."""

    question_id: UUID
    text: str | None
    measure: Measure | None
    from_: Annotated[FiguresNow, From]
    to: FiguresNow


class AssessmentEntry(Output):
    """An assessment at the later moment; a removed one as it was."""

    assessment_id: UUID
    claim_id: UUID
    question_id: UUID | None
    text: str | None
    """Of the claim."""
    author_id: UUID
    scheme: Scheme
    rating: Rating
    label: str | None
    made: str | None
    settles: bool
    superseded: bool


class AssessmentChanged(AssessmentEntry):
    changes: list[FieldChange]


class AssessmentsDiff(Output):
    """What changed of the assessments."""

    new: list[AssessmentEntry]
    changed: list[AssessmentChanged]
    superseded: list[AssessmentEntry]
    """The same author has replaced them."""
    restored: list[AssessmentEntry]
    """They had been replaced, and are not any more."""
    removed: list[AssessmentEntry]


class SilenceChanged(Output):
    """Still silent, but otherwise."""

    from_: Annotated[SilenceRead, From]
    to: SilenceRead


class SilencesDiff(Output):
    """What changed of who is silent."""

    begun: list[SilenceRead]
    changed: list[SilenceChanged]
    ended: list[SilenceRead]


class ContradictionsDiff(Output):
    """What changed of how sources contradict themselves."""

    new: list[ContradictionRead]
    ended: list[ContradictionRead]
    """One of the two statements stands no more."""
    restored: list[ContradictionRead]
    """Both stand again."""
    removed: list[ContradictionRead]


class RecordChanged(Output):
    id: UUID
    name: str | None
    """The source's name, or the document's title."""
    changes: list[FieldChange]


class RecordsDiff(Output):
    """Sources or documents at both moments, or merged between them."""

    changed: list[RecordChanged]
    merged: list[MergeRead]
    parted: list[MergeRead]
    """They had been merged, and are two again."""


class DocumentLinkMoved(Output):
    """A link of a document that is shown at both moments."""

    id: UUID
    from_id: UUID
    to_id: UUID
    relation: DocumentRelation
    how_known: HowKnown
    score: float | None
    state_from: LinkState | None
    state_to: LinkState | None


class SourceLinkMoved(Output):
    """A link between sources that are shown at both moments."""

    id: UUID
    from_id: UUID
    to_id: UUID
    how_known: SourceLinkKnown
    score: float | None
    reason: str | None
    state_from: LinkState | None
    state_to: LinkState | None


class EventDiff(Output):
    """What changed of the event itself."""

    changes: list[FieldChange]
    merged: list[UUID]
    """Events that were merged into this one."""
    parted: list[UUID]


class QuestionSummary(Output):
    question_id: UUID | None
    """Null: of the claims that answer no question."""
    text: str
    """What changed, in a few plain words."""


class DiffRead(Output):
    """What changed between two moments; two that show the same give empty lists.

    `new` was not there at the earlier moment, `removed` is not at the later one, `changed` has other content.
    """

    event_id: UUID
    clock: Clock
    independence: Independence
    since: DiffEnd
    until: DiffEnd
    summary: list[QuestionSummary]
    """Of each question that changed, in the dossier's order."""
    hint: str | None
    event: EventDiff
    questions: QuestionsDiff
    claims: ClaimsDiff
    statements: StatementsDiff
    standings: list[StandingMoved]
    """Of claims that are there at both moments."""
    statuses: list[StatusMoved]
    origins: list[OriginsMoved]
    figures: list[FiguresMoved]
    assessments: AssessmentsDiff
    silences: SilencesDiff
    self_contradictions: ContradictionsDiff
    source_changes: RecordsDiff
    document_changes: RecordsDiff
    document_links: list[DocumentLinkMoved]
    source_links: list[SourceLinkMoved]
    sources: dict[UUID, SourceRead]
    """Everybody named above, as at the later moment, else the earlier one."""
