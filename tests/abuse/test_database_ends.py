"""The private PostgreSQL ends by itself: the service starts it again, and ends where that does not help."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clusters import CAN_RUN, server_of
from services_at import PATIENCE, answers, get, running
from soaking import SOAK

from app.connections import revival

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not SOAK, reason="takes long: tests/test_revival.py has the rule"),
    pytest.mark.skipif(not CAN_RUN, reason="no user namespaces here: PostgreSQL can't run for root"),
]


def wait_until_another(folder: Path, server: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        # The file is gone, or empty, for a moment.
        with contextlib.suppress(OSError, IndexError):
            if server_of(folder) != server:
                return
        time.sleep(0.02)


def wait_until_ready(base: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answers(base):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_is_started_again_as_long_as_that_helps(folder: Path, record_property: Callable[[str, Any], None]) -> None:
    with running("serve", "--data-dir", str(folder)) as (process, base):
        for _ in range(revival._MOST_STARTS):
            server = server_of(folder)
            os.kill(server, signal.SIGKILL)
            began = time.monotonic()
            wait_until_another(folder, server)
            wait_until_ready(base)
            again = f"{time.monotonic() - began:.1f} s"
            assert get(f"{base}/v1/events").status_code == 200
        os.kill(server_of(folder), signal.SIGKILL)  # once more, and it is no accident
        assert process.wait(PATIENCE) == 1
    came = "started again; a fourth time within a minute the service ends with 1"
    record_property("reliability", ("the private PostgreSQL is killed", came, "", "", again))


def test_what_cannot_be_started_again_ends_the_service(own_folder: Path) -> None:
    with running("serve", "--data-dir", str(own_folder)) as (process, _):
        server = server_of(own_folder)
        shutil.move(own_folder / "postgres/data/global", own_folder / "global")
        began = time.monotonic()
        os.kill(server, signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
        assert time.monotonic() - began < 30
