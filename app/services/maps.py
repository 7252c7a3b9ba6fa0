"""Events on a map, each with how much is kept about it."""

from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.formats import geojson
from app.models import Assessment, Claim, Event, Question, Record, Statement
from app.schemas import kinds
from app.schemas.events import EventFilter, EventRead
from app.services import lists
from app.services.access import Caller
from app.services.visibility import seen

COUNTED: Final[dict[str, type[Record]]] = {
    "questions": Question,
    "claims": Claim,
    "statements": Statement,
    "assessments": Assessment,
}
_ROWS: Final = 200


async def features(session: AsyncSession, caller: Caller, query: EventFilter) -> AsyncIterator[bytes]:
    """The parts of a FeatureCollection of all events that fit, in the order asked for."""
    found = lists.events(query, caller).subquery()
    counts = [_count(caller, model, found).label(name) for name, model in COUNTED.items()]
    chosen = _ordered(select(found, *counts), found, query.sort)
    yield b'{"type":"FeatureCollection","features":['
    between = b"\n"
    async for row in (await session.stream(chosen, execution_options={"yield_per": _ROWS})).mappings():
        yield between + geojson.feature(EventRead.model_validate(row), {name: row[name] for name in COUNTED})
        between = b",\n"
    yield b"\n]}\n"


def _count(caller: Caller, model: type[Record], found: Subquery) -> ColumnElement[int]:
    rows = seen(caller, model)
    kin = select(func.event_kin(found.c.id)).correlate(found)
    query = select(func.count()).select_from(rows).where(rows.c.event_id.in_(kin)).correlate(found)
    if model is Claim:
        query = query.where(rows.c.merged_into.is_(None))
    return query.scalar_subquery()


def _ordered(query: Select[tuple[object, ...]], found: Subquery, sort: str) -> Select[tuple[object, ...]]:
    """As the list of events is; what has no such time comes last, either way."""
    column = found.c[kinds.kind_of(Event).sorts[sort.removeprefix("-")]]
    places = (column.desc().nulls_last(), found.c.id.desc()) if sort[0] == "-" else (column.nulls_last(), found.c.id)
    return query.order_by(*places)
