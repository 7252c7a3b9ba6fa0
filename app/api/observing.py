"""What is told of every request, whoever answers it: one line in the log, and the metrics; and how the process is."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Final

from opentelemetry import trace
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import headers
from app.database import Database, ask
from app.errors import Problem
from app.settings import Settings
from app.telling import logs, metrics, request_notes
from app.telling.request_notes import RequestNote

_SECONDS: Final = 5.0  # between two looks at what is counted by nobody while it happens
_LOOK: Final = text("""
SELECT h.seq, count(*) FILTER (WHERE w.disabled_reason IS NULL AND w.attempts = 0) AS sent_to,
    count(*) FILTER (WHERE w.disabled_reason IS NULL AND w.attempts > 0) AS failing,
    count(w.disabled_reason) AS disabled,
    coalesce(extract(epoch FROM clock_timestamp() - min(w.failing_since) FILTER (WHERE w.disabled_reason IS NULL)), 0)
        AS lag
FROM ledger_head h LEFT JOIN webhook w ON true GROUP BY h.seq""")


class Observed:
    """The application in front of which nothing stands: each request has its note, from here on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        note = RequestNote(logs.request_id(), scope["method"], scope["path"])
        state["headers"] = headers.first(scope)
        if traceparent := state["headers"].get(b"traceparent"):
            note.trace = request_notes.trace(traceparent.decode("latin-1"), _span_id())
        state["note"], state["request_id"] = note, note.request_id
        request_notes.under_way.set(note)
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            note.status = request_notes.LEFT
            raise
        finally:
            seconds = time.monotonic() - note.began
            logs.request(note, seconds)
            metrics.request(note.method, note.route, note.status, seconds)


def _span_id() -> str:
    """Of the span that FastAPI has begun for this request; empty where nobody takes spans."""
    span = trace.get_current_span().get_span_context()
    return f"{span.span_id:016x}" if span.is_valid else ""


SPAN: Final = "fastapi.telemetry"
"""In the scope of a request for which FastAPI has begun a span, which whoever answers it names."""


def is_traced() -> bool:
    """Whether somebody takes spans (OpenTelemetry)."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


# --- how the process is ----------------------------------------------------------------------------------------------


@contextmanager
def served(settings: Settings) -> Iterator[None]:
    """Answer scrapers meanwhile, if the settings say where."""
    with metrics.served(settings.metrics_host, settings.metrics_port) if settings.metrics_port else nullcontext():
        yield


async def look_again(database: Database) -> None:
    """Tell the metrics again and again what nobody tells of by itself."""
    while True:
        await look(database)
        await asyncio.sleep(_SECONDS)


async def look(database: Database) -> None:
    """Tell the metrics how far the ledger is, and how it is with webhooks, also where nobody sends to them."""
    with suppress(Problem, SQLAlchemyError, OSError):  # requests tell that it is away
        row = (await ask(database.asking(), _LOOK))[0]
        metrics.LEDGER_SEQ.set(row.seq)
        metrics.WEBHOOK_LAG.set(float(row.lag))
        for state in ("sent_to", "failing", "disabled"):
            metrics.WEBHOOKS.labels(state).set(getattr(row, state))
