"""What a large dossier does to everybody else: how long small answers take while one of 5,000 statements is drawn.

    python bench/large.py [--statements 5000] [--rounds 5] [--database-url URL]   (without: a private PostgreSQL)

One service with one worker. Somebody asks for `/livez`, and for a small event, every 20 ms; first alone, then while
the large dossier is asked for without a pause, uncompressed and in each encoding in turn. What counts is the 99th
percentile; the limit is that of the same requests alone, in the same run.
"""

import argparse
import contextlib
import http.client
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import ingest
import service

ENCODINGS: Final = ("identity", "gzip", "br", "zstd")
PATHS: Final = ("/livez", "/v1/events/ref:small")
DATABASE: Final = "bench_large"
PAUSE_SECONDS: Final = 0.02
ALONE_SECONDS: Final = 3


def lines(statements: int) -> list[dict[str, Any]]:
    """A large event, with a claim and a document for five statements and a source for ten; and a small one."""
    ground: list[dict[str, Any]] = [
        {"type": "event", "ref": name, "title": f"A {name} event"} for name in ("large", "small")
    ]
    ground += [{"type": "source", "ref": f"s{n}", "name": f"Speaker {n}"} for n in range(statements // 10)]
    ground += [
        {"type": "document", "ref": f"d{n}", "url": f"https://paper{n % 50}.example/{n}", "published": "2023-08-09"}
        for n in range(statements // 5)
    ]
    ground += [
        {
            "type": "claim", "ref": f"c{n}", "event": "ref:large", "text": ingest.sentence(9), "language": "en",
            "question": {"text": f"What was it, {n // 5}?", "kind": "cause"},
        }
        for n in range(statements // 5)
    ]  # fmt: skip
    said = [
        {
            "type": "statement", "ref": f"l{n}", "claim": f"ref:c{n % (statements // 5)}",
            "source": f"ref:s{n * 7 % (statements // 10)}", "stance": ingest.STANCES[n % len(ingest.STANCES)],
            "said": f"2023-08-{n % 20 + 10}T{n % 24:02}:{n // 24 % 60:02}Z",
            "document": f"ref:d{n * 3 % (statements // 5)}", "wording": ingest.sentence(12), "language": "en",
        }
        for n in range(statements)
    ]  # fmt: skip
    return [*ground, *said]


def asking(port: int, path: str, stop: threading.Event, took: list[float]) -> None:
    """Ask again and again, as many clients with a pause would; note the milliseconds of each answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while not stop.wait(PAUSE_SECONDS):
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")


@contextlib.contextmanager
def asked_for(port: int) -> Iterator[dict[str, list[float]]]:
    """The milliseconds of each small answer meanwhile, by path."""
    took: dict[str, list[float]] = {path: [] for path in PATHS}
    stop = threading.Event()
    askers = [threading.Thread(target=asking, args=(port, path, stop, took[path])) for path in PATHS]
    for asker in askers:
        asker.start()
    try:
        yield took
    finally:
        stop.set()
        for asker in askers:
            asker.join()


def draw(port: int, encoding: str, nth: int) -> tuple[float, int]:
    """Ask for the large dossier as it has not been asked for before: seconds, and bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    said_before = f"2024-{nth // 28 % 12 + 1:02}-{nth % 28 + 1:02}"
    path = f"/v1/events/ref:large/dossier?said_before={said_before}"
    connection.request("GET", path, headers={"Accept-Encoding": encoding})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(body.decode())
    return time.perf_counter() - began, len(body)


def told(what: str, took: dict[str, list[float]]) -> None:
    for path, times in took.items():
        parts = statistics.quantiles(times, n=100)
        print(
            f"{what:24} {path:22} {len(times):5} answers   p50 {parts[49]:6.1f} ms   p99 {parts[98]:6.1f} ms"
            f"   longest {max(times):6.1f} ms",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        service.create_database(server, DATABASE)
        key = service.create_key(server, DATABASE)
        port, process = stack.enter_context(service.serving(server, DATABASE))
        ingest.post(port, key, lines(chosen.statements))
        draw(port, "identity", 0)
        with asked_for(port) as alone:
            time.sleep(ALONE_SECONDS)
        told("alone", alone)
        nth = 0
        for encoding in ENCODINGS:
            with asked_for(port) as beside:
                drawn = []
                for _ in range(chosen.rounds):
                    nth += 1
                    drawn.append(draw(port, encoding, nth))
            told(f"beside {encoding}", beside)
            seconds = statistics.median(took for took, _ in drawn)
            print(
                f"  the dossier: {seconds:.2f} s, {drawn[0][1] / 1e6:.1f} MB;"
                f" the service {process.memory_info().rss / 1e6:.0f} MB"
            )


if __name__ == "__main__":
    main()
