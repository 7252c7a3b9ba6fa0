"""Turns at one kind of work: so many at once, and a line in front of them that stays short and is fair.

Callers have turns one after the other, however many requests each has in the line.
"""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from app.errors import Unavailable
from app.telling import metrics, request_notes

# Who would wait for longer is told so at once. As long as a patient person waits for a page.
LINE_SECONDS: Final = 2.0
# Who came in when all went faster is not kept for ever; but for longer than a search may take, which may be in between.
PATIENCE_SECONDS: Final = 4.0
_WEIGHT: Final = 0.1  # of the last turn in what one is expected to take
_REMEMBERED_CALLERS: Final = 1_000
_Waiting = tuple[asyncio.Future[None], float]


class Turns:
    """The places of one kind of work."""

    def __init__(self, kind: str, places: int, usual_seconds: float, most_waiting: float = math.inf) -> None:
        """`kind`: what a refusal calls the work; `usual_seconds`: that a turn takes, until it is known better."""
        self.kind, self.places = kind, places
        self.taken = 0
        self._seconds, self._most_waiting = usual_seconds, most_waiting
        self._line: dict[str, deque[_Waiting]] = {}
        """Who waits, by caller."""
        self._turns = 0
        self._last_turn: dict[str, int] = {}
        """Of each caller lately, the number of the last turn."""
        self._waits = metrics.TURN_WAITS.labels(kind)
        metrics.TURNS.labels(kind, "taken").set_function(lambda: self.taken)
        metrics.TURNS.labels(kind, "waiting").set_function(lambda: self.waiting)
        metrics.TURNS.labels(kind, "places").set(places)

    @property
    def waiting(self) -> int:
        return sum(map(len, self._line.values()))

    @asynccontextmanager
    async def turn(self, *, patiently: bool = False) -> AsyncIterator[None]:
        """A place for as long as the block lasts. Raises as `take`."""
        await self.take(patiently=patiently)
        began = time.monotonic()
        try:
            yield
        finally:
            self.give_back(time.monotonic() - began)

    async def take(self, *, patiently: bool = False) -> None:
        """Take a place. Raises Unavailable: at once, if it would take long to get one.

        Who would be the next may always wait. `patiently`: however long it takes, for who was let in elsewhere.
        """
        caller = request_notes.caller()
        if self.taken < self.places:
            self.taken += 1
            self._note_turn(caller)
            return
        count_ahead, now = self._ahead(caller), time.monotonic()
        expected = (count_ahead + 1) * self._seconds / self.places
        goes_slowly = count_ahead and self._goes_slowly(caller, expected, now)
        if not patiently and (goes_slowly or self.waiting >= self._most_waiting):
            raise refusal(self.kind, self.places, expected)
        waiting = asyncio.get_running_loop().create_future(), now
        self._line.setdefault(caller, deque()).append(waiting)
        try:
            async with asyncio.timeout(None if patiently else PATIENCE_SECONDS):
                await waiting[0]
            self._waits.observe(time.monotonic() - now)
        except BaseException as error:
            if waiting[0].done() and not waiting[0].cancelled():
                self._pass_on()  # it was given, and is not taken
            elif waiting in (line := self._line.get(caller, deque())):
                line.remove(waiting)
                if not line:
                    del self._line[caller]
            if isinstance(error, TimeoutError):
                raise refusal(self.kind, self.places, expected) from None
            raise

    def give_back(self, seconds: float) -> None:
        """Give back a place that was taken for so long."""
        self._seconds += (seconds - self._seconds) * _WEIGHT
        self._pass_on()

    def _ahead(self, caller: str) -> int:
        """How many of those who wait come before one more of this caller's."""
        own_count, last_turn = len(self._line.get(caller, ())), self._last_turn.get(caller, 0)
        return own_count + sum(
            min(len(line), own_count + (self._last_turn.get(another, 0) <= last_turn))
            for another, line in self._line.items()
            if another != caller
        )

    def _goes_slowly(self, caller: str, expected: float, now: float) -> bool:
        """Whether one more would wait for long. How long another of the caller's has waited says how it goes now."""
        line = self._line.get(caller)
        return expected > LINE_SECONDS or (line is not None and now - line[0][1] > LINE_SECONDS)

    def _pass_on(self) -> None:
        """Give a place to the caller whose last turn is longest ago."""
        while self._line:
            caller = min(self._line, key=lambda caller: self._last_turn.get(caller, 0))
            line = self._line[caller]
            waiter, _ = line.popleft()
            if not line:
                del self._line[caller]
            # One that was left behind on a loop that has ended never comes.
            if not waiter.done() and not waiter.get_loop().is_closed():
                self._note_turn(caller)
                waiter.set_result(None)
                return
        self.taken -= 1

    def _note_turn(self, caller: str) -> None:
        self._turns += 1
        if len(self._last_turn) >= _REMEMBERED_CALLERS:
            self._last_turn.clear()
        self._last_turn[caller] = self._turns


def refusal(kind: str, places: int, expected: float) -> Unavailable:
    """What is said to whoever would wait for too long: `expected` seconds."""
    metrics.TURNS_REFUSED.labels(kind).inc()
    return Unavailable(
        f"There is more to do at the moment than can be done: {kind}, {places} at a time, and others wait. Nothing of "
        "this request was done. Try again.",
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


class Room:
    """Memory for what comes in, of all callers together; nobody has all of it."""

    def __init__(self, kind: str, most_bytes: int, of_one: int) -> None:
        """`kind`: what a refusal calls it; `of_one`: how many of the bytes one caller may have."""
        self.used = 0
        self.kind, self.most_bytes, self._of_one = kind, most_bytes, of_one
        self._used_by = Counter[str]()

    @contextmanager
    def for_a_body(self) -> Iterator["RoomTaken"]:
        """What one body takes of it, nothing at first, until the block ends."""
        of_body = RoomTaken(self, request_notes.caller())
        try:
            yield of_body
        finally:
            of_body.give_back(of_body.held)

    def add(self, caller: str, count: int) -> None:
        """Count bytes of a caller's. Raises Unavailable where there is no room."""
        of_caller = self._used_by[caller] + count
        if count > 0 and (self.used + count > self.most_bytes or of_caller > self._of_one):
            metrics.TURNS_REFUSED.labels(self.kind).inc()
            raise Unavailable(
                f"More is being sent at the moment than there is room for: {self.kind}, {self.most_bytes:,} bytes "
                f"together, {self._of_one:,} of one caller. Nothing of this body was stored. Try again.",
            )
        self.used += count
        self._used_by[caller] = of_caller
        if not of_caller:
            del self._used_by[caller]


class RoomTaken:
    """What one body has of a Room."""

    __slots__ = ("_caller", "_room", "held")

    def __init__(self, room: Room, caller: str) -> None:
        self._room, self._caller, self.held = room, caller, 0

    def take(self, count: int) -> None:
        """Take so many bytes more. Raises Unavailable."""
        self._room.add(self._caller, count)
        self.held += count

    def give_back(self, count: int) -> None:
        """Give back so many."""
        self._room.add(self._caller, -count)
        self.held -= count
