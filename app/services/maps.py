"""Events on a map, each with how much is kept about it."""

from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.formats import geojson
from app.models import Event
from app.schemas.events import EventFilter, EventRead
from app.schemas.kinds import KINDS, Kind, kind_of
from app.services.access import Caller
from app.services.lists import disputes
from app.services.visibility import seen_alone

COUNTED: Final = {kind.path: kind for kind in KINDS if kind.counted}
_FETCH_ROWS: Final = 200  # at a time


async def features(session: AsyncSession, caller: Caller, query: EventFilter) -> AsyncIterator[bytes]:
    """The parts of a FeatureCollection of all events that fit, in the order asked for."""
    events = disputes.events(query, caller).subquery()
    counts = [_count(caller, kind, events).label(name) for name, kind in COUNTED.items()]
    chosen = _ordered(select(events, *counts), events, query.sort)
    yield b'{"type":"FeatureCollection","features":['
    between = b"\n"
    async for row in (await session.stream(chosen, execution_options={"yield_per": _FETCH_ROWS})).mappings():
        yield between + geojson.feature(EventRead.model_validate(row), {name: row[name] for name in COUNTED})
        between = b",\n"
    yield b"\n]}\n"


def _count(caller: Caller, kind: Kind, events: Subquery) -> ColumnElement[int]:
    """How many of this kind each event has, with those merged into it; what was merged itself counts once."""
    rows = seen_alone(caller, kind.model)
    kin = select(func.event_kin(events.c.id)).correlate(events)
    query = select(func.count()).select_from(rows).where(rows.c.event_id.in_(kin)).correlate(events)
    if kind.mergeable:
        query = query.where(rows.c.merged_into.is_(None))
    return query.scalar_subquery()


def _ordered(query: Select[tuple[object, ...]], events: Subquery, sort: str) -> Select[tuple[object, ...]]:
    """Order the events as their list does. An event without the time comes last, in both directions."""
    column = events.c[kind_of(Event).sorts[sort.removeprefix("-")]]
    order = (column.desc().nulls_last(), events.c.id.desc()) if sort[0] == "-" else (column.nulls_last(), events.c.id)
    return query.order_by(*order)
