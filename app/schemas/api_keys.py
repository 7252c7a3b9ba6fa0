"""Keys: how they are asked for, and what is told of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from app import tokens
from app.schemas.common import Input, Output, Paging, with_examples
from app.schemas.fields import Moment, Name, WholeNumber
from app.vocabulary import Scope

KeyName = Annotated[Name, AfterValidator(tokens.named)]


class ApiKeyCreate(Input):
    model_config = with_examples({"name": "ria-reader", "scopes": ["ingest"], "owner": "Ines Varga"})

    name: KeyName
    """What the ledger calls whoever has it; whose reports are."""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]
    """What it may do: no more than the key that makes it."""
    owner: Name | None = None
    """Who answers for it."""
    expires_at: Moment | None = None
    """Until when it calls."""


class ApiKeyRotate(Input):
    model_config = with_examples({"overlap": 3600})

    overlap: Annotated[WholeNumber, Field(ge=0, le=tokens.OVERLAP_SECONDS, examples=[3600])] | None = None
    """For how many seconds the one before it still calls. Default 0."""
    expires_at: Moment | None = None
    """Until when the key calls; else as before."""


class ApiKeyRead(Output):
    """A key."""

    id: UUID
    name: str
    scopes: list[Scope]
    """What it may do."""
    owner: str | None
    """Who answers for it."""
    created_at: datetime
    rotated_at: datetime | None
    """When it got the token that it has."""
    previous_until: datetime | None
    """Until when the token before that calls."""
    expires_at: datetime | None
    last_used_at: datetime | None
    """When it was last used, to the minute."""
    revoked_at: datetime | None
    """Since when it no longer calls."""


class ApiKeyMade(ApiKeyRead):
    token: str
    """Sent as `Authorization: Bearer`; told this once."""


class ApiKeyQuery(Paging):
    """Which keys are listed: all of them."""
