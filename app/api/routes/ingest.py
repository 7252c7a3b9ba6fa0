"""`POST /v1/ingest`: a body of lines, read and stored as it comes in, answered when it has ended.

Clients do not read while they send, and a body that is read while its answer is being sent loses parts of it: so the
whole answer waits for the last byte.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Header, Request
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive

from app import jsontext
from app.api.deps import Connected, Ingester, Reason, Router, check_again
from app.api.problems import documented
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
from app.services.deliveries import inflating, ingest
from app.services.deliveries.inflating import Inflate
from app.services.deliveries.ingest import Entry
from app.telling import metrics
from app.turns import RoomTaken, Turns

router = Router("reports")

BODY_LINES: Final = 100_000
MEDIA_TYPE: Final = "application/x-ndjson"
_ACCEPTED: Final = (MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/json-lines")
# A group of lines is stored while the next one comes in and is checked. Nothing is stored while the first is checked:
# so that is a small one, and those after it are each twice as large, up to this size: of all bodies together, for what
# lines become takes sixteen times as much memory. The ledger's lock has one of them stored at a time anyway.
_GROUP_LINES, _GROUP_BYTES, _FIRST_GROUP_LINES, _LEAST_LINES = 2000, 4_000_000, 250, 100
_MOST_LINES, _MOST_BYTES = 1000, 1_000_000  # of one body
_ANSWERS_AT_ONCE: Final = 50  # are made before others have their turn
_TURN_BYTES: Final = 1_000_000  # are read before others have their turn
_Group: TypeAlias = tuple[list[tuple[int, bytes]], tuple[int, int]]  # lines; bytes and lines so far

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
                groups = _grouped(_inflated(body, inflate), places.lines, room)
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


class _BodyBroken(Exception):  # noqa: N818
    """The body can't be read on; what came before is stored."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


async def _check_key(request: Request) -> None:
    """A body may come in for hours: with a key that was revoked since, no more of it is stored."""
    try:
        await check_again(request, "ingest")
    except (Unauthorized, Forbidden) as ended:
        raise _BodyBroken(ended) from None


async def _answer(
    request: Request,
    groups: AsyncIterator[_Group],
    database: Database,
    signature: Signature,
    caller: Caller,
    *,
    room: RoomTaken,
) -> bytes:
    """The lines of the answer. One group is stored while the next comes in and is checked.

    Of the `room` what is stored is given back.
    """
    answer, counts = bytearray(), Counter[str](created=0, matched=0, failed=0)
    size = lines = bytes_storing = 0
    storing: asyncio.Task[list[Entry]] | None = None

    async def store(entries: list[Entry]) -> list[Entry]:
        await ingest.store(database, signature, caller, entries, request.app.state.pace)
        return entries

    async def finish() -> None:
        """Wait until the last group is stored, and answer for its lines."""
        await _tell(await storing if storing else [], answer, counts)

    try:
        async for group, (size, lines) in groups:  # noqa: B007  (the last ones are for the summary)
            entries = await ingest.read(group, caller, database.places.large_bodies)
            if storing is not None:
                await _check_key(request)
            stored = await storing if storing else []
            room.give_back(bytes_storing)
            bytes_storing = sum(len(line) for _, line in group)
            _hold_back(entries, stored)
            storing = asyncio.create_task(store(entries))
            await _tell(stored, answer, counts)
            stored = []  # they are not kept beside those that are read next
    except _BodyBroken as broken:
        await finish()
        broken.problem.extra |= {"lines_stored": counts["created"] + counts["matched"]}
        raise broken.problem from None
    except ClientDisconnect:
        await finish()
        raise BadRequest("The connection was lost before the body had ended.") from None
    await finish()
    summary = IngestSummary(
        bytes=size, lines=lines, created=counts["created"], matched=counts["matched"], failed=counts["failed"]
    )
    return bytes(answer) + summary.model_dump_json().encode() + b"\n"


def _hold_back(entries: list[Entry], stored: list[Entry]) -> None:
    """Where the database was away, all that follows waits: it may need what could not be stored."""
    away = next((entry.problem for entry in stored if isinstance(entry.problem, Unavailable)), None)
    for entry in entries if away else ():
        entry.problem = entry.problem or away


async def _tell(stored: list[Entry], answer: bytearray, counts: Counter[str]) -> None:
    """Answer for lines, with pauses in which the next ones are stored."""
    before = counts.copy()
    for nth, entry in enumerate(stored):
        _add(entry, answer, counts)
        if nth % _ANSWERS_AT_ONCE == 0:
            await asyncio.sleep(0)
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
        raise _BodyBroken(problem) from None


def _check_is_lines(first: bytes) -> None:
    """Raise _BodyBroken for what is no body of lines, as its first one shows: every line would be refused alike."""
    if encoding := jsontext.foreign_encoding(first):
        raise _BodyBroken(BadRequest(jsontext.in_utf8("body", encoding)))
    if first.lstrip().startswith(b"[") and not first.rstrip().endswith(b"]"):
        raise _BodyBroken(BadRequest(f"The body is one JSON array over several lines. {ingest.ONE_OBJECT_A_LINE}"))
    if first.strip() == b"{":
        raise _BodyBroken(BadRequest("The first line ends within its object. An object stands in one line: `jq -c .`"))


def _take(room: RoomTaken, count: int) -> None:
    try:
        room.take(count)
    except Unavailable as busy:
        raise _BodyBroken(busy) from None


async def _grouped(chunks: AsyncIterator[bytes], bodies: Turns, room: RoomTaken) -> AsyncIterator[_Group]:
    """Numbered lines, blank ones left out, a group at a time; with how many bytes and lines there were so far.

    The more `bodies` come in, the smaller are the groups of each; whoever has a group gives its `room` back.
    """
    group: list[tuple[int, bytes]] = []
    begun_line, total, number, group_bytes, group_lines = bytearray(), 0, 0, 0, _FIRST_GROUP_LINES

    def add(line: bytes) -> None:
        nonlocal number, group_bytes
        number += 1
        if number == 1:
            _check_is_lines(line)
        if number > BODY_LINES:
            raise _BodyBroken(TooLarge(f"A request takes at most {BODY_LINES:,} lines. Send several."))
        if line.strip():
            group.append((number, line))
            group_bytes += len(line)
        else:
            room.give_back(len(line))

    async for chunk in chunks:
        total += len(chunk)
        for line in BytesIO(chunk):  # one by one: a megabyte of line ends would be a million lines at once
            # Of a line that is too long no more is kept than shows that.
            part = line[: ingest.LINE_BYTES + 1 - len(begun_line)].removesuffix(b"\n")
            _take(room, len(part))
            begun_line += part
            if not line.endswith(b"\n"):
                continue
            add(bytes(begun_line))
            begun_line.clear()
            most_lines = max(_LEAST_LINES, min(group_lines, _GROUP_LINES // bodies.taken))
            if len(group) >= most_lines or group_bytes >= min(_MOST_BYTES, _GROUP_BYTES // bodies.taken):
                yield group, (total, number)
                group, group_bytes, group_lines = [], 0, min(2 * group_lines, _MOST_LINES)
    if begun_line:
        add(bytes(begun_line))
    yield group, (total, number)


async def _let_in(
    groups: AsyncIterator[_Group], places: Places, caller: Caller, admission: AsyncExitStack
) -> AsyncIterator[_Group]:
    """The groups of a body; from its first large line on it has an `admission`, or is refused at once.

    Who was let in waits for the turn of each such line as long as it takes: few bodies do.
    """
    is_let_in = False
    async for group in groups:
        if not is_let_in and any(len(line) > ingest.LARGE_BYTES for _, line in group[0]):
            try:
                await admission.enter_async_context(places.large_lines_of_one.turn(caller.name))
                await admission.enter_async_context(places.large_lines.turn())
            except Unavailable as busy:
                raise _BodyBroken(busy) from None
            is_let_in = True
        yield group
