"""Sends lines to a running service, and knows of each what became of it. For `counterclaim ingest` and `import`.

    with client.connected(url, key) as http:
        for progress in client.send(http, lines):
            keep(progress.rejected)

Nothing counts as stored before the service has said so for exactly what was sent; until then it is sent again, which
repeats nothing there.
"""

import json
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import httpx
import zstandard

Json: TypeAlias = dict[str, Any]

# In seconds: before the second attempt, and the longest of all; each attempt waits twice as long as the one before.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
CONNECT_TIMEOUT: Final = 10.0
_LEVEL: Final = 3  # of zstd; tried on 3 MB of reports: to 11 % in 6 ms, gzip to 10 % in 46 ms


class Refused(Exception):  # noqa: N818  (no error of ours)
    """The service will not take anything from us like this: the key, the address, or the request is wrong."""


class GaveUp(Exception):  # noqa: N818
    """The service could not be reached, or was busy, for longer than we were to wait."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much goes into one request, and how long a service is waited for that is away or busy."""

    lines: int = 2_000
    bytes: int = 8_000_000
    """Also the longest line that is sent."""
    retries: int = 10
    max_wait: float = 300.0
    """Seconds from the first failure to the last attempt."""
    waiting: Callable[[str, float], None] = lambda why, seconds: None  # noqa: ARG005
    """Told why, and for how many seconds, before each pause."""


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    """In the input, from 1."""
    data: bytes
    """Without its line end."""


@dataclass(frozen=True, slots=True)
class Rejected:
    line: Line
    problem: Json
    """Status, type, title, detail, retryable, errors: as `POST /v1/ingest` has it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been acknowledged so far. Give a kept one to `send`, with the lines that follow, to go on from there."""

    lines: int = 0
    """Of the input, blank ones included."""
    created: int = 0
    matched: int = 0
    failed: int = 0
    rejected: tuple[Rejected, ...] = ()
    """Since the step before."""


@contextmanager
def connected(url: str, key: str, *, reason: str = "", timeout: float = 600.0) -> Iterator[httpx.Client]:
    """Give what `send` needs. `timeout` is in seconds and covers the storing of one request's lines.

    Nothing is sent yet. Raises Refused if the address or the key can't be used.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Refused("The address of a service begins with http:// or https://")
    if "@" in address.netloc or address.query or address.fragment:
        raise Refused("The address of a service has no user, no ? and no #")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Refused("A key is needed, as `counterclaim keys create NAME` prints it: cc_…")
    headers = {"Authorization": f"Bearer {key}", "User-Agent": "counterclaim"}
    if reason:
        headers["Change-Reason"] = reason
    limits = httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT))
    with httpx.Client(base_url=url, headers=_encoded(headers), timeout=limits) as http:
        yield http


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def send(
    http: httpx.Client, lines: Iterable[bytes], pace: Pace = Pace(), so_far: Progress = Progress()
) -> Iterator[Progress]:
    """Send lines of NDJSON, each with or without its line end, in order; a step for each request that was answered.

    At least one step is given, and the last one has it all. A line that the service was too busy for is sent again
    before any that follows, which may need it. A record of a rejected file counts as its `input`.
    Raises GaveUp and Refused; what the last step said stays true.
    """
    now, number = replace(so_far, rejected=()), so_far.lines
    for batch in _batches(lines, number, pace):
        number = batch.end
        for part, answers in _delivered(http, batch.lines, pace):
            now = _counted(now, part, answers)
            yield now
    yield replace(now, lines=number, rejected=())


# --- from lines to requests ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Batch:
    lines: list[Line]
    end: int
    """The number of the last line that was read, blank ones included."""


def _batches(lines: Iterable[bytes], number: int, pace: Pace) -> Iterator[_Batch]:
    """Cut the input into requests. A line that is too long for any comes alone."""
    batch: list[Line] = []
    size = 0
    for raw in lines:
        data = _without_wrapping(raw, first=number == 0)
        if batch and data and (len(batch) == pace.lines or size + len(data) + 1 > pace.bytes):
            yield _Batch(batch, number)
            batch, size = [], 0
        number += 1
        if data:
            batch.append(Line(number, data))
            size += len(data) + 1
    yield _Batch(batch, number)


def _without_wrapping(raw: bytes, *, first: bool) -> bytes:
    """The line itself: no line end, no byte order mark, and of a rejected file's record its input; blank: nothing."""
    data = raw.rstrip(b"\r\n")
    if first:
        data = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith(b'{"line":'):
        with suppress(ValueError, RecursionError):
            record = json.loads(data)
            if isinstance(record.get("input"), str) and "problem" in record:
                data = bytes_of(record["input"])
    # Whoever mends a record may put line ends into its JSON, where they mean the same as a space.
    return data.replace(b"\n", b" ") if data.strip() else b""


def bytes_of(text: str) -> bytes:
    """A line as it was, from `text_of`."""
    return text.encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> str:
    """A line as a text that JSON can keep, also where it is not UTF-8."""
    return data.decode("utf-8", "surrogateescape")


# --- what became of them -------------------------------------------------------------------------------------------


def _counted(now: Progress, part: Sequence[Line], answers: Sequence[Json]) -> Progress:
    """Add what was answered."""
    rejected = tuple(
        Rejected(line, {name: value for name, value in answer.items() if name != "line"})
        for line, answer in zip(part, answers, strict=True)
        if answer["status"] >= httpx.codes.BAD_REQUEST
    )
    created = sum(answer["status"] == httpx.codes.CREATED for answer in answers)
    return Progress(
        lines=part[-1].number,
        created=now.created + created,
        matched=now.matched + len(answers) - created - len(rejected),
        failed=now.failed + len(rejected),
        rejected=rejected,
    )


def _delivered(http: httpx.Client, lines: Sequence[Line], pace: Pace) -> Iterator[tuple[Sequence[Line], list[Json]]]:
    """What the service says of each line; where it finds the request too large, of one half and then of the other."""
    if not lines:
        return
    if len(lines[0].data) > pace.bytes:
        # Its words are not kept: whoever reads the input need not have read all of it.
        yield [Line(lines[0].number, b"")], [_too_long(pace)]
        return
    try:
        answers = _persistently(http, lines, pace)
    except _TooLarge as error:
        if len(lines) > 1:
            half = len(lines) // 2
            yield from _delivered(http, lines[:half], pace)
            yield from _delivered(http, lines[half:], pace)
            return
        answers = [error.problem]
    yield lines, answers


def _too_long(pace: Pace) -> Json:
    return {
        "status": 413,
        "type": "/problems/too-large",
        "title": "Too large",
        "detail": f"The line has more than {pace.bytes:,} bytes, the most that is sent.",
        "retryable": False,
        "errors": [],
    }


# --- one request ---------------------------------------------------------------------------------------------------


class _Again(Exception):  # noqa: N818
    """It may work later: why, and after how many seconds at the earliest."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class _TooLarge(Exception):  # noqa: N818
    def __init__(self, problem: Json) -> None:
        super().__init__(_described(problem))
        self.problem = {**problem, "retryable": False}


def _persistently(http: httpx.Client, lines: Sequence[Line], pace: Pace) -> list[Json]:
    """Send one request, and again what the service was too busy for, until all of it is answered. Raises GaveUp."""
    told: dict[int, Json] = {}
    waiting, attempt, deadline = list(lines), 0, math.inf
    while True:
        try:
            told |= zip((line.number for line in waiting), _exchange(http, waiting), strict=True)
            failed = [line for line in waiting if told[line.number]["status"] >= httpx.codes.BAD_REQUEST]
            if not (busy := [line for line in failed if told[line.number].get("retryable")]):
                return [told[line.number] for line in lines]
            if len(failed) < len(waiting):  # it gets on
                attempt, deadline = 0, math.inf
            waiting = failed  # all: they may have failed for what one before them was to bring
            raise _Again(f"line {busy[0].number}: {_described(told[busy[0].number])}")  # noqa: TRY301
        except _Again as again:
            deadline = min(deadline, time.monotonic() + pace.max_wait)
            left = deadline - time.monotonic()
            if attempt >= pace.retries or left <= 0 or again.after > left:
                raise GaveUp(f"{again} (gave up after {attempt + 1} attempts)") from again
            pause = max(min(_pause(attempt), left), again.after)
            pace.waiting(str(again), pause)
            time.sleep(pause)
            attempt += 1


def _pause(attempt: int) -> float:
    """Seconds; never the same for two clients, so that they don't come back together."""
    return min(FIRST_PAUSE * 2.0 ** min(attempt, 20), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311


def _exchange(http: httpx.Client, lines: Sequence[Line]) -> list[Json]:
    """One request, and what is answered to each line. Raises _Again, _TooLarge, Refused."""
    body = b"".join(line.data + b"\n" for line in lines)
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(body)
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd", "Accept": "application/x-ndjson"}
    try:
        answer = http.post("v1/ingest", content=packed, headers=headers)
    except httpx.RequestError as error:
        why = f"{http.base_url}: {error or type(error).__name__}"
        if "CERTIFICATE_VERIFY_FAILED" in why:
            raise Refused(why) from error
        raise _Again(why) from error
    if answer.status_code == httpx.codes.OK:
        return _checked(answer.content, len(body), len(lines))
    problem = _problem(answer)
    if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        raise _TooLarge(problem)
    if answer.status_code in (408, 425, 429) or answer.is_server_error:
        raise _Again(_described(problem), _retry_after(answer.headers.get("Retry-After", "")))
    if answer.is_redirect:
        raise Refused(f"{http.base_url} leads to {answer.headers.get('Location')}: give that address instead.")
    raise Refused(_described(problem))


def _checked(content: bytes, size: int, count: int) -> list[Json]:
    """The answers to the lines, if they and the summary tell of just what was sent. Raises _Again."""
    try:
        *told, summary = [json.loads(line) for line in content.split(b"\n") if line.strip()]
        numbers = [answer["line"] for answer in told]
        created = sum(answer["status"] == httpx.codes.CREATED for answer in told)
        matched = sum(answer["status"] == httpx.codes.OK for answer in told)
        failed = sum(answer["status"] >= httpx.codes.BAD_REQUEST for answer in told)
        expected = {"done": True, "bytes": size, "lines": count}
        expected |= {"created": created, "matched": matched, "failed": failed}
        found = {name: summary[name] for name in expected}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _Again("The answer was cut, or is not from this kind of service.") from error
    if numbers != list(range(1, count + 1)) or created + matched + failed != count or found != expected:
        raise _Again(f"The answer does not tell of what was sent: {count} lines, {size} bytes.")
    return told


def _problem(answer: httpx.Response) -> Json:
    """The problem in an answer, or one made of its status: others than the service may stand between."""
    told: Any = None
    with suppress(ValueError):
        told = answer.json()
    usual = {"status": answer.status_code, "type": "about:blank", "title": answer.reason_phrase or "Refused"}
    usual |= {"detail": "", "errors": []}
    return usual | {name: told[name] for name in usual if name in told} if isinstance(told, dict) else usual


def _described(problem: Json) -> str:
    return ": ".join(str(part) for part in (f"{problem['status']} {problem['title']}", problem["detail"]) if part)


def _retry_after(words: str) -> float:
    """Seconds, from a number of them or a date."""
    if words.isdecimal():
        return float(words)
    with suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(words).timestamp() - time.time())
    return 0.0
