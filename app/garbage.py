"""When the garbage collector looks at what: new objects often, all others only while nothing large is in the making.

Objects of a large picture, or of lines that are stored, are in use until it is sent. To go through them takes as long
as a hundred small answers, which all wait, and nothing is found.
"""

import asyncio
import ctypes
import gc
import sys
import time
from collections.abc import Callable
from typing import Final

from app import threads

_NEW_OBJECTS: Final = 20_000  # made before the collector looks at them: a few milliseconds
_NEVER: Final = 1_000_000  # how often before it looks at those that are older
_MADE_SINCE: Final = 1  # generations: all that was made since the last look
_ALL: Final = 2
_PAUSE_SECONDS: Final = 5.0
# Under a load that never ends there is no better moment.
_PATIENCE_SECONDS: Final = 60.0
# How many times as long as a look at all objects took the next one stays away: nobody is answered amid one.
_RARITY: Final = 100
# M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX (malloc.h).
_ALLOCATOR: Final = {-1: 1_000_000, -3: 1_000_000, -8: 1}


def settle() -> None:
    """Freeze what was imported, which lives as long as the process; leave all but new objects to `collect_between`.

    Going through what was imported took a third of the time of reading lines.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _NEVER, _NEVER)
    _settle_allocator()


def _settle_allocator() -> None:
    """Have what is large be given back when it is freed, and all threads share what is free.

    By itself glibc takes what was large once for what is usual, and has a heap for each thread: two readers of a
    picture of ten megabytes then kept half as much memory again.
    """
    if allocator := _of_glibc("mallopt"):
        for parameter, value in _ALLOCATOR.items():
            allocator(parameter, value)


async def collect_between(is_making_much: Callable[[], bool]) -> None:
    """Collect every few seconds, if much was made, while no thread computes and nothing large is made, until cancelled.

    What was made since the last time is looked at each time, what is older so rarely that it takes a hundredth of the
    time. What was freed is given back to the system meanwhile, too. `is_making_much`: whether large bodies or pictures
    are in the making, also while no thread computes.
    """
    collected_at, all_from = time.monotonic(), 0.0
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        if not gc.get_count()[1]:
            continue
        began = time.monotonic()
        is_late = began - collected_at > _PATIENCE_SECONDS
        if is_late or (threads.are_idle() and not is_making_much()):
            is_full, worked = began >= all_from, time.thread_time()
            gc.collect(_ALL if is_full else _MADE_SINCE)
            collected_at = time.monotonic()
            if is_full:
                all_from = collected_at + _RARITY * (time.thread_time() - worked)
        await threads.run(_trim)


def _trim() -> None:
    """Give back what is free between what is not: else a process stays as large as its largest picture."""
    if trim := _of_glibc("malloc_trim"):
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of glibc's allocator; None where there is another one."""
    function: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return function
