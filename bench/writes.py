"""How fast single writes go in: 16 clients of one server, beside psycopg writing single rows into the same database.

    python bench/writes.py [--seconds 5] [--rounds 3] [--database-url URL]   (without: a private PostgreSQL)

With fsync and the ledger on, and everything on one machine. In each round 16 psycopg clients insert sources, each in a
transaction that takes the ledger's lock and says who writes; then 16 HTTP clients send one kind of body after the
other. What counts is the ratio of the rates of one run. Then one client sends alone; and a journalist writes while
lines go in. Processor time is that of the service and of PostgreSQL, without the clients'.
"""

import argparse
import contextlib
import itertools
import json
import os
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import ingest
import psutil  # type: ignore[import-untyped]
import psycopg
import service
from ingest import WORDS, sentence
from uuid_utils.compat import uuid7

CLIENTS: Final = 16
ALONE: Final = 60  # calls of one client
EVENTS: Final = 40
_numbers: Final = itertools.count()


# --- what is sent ----------------------------------------------------------------------------------------------------


def source() -> tuple[str, dict[str, Any]]:
    return "/v1/sources", {"name": f"{sentence(2)} {next(_numbers)}", "kind": "official"}


def core_call() -> tuple[str, dict[str, Any]]:
    """One claim that answers a question, and who says so in which document."""
    number = next(_numbers)
    statement = {
        "source": {"name": f"Speaker {number % 500} {WORDS[number % 500]}", "kind": "official"},
        "wording": sentence(12),
        "quoted": True,
        "language": "en",
        "document": {"url": f"https://news{number % 30}.example/core/{number}", "published": "2023-08-09T14:00Z"},
    }
    claim = {
        "text": sentence(9),
        "language": "en",
        "question": {"text": f"What caused it, part {number % 3}?", "kind": "cause"},
        "statements": [statement],
    }
    return f"/v1/events/event-{number % EVENTS}/claims", claim


def report() -> tuple[str, dict[str, Any]]:
    """An article of 2 kB that brings five claims, each with who says it."""
    number = next(_numbers)
    wordings = [sentence(12) for _ in range(5)]
    claims = [
        {
            "text": f"{sentence(8)} {number}",
            "language": "en",
            "question": {"text": f"Question {nth % 3} about it?", "kind": "other"},
            "statements": [
                {
                    "source": {"name": f"Speaker {(number + nth) % 500} {WORDS[(number + nth) % 500]}"},
                    "wording": wording,
                    "quoted": nth % 2 == 0,
                    "language": "en",
                }
            ],
        }
        for nth, wording in enumerate(wordings)
    ]
    document = {
        "url": f"https://paper{number % 30}.example/report/{number}",
        "publisher": {"name": f"Paper {number % 30}", "kind": "outlet"},
        "published": "2023-08-09T16:00Z",
        "language": "en",
        "text": ". ".join([*wordings, sentence(250)])[:2000],
    }
    event = {"event": f"event-{number % EVENTS}", "claims": claims}
    return "/v1/reports", {"ref": f"report-{number}", "document": document, "events": [event]}


@dataclass
class Sent:
    """A kind of body, what is wanted of it, and what came of it."""

    name: str
    make: Callable[[], tuple[str, dict[str, Any]]]
    wanted_ratio: float
    wanted_ms: float | None
    ratios: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    service_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)


def kinds() -> list[Sent]:
    return [
        Sent("source", source, 0.5, None),
        Sent("core call", core_call, 0.15, 15),
        Sent("report", report, 0.08, 30),
    ]


# --- clients ---------------------------------------------------------------------------------------------------------


class Client:
    """One connection that sends and waits, with as little work of its own as can be: it runs on the same machine."""

    def __init__(self, port: int, key: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"Host: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\n"

    def post(self, path: str, value: dict[str, Any]) -> bytes:
        """The answer, which must be a success."""
        body = json.dumps(value).encode()
        request = f"POST {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(request.encode() + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._chunk()
        head, _, answer = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(answer) < length:
            answer += self._chunk()
        if not head.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(f"{path}: {answer.decode()}")
        return answer

    def send(self, kind: Sent) -> None:
        self.post(*kind.make())

    def timed(self, kind: Sent) -> float:
        """The milliseconds that one takes."""
        path, body = kind.make()
        began = time.perf_counter()
        self.post(path, body)
        return (time.perf_counter() - began) * 1000

    def _chunk(self) -> bytes:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise RuntimeError("the server hung up")
        return chunk


_LOCK: Final = (
    "SELECT pg_advisory_xact_lock(20230809, 1), set_config('counterclaim.actor', %s, true), "
    "set_config('counterclaim.reason', '', true), set_config('counterclaim.request', %s, true)"
)
_ROW: Final = "INSERT INTO source (id, name, kind) VALUES (%s, %s, 'official')"


def insert_row(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute(_LOCK, ("bench", str(next(_numbers))))
        connection.execute(_ROW, (uuid7(), f"{sentence(2)} {next(_numbers)}"))


def together(clients: Sequence[Callable[[], object]], seconds: float) -> float:
    """Have all work at once, each after its own answer; gives how often they came to an end, a second."""
    began = time.perf_counter()

    def work(client: Callable[[], object]) -> int:
        count = 0
        while time.perf_counter() - began < seconds:
            client()
            count += 1
        return count

    with ThreadPoolExecutor(len(clients)) as threads:
        counts = list(threads.map(work, clients))
    return sum(counts) / (time.perf_counter() - began)


def processor_seconds(process: psutil.Process) -> float:
    """Of a process and its children, those included that have ended."""
    seconds = 0.0
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            seconds += times.user + times.system
    ended = process.cpu_times()
    return seconds + float(ended.children_user + ended.children_system)


# --- the run ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """A service on a database of its own."""

    url: str
    port: int
    key: str
    service: psutil.Process
    postgres: psutil.Process

    def rounds(self, sent: list[Sent], seconds: float, rounds: int) -> list[float]:
        """Fill in the rates and ratios; gives the rates of psycopg."""
        with contextlib.ExitStack() as stack:
            inserting = []
            for _ in range(CLIENTS):
                connection = stack.enter_context(psycopg.connect(self.url, autocommit=True))
                inserting.append(partial(insert_row, connection))
            together(inserting, 0.5)  # connections and plans are made
            rows = [together(inserting, seconds)]
            for _, kind in itertools.product(range(rounds), sent):
                clients = [Client(self.port, self.key) for _ in range(CLIENTS)]
                posting = [partial(client.send, kind) for client in clients]
                together(posting, 0.5)
                before = processor_seconds(self.service), processor_seconds(self.postgres)
                kind.rates.append(together(posting, seconds))
                calls = kind.rates[-1] * seconds
                kind.service_ms.append((processor_seconds(self.service) - before[0]) / calls * 1000)
                kind.database_ms.append((processor_seconds(self.postgres) - before[1]) / calls * 1000)
                rows.append(together(inserting, seconds))
                kind.ratios.append(kind.rates[-1] / statistics.mean(rows[-2:]))
            return rows

    def alone(self, kind: Sent) -> list[float]:
        """The milliseconds of each call of one client."""
        client = Client(self.port, self.key)
        return [client.timed(kind) for _ in range(ALONE)][5:]

    def beside_a_load(self, sent: list[Sent], lines: int) -> list[float]:
        """The milliseconds of each write of a journalist, one of each kind in turn, while lines with wordings go in."""
        ingest.post(self.port, self.key, ingest.ground())
        requests = ingest.requests(ingest.worded(lines))
        took: list[float] = []
        ended = threading.Event()
        client = Client(self.port, self.key)

        def write() -> None:
            for kind in itertools.cycle(sent):
                if ended.wait(0.05):
                    return
                took.append(client.timed(kind))

        with ThreadPoolExecutor(1) as threads:
            journalist = threads.submit(write)
            try:
                ingest.send_requests(self.port, self.key, requests)
            finally:
                ended.set()
            journalist.result()
        return took


@contextlib.contextmanager
def started(server: str) -> Iterator[Bench]:
    """A service on a fresh database of this server."""
    name = "bench_writes"
    service.create_database(server, name)
    key = service.create_key(server, name)
    with psycopg.connect(server, autocommit=True) as admin:
        row = admin.execute("SELECT pg_backend_pid()").fetchone()
        backend = psutil.Process(row[0] if row else 0)  # of this machine: its processor time is told
        postgres = backend.parent() or backend
    with service.serving(server, name) as (port, process):
        bench = Bench(service.url(server, name), port, key, process, postgres)
        client = Client(port, key)
        for number in range(EVENTS):
            client.post("/v1/events", {"title": f"Event {number}", "slug": f"event-{number}"})
        yield bench


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def measure(server: str, *, seconds: float, rounds: int, lines: int) -> bool:
    """Print all; gives whether everything is as wanted."""
    sent = kinds()
    with started(server) as bench:
        alone = {kind.name: bench.alone(kind) for kind in sent}
        rows = bench.rounds(sent, seconds, rounds)
        beside = bench.beside_a_load(sent, lines)
        with psycopg.connect(bench.url) as connection:
            version = connection.info.server_version // 10000
    print(f"PostgreSQL {version}; {CLIENTS} psycopg clients: {statistics.mean(rows):,.0f} rows/s ({min(rows):,.0f} to "
          f"{max(rows):,.0f})")  # fmt: skip
    fine = True
    for kind in sent:
        ratio, median = statistics.median(kind.ratios), statistics.median(alone[kind.name])
        fine &= ratio >= kind.wanted_ratio and (kind.wanted_ms is None or median <= kind.wanted_ms)
        wanted = f" (wanted {kind.wanted_ms:.0f})" if kind.wanted_ms else ""
        print(
            f"{kind.name:9} {statistics.mean(kind.rates):6,.0f}/s  ratio {ratio:.2f} ({min(kind.ratios):.2f} to "
            f"{max(kind.ratios):.2f}, wanted {kind.wanted_ratio})  alone {median:.1f} ms{wanted}, p95 "
            f"{p95(alone[kind.name]):.1f}  processor: service {statistics.median(kind.service_ms):.1f} ms, database "
            f"{statistics.median(kind.database_ms):.1f} ms"
        )
    fine &= p95(beside) <= 200
    print(f"beside {lines:,} lines: p50 {statistics.median(beside):.0f} ms, p95 {p95(beside):.0f} ms (wanted 200) "
          f"of {len(beside)}", flush=True)  # fmt: skip
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=20_000, help="of the load beside which a journalist writes")
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        fine = measure(server, seconds=chosen.seconds, rounds=chosen.rounds, lines=chosen.lines)
    raise SystemExit(0 if fine else 1)


if __name__ == "__main__":
    os.environ.pop("COUNTERCLAIM_DATABASE_URL", None)
    main()
