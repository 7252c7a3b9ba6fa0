"""A server that ends by itself is started again; one that does not stay, or can't be started, ends the service."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from app.connections import revival
from app.connections.revival import Process, Revived

STAYS = [sys.executable, "-c", "input()"]


class CanNotStart(Exception):  # noqa: N818
    """What starting raises."""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set where this process would be ended."""
    event = threading.Event()
    monkeypatch.setattr(revival, "_PAUSES", (0.0, 0.01))
    before = signal.signal(signal.SIGTERM, lambda *_: event.set())
    yield event
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def started() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(started: list[Process]) -> Process:
    started.append(subprocess.Popen(STAYS, stdin=subprocess.PIPE))
    return started[-1]


def wait_for(condition: threading.Event) -> None:
    for _ in range(500):  # in short steps, so that a signal's handler has its turn
        if condition.wait(0.01):
            return
    pytest.fail("it did not end")


def test_it_is_started_again(ended: threading.Event, started: list[Process]) -> None:
    again = threading.Event()

    def begin() -> Process:
        process = start(started)
        again.set()
        return process

    revived = Revived(start(started), begin, CanNotStart)
    started[0].kill()
    wait_for(again)
    while revived.process is not started[1]:
        pass
    assert revived.leave() is started[1]
    started[1].kill()
    started[1].wait()
    assert (len(started), revived.reason, ended.is_set()) == (2, "", False)


def test_what_can_not_be_started_ends_the_service(ended: threading.Event, started: list[Process]) -> None:
    tries = 0

    def fail() -> Process:
        nonlocal tries
        tries += 1
        raise CanNotStart("No space left on device")

    revived = Revived(start(started), fail, CanNotStart)
    started[0].kill()
    wait_for(ended)
    assert (tries, revived.reason) == (2, "No space left on device")
    assert revived.leave() is started[0]


def test_what_does_not_stay_ends_the_service(ended: threading.Event, started: list[Process]) -> None:
    def begin() -> Process:
        process = start(started)
        process.kill()
        return process

    revived = Revived(start(started), begin, CanNotStart)
    started[0].kill()
    wait_for(ended)
    assert len(started) == revival._MOST_STARTS + 1
    assert "4 times within 60 seconds" in revived.reason
