"""`POST /v1/ingest`: a body of lines, read and stored as it comes in, answered when it has ended.

Clients do not read while they send, and a body that is read while its answer is being sent loses parts of it: so the
whole answer waits for the last byte.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

import zstandard
from fastapi import APIRouter, Header, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive

from app.api.deps import Connected, Ingester, Reason, Route
from app.api.problems import documented
from app.database import Database, Signature
from app.errors import BadRequest, Conflict, Forbidden, Invalid, Problem, TooLarge, Unavailable, UnsupportedMediaType
from app.schemas.lines import IngestSummary, LineProblem
from app.services.access import Caller
from app.services.intake import ingest
from app.services.intake.ingest import Entry

router = APIRouter(tags=["reports"], route_class=Route)

MOST_BYTES: Final = 64_000_000
MOST_LINES: Final = 100_000
MEDIA_TYPE: Final = "application/x-ndjson"
_TAKEN: Final = (MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/json-lines")
_GROUP_LINES, _GROUP_BYTES = 1000, 2_000_000  # that are checked and stored while the next come in
_FIRST_LINES: Final = 250  # nothing is stored while these are checked: a small group, and twice as large ones after it
_SLICE: Final = 512  # compressed bytes that can't become more than a few megabytes
_Group: TypeAlias = tuple[list[tuple[int, bytes]], tuple[int, int]]  # lines; bytes and lines so far

_DESCRIBED: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One JSON object a line, each with its `type`. Content-Encoding may be gzip or zstd.",
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
        "description": "For each line its number, status and id, or why it was refused; the last line sums up.",
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string"},
                "example": '{"line": 1, "status": 201, "id": "01890a5d-ac96-774b-bcce-b302099a8057"}\n'
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
    """Many records or reports at once: NDJSON, one object a line, each with its `type`.

    A line is the body of its type with what its path would name: `event` for questions, claims and statements, `claim`,
    `statement`, `document`, `from`. It may refer to earlier lines by `ref:`. At most 64 MB (decompressed) and 100,000
    lines. Lines are stored in batches while they come in; a bad line never stops the good ones. The answer comes after
    the last byte: a line for each that was sent, in order, `201` (something was created), `200` (all was there) or a
    problem that says where, why and whether it is `retryable`; and a summary to compare with what was sent. Sending
    everything again repeats nothing.
    """
    if idempotency_key is not None:
        raise Invalid("Lines are safe by matching: send them again without a key.")
    signature = Signature(caller.name, request.scope["state"]["request_id"], reason)
    body = _Body(request.receive)
    try:
        groups = _grouped(_inflated(body, _inflating(request)))
        told = await _answer(groups, database, signature, caller, request.app.state.pace)
    except Problem:
        await _drain(body)
        raise
    return Response(told, 200, None, MEDIA_TYPE)


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
    """Take what is still to come, within bounds: clients do not read a problem before they have sent all."""
    left = MOST_BYTES
    with suppress(ClientDisconnect):
        async for chunk in _chunks(body):
            left -= len(chunk)
            if left < 0:
                return


class _Ended(Exception):  # noqa: N818
    """The body can't be read on; what came before is stored."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


async def _answer(
    groups: AsyncIterator[_Group], database: Database, signature: Signature, caller: Caller, pace: ingest.StoringPace
) -> bytes:
    """The lines of the answer. One group is stored while the next comes in and is checked."""
    told, sums = bytearray(), {"created": 0, "matched": 0, "failed": 0}
    read = lines = 0
    storing: asyncio.Task[list[Entry]] | None = None
    away: Problem | None = None

    async def store(entries: list[Entry]) -> list[Entry]:
        await ingest.store(database, signature, caller, entries, pace)
        return entries

    async def finish() -> None:
        nonlocal away
        for entry in await storing if storing else ():
            _tell(entry, told, sums)
            away = entry.problem if isinstance(entry.problem, Unavailable) else away

    try:
        async for group, so_far in groups:
            read, lines = so_far
            entries = await ingest.read(group, caller)
            await finish()
            for entry in entries if away else ():  # it may need what could not be stored: all that follows waits
                entry.problem = entry.problem or away
            storing = asyncio.create_task(store(entries))
    except _Ended as ended:
        await finish()
        stored = sums["created"] + sums["matched"]
        ended.problem.extra |= {"lines_stored": stored}
        raise ended.problem from None
    except ClientDisconnect:
        await finish()
        raise BadRequest("The connection was lost before the body had ended.") from None
    await finish()
    summary = IngestSummary(
        bytes=read, lines=lines, created=sums["created"], matched=sums["matched"], failed=sums["failed"]
    )
    return bytes(told) + summary.model_dump_json().encode() + b"\n"


def _tell(entry: Entry, told: bytearray, sums: dict[str, int]) -> None:
    """Add what became of a line."""
    if entry.problem is None:
        sums["created" if entry.created else "matched"] += 1
        told += b'{"line":%d,"status":%d,"id":"%s"}\n' % (
            entry.number,
            201 if entry.created else 200,
            str(entry.id).encode(),
        )
    else:
        sums["failed"] += 1
        told += _problem(entry.number, entry.problem).model_dump_json(exclude_none=True).encode() + b"\n"


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


def _inflating(request: Request) -> Callable[[bytes], Iterator[bytes]]:
    """How the body's encoding is undone. Raises what a request that can't be read is answered with."""
    media = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media not in _TAKEN:
        raise UnsupportedMediaType(f"Lines are sent as Content-Type: {MEDIA_TYPE}.")
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:20]) > MOST_BYTES:
        raise TooLarge(f"A request takes at most {MOST_BYTES:,} bytes of lines. Send several.")
    match request.headers.get("Content-Encoding", "identity").strip().lower():
        case "identity":
            return lambda chunk: iter((chunk,) if chunk else ())
        case "gzip" | "x-gzip":
            return _undoing(lambda: zlib.decompressobj(31))
        case "zstd":
            return _undoing(lambda: zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj())
    raise UnsupportedMediaType("Content-Encoding can be gzip or zstd.")


def _undoing(inflater: Callable[[], Any]) -> Callable[[bytes], Iterator[bytes]]:
    """Inflate a chunk slice by slice, one compressed part after another; an empty chunk is the end."""
    part, begun = inflater(), False

    def inflate(chunk: bytes) -> Iterator[bytes]:
        nonlocal part, begun
        if not chunk and begun:
            raise _Ended(BadRequest("The compressed body ends too early."))
        while chunk:
            begun = True
            some, chunk = chunk[:_SLICE], chunk[_SLICE:]
            yield part.decompress(some)
            if part.eof:
                chunk, part, begun = part.unused_data + chunk, inflater(), False

    return inflate


async def _inflated(body: _Body, inflate: Callable[[bytes], Iterator[bytes]]) -> AsyncIterator[bytes]:
    size = 0
    try:
        async for chunk in _chunks(body):
            for some in inflate(chunk) if chunk else ():
                size += len(some)
                if size > MOST_BYTES:
                    raise _Ended(TooLarge(f"A request takes at most {MOST_BYTES:,} bytes of lines. Send several."))
                yield some
        for some in inflate(b""):
            yield some
    except (zlib.error, zstandard.ZstdError):
        raise _Ended(BadRequest("The body is not compressed as Content-Encoding says.")) from None


async def _grouped(chunks: AsyncIterator[bytes]) -> AsyncIterator[_Group]:
    """Numbered lines, blank ones left out, some at a time; with how many bytes and lines there were so far."""
    group: list[tuple[int, bytes]] = []
    rest, read, number, size, most = bytearray(), 0, 0, 0, _FIRST_LINES

    def take(line: bytes) -> None:
        nonlocal number, size
        number += 1
        if number > MOST_LINES:
            raise _Ended(TooLarge(f"A request takes at most {MOST_LINES:,} lines. Send several."))
        if line.strip():
            group.append((number, line))
            size += len(line)

    async for chunk in chunks:
        read += len(chunk)
        if b"\n" not in chunk:
            rest += chunk[: ingest.LINE_BYTES + 1 - len(rest)]
            continue
        first, *others = chunk.split(b"\n")
        rest += first[: ingest.LINE_BYTES + 1 - len(rest)]
        for line in (bytes(rest), *others[:-1]):
            take(line)
            if len(group) >= most or size >= _GROUP_BYTES:
                yield group, (read, number)
                group, size, most = [], 0, min(2 * most, _GROUP_LINES)
        rest = bytearray(others[-1][: ingest.LINE_BYTES + 1])
    if rest:
        take(bytes(rest))
    yield group, (read, number)
