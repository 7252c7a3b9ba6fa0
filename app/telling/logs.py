"""One line of JSON for each thing worth telling an operator, with the request it belongs to."""

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
    """The line of a request. Written straight: through structlog it would take longer than most answers."""
    if _requests.isEnabledFor(logging.INFO):
        key = f'"key": {_quoted(note.key)}, ' if note.key else ""
        trace = f'"traceparent": "{note.trace.header}", "parent_id": "{note.trace.parent_id}", ' if note.trace else ""
        stored_with = f'"stored_with": "{note.stored_with}", ' if note.stored_with else ""
        beginning = _beginning if len(note.path) <= _PATH_LETTERS else _beginning.__wrapped__
        now, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
        sys.stderr.write(
            f'{beginning(note.method, note.path, note.route)}"status": {note.status}, "ms": {seconds * 1000:.1f}, '
            f'"sql": {note.statements}, {key}{trace}{stored_with}"event": "request", '
            f'"request_id": "{note.request_id}", "level": "info", '
            f'"timestamp": "{_second(now)}.{nanoseconds // 1000:06d}Z"}}\n'
        )


# The same is asked for again and again.
@lru_cache(maxsize=512)
def _beginning(method: str, path: str, route: str) -> str:
    return f'{{"method": {_quoted(method)}, "path": {_quoted(path)}, "route": "{route}", '


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    """As structlog writes it, in a quarter of the time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]
