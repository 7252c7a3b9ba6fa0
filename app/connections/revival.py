"""A server that ends by itself is started again; where that does not help, the service ends, too, and says why."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import structlog

log = structlog.get_logger()

Process = subprocess.Popen[bytes]
# Before each try to start it: a full disk, or memory that is short, may be over by then.
_PAUSES: Final = (0.0, 1.0, 3.0)
# More often than that in this time, and it will not stay.
_MOST_STARTS, _STARTS_SECONDS = 3, 60.0


class Revived:
    """A server's process, and the one after it."""

    def __init__(self, process: Process, start: Callable[[], Process], failure: type[Exception]) -> None:
        """`start` starts it again, and raises `failure` where it can't."""
        self.process = process
        self.reason = ""
        """Why it was given up."""
        self._start, self._failure = start, failure
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="postgres", daemon=True)
        self._watcher.start()

    def leave(self) -> Process:
        """Start it no more; gives the process that runs now, or ran last."""
        self._stopping.set()
        self._watcher.join(0 if self.process.poll() is None else None)
        return self.process

    def _watch(self) -> None:
        starts = deque[float](maxlen=_MOST_STARTS)
        while not self._stopping.is_set():
            code = self.process.wait()
            if self._stopping.is_set():
                return
            log.error("the database has ended", code=code)
            if len(starts) == _MOST_STARTS and time.monotonic() - starts[0] < _STARTS_SECONDS:
                reason = f"PostgreSQL ended {_MOST_STARTS + 1} times within {_STARTS_SECONDS:.0f} seconds."
            else:
                starts.append(time.monotonic())
                reason = self._started_again()
            if reason:
                self._give_up(reason)
                return

    def _started_again(self) -> str:
        """Start it, and try that several times; why it can't be started."""
        reason = ""
        for pause in _PAUSES:
            if self._stopping.wait(pause):
                return ""
            try:
                self.process = self._start()
            except (self._failure, OSError) as error:
                log.error("the database can't be started again", error=str(error))  # noqa: TRY400
                reason = str(error)
            else:
                log.warning("the database was started again")
                return ""
        return reason

    def _give_up(self, reason: str) -> None:
        """End the service as an operator would: it answers what it is answering, and then says why."""
        if not self._stopping.is_set():
            self.reason = reason
            os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def exiting_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit.

    Python would end on the spot and leave the server running; uvicorn too raises the signal again when it has ended.
    """

    def leave(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    deadly = signal.SIGTERM, signal.SIGHUP
    may = threading.current_thread() is threading.main_thread()  # no other can set handlers
    ours = [number for number in deadly if may and signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
