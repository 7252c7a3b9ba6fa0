"""The ledger, as the triggers write it. Nothing here is ever inserted by the application."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZMULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.vocabulary import Operation, words


class Change(Base):
    """One line of the ledger: what one record became, by whom and why."""

    __tablename__ = "change"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str | None]
    request_id: Mapped[str | None]
    type: Mapped[str]
    record_id: Mapped[UUID]
    event_id: Mapped[UUID | None]
    op: Mapped[str]
    version: Mapped[int]
    record: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    # What a caller needs to be shown it in a picture of another event: nothing (0), `read` (1), `confidential` (2). Not
    # chained: it follows from what was hidden when it was written.
    needs: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))

    __table_args__ = (
        one_of("op", words(Operation)),
        Index(None, "event_id", "seq"),
        Index(None, "record_id", "seq"),
        Index(None, "recorded_at", "seq"),
        # What a reader of the past can't find by event_id.
        Index(
            "ix_change_to",
            text("(record->>'to_id')"),
            "seq",
            postgresql_where=text("type IN ('event_link', 'document_link')"),
        ),
        Index(
            "ix_change_from",
            text("(record->>'from_id')"),
            "seq",
            postgresql_where=text("type IN ('document_link', 'source_link')"),
        ),
        Index(
            "ix_change_merged_into",
            text("(record->>'merged_into')"),
            "seq",
            postgresql_where=text("(record->>'merged_into') IS NOT NULL"),
        ),
        Index(
            "ix_change_version_of",
            text("(record->>'document_id')"),
            "seq",
            postgresql_where=text("type = 'document_version'"),
        ),
        # Which events cited a document.
        Index("ix_change_appears_in", text("(record->>'document_id')"), postgresql_where=text("type = 'appearance'")),
        # What may touch every picture: the directory of sources and documents.
        Index(
            "ix_change_directory",
            "needs",
            "seq",
            postgresql_where=text(
                "type IN ('source', 'document', 'document_link', 'source_link')"
                " AND (op <> 'insert' OR type IN ('document_link', 'source_link'))"
            ),
        ),
        # Which documents were ever merged.
        Index(
            "ix_change_merged_document",
            "record_id",
            postgresql_where=text("type = 'document' AND (record->>'merged_into') IS NOT NULL"),
        ),
        # A ref whose record is gone answers 410.
        Index("ix_change_gone", text("(record->>'ref')"), postgresql_where=text("op = 'delete'")),
    )


class LedgerHead(Base):
    """The last link of the chain, in one row."""

    __tablename__ = "ledger_head"

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]
    directory: Mapped[int] = mapped_column(BigInteger)  # seq of the last change that may touch every picture
    redactions: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))  # how often
    # As `directory`, for those who lack `confidential`, and for those who lack `read`, too.
    directory_read: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    directory_public: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # seq of the last change by which something hidden may have been opened
    opened: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # The stretches of time in which what was recorded may bear a later one: the clock had been ahead, and was set back.
    held: Mapped[Any] = mapped_column(TSTZMULTIRANGE, server_default=text("'{}'"))

    __table_args__ = (CheckConstraint("one", name="one"),)


class EventHead(Base):
    """The last change of one event."""

    __tablename__ = "event_head"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    public_seq: Mapped[int] = mapped_column(BigInteger)  # for those who lack `read`: without links to restricted events
