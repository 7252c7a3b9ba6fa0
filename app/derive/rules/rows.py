"""What the rules take: one event's rows as they are, or were, stored; and how the picture was asked for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceLinkRead, SourceRead
from app.schemas.statements import AppearanceRead, StatementRead
from app.texts.messages.wording import ENGLISH, Wording
from app.vocabulary import Independence


@dataclass(frozen=True, slots=True)
class Rows:
    """All that one event's pictures are made of, each row with the ids it was stored with: merges are not yet followed.

    Every list and map is in no particular order.
    """

    event_id: UUID
    events: dict[UUID, EventRead]
    """The event, those merged into it, those linked to any of them, and what those were merged into."""
    event_ids: frozenset[UUID]
    """The event and those merged into it: whose rows these are."""
    event_links: list[EventLinkRead]
    questions: list[QuestionRead]
    claims: list[ClaimRead]
    """A figure's `text` is null: it is composed on output."""
    claim_links: list[ClaimLinkRead]
    statements: list[StatementRead]
    appearances: list[AppearanceRead]
    assessments: list[AssessmentRead]
    documents: dict[UUID, DocumentRead]
    """Those cited, what they were merged into, what was merged into those, and what any of them was made out of."""
    cited: frozenset[UUID]
    """The documents that rows of the event name: where something is said, withdrawn or assessed."""
    versions: list[VersionRead]
    """Of the documents cited, and of those merged with them; without text."""
    document_links: list[DocumentLinkRead]
    """Those from any of `documents`."""
    sources: dict[UUID, SourceRead]
    """Speakers, passers-on, authors, publishers; their parents and what they were merged into."""
    source_links: list[SourceLinkRead]
    """Between any of `sources`; what hangs on a source that was merged into one of them has that one as its end."""

    # What follows is the state of now, whatever moment the rows are of.
    restricted: frozenset[UUID]
    """Events that are restricted, and documents that were merged into others and that no public event cites."""
    confidential: frozenset[UUID]
    """Sources that are confidential, and links that were made of one of them or of what was merged into one."""
    absorbed: frozenset[UUID]
    """Sources that were merged into a confidential one, at whatever time."""
    masks: dict[tuple[UUID, UUID], UUID]
    """By event and source: the id under which a source of the two sets above appears to whoever may not see it."""


@dataclass(frozen=True, slots=True)
class View:
    """How a picture was asked for, and what its caller may see. Its `repr` goes into ETags."""

    said_before: str | None = None
    until: datetime | None = None
    """The end of `said_before`: what was said by then is shown. None: no limit."""
    independence: Independence = "family"
    restricted: bool = False
    """May read restricted events."""
    confidential: bool = False
    """May see confidential sources."""
    wording: Wording = ENGLISH
    """In which words it is asked for."""
