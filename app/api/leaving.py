"""Whoever has left is not worked for any more: the requests of a connection that was lost are cancelled.

The server knows when a connection is lost (`commands/http_protocol`); the application, which requests are still being
answered. Under another server nobody is told, and all is worked off.
"""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

CONNECTION: Final = "connection"  # in the state of a request


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
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (whoever awaits is in one)
        self._tasks.add(task)
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if not self.is_lost:
                raise
        finally:
            self._tasks.discard(task)
