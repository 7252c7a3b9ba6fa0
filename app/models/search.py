"""The index of the search: which words lead to which record. Kept by triggers; no record, as it can be made again."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SearchEntry(Base):
    """The words of one language in one part (an event, claim, appearance, document or version).

    `id` is what a search finds by them, after merges; `owner` before them. `language` is a first subtag or `und`.
    """

    __tablename__ = "search_entry"

    part: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    owner: Mapped[UUID]
    event_id: Mapped[UUID | None]
    vector: Mapped[Any] = mapped_column(TSVECTOR, nullable=False)

    __table_args__ = (
        Index(None, "id"),
        Index(None, "event_id"),
        # Words not yet in the index proper are read by every search, and put there by some writer under the ledger's
        # lock: so there are never many (the limit is in kB).
        Index(
            "ix_search_entry_vector",
            "vector",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 512},
        ),
    )
