"""What comes in while others of its kind are being done waits for these, and is then done with all else that waits."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from copy import copy
from typing import Any, Final, Generic, TypeAlias, TypeVar

import structlog

from app import turns
from app.errors import Unavailable
from app.turns import refusal

T = TypeVar("T")
# Does some at once; tells whether they are done. What it is given tells whether all are still wanted: whoever waits may
# leave. Raises Unavailable for all of them.
Together: TypeAlias = Callable[[Sequence[T], Callable[[], bool]], Awaitable[bool]]
_WEIGHT: Final = 0.1  # of the last turn in what one is expected to take

_log = structlog.get_logger(__name__)


class _Waiting(Generic[T]):
    __slots__ = ("context", "is_apart", "is_done", "since", "weight", "work")

    def __init__(self, work: T, weight: int, *, is_apart: bool) -> None:
        self.work, self.weight, self.is_apart = work, weight, is_apart
        self.since = time.monotonic()
        self.context: Context = copy_context()
        self.is_done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """Whether it was done with others; else it has the turn to be done alone."""

    @property
    def has_left(self) -> bool:
        return self.is_done.cancelled()


class Gathering(Generic[T]):
    """Things of one kind, done one after the other, or many at once where many have come."""

    def __init__(self, kind: str, together: Together[T], most_weight: int) -> None:
        """`kind`: what a refusal calls it; `most_weight`: how much the things that are done at once may weigh."""
        self.is_busy = False
        self.loop = asyncio.get_running_loop()
        self._kind, self._together, self._most_weight = kind, together, most_weight
        self._waiting = deque[_Waiting[T]]()
        self._seconds = 0.0
        """That a turn is expected to take."""
        self._began = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def turn(self, work: T, weight: int, *, is_apart: bool = False) -> AsyncIterator[bool]:
        """Whether the thing was done with others, which `is_apart` never is; else the block has to do it, alone.

        Raises Unavailable: at once, where it would take long.
        """
        if self.is_busy:
            is_done = await self._wait(_Waiting(work, weight, is_apart=is_apart))
        else:
            is_done, self.is_busy, self._began = False, True, time.monotonic()
        try:
            yield is_done
        finally:
            if not is_done:
                self._go_on()

    async def _wait(self, waiting: _Waiting[T]) -> bool:
        of_a_turn = self._most_weight
        weight_ahead = sum(of_a_turn if ahead.is_apart else ahead.weight for ahead in self._waiting)
        expected = (1 + weight_ahead / of_a_turn) * self._seconds if self._waiting else 0
        oldest = self._waiting[0].since if self._waiting else self._began
        if max(expected, waiting.since - oldest) > turns.LINE_SECONDS:
            raise refusal(self._kind, 1, expected)
        self._waiting.append(waiting)
        patience = self.loop.call_later(turns.PATIENCE_SECONDS, self._end_patience, waiting)
        try:
            return await waiting.is_done
        except asyncio.CancelledError:
            self._leave(waiting)
            raise
        finally:
            patience.cancel()

    def _end_patience(self, waiting: _Waiting[T]) -> None:
        """Refuse one that still waits; not one that is being done with others, for it may be as good as done."""
        if waiting in self._waiting and not waiting.has_left:
            self._waiting.remove(waiting)
            waiting.is_done.set_exception(refusal(self._kind, 1, self._seconds))

    def _leave(self, waiting: _Waiting[T]) -> None:
        if waiting in self._waiting:
            self._waiting.remove(waiting)
        elif not waiting.has_left and not waiting.is_done.exception() and not waiting.is_done.result():
            self._go_on()  # it had the turn

    def _go_on(self) -> None:
        """Give the next turn: to all that wait, as far as they may be done at once."""
        now = time.monotonic()
        self._seconds += (now - self._began - self._seconds) * _WEIGHT
        group = self._next()
        self.is_busy, self._began = bool(group), now
        if len(group) == 1:
            group[0].is_done.set_result(False)
        elif group:
            self._task = self.loop.create_task(self._do_together(group), context=group[0].context)

    def _next(self) -> list[_Waiting[T]]:
        group: list[_Waiting[T]] = []
        weight = 0
        while self._waiting:
            waiting = self._waiting[0]
            if group and (waiting.is_apart or group[0].is_apart or weight + waiting.weight > self._most_weight):
                break
            self._waiting.popleft()
            if not waiting.has_left:
                group.append(waiting)
                weight += waiting.weight
        return group

    async def _do_together(self, group: Sequence[_Waiting[T]]) -> None:
        is_done, away = False, None
        try:
            is_done = await self._together(
                [waiting.work for waiting in group], lambda: not any(waiting.has_left for waiting in group)
            )
        except Unavailable as error:
            away = error
        except Exception:  # noqa: BLE001  (each is done by itself then)
            _log.exception("could not be done together")
        staying = [waiting for waiting in group if not waiting.has_left]
        for waiting in staying:
            if away is not None:
                waiting.is_done.set_exception(copy(away))
            elif is_done:
                waiting.is_done.set_result(True)
            waiting.is_apart = True
        if not is_done and away is None:  # whoever is to blame finds out by itself
            self._waiting.extendleft(reversed(staying))
            for waiting in staying:
                if time.monotonic() - waiting.since > turns.PATIENCE_SECONDS:
                    self._end_patience(waiting)
        self._go_on()


class Gatherings:
    """Those of a process, by what is gathered in each."""

    def __init__(self) -> None:
        self._by_name: dict[Hashable, Gathering[Any]] = {}

    @property
    def waiting(self) -> int:
        """How many wait in all."""
        return sum(gathering.waiting for gathering in self._by_name.values())

    @property
    def busy(self) -> int:
        """How many do something."""
        return sum(gathering.is_busy for gathering in self._by_name.values())

    def of(self, name: Hashable, kind: str, together: Together[Any], most_weight: int) -> Gathering[Any]:
        """The one of this name, of which there is one as long as it does anything."""
        loop = asyncio.get_running_loop()
        # One that was left behind on a loop that has ended never goes on.
        for idle_name in [
            idle_name
            for idle_name, gathering in self._by_name.items()
            if not gathering.is_busy or gathering.loop is not loop
        ]:
            del self._by_name[idle_name]
        return self._by_name.setdefault(name, Gathering(kind, together, most_weight))
