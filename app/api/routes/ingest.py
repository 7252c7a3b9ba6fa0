"""`POST /v1/ingest`: a body of lines, read and stored as it comes in, answered when it has ended.

Clients do not read while they send, and a body that is read while its answer is being sent loses parts of it: so the
whole answer waits for the last byte.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Header, Request
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive

from app.api.deps import Connected, Ingester, Reason, Router, check_again
from app.api.problems import documented
from app.connections.beside import Waits
from app.connections.places import Places
from app.database import Database, Signature
from app.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    Problem,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from app.schemas.lines import IngestSummary, LineProblem
from app.services.access import Caller
from app.services.deliveries import inflating, ingest, line_entries, line_groups
from app.services.deliveries.inflating import Inflate
from app.services.deliveries.ingest import LinesReady, StoringPace
from app.services.deliveries.line_entries import Entry
from app.services.deliveries.line_groups import BodyBroken, Group
from app.telling import metrics
from app.turns import RoomTaken, Turns

router = Router("reports")

MEDIA_TYPE: Final = "application/x-ndjson"
_ACCEPTED: Final = (MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/json-lines")
_ANSWERS_AT_ONCE: Final = 50  # are made before others have their turn
_TURN_BYTES: Final = 1_000_000  # are read before others have their turn

_DESCRIBED: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One JSON object a line. Content-Encoding may be gzip or zstd.",
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string"},
                "example": '{"type": "event", "ref": "blast-2023", "title": "Blast"}\n'
                '{"type": "claim", "ref": "drone", "event": "ref:blast-2023", "text": "A drone hit the depot"}\n'
                '{"type": "statement", "claim": "ref:drone", "source": {"name": "An eyewitness", "kind": "witness"}}\n',
            }
        },
    }
}
_ANSWERED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Of each line number, status and id, or why it was refused; a summary.",
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string"},
                "example": '{"line": 1, "status": 201, "id": "01890a5d-ac96-774b-bcce-b302099a8057", '
                '"url": "/v1/claims/01890a5d-ac96-774b-bcce-b302099a8057"}\n'
                '{"done": true, "bytes": 57, "lines": 1, "created": 1, "matched": 0, "failed": 0}\n',
            }
        },
    }
}


@router.post(
    "/ingest",
    summary="Store many lines",
    response_class=Response,
    openapi_extra=_DESCRIBED,
    responses=_ANSWERED | documented(Forbidden, Conflict, TooLarge, UnsupportedMediaType),
)
async def ingest_lines(
    request: Request,
    caller: Ingester,
    database: Connected,
    reason: Reason = "",
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """NDJSON: one record or report a line, each with its `type`.

    A line is the body of its type with what its path would name: `event`, `claim`, `statement`, `document`, `from`. It
    may refer to earlier lines by `ref:`. At most 64 MB (decompressed) and 100,000 lines. A bad line never stops the
    good ones. Each is answered after the last byte, in order. Sending all again repeats nothing.
    """
    if idempotency_key is not None:
        raise Invalid.parameter("Idempotency-Key", "lines are safe by matching: send them again without a key")
    signature = Signature(caller.name, request.scope["state"]["request_id"], reason)
    body, places = _Body(request.receive), database.places
    try:
        inflate = _inflate_of(request)
        async with places.lines_of_one.turn(caller.name), places.lines.turn(), AsyncExitStack() as admission:
            with places.room_for_bodies.for_a_body() as room:
                groups = line_groups.grouped(_inflated(body, inflate), places.lines, room)
                groups = _let_in(groups, places, caller, admission)
                answer = await _answer(request, groups, database, signature, caller, room=room)
    except Problem:
        await _drain(body)
        raise
    return Response(answer, 200, None, MEDIA_TYPE)


@dataclass(slots=True)
class _Body:
    """A request's body, and whether there is more of it."""

    receive: Receive
    more: bool = True


async def _chunks(body: _Body) -> AsyncIterator[bytes]:
    while body.more:
        message = await body.receive()
        body.more = message["type"] == "http.request" and message.get("more_body", False)
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")


async def _drain(body: _Body) -> None:
    """Read what is still to come, within bounds: clients do not read a problem before they have sent all."""
    size = 0
    with suppress(ClientDisconnect):
        async for chunk in _chunks(body):
            size += len(chunk)
            if size > inflating.BYTES:
                return


@dataclass(slots=True)
class _Come:
    """How much of a body has come in so far, and why not all of it has."""

    bytes: int = 0
    lines: int = 0
    problem: Problem | None = None


async def _key_problem(request: Request) -> Problem | None:
    """A body may come in for hours: with a key that was revoked since, no more of it is stored."""
    try:
        await check_again(request, "ingest")
    except (Unauthorized, Forbidden) as ended:
        return ended
    return None


async def _answer(
    request: Request,
    groups: AsyncIterator[Group],
    database: Database,
    signature: Signature,
    caller: Caller,
    *,
    room: RoomTaken,
) -> bytes:
    """The lines of the answer. As many as one transaction takes are stored while the next come in and are checked.

    Of the `room` what is stored is given back.
    """
    answer, counts = bytearray(), Counter[str](created=0, matched=0, failed=0)
    pace: StoringPace = request.app.state.pace
    come, waits = _Come(), Waits()
    storing: asyncio.Task[list[Entry]] | None = None

    async def store(lines_ready: LinesReady) -> list[Entry]:
        with waits.noted():
            await ingest.store(database, signature, caller, lines_ready, pace)
        return lines_ready.entries

    read = partial(line_entries.read, caller=caller, large=database.places.large_bodies, turn=waits.turn)

    def is_idle() -> bool:
        return storing is None or storing.done()

    async for run in _runs(groups, read, database.places.lines, pace, come, is_idle=is_idle):
        if storing is not None and (key_problem := await _key_problem(request)):
            come.problem = key_problem
            break
        lines_ready = ingest.ready(run)
        stored = await storing if storing else []
        _hold_back(run, stored)
        storing = asyncio.create_task(store(lines_ready))
        room.give_back(sum(entry.bytes for entry in stored))
        await _tell(stored, answer, counts, waits)
        stored = []  # they are not kept beside those that are read next
    await _tell(await storing if storing else [], answer, counts, waits)
    if come.problem is not None:
        come.problem.extra |= {"lines_stored": counts["created"] + counts["matched"]}
        raise come.problem
    summary = IngestSummary(
        bytes=come.bytes,
        lines=come.lines,
        created=counts["created"],
        matched=counts["matched"],
        failed=counts["failed"],
    )
    return bytes(answer) + summary.model_dump_json().encode() + b"\n"


async def _runs(
    groups: AsyncIterator[Group],
    read: Callable[[Sequence[tuple[int, bytes]]], Awaitable[list[Entry]]],
    bodies: Turns,
    pace: StoringPace,
    come: _Come,
    *,
    is_idle: Callable[[], bool],
) -> AsyncIterator[list[Entry]]:
    """The lines, read, as many at a time as one transaction takes; to the last that came in, whatever ends the body.

    While nothing is stored they do not wait for more.
    """
    entries = list[Entry]()
    try:
        async for group, (come.bytes, come.lines) in groups:
            entries += await read(group)
            most_lines, most_bytes = line_groups.bounds(bodies)
            while run := ingest.take_run(entries, pace, most_lines=most_lines, most_bytes=most_bytes):
                yield run
            if entries and is_idle():
                yield entries
                entries = []
    except BodyBroken as broken:
        come.problem = broken.problem
    except ClientDisconnect:
        come.problem = BadRequest("The connection was lost before the body had ended.")
    if entries:
        yield entries


def _hold_back(entries: list[Entry], stored: list[Entry]) -> None:
    """Where the database was away, all that follows waits: it may need what could not be stored."""
    away = next((entry.problem for entry in stored if isinstance(entry.problem, Unavailable)), None)
    for entry in entries if away else ():
        entry.problem = entry.problem or away


async def _tell(stored: list[Entry], answer: bytearray, counts: Counter[str], waits: Waits) -> None:
    """Answer for lines, while the next ones are stored."""
    before = counts.copy()
    for nth, entry in enumerate(stored):
        if nth % _ANSWERS_AT_ONCE == 0:
            await waits.turn()
        _add(entry, answer, counts)
    for outcome, count in (counts - before).items():
        metrics.INGEST_LINES.labels(outcome).inc(count)


def _add(entry: Entry, answer: bytearray, counts: Counter[str]) -> None:
    """Answer for a line, and count it."""
    ingest.settle(entry)
    if entry.problem is None:
        counts["created" if entry.created else "matched"] += 1
        # By hand: nearly all lines come here, and a model takes ten times as long.
        changed = b',"changed":true' if entry.changed else b""
        remarks = b',"remarks":' + to_json(entry.remarks) if entry.remarks else b""
        url = b',"url":"%s"' % entry.url.encode() if entry.url else b""
        answer += b'{"line":%d,"status":%d,"id":"%s"%s%s%s}\n' % (
            entry.number,
            201 if entry.created else 200,
            str(entry.id).encode(),
            url,
            changed,
            remarks,
        )
    else:
        counts["failed"] += 1
        answer += _problem(entry.number, entry.problem).model_dump_json(exclude_none=True).encode() + b"\n"


def _problem(number: int, problem: Problem) -> LineProblem:
    extra: Any = problem.extra
    return LineProblem(
        line=number,
        status=problem.status,
        type=f"/problems/{problem.slug}",
        title=problem.title,
        detail=problem.detail or problem.explanation,
        retryable=isinstance(problem, Unavailable),
        errors=extra.get("errors") or [],
        url=extra.get("url"),
    )


# --- the body, in bounded memory -------------------------------------------------------------------------------------


def _inflate_of(request: Request) -> Inflate:
    """What decompresses the body. Raises UnsupportedMediaType or TooLarge."""
    media = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media not in _ACCEPTED:
        raise UnsupportedMediaType(f"Lines are sent as Content-Type: {MEDIA_TYPE}.")
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:20]) > inflating.BYTES:
        raise inflating.too_large()
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if inflate := inflating.inflater(encoding):
        return inflate
    raise UnsupportedMediaType("Content-Encoding can be gzip or zstd.")


async def _inflated(body: _Body, inflate: Inflate) -> AsyncIterator[bytes]:
    size = 0
    try:
        async for chunk in _chunks(body):
            for inflated in inflate(chunk) if chunk else ():
                yield inflated
                size += len(inflated)
                if size > _TURN_BYTES:
                    size = 0
                    await asyncio.sleep(0)
        for inflated in inflate(b""):
            yield inflated
    except Problem as problem:
        raise BodyBroken(problem) from None


async def _let_in(
    groups: AsyncIterator[Group], places: Places, caller: Caller, admission: AsyncExitStack
) -> AsyncIterator[Group]:
    """The groups of a body; from its first large line on it has an `admission`, or is refused at once.

    Who was let in waits for the turn of each such line as long as it takes: few bodies do.
    """
    is_let_in = False
    async for group in groups:
        if not is_let_in and any(len(line) > line_entries.LARGE_BYTES for _, line in group[0]):
            try:
                await admission.enter_async_context(places.large_lines_of_one.turn(caller.name))
                await admission.enter_async_context(places.large_lines.turn())
            except Unavailable as busy:
                raise BodyBroken(busy) from None
            is_let_in = True
        yield group
