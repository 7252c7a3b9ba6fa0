"""Changes as they come: the ledger's, as one caller may see them."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app import times, vocabulary
from app.schemas.addresses import Address, EventsAsked
from app.schemas.common import HexDigest, Input, Output, comma_separated
from app.schemas.fields import Key
from app.schemas.forms.words import record_type
from app.schemas.kinds import KINDS
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
    op: Annotated[str, comma_separated(*vocabulary.words(Operation)), Field(examples=["insert,delete"])] | None = None
    """These operations, with commas."""
    question: Address | None = None
    """Of this question and its claims, and of what is said of them."""
    party: Key | None = None
    """Of sources of this party, and what they say; claims that accuse it."""
    since: Since | None = None
    """After this position, or the end of this time. With commas: older positions, of which a `fork` names the last
    that holds."""


class EventStreamQuery(ChangesFilter):
    """Of one event."""


class StreamQuery(ChangesFilter):
    event: EventsAsked | None = None


class ChangesQuery(StreamQuery):
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """How many items a page has; more than 200 is cut to 200."""
    wait: Annotated[float, Field(ge=0, le=MOST_WAIT_SECONDS)] = 0
    """Seconds to wait where there is nothing yet."""


class ChangeRead(Output):
    """One change, as this caller may see it."""

    position: str
    recorded_at: datetime
    type: Annotated[str, Field(examples=["claim"])]
    op: Operation
    id: UUID
    event_id: UUID | None
    version: int
    url: str | None
    """Where the record is read."""
    question_ids: list[UUID]
    actor: str | None
    """By which key; without the scope `edit` a name that is another in each event, and no `reason`."""
    reason: str | None
    record: dict[str, Any] | None
    """As it became, by column; as it was, if deleted; null where it was redacted."""


class ChangesRead(Output):
    """Changes in their order."""

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
