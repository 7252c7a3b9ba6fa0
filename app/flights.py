"""What is made once, however many ask for it at the same time."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """Something that is being made, in a task of its own: whoever waits for it may leave, and it goes on.

    When all have left that waited for it, nobody needs it, and it ends.
    """

    __slots__ = ("_waiting", "began", "is_given_up", "task")

    def __init__(self) -> None:
        self.began = math.inf
        """By `time.monotonic`; before it begins later than everything, so that whoever comes in now may join."""
        self.task: asyncio.Task[T]
        self.is_given_up = False
        self._waiting = 0

    async def landed(self) -> T:
        """What was made. Raises what making it raised."""
        self._waiting += 1
        try:
            return await asyncio.shield(self.task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self.task.done():
                self.is_given_up = True
                self.task.cancel()


class Flights(Generic[T]):
    """Those under way, by what they make."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Flight[T]] = {}

    def join(self, name: Hashable) -> Flight[T] | None:
        """The one that is under way."""
        flight = self._under_way.get(name)
        # One that was left behind on a loop that has ended will never land.
        if flight is None or flight.is_given_up or flight.task.get_loop() is not asyncio.get_running_loop():
            return None
        return flight

    def start(self, name: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> Flight[T]:
        """Begin another, which those who come from now on can join."""
        flight = Flight[T]()

        async def fly() -> T:
            flight.began = time.monotonic()
            try:
                return await make()
            finally:
                if self._under_way.get(name) is flight:
                    del self._under_way[name]

        flight.task = asyncio.get_running_loop().create_task(fly())
        flight.task.add_done_callback(_note_failure)
        self._under_way[name] = flight
        return flight


def _note_failure(task: asyncio.Task[Any]) -> None:
    """Take the exception out: where everybody has left, asyncio would complain that nobody did."""
    if not task.cancelled():
        task.exception()
