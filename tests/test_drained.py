"""SIGTERM amid everything at once: what was accepted is answered, and who follows hears each change once."""

import http.client
import itertools
import json
import math
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
import pytest
import services_at as at
import soaking
from databases import plain
from following import Stream
from receiving import receiving

WRITERS, READERS, STREAMS, POLLS = 4, 4, 20, 4
PATIENCE: Final = 60.0
STREAM_SECONDS: Final = 1.6  # the first process of several looks for signals every half second
GRACE_SECONDS: Final = 11.0
POSITIONS: Final = "SELECT seq || '-' || left(encode(hash, 'hex'), 8) FROM change WHERE seq > %s ORDER BY seq"


@dataclass
class Load:
    """Who asks, and what came of it."""

    base: str
    key: str
    answered: dict[str, int] = field(default_factory=dict)
    """The status by what was written: 0, where there was no answer."""
    reads: Counter[int] = field(default_factory=Counter)
    half_answered: list[str] = field(default_factory=list)
    ends: list[tuple[str, float]] = field(default_factory=list)
    """How each connection of a stream ended, and when."""
    is_over: bool = False
    last: float = math.inf
    """The number of the change at which those who follow end."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def ask(self, method: str, path: str, body: Any = None, *, with_key: bool = True) -> tuple[int, bytes]:
        """On a connection of its own: one that rests may be closed at any time. Status 0: nothing was answered."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=60)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if with_key else {})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
        except OSError:
            return 0, b""
        try:
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.half_answered.append(f"{method} {path}: {error!r}")
            return answer.status, b""
        finally:
            connection.close()

    def write(self) -> None:
        while not self.is_over:
            time.sleep(0 if self.write_once() else 0.05)

    def write_once(self) -> int:
        text = f"Version {next(self.numbers)}"
        self.answered[text] = status = self.ask("POST", "/v1/events/explosion/claims", {"text": text})[0]
        return status

    def wait_for(self, answers: int) -> None:
        """Until so many more were written, and were read."""
        written, read = sum(map(bool, list(self.answered.values()))) + answers, self.reads[200] + answers
        deadline = time.monotonic() + PATIENCE
        while sum(map(bool, list(self.answered.values()))) < written or self.reads[200] < read:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def read(self, path: str, *, with_key: bool) -> None:
        while not self.is_over:
            status, _ = self.ask("GET", path, with_key=with_key)
            self.reads[status] += 1
            time.sleep(0.005 if status else 0.05)

    def is_last(self, position: str) -> bool:
        return int(position.partition("-")[0]) >= self.last

    def follow(self, since: str) -> list[str]:
        """All positions that a stream tells, over however many connections, up to the last."""
        positions = [since]
        while not self.is_last(positions[-1]):
            try:
                with Stream(self.base, "/v1/changes/stream", {"Last-Event-ID": positions[-1]}, patience=30) as stream:
                    self._hear(stream, positions)
            except (OSError, IndexError, ValueError):
                time.sleep(0.1)
        return positions[1:]

    def _hear(self, stream: Stream, positions: list[str]) -> None:
        while not self.is_last(positions[-1]):
            try:
                sent = stream.next()
            except (OSError, ValueError) as error:
                self.ends.append((repr(error), time.monotonic()))
                return
            if sent is None:
                self.ends.append(("end", time.monotonic()))
                return
            positions += [str(sent.id)] if sent.data else []

    def poll(self, since: str) -> list[str]:
        positions = [since]
        position = since
        while not self.is_last(position):
            status, body = self.ask("GET", f"/v1/changes?since={position}&wait=5", with_key=False)
            if status != 200:
                assert status in (0, 503)
                time.sleep(0.1)
                continue
            page = json.loads(body)
            positions += [item["position"] for item in page["items"]]
            position = page["position"]
        return positions[1:]


@contextmanager
def asking(load: Load, since: str) -> Iterator[list[Future[list[str]]]]:
    """All of them, until the block ends."""
    pictures = ("/v1/events/explosion/dossier", "/v1/events/explosion/statements")
    with ThreadPoolExecutor(WRITERS + READERS + STREAMS + POLLS) as pool:
        busy = [pool.submit(load.write) for _ in range(WRITERS)]
        busy += [pool.submit(load.read, pictures[nth % 2], with_key=nth < 2) for nth in range(READERS)]
        following = [pool.submit(load.follow, since) for _ in range(STREAMS)]
        following += [pool.submit(load.poll, since) for _ in range(POLLS)]
        try:
            yield following
        finally:
            load.is_over, load.last = True, 0
        for done in busy:
            done.result()


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_lost_when_it_ends_under_load(database_url: str, key: str, workers: int) -> None:
    port = at.free_port()
    serve = ("serve", "--database-url", database_url, "--workers", str(workers))
    told = {"COUNTERCLAIM_WEBHOOK_PRIVATE": "true", "COUNTERCLAIM_WEBHOOK_SCHEDULE": "0.2 " * 50}
    with receiving() as receiver, psycopg.connect(plain(database_url), autocommit=True) as psql:
        with at.running(*serve, port=port, **told) as (process, base):
            load = Load(base, key)
            load.ask("POST", "/v1/events", {"title": "E", "slug": "explosion"})
            since = json.loads(load.ask("GET", "/v1/changes/checkpoint")[1])["position"]
            first = int(since.partition("-")[0])
            assert load.ask("POST", "/v1/webhooks", {"url": receiver.url})[0] == 201
            with asking(load, since) as following:
                load.wait_for(40)
                process.send_signal(signal.SIGTERM)
                ended_at = time.monotonic()
                process.wait(GRACE_SECONDS)
                drained = time.monotonic() - ended_at
                time.sleep(0.5)
                ends = list(load.ends)
                with at.running(*serve, port=port, **told):
                    load.wait_for(40)
                    load.is_over = True
                    load.last = json.loads(load.ask("GET", "/v1/changes/checkpoint")[1])["seq"]
                    load.write_once()  # who waits at the last one hears of this
                    heard = [follower.result(60) for follower in following]
                    taken_at = json.loads(load.ask("GET", "/v1/changes/checkpoint")[1])["position"]
                    deadline = time.monotonic() + 30
                    while taken_at not in receiver.taken:
                        assert time.monotonic() < deadline
                        time.sleep(0.1)
        stored = Counter(text for (text,) in psql.execute("SELECT text FROM claim"))
        positions = [position for (position,) in psql.execute(POSITIONS, [first])]
    assert drained < GRACE_SECONDS
    assert load.half_answered == []
    assert set(load.reads) <= {200, 503, 0}
    assert set(load.answered.values()) <= {201, 503, 0}
    assert stored == Counter(text for text, status in load.answered.items() if status == 201)
    assert len(ends) >= STREAMS  # who is back before the other worker is told is ended once more
    assert {how for how, _ in ends} == {"end"}
    assert max(when for _, when in ends) - ended_at < STREAM_SECONDS
    assert all(each == positions[: len(each)] and len(each) >= load.last - first for each in heard)
    assert receiver.taken == positions
