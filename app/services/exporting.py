"""Everything, or one event, as lines that `POST /v1/ingest` takes: as much as the caller may see, in one snapshot.

What is referred to stands in an earlier line. Within one type the lines are in the order of recording, which pictures
fall back on where nothing else says what came first; a reference to a later line of the same type is left out there,
and that line comes again, whole, after the last of its type.
"""

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, exists, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.derive.rules.rows import Rows
from app.formats import ndjson
from app.models import (
    Appearance,
    Assessment,
    Claim,
    ClaimLink,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    EventLink,
    Question,
    Record,
    Source,
    Statement,
    table_of,
)
from app.schemas import kinds
from app.services.access import Caller
from app.services.pictures import loading
from app.services.visibility import seen

# In this order, every record stands after those that it points at, but for its own type.
ORDER: Final[tuple[type[Record], ...]] = (
    *(Source, Document, DocumentVersion, DocumentLink, Event, EventLink, Question, Claim, ClaimLink, Statement),
    *(Appearance, Assessment),
)
# What points at records of the same type.
_OWN: Final[dict[type[Record], tuple[str, ...]]] = {
    Source: ("parent_id", "merged_into"),
    Document: ("merged_into",),
    Event: ("parent_id", "merged_into"),
    Claim: ("of_id", "merged_into"),
    Statement: ("supersedes_id",),
    Assessment: ("supersedes_id",),
}
# How many rows are fetched at a time. A version's text has up to a million characters.
_ROWS: Final = 500
_TEXTS: Final = 16

Ids = dict[type[Record], list[UUID]]


async def lines(
    session: AsyncSession, caller: Caller, event_id: UUID | None = None
) -> AsyncIterator[tuple[str, bytes]]:
    """The type and the bytes of each line; of one event, all that its dossier shows. Raises NotFound."""
    of = None if event_id is None else _ids(await loading.load(session, event_id))
    for model in ORDER:
        read, own = kinds.READS[model], _OWN.get(model, ())
        kind = ndjson.LINES[read][0]
        for again in (False, True) if own else (False,):
            query = _selecting(caller, model, of, again=again)
            options = {"yield_per": _TEXTS if model is DocumentVersion else _ROWS}
            async for row in (await session.stream(query, execution_options=options)).mappings():
                without = [name for name in own if not row[f"_{name}"]]
                yield kind, ndjson.line(read.model_validate(row), without)


def _ids(found: Rows) -> Ids:
    """What an event's pictures are made of, and under which ids a caller may see its sources."""
    documents = found.documents.keys()
    ties = [link.id for link in found.document_links if {link.from_id, link.to_id} <= documents]
    return {
        Source: [*found.sources, *found.masks.values()],
        Document: [*documents],
        DocumentVersion: [row.id for row in found.versions],
        DocumentLink: ties,
        Event: [*found.events],
        EventLink: [row.id for row in found.event_links],
        Question: [row.id for row in found.questions],
        Claim: [row.id for row in found.claims],
        ClaimLink: [row.id for row in found.claim_links],
        Statement: [row.id for row in found.statements],
        Appearance: [row.id for row in found.appearances],
        Assessment: [row.id for row in found.assessments],
    }


def _selecting(caller: Caller, model: type[Record], of: Ids | None, *, again: bool) -> Select[Any]:
    """Select the records of one type, with `_parent_id` and so on: whether that may be said in this line.

    `again`: only those that point at a later one, and now they may.
    """
    found = seen(caller, model)
    query = select(found)
    if model is DocumentVersion:
        whole = select(DocumentVersion.text).where(DocumentVersion.id == found.c.id).scalar_subquery()
        query = query.add_columns(whole.label("text"))
    if of is not None:
        query = query.where(_among(found.c.id, of[model]))
    later: list[ColumnElement[bool]] = []
    for name in _OWN.get(model, ()):
        other = table_of(model).alias()
        there = [other.c.id == found.c[name]] + ([] if of is None else [_among(other.c.id, of[model])])
        place, own = tuple_(other.c.created_at, other.c.id), tuple_(found.c.created_at, found.c.id)
        may = exists().where(*there) if again else exists().where(*there, place < own)
        query = query.add_columns(and_(found.c[name].is_not(None), may).label(f"_{name}"))
        later.append(and_(found.c[name].is_not(None), exists().where(*there, place > own)))
    if again:
        query = query.where(or_(*later))
    return query.order_by(found.c.created_at, found.c.id)


def _among(column: ColumnElement[Any], ids: list[UUID]) -> ColumnElement[bool]:
    return column == any_(literal(ids, ARRAY(Uuid())))
