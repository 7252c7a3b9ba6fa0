"""What needs asking again."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.schemas.addresses import EventAddress, SourceAsked
from app.schemas.common import Output, Paging
from app.schemas.events import EventName
from app.schemas.fields import Moment
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead


class RecheckQuery(Paging):
    before: Moment | None = None
    """To be asked again before this moment."""
    event: EventAddress | None = None
    source: SourceAsked | None = None
    sort: Literal["recheck_at", "-recheck_at"] = "recheck_at"


class RecheckRead(Output):
    """A statement whose source may say more by now."""

    recheck_at: datetime
    statement: StatementRead
    claim_id: UUID | None
    """The claim that it is about, after merges."""
    question_id: UUID | None
    """The question, be it the claim's or its own."""
    text: str | None
    """Of the claim, or of the question where no claim is."""
    question: str | None
    """The question's heading, in English."""
    source: SourceRead | None
    event: EventName
    wording: str | None
    """The words, where they were last published."""
    language: str | None
    document_id: UUID | None
    """And where that is."""
