"""What is computed from texts when they are stored. No records: it can be computed again, and the ledger keeps none."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class TextPrint(Base):
    """The fingerprint of a version's text, and the agencies that it credits."""

    __tablename__ = "text_print"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id", ondelete="CASCADE"), primary_key=True)
    marks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    """The lowest few of the hashes: copies are looked for by these."""
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    """Of every three words, packed (app/texts/fingerprints): texts are compared by these."""
    credits: Mapped[dict[str, Any]] = mapped_column(JSONB)


class TextMark(Base):
    """What copies of a text are looked for by, under each event that cites its document.

    What it points at is there: a trigger asks once a statement, as there are many of one text.
    """

    __tablename__ = "text_mark"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "version_id", "event_id"),)
