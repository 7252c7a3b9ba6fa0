"""Events, and how they are linked to each other."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.schemas.addresses import EventAddress, Reference
from app.schemas.common import (
    SHORT_LIST_ITEMS,
    Input,
    Output,
    Paging,
    RecordRead,
    Viewed,
    comma_separated,
    with_examples,
)
from app.schemas.fields import (
    CoarseTime,
    Country,
    CountryAsked,
    ExternalIds,
    ExternalIdsChange,
    Key,
    Language,
    Moment,
    Name,
    Ref,
    Slug,
    ToldTime,
    UnboundedNumber,
    Wording,
)
from app.schemas.forms.boxes import BoxIn
from app.schemas.forms.words import EventRelationIn, PlacePrecisionIn, VisibilityIn
from app.vocabulary import EventRelation, PlacePrecision, Visibility

Latitude = Annotated[UnboundedNumber, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[UnboundedNumber, Field(ge=-180, le=180, allow_inf_nan=False)]


class EventFields(Input):
    ref: Ref | None = None
    slug: Slug | None = None
    """Its readable address. Default: made of the title, and numbered if that is taken."""
    title: Name | None = None
    summary: Wording | None = None
    language: Language | None = None
    kind: Key | None = None
    occurred: ToldTime | None = None
    place_name: Name | None = None
    country: Country | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    place_precision: PlacePrecisionIn | None = None
    visibility: VisibilityIn | None = None
    """Default `public`; `restricted`: for callers with the scope `read`."""
    tags: Annotated[list[Key], Field(max_length=SHORT_LIST_ITEMS)] | None = None
    external_ids: ExternalIds | None = None


class EventCreate(EventFields):
    """Something that happened. Found again by ref, or by a slug that is given."""

    model_config = with_examples(
        {
            "ref": "depot-2022",
            "title": "Fire at a depot",
            "occurred": "2022-06~",
            "place_name": "Sergiyev Posad",
            "country": "RU",
            "latitude": 56.3,
            "longitude": 38.13,
            "place_precision": "town",
            "tags": ["fire"],
        }
    )

    title: Name
    parent: Reference | None = None


class EventChange(EventFields):
    """A null empties a field. `merged_into: null` alone undoes a merge."""

    model_config = with_examples({"place_precision": "vicinity", "tags": ["explosion", "factory"], "summary": None})

    parent: Reference | None = None
    external_ids: ExternalIdsChange | None = None  # type: ignore[assignment]
    merged_into: None = None


class EventRead(RecordRead):
    """Something that happened."""

    slug: str
    title: str
    summary: str | None
    language: str | None
    kind: str | None
    occurred: str | None
    occurred_from: datetime | None
    occurred_to: datetime | None
    place_name: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    place_precision: PlacePrecision | None
    parent_id: UUID | None
    visibility: Visibility
    tags: list[str]
    external_ids: dict[str, str]
    merged_into: UUID | None


class EventLinkCreate(Input):
    """A link from this event to another: this one is `preceded_by` that one, say."""

    model_config = with_examples({"relation": "same_site", "to": "ref:zagorsk-2022"})

    ref: Ref | None = None
    relation: EventRelationIn
    to: Reference


class EventLinkChange(Input):
    model_config = with_examples({"relation": "related"})

    ref: Ref | None = None
    relation: EventRelationIn | None = None


class EventLinkRead(RecordRead):
    """How one event stands to another."""

    from_id: UUID
    to_id: UUID
    relation: EventRelation


class EventFilter(Input):
    """What narrows a list of events."""

    q: Name | None = None
    """Words of the title."""
    kind: Key | None = None
    country: CountryAsked | None = None
    tag: Key | None = None
    visibility: VisibilityIn | None = None
    parent: EventAddress | None = None
    bbox: BoxIn | None = None
    occurred_from: CoarseTime | None = None
    """Happened at or after the beginning of this time."""
    occurred_to: CoarseTime | None = None
    """Happened before the end of this time."""
    updated_since: Moment | None = None
    ref: Ref | None = None
    merged: bool = False
    """Also those that were merged into others."""
    sort: Literal[
        "created_at", "-created_at", "updated_at", "-updated_at", "occurred", "-occurred", "title", "-title"
    ] = "-created_at"


class EventQuery(EventFilter, Paging, Viewed):
    facets: Annotated[str, comma_separated("kind", "country", "visibility", "place_precision")] | None = None
    """Counts by any of these."""


class EventLinkQuery(Paging):
    relation: EventRelationIn | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class EventName(Output):
    """What an event is called."""

    id: UUID
    slug: str
    title: str
