"""Threads for what is computed: few, apart from those of the event loop, and never waited for when the process ends.

Python joins the threads of `asyncio.to_thread` before it exits, however long they compute.
"""

import asyncio
import contextvars
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LONG_BYTES: Final = 20_000
"""Of a body or a line: what is longer is read in a thread."""
THREADS: Final = min(8, 4 + (os.cpu_count() or 1))
_work: Final = queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]]()
_threads: Final[list[threading.Thread]] = []
_idle: Final = threading.Semaphore(0)
_unfinished: Final = set[Future[Any]]()


async def run(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """What the function gives, computed in a thread. Whoever is cancelled meanwhile takes along what has not begun."""
    future = Future[T]()
    _unfinished.add(future)
    future.add_done_callback(_unfinished.discard)
    context = contextvars.copy_context()
    _work.put((future, partial(context.run, function, *arguments, **named)))
    if not _idle.acquire(blocking=False) and len(_threads) < THREADS:
        thread = threading.Thread(target=_compute, name=f"computing-{len(_threads)}", daemon=True)
        _threads.append(thread)
        thread.start()
    return await asyncio.wrap_future(future)


def are_idle() -> bool:
    """Whether nothing is computed, and nothing waits for it."""
    return not _unfinished


def _compute() -> None:
    while True:
        future, function = _work.get()
        if future.set_running_or_notify_cancel():
            try:
                result = function()
            except BaseException as error:  # noqa: BLE001  (it is raised where it is waited for)
                future.set_exception(error)
            else:
                future.set_result(result)
                del result
        del future, function  # not kept until the next comes
        _idle.release()
