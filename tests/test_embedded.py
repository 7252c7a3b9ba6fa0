"""The private PostgreSQL, on real clusters: its life and its neighbours."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from clusters import (
    CAN_RUN,
    NOBODY,
    UVICORN_HELPER,
    Spawn,
    add_note,
    connected,
    line_from,
    mode,
    notes,
    processes_in,
    server_of,
)

from app import embedded
from app.embedded import EmbeddedError, serving, using

pytestmark = [
    pytest.mark.usefixtures("strangers_are_safe"),
    pytest.mark.skipif(not CAN_RUN, reason="no user namespaces here: PostgreSQL can't run for root"),
]


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
            wanted = "fsync max_connections server_encoding listen_addresses unix_socket_directories"
            found = [connection.execute(f"SHOW {name}").fetchone() for name in wanted.split()]
            memory = connection.execute("SELECT pg_size_bytes(current_setting('shared_buffers')) / 2^20").fetchone()
            assert memory == (embedded.shared_mb(),)
            assert found == [("on",), ("80",), ("UTF8",), ("127.0.0.1",), ("",)]
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
    monkeypatch.setattr(embedded, "LOG_BYTES", 5)
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
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.2)
    with pytest.raises(EmbeddedError, match=rf"another counterclaim command, process {command.pid}\b"):
        newcomer(folder).__enter__()
    assert notes(url) == ["kept"]

    monkeypatch.setattr(embedded, "LOCK_SECONDS", 10)
    ending = threading.Timer(0.3, command.communicate, ["\n"])
    ending.start()
    with newcomer(folder) as url:
        assert notes(url) == ["kept"]
    ending.join()  # or it would read of the command while that is tidied up
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
    monkeypatch.setattr(embedded, "STOP_SIGNALS", ((signal.SIGINT, 0.1), (signal.SIGQUIT, 0.1), (signal.SIGKILL, 5.0)))
    script = f'trap "" {deaf}; echo deaf; exec sleep 60'
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        embedded._stop(process)
        assert process.returncode == -end


# The end, out of order -----------------------------------------------------------------------------------------------


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
