"""One line of JSON for each thing worth telling an operator, with the request it belongs to."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

import structlog
import uuid_utils

_requests: Final = logging.getLogger("app.requests")
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


def request(request_id: str, method: str, path: str, status: int, seconds: float) -> None:
    """The line of a request. Written straight: through structlog it would take longer than most answers."""
    if _requests.isEnabledFor(logging.INFO):
        sys.stderr.write(
            f'{{"method": {_quoted(method)}, "path": {_quoted(path)}, "status": {status}, "ms": {seconds * 1000:.1f}, '
            f'"event": "request", "request_id": "{request_id}", "level": "info", '
            f'"timestamp": "{datetime.now(UTC).isoformat()[:-6]}Z"}}\n'
        )
