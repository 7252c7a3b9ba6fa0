"""The audit of a document: the events that cite it, and a slice of their dossiers."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import end_read
from app.derive import RULES
from app.derive.pictures import audit as derived
from app.errors import NotFound
from app.schemas.common import entity_tag
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.pictures.audits import AuditRead
from app.services.pictures import loading, moments
from app.services.pictures.loading import State
from app.services.pictures.moments import Asked

# How many events' dossiers one audit draws: an article is about one or two, a chronicle about a dozen.
MOST: Final = 50


def _citing(state: State) -> TextClause:
    """The document :document after merges, all versions of it, and the events that it is cited in, after merges.

    A publisher that is confidential now, or not known any more, is `hidden`.
    """
    return text(f"""
WITH RECURSIVE up(id, next) AS (
    SELECT d.id, d.merged_into FROM {state("document", "id", "CAST(:document AS uuid)", "id", "merged_into")} d
    UNION SELECT d.id, d.merged_into FROM up
        CROSS JOIN LATERAL {state("document", "id", "up.next", "id", "merged_into")} d),
kin(id) AS (
    SELECT id FROM up WHERE next IS NULL
    UNION SELECT d.id FROM kin CROSS JOIN LATERAL {state("document", "merged_into", "kin.id", "id")} d),
top(id, next) AS (
    SELECT e.id, e.merged_into
        FROM (SELECT DISTINCT a.event_id AS id FROM kin
            CROSS JOIN LATERAL {state("appearance", "document_id", "kin.id", "event_id")} a) cited
        CROSS JOIN LATERAL {state("event", "id", "cited.id", "id", "merged_into")} e
    UNION SELECT e.id, e.merged_into FROM top
        CROSS JOIN LATERAL {state("event", "id", "top.next", "id", "merged_into")} e)
SELECT 'document' AS type, up.id, d.record, NOT coalesce((SELECT NOT s.confidential FROM source s
        WHERE s.id = CAST(CAST(d.record AS jsonb)->>'publisher_id' AS uuid)), false) AS hidden
    FROM up CROSS JOIN LATERAL {state("document", "id", "up.id", "record")} d WHERE up.next IS NULL
UNION ALL SELECT 'document_version', kin.id, v.record, false
    FROM kin CROSS JOIN LATERAL {state("document_version", "document_id", "kin.id", "record")} v
UNION ALL SELECT 'event', top.id, NULL, {loading.RESTRICTED.format(id="top.id")} FROM top WHERE next IS NULL
ORDER BY type, id""")  # noqa: S608


_CITING: Final = {False: _citing(loading.now), True: _citing(loading.then)}


async def etag(session: AsyncSession, document_id: UUID, wanted: Asked) -> str:
    """The strong entity tag of an audit, quoted. Several events and what hides them bear on it: any change moves it."""
    view, head = wanted.view, await moments.head(session)
    seen = (wanted.as_of and wanted.as_of.seq, view.said_before, view.restricted, view.confidential)
    return entity_tag(repr((RULES, "audit", document_id, seen, str(head))))


async def audit(session: AsyncSession, document_id: UUID, wanted: Asked) -> AuditRead:
    """What a document that the caller may see carries. Raises NotFound if it was not there at the moment asked for."""
    at = {} if wanted.as_of is None else {"seq": wanted.as_of.seq}
    found = (await session.execute(_CITING[wanted.as_of is not None], {"document": document_id, **at})).all()
    document, versions = _document(found, confidential=wanted.view.confidential)
    events = [row.id for row in found if row.type == "event" and (wanted.view.restricted or not row.hidden)]
    loaded = [await moments.loaded(session, id_, wanted) for id_ in events[:MOST]]
    here = wanted.as_of or await moments.head(session)
    await end_read(session)
    dossiers = [moments.drawn(*one, wanted) for one in loaded]
    shown = next((one.documents[document.id] for one in dossiers if document.id in one.documents), document)
    document = document.model_copy(update={"publisher_id": shown.publisher_id})
    return derived.audit(
        document,
        versions,
        dossiers,
        position=str(here),
        as_of=None if wanted.as_of is None else str(wanted.as_of),
        said_before=wanted.view.said_before,
        events_left_out=len(events[MOST:]),
    )


def _document(found: Sequence[Row[Any]], *, confidential: bool) -> tuple[DocumentRead, list[VersionRead]]:
    own = next((row for row in found if row.type == "document"), None)
    if own is None:
        raise NotFound("There was no such document then.")
    ids: dict[str, UUID] = {}
    document: DocumentRead = loading.read("document", [from_json(own.record)], ids)[0]
    if own.hidden and not confidential:
        document = document.model_copy(update={"publisher_id": None})
    kept = [from_json(row.record) for row in found if row.type == "document_version"]
    read: list[VersionRead] = loading.read("document_version", kept, ids)
    versions = [one.model_copy(update={"document_id": document.id}) for one in read]
    return document, sorted(versions, key=lambda one: (one.retrieved_at, one.headline or "", one.id))
