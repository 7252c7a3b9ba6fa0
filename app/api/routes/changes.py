import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from fastapi import Header, Query, Request
from pydantic import StringConstraints
from pydantic_core import to_json
from sqlalchemy.exc import SQLAlchemyError
from sse_starlette.event import ServerSentEvent, ensure_bytes
from sse_starlette.sse import EventSourceResponse
from starlette.responses import Response

from app import errors
from app.api import answers, negotiation, problems
from app.api.deps import Connected, EventAt, Reader, Router, caller_now
from app.api.problems import documented
from app.api.records import MERGED, READ
from app.database import Database
from app.errors import Fork, Unauthorized, Unavailable
from app.flights import Flights
from app.schemas.pictures.changes import (
    ChangesFilter,
    ChangesQuery,
    ChangesRead,
    CheckpointRead,
    EventStreamQuery,
    StreamQuery,
)
from app.services.access import Caller
from app.services.changes import feed, filters, positions, shown
from app.services.changes.feed import ChangeBatch
from app.services.changes.filters import Filter
from app.services.paging import PAGE_ROWS
from app.services.pictures import moments
from app.services.pictures.heads import Heads
from app.services.pictures.moments import Position
from app.telling import metrics, request_notes
from app.texts.messages.wording import Wording

router = Router("changes")

EVENT_STREAM: Final = "text/event-stream"
PING_SECONDS: Final = 15
_RETRY_MILLISECONDS: Final = (1_000, 4_000)  # one of these, for each another
_FORK_MILLISECONDS: Final = 60_000
_BATCH_CHANGES: Final = 100  # that are read at once for one stream
_SCAN_SECONDS: Final = 1.0  # for which a ledger is looked through for one page
_FAREWELL_SECONDS: Final = 0.4  # for a stream to end by itself when the process ends; then it is broken off
_PAUSE_SECONDS: Final = (0.3, 1.5)  # before a database that is away, or has too much to do, is asked again
_PATIENCE_SECONDS: Final = 20.0  # for which a stream that begins waits for it
_FEW_STREAMS: Final = 4  # of which there are no shares
_FULL_SECONDS: Final = 30
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_FORKS: Final = documented(errors.Fork)
_SENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Server-sent events.", "content": {EVENT_STREAM: {"schema": {"type": "string"}}}}
}
_LastEventId: TypeAlias = Annotated[
    str | None,
    StringConstraints(max_length=4_000),
    Header(alias="Last-Event-ID", description="Goes before `since`."),
]


@router.get(
    "/changes",
    response_model=ChangesRead,
    responses=_FORKS,
)
async def list_changes(
    request: Request, query: Annotated[ChangesQuery, Query()], caller: Reader, database: Connected
) -> Response:
    """Without `since` from the beginning."""
    chosen = await _filter(database, caller, query)
    since = positions.BEGINNING if query.since is None else await positions.since(database.asking(), query.since)
    began, heads, words = time.monotonic(), _heads(request), negotiation.wording(request, query.lang)
    while True:
        stamp = heads.stamp  # before anything is read
        batch = await feed.after(database, caller, chosen, since, min(query.limit, PAGE_ROWS), wording=words)
        since = batch.position
        seconds = time.monotonic() - began
        is_over = heads.is_over or seconds >= query.wait or request.scope["state"].get("only_head")
        if batch.items or (seconds > _SCAN_SECONDS if batch.more else is_over):
            return answers.parts(ChangesRead(items=batch.items, position=str(since), more=batch.more), created=False)
        if not batch.more:
            await heads.wait(database, stamp, chosen.events, query.wait - seconds)
            caller = await caller_now(request)


@router.get(
    "/changes/checkpoint",
    response_model=CheckpointRead,
    responses=documented(),
)
async def get_checkpoint(_caller: Reader, database: Connected) -> Response:
    """The newest change."""
    return answers.parts(await positions.checkpoint(database.asking()), created=False)


@router.get(
    "/changes/stream",
    response_class=Response,
    responses=_FORKS | _SENT,
)
async def stream_changes(
    request: Request,
    query: Annotated[StreamQuery, Query()],
    caller: Reader,
    database: Connected,
    *,
    last_event_id: _LastEventId = None,
) -> Response:
    """Each change as it comes, its position as `id`; without `since` from now on. Ends with an event `fork`."""

    async def begin() -> Response:
        chosen = await _filter(database, caller, query)
        return await _stream(request, database, chosen, query, last_event_id)

    return await _patiently(request, begin)


@router.get(
    "/events/{event}/stream",
    response_class=Response,
    responses=READ | MERGED | _FORKS | _SENT,
)
async def stream_event(
    request: Request,
    event: EventAt,
    query: Annotated[EventStreamQuery, Query()],
    caller: Reader,
    database: Connected,
    *,
    last_event_id: _LastEventId = None,
) -> Response:
    """Also what changes of the sources and documents that it cites."""

    async def begin() -> Response:
        event_id = (await moments.event_at(database.asking(), caller, event)).id
        chosen = await _filter(database, caller, query, event_id)
        return await _stream(request, database, chosen, query, last_event_id)

    return await _patiently(request, begin)


async def _patiently(request: Request, begin: Callable[[], Awaitable[Response]]) -> Response:
    """Begin a stream, however many do: after a restart all come back at once, and browsers give up after a 503."""
    _check_room(request)
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await begin()
        except (Unavailable, SQLAlchemyError, OSError):
            if time.monotonic() > give_up_at or _heads(request).is_over:
                raise
            await _pause()


async def _pause() -> None:
    """Wait for a moment, that is another for each who waits."""
    await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311


async def _filter(database: Database, caller: Caller, query: ChangesFilter, event_id: UUID | None = None) -> Filter:
    """Raises Invalid for what is not there."""
    if not filters.names_records(query):
        return filters.plain(query, event_id)
    async with database.reading() as session:
        return await filters.read(session, caller, query, event_id)


def _heads(request: Request) -> Heads:
    heads: Heads = request.app.state.heads
    return heads


# --- streams ---------------------------------------------------------------------------------------------------------


class WrittenBatch(NamedTuple):
    """A batch as it goes out to all who follow the same from the same place."""

    batch: ChangeBatch
    lines: list[str]


@dataclass(slots=True)
class _Followed:
    """What one client follows, and how far it was told. Nothing else is held between changes."""

    request: Request
    database: Database
    chosen: Filter
    words: Wording
    position: Position


async def _stream(
    request: Request, database: Database, chosen: Filter, query: ChangesFilter, last_event_id: str | None
) -> Response:
    """The answer that goes on. Raises Invalid for its place, and Fork unless an event is all that is taken."""
    since = last_event_id or query.since
    if since is None:
        start = await positions.newest(database, _heads(request))
    else:
        try:
            start = await positions.since(database.asking(), since)
        except Fork as fork:
            if request.headers.get("Accept") != EVENT_STREAM:
                raise
            # A browser's EventSource reads no problem, and would be closed for good without a word.
            return Response(ensure_bytes(_fork_event(request, fork), "\n"), 200, _HEADERS, EVENT_STREAM)
    if request.scope["state"].get("only_head"):
        return Response(None, 200, _HEADERS, EVENT_STREAM)
    followed = _Followed(request, database, chosen, negotiation.wording(request, query.lang), start)
    # A task for each that does nothing but ping would cost as much as the rest of what waits.
    events = _counted(request, _events(followed))
    return EventSourceResponse(events, headers=_HEADERS, ping=0, sep="\n", shutdown_grace_period=_FAREWELL_SECONDS)


def _check_room(request: Request) -> None:
    """Raises Unavailable where as many streams are listened to as there may be, of all or of this caller.

    Nobody has all of them: where there are several, a quarter is left to others.
    """
    most, streams = request.app.state.settings.streams, request.app.state.streams
    of_one = most if most < _FEW_STREAMS else most * 3 // 4
    listening = len(streams), list(streams.values()).count(request_notes.caller())
    for count, limit, whose in ((listening[1], of_one, " of yours"), (listening[0], most, "")):
        if count >= limit:
            raise Unavailable(
                f"{limit:,} streams{whose} are listened to; ask `/v1/changes?wait=` meanwhile.", _FULL_SECONDS
            )


async def _counted(request: Request, events: AsyncGenerator[ServerSentEvent]) -> AsyncGenerator[ServerSentEvent]:
    """The same; the metrics tell how many are listened to."""
    streams: dict[AsyncGenerator[ServerSentEvent], str] = request.app.state.streams
    streams[events] = request_notes.caller()
    try:
        with metrics.STREAMS.track_inprogress():
            async with aclosing(events):
                async for event in events:
                    yield event
    finally:
        streams.pop(events, None)


async def _events(followed: _Followed) -> AsyncGenerator[ServerSentEvent]:
    """What is new, as it comes. It ends at a fork, or with its caller's key."""
    heads = _heads(followed.request)
    # The answer begins with its first words.
    retry = random.randint(*_RETRY_MILLISECONDS)  # noqa: S311
    yield ServerSentEvent(retry=retry, id=str(followed.position), sep="\n")
    while not heads.is_over:
        stamp = heads.stamp  # before anything is read
        try:
            batch, lines = await _read(followed)
        except Fork as fork:
            yield _fork_event(followed.request, fork)
            return
        except Unauthorized:
            return
        except (Unavailable, SQLAlchemyError, OSError):
            await _pause()
            continue
        last_of_position = {change.position: change for change in batch.items}
        for change, line in zip(batch.items, lines, strict=True):
            # Who comes back after the first of several of one position is told them all again.
            is_last = last_of_position[change.position] is change
            yield ServerSentEvent(line, id=change.position if is_last else None, sep="\n")
        followed.position = batch.position
        while not batch.more and not await heads.wait(followed.database, stamp, followed.chosen.events, PING_SECONDS):
            # What fits nothing is looked through, too: who comes back need not have it looked through again.
            # Its end is told likewise, where the process ends.
            yield ServerSentEvent(comment="", id=str(followed.position), sep="\n")
            if heads.is_over:
                return


def _fork_event(request: Request, fork: Fork) -> ServerSentEvent:
    """The problem as an event. Whoever does not close the stream comes back as late as that does no harm."""
    problem = problems.members(fork, request.scope["path"], request.scope["state"]["request_id"])
    return ServerSentEvent(to_json(problem).decode(), event=fork.slug, retry=_FORK_MILLISECONDS, sep="\n")


async def _read(followed: _Followed) -> WrittenBatch:
    """The next batch: read once for all who wait at the same place for the same."""
    request, chosen, since, words = followed.request, followed.chosen, followed.position, followed.words
    flights: Flights[WrittenBatch] = request.app.state.batches
    viewer = shown.viewer(await caller_now(request))

    async def read() -> WrittenBatch:
        batch = await feed.after(followed.database, viewer, chosen, since, _BATCH_CHANGES, wording=words)
        return WrittenBatch(batch, [change.model_dump_json(by_alias=True) for change in batch.items])

    # One that began before this was known may have missed what is waited for.
    name = viewer.scopes, chosen, since, words.language, _heads(request).stamp
    return await (flights.join(name) or flights.start(name, read)).landed()
