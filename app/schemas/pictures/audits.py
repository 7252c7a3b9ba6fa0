"""The audit of one document: what it carries, whether its quotations hold, and where it contradicts itself."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.schemas.common import Output
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.events import EventName
from app.schemas.pictures.dossiers import UnattributedRead
from app.schemas.pictures.reason_codes import Reason
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead
from app.vocabulary import Explicitness, Fidelity, Stance

ContradictionKind = Literal["rivals", "contradicts", "supported_and_denied"]


class AuditedStatement(Output):
    """A statement, at one place where it is found in the document."""

    event_id: UUID
    question_id: UUID | None
    claim_id: UUID | None
    text: str | None
    """Of the claim, or of the question where no claim is."""
    statement_id: UUID
    source_id: UUID | None
    """Null: the document says it in its own voice."""
    stance: Stance
    explicitness: Explicitness
    live: bool
    """Whether it stands."""
    effective: str
    effective_from: datetime
    effective_to: datetime
    appearance: AppearanceRead
    """Its words, their fidelity and their place in the text."""


class Contradiction(Output):
    """Two things in the document that can't be true together."""

    event_id: UUID
    kind: ContradictionKind
    """`rivals`: only one claim can be true; `contradicts`: somebody recorded that; `supported_and_denied`: one claim is
    both."""
    claim_ids: list[UUID]
    statement_ids: list[UUID]
    why: str
    """The same in words, in the language of the answer."""
    reasons: list[Reason]
    """And as data."""


class AuditRead(Output):
    """One document with all that it carries, of every event."""

    position: str
    """Of the ledger by now; `as_of` with it gives the same audit again."""
    as_of: str | None
    """What was asked for; null: now."""
    hint: str | None
    said_before: str | None
    """Only what had been said by then is shown; null: no limit."""
    document: DocumentRead
    versions: list[VersionRead]
    """What was read of it, the earliest first, without the texts."""
    events: list[EventName]
    """Those that the statements are about."""
    events_left_out: int
    """How many more events cite the document."""
    statements: list[AuditedStatement]
    """The earliest first, once for each place in the document."""
    fidelity: dict[Fidelity, int]
    """How many there are of each."""
    unattributed: list[UnattributedRead]
    """What the document states in nobody's name."""
    contradictions: list[Contradiction]
    sources: dict[UUID, SourceRead]
