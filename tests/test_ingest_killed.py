"""Kill -9 in the middle of a load: of the service, of `counterclaim ingest`, of PostgreSQL. Nothing lost or doubled.

`make soak` makes many rounds of it, with many lines; each is made again by its seed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import loads
import psycopg
import pytest
import services_at as at
from clusters import CAN_RUN, server_of, wait_until
from databases import plain

from app import embedded

ROUNDS = int(os.environ.get("COUNTERCLAIM_SOAK_ROUNDS", "1"))
LINES = int(os.environ.get("COUNTERCLAIM_SOAK_LINES", "240"))
SEED = os.environ.get("COUNTERCLAIM_SOAK_SEED", "4")
REQUEST_LINES = max(20, LINES // 50)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.skipif(not CAN_RUN, reason="no user namespaces here: PostgreSQL can't run for root"),
]


@dataclass
class Stand:
    """A service on a private PostgreSQL with all that makes it safe left on; and what was sent to it."""

    data_dir: Path
    key: str
    port: int
    started: ExitStack
    sent: list[loads.Line] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


# A round has a database of its own; where there is but one of each kind, they share it, to be done sooner.
@pytest.fixture(scope="module" if ROUNDS == 1 else "function")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    data_dir = tmp_path_factory.mktemp("killed")
    key = at.run("keys", "create", "soak", "--data-dir", str(data_dir)).stdout.strip()
    with ExitStack() as started:
        made = Stand(data_dir, key, at.free_port(), started)
        serve(made)
        yield made
    assert at.postgres_on(data_dir) == []
    shutil.rmtree(data_dir)  # of many rounds they would fill the disk


def serve(stand: Stand) -> None:
    """Start the service, on the address it had before."""
    stand.started.close()
    running = at.running("serve", "--data-dir", str(stand.data_dir), port=stand.port)
    stand.process, _ = stand.started.enter_context(running)


# `counterclaim ingest` without what the other commands import, which takes longer than a small load.
CLIENT = "import typer; from app.commands import ingest; typer.run(ingest.ingest)"


def start_client(stand: Stand, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLIENT, str(file), "--url", stand.url, "--quiet", "--json", "--resume"]
    command += ["--request-lines", str(REQUEST_LINES), "--retries", "1000"]
    environment = at.environment() | {"COUNTERCLAIM_KEY": stand.key}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def state(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(Path(f"{file}.state.json").read_text())
    except FileNotFoundError:
        found = {"line": 0}
    return found


def wait_for_the_moment(client: subprocess.Popen[str], file: Path, random: Random) -> None:
    """Until so many lines are acknowledged, and then some part of a request more."""
    target = random.uniform(0, 0.8) * LINES
    assert wait_until(lambda: "sha256" in state(file), 60), client.poll()
    began = time.monotonic()
    assert wait_until(lambda: state(file)["line"] >= target or client.poll() is not None, 3600)
    requests = state(file)["line"] / REQUEST_LINES
    time.sleep(random.uniform(0, (time.monotonic() - began) / requests if requests else 0.1))


def kill_postgres(stand: Stand, nth: int, random: Random) -> bool:
    """PostgreSQL itself, which stays away, or in every other round one of its processes: then it recovers by itself."""
    server = server_of(stand.data_dir)
    others = sorted(set(at.postgres_on(stand.data_dir)) - {server})
    os.kill(server if nth % 2 == 0 else random.choice(others), signal.SIGKILL)
    return nth % 2 == 0


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def kill(killed: str, nth: int, stand: Stand, random: Random) -> bool:
    """Whether the service has to be started again."""
    if killed == "client":
        return False
    if killed == "server":
        assert stand.process
        stand.process.kill()
        return True
    return kill_postgres(stand, nth, random)


def check_acknowledged(stand: Stand, some: list[loads.Line]) -> None:
    """What the client was told to be stored is there, before anybody sends anything again."""
    with embedded.using(stand.data_dir) as url:
        assert wait_until(lambda: answers(plain(url)), 60)
        found = loads.stored(plain(url))
    for kind, rows in loads.expected(some).items():
        assert set(rows) <= set(found[kind])


@pytest.mark.parametrize("nth", range(ROUNDS))
@pytest.mark.parametrize("killed", ["server", "client", "postgres"])
def test_nothing_is_lost_or_doubled(killed: str, nth: int, stand: Stand, tmp_path: Path) -> None:
    seed = f"{SEED}-{killed}-{nth}"
    random = Random(seed)
    some = loads.lines(seed, LINES, random)
    file = tmp_path / "lines.ndjson"
    file.write_text(loads.text(some), encoding="utf-8")
    client = start_client(stand, file)
    try:
        wait_for_the_moment(client, file, random)
        assert client.poll() is None, client.communicate()
        # The client waits for the service to come back, or is killed and begins again.
        resumes = killed == "client" or random.random() < 0.5
        away = kill(killed, nth, stand, random)
        client.send_signal(signal.SIGKILL if resumes else signal.SIGSTOP)
        acknowledged = int(state(file)["line"])
        if away:
            serve(stand)
        check_acknowledged(stand, some[:acknowledged])
        if resumes:
            client.communicate(timeout=60)
            client = start_client(stand, file)
        client.send_signal(signal.SIGCONT)
        out, err = client.communicate(timeout=3600)
    finally:
        client.kill()
        client.communicate()
    how = "resumed" if resumes else "went on"
    sys.stdout.write(f"\n{seed}: {killed} killed with {acknowledged} of {LINES} lines acknowledged, {how}: {out}")
    assert client.returncode == 0, err
    told = json.loads(out)
    assert (told["lines"], told["created"] + told["matched"], told["failed"]) == (LINES, LINES, 0)
    assert list(tmp_path.iterdir()) == [file]
    file.unlink()
    stand.sent += some
    with embedded.using(stand.data_dir) as url:
        found = loads.stored(plain(url))
        for kind, rows in loads.expected(stand.sent).items():
            assert found[kind] == rows
    verified = at.run("verify", "--data-dir", str(stand.data_dir))
    assert verified.returncode == 0, verified.stdout
