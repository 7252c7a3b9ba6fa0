"""Documents, what was read of them, how they depend on each other, and the reports that brought them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    Record,
    at_most,
    coarse_time,
    matches,
    now,
    object_,
    one_of,
    optional_reference,
    record_rules,
    reference,
    rule,
    shadow,
)
from app.vocabulary import (
    DOCUMENT_TEXT_CHARACTERS,
    LANGUAGE_PATTERN,
    NAME_CHARACTERS,
    TEXT_CHARACTERS,
    TIME_CHARACTERS,
    URL_CHARACTERS,
    DocumentKind,
    DocumentRelation,
    HowKnown,
    Lifecycle,
    LinkState,
    words,
)


class Document(Record):
    """One publication: an article, a post, a press release."""

    __tablename__ = "document"

    ref: Mapped[str | None] = mapped_column()  # unique with `shadow`
    url: Mapped[str | None]
    canonical_url: Mapped[str | None]
    page_key: Mapped[str | None]
    """Which page `url` means, as `app/schemas/pages` has it: documents with one key are one."""
    publisher_id: Mapped[UUID | None] = optional_reference("source")
    title: Mapped[str | None]
    byline: Mapped[str | None]
    language: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="article")
    published: Mapped[str | None]
    published_from: Mapped[datetime | None]
    published_to: Mapped[datetime | None]
    lifecycle: Mapped[str] = mapped_column(server_default="live")
    retracted: Mapped[str | None]
    """When its publisher took it back."""
    retracted_from: Mapped[datetime | None]
    retracted_to: Mapped[datetime | None]
    retracted_reason: Mapped[str | None]
    retraction_url: Mapped[str | None]
    """Where its publisher says so."""
    external_ids: Mapped[object_]
    merged_into: Mapped[UUID | None] = optional_reference("document")
    shadow: Mapped[shadow]

    __table_args__ = (
        *record_rules("document"),
        UniqueConstraint("ref", "shadow", name="uq_document_ref"),
        *at_most(URL_CHARACTERS, "url", "canonical_url", "page_key", "retraction_url"),
        *at_most(NAME_CHARACTERS, "title", "byline"),
        *at_most(TEXT_CHARACTERS, "retracted_reason"),
        *at_most(TIME_CHARACTERS, "published", "retracted"),
        matches("language", LANGUAGE_PATTERN),
        one_of("kind", words(DocumentKind)),
        one_of("lifecycle", words(Lifecycle)),
        coarse_time("published"),
        coarse_time("retracted"),
        rule(
            "document",
            "retraction",
            "(lifecycle = 'retracted') = (retracted IS NOT NULL)"
            " AND (retracted IS NOT NULL OR num_nonnulls(retracted_reason, retraction_url) = 0)",
            "`lifecycle: retracted` and `retracted`, its time, go together, and a reason or an address need both: give"
            " both, or for a document that was not retracted another lifecycle and null in all that tells of it",
        ),
        rule("document", "external_ids", "jsonb_typeof(external_ids) = 'object'", "external_ids are an object"),
        rule("document", "merge", "merged_into <> id", "a record can't be merged into itself"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "published_from"),
        # A URL may be longer than an index row can be.
        Index("uq_document_canonical_url", sql("digest_of(canonical_url)"), "shadow", unique=True),
        # Not unique: documents that an older release took for two stay two.
        Index("ix_document_page_key", sql("digest_of(page_key)")),
        Index("ix_document_site", sql("\"substring\"(page_key, '^//([^/?#]+)'::text)"), "id"),
    )


class DocumentVersion(Record):
    """What was read at one moment. It never changes."""

    __tablename__ = "document_version"

    document_id: Mapped[UUID] = reference("document", index=False)
    retrieved_at: Mapped[now]
    headline: Mapped[str | None]
    text: Mapped[str | None] = mapped_column(deferred=True)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    archive_url: Mapped[str | None]
    http_status: Mapped[int | None] = mapped_column(SmallInteger)
    translated_from: Mapped[str | None]
    translator: Mapped[str | None]
    part: Mapped[bool | None]
    """Whether the text is but a part of the document's, as on a page behind a paywall; None: not told."""

    __table_args__ = (
        *record_rules("document_version"),
        *at_most(NAME_CHARACTERS, "headline", "translator"),
        *at_most(DOCUMENT_TEXT_CHARACTERS, "text"),
        *at_most(URL_CHARACTERS, "archive_url"),
        matches("translated_from", LANGUAGE_PATTERN),
        rule("document_version", "http_status", "http_status BETWEEN 100 AND 599", "an HTTP status is 100 to 599"),
        rule(
            "document_version",
            "sha256",
            "num_nulls(text, sha256) IN (0, 2) AND sha256 = sha256(convert_to(text, 'UTF8'))",
            "the hash is not the text's",
        ),
        UniqueConstraint("document_id", "id"),
        Index(
            "uq_document_version_text",
            *("document_id", "sha256", "part"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sql("sha256 IS NOT NULL"),
        ),
        Index(None, "created_at", "id"),
        Index(None, "sha256"),
    )


class DocumentLink(Record):
    """How one document depends on another: `from` was made out of `to`."""

    __tablename__ = "document_link"

    from_id: Mapped[UUID] = reference("document", index=False)
    to_id: Mapped[UUID] = reference("document")
    relation: Mapped[str]
    how_known: Mapped[str] = mapped_column(server_default="declared")
    score: Mapped[float | None]
    state: Mapped[str] = mapped_column(server_default="confirmed")

    __table_args__ = (
        *record_rules("document_link"),
        one_of("relation", words(DocumentRelation)),
        one_of("how_known", words(HowKnown)),
        one_of("state", words(LinkState)),
        rule("document_link", "ends", "from_id <> to_id", "a document can't be linked to itself"),
        rule("document_link", "score", "score BETWEEN 0 AND 1", "a score is 0 to 1"),
        UniqueConstraint("from_id", "to_id", "relation"),
        Index(None, "created_at", "id"),
        Index("ix_document_link_proposed", "created_at", "id", postgresql_where=sql("state = 'proposed'")),
    )


class Report(Record):
    """One delivery by an ingest script: what was extracted from one document."""

    __tablename__ = "report"

    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    sent_at: Mapped[now]
    actor: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the body as it was understood: the same body again changes nothing."""
    made: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    """Which claims, statements, claim links and assessments its deliveries made."""

    __table_args__ = (*record_rules("report"), Index(None, "created_at", "id"), Index(None, "sha256"))
