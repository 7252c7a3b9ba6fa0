"""Whoever has left is not worked for any more: the requests of a connection that was lost are cancelled.

The server knows when a connection is lost (`commands/http_protocol`); the application, which requests are still being
answered. Under another server nobody is told, and all is worked off.
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.errors import Unavailable

CONNECTION: Final = "connection"  # in the state of a request
LET_GO: Final = "let_go"  # in the state of the application: what the server calls when it begins to end
_ENDING: Final = "The service is ending, and did not come to the end of this. Nothing was stored. Try again."


class Connection:
    """A client's connection, and what is being done for it."""

    __slots__ = ("_tasks", "is_lost")

    def __init__(self) -> None:
        self.is_lost = False
        self._tasks: set[asyncio.Task[None]] = set()

    def lose(self) -> None:
        """End all that is done for it."""
        self.is_lost = True
        for task in self._tasks:
            task.cancel()

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the application answer, for as long as the connection is there."""
        task, has_started = asyncio.current_task(), False
        assert task is not None  # noqa: S101  (whoever awaits is in one)

        async def send_noting_start(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        self._tasks.add(task)
        try:
            await app(scope, receive, send_noting_start)
        except asyncio.CancelledError:
            if not self.is_lost:
                if has_started:
                    raise
                # The process ends, and has waited for this for as long as it may.
                await problems.answer(Request(scope), Unavailable(_ENDING))(scope, receive, send)
        finally:
            self._tasks.discard(task)
