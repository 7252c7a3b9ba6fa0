"""What reports say of which records: it tells who else stands on a word. No record: a new delivery says it anew."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, words_


class Mention(Base):
    """What the last delivery of a report says of one record.

    `record_id` may be of any kind, and of a record that was deleted since: it is no foreign key. That the report is
    there a trigger asks once a statement.
    """

    __tablename__ = "mention"

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    says: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """By column, the fingerprint of what was given."""
    owns: Mapped[words_]
    """The columns that are as they are because this report has said so; `id`: that the record is there at all."""

    __table_args__ = (Index(None, "record_id"),)
