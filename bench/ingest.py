"""How fast lines go in: NDJSON over HTTP into one server, beside psycopg putting the same rows into the same tables.

    python bench/ingest.py [--lines 20000] [--request 5000] [--database-url URL]   (without: a private PostgreSQL)

With fsync and the ledger on, and everything on one machine. By turns a request goes over HTTP (rows of all record
tables are counted, from the first byte sent to the last of the answer), and the rows that came of it go into another
database of the same server with set-based INSERTs, 1,000 rows a transaction, table by table. What counts is the ratio
of the two rates. Also told: the server's memory, and how long interactive writes take while a load runs.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import statistics
import threading
import time
from typing import Any, Final

import psycopg
import service
from psycopg import sql

from app.models import table_of
from app.schemas.kinds import KINDS

BATCH: Final = 1000
REQUEST: Final = 5000  # lines of one request
TRIES: Final = 3
STANCES: Final = ("support", "support", "deny", "comment", "query")
_chance = random.Random(1)
WORDS: Final = ["".join(_chance.choices("abcdefghijklmnoprstuvw", k=_chance.randint(2, 9))) for _ in range(20_000)]


def sentence(words: int) -> str:
    return " ".join(_chance.choices(WORDS, k=words))


# --- the lines -------------------------------------------------------------------------------------------------------


def ground() -> list[dict[str, Any]]:
    """What the statements are about: 20 events with 20 claims each, 200 sources, 1,000 articles."""
    lines: list[dict[str, Any]] = [{"type": "event", "ref": f"e{n}", "title": f"Event {n}"} for n in range(20)]
    lines += [
        {"type": "source", "ref": f"s{n}", "name": f"Source {n} {sentence(1)}", "kind": "official"} for n in range(200)
    ]
    lines += [
        {
            "type": "document",
            "ref": f"d{n}",
            "url": f"https://news.example/{n}",
            "published": f"2023-08-{n % 28 + 1:02}",
        }
        for n in range(1000)
    ]
    lines += [
        {"type": "claim", "ref": f"c{n}", "event": f"ref:e{n % 20}", "text": sentence(9), "language": "en"}
        for n in range(400)
    ]
    return lines


def plain(count: int) -> list[dict[str, Any]]:
    """Who says what about a claim, and when: one row a line."""
    return [
        {
            "type": "statement",
            "ref": f"p{n}",
            "claim": f"ref:c{_chance.randrange(400)}",
            "source": f"ref:s{_chance.randrange(200)}",
            "stance": _chance.choice(STANCES),
            "said": f"2023-08-{n % 28 + 1:02}T{n % 24:02}:{n % 60:02}:{n // 60 % 60:02}Z",
        }
        for n in range(count)
    ]


def worded(count: int) -> list[dict[str, Any]]:
    """The same with where it stands, and in which words: two rows a line."""
    return [
        line
        | {
            "ref": f"w{n}",
            "document": f"ref:d{_chance.randrange(1000)}",
            "said": f"2023-09-{n % 28 + 1:02}T{n % 24:02}:{n % 60:02}:{n // 60 % 60:02}Z",
            "wording": sentence(12),
            "language": "en",
        }
        for n, line in enumerate(plain(count))
    ]


def reports(count: int) -> list[dict[str, Any]]:
    """Articles with about five statements each, about 50 events, by 500 sources, with a text of 2 kB."""
    lines = []
    for nth in range(count):
        event = nth % 50
        wordings = [sentence(12) for _ in range(5)]
        claims = [
            {
                "text": f"{event} {sentence(8)}"
                if _chance.random() < 0.5
                else f"Claim {_chance.randrange(40)} of {event}",
                "language": "en",
                "question": {"text": f"Question {number % 3} about {event}?", "kind": "other"},
                "statements": [
                    {
                        "source": {"name": f"Speaker {_chance.randrange(500)}", "kind": "official"},
                        "stance": _chance.choice(STANCES),
                        "wording": words,
                        "quoted": number % 2 == 0,
                        "language": "en",
                    }
                ],
            }
            for number, words in enumerate(wordings)
        ]
        document = {
            "url": f"https://paper{nth % 30}.example/{nth}",
            "publisher": {"name": f"Paper {nth % 30}", "kind": "outlet"},
            "published": f"2023-08-{nth % 28 + 1:02}T{nth % 24:02}:{nth % 60:02}Z",
            "language": "en",
            "text": ". ".join([*wordings, sentence(250)]),
        }
        event_part = {"ref": f"ev{event}", "title": f"Event {event}", "claims": claims}
        lines.append({"type": "report", "ref": f"r{nth}", "document": document, "events": [event_part]})
    return lines


# --- over HTTP -------------------------------------------------------------------------------------------------------


def renewed(lines: list[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    """The same of another year, so that nothing of it is there."""
    text = json.dumps(lines).replace('"2023-', f'"{year}-').replace('"ref": "', f'"ref": "{year}')
    new_lines: list[dict[str, Any]] = json.loads(text.replace(".example/", f".example/{year}"))
    return new_lines


def requests(lines: list[dict[str, Any]], of_one: int = REQUEST) -> list[tuple[bytes, int]]:
    """Bodies of so many lines each, and how many."""
    parts = (lines[start : start + of_one] for start in range(0, len(lines), of_one))
    return [("".join(json.dumps(line) + "\n" for line in part).encode(), len(part)) for part in parts]


def post(port: int, key: str, lines: list[dict[str, Any]]) -> float:
    """Send all; every line must go in."""
    return send_requests(port, key, requests(lines))


def send_requests(port: int, key: str, requests: list[tuple[bytes, int]]) -> float:
    """The seconds it takes. Lines for which the database was busy are sent again, as a client does, and told of."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    for body, count in requests:
        for again in range(TRIES):
            connection.request(
                "POST", "/v1/ingest", body, {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {key}"}
            )
            answer = connection.getresponse().read().splitlines()
            summary = json.loads(answer[-1])
            if summary.get("failed") == 0 and summary["lines"] == count:
                break
            refused = [line for line in map(json.loads, answer) if line.get("status", 200) >= 400]
            if again == TRIES - 1 or not refused or not all(line.get("retryable") for line in refused):
                raise SystemExit(json.dumps(next(iter(refused), summary)))
            print(f"  {len(refused)} of {count} lines sent again: {refused[0]['detail']}", flush=True)
    return time.perf_counter() - began


def interactive(port: int, key: str, stop: threading.Event, took: list[float]) -> None:
    """A journalist who stores a source again and again."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    nth = 0
    while not stop.is_set():
        nth += 1
        began = time.perf_counter()
        body = json.dumps({"name": f"Journalist's {time.time_ns()}", "kind": "person"})
        connection.request(
            "POST", "/v1/sources", body, {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        )
        connection.getresponse().read()
        took.append(time.perf_counter() - began)
        time.sleep(0.05)


# --- the limit -------------------------------------------------------------------------------------------------------

ORDER: Final = (
    "source", "document", "document_version", "document_link", "report", "event", "event_link", "question", "claim",
    "statement", "appearance", "appearance_hop", "claim_link", "assessment", "assessment_document",
)  # fmt: skip


def counts(connection: psycopg.Connection) -> dict[str, int]:
    return {
        table: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]  # type: ignore[index]
        for table in ORDER
    }


def copied(source: psycopg.Connection, target: psycopg.Connection, after: dict[str, int]) -> tuple[int, float]:
    """Put what is in one database but for the first `after` rows of each table into the other: rows, and seconds."""
    named = {
        kind.name: [column.name for column in table_of(kind.model).columns if column.computed is None] for kind in KINDS
    }
    batches: list[tuple[sql.Composed, list[str]]] = []
    for table in ORDER:
        names = sql.SQL(", ").join(map(sql.Identifier, named[table]))
        rows = source.execute(
            sql.SQL("SELECT to_jsonb(t)::text FROM (SELECT {} FROM {} ORDER BY created_at, id OFFSET {}) t").format(
                names, sql.Identifier(table), after[table]
            )
        ).fetchall()
        source.commit()
        into = sql.SQL("INSERT INTO {t} ({n}) SELECT {n} FROM jsonb_populate_recordset(NULL::{t}, %s::jsonb)").format(
            t=sql.Identifier(table), n=names
        )
        texts = [row[0] for row in rows]
        batches += [(into, texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
    began = time.perf_counter()
    for into, texts in batches:
        target.execute(into, (f"[{','.join(texts)}]",))
        target.commit()
    return sum(len(texts) for _, texts in batches), time.perf_counter() - began


# --- the run ---------------------------------------------------------------------------------------------------------


def measure(
    name: str, server: str, lines: list[dict[str, Any]], *, base: list[dict[str, Any]], of_one: int = REQUEST
) -> None:
    service_database, limit_database = f"bench_{name}", f"limit_{name}"
    for database in (service_database, limit_database):
        service.create_database(server, database)
    key = service.create_key(server, service_database)
    with (
        service.serving(server, service_database) as (port, process),
        psycopg.connect(service.url(server, service_database), autocommit=True) as stored,
        psycopg.connect(service.url(server, limit_database)) as limit,
    ):
        post(port, key, base)
        copied(stored, limit, dict.fromkeys(ORDER, 0))

        memory = [process.memory_info().rss]
        rows, seconds, limit_seconds = 0, 0.0, 0.0
        for request in requests(lines, of_one):
            before = counts(stored)
            seconds += send_requests(port, key, [request])
            memory.append(process.memory_info().rss)
            new_rows, took = copied(stored, limit, before)
            rows, limit_seconds = rows + new_rows, limit_seconds + took
        # Interactive writes while as much goes in again, with other times and addresses.
        times: list[float] = []
        stop = threading.Event()
        loads = [requests(renewed(lines, year), of_one) for year in (2020, 2021, 2022)]
        thread = threading.Thread(target=interactive, args=(port, key, stop, times))
        thread.start()
        for load in loads:
            send_requests(port, key, load)
        stop.set()
        thread.join()
    p95 = statistics.quantiles(times, n=20)[-1] * 1000 if len(times) > 20 else float("nan")
    print(
        f"{name:9} {len(lines):7,} lines {len(lines) / seconds:8,.0f}/s {rows:8,} rows {rows / seconds:8,.0f}/s"
        f"  psycopg {rows / limit_seconds:8,.0f}/s"
        f"  ratio {limit_seconds / seconds:5.2f}  memory {memory[0] / 1e6:.0f} -> {max(memory) / 1e6:.0f} MB"
        f"  interactive p50 {statistics.median(times) * 1000:.0f} ms p95 {p95:.0f} ms of {len(times)}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--request", type=int, default=REQUEST, help="lines of one request")
    parser.add_argument("--only", choices=("plain", "worded", "reports"))
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        for name, make, count in (
            ("plain", plain, chosen.lines),
            ("worded", worded, chosen.lines),
            ("reports", reports, chosen.lines // 10),
        ):
            if chosen.only in (None, name):
                measure(name, server, make(count), base=ground() if make is not reports else [], of_one=chosen.request)


if __name__ == "__main__":
    os.environ.pop("COUNTERCLAIM_DATABASE_URL", None)
    main()
