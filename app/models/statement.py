"""Statements, where each is found, and who passed it on."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    Record,
    at_most,
    coarse_time,
    flag,
    matches,
    one_of,
    optional_reference,
    record_rules,
    reference,
    rule,
)
from app.vocabulary import (
    CHAIN_HOPS,
    LANGUAGE_PATTERN,
    NAME_CHARACTERS,
    QUESTION_STANCES,
    TEXT_CHARACTERS,
    TIME_CHARACTERS,
    WORDING_CHARACTERS,
    Act,
    Attribution,
    Basis,
    Certainty,
    Disclosure,
    Explicitness,
    Fidelity,
    Framing,
    HowKnown,
    LinkState,
    Location,
    Stance,
    WithdrawnBy,
    words,
)

# W3C's TextQuoteSelector, whole; its positions count code points, as length() does.
_SELECTOR: Final = """CASE
    WHEN selector IS NULL THEN true
    WHEN jsonb_typeof(selector) = 'object' AND selector ?& '{exact,prefix,suffix,start,end}'
        AND jsonb_typeof(selector->'exact') = 'string' AND jsonb_typeof(selector->'prefix') = 'string'
        AND jsonb_typeof(selector->'suffix') = 'string' AND jsonb_typeof(selector->'start') = 'number'
        AND jsonb_typeof(selector->'end') = 'number'
    THEN selector - '{exact,prefix,suffix,start,end}'::text[] = '{}' AND (selector->'start')::numeric >= 0
        AND scale(trim_scale((selector->'start')::numeric)) = 0 AND length(selector->>'exact') > 0
        AND (selector->'end')::numeric - (selector->'start')::numeric = length(selector->>'exact')
    ELSE false END"""


class Statement(Record):
    """One source's act toward one claim; or toward a question, where it only asks or does not answer."""

    __tablename__ = "statement"

    event_id: Mapped[UUID] = reference("event", index=False)
    claim_id: Mapped[UUID | None]
    question_id: Mapped[UUID | None]
    source_id: Mapped[UUID | None] = optional_reference("source")
    stance: Mapped[str] = mapped_column(server_default="support")
    act: Mapped[str | None]
    explicitness: Mapped[str] = mapped_column(server_default="explicit")
    certainty: Mapped[str | None]
    basis: Mapped[str | None]
    preliminary: Mapped[bool | None]
    """Whether the figure was given as one that may change; None: not told."""
    said: Mapped[str | None]
    said_from: Mapped[datetime | None]
    said_to: Mapped[datetime | None]
    recheck_at: Mapped[datetime | None]
    credibility: Mapped[int | None] = mapped_column(SmallInteger)
    supersedes_id: Mapped[UUID | None]
    withdrawn: Mapped[str | None]
    withdrawn_from: Mapped[datetime | None]
    withdrawn_to: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    withdrawn_document_id: Mapped[UUID | None] = optional_reference("document")
    withdrawn_by: Mapped[str | None]
    """Who took it back: the source itself, or the document that it stood in; None: not told."""

    __table_args__ = (
        *record_rules("statement"),
        one_of("stance", words(Stance)),
        one_of("act", words(Act)),
        one_of("explicitness", words(Explicitness)),
        one_of("certainty", words(Certainty)),
        one_of("basis", words(Basis)),
        one_of("withdrawn_by", words(WithdrawnBy)),
        *at_most(TIME_CHARACTERS, "said", "withdrawn"),
        *at_most(TEXT_CHARACTERS, "withdrawn_reason"),
        coarse_time("said"),
        coarse_time("withdrawn"),
        rule(
            "statement",
            "about",
            "num_nonnulls(claim_id, question_id) = 1",
            "a statement is about a claim or a question",
        ),
        rule(
            "statement",
            "question_stance",
            f"question_id IS NULL OR stance IN {QUESTION_STANCES}",
            f"toward a question, without a claim, a stance is one of {', '.join(QUESTION_STANCES)}",
        ),
        rule("statement", "credibility", "credibility BETWEEN 1 AND 6", "credibility is 1 to 6"),
        rule("statement", "supersedes", "supersedes_id <> id", "a statement can't supersede itself"),
        rule(
            "statement",
            "withdrawal",
            "withdrawn IS NOT NULL OR num_nonnulls(withdrawn_reason, withdrawn_document_id, withdrawn_by) = 0",
            "a withdrawal needs its time",
        ),
        ForeignKeyConstraint(["event_id", "claim_id"], ["claim.event_id", "claim.id"]),
        ForeignKeyConstraint(["event_id", "question_id"], ["question.event_id", "question.id"]),
        ForeignKeyConstraint(["event_id", "supersedes_id"], ["statement.event_id", "statement.id"]),
        UniqueConstraint("event_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "said_from", "id"),
        Index(None, "claim_id"),
        Index(None, "question_id"),
        Index(None, "supersedes_id"),
        Index(None, "recheck_at"),
        # What a statement that comes again is looked for by (services/intake/keys).
        Index(
            "ix_statement_same",
            sql("coalesce(claim_id, question_id)"),
            sql("coalesce(source_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            sql("coalesce(said_from, 'infinity'::timestamptz)"),
        ),
    )


class Appearance(Record):
    """Where a statement is found, and in which words."""

    __tablename__ = "appearance"

    event_id: Mapped[UUID] = reference("event", index=False)
    statement_id: Mapped[UUID]
    document_id: Mapped[UUID | None] = optional_reference("document")
    version_id: Mapped[UUID | None]
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), index=True)
    wording: Mapped[str | None]
    language: Mapped[str | None]
    translation: Mapped[str | None]
    translation_language: Mapped[str | None]
    quoted: Mapped[flag]
    cue: Mapped[str | None]
    framing: Mapped[str | None]
    attribution: Mapped[str | None]
    location: Mapped[str | None]
    selector: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    fidelity: Mapped[str] = mapped_column(server_default="unchecked")
    note: Mapped[str | None]

    __table_args__ = (
        *record_rules("appearance"),
        *at_most(WORDING_CHARACTERS, "wording", "translation"),
        *at_most(NAME_CHARACTERS, "cue"),
        *at_most(TEXT_CHARACTERS, "note"),
        matches("language", LANGUAGE_PATTERN),
        matches("translation_language", LANGUAGE_PATTERN),
        one_of("framing", words(Framing)),
        one_of("attribution", words(Attribution)),
        one_of("location", words(Location)),
        one_of("fidelity", words(Fidelity)),
        rule("appearance", "selector", _SELECTOR, "a selector has a text, what is before and after it, and its place"),
        rule(
            "appearance",
            "selected",
            "selector IS NULL OR version_id IS NOT NULL",
            "a place is one in the text of a version",
        ),
        rule(
            "appearance",
            "version_of",
            "version_id IS NULL OR document_id IS NOT NULL",
            "a version belongs to a document",
        ),
        ForeignKeyConstraint(["event_id", "statement_id"], ["statement.event_id", "statement.id"]),
        ForeignKeyConstraint(["document_id", "version_id"], ["document_version.document_id", "document_version.id"]),
        UniqueConstraint("event_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "statement_id"),
        Index(None, "version_id"),
    )


class AppearanceHop(Record):
    """A step of the attribution chain, counted from the speaker's side, the speaker excluded."""

    __tablename__ = "appearance_hop"

    event_id: Mapped[UUID] = reference("event")
    appearance_id: Mapped[UUID]
    step: Mapped[int] = mapped_column(SmallInteger)
    source_id: Mapped[UUID] = reference("source")
    disclosure: Mapped[str] = mapped_column(server_default="named")
    how_known: Mapped[str] = mapped_column(server_default="declared")
    score: Mapped[float | None]
    state: Mapped[str] = mapped_column(server_default="confirmed")

    __table_args__ = (
        *record_rules("appearance_hop"),
        one_of("disclosure", words(Disclosure)),
        one_of("how_known", words(HowKnown)),
        one_of("state", words(LinkState)),
        rule("appearance_hop", "step", f"step BETWEEN 1 AND {CHAIN_HOPS}", f"a chain has 1 to {CHAIN_HOPS} steps"),
        rule("appearance_hop", "score", "score BETWEEN 0 AND 1", "a score is 0 to 1"),
        ForeignKeyConstraint(["event_id", "appearance_id"], ["appearance.event_id", "appearance.id"]),
        UniqueConstraint("appearance_id", "step"),
        Index(None, "created_at", "id"),
    )
