"""Whoever writes and is told 503 where the end of it was lost is told that it may be stored; sent again, it is once."""

import itertools
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import httpx
import psycopg
import pytest
from databases import as_superuser
from ledgers import value
from proxies import between
from services_at import PATIENCE, get, running, serving
from soaking import SOAK, times

from app.connections import engines
from app.services import ledger

EVENT: Final = {"title": "Explosion", "ref": "blast"}
PERHAPS: Final = "It may be stored, or not."
READS: Final = ("/v1/events/ref:blast", "/v1/events/ref:blast/dossier", "/v1/events", "/livez")
IN_TURN: Final = itertools.count()


def writes(nth: int) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Path, body and headers of what is stored once, however often it is sent."""
    claim = {"text": f"It was a drone {nth}", "ref": f"claim-{nth}", "question": {"text": "What was it?"}}
    document = {"url": f"https://paper.example/{nth}", "title": f"Paper {nth}"}
    yield "/v1/events", {"title": f"Fire {nth}", "ref": f"event-{nth}"}, {}
    yield "/v1/events", {"title": f"Flood {nth}"}, {"Idempotency-Key": f"flood-{nth}"}
    yield "/v1/events/ref:blast/claims", claim, {}
    yield "/v1/documents", document, {}
    yield "/v1/reports", {"ref": f"report-{nth}", "document": document, "events": [{"event": "ref:blast"}]}, {}


@pytest.mark.soak
def test_a_connection_that_is_lost_after_commit_was_sent(
    database_url: str, key: str, psql: psycopg.Connection, record_property: Callable[[str, Any], None]
) -> None:
    with between(database_url) as (proxy, url), serving(url) as base:
        keyed = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=base, headers=keyed, timeout=60) as client:
            assert client.post("/v1/events", json=EVENT).status_code == 201
            count = 0
            for nth in range(times(1)):
                for path, body, headers in writes(nth):
                    before = value(psql, "SELECT seq FROM ledger_head")
                    proxy.lose_at = b"COMMIT\0"
                    lost = client.post(path, json=body, headers=headers)
                    assert lost.status_code == 503, lost.text
                    assert PERHAPS in lost.json()["detail"]
                    assert lost.headers["Retry-After"] == "1"
                    stored = value(psql, "SELECT seq FROM ledger_head")
                    assert stored > before, "it was kept before it was lost"
                    again = client.post(path, json=body, headers=headers)
                    assert again.status_code in (200, 201), again.text
                    assert value(psql, "SELECT seq FROM ledger_head") == stored, path
                    count += 1
                lines = [{"type": "event", "ref": f"line-{nth}-{n}", "title": f"Line {nth} {n}"} for n in range(3)]
                proxy.lose_at = b"COMMIT\0"
                lost_lines, sent_lines = (sent(client, lines) for _ in range(2))
                assert {line["status"] for line in lost_lines[:-1]} == {503}
                assert all(PERHAPS in line["detail"] for line in lost_lines[:-1])
                assert [line["status"] for line in sent_lines[:-1]] == [200] * 3
                count += 1
            # The page that every 503 names does not say otherwise.
            assert "unless `detail` says" in get(f"{base}/problems/unavailable").text
    assert value(psql, "SELECT count(*) FROM event") == 1 + 5 * times(1)
    assert ledger.verify(database_url) == []
    came = f"{count} writes told 503, and that they may be stored; sent again, each is stored once"
    record_property("reliability", ("a connection that is cut after COMMIT was sent", came, "", "", ""))


def sent(client: httpx.Client, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    content = "".join(json.dumps(line) + "\n" for line in lines)
    answer = client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
    return [json.loads(line) for line in answer.text.splitlines()]


# --- a synchronous standby that is missing ---------------------------------------------------------------------------


@pytest.fixture
def waiting_url(database_url: str) -> str:
    """The database, with commits that wait for a standby where one is named."""
    return f"{database_url}{'&' if '?' in database_url else '?'}options=-csynchronous_commit%3Don"


@contextmanager
def standby_missing(server_url: str) -> Iterator[None]:
    try:
        server = as_superuser(server_url)
    except psycopg.OperationalError:
        pytest.skip("nobody may change this server's settings")
    with server:
        if value(server, "SHOW synchronous_commit") != "off":
            pytest.skip("all who commit on this server would wait, the other tests, too")
        try:
            server.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
            server.execute("SELECT pg_reload_conf()")
            time.sleep(0.2)
            yield
        finally:
            server.execute("ALTER SYSTEM RESET synchronous_standby_names")
            server.execute("SELECT pg_reload_conf()")


@contextmanager
def small_reads(base: str, key: str, psql: psycopg.Connection) -> Iterator[list[float]]:
    """Ask for what is small, with keys and without, again and again; how long each took."""
    seconds, stop = list[float](), threading.Event()
    keyed = {"Authorization": f"Bearer {key}"}

    def read(headers: dict[str, str]) -> None:
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            while not stop.wait(0.05):
                began = time.monotonic()
                # Not one that is kept.
                path = READS[next(IN_TURN) % len(READS)]
                query = f"?said_before=20{next(IN_TURN) % 90 + 10}-01-01" if path.endswith("dossier") else ""
                answer = client.get(path + query)
                seconds.append(time.monotonic() - began)
                assert answer.status_code == 200, (path, answer.text)

    # Its use is noted again.
    psql.execute("UPDATE api_key SET last_used_at = now() - interval '2 minutes'")
    with ThreadPoolExecutor(4) as readers:
        reading = [readers.submit(read, headers) for headers in (keyed, {}, keyed, {})]
        try:
            yield seconds
        finally:
            stop.set()
            for reader in reading:
                reader.result(PATIENCE)


@pytest.mark.soak
def test_a_synchronous_standby_that_is_missing(
    waiting_url: str,
    server_url: str,
    key: str,
    psql: psycopg.Connection,
    *,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, Any], None],
) -> None:
    """Commits wait for it: whoever writes is told within ten seconds, whoever reads is not kept waiting."""
    bound = 10.0
    if not SOAK:
        monkeypatch.setattr(engines, "WRITE_SECONDS", 0.3)
        monkeypatch.setattr(engines, "_SILENT_SECONDS", 0.3)
        bound = 2.0
    keyed = {"Authorization": f"Bearer {key}"}
    with serving(waiting_url) as base, httpx.Client(base_url=base, headers=keyed, timeout=60) as client:
        assert client.post("/v1/events", json=EVENT).status_code == 201
        waited = []
        with standby_missing(server_url), small_reads(base, key, psql) as seconds:
            for body in (
                {"title": "Fire", "ref": "fire"},
                {"title": "Flood", "ref": "flood"},
                {"title": "Fire", "ref": "fire"},
            ):
                began = time.monotonic()
                answer = client.post("/v1/events", json=body)
                waited.append(time.monotonic() - began)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), answer.text
                # Whoever only waits for the lock has nothing stored.
                assert (PERHAPS in answer.json()["detail"]) is (len(waited) == 1)
            assert max(waited) < bound
        began = time.monotonic()
        while (answer := client.post("/v1/events", json={"title": "Fire", "ref": "fire"})).status_code == 503:
            assert time.monotonic() - began < 5
            time.sleep(0.05)
        again = time.monotonic() - began
        assert answer.status_code == 200, "it was stored when the standby was given up"
        assert client.post("/v1/events", json={"title": "Flood", "ref": "flood"}).status_code == 201
    assert value(psql, "SELECT array_agg(ref ORDER BY ref) FROM event") == ["blast", "fire", "flood"]
    assert len(seconds) > 10
    assert max(seconds) < 1
    reads = f"{len(seconds)} small reads meanwhile, the slowest {max(seconds) * 1000:.0f} ms"
    came = f"writes are told 503, the slowest after {max(waited):.1f} s; {reads}"
    record_property("reliability", ("a synchronous standby that is missing", came, "", "", f"{again:.1f} s"))


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="takes long")
def test_the_service_ends_while_a_standby_is_missing(waiting_url: str, server_url: str, key: str) -> None:
    """Within the grace, and whoever waits is told."""
    keyed = {"Authorization": f"Bearer {key}"}
    with (
        running("serve", "--database-url", waiting_url) as (process, base),
        httpx.Client(base_url=base, headers=keyed, timeout=60) as client,
        ThreadPoolExecutor(1) as writer,
    ):
        assert client.post("/v1/events", json=EVENT).status_code == 201
        with standby_missing(server_url):
            waiting = writer.submit(client.post, "/v1/events", json={"title": "Fire", "ref": "fire"})
            time.sleep(1)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            answer = waiting.result(PATIENCE)
            process.wait(PATIENCE)
            assert time.monotonic() - began < 10
    assert answer.status_code == 503
    assert PERHAPS in answer.json()["detail"]
