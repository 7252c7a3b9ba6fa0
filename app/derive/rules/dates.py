"""When something was said."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.rows import Rows
from app.schemas.pictures.dossiers import SaidBy
from app.schemas.statements import AppearanceRead, StatementRead


class Said(NamedTuple):
    """Effective said: from, to (half-open; for a moment both are the same), and how it is known."""

    start: datetime
    end: datetime
    by: SaidBy


class Dates(NamedTuple):
    """The documents after their merges, and when each was first published and first read, under any of its ids."""

    ends: dict[UUID, UUID]
    published: dict[UUID, tuple[datetime, datetime]]
    retrieved: dict[UUID, datetime]


def dates(rows: Rows) -> Dates:
    found = Dates(merges.ends({id_: document.merged_into for id_, document in rows.documents.items()}), {}, {})
    for id_, document in rows.documents.items():
        if document.published_from and document.published_to:
            end, span = found.ends[id_], (document.published_from, document.published_to)
            found.published[end] = min(span, found.published.get(end, span))
    for version in rows.versions:
        end = found.ends.get(version.document_id, version.document_id)
        found.retrieved[end] = min(version.retrieved_at, found.retrieved.get(end, version.retrieved_at))
    return found


def effective(statement: StatementRead, appearances: Iterable[AppearanceRead], known: Dates) -> Said:
    """Its `said`, else when the first of its documents was published, else first read, else when it was recorded."""
    if statement.said_from and statement.said_to:
        return Said(statement.said_from, statement.said_to, "said")
    documents = {known.ends.get(a.document_id, a.document_id) for a in appearances if a.document_id}
    if published := [known.published[d] for d in documents if d in known.published]:
        return Said(*min(published), "published")
    if retrieved := [known.retrieved[d] for d in documents if d in known.retrieved]:
        return Said(min(retrieved), min(retrieved), "retrieved")
    return Said(statement.created_at, statement.created_at, "recorded")
