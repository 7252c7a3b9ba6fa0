"""Who may call, and what is kept for callers. No records: the ledger has none of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, at_most, key, now, words_
from app.vocabulary import NAME_CHARACTERS, Scope, words


class ApiKey(Base):
    """Who may call. Only the hash of a key's token is kept, and for a while that of the token before it."""

    __tablename__ = "api_key"

    id: Mapped[key]
    name: Mapped[str]
    """Whose it is: what a report's ref belongs to."""
    sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[words_]
    created_at: Mapped[now]
    revoked_at: Mapped[datetime | None]
    owner: Mapped[str | None]
    """Who answers for it."""
    expires_at: Mapped[datetime | None]
    rotated_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """To the minute."""
    previous_sha256: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    previous_until: Mapped[datetime | None]

    __table_args__ = (
        *at_most(NAME_CHARACTERS, "name", "owner"),
        CheckConstraint(f"scopes <@ ARRAY{list(words(Scope))}", name="scopes"),
        CheckConstraint("num_nulls(previous_sha256, previous_until) IN (0, 2)", name="previous"),
        # One that was revoked may be followed by another of its name, and so of its owner.
        Index("uq_api_key_name", "name", unique=True, postgresql_where=sql("revoked_at IS NULL")),
    )


class Instance(Base):
    """What is this database's own: the secret behind the ids under which confidential sources appear."""

    __tablename__ = "instance"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    secret: Mapped[bytes] = mapped_column(LargeBinary)


class RedactionKey(Base):
    """A keyed hash of what a redacted record could be found by: what has it is not stored again."""

    __tablename__ = "redaction_key"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    record_id: Mapped[UUID]
    scope: Mapped[UUID | None] = mapped_column(index=True)
    """The event of what belongs to one."""


class IdempotencyKey(Base):
    """The answer to a request that bore a key, for a day.

    `asked` is a hash of caller, path and key, `body` of the body, `sees` the scopes for reading that the caller had,
    `shown` every id in the answer. A trigger empties an answer that may no longer be shown.
    """

    __tablename__ = "idempotency_key"

    asked: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[now]
    sees: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    shown: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("length(asked) = 32", name="asked"),
        CheckConstraint("length(body) = 32", name="body"),
        CheckConstraint("status BETWEEN 200 AND 299", name="status"),
        CheckConstraint("jsonb_typeof(headers) = 'object'", name="headers"),
        CheckConstraint("num_nulls(status, headers, answer) IN (0, 3)", name="whole"),
        Index(None, "kept_at"),
        # What is not yet in the index proper is read by every deletion of a record: little (in kB).
        Index(
            "ix_idempotency_key_shown",
            "shown",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 64},
        ),
    )
