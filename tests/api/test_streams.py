"""Streams over real connections: what comes, when, and how they end."""

import itertools
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
import services_at as at
import soaking
from databases import as_superuser, copied, plain
from following import Stream
from psycopg import Connection

from app.api.routes import changes

Client = httpx.Client
POSITIONS = "SELECT seq || '-' || left(encode(hash, 'hex'), 8) FROM change ORDER BY seq"


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    with at.serving(database_url) as base:
        yield base


@pytest.fixture
def writer(base: str, key: str) -> Iterator[Client]:
    with Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        client.post("/v1/events", json={"title": "Explosion", "slug": "explosion"}).raise_for_status()
        yield client


def claim(writer: Client, text: str, event: str = "explosion", **more: object) -> None:
    writer.post(f"/v1/events/{event}/claims", json={"text": text, **more}).raise_for_status()


def test_what_is_new_comes_at_once_and_again_after_its_id(base: str, writer: Client) -> None:
    headers = {"Origin": "https://desk.example", "Accept-Encoding": "gzip, br, zstd"}
    with Stream(base, "/v1/events/explosion/stream", headers) as stream:
        assert stream.status == 200
        assert stream.answered["content-type"].startswith("text/event-stream")
        assert stream.answered["access-control-allow-origin"] == "*"
        assert stream.answered["cache-control"] == "no-cache"
        assert "content-encoding" not in stream.answered
        first = stream.next()
        assert first
        assert first.retry
        assert 1000 <= first.retry <= 4000
        claim(writer, "Elsewhere", writer.post("/v1/events", json={"title": "Other"}).json()["id"])
        began = time.monotonic()
        claim(writer, "A drone")
        told = stream.message()
        assert time.monotonic() - began < 2
        assert told.json["record"]["text"] == "A drone"
        assert told.id == told.json["position"]
    assert told.id
    assert first.id
    claim(writer, "Fireworks")
    for path, again in (("", {"Last-Event-ID": told.id}), (f"?since={told.id}", {})):
        with Stream(base, f"/v1/events/explosion/stream{path}", again) as stream:
            assert stream.message().json["record"]["text"] == "Fireworks"
    with Stream(base, f"/v1/changes/stream?since={first.id}&type=claim", {"Last-Event-ID": told.id}) as stream:
        assert stream.message().json["record"]["text"] == "Fireworks"


def test_what_fits_nothing_is_told_by_the_position_of_a_ping(
    base: str, writer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "PING_SECONDS", 0.3)
    with Stream(base, "/v1/changes/stream?type=question") as stream:
        claim(writer, "A drone")
        here = writer.get("/v1/changes/checkpoint").json()["position"]
        while (ping := stream.next()) and ping.id != here:
            assert not ping.data
        assert ping
        assert ping.comment is not None


def test_each_is_shown_as_it_may_be_seen_at_that_moment(base: str, writer: Client) -> None:
    with Stream(base, "/v1/changes/stream") as stream:
        stream.next()
        writer.patch("/v1/events/explosion", json={"visibility": "restricted"}, headers={"If-Match": "*"})
        claim(writer, "A drone")
        writer.post("/v1/events", json={"title": "Open"}).raise_for_status()
        assert stream.message().json["record"]["title"] == "Open"
    assert at.get(f"{base}/v1/events/explosion/stream").status_code == 404


def test_a_key_that_was_revoked_hears_nothing_more(base: str, writer: Client, psql: Connection, key: str) -> None:
    with Stream(base, "/v1/changes/stream", {"Authorization": f"Bearer {key}"}) as stream:
        stream.next()
        claim(writer, "A drone")
        stream.message()
        psql.execute("UPDATE api_key SET revoked_at = now()")
        psql.execute("UPDATE claim SET text = 'Secretly'")
        assert stream.next() is None
    refused = at.get(f"{base}/v1/changes/stream", headers={"Authorization": f"Bearer {key}"})
    assert refused.status_code == 401


def test_there_are_so_many_streams_and_no_more(database_url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERCLAIM_STREAMS", "2")
    with at.serving(database_url) as base:
        with ExitStack() as stack:
            for _ in range(2):
                assert stack.enter_context(Stream(base, "/v1/changes/stream", {})).next()
            began = time.monotonic()
            refused = httpx.get(f"{base}/v1/changes/stream")
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
            assert time.monotonic() - began < 1
            assert httpx.get(f"{base}/v1/changes").status_code == 200
        deadline = time.monotonic() + 20
        while (status := head(base)) != 200:
            assert (status, time.monotonic() < deadline) == (503, True)
            time.sleep(0.1)


def test_nobody_has_all_streams(database_url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERCLAIM_STREAMS", "8")
    holder = {"Authorization": f"Bearer {key}"}
    with at.serving(database_url) as base:
        with ExitStack() as stack:
            for _ in range(6):
                assert stack.enter_context(Stream(base, "/v1/changes/stream", {})).next()
            refused = httpx.get(f"{base}/v1/changes/stream")
            assert (refused.status_code, "6 streams of yours" in refused.json()["detail"]) == (503, True)
            for _ in range(2):
                assert stack.enter_context(Stream(base, "/v1/changes/stream", holder)).next()
            assert httpx.get(f"{base}/v1/changes/stream", headers=holder).status_code == 503
        deadline = time.monotonic() + 20
        while head(base) != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def head(base: str) -> int:
    return httpx.head(f"{base}/v1/changes/stream").status_code


def test_head_and_options(base: str, writer: Client) -> None:
    for path in ("/v1/changes/stream", "/v1/events/explosion/stream"):
        head = writer.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Type"].startswith("text/event-stream")
        asks = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
        told = writer.options(path, headers=asks).headers
        assert "GET" in told["Allow"]
        assert "Last-Event-ID" in told["Access-Control-Allow-Headers"]
    assert writer.get("/v1/changes/stream?typ=claim").status_code == 422
    assert writer.get("/v1/events/none/stream").status_code == 404


def test_whoever_reads_slowly_is_not_read_ahead_for(base: str, writer: Client, psql: Connection) -> None:
    """More than what is on its way is not kept for anybody."""
    here = writer.get("/v1/changes/checkpoint").json()["position"]
    own = psutil.Process()
    with ExitStack() as open_streams:
        for _ in range(20):
            open_streams.enter_context(Stream(base, f"/v1/changes/stream?since={here}", patience=60))
        time.sleep(0.5)
        before = own.memory_info().rss
        psql.execute(
            "INSERT INTO claim (id, event_id, text) SELECT gen_random_uuid(), e.id, n || repeat('x', 4900)"
            " FROM event e, generate_series(1, 1000) n"
        )
        time.sleep(1.5)
        assert own.memory_info().rss - before < 40_000_000  # all of it, for all of them, would be 200 MB


@pytest.mark.parametrize(
    "workers", [1, pytest.param(2, marks=pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it"))]
)
def test_sigterm_ends_streams_and_polls_at_once(tmp_path: Path, workers: int) -> None:
    with at.running("serve", "--data-dir", str(tmp_path), "--workers", str(workers)) as (process, base):
        with Stream(base, "/v1/changes/stream") as stream, ThreadPoolExecutor() as pool:
            first = stream.next()
            assert first
            poll = pool.submit(at.get, f"{base}/v1/changes?wait=50", timeout=60)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            last = stream.next()
            assert last
            assert (last.comment, last.id) == ("", first.id)
            assert stream.next() is None  # its end, as HTTP has it, not a broken connection
            assert time.monotonic() - began < 1
            assert poll.result(timeout=5).json()["items"] == []
        process.wait(timeout=10)


def test_a_restored_database_is_a_fork(server_url: str, template: str, key: str, tmp_path: Path) -> None:
    """Of those who follow, and of whoever comes back; what both know is named."""
    headers = {"Authorization": f"Bearer {key}"}
    with copied(server_url, template) as url, at.serving(url) as base, Client(base_url=base, headers=headers) as writer:
        writer.post("/v1/events", json={"title": "A", "slug": "explosion"}).raise_for_status()
        kept = writer.get("/v1/changes/checkpoint").json()["position"]
        with Stream(base, "/v1/changes/stream") as stream:
            stream.next()
            claim(writer, "Lost")
            lost = stream.message().id
            _forget_after(url, int(kept.partition("-")[0]))
            claim(writer, "Another")
            fork = stream.message()
            assert fork.event == "fork"
            assert fork.json["type"] == "/problems/fork"
            assert fork.json["checkpoints"][0] == kept
            assert stream.next() is None
        assert at.get(f"{base}/v1/changes/stream", headers={"Last-Event-ID": str(lost)}).status_code == 410
        with Stream(base, "/v1/changes/stream", {"Last-Event-ID": str(lost)}) as stream:  # as a browser asks
            assert stream.status == 200
            text = stream.body().decode()
            assert text.startswith("event: fork\n")
            assert f'"checkpoints":["{kept}"' in text
            assert "retry: 60000" in text
        told = at.get(f"{base}/v1/changes?since={lost},{kept}")
        assert (told.status_code, told.json()["common"]) == (410, kept)
        assert [item["record"]["text"] for item in writer.get(f"/v1/changes?since={kept}").json()["items"]] == [
            "Another"
        ]


def _forget_after(url: str, seq: int) -> None:
    """As a database is that was restored from a backup of an earlier moment."""
    with as_superuser(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM claim")
        connection.execute("DELETE FROM change WHERE seq > %s", [seq])
        connection.execute(
            "UPDATE ledger_head SET (seq, hash) = (SELECT seq, hash FROM change ORDER BY seq DESC LIMIT 1)"
        )


@pytest.mark.soak
def test_every_change_comes_once_and_in_order_whoever_comes_back_when(database_url: str, key: str) -> None:
    """Some write at the same time, some read and are cut off at random, again and again."""
    writers, readers, cuts = (16, 5, soaking.times(10)) if soaking.SOAK else (4, 2, 25)
    done, numbers = threading.Event(), itertools.count()
    headers = {"Authorization": f"Bearer {key}"}

    def write() -> None:
        with Client(base_url=served, headers=headers, timeout=60) as client:
            while not done.is_set():
                answer = client.post("/v1/events/explosion/claims", json={"text": f"Version {next(numbers)}"})
                assert answer.status_code in (201, 503)  # which is told to as many as a busy machine makes wait

    def read(number: int) -> list[str]:
        chance, positions, last = random.Random(number), list[str](), "0-00000000"
        for _ in range(cuts):
            with Stream(served, "/v1/changes/stream", {**headers, "Last-Event-ID": last}, patience=60) as stream:
                for _ in range(chance.randrange(1, 8)):
                    told = stream.message()
                    assert told.id
                    last = told.id
                    positions.append(last)
        return positions

    with at.serving(database_url) as served, ThreadPoolExecutor(writers + readers) as pool:
        httpx.post(f"{served}/v1/events", headers=headers, verify=False, json={"title": "E", "slug": "explosion"})
        writing = [pool.submit(write) for _ in range(writers)]
        reading = [pool.submit(read, number) for number in range(readers)]
        try:
            read_positions = [reader.result() for reader in reading]
        finally:
            done.set()
        for writer in writing:
            writer.result()
    with psycopg.connect(plain(database_url)) as connection:
        expected = [row[0] for row in connection.execute(POSITIONS)]
    for positions in read_positions:
        assert len(positions) >= cuts
        assert positions == expected[: len(positions)]


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
def test_a_thousand_who_wait_cost_little(tmp_path: Path) -> None:
    """Less than 60 MB and no connection to the database; and all are told."""
    with at.running("serve", "--data-dir", str(tmp_path)) as (process, base), ExitStack() as open_streams:
        made = at.run("keys", "create", "writer", "--data-dir", str(tmp_path)).stdout.strip()
        writer = open_streams.enter_context(
            Client(base_url=base, headers={"Authorization": f"Bearer {made}"}, timeout=60)
        )
        writer.post("/v1/events", json={"title": "E", "slug": "explosion"}).raise_for_status()
        own = psutil.Process(process.pid)
        before = own.memory_info().rss
        streams = [Stream(base, "/v1/changes/stream", patience=60) for _ in range(1_000)]
        for stream in streams:
            open_streams.enter_context(stream)
            stream.next()
        time.sleep(2)
        assert own.memory_info().rss - before < 60_000_000
        claim(writer, "A drone")
        assert {json.loads(stream.message().data)["record"]["text"] for stream in streams} == {"A drone"}
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        for stream in streams:
            while stream.next():
                pass
        assert time.monotonic() - began < 1
