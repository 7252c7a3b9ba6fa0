"""What became of what a source said, where a court or an inquiry has settled the question since."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.schemas.common import Input, Output
from app.schemas.fields import TimeParameter
from app.schemas.sources import SourceRead
from app.vocabulary import Stance

Verdict = Literal["right", "wrong", "unscored"]


class TrackRecordQuery(Input):
    said_before: TimeParameter | None = None
    """Only what had been said and settled by then."""


class TrackEntry(Output):
    """The last that the family had said of a claim before its question was settled."""

    verdict: Verdict
    """`right`: it supported what was settled, or denied what that excludes; `unscored`: that decides nothing of this
    claim."""
    event_id: UUID
    event_slug: str
    event_title: str
    question_id: UUID
    question: str | None
    claim_id: UUID
    claim: str | None
    statement_id: UUID
    source_id: UUID
    """Who of the family said it."""
    stance: Stance
    said: str | None
    effective: str
    effective_from: datetime
    effective_to: datetime
    settled_by: list[UUID]
    """The assessments that settle the question."""
    settled: str | None
    """When the first of them was made, in its words."""
    answers: list[UUID]
    """The claims that hold by them."""


class TrackRecordRead(Output):
    """What a source said of open questions before they were settled."""

    position: str
    said_before: str | None
    source_id: UUID
    family_id: UUID | None
    """The top of what the source belongs to; null: nothing they spoke of is settled."""
    right: int
    wrong: int
    unscored: int
    entries: list[TrackEntry]
    """The earliest statement first."""
    sources: dict[UUID, SourceRead]
