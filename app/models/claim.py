"""Claims, and how they stand to each other."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped

from app.models.base import Record, at_most, matches, object_, one_of, record_rules, reference, rule
from app.vocabulary import (
    KEY_PATTERN,
    LANGUAGE_PATTERN,
    NUMBER_MAX,
    TEXT_CHARACTERS,
    ClaimRelation,
    Qualifier,
    words,
)


class Claim(Record):
    """A proposition that answers a question: words, or a figure."""

    __tablename__ = "claim"

    event_id: Mapped[UUID] = reference("event", index=False)
    question_id: Mapped[UUID | None]
    text: Mapped[str | None]
    language: Mapped[str | None]
    translations: Mapped[object_]
    accuses: Mapped[str | None]
    qualifier: Mapped[str | None]
    min: Mapped[float | None]
    max: Mapped[float | None]
    of_id: Mapped[UUID | None]
    merged_into: Mapped[UUID | None]

    __table_args__ = (
        *record_rules("claim"),
        *at_most(TEXT_CHARACTERS, "text"),
        matches("language", LANGUAGE_PATTERN),
        matches("accuses", KEY_PATTERN),
        one_of("qualifier", words(Qualifier)),
        rule("claim", "translations", "jsonb_typeof(translations) = 'object'", "translations are an object"),
        rule(
            "claim", "text_or_figure", "num_nonnulls(text, qualifier) = 1", "a claim has a text or a figure, not both"
        ),
        rule("claim", "figure_answers", "qualifier IS NULL OR question_id IS NOT NULL", "a figure answers a question"),
        rule("claim", "of_figure", "of_id IS NULL OR qualifier IS NOT NULL", "only a figure is part of another"),
        rule("claim", "of", "of_id <> id", "a figure can't be part of itself"),
        rule("claim", "merge", "merged_into <> id", "a record can't be merged into itself"),
        rule(
            "claim",
            "range",
            f"min BETWEEN 0 AND {NUMBER_MAX:.0f} AND max BETWEEN 0 AND {NUMBER_MAX:.0f} AND min <= max",
            "min and max are 0 or more, and min is not above max",
        ),
        rule(
            "claim",
            "figure",
            "CASE WHEN qualifier IN ('exact', 'about') THEN min IS NOT NULL AND max IS NOT NULL AND min = max"
            " WHEN qualifier = 'between' THEN min IS NOT NULL AND max IS NOT NULL"
            " WHEN qualifier IN ('at_least', 'more_than') THEN min IS NOT NULL AND max IS NULL"
            " WHEN qualifier IN ('at_most', 'fewer_than') THEN max IS NOT NULL AND min IS NULL"
            " ELSE min IS NULL AND max IS NULL END",
            "exact and about have one number, between two, at_least and more_than a min, at_most and fewer_than a max,"
            " the others none",
        ),
        ForeignKeyConstraint(["event_id", "question_id"], ["question.event_id", "question.id"]),
        ForeignKeyConstraint(["event_id", "of_id"], ["claim.event_id", "claim.id"]),
        ForeignKeyConstraint(["event_id", "merged_into"], ["claim.event_id", "claim.id"]),
        UniqueConstraint("event_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "of_id"),
        Index(None, "merged_into"),
        Index(None, "question_id"),
        # What a claim that comes again is looked for by (services/intake/keys). A text may be longer than an index row.
        Index("ix_claim_same", sql("coalesce(question_id, event_id)"), sql("digest_of(fold(text))")),
        Index(
            "ix_claim_same_figure",
            "question_id",
            "qualifier",
            "min",
            "max",
            postgresql_where=sql("qualifier IS NOT NULL"),
        ),
    )


class ClaimLink(Record):
    __tablename__ = "claim_link"

    event_id: Mapped[UUID] = reference("event")
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    relation: Mapped[str]

    __table_args__ = (
        *record_rules("claim_link"),
        one_of("relation", words(ClaimRelation)),
        rule("claim_link", "ends", "from_id <> to_id", "a claim can't be linked to itself"),
        ForeignKeyConstraint(["event_id", "from_id"], ["claim.event_id", "claim.id"]),
        ForeignKeyConstraint(["event_id", "to_id"], ["claim.event_id", "claim.id"]),
        UniqueConstraint("from_id", "to_id", "relation"),
        Index(None, "to_id"),
        Index(None, "created_at", "id"),
    )
