"""Points in dispute."""

from uuid import UUID

from sqlalchemy import ColumnElement, Index, UniqueConstraint, case, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Record, at_most, matches, one_of, record_rules, reference, rule
from app.vocabulary import (
    LANGUAGE_PATTERN,
    MEASURE_DEFAULTS,
    NAME_CHARACTERS,
    TEXT_CHARACTERS,
    AnswerKind,
    Measure,
    QuestionKind,
    words,
)


def shown_kind(kind: ColumnElement[str | None], measure: ColumnElement[str | None]) -> ColumnElement[str]:
    """The kind of a question as it is read: told, or what follows from the measure (`schemas.questions`)."""
    kinds = {name: kind_of_measure for name, (kind_of_measure, _) in MEASURE_DEFAULTS.items()}
    return func.coalesce(kind, case(kinds, value=measure, else_="other"))


class Question(Record):
    """A point in dispute."""

    __tablename__ = "question"

    event_id: Mapped[UUID] = reference("event", index=False)
    text: Mapped[str | None]
    language: Mapped[str | None]
    kind: Mapped[str | None]
    """None: not told; what it is then follows from the measure (`schemas/questions`). So do the two flags."""
    answer: Mapped[str] = mapped_column(server_default="open")
    measure: Mapped[str | None]
    subject: Mapped[str | None]
    unit: Mapped[str | None]
    evolving: Mapped[bool | None]
    single_answer: Mapped[bool | None]

    __table_args__ = (
        *record_rules("question"),
        *at_most(TEXT_CHARACTERS, "text"),
        *at_most(NAME_CHARACTERS, "subject", "unit"),
        matches("language", LANGUAGE_PATTERN),
        one_of("kind", words(QuestionKind)),
        one_of("answer", words(AnswerKind)),
        one_of("measure", words(Measure)),
        rule(
            "question",
            "quantity",
            "CASE answer WHEN 'quantity' THEN measure IS NOT NULL AND unit IS NOT NULL"
            " ELSE num_nonnulls(measure, subject, unit) = 0 AND text IS NOT NULL END",
            "a quantity needs a measure and a unit; an open question needs a text and has no measure, subject or unit",
        ),
        UniqueConstraint("event_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        # What an open question that comes again is looked for by (services/intake/keys).
        Index("ix_question_same", "event_id", sql("digest_of(fold(text))")),
    )
