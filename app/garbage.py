"""When the garbage collector looks at what: new objects often, all others only while nothing large is in the making.

Objects of a large picture are in use until it is sent. To go through them takes as long as a hundred small answers,
which all wait, and nothing is found.
"""

import asyncio
import gc
import time
from typing import Final

from app import threads

_NEW_OBJECTS: Final = 50_000  # made before the collector looks at them: a few milliseconds
_NEVER: Final = 1_000_000  # how often before it looks at those that are older
_PAUSE_SECONDS: Final = 5.0
# Under a load that never ends there is no better moment.
_PATIENCE_SECONDS: Final = 60.0


def settle() -> None:
    """Freeze what was imported, which lives as long as the process; leave all but new objects to `collect_between`.

    Going through what was imported took a third of the time of reading lines.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _NEVER, _NEVER)


async def collect_between() -> None:
    """Collect every few seconds while no thread computes, until cancelled."""
    collected_at = time.monotonic()
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        if threads.are_idle() or time.monotonic() - collected_at > _PATIENCE_SECONDS:
            gc.collect()
            collected_at = time.monotonic()
