"""What is there already: many refs, ids and addresses asked for at once."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from app.schemas.common import LONG_LIST_ITEMS, HexDigest, Input, Output, with_examples
from app.schemas.fields import Misfit, Ref, Slug, Url
from app.schemas.forms.words import record_type

# Written out, as types are read statically; tests/schemas/test_kinds.py compares it with the table of kinds.
LookupType = Literal[
    "source",
    "source_link",
    "document",
    "document_link",
    "event",
    "event_link",
    "question",
    "claim",
    "claim_link",
    "statement",
    "appearance",
    "assessment",
    "report",
]


class LookupItem(Input):
    """One record, by `ref`, `id`, `url` (a document's) or `slug` (an event's)."""

    type: Annotated[LookupType, BeforeValidator(record_type)] | None = None
    """Not needed for a `url` or a `slug`."""
    ref: Ref | None = None
    id: UUID | None = None
    url: Url | None = None
    slug: Slug | None = None

    @model_validator(mode="after")
    def _named_once(self) -> "LookupItem":
        names = [name for name in ("ref", "id", "url", "slug") if getattr(self, name) is not None]
        if len(names) != 1:
            raise Misfit(names[-1] if names else "ref", "one of ref, id, url and slug is needed")
        if self.type not in (None, self._type_or_implied()):
            raise Misfit("type", "only documents have a url, and only events a slug")
        if self._type_or_implied() is None:
            raise Misfit("type", "a ref or id needs its type")
        return self

    def _type_or_implied(self) -> LookupType | None:
        return "document" if self.url is not None else "event" if self.slug is not None else self.type

    @property
    def record_type(self) -> LookupType:
        """Its type, said or implied."""
        record_type = self._type_or_implied()
        if record_type is None:
            raise TypeError
        return record_type


class Lookup(Input):
    model_config = with_examples(
        {
            "items": [
                {"url": "https://news.example/2023/08/09/blast?utm_source=feed"},
                {"type": "source", "ref": "tass"},
                {"type": "report", "ref": "news.example:blast"},
                {"slug": "zagorsk-2023"},
            ]
        }
    )

    items: Annotated[list[LookupItem], Field(max_length=LONG_LIST_ITEMS)]


class LookupRead(Output):
    """What is known of one of them."""

    type: LookupType
    found: bool
    gone: bool = False
    """It was here and was deleted or redacted: reading it answers 410."""
    redacted: bool = False
    """It was redacted: sending it again is refused."""
    id: UUID | None = None
    ref: str | None = None
    url: str | None = None
    """Where it is read; null for a report."""
    version: int | None = None
    updated_at: datetime | None = None
    merged_into: UUID | None = None
    """The record that stands for it."""
    retrieved_at: datetime | None = None
    """When the latest version of the document was read."""
    sent_at: datetime | None = None
    """When the report was last delivered with another body."""
    sha256: HexDigest | None = None
    """Of the report's body as understood: the same again stores nothing."""
    owner: str | None = None
    """The name of the report's key; of another's key it is told with `edit` alone."""


class LookupList(Output):
    """In the order of the items that were asked for."""

    items: list[LookupRead]
