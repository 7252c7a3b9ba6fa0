"""Events on a map, each with how much is kept about it, and where its questions stand."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.derive.pictures import digest
from app.derive.rules.rows import View
from app.formats import geojson
from app.models import Event
from app.schemas.events import EventFilter, EventRead
from app.schemas.forms import boxes
from app.schemas.kinds import KINDS, Kind
from app.schemas.pictures.exports import EventDigest
from app.services.access import Caller
from app.services.lists import narrowing
from app.services.paging import Listing
from app.services.pictures import listing, loading, parting
from app.services.visibility import seen_alone
from app.texts.messages.wording import Wording

COUNTED: Final = {kind.path: kind for kind in KINDS if kind.counted}
# How many events are read and drawn at a time, and with how many statements: one that has more comes by itself.
_EVENTS_AT_ONCE: Final = 50
_STATEMENTS_AT_ONCE: Final = 2_000
# Where the questions of an event stand is derived anew for each answer: of as many events as have so many statements.
STATEMENTS_DRAWN: Final = 10_000


async def features(
    session: AsyncSession, caller: Caller, query: EventFilter, fitting: Listing, words: Wording
) -> AsyncIterator[bytes]:
    """The parts of a FeatureCollection of all events that fit, in the order asked for; `words`: of their figures."""
    events = fitting.rows.subquery()
    counts = [_count(caller, kind, events).label(name) for name, kind in COUNTED.items()]
    chosen = narrowing.ordered(select(events, *counts), events, Event, query.sort)
    yield b'{"type":"FeatureCollection","features":['
    between = b"\n"
    view = listing.view(caller, words)
    result = await session.stream(chosen, fitting.values, execution_options={"yield_per": _EVENTS_AT_ONCE})
    statements_drawn = 0
    points: set[tuple[float, float]] = set()
    async for fetched in result.mappings().partitions():
        for rows in _runs(fetched):
            statements_drawn += sum(row["statements"] + 1 for row in rows)
            ids = [row["id"] for row in rows]
            digests = await _digests(session, view, ids) if statements_drawn <= STATEMENTS_DRAWN else [None] * len(ids)
            for row, event_digest in zip(rows, digests, strict=True):
                counted = {name: row[name] for name in COUNTED}
                yield between + geojson.feature(EventRead.model_validate(row), counted, event_digest)
                between = b",\n"
                if row["longitude"] is not None:
                    points.add((row["longitude"], row["latitude"]))
    yield geojson.end(boxes.around(points))


def _runs(rows: Sequence[RowMapping]) -> Iterator[list[RowMapping]]:
    """The events, a run at a time, so that what is drawn at once is bounded."""
    run: list[RowMapping] = []
    statements = 0
    for row in rows:
        if run and statements + row["statements"] > _STATEMENTS_AT_ONCE:
            yield run
            run, statements = [], 0
        run.append(row)
        statements += row["statements"]
    if run:
        yield run


async def _digests(session: AsyncSession, view: View, event_ids: list[UUID]) -> Sequence[EventDigest | None]:
    """Of each event where its questions stand, for three statements in all, and drawn in a thread."""
    rows = await loading.load(session, event_ids[0], None, *event_ids[1:])
    return await threads.run(lambda: [digest.digest(event_rows, view) for event_rows in parting.part(rows, event_ids)])


def _count(caller: Caller, kind: Kind, events: Subquery) -> ColumnElement[int]:
    """How many of this kind each event has, with those merged into it; what was merged itself counts once."""
    rows = seen_alone(caller, kind.model)
    kin = select(func.event_kin(events.c.id)).correlate(events)
    query = select(func.count()).select_from(rows).where(rows.c.event_id.in_(kin)).correlate(events)
    if kind.mergeable:
        query = query.where(rows.c.merged_into.is_(None))
    return query.scalar_subquery()
