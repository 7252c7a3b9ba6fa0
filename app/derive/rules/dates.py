"""When something was said, its effective time, which every rule goes by; and when its documents were retracted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.rows import Rows
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import SaidBy
from app.schemas.statements import AppearanceRead, StatementRead
from app.times import rfc3339


class Said(NamedTuple):
    """Effective said: start and end in UTC (half-open; for a moment both are the same), and how it is known."""

    start: datetime
    end: datetime
    by: SaidBy
    words: str
    """As exact as it is known: the coarse time as it was told, or the moment."""


class DocumentTimes(NamedTuple):
    """When each document was first published, read and retracted, under any of its ids; by the id after merges."""

    targets: dict[UUID, UUID]
    """Of each document the one that it was merged into, or itself."""
    published: dict[UUID, tuple[datetime, datetime, str]]
    """Start and end, half-open, and the time in words."""
    retrieved: dict[UUID, datetime]
    retracted: dict[UUID, DocumentRead]
    """As the one of the documents that says so."""


def document_times(rows: Rows) -> DocumentTimes:
    targets = merges.targets({id_: document.merged_into for id_, document in rows.documents.items()})
    published: dict[UUID, tuple[datetime, datetime, str]] = {}
    retracted: dict[UUID, DocumentRead] = {}
    for id_, document in rows.documents.items():
        if document.published_from and document.published_to:
            target_id, span = targets[id_], (document.published_from, document.published_to, document.published or "")
            published[target_id] = min(span, published.get(target_id, span))
        if document.retracted is not None:
            retracted[targets[id_]] = min(document, retracted.get(targets[id_], document), key=_retracted_at)
    retrieved: dict[UUID, datetime] = {}
    for version in rows.versions:
        target_id = targets.get(version.document_id, version.document_id)
        retrieved[target_id] = min(version.retrieved_at, retrieved.get(target_id, version.retrieved_at))
    return DocumentTimes(targets, published, retrieved, retracted)


def effective(statement: StatementRead, appearances: Iterable[AppearanceRead], times: DocumentTimes) -> Said:
    """Its `said`, else when the first of its documents was published, else first read, else when it was recorded."""
    if statement.said and statement.said_from and statement.said_to:
        return Said(statement.said_from, statement.said_to, "said", statement.said)
    documents = {times.targets.get(a.document_id, a.document_id) for a in appearances if a.document_id}
    if published := [times.published[document] for document in documents if document in times.published]:
        start, end, words = min(published)
        return Said(start, end, "published", words)
    if retrieved := [times.retrieved[document] for document in documents if document in times.retrieved]:
        return _moment(min(retrieved), "retrieved")
    return _moment(statement.created_at, "recorded")


def _moment(at: datetime, by: SaidBy) -> Said:
    # Nobody reads the part of a second in which something was recorded.
    return Said(at, at, by, rfc3339(at.replace(microsecond=0)))


# --- retractions -----------------------------------------------------------------------------------------------------
# A retraction takes no word out of a speaker's mouth, and what others printed of it stands until they retract it, too.


def last_retraction(
    appearances: Iterable[AppearanceRead], retracted: Mapping[UUID, DocumentRead], document_targets: Mapping[UUID, UUID]
) -> DocumentRead | None:
    """The last of those documents to be retracted in which a statement is found.

    None: one of them stands, or it is found in none.
    """
    last = None
    for appearance in appearances if retracted else ():
        document_id = appearance.document_id
        document = retracted.get(document_targets.get(document_id, document_id)) if document_id else None
        if document is None:
            return None
        last = document if last is None else max(last, document, key=_retracted_at)
    return last


def is_retracted(document: DocumentRead | None, until: datetime | None) -> bool:
    """Whether a document had been retracted by then; None: no limit."""
    return (
        document is not None and document.retracted_to is not None and (until is None or document.retracted_to <= until)
    )


def _retracted_at(document: DocumentRead) -> tuple[object, ...]:
    """When it surely had been retracted, when that began, and what is told of it."""
    at = document.created_at
    texts = (document.retracted, document.retracted_reason, document.retraction_url)
    return document.retracted_to or at, document.retracted_from or at, *(text or "" for text in texts), document.id
