"""How long searches take among 100,000 claims and as many wordings, beside one look-up by key and one whole reading.

    python bench/search.py

Everything is asked as a client asks it, in one process with the service; the database is a private PostgreSQL in a
temporary folder. Numbers of a machine mean little: what to look at is the ratio to the look-up in the same run.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import structlog
from sqlalchemy.engine import make_url

from app import embedded
from app.database import Signature
from app.main import create_app
from app.services import access, migrating
from app.settings import Settings
from app.vocabulary import Scope, words

ROWS = 100_000
TIMES = 15
FILL = [
    "SET statement_timeout = 0",
    "INSERT INTO event (slug, title) SELECT 'event-' || n, 'Event ' || n FROM generate_series(1, 100) n",
    # Twelve words each, of 20,000, few of them often; every tenth claim has `explosion`, a few have `zeppelin`.
    f"""
    CREATE TEMP TABLE made AS
    WITH word AS MATERIALIZED (SELECT k, 'w' || to_hex(k * 7919) || 'ing' AS word FROM generate_series(0, 20000) k)
    SELECT n, string_agg(word, ' ') || CASE WHEN n % 10 = 0 THEN ' explosion' ELSE '' END
        || CASE WHEN n % 2 = 0 THEN ' drones' ELSE '' END
        || CASE WHEN n % 10000 = 0 THEN ' zeppelin' ELSE '' END AS text
    FROM generate_series(1, {ROWS}) n CROSS JOIN generate_series(1, 12) i
    JOIN word ON k = floor(power(20000, (abs(hashint8(n * 100 + i)) % 100000) / 100000.0))::int
    GROUP BY n""",  # noqa: S608
    """
    INSERT INTO claim (event_id, text, language)
    SELECT e.id, m.text, (ARRAY['en', 'ru', 'fr', NULL])[1 + n % 4]
    FROM made m JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM event) e ON e.nth = m.n % 100""",
    "INSERT INTO statement (event_id, claim_id) SELECT event_id, id FROM claim",
    """
    INSERT INTO appearance (event_id, statement_id, wording, language)
    SELECT s.event_id, s.id, 'They said: ' || c.text, c.language FROM statement s JOIN claim c ON c.id = s.claim_id""",
    "VACUUM ANALYZE search_entry, claim, statement, appearance, event",
]
SEARCHES = {
    "a rare word (20 of 200,000)": "q=zeppelin",
    "a common word (20,000)": "q=explosion",
    "a common word, claims alone": "q=explosion&type=claim",
    "a common word in one event": "q=explosion&event=event-7",
    "a word of every second text (100,000)": "q=drones",
    "two words": "q=explosion drones",
    "a phrase": 'q="explosion drones"',
    "a common word, counted": "q=explosion&count=true&facets=type,language",
    "32 words or so": "q=" + " or ".join(f"w{n * 7919:x}ing" for n in range(300, 316)),
}


def fill(url: str) -> str:
    """Make the rows up; gives the id of one claim."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        begun = time.perf_counter()
        for query in FILL:
            connection.execute(query)
        row: Any = connection.execute(
            "SELECT pg_size_pretty(pg_total_relation_size('search_entry')),"
            " pg_size_pretty(pg_total_relation_size('claim')), pg_size_pretty(pg_total_relation_size('appearance')),"
            " (SELECT id FROM claim LIMIT 1)"
        ).fetchone()
        print(f"{ROWS:,} claims and wordings stored in {time.perf_counter() - begun:.0f} s")
        print(f"on disk: what is searched {row[0]}, claims {row[1]}, appearances {row[2]}")
        return str(row[3])


async def median(call: Callable[[], Awaitable[httpx.Response]]) -> float:
    """Of TIMES calls, after three that warm up, in milliseconds."""
    took = []
    for _ in range(TIMES + 3):
        begun = time.perf_counter()
        answer = await call()
        took.append(1000 * (time.perf_counter() - begun))
        if not answer.is_success:
            raise RuntimeError(answer.text)
    return statistics.median(took[3:])


async def measure(url: str, claim_id: str) -> None:
    app = create_app(Settings(database_url=url))
    async with app.state.database.writing(Signature("bench")) as session:
        key = (await access.create(session, access.OPERATOR, "bench", words(Scope))).token
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://bench", headers=headers, timeout=60
    ) as client:
        unit = await median(lambda: client.get(f"/v1/claims/{claim_id}"))
        text = (await client.get(f"/v1/claims/{claim_id}")).json()["text"]
        paths = {f"search: {name}": f"/v1/search?{query}" for name, query in SEARCHES.items()}
        paths["search, without a key: a common word"] = "/v1/search?q=explosion"
        paths["similar claims of one event"] = f"/v1/claims/similar?event=event-7&text={text}"
        paths["similar claims of all events"] = f"/v1/claims/similar?text={text}"
        paths["a list that reads the whole table (q=)"] = "/v1/claims?q=zeppelin"
        print(f"\n{'one claim by its id':42} {unit:8.1f} ms {1:8.1f}")
        for name, path in paths.items():
            if "without a key" in name:
                del client.headers["Authorization"]
            milliseconds = await median(lambda: client.get(path))  # noqa: B023  (awaited at once)
            client.headers.update(headers)
            print(f"{name:42} {milliseconds:8.1f} ms {milliseconds / unit:8.1f}")
        await reports(client, unit)
    await app.state.database.dispose()


async def reports(client: httpx.AsyncClient, unit: float) -> None:
    """Reports of ten new claims about an event of a thousand, with and without words to compare."""
    number = iter(range(10**9))

    def body(figures: bool) -> dict[str, Any]:
        def claim() -> dict[str, Any]:
            nth = next(number)
            if figures:
                return {"question": {"measure": "killed"}, "figure": {"min": nth}}
            return {"text": f"The {nth}th drone struck the {nth % 7}th plant", "language": "en"}

        return {
            "ref": f"report-{next(number)}",
            "events": [{"event": "event-7", "claims": [claim() for _ in range(10)]}],
        }

    for name, figures in {"a report of ten new figures": True, "a report of ten new claims": False}.items():
        took = await median(lambda: client.post("/v1/reports", json=body(figures)))  # noqa: B023
        print(f"{name:42} {took:8.1f} ms {took / unit:8.1f}")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder, embedded.using(Path(folder)) as where:
        migrating.migrate(where)
        asyncio.run(measure(where, fill(where)))
