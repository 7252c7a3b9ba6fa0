"""Changes as they come: the ledger's, as one caller may see them."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app import times, vocabulary
from app.schemas.addresses import Address, EventsAsked
from app.schemas.common import HexDigest, Input, Output, comma_separated
from app.schemas.fields import Key
from app.schemas.forms.words import AnswerLanguageIn, record_type
from app.schemas.kinds import KINDS
from app.schemas.pictures.diffs import StandingMoved, StatusMoved
from app.vocabulary import Operation

MOST_POSITIONS: Final = 100
MOST_WAIT_SECONDS: Final = 60
POSITION: Final = r"\d{1,18}-[0-9a-f]{8}"


def _since(words: str) -> str:
    """Positions, or a time."""
    places = words.split(",")
    if len(places) > MOST_POSITIONS:
        raise ValueError(f"give at most {MOST_POSITIONS} positions")
    return words if len(places) > 1 else times.plain(words)


Since = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4_000),
    AfterValidator(_since),
    Field(examples=["1234-0a1b2c3d", "2023-08-09T13:24+03:00"]),
]


class ChangesFilter(Input):
    """Which changes."""

    type: (
        Annotated[
            str,
            BeforeValidator(record_type),
            comma_separated(*(kind.name for kind in KINDS)),
            Field(examples=["claim,statement"]),
        ]
        | None
    ) = None
    """Of these types of record, with commas."""
    op: Annotated[str, comma_separated(*vocabulary.words(Operation))] | None = None
    """These operations, with commas."""
    question: Address | None = None
    """About this question itself, or about a claim that answers it."""
    party: Key | None = None
    """Of a source: its own, or that of the nearest body it belongs to."""
    moved: Annotated[str, comma_separated("standing", "status")] | None = None
    """Only what moved a claim's `standing` or a question's `status`, with commas."""
    since: Since | None = None
    """After this position, or the end of this time. With commas: older positions, of which a `fork` names the last
    that holds."""
    lang: AnswerLanguageIn | None = None
    """The language of sentences, figures and names. Default: what Accept-Language prefers, else English."""


class EventStreamQuery(ChangesFilter):
    """Of one event."""


class StreamQuery(ChangesFilter):
    event: EventsAsked | None = None


class ChangesQuery(StreamQuery):
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """How many items a page has; more than 200 is cut to 200."""
    wait: Annotated[float, Field(ge=0, le=MOST_WAIT_SECONDS)] = 0
    """Seconds to wait where there is nothing yet."""


class Moves(Output):
    """What stands otherwise."""

    standings: list[StandingMoved]
    """Of claims that are there at both moments."""
    statuses: list[StatusMoved]
    more_events: bool = False
    """More events cite it than were looked into: what it moved in the others is not told."""


class ChangeRead(Output):
    """One change, as you may see it now."""

    position: str
    recorded_at: datetime
    type: Annotated[str | None, Field(examples=["claim"])]
    op: Operation | None
    id: UUID | None
    event_id: UUID | None
    version: int | None
    url: str | None
    """Where the record is read."""
    question_ids: list[UUID]
    actor: str | None
    """By which key: a pseudonym without `edit`."""
    reason: str | None
    record: dict[str, Any] | None
    """As it became, by column; if deleted, as it was."""
    moved: Moves | None = None
    """With `moved`: by all changes of one request, this the last; the rest is null if you may not see it."""


class ChangesRead(Output):
    """Changes, oldest first."""

    items: list[ChangeRead]
    position: str
    """The next `since`."""
    more: bool
    """Whether there may be more."""


class CheckpointRead(Output):
    """Where the ledger is."""

    position: str
    seq: Annotated[int, Field(examples=[1234])]
    """Its number."""
    hash: Annotated[HexDigest, Field(examples=["0a1b2c3d"])]
    """SHA-256 of it and all before."""
    recorded_at: datetime | None
