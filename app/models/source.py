"""Whoever speaks or publishes, and who of them may be the same."""

from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    Base,
    Record,
    at_most,
    flag,
    matches,
    object_,
    objects_,
    one_of,
    optional_reference,
    record_rules,
    reference,
    rule,
    shadow,
)
from app.vocabulary import (
    COUNTRY_PATTERN,
    KEY_PATTERN,
    LANGUAGE_PATTERN,
    NAME_CHARACTERS,
    TEXT_CHARACTERS,
    URL_CHARACTERS,
    Disclosure,
    LinkState,
    Reliability,
    SourceKind,
    SourceLinkKnown,
    SourceRelation,
    words,
)


class Source(Record):
    """Whoever speaks or publishes."""

    __tablename__ = "source"

    ref: Mapped[str | None] = mapped_column()  # unique with `shadow`
    name: Mapped[str | None]
    aliases: Mapped[objects_]
    kind: Mapped[str | None]
    disclosure: Mapped[str] = mapped_column(server_default="named")
    role: Mapped[str | None]
    party: Mapped[str | None]
    parent_id: Mapped[UUID | None] = optional_reference("source")
    country: Mapped[str | None]
    language: Mapped[str | None]
    url: Mapped[str | None]
    reliability: Mapped[str | None]
    confidential: Mapped[flag]
    external_ids: Mapped[object_]
    notes: Mapped[str | None]
    merged_into: Mapped[UUID | None] = optional_reference("source")
    placed: Mapped[flag]
    """Known only where it was mentioned, because its name fits more than one source."""
    shadow: Mapped[shadow]
    # Name and aliases, folded: what "the same name" is compared by.
    names: Mapped[list[str]] = mapped_column(
        ARRAY(Text()), Computed("source_names(name, aliases)", persisted=True), deferred=True
    )

    __table_args__ = (
        *record_rules("source"),
        UniqueConstraint("ref", "shadow", name="uq_source_ref"),
        *at_most(NAME_CHARACTERS, "name", "role"),
        *at_most(TEXT_CHARACTERS, "notes"),
        *at_most(URL_CHARACTERS, "url"),
        one_of("kind", words(SourceKind)),
        one_of("disclosure", words(Disclosure)),
        one_of("reliability", words(Reliability)),
        matches("party", KEY_PATTERN),
        matches("country", COUNTRY_PATTERN),
        matches("language", LANGUAGE_PATTERN),
        rule("source", "aliases", "jsonb_typeof(aliases) = 'array'", "aliases are a list"),
        rule("source", "external_ids", "jsonb_typeof(external_ids) = 'object'", "external_ids are an object"),
        rule("source", "named", "disclosure <> 'named' OR name IS NOT NULL", "a named source needs a name"),
        rule("source", "parent", "parent_id <> id", "a source can't be its own parent"),
        rule("source", "merge", "merged_into <> id", "a record can't be merged into itself"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "party"),
        # Whoever may not know them is shown masks of these, which are few.
        Index("ix_source_confidential", "id", postgresql_where=sql("confidential")),
        Index("ix_source_names", "names", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class SourceLink(Record):
    """Two sources that may be the same: an editor decides. It has no direction; `from` is the later of the two."""

    __tablename__ = "source_link"

    from_id: Mapped[UUID] = reference("source", index=False)
    to_id: Mapped[UUID] = reference("source")
    relation: Mapped[str] = mapped_column(server_default="same_as")
    how_known: Mapped[str] = mapped_column(server_default="editor")
    score: Mapped[float | None]
    reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="proposed")

    __table_args__ = (
        *record_rules("source_link"),
        one_of("relation", words(SourceRelation)),
        one_of("how_known", words(SourceLinkKnown)),
        one_of("state", words(LinkState)),
        *at_most(TEXT_CHARACTERS, "reason"),
        rule("source_link", "ends", "from_id <> to_id", "a source can't be linked to itself"),
        rule("source_link", "score", "score BETWEEN 0 AND 1", "a score is 0 to 1"),
        UniqueConstraint("from_id", "to_id", "relation"),
        Index(None, "created_at", "id"),
        Index("ix_source_link_proposed", "created_at", "id", postgresql_where=sql("state = 'proposed'")),
        # What was proposed one way is not proposed the other way, too.
        Index("uq_source_link_pair", sql("least(from_id, to_id)"), sql("greatest(from_id, to_id)"), unique=True),
    )


class SourceNameKey(Base):
    """What a source is looked for by where names may be those of one (app/texts/names). No record."""

    __tablename__ = "source_name_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, index=True)
