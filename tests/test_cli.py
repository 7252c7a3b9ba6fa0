"""The command, as an operator uses it."""

import re
import signal
import sys
from pathlib import Path

import httpx
import psycopg
import pytest
import services_at as at
from databases import plain

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@linux
def test_demo_from_nothing_to_nothing(tmp_path: Path) -> None:
    """It says what to try, that works, other commands work beside it, and it leaves no process."""
    data_dir = tmp_path / "data of mine"
    where = ("--data-dir", str(data_dir))
    with at.running("demo", *where) as (process, base):
        assert process.stdout is not None
        said = "".join(iter(lambda: process.stdout.readline() if process.stdout else "", "Record a claim:\n"))
        key = re.findall(r"cc_[\w-]+", said)[0]
        for url in re.findall(r"http://\S+", said):
            assert httpx.get(url).is_success, url
        made = httpx.post(f"{base}/v1/events", json={"title": "Mine"}, headers={"Authorization": f"Bearer {key}"})
        assert made.status_code == 201
        second = at.run("serve", *where, "--port", str(at.free_port()))
        assert (second.returncode, str(process.pid) in second.stderr) == (1, True)
        created = at.run("keys", "create", "beside", *where)
        assert re.fullmatch(r"cc_[\w-]{43}\n", created.stdout), created.stderr
        reads = httpx.get(f"{base}/v1/events", headers={"Authorization": f"Bearer {created.stdout.strip()}"})
        assert reads.is_success
        assert at.run("verify", *where).returncode == 0
    assert at.postgres_on(data_dir) == []
    # Without a running service the same commands work on the same data.
    assert "beside" in at.run("keys", "list", *where).stdout
    assert at.run("verify", *where).returncode == 0
    assert at.postgres_on(data_dir) == []
    with at.running("demo", *where) as (process, base):
        events = httpx.get(f"{base}/v1/events?count=true").json()
        assert "Mine" in [event["title"] for event in events["items"]]
        assert process.stdout is not None
        again = "".join(iter(lambda: process.stdout.readline() if process.stdout else "", "Record a claim:\n"))
        assert key in again


@linux
def test_a_service_stopped_by_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    """The others here are stopped by SIGTERM."""
    with at.running("serve", "--data-dir", str(tmp_path)) as (process, _):
        assert at.postgres_on(tmp_path)
        process.send_signal(signal.SIGINT)
        process.wait(at.PATIENCE)
    assert at.postgres_on(tmp_path) == []


def test_refuses_a_schema_that_is_not_current(server_url: str, database_url: str) -> None:
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '20200101_0000'")
    for command in ("serve", "verify"):
        refused = at.run(command, "--database-url", plain(database_url))
        assert refused.returncode == 1
        assert "counterclaim migrate" in " ".join(refused.stderr.split()), refused.stderr


def test_serves_another_postgresql(database_url: str, key: str) -> None:
    with at.running("serve", "--database-url", plain(database_url), "--workers", "2") as (_, base):
        headers = {"Authorization": f"Bearer {key}"}
        made = httpx.post(f"{base}/v1/events", json={"title": "Elsewhere"}, headers=headers)
        assert made.status_code == 201
        revoked = at.run("keys", "revoke", "tester", "--database-url", plain(database_url))
        assert revoked.returncode == 0
        assert httpx.post(f"{base}/v1/events", json={"title": "No"}, headers=headers).status_code == 401
    taken = at.run("keys", "create", "tester", "--database-url", plain(database_url))
    assert taken.returncode == 1
    assert "tester" in taken.stderr


def test_says_when_the_database_is_out_of_reach() -> None:
    refused = at.run("verify", "--database-url", f"postgresql://x@127.0.0.1:{at.free_port()}/none")
    assert refused.returncode == 1
    assert "can't be reached" in refused.stderr


def test_verify_says_what_was_tampered_with(database_url: str) -> None:
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        connection.execute("INSERT INTO event (slug, title) VALUES ('a', 'A')")
        connection.execute("ALTER TABLE change DISABLE TRIGGER USER")
        connection.execute("UPDATE change SET actor = 'nobody' WHERE seq = 1")
    found = at.run("verify", "--database-url", plain(database_url))
    assert found.returncode == 1
    assert "1" in found.stdout
