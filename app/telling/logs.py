"""One line of JSON for each thing worth telling an operator, with the request it belongs to."""

import asyncio
import json
import logging
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import structlog
import uuid_utils

from app.telling.request_notes import RequestNote

_requests: Final = logging.getLogger("app.requests")
_PATH_LETTERS: Final = 500  # of a longer address hardly anybody sends the same again
# Lines, after which a loop is asked again: one that ended had no next turn, and another has to write them.
_ASKED_AGAIN_AFTER: Final = 256
_unwritten: Final[list[tuple[RequestNote, int, float, int]]] = []
_quoted: Final = json.encoder.encode_basestring


def configure(level: str) -> None:
    """Set up structlog, and have the libraries' own logging come out the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(noisy).handlers = []
        logging.getLogger(noisy).propagate = noisy != "uvicorn.access"  # our own line says more


def request_id() -> str:
    return str(uuid_utils.uuid4())


def request(note: RequestNote, seconds: float) -> None:
    """Have the line of a request written, which took so long, in the loop's next turn.

    With those of all others that this turn answers: a line alone takes longer to write than most answers to find.
    """
    if _requests.isEnabledFor(logging.INFO):
        if not len(_unwritten) % _ASKED_AGAIN_AFTER:
            asyncio.get_running_loop().call_soon(write_requests)
        _unwritten.append((note, note.statements, seconds, time.time_ns()))


def write_requests() -> None:
    """Write what was told of requests since."""
    lines = [_line(*request_told) for request_told in _unwritten]
    _unwritten.clear()
    if lines:
        sys.stderr.write("".join(lines))


def _line(note: RequestNote, statements: int, seconds: float, ended_ns: int) -> str:
    """Not through structlog: it would take longer than most answers."""
    key = f'"key": {_quoted(note.key)}, ' if note.key else ""
    trace = f'"traceparent": "{note.trace.header}", "parent_id": "{note.trace.parent_id}", ' if note.trace else ""
    stored_with = f'"stored_with": "{note.stored_with}", ' if note.stored_with else ""
    beginning = _beginning if len(note.path) <= _PATH_LETTERS else _beginning.__wrapped__
    second, nanoseconds = divmod(ended_ns, 1_000_000_000)
    return (
        f'{beginning(note.method, note.path, note.route)}"status": {note.status}, "ms": {seconds * 1000:.1f}, '
        f'"sql": {statements}, {key}{trace}{stored_with}"event": "request", '
        f'"request_id": "{note.request_id}", "level": "info", '
        f'"timestamp": "{_second(second)}.{nanoseconds // 1000:06d}Z"}}\n'
    )


# The same is asked for again and again.
@lru_cache(maxsize=512)
def _beginning(method: str, path: str, route: str) -> str:
    return f'{{"method": {_quoted(method)}, "path": {_quoted(path)}, "route": "{route}", '


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    """As structlog writes it, in a quarter of the time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]
