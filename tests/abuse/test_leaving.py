"""Whoever has left is not worked for: what was asked of the database is cancelled, and what was in line is gone."""

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from databases import plain
from services_at import get, serving

CLAIM = {"text": "It was a drone", "statements": [{"source": {"name": "Ines Varga"}}]}
BUSY = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"""


@pytest.fixture
def base(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("COUNTERCLAIM_KEPT_MB", "8")  # whatever a run of all tests is told: answers are shared
    with serving(database_url) as base:
        yield base


def send(base: str, key: str, method: str, path: str, body: object = None) -> socket.socket:
    """A request on a socket of its own, whose answer nobody reads yet."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    host, port = urlsplit(base).netloc.split(":")
    client = socket.create_connection((host, int(port)), 5)
    client.sendall(f"{head}\r\n".encode() + content)
    return client


def status(client: socket.socket) -> int:
    with client, client.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def wait_for(psql: psycopg.Connection, busy: int, seconds: float = 5) -> float:
    """Until so many statements of the service wait for a lock; how long that took."""
    began = time.monotonic()
    while psql.execute(BUSY).fetchone() != (busy,):
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


def create_event(base: str, key: str) -> str:
    assert status(send(base, key, "POST", "/v1/events", {"title": "Explosion", "ref": "blast"})) == 201
    assert status(send(base, key, "POST", "/v1/events/ref:blast/claims", CLAIM)) == 201
    return "/v1/events/ref:blast"


def test_what_nobody_waits_for_is_cancelled(base: str, key: str, database_url: str, psql: psycopg.Connection) -> None:
    event = create_event(base, key)
    with psycopg.connect(plain(database_url)) as locking:
        locking.execute("LOCK TABLE appearance_hop")
        clients = [send(base, key, "GET", f"{event}/dossier?said_before=20{year}") for year in range(10, 40)]
        wait_for(psql, 4)
        for client in clients:
            client.close()
        assert wait_for(psql, 0) < 2
        shared = [send(base, key, "GET", f"{event}/dossier") for _ in range(3)]
        wait_for(psql, 1)
        shared[0].close()
        shared[1].close()
        time.sleep(0.2)
        assert psql.execute(BUSY).fetchone() == (1,)
    assert status(shared[2]) == 200
    assert get(f"{base}{event}/dossier?said_before=2010").status_code == 200


def test_a_write_whose_client_has_left_is_undone(
    base: str, key: str, database_url: str, psql: psycopg.Connection
) -> None:
    event = create_event(base, key)
    with psycopg.connect(plain(database_url)) as locking:
        locking.execute("LOCK TABLE statement")
        client = send(base, key, "POST", f"{event}/claims", {**CLAIM, "text": "It was not"})
        wait_for(psql, 1)
        client.close()
        assert wait_for(psql, 0) < 2
    assert psql.execute("SELECT count(*) FROM claim").fetchone() == (1,)
    assert status(send(base, key, "POST", f"{event}/claims", {**CLAIM, "text": "It was not"})) == 201
