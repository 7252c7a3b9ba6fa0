"""Sends lines to a running service, and accounts for each; and follows what changes there. For the commands.

    with client.connected(url, key) as http:
        for progress in client.send(http, lines):
            keep(progress.rejected)

A line counts as stored when the service has answered for it, and its summary fits exactly what was sent. Until then
the line is sent again, which stores nothing twice.
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
from urllib.parse import quote, urlsplit

import httpx
import zstandard

JsonObject: TypeAlias = dict[str, Any]

# Before the second attempt, and at most; each pause is twice as long as the one before.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
CONNECT_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 45.0  # without a ping: then the connection is lost
_ZSTD_LEVEL: Final = 3  # 3 MB of reports become 11 % in 6 ms; with gzip 10 % in 46 ms


class Refused(Exception):  # noqa: N818  (no error of ours)
    """The service refuses the request as a whole: the key, the address or the request is wrong."""


class GaveUp(Exception):  # noqa: N818
    """The service could not be reached, or was busy, for longer than `SendingPace` allows."""


@dataclass(frozen=True, slots=True)
class SendingPace:
    """How much goes into one request, and how long a service is waited for that is away or busy."""

    lines: int = 2_000
    bytes: int = 8_000_000
    """Also the longest line that is sent."""
    retries: int = 10
    max_wait: float = 300.0
    """Seconds from the first failure to the last attempt."""
    waiting: Callable[[str, float], None] = lambda why, seconds: None  # noqa: ARG005
    """Called before each pause with its reason and its seconds."""


@dataclass(frozen=True, slots=True)
class NumberedLine:
    number: int
    """In the input, from 1."""
    data: bytes
    """Without its line end."""


@dataclass(frozen=True, slots=True)
class Rejected:
    line: NumberedLine
    problem: JsonObject
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
    remarks: tuple[tuple[int, JsonObject], ...] = ()
    """What the service did otherwise than it was given, since the step before: the line's number, and a remark."""


@contextmanager
def connected(url: str, key: str | None, *, reason: str = "", timeout: float = 600.0) -> Iterator[httpx.Client]:
    """Give what `send` needs, or `follow`, which needs no key.

    `timeout` is in seconds and covers the storing of one request's lines.

    Nothing is sent yet. Raises Refused if the address or the key can't be used.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Refused("The address of a service begins with http:// or https://")
    if "@" in address.netloc or address.query or address.fragment:
        raise Refused("The address of a service has no user, no ? and no #")
    if key is not None and (not key or not key.isascii() or not key.isprintable() or " " in key):
        raise Refused("A key is needed, as `counterclaim keys create NAME` prints it: cc_…")
    headers = {"User-Agent": "counterclaim"} | ({} if key is None else {"Authorization": f"Bearer {key}"})
    if reason:
        headers["Change-Reason"] = reason
    encoded = [
        (name.encode(), value.encode()) for name, value in headers.items()
    ]  # httpx itself would refuse non-ASCII
    limits = httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS))
    with httpx.Client(base_url=url, headers=encoded, timeout=limits) as http:
        yield http


def send(
    http: httpx.Client, lines: Iterable[bytes], pace: SendingPace = SendingPace(), so_far: Progress = Progress()
) -> Iterator[Progress]:
    """Send lines of NDJSON, with or without line ends, in order; yield the progress after each answered request.

    At least one progress is yielded, and the last one is complete. A line that the service was too busy for is sent
    again before those that follow, which may need it. A line of a rejected file stands for its `input`.
    Raises GaveUp and Refused; the last progress that was yielded stays true.
    """
    progress, number = replace(so_far, rejected=(), remarks=()), so_far.lines
    for batch in _batches(lines, number, pace):
        number = batch.end
        for part, answers in _deliver(http, batch.lines, pace):
            progress = _with_answers(progress, part, answers)
            yield progress
    yield replace(progress, lines=number, rejected=(), remarks=())


def follow(
    http: httpx.Client,
    event: str,
    parameters: dict[str, str],
    waiting: Callable[[str, float], None],
    listening: Callable[[], None] = lambda: None,
) -> Iterator[JsonObject]:
    """The changes of an event, as they come, for ever: where a connection ends, another goes on behind the last change.

    `waiting` is called before each pause, `listening` when a connection is there. Raises Refused, also where the
    service's database has another past.
    """
    position, attempt = "", 0
    limits = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    while True:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": position} if position else {})
        why = "the connection ended"
        try:
            path = f"v1/events/{quote(event, safe='')}/stream"
            with http.stream("GET", path, params=parameters, headers=headers, timeout=limits) as answer:
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    why = _described(_problem(answer))
                    if answer.status_code not in (408, 425, 429) and not answer.is_server_error:
                        raise Refused(why)
                else:
                    listening()
                for line in answer.iter_lines() if answer.is_success else ():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        position, attempt = value, 0
                    elif name == "data" and "moved" in (change := json.loads(value)):
                        yield change
                    elif name == "data":
                        raise Refused(_described(change))
        except httpx.RequestError as error:
            why = str(error) or type(error).__name__
        seconds = _pause(attempt)
        waiting(why, seconds)
        time.sleep(seconds)
        attempt += 1


# --- from lines to requests ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _LineBatch:
    lines: list[NumberedLine]
    end: int
    """The number of the last line that was read, blank ones included."""


def _batches(lines: Iterable[bytes], number: int, pace: SendingPace) -> Iterator[_LineBatch]:
    """Cut the input into requests. A line that is too long for a request is in a batch of its own."""
    batch: list[NumberedLine] = []
    size = 0
    for raw in lines:
        data = _without_wrapping(raw, first=number == 0)
        if batch and data and (len(batch) == pace.lines or size + len(data) + 1 > pace.bytes):
            yield _LineBatch(batch, number)
            batch, size = [], 0
        number += 1
        if data:
            batch.append(NumberedLine(number, data))
            size += len(data) + 1
    # Also without a line: blank lines at the end count as read.
    yield _LineBatch(batch, number)


def _without_wrapping(raw: bytes, *, first: bool) -> bytes:
    """The line without line end and byte order mark; of a rejected file's record, its `input`; empty if blank."""
    data = raw.rstrip(b"\r\n")
    if first:
        data = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith(b'{"line":'):
        with suppress(ValueError, RecursionError):
            record = json.loads(data)
            if isinstance(record.get("input"), str) and "problem" in record:
                data = bytes_of(record["input"])
    # A mended `input` may have line ends in its JSON, where they mean the same as a space.
    return data.replace(b"\n", b" ") if data.strip() else b""


def bytes_of(text: str) -> bytes:
    """The bytes of a line, from what `text_of` gave for it."""
    return text.encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> str:
    """A line as a text for JSON; bytes that are not UTF-8 become lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


# --- what the service answers ----------------------------------------------------------------------------------------


def _with_answers(progress: Progress, part: Sequence[NumberedLine], answers: Sequence[JsonObject]) -> Progress:
    """The progress after these answers."""
    rejected = tuple(
        Rejected(line, {name: value for name, value in answer.items() if name != "line"})
        for line, answer in zip(part, answers, strict=True)
        if answer["status"] >= httpx.codes.BAD_REQUEST
    )
    remarks = [(line.number, remark) for line, answer in zip(part, answers, strict=True) for remark in _remarks(answer)]
    created = sum(answer["status"] == httpx.codes.CREATED for answer in answers)
    return Progress(
        lines=part[-1].number,
        created=progress.created + created,
        matched=progress.matched + len(answers) - created - len(rejected),
        failed=progress.failed + len(rejected),
        rejected=rejected,
        remarks=tuple(remarks),
    )


def _remarks(answer: JsonObject) -> list[JsonObject]:
    remarks = answer.get("remarks")
    return [remark for remark in remarks if isinstance(remark, dict)] if isinstance(remarks, list) else []


def _deliver(
    http: httpx.Client, lines: Sequence[NumberedLine], pace: SendingPace
) -> Iterator[tuple[Sequence[NumberedLine], list[JsonObject]]]:
    """Send lines: all at once, or in halves where that is too large for the service. Yields lines and answers."""
    if not lines:
        return
    if len(lines[0].data) > pace.bytes:
        # Without its data: `lines` may have been cut off where it was read.
        yield [NumberedLine(lines[0].number, b"")], [_too_long(pace)]
        return
    try:
        answers = _send_until_answered(http, lines, pace)
    except _RequestTooLarge as error:
        if len(lines) > 1:
            half = len(lines) // 2
            yield from _deliver(http, lines[:half], pace)
            yield from _deliver(http, lines[half:], pace)
            return
        answers = [error.problem]
    yield lines, answers


def _too_long(pace: SendingPace) -> JsonObject:
    return {
        "status": 413,
        "type": "/problems/too-large",
        "title": "Too large",
        "detail": f"The line has more than {pace.bytes:,} bytes, the most that is sent.",
        "retryable": False,
        "errors": [],
    }


# --- one request ---------------------------------------------------------------------------------------------------


class _TryAgain(Exception):  # noqa: N818
    """The request may succeed later; `after`: in how many seconds at the earliest."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class _RequestTooLarge(Exception):  # noqa: N818
    def __init__(self, problem: JsonObject) -> None:
        super().__init__(_described(problem))
        self.problem = {**problem, "retryable": False}


def _send_until_answered(http: httpx.Client, lines: Sequence[NumberedLine], pace: SendingPace) -> list[JsonObject]:
    """Send one request, and the lines that the service was too busy for again. Raises GaveUp."""
    answers: dict[int, JsonObject] = {}
    unanswered, attempt, deadline = list(lines), 0, math.inf
    while True:
        try:
            answers |= zip((line.number for line in unanswered), _exchange(http, unanswered), strict=True)
            failed = [line for line in unanswered if answers[line.number]["status"] >= httpx.codes.BAD_REQUEST]
            if not (busy := [line for line in failed if answers[line.number].get("retryable")]):
                return [answers[line.number] for line in lines]
            if len(failed) < len(unanswered):  # progress was made: reset the retries
                attempt, deadline = 0, math.inf
            unanswered = failed  # all of them: a line may have failed because it needs an earlier one
            raise _TryAgain(f"line {busy[0].number}: {_described(answers[busy[0].number])}")  # noqa: TRY301
        except _TryAgain as try_again:
            deadline = min(deadline, time.monotonic() + pace.max_wait)
            seconds_left = deadline - time.monotonic()
            if attempt >= pace.retries or seconds_left <= 0 or try_again.after > seconds_left:
                raise GaveUp(f"{try_again} (gave up after {attempt + 1} attempts)") from try_again
            pause = max(min(_pause(attempt), seconds_left), try_again.after)
            pace.waiting(str(try_again), pause)
            time.sleep(pause)
            attempt += 1


def _pause(attempt: int) -> float:
    """Seconds, with a random part, so that many clients do not come back at the same moment."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(attempt, 20), LONGEST_PAUSE_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311


def _exchange(http: httpx.Client, lines: Sequence[NumberedLine]) -> list[JsonObject]:
    """Send one request; the answer to each line. Raises _TryAgain, _RequestTooLarge, Refused."""
    body = b"".join(line.data + b"\n" for line in lines)
    packed = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd", "Accept": "application/x-ndjson"}
    try:
        answer = http.post("v1/ingest", content=packed, headers=headers)
    except httpx.RequestError as error:
        why = f"{http.base_url}: {error or type(error).__name__}"
        if "CERTIFICATE_VERIFY_FAILED" in why:
            raise Refused(why) from error
        raise _TryAgain(why) from error
    if answer.status_code == httpx.codes.OK:
        return _checked_answers(answer.content, len(body), len(lines))
    problem = _problem(answer)
    if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        raise _RequestTooLarge(problem)
    if answer.status_code in (408, 425, 429) or answer.is_server_error:
        raise _TryAgain(_described(problem), _retry_after(answer.headers.get("Retry-After", "")))
    if answer.is_redirect:
        raise Refused(f"{http.base_url} leads to {answer.headers.get('Location')}: give that address instead.")
    raise Refused(_described(problem))


def _checked_answers(content: bytes, size: int, count: int) -> list[JsonObject]:
    """The answers to the lines, if they and the summary tell of exactly what was sent. Raises _TryAgain."""
    try:
        *answers, summary = [json.loads(line) for line in content.split(b"\n") if line.strip()]
        numbers = [answer["line"] for answer in answers]
        created = sum(answer["status"] == httpx.codes.CREATED for answer in answers)
        matched = sum(answer["status"] == httpx.codes.OK for answer in answers)
        failed = sum(answer["status"] >= httpx.codes.BAD_REQUEST for answer in answers)
        expected = {"done": True, "bytes": size, "lines": count}
        expected |= {"created": created, "matched": matched, "failed": failed}
        stated = {name: summary[name] for name in expected}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _TryAgain("The answer was cut, or is not from this kind of service.") from error
    if numbers != list(range(1, count + 1)) or created + matched + failed != count or stated != expected:
        raise _TryAgain(f"The answer does not tell of what was sent: {count} lines, {size} bytes.")
    return answers


def _problem(answer: httpx.Response) -> JsonObject:
    """The problem in an answer, or one made of its status, for a proxy may have answered."""
    body: Any = None
    with suppress(ValueError):
        body = answer.json()
    problem = {"status": answer.status_code, "type": "about:blank", "title": answer.reason_phrase or "Refused"}
    problem |= {"detail": "", "errors": []}
    return problem | {name: body[name] for name in problem if name in body} if isinstance(body, dict) else problem


def _described(problem: JsonObject) -> str:
    return ": ".join(str(part) for part in (f"{problem['status']} {problem['title']}", problem["detail"]) if part)


def _retry_after(words: str) -> float:
    """Seconds, from a `Retry-After` with a number or a date."""
    if words.isdecimal():
        return float(words)
    with suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(words).timestamp() - time.time())
    return 0.0
