"""What grows with what is stored: the same reads, writes and searches among 10 thousand to a million statements.

    python bench/growth.py [--sizes 10000,100000,1000000] [--database-url URL]   (without: a private PostgreSQL)

Events of 100 statements each, with 20 claims, 20 documents and 10 sources of their own, put in set by set with the
ledger on. Then one client asks the service, which keeps no answers, of events that take turns; the limit of each time
is the same at the first size. Wanted: nothing but search and similar grows by more than 1.3, and these stay under 150
milliseconds.
"""

import argparse
import contextlib
import datetime as dt
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import ingest
import psycopg
import service

from app.texts import names

DATABASE: Final = "bench_growth"
STATEMENTS_AN_EVENT: Final = 100
EVENTS_AT_ONCE: Final = 500  # whose rows are one transaction
TIMES, WARM_UP = 40, 10  # calls: after some a connection has its plans
WANTED: Final = 1.3
WANTED_MS: Final = 150
SEARCHING: Final = (
    "search, a rare word",
    "search, a common word",
    "search, every statement's word",
    "search in one event",
    "similar claims of all events",
    "similar claims, common words",
)

SAID_FIRST: Final = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
COMMON: Final = "+".join(f"w{n * 7919:x}ing" for n in range(1, 11))

# :start and :end are numbers of events. Claims are of ten words among 20,000, a tenth of them with `explosion`.
WORDS: Final = """
CREATE TABLE bench_word AS SELECT k, 'w' || to_hex(k * 7919) || 'ing' AS word FROM generate_series(0, 20000) k;
CREATE INDEX ON bench_word (k);
ANALYZE bench_word"""
FILL: Final = (
    """
    INSERT INTO event (ref, slug, title)
    SELECT 'e' || n, 'event-' || n, 'Event ' || n FROM generate_series(%(start)s::int, %(end)s) n""",
    """
    INSERT INTO source (ref, name, kind, party)
    SELECT 's' || n, 'Speaker ' || to_hex(n) || ' of Town ' || n / 10, 'official',
        CASE WHEN n %% 3 > 0 THEN 'side_' || n %% 3 END
    FROM generate_series(%(start)s::int * 10, %(end)s * 10 + 9) n""",
    """
    INSERT INTO document (ref, url, canonical_url, page_key, title, published, published_from, published_to)
    SELECT 'd' || n, u, u, '//paper' || n %% 500 || '.example/' || n, 'Title ' || n,
        '2023-08-09', '2023-08-09Z', '2023-08-10Z'
    FROM generate_series(%(start)s::int * 20, %(end)s * 20 + 19) n
    CROSS JOIN LATERAL (SELECT 'https://paper' || n %% 500 || '.example/' || n) address(u)""",
    """
    INSERT INTO question (event_id, ref, text, kind, single_answer)
    SELECT e.id, 'q' || n, 'What was it, ' || n || '?', 'cause', true
    FROM generate_series(%(start)s::int * 4, %(end)s * 4 + 3) n JOIN event e ON e.ref = 'e' || n / 4""",
    """
    INSERT INTO claim (event_id, question_id, ref, text, language)
    SELECT q.event_id, q.id, 'c' || n, (SELECT string_agg(word, ' ' ORDER BY i) FROM generate_series(1, 10) i
        JOIN bench_word ON k = floor(power(20000, abs(hashint8(n * 100 + i) %% 100000) / 100000.0))::int)
        || CASE WHEN n %% 10 = 0 THEN ' explosion' ELSE '' END
        || CASE WHEN n %% 5000 = 0 THEN ' zeppelin' ELSE '' END, 'en'
    FROM generate_series(%(start)s::int * 20, %(end)s * 20 + 19) n JOIN question q ON q.ref = 'q' || n / 5""",
    """
    INSERT INTO statement (event_id, claim_id, source_id, ref, stance, said, said_from, said_to)
    SELECT c.event_id, c.id, s.id, 'st' || n, CASE WHEN n %% 4 = 3 THEN 'deny' ELSE 'support' END,
        '2023-08-09', '2023-08-09Z', '2023-08-10Z'
    FROM generate_series(%(start)s::int * 100, %(end)s * 100 + 99) n JOIN claim c ON c.ref = 'c' || n / 5
    JOIN source s ON s.ref = 's' || n / 100 * 10 + n * 7 %% 10""",
    """
    INSERT INTO appearance (event_id, statement_id, document_id, ref, wording, language)
    SELECT s.event_id, s.id, d.id, 'a' || n, 'They said so of it, ' || n, 'en'
    FROM generate_series(%(start)s::int * 100, %(end)s * 100 + 99) n JOIN statement s ON s.ref = 'st' || n
    JOIN document d ON d.ref = 'd' || n / 100 * 20 + n * 3 %% 20""",
)


def fill(connection: psycopg.Connection, first_event: int, events: int) -> None:
    for start in range(first_event, events, EVENTS_AT_ONCE):
        end = min(start + EVENTS_AT_ONCE, events) - 1
        with connection.transaction():
            for query in FILL:
                connection.execute(query.encode(), {"start": start, "end": end})
            sources = connection.execute(
                "SELECT id, name FROM source WHERE ref = ANY (%s)",
                [[f"s{n}" for n in range(start * 10, end * 10 + 10)]],
            ).fetchall()
            keys = [(id_, key) for id_, name in sources for key in names.keys(name, person=True)]
            with connection.cursor().copy("COPY source_name_key (source_id, key) FROM STDIN") as copy:
                for row in keys:
                    copy.write_row(row)
    connection.execute("VACUUM ANALYZE")


class Client:
    """One connection to the service."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body)
        self.connection.request(method, path, content, self.headers | ({"Content-Type": kind} if content else {}))
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {text.decode()}")
        return text


def calls(client: Client, events: int) -> dict[str, Callable[[int], Any]]:
    """What is asked, by its name: each a function of a number that is another at every call."""

    def event(nth: int) -> int:
        return nth * 7919 % events

    def core(nth: int) -> Any:
        said = {
            "source": f"ref:s{event(nth) * 10}",
            "document": f"ref:d{event(nth) * 20}",
            "wording": f"It was thus, {nth}",
        }
        body = {"text": f"{ingest.sentence(9)} {nth}", "language": "en", "statements": [said]}
        return client.call("POST", f"/v1/events/ref:e{event(nth)}/claims", body)

    def lines(nth: int, of_events: int) -> Any:
        """The same to store at every size: about so many events, however many there are, and all their claims alike.

        Said at another hour by every call, or a call would bring nothing new where there are few claims.
        """
        made = []
        for n in range(500):
            number = event(of_events * nth + n % of_events)
            claim, source = f"ref:c{number * 20 + n // of_events % 20}", f"ref:s{number * 10 + n % 10}"
            said = (SAID_FIRST + dt.timedelta(hours=nth, seconds=n)).isoformat()
            made.append({"type": "statement", "stance": "support", "claim": claim, "source": source, "said": said})
        return client.call(
            "POST", "/v1/ingest", "".join(json.dumps(line) + "\n" for line in made).encode(), "application/x-ndjson"
        )

    get = "GET"
    return {
        "dossier of 100 statements": lambda nth: client.call(get, f"/v1/events/ref:e{event(nth)}/dossier"),
        "list of 20 claims": lambda nth: client.call(get, f"/v1/events/ref:e{event(nth)}/claims"),
        "list of 50 statements": lambda nth: client.call(get, f"/v1/statements?limit=50&source=ref:s{event(nth) * 10}"),
        "newest 50 statements": lambda _: client.call(get, "/v1/statements?limit=50&sort=-created_at"),
        "one claim": lambda nth: client.call(get, f"/v1/claims/ref:c{event(nth) * 20}"),
        "core call": core,
        "500 lines about 5 events": lambda nth: lines(nth, 5),
        "500 lines about 100 events": lambda nth: lines(nth, 100),
        "search, a rare word": lambda _: client.call(get, "/v1/search?q=zeppelin"),
        "search, a common word": lambda _: client.call(get, "/v1/search?q=explosion"),
        "search, every statement's word": lambda _: client.call(get, "/v1/search?q=said"),
        "search in one event": lambda nth: client.call(get, f"/v1/search?q=explosion&event=ref:e{event(nth)}"),
        "similar claims of all events": lambda _: client.call(get, "/v1/claims/similar?text=Explosion+of+a+zeppelin"),
        "similar claims, common words": lambda _: client.call(get, f"/v1/claims/similar?text={COMMON}"),
    }  # fmt: skip


def medians(client: Client, events: int, numbers: "itertools.count[int]") -> dict[str, float]:
    """Milliseconds of each call."""
    took: dict[str, float] = {}
    for name, call in calls(client, events).items():
        times = []
        for _ in range(TIMES + WARM_UP):
            began = time.perf_counter()
            call(next(numbers))
            times.append(1000 * (time.perf_counter() - began))
        took[name] = statistics.median(times[WARM_UP:])
    return took


def verify_microseconds(server: str, changes: int) -> float:
    """What walking the ledger costs a change."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "app", "verify", "--database-url", service.sqlalchemy_url(server, DATABASE)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return 1e6 * (time.perf_counter() - began) / changes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="statements, rising, with commas")
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    os.environ["COUNTERCLAIM_KEPT_MB"] = "0"
    numbers = itertools.count(1)
    first: dict[str, float] = {}
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        service.create_database(server, DATABASE)
        key = service.create_key(server, DATABASE)
        connection = stack.enter_context(psycopg.connect(service.url(server, DATABASE), autocommit=True))
        connection.execute("SET statement_timeout = 0")
        connection.execute(WORDS)
        filled_events = 0
        for size in map(int, chosen.sizes.split(",")):
            began = time.perf_counter()
            events = size // STATEMENTS_AN_EVENT
            fill(connection, filled_events, events)
            filled_events = events
            changes = connection.execute("SELECT seq FROM ledger_head").fetchone()[0]  # type: ignore[index]
            print(f"{size:,} statements, {changes:,} changes in {time.perf_counter() - began:.0f} s")
            with service.serving(server, DATABASE) as (port, process):
                took = medians(Client(port, key), events, numbers)
                took["verify, of 1,000 changes"] = verify_microseconds(server, changes)
                memory = process.memory_info().rss / 1e6
            for name, milliseconds in took.items():
                limit = first.setdefault(name, milliseconds)
                wanted = f"under {WANTED_MS} ms" if name in SEARCHING else f"at most {WANTED}"
                print(
                    f"  {name:30} {milliseconds:8.1f} ms   {milliseconds / limit:5.2f} of the first   wanted {wanted}"
                )
            print(f"  the service: {memory:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
