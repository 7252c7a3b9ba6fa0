"""Webhooks: how they are asked for, what is told of them, and what they send."""

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import parse_qsl
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from app.schemas import findings
from app.schemas.common import HexDigest, Input, Output, with_examples
from app.schemas.fields import Url, WholeNumber
from app.schemas.pictures.changes import ChangeRead, Since, StreamQuery
from app.vocabulary import WebhookEnd, WebhookMessage

OVERLAP_SECONDS: Final = 7 * 24 * 3600  # at most
_FILTER_CHARACTERS: Final = 4_000
_PARAMETERS: Final = StreamQuery.model_fields.keys() - {"since"}


def narrowing(words: str) -> StreamQuery:
    """The parameters that a filter has. Raises ValueError."""
    pairs = parse_qsl(words.removeprefix("?"), keep_blank_values=True)
    parameters: dict[str, object] = dict(pairs)
    if len(parameters) < len(pairs):
        raise ValueError("give each parameter once")
    if not parameters.keys() <= _PARAMETERS or bool(words) != bool(pairs):
        raise ValueError(f"some of {', '.join(sorted(_PARAMETERS))} are needed: event=plant&type=claim,statement")
    try:
        return StreamQuery.model_validate(parameters)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{first['loc'][0]}: {findings.sentence(first)}") from None


def _filter(words: str) -> str:
    narrowing(words)
    return words


_Filter = Annotated[
    str,
    StringConstraints(max_length=_FILTER_CHARACTERS),
    AfterValidator(_filter),
    Field(examples=["event=plant&type=claim"]),
]


class WebhookInput(Input):
    """A webhook."""

    model_config = with_examples({"url": "https://desk.example/hooks", "filter": "type=claim"})

    url: Url | None = None
    """Public, `https`."""
    filter: _Filter | None = None
    """Parameters of `/v1/changes/stream`."""
    since: Since | None = None
    """Send what came after, also again."""
    enabled: bool | None = None
    """`true`: try at once."""
    rotate: Annotated[WholeNumber, Field(ge=0, le=OVERLAP_SECONDS, examples=[86400])] | None = None
    """Another secret; for so many seconds both sign."""


class WebhookDeliveryRead(Output):
    """One attempt."""

    created_at: datetime
    message_id: Annotated[str, Field(examples=["msg_1"])]
    """`webhook-id`."""
    position: str | None
    sha256: HexDigest
    """Of the body."""
    attempt: Annotated[int, Field(examples=[1])]
    """Which; 0: a test."""
    status: Annotated[int | None, Field(examples=[204])]
    """Answered."""
    error: Annotated[str | None, Field(examples=["no address"])]
    """Or why not."""


class WebhookRead(Output):
    """One."""

    id: UUID
    key: Annotated[str, Field(examples=["desk"])]
    """Whose it is."""
    url: str
    filter: Annotated[str, Field(examples=["type=claim"])]
    """Of it."""
    position: str
    attempts: Annotated[int, Field(examples=[0])]
    """That failed."""
    failing_since: datetime | None
    next_at: datetime | None
    enabled: bool
    """Or not."""
    disabled_reason: WebhookEnd | None
    """Why not."""
    previous_until: datetime | None
    created_at: datetime
    secret: Annotated[str | None, Field(examples=["whsec_…"])] = None
    """Told once, when it is new."""
    deliveries: list[WebhookDeliveryRead] | None = None
    """Of one alone: the last 100."""


class WebhookList(Output):
    """Webhooks."""

    items: list[WebhookRead]


# --- what is sent ----------------------------------------------------------------------------------------------------


class WebhookChanges(Output):
    webhook: UUID
    since: str
    position: str
    items: list[ChangeRead]
    """Without `record`, `actor` and `reason`."""


class WebhookBody(Output):
    """A message, as Standard Webhooks has it."""

    type: WebhookMessage
    timestamp: datetime
    data: WebhookChanges
