"""What reviewers, courts and desks say of a claim."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped

from app.models.base import Record, at_most, coarse_time, flag, matches, one_of, record_rules, reference, rule
from app.vocabulary import (
    LANGUAGE_PATTERN,
    NAME_CHARACTERS,
    NUMBER_MAX,
    RATINGS,
    SETTLING_RATINGS,
    TIME_CHARACTERS,
    URL_CHARACTERS,
    WORDING_CHARACTERS,
    Scheme,
    words,
)

_ratings = " ".join(f"WHEN '{scheme}' THEN rating IN {ratings}" for scheme, ratings in RATINGS.items())
_numbers = " AND ".join(
    f"{column} BETWEEN {-NUMBER_MAX:.0f} AND {NUMBER_MAX:.0f}"
    for column in ("rating_value", "best_rating", "worst_rating")
)


class Assessment(Record):
    """A reviewer's, court's or desk's rating of a claim."""

    __tablename__ = "assessment"

    event_id: Mapped[UUID] = reference("event", index=False)
    claim_id: Mapped[UUID]
    author_id: Mapped[UUID] = reference("source")
    scheme: Mapped[str]
    rating: Mapped[str]
    label: Mapped[str | None]
    rating_value: Mapped[float | None]
    best_rating: Mapped[float | None]
    worst_rating: Mapped[float | None]
    explanation: Mapped[str | None]
    url: Mapped[str | None]
    url_key: Mapped[str | None]
    """Which page the URL means. It follows from the URL."""
    language: Mapped[str | None]
    made: Mapped[str | None]
    made_from: Mapped[datetime | None]
    made_to: Mapped[datetime | None]
    settles: Mapped[flag]
    supersedes_id: Mapped[UUID | None]

    __table_args__ = (
        *record_rules("assessment"),
        *at_most(NAME_CHARACTERS, "label"),
        *at_most(WORDING_CHARACTERS, "explanation"),
        *at_most(URL_CHARACTERS, "url", "url_key"),
        *at_most(TIME_CHARACTERS, "made"),
        matches("language", LANGUAGE_PATTERN),
        coarse_time("made"),
        one_of("scheme", words(Scheme)),
        rule("assessment", "rating", f"CASE scheme {_ratings} END", "the rating is not one of its scheme"),
        rule("assessment", "numbers", _numbers, "a number of the rating is out of range"),
        rule(
            "assessment",
            "settles",
            f"NOT settles OR rating IN {SETTLING_RATINGS}",
            f"only a rating of {', '.join(SETTLING_RATINGS)} settles a question",
        ),
        rule("assessment", "supersedes", "supersedes_id <> id", "an assessment can't supersede itself"),
        ForeignKeyConstraint(["event_id", "claim_id"], ["claim.event_id", "claim.id"]),
        ForeignKeyConstraint(["event_id", "supersedes_id"], ["assessment.event_id", "assessment.id"]),
        UniqueConstraint("event_id", "id"),
        Index("ix_assessment_settled", "event_id", postgresql_where=sql("settles")),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "claim_id"),
        Index(None, "supersedes_id"),
    )


class AssessmentDocument(Record):
    """The evidence an assessment names."""

    __tablename__ = "assessment_document"

    event_id: Mapped[UUID] = reference("event")
    assessment_id: Mapped[UUID]
    document_id: Mapped[UUID] = reference("document")

    __table_args__ = (
        *record_rules("assessment_document"),
        ForeignKeyConstraint(["event_id", "assessment_id"], ["assessment.event_id", "assessment.id"]),
        UniqueConstraint("assessment_id", "document_id"),
        Index(None, "created_at", "id"),
    )
