"""Events, and how they are linked to each other."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    Record,
    at_most,
    coarse_time,
    matches,
    object_,
    one_of,
    optional_reference,
    record_rules,
    reference,
    rule,
    words_,
)
from app.vocabulary import (
    COUNTRY_PATTERN,
    KEY_PATTERN,
    LANGUAGE_PATTERN,
    NAME_CHARACTERS,
    SLUG_CHARACTERS,
    SLUG_PATTERN,
    TIME_CHARACTERS,
    WORDING_CHARACTERS,
    EventRelation,
    PlacePrecision,
    Visibility,
    words,
)


class Event(Record):
    """Something that happened in the world."""

    __tablename__ = "event"

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str | None]
    language: Mapped[str | None]
    kind: Mapped[str | None]
    occurred: Mapped[str | None]
    occurred_from: Mapped[datetime | None]
    occurred_to: Mapped[datetime | None]
    place_name: Mapped[str | None]
    country: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    place_precision: Mapped[str | None]
    parent_id: Mapped[UUID | None] = optional_reference("event")
    visibility: Mapped[str] = mapped_column(server_default="public")
    tags: Mapped[words_]
    external_ids: Mapped[object_]
    merged_into: Mapped[UUID | None] = optional_reference("event")

    __table_args__ = (
        *record_rules("event"),
        matches("slug", SLUG_PATTERN),
        *at_most(SLUG_CHARACTERS, "slug"),
        *at_most(NAME_CHARACTERS, "title", "place_name"),
        *at_most(WORDING_CHARACTERS, "summary"),
        *at_most(TIME_CHARACTERS, "occurred"),
        matches("language", LANGUAGE_PATTERN),
        matches("kind", KEY_PATTERN),
        matches("country", COUNTRY_PATTERN),
        coarse_time("occurred"),
        one_of("place_precision", words(PlacePrecision)),
        one_of("visibility", words(Visibility)),
        rule("event", "latitude", "latitude BETWEEN -90 AND 90", "a latitude is -90 to 90"),
        rule("event", "longitude", "longitude BETWEEN -180 AND 180", "a longitude is -180 to 180"),
        rule("event", "point", "num_nulls(latitude, longitude) IN (0, 2)", "latitude and longitude go together"),
        rule("event", "external_ids", "jsonb_typeof(external_ids) = 'object'", "external_ids are an object"),
        rule("event", "parent", "parent_id <> id", "an event can't be its own parent"),
        rule("event", "merge", "merged_into <> id", "a record can't be merged into itself"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "occurred_from", "id"),
        Index("ix_event_restricted", "id", postgresql_where=sql("visibility = 'restricted'")),
        Index("ix_event_tags", "tags", postgresql_using="gin"),
        # What a new event that may be there already is looked for by (services/intake/twins).
        Index("ix_event_title", sql("digest_of(fold(title))")),
    )


class EventLink(Record):
    __tablename__ = "event_link"

    from_id: Mapped[UUID] = reference("event", index=False)
    to_id: Mapped[UUID] = reference("event")
    relation: Mapped[str]

    __table_args__ = (
        *record_rules("event_link"),
        one_of("relation", words(EventRelation)),
        rule("event_link", "ends", "from_id <> to_id", "an event can't be linked to itself"),
        UniqueConstraint("from_id", "to_id", "relation"),
        Index(None, "created_at", "id"),
    )
