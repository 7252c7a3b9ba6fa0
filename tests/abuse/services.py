"""A service under load: a process of its own on a database that is filled, and those who look at it meanwhile."""

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]
import psycopg
from databases import plain
from services_at import running

WORDS: Final = (
    "shelter", "governor", "drone", "depot", "fire", "official", "witness", "report", "plant", "night",
    "river", "bridge", "missile", "convoy", "harbour", "train", "explosion", "soldier", "village", "hospital",
    "market", "school", "road", "tower", "engine", "pilot", "guard", "border", "island", "valley",
)  # fmt: skip
STANCES: Final = ("support", "deny", "query", "comment", "support")
QUICK_SECONDS: Final = 0.3
WATCHED: Final = ("/livez", "/v1/events/ref:small")
PICTURE: Final = "/v1/events/ref:small/dossier"


def sentence(seed: int, words: int = 12) -> str:
    """Made-up words, the same for a seed."""
    return " ".join(WORDS[(seed * 31 + nth * (seed % 7 + 3)) % len(WORDS)] for nth in range(words)) + f" {seed}"


def event_lines(name: str, statements: int) -> Iterator[dict[str, Any]]:
    """An event, with a claim for five statements, and a source for ten."""
    yield {"type": "event", "ref": name, "title": f"A {name} event", "occurred": "2023-08-09"}
    for nth in range(max(1, statements // 10)):
        yield {"type": "source", "ref": f"{name}-s{nth}", "name": f"Speaker {name} {nth}"}
    for nth in range(max(1, statements // 5)):
        url = f"https://paper{nth % 50}.example/{name}/{nth}"
        yield {"type": "document", "ref": f"{name}-d{nth}", "url": url, "published": "2023-08-09"}
        question = {"text": f"What was it, {nth // 5}?", "kind": "cause"}
        text = sentence(nth)
        yield {"type": "claim", "ref": f"{name}-c{nth}", "event": f"ref:{name}", "text": text, "question": question}
    for nth in range(statements):
        yield {
            "type": "statement", "ref": f"{name}-l{nth}", "claim": f"ref:{name}-c{nth % max(1, statements // 5)}",
            "source": f"ref:{name}-s{nth * 7 % max(1, statements // 10)}", "stance": STANCES[nth % len(STANCES)],
            "said": f"2023-08-{nth % 20 + 10}T{nth % 24:02}:{nth // 24 % 60:02}Z",
            "document": f"ref:{name}-d{nth * 3 % max(1, statements // 5)}", "wording": sentence(nth + 7),
            "language": "en",
        }  # fmt: skip


@dataclass
class Loaded:
    """The service, as those who load it and those who watch it have it."""

    process: psutil.Process
    base: str
    key: str

    def connect(self, timeout: float = 120) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=timeout)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes, float]:
        """Status, body and seconds, on a connection of its own; with the key, unless another Authorization is told."""
        began = time.monotonic()
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"} | headers
        with closing(self.connect()) as connection:  # also where it takes too long
            connection.request(method, path, content, {name: value for name, value in told.items() if value})
            answer = connection.getresponse()
            return answer.status, answer.read(), time.monotonic() - began

    def send_lines(self, lines: Iterable[dict[str, Any]]) -> None:
        content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        status, answer, _ = self.ask("POST", "/v1/ingest", content, **{"Content-Type": "application/x-ndjson"})
        assert status == 200
        assert json.loads(answer.splitlines()[-1])["failed"] == 0, answer[:2000]


@contextmanager
def filled(database_url: str, key: str) -> Iterator[Loaded]:
    """A service of one worker on a small event, one of 190 kB, one of 5,000 statements, and 20,000 claims to search."""
    with running("serve", "--database-url", database_url) as (process, base):
        loaded = Loaded(psutil.Process(process.pid), base, key)
        loaded.send_lines(event_lines("small", 10))
        loaded.send_lines(event_lines("middle", 110))
        loaded.send_lines(event_lines("large", 5_000))
        with psycopg.connect(plain(database_url), autocommit=True) as connection:
            connection.execute("SET statement_timeout = 0")
            connection.execute(
                "INSERT INTO event (slug, title) SELECT 'e-' || n, 'Event ' || n FROM generate_series(1, 100) n"
            )
            words = [*WORDS]
            connection.execute(
                "INSERT INTO claim (event_id, text, language) SELECT e.id, (SELECT string_agg((%s::text[])[1 + "
                "abs(hashint8(n * 100 + i)) %% 30] || ' ' || to_hex(abs(hashint8(n * 7 + i)) %% 2000), ' ') "
                "FROM generate_series(1, 12) i), 'en' FROM generate_series(1, 20000) n JOIN (SELECT id, row_number() "
                "OVER (ORDER BY id) - 1 AS nth FROM event WHERE slug LIKE 'e-%%') e ON e.nth = n %% 100",
                [words],
            )
            connection.execute(
                "INSERT INTO source (name, kind) SELECT 'Speaker ' || n, 'person' FROM generate_series(1, 20000) n"
            )
            connection.execute("VACUUM ANALYZE")
        yield loaded


@dataclass
class Watch:
    """What others have of the service meanwhile."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    bytes_before: int = 0
    most_bytes: int = 0
    again_seconds: float = 0
    failed: list[str] = field(default_factory=list)

    def p99(self, path: str) -> float:
        times = self.milliseconds[path]
        return statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]

    @property
    def grown_mb(self) -> float:
        return (self.most_bytes - self.bytes_before) / 1e6


@contextmanager
def watched(loaded: Loaded, *more: str) -> Iterator[Watch]:
    """Ask for what is small again and again; afterwards see how soon it is as quick as ever.

    From a process of its own: whoever loads the service keeps this one busy.
    """
    watch = Watch(bytes_before=loaded.process.memory_info().rss)
    command = [sys.executable, str(Path(__file__).parent / "looking.py"), loaded.base, *WATCHED, *more]
    looking = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stop = threading.Event()
    weighing = threading.Thread(target=_weigh, args=(loaded, stop, watch))
    weighing.start()
    time.sleep(0.5)
    try:
        yield watch
    finally:
        stop.set()
        weighing.join()
        seen, _ = looking.communicate("stop")
    watch.milliseconds, watch.failed = json.loads(seen)
    began, quick = time.monotonic(), 0
    while quick < 5:
        status, _, seconds = loaded.ask("GET", f"{PICTURE}?said_before={2100 + int(time.time() * 100) % 700}-01-01")
        quick = quick + 1 if status == 200 and seconds < QUICK_SECONDS else 0
        assert time.monotonic() - began < 60, "it is not itself again"
    watch.again_seconds = time.monotonic() - began


def _weigh(loaded: Loaded, stop: threading.Event, watch: Watch) -> None:
    while not stop.wait(0.1):
        watch.most_bytes = max(watch.most_bytes, loaded.process.memory_info().rss)
