"""Turns at one kind of work: so many at once, and a line in front of them that stays short."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from app.errors import Unavailable
from app.telling import metrics

# Who would wait for longer is told so at once. As long as a patient person waits for a page.
LINE_SECONDS: Final = 2.0
# Who came in when all went faster is not kept for ever.
PATIENCE_SECONDS: Final = 3.0
_WEIGHT: Final = 0.1  # of the last turn in what one is expected to take


class Turns:
    """The places of one kind of work."""

    def __init__(self, kind: str, places: int, usual_seconds: float) -> None:
        """`kind`: what a refusal calls the work; `usual_seconds`: that a turn takes, until it is known better."""
        self.kind, self.places = kind, places
        self.taken = 0
        self._seconds = usual_seconds
        self._line: deque[tuple[asyncio.Future[None], float]] = deque()
        self._waits = metrics.TURN_WAITS.labels(kind)
        metrics.TURNS.labels(kind, "taken").set_function(lambda: self.taken)
        metrics.TURNS.labels(kind, "waiting").set_function(lambda: self.waiting)
        metrics.TURNS.labels(kind, "places").set(places)

    @property
    def waiting(self) -> int:
        return len(self._line)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A place for as long as the block lasts. Raises as `take`."""
        await self.take()
        began = time.monotonic()
        try:
            yield
        finally:
            self.give_back(time.monotonic() - began)

    async def take(self) -> None:
        """Take a place. Raises Unavailable: at once, if it would take long to get one."""
        if self.taken < self.places:
            self.taken += 1
            return
        expected, now = (len(self._line) + 1) * self._seconds / self.places, time.monotonic()
        # How long the first has waited says how it goes now, whatever took how long before.
        if expected > LINE_SECONDS or (self._line and now - self._line[0][1] > LINE_SECONDS):
            raise self._refusal(expected)
        waiting = asyncio.get_running_loop().create_future(), now
        self._line.append(waiting)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await waiting[0]
            self._waits.observe(time.monotonic() - now)
        except BaseException as error:
            if waiting[0].done() and not waiting[0].cancelled():
                self._pass_on()  # it was given, and is not taken
            elif waiting in self._line:
                self._line.remove(waiting)
            if isinstance(error, TimeoutError):
                raise self._refusal(expected) from None
            raise

    def give_back(self, seconds: float) -> None:
        """Give back a place that was taken for so long."""
        self._seconds += (seconds - self._seconds) * _WEIGHT
        self._pass_on()

    def _pass_on(self) -> None:
        while self._line:
            waiter, _ = self._line.popleft()
            # One that was left behind on a loop that has ended never comes.
            if not waiter.done() and not waiter.get_loop().is_closed():
                waiter.set_result(None)
                return
        self.taken -= 1

    def _refusal(self, expected: float) -> Unavailable:
        metrics.TURNS_REFUSED.labels(self.kind).inc()
        return Unavailable(
            f"There is more to do at the moment than can be done: {self.kind}, {self.places} at a time, and others "
            "wait. Nothing of this request was done. Try again.",
            max(1, math.ceil(expected)),
        )


@dataclass(slots=True)
class _Share:
    places: asyncio.Semaphore
    users: int = 0


class Shares:
    """Of something that is scarce, so much for each caller: nobody has all of it."""

    def __init__(self, kind: str, places: int, waiting: int) -> None:
        """`places`: of each caller; `waiting`: how many more may wait for one of these."""
        self._kind, self._places, self._waiting = kind, places, waiting
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """A place for as long as the block lasts. Raises Unavailable: at once, where too many of the caller's wait."""
        share = self._shares.setdefault(caller, _Share(asyncio.Semaphore(self._places)))
        if share.users >= self._places + self._waiting:
            raise self._refusal()
        share.users += 1
        try:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await share.places.acquire()
            except TimeoutError:
                raise self._refusal() from None
            try:
                yield
            finally:
                share.places.release()
        finally:
            share.users -= 1
            if not share.users:
                self._shares.pop(caller, None)

    def _refusal(self) -> Unavailable:
        return Unavailable(f"Each caller has {self._places} {self._kind} at a time: wait until one of yours has ended.")
