"""The disk of the private PostgreSQL fills up: writes are told 503, and nothing is lost that was acknowledged.

Once there is room again the service is itself again; or it has ended with 1, and starts.
"""

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from clusters import CAN_RUN
from services_at import PATIENCE, answers, get, run, running
from soaking import SOAK

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not SOAK, reason="takes long"),
    pytest.mark.skipif(not CAN_RUN, reason="no user namespaces here: PostgreSQL can't run for root"),
]

DISK_BYTES: Final = 400_000_000
LEFT_BYTES: Final = 20_000_000
FULL_SECONDS: Final = 15


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that has so much room and no more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Writer:
    """Sends documents, and knows which were taken."""

    def __init__(self, base: str, key: str) -> None:
        self.url, self.headers = f"{base}/v1/documents", {"Authorization": f"Bearer {key}"}
        self.taken = list[str]()
        self.statuses = Counter[Any]()
        self._random = random.Random(1)

    def write(self) -> int:
        """One document of 300 kB that can't be compressed; the status, 0 where there is no answer."""
        url = f"https://paper.example/{sum(self.statuses.values())}"
        body = {"url": url, "text": self._random.randbytes(150_000).hex()}
        try:
            answer = httpx.post(self.url, json=body, headers=self.headers, timeout=60, verify=False)
        except httpx.TransportError:
            self.statuses["no answer"] += 1
            return 0
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            self.taken.append(url)
        elif answer.status_code == 503:
            assert answer.headers["Retry-After"]
            assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.status_code


def missing(base: str, key: str, urls: list[str]) -> list[str]:
    keyed = {"Authorization": f"Bearer {key}"}
    pages = (get(f"{base}/v1/documents", params={"canonical_url": url}, headers=keyed) for url in urls)
    return [url for url, page in zip(urls, pages, strict=True) if not page.json()["items"]]


def test_a_full_disk(disk: Path, record_property: Callable[[str, Any], None]) -> None:
    folder = disk / "data"
    with running("serve", "--data-dir", str(folder)) as (process, base):
        key = run("keys", "create", "desk", "--data-dir", str(folder)).stdout.strip().splitlines()[-1]
        writer = Writer(base, key)
        assert writer.write() == 201
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        filler = disk / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room - LEFT_BYTES)
        until = time.monotonic() + 120
        while writer.write() == 201:
            assert time.monotonic() < until
        # It stays full for a while, and others go on asking.
        until = time.monotonic() + FULL_SECONDS
        while time.monotonic() < until and process.poll() is None:
            if writer.write():
                assert get(f"{base}/v1/events").status_code in (200, 503)
            time.sleep(0.1)
        has_ended = process.poll() is not None
        assert writer.statuses.keys() <= {201, 503, *(["no answer"] if has_ended else [])}, writer.statuses
        filler.unlink()
        again, began = "", time.monotonic()
        if has_ended:
            assert process.returncode == 1
        else:
            while writer.write() != 201:
                assert time.monotonic() - began < PATIENCE
                time.sleep(0.05)
            again = f"{time.monotonic() - began:.1f} s"
            assert missing(base, key, writer.taken) == []
    with running("serve", "--data-dir", str(folder)) as (_, base):
        assert answers(base)
        assert missing(base, key, writer.taken) == []
    assert run("verify", "--data-dir", str(folder)).returncode == 0
    came = f"{writer.statuses[201]:,} writes are taken, all are there; {writer.statuses[503]:,} are told 503"
    came += "; the service ends with 1, and starts again" if has_ended else ""
    record_property("reliability", ("the disk of the private PostgreSQL is full", came, "", "", again))
    print(came, writer.statuses)  # noqa: T201
