"""Whoever has left is not worked for any more: the requests of a connection that was lost are cancelled.

The server knows when a connection is lost (`commands/http_protocol`); the application, which requests are still being
answered. Under another server nobody is told, and all is worked off.
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.api import problems
from app.errors import PERHAPS_STORED, Unavailable
from app.telling.request_notes import LEFT

CONNECTION: Final = "connection"  # in the state of a request
LET_GO: Final = "let_go"  # in the state of the application: what the server calls when it begins to end
_ENDING: Final = "The service is ending, and did not come to the end of this."


class Connection:
    """A client's connection, and what is being done for it."""

    __slots__ = ("is_lost", "tasks")

    def __init__(self) -> None:
        self.is_lost = False
        self.tasks: set[asyncio.Task[None]] = set()

    def lose(self) -> None:
        """End all that is done for it."""
        self.is_lost = True
        for task in self.tasks:
            task.cancel()


class Leaving:
    """The application, which answers for as long as the connection is there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection | None = scope["state"].get(CONNECTION) if "state" in scope else None
        task = asyncio.current_task()
        if connection is None or task is None:
            await self.app(scope, receive, send)
            return
        connection.tasks.add(task)
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            scope["state"]["note"].status = LEFT
            if not connection.is_lost:
                if _has_started(send):
                    raise
                # The process ends, and has waited for this for as long as it may.
                what_then = "Try again." if scope["method"] in ("GET", "HEAD") else PERHAPS_STORED
                ended = Unavailable(f"{_ENDING} {what_then}")
                await problems.answer(Request(scope), ended)(scope, receive, send)
        finally:
            connection.tasks.discard(task)


def _has_started(send: Send) -> bool:
    """Whether the answer has begun. Where there is a connection, uvicorn's cycle sends, which knows."""
    cycle: RequestResponseCycle = send.__self__  # type: ignore[attr-defined]
    return cycle.response_started
