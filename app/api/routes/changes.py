import asyncio
import signal
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from fastapi import Header, Query, Request
from pydantic import StringConstraints
from pydantic_core import to_json
from sqlalchemy.exc import SQLAlchemyError
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import AppStatus, EventSourceResponse
from starlette.responses import Response

from app import errors
from app.api import answers, problems
from app.api.deps import Connected, EventAt, Reader, Router, caller_now
from app.api.problems import documented
from app.api.records import MERGED, READ
from app.database import Database
from app.errors import Fork, Unauthorized
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
from app.services.changes import feed, filters, positions
from app.services.changes.feed import ChangeBatch
from app.services.changes.filters import Filter
from app.services.paging import PAGE_ROWS
from app.services.pictures import moments
from app.services.pictures.heads import Heads
from app.services.pictures.moments import Position

router = Router("changes")

EVENT_STREAM: Final = "text/event-stream"
PING_SECONDS: Final = 15
_RETRY_MILLISECONDS: Final = 2_000
_BATCH_CHANGES: Final = 100  # that are read at once for one stream
_SCAN_SECONDS: Final = 1.0  # for which a ledger is looked through for one page
_LOOK_SECONDS: Final = 0.5  # for which a poll waits before it looks whether the server is about to end
_FOREVER: Final = 86_400.0
_AWAY_SECONDS: Final = 1.0  # after which a database that is away is asked again
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


@router.get("/changes", response_model=ChangesRead, responses=_FORKS, summary="List changes")
async def list_changes(
    request: Request, query: Annotated[ChangesQuery, Query()], caller: Reader, database: Connected
) -> Response:
    """The changes that you may see, oldest first; without `since` from the beginning."""
    chosen = await _filter(database, caller, query)
    since = positions.BEGINNING if query.since is None else await positions.since(database.asking(), query.since)
    began, heads = time.monotonic(), _heads(request)
    while True:
        stamp = heads.stamp  # before anything is read
        batch = await feed.after(database, caller, chosen, since, min(query.limit, PAGE_ROWS))
        since = batch.position
        seconds = time.monotonic() - began
        if batch.items or (seconds > _SCAN_SECONDS if batch.more else _is_over(request, query.wait - seconds)):
            return answers.parts(ChangesRead(items=batch.items, position=str(since), more=batch.more), created=False)
        if not batch.more:
            await heads.wait(database, stamp, chosen.events, min(query.wait - seconds, _LOOK_SECONDS))


@router.get(
    "/changes/checkpoint",
    response_model=CheckpointRead,
    responses=documented(),
    summary="Read the position",
)
async def get_checkpoint(_caller: Reader, database: Connected) -> Response:
    """The newest change."""
    return answers.parts(await positions.checkpoint(database.asking()), created=False)


@router.get(
    "/changes/stream",
    response_class=Response,
    responses=_FORKS | _SENT,
    summary="Follow changes",
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
    chosen = await _filter(database, caller, query)
    return await _stream(request, database, chosen, last_event_id or query.since)


@router.get(
    "/events/{event}/stream",
    response_class=Response,
    responses=READ | MERGED | _FORKS | _SENT,
    summary="Follow an event",
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
    event_id = (await moments.event_at(database.asking(), caller, event)).id
    chosen = await _filter(database, caller, query, event_id)
    return await _stream(request, database, chosen, last_event_id or query.since)


async def _filter(database: Database, caller: Caller, query: ChangesFilter, event_id: UUID | None = None) -> Filter:
    async with database.reading() as session:
        return await filters.read(session, caller, query, event_id)


def _heads(request: Request) -> Heads:
    heads: Heads = request.app.state.heads
    return heads


def _is_over(request: Request, seconds_left: float) -> bool:
    """Whether a poll is answered now, with nothing."""
    return seconds_left <= 0 or bool(request.scope["state"].get("only_head")) or _is_ending()


def _is_ending() -> bool:
    """Whether the server was told to end."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return AppStatus.should_exit or bool(getattr(server, "should_exit", False))


# --- streams ---------------------------------------------------------------------------------------------------------


class WrittenBatch(NamedTuple):
    """A batch as it goes out to all who follow the same from the same progress."""

    batch: ChangeBatch
    lines: list[str]


@dataclass(slots=True)
class _Followed:
    """Up to where all was told."""

    position: Position


async def _stream(request: Request, database: Database, chosen: Filter, since: str | None) -> Response:
    """The answer that goes on: nothing is held for it between changes. Raises Fork, and Invalid for its progress."""
    asker = database.asking()
    start = await positions.newest(asker) if since is None else await positions.since(asker, since)
    if request.scope["state"].get("only_head"):
        return Response(None, 200, _HEADERS, EVENT_STREAM)
    progress = _Followed(start)

    def ping() -> ServerSentEvent:
        # What fits nothing is looked through, too: who comes back need not have it looked through again.
        return ServerSentEvent(comment="", id=str(progress.position), sep="\n")

    events = _events(request, database, chosen, progress)
    return EventSourceResponse(events, headers=_HEADERS, ping=PING_SECONDS, ping_message_factory=ping, sep="\n")


async def _events(
    request: Request, database: Database, chosen: Filter, progress: _Followed
) -> AsyncGenerator[ServerSentEvent]:
    """What is new, as it comes; `progress`: up to where all was told. It ends at a fork, or with its caller's key."""
    heads = _heads(request)
    # The answer begins with its first words.
    yield ServerSentEvent(retry=_RETRY_MILLISECONDS, id=str(progress.position), sep="\n")
    while True:
        stamp = heads.stamp  # before anything is read
        try:
            batch, lines = await _read(request, database, await caller_now(request), chosen, progress.position)
        except Fork as fork:
            problem = problems.members(fork, request.scope["path"], request.scope["state"]["request_id"])
            yield ServerSentEvent(to_json(problem).decode(), event=fork.slug, sep="\n")
            return
        except Unauthorized:
            return
        except (SQLAlchemyError, OSError):
            await asyncio.sleep(_AWAY_SECONDS)
            continue
        for change, line in zip(batch.items, lines, strict=True):
            yield ServerSentEvent(line, id=change.position, sep="\n")
        progress.position = batch.position
        if not batch.more:
            await heads.wait(database, stamp, chosen.events, _FOREVER)


async def _read(request: Request, database: Database, caller: Caller, chosen: Filter, since: Position) -> WrittenBatch:
    """The next batch: read once for all who wait at the same progress for the same."""
    flights: Flights[WrittenBatch] = request.app.state.batches
    viewer = feed.viewer(caller)

    async def read() -> WrittenBatch:
        batch = await feed.after(database, viewer, chosen, since, _BATCH_CHANGES)
        return WrittenBatch(batch, [change.model_dump_json(by_alias=True) for change in batch.items])

    # One that began before this was known may have missed what is waited for.
    name = viewer.scopes, chosen, since, _heads(request).stamp
    return await (flights.join(name) or flights.start(name, read)).landed()
