"""The audit of a document: the events that cite it, and a slice of their dossiers."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Row

from app import threads
from app.database import Askable, ask, end_read
from app.derive import ordering
from app.derive.pictures import audit as derived
from app.derive.pictures import documents
from app.derive.rules.rows import Rows, View
from app.errors import NotFound
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.pictures.audits import AuditRead
from app.services.pictures import lifting, loading, moments
from app.services.pictures.moments import Position, Viewpoint

# How many events' dossiers one audit draws: an article is about one or two, a chronicle about a dozen.
EVENTS_DRAWN: Final = 50


async def etag(session: Askable, document_id: UUID, viewpoint: Viewpoint) -> str:
    """The strong entity tag of an audit, quoted."""
    view = viewpoint.view
    seen_from = (viewpoint.seq, view.said_before, view.restricted, view.confidential, view.wording, viewpoint.hint)
    return await moments.etag_of_all(session, "audit", document_id, seen_from)


async def audit(session: Askable, document_id: UUID, viewpoint: Viewpoint) -> AuditRead:
    """What a document that the caller may see carries. Raises NotFound if it was not there at the moment asked for."""
    is_past, view = viewpoint.as_of is not None, viewpoint.view
    moment = {"seq": viewpoint.seq} if is_past else {}
    rows = await ask(session, loading.CITING[is_past], {"document": document_id, **moment})
    # Rows of three types: the document, its versions, and the events that cite it.
    document, versions = _document(rows, view)
    event_ids = [row.id for row in rows if row.type == "event" and (view.restricted or not row.hidden)]
    loaded = [await moments.load(session, event_id, viewpoint) for event_id in event_ids[:EVENTS_DRAWN]]
    position = viewpoint.as_of or await moments.head(session)
    await end_read(session)
    left_out = len(event_ids[EVENTS_DRAWN:])
    return await threads.run(_draw, (document, versions), loaded, position, viewpoint, events_left_out=left_out)


def _draw(
    document_and_versions: tuple[DocumentRead, list[VersionRead]],
    loaded: list[tuple[Rows, Position]],
    position: Position,
    viewpoint: Viewpoint,
    *,
    events_left_out: int,
) -> AuditRead:
    document, versions = document_and_versions
    dossiers = [moments.draw_dossier(*rows_and_position, viewpoint) for rows_and_position in loaded]
    # In a dossier the publisher is already masked as this caller sees it, and it and the retraction are after merges.
    picture = next((dossier.documents[document.id] for dossier in dossiers if document.id in dossier.documents), None)
    if picture is not None:
        after_merges = ("publisher_id", *documents.RETRACTION)
        document = document.model_copy(update={name: getattr(picture, name) for name in after_merges})
    return derived.audit(
        document,
        versions,
        dossiers,
        position=str(position),
        as_of=viewpoint.as_of_words,
        said_before=viewpoint.view.said_before,
        events_left_out=events_left_out,
        words=viewpoint.view.wording,
    )


def _document(rows: Sequence[Row[Any]], view: View) -> tuple[DocumentRead, list[VersionRead]]:
    """The document and its versions, by when they were read. Raises NotFound."""
    document_row = next((row for row in rows if row.type == "document"), None)
    if document_row is None:
        raise NotFound("There was no such document then.")
    ids: dict[str, UUID] = {}
    document: DocumentRead = lifting.read("document", [from_json(document_row.record)], ids)[0]
    if document_row.hidden and not view.confidential:
        document = document.model_copy(update={"publisher_id": None})
    version_rows = [row for row in rows if row.type == "document_version" and (view.restricted or not row.hidden)]
    version_records = [from_json(row.record) for row in version_rows]
    stored_versions: list[VersionRead] = lifting.read("document_version", version_records, ids)
    versions = [version.model_copy(update={"document_id": document.id}) for version in stored_versions]
    return document, sorted(versions, key=ordering.version)
