"""Everything, or one event, as lines that `POST /v1/ingest` takes: as much as the caller may see, in one snapshot.

What is referred to stands in an earlier line. Within one type the lines are in the order of recording, which pictures
fall back on where nothing else says what came first; a reference to a later line of the same type is left out there,
and that line comes again, whole, after the last of its type.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, exists, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.derive.rules import families, merges
from app.derive.rules.rows import Rows, View
from app.formats import ndjson
from app.models import DocumentLink, Record, Source, SourceLink, table_of
from app.schemas.common import RecordRead
from app.schemas.kinds import KINDS, READS, Kind
from app.services.access import Caller
from app.services.pictures import listing, loading
from app.services.visibility import stood_on

# How many rows are fetched at a time. A version's text has up to a million characters.
_FETCH_ROWS: Final = 500
_FETCH_ROWS_WITH_TEXT: Final = 16

Ids = Mapping[type[Record], Collection[UUID]]


async def lines(
    session: AsyncSession, caller: Caller, event_id: UUID | None = None
) -> AsyncIterator[tuple[str, bytes]]:
    """The type and the bytes of each line; of one event, all that its dossier shows. Raises NotFound."""
    ids = None if event_id is None else _ids(await loading.load(session, event_id), listing.view(caller))
    for kind in KINDS:
        if (read := READS.get(kind.model)) is None:
            continue
        for later_pointers_only in (False, True) if kind.own_pointers else (False,):
            query = _selecting(caller, kind, ids, later_pointers_only=later_pointers_only)
            options = {"yield_per": _FETCH_ROWS_WITH_TEXT if kind.apart else _FETCH_ROWS}
            async for row in (await session.stream(query, execution_options=options)).mappings():
                without = [name for name in kind.own_pointers if not row[f"_{name}"]]
                shadow = row.get("shadow") if caller.may("read") and caller.may("confidential") else None
                yield kind.name, ndjson.line(read.model_validate(row), without, shadow=shadow)


def _ids(rows: Rows, view: View) -> Ids:
    """By kind, the ids of the records that an event's pictures are made of, with those of the masks of its sources."""
    rows = merges.as_seen(rows, view)
    ids = {kind.model: list(_ids_of(rows, kind)) for kind in KINDS if kind.read is not None}
    # A caller who may not see who a source is has its mask's id in place of its own, and is led no further by it.
    source_ids = families.source_ids(rows, frozenset() if view.confidential else families.hidden_sources(rows))
    ids[Source] = [*source_ids, *rows.masks.values()]
    # Links lead on from what is shown; those whose other end is not are no part of it.
    ids[SourceLink] = [link.id for link in rows.source_links if {link.from_id, link.to_id} <= source_ids]
    ids[DocumentLink] = [link.id for link in rows.document_links if {link.from_id, link.to_id} <= rows.documents.keys()]
    return ids


def _ids_of(rows: Rows, kind: Kind) -> Iterable[UUID]:
    """`rows` has the records of a kind as a map by id, or as a list."""
    records: Mapping[UUID, RecordRead] | list[RecordRead] = getattr(rows, kind.plural)
    return records.keys() if isinstance(records, Mapping) else [record.id for record in records]


def _selecting(caller: Caller, kind: Kind, ids: Ids | None, *, later_pointers_only: bool) -> Select[Any]:
    """Select the records of one kind, with `_parent_id` and so on: whether that may be said in this line.

    `later_pointers_only`: the second pass, in which those that point at a later one come again, with that pointer.
    """
    rows, stored = stood_on(caller, kind.model), table_of(kind.model)
    query = select(rows)
    if kind.apart is not None:
        text = select(stored.c[kind.apart]).where(stored.c.id == rows.c.id).scalar_subquery()
        query = query.add_columns(text.label(kind.apart))
    if ids is not None:
        query = query.where(_among(rows.c.id, ids[kind.model]))
    points_at_later: list[ColumnElement[bool]] = []
    for name in kind.own_pointers:
        target = stored.alias()
        exported = [target.c.id == rows.c[name]] + ([] if ids is None else [_among(target.c.id, ids[kind.model])])
        target_order, own_order = tuple_(target.c.created_at, target.c.id), tuple_(rows.c.created_at, rows.c.id)
        may = exists().where(*exported) if later_pointers_only else exists().where(*exported, target_order < own_order)
        query = query.add_columns(and_(rows.c[name].is_not(None), may).label(f"_{name}"))
        points_at_later.append(and_(rows.c[name].is_not(None), exists().where(*exported, target_order > own_order)))
    if later_pointers_only:
        query = query.where(or_(*points_at_later))
    return query.order_by(rows.c.created_at, rows.c.id)


def _among(column: ColumnElement[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    return column == any_(literal(list(ids), ARRAY(Uuid())))
