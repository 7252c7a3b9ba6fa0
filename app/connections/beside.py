"""What is done beside waiting for the database: only while it is at work for longer than such a step takes.

Storing asks a few dozen statements, most of which take PostgreSQL less time than reading one line takes Python. Whoever
reads on as soon as one is sent keeps its answer waiting, has read everything by the time of the statement that takes
long, and in the end the one has waited for the other all the time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_LONG_SECONDS: Final = 0.003  # what takes so long will most likely take longer
_PATIENCE_SECONDS: Final = 0.02  # what is waited for may be something else than the database
_STEPS_OF_AN_ANSWER: Final = 3  # of the loop: from what came in to whoever goes on with it


class Waits:
    """When somebody waits for the database, so that somebody else has their turns meanwhile."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._idle_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._turn: asyncio.Future[None] | None = None
        self._is_over = True

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Within: whenever this task waits for the database."""
        token = _noting.set(self)
        self._is_over = False
        self._idle_since = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            _noting.reset(token)
            self._is_over = True
            self._wake()

    def begin(self, now: float) -> None:
        self._since = now
        if self._turn is not None:
            self._wake_at(now + _LONG_SECONDS)

    def end(self) -> None:
        self._since = None
        self._idle_since = asyncio.get_running_loop().time()
        if self._turn is not None:
            self._wake_at(self._idle_since + _PATIENCE_SECONDS)

    async def turn(self) -> None:
        """Wait until it will be waited for a while, or no more: then do something for less than that."""
        for _ in range(_STEPS_OF_AN_ANSWER):
            await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        # Again and again: by the time that it is woken the answer may have come, and the next statement been sent.
        while not self._is_over and (at := self._due()) > loop.time():
            self._turn = loop.create_future()
            self._wake_at(at)
            try:
                await self._turn
            finally:
                self._turn = None
                self._cancel()

    def _due(self) -> float:
        return self._idle_since + _PATIENCE_SECONDS if self._since is None else self._since + _LONG_SECONDS

    def _wake_at(self, time: float) -> None:
        self._cancel()
        self._timer = asyncio.get_running_loop().call_at(time, self._wake)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)


_noting: Final = ContextVar[Waits | None]("noting", default=None)


def noting() -> Waits | None:
    """Whom to tell that this task waits for the database."""
    return _noting.get()
