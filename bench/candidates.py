"""What it costs to look for who and what a mention may be, among 100,000 sources and 1,000,000 documents.

    python bench/candidates.py [--database-url URL]    (an empty database; without: a private PostgreSQL, fsync on)

Names are made of syllables in four scripts, and many share words. Everything is asked as a client asks it, in one
process with the service: before the tables were analysed, and after. New sources and documents are stored with
looking and without, taking turns: the difference is what looking costs a name (wanted: 2 ms), and the ratio is to
storing without. Look-ups by address are beside one by id.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias
from unittest import mock

import httpx
import psycopg
import structlog
from sqlalchemy.engine import make_url

from app import embedded
from app.database import Signature
from app.main import create_app
from app.services import access, migrating, namesakes
from app.services.intake import by_name, matching
from app.settings import Settings
from app.texts import names
from app.vocabulary import Scope, words

SOURCES, DOCUMENTS, BATCH = 100_000, 1_000_000, 100
TIMES, WARM_UP = 60, 12  # calls: after some a connection has its plans
TABLES: Final = ("source", "source_name_key", "document")
SYLLABLES: Final = {
    "latin": "ba dor ki lu mer no pa ris sol tan ve zim gra fel hu jo sch stei ner wal",
    "cyrillic": "ба дор ки лу мер но па рис сол тан ве зим гра фел ху жо шч ще нер вал",
    "greek": "βα δορ κι λου μερ νο πα ρις σολ ταν βε ζιμ γρα φελ χη θο ψα ξε νερ γαλ",
    "arabic": "با دور كي لو مير نو پا ريس سول تان وي زيم غرا فيل هو جو شا صد نير وال",
}
BODIES: Final = ("Ministry of", "Office for", "Committee of the", "Union of", "Regional Council of")


def word(script: str, number: int) -> str:
    """Of two syllables and more, as the number is large."""
    syllables = SYLLABLES[script].split()
    letters = syllables[number % 20]
    while (number := number // 20) > 0 or len(letters) < 3:
        letters += syllables[number % 20]
    return letters.capitalize()


def name(nth: int, surnames: int = 40_000) -> tuple[str, str]:
    """A name and a kind. Of people's some 400 first names and 40,000 surnames, a third with one in the middle."""
    script = list(SYLLABLES)[nth % 4]
    if nth % 5 == 4:
        return (
            f"{BODIES[nth % 25 // 5]} {word(script, nth % 400)} {word(script, nth * 7919 % (4 * surnames))}",
            "authority",
        )
    middle = f" {word(script, 20 + nth * 17 % 300)}" if nth % 3 == 0 else ""
    return f"{word(script, nth * 31 % 400)}{middle} {word(script, nth * 7919 % surnames)}", "person"


def address(nth: int) -> str:
    return (
        f"https://www.paper{nth % 500}.example/news/2023/08/story-{nth}",
        f"https://t.me/channel{nth % 2000}/{nth}",
        f"https://site{nth % 5000}.example/index.php?id={nth}",
        f"https://m.house{nth % 300}.example/a/{nth}",
    )[nth % 4]


DOCUMENTS_MADE: Final = """
INSERT INTO document (url, canonical_url, page_key, title)
SELECT u, u, k, 'Title ' || n FROM generate_series(%s, %s) n, LATERAL (SELECT
    (ARRAY['https://www.paper' || n %% 500 || '.example/news/2023/08/story-' || n,
        'https://t.me/channel' || n %% 2000 || '/' || n, 'https://site' || n %% 5000 || '.example/index.php?id=' || n,
        'https://m.house' || n %% 300 || '.example/a/' || n])[1 + n %% 4],
    (ARRAY['//paper' || n %% 500 || '.example/news/2023/08/story-' || n,
        'telegram:channel' || n %% 2000 || '/' || n, '//site' || n %% 5000 || '.example/?id=' || n,
        '//house' || n %% 300 || '.example/a/' || n])[1 + n %% 4]) x(u, k)"""


def fill(url: str) -> None:
    """Make the rows up. The ledger and the words to search for are left out: nothing here reads them."""
    with psycopg.connect(plain(url), autocommit=True) as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute("SET statement_timeout = 0")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)".encode())
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        with cursor.copy("COPY source (name, kind) FROM STDIN") as copy:
            for nth in range(SOURCES):
                copy.write_row(name(nth))
        rows = cursor.execute("SELECT id, name, kind FROM source").fetchall()
        with cursor.copy("COPY source_name_key (source_id, key) FROM STDIN") as copy:
            for id_, called, kind in rows:
                for key in names.keys(called, person=kind == "person"):
                    copy.write_row((id_, key))
        for start in range(0, DOCUMENTS, 50_000):
            cursor.execute(DOCUMENTS_MADE, [start, start + 49_999])
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
        print(f"{SOURCES:,} sources and {DOCUMENTS:,} documents made in {time.perf_counter() - begun:.0f} s")


def analyse(url: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute(f"VACUUM ANALYZE {', '.join(TABLES)}".encode())


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def storing_alone() -> Iterator[None]:
    """Nothing is looked for."""

    async def nothing(*_: Any, **_options: Any) -> list[Any]:
        return []

    async def all_new(_session: Any, _query: Any, drafts: list[Any]) -> list[tuple[Any, None]]:
        return [(draft, None) for draft in drafts]

    with (
        mock.patch.object(by_name, "bearers", nothing),
        mock.patch.object(namesakes, "propose", nothing),
        mock.patch.object(matching, "_hits", all_new),
    ):
        yield


Call: TypeAlias = Callable[[int], Awaitable[httpx.Response]]


async def milliseconds(call: Call, nth: int) -> float:
    begun = time.perf_counter()
    answer = await call(nth)
    took = 1000 * (time.perf_counter() - begun)
    if not answer.is_success:
        raise RuntimeError(answer.text)
    return took


async def compare(label: str, call: Call, numbers: Iterator[int], *, of: int = 1) -> None:
    """With looking and without, taking turns; the medians, and what one of so many names costs more."""
    looking, alone = list[float](), list[float]()
    for _ in range(TIMES + WARM_UP):
        looking.append(await milliseconds(call, next(numbers)))
        with storing_alone():
            alone.append(await milliseconds(call, next(numbers)))
    with_, without = (statistics.median(times[WARM_UP:]) for times in (looking, alone))
    print(
        f"  {label:42} {with_:7.2f} ms  alone {without:7.2f} ms  ratio {with_ / without:5.2f}"
        f"  looking {(with_ - without) / of:6.2f} ms a name"
    )


async def measure(url: str, numbers: Iterator[int]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    app = create_app(Settings(database_url=url))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    async with app.state.database.writing(Signature("bench")) as session:
        key = (await access.create(session, access.OPERATOR, f"bench {next(numbers)}", words(Scope))).token
    headers = {"Authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://b", headers=headers, timeout=60) as client:

        def source(nth: int, surnames: int) -> dict[str, Any]:
            return dict(zip(("name", "kind"), name(nth, surnames), strict=True))

        def lines(nth: int) -> str:
            some = (source(nth * BATCH + number, 10**9) for number in range(BATCH))
            return "".join(json.dumps({"type": "source", **line}) + "\n" for line in some)

        # Of the first the surname is new; of the second all words are those of names that are stored.
        await compare("a source", lambda n: client.post("/v1/sources", json=source(n, 10**9)), numbers)
        await compare("a source of a common name", lambda n: client.post("/v1/sources", json=source(n, 400)), numbers)
        ndjson = {"Content-Type": "application/x-ndjson"}
        await compare(
            f"{BATCH} sources as lines",
            lambda n: client.post("/v1/ingest", content=lines(n), headers=ndjson),
            numbers,
            of=BATCH,
        )
        await compare("a document", lambda n: client.post("/v1/documents", json={"url": address(n)}), numbers)
        some_id = (await client.get("/v1/documents", params={"limit": 1})).json()["items"][0]["id"]
        reading: dict[str, Call] = {
            "a document by its id": lambda _: client.get(f"/v1/documents/{some_id}"),
            "POST /v1/lookup by url": lambda n: client.post(
                "/v1/lookup", json={"items": [{"url": address(n * 999 % DOCUMENTS)}]}
            ),
            "?canonical_url=": lambda n: client.get(
                "/v1/documents", params={"canonical_url": address(n * 999 % DOCUMENTS)}
            ),
        }
        unit = 0.0
        for label, call in reading.items():
            took = statistics.median([await milliseconds(call, nth) for nth in range(TIMES + WARM_UP)][WARM_UP:])
            unit = unit or took
            print(f"  {label:42} {took:7.2f} ms  ratio {took / unit:5.2f}")
    await app.state.database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        url = chosen.database_url
        if not url:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = stack.enter_context(embedded.using(Path(folder) / "data"))
        migrating.migrate(url)
        fill(url)
        numbers = itertools.count(10 * DOCUMENTS)
        print("before the tables were analysed")
        asyncio.run(measure(url, numbers))
        analyse(url)
        print("after")
        asyncio.run(measure(url, numbers))


if __name__ == "__main__":
    main()
