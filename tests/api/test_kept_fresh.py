"""What is kept is what would be made anew: every GET of the description, by every kind of caller, amid any history."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import httpx
import psycopg
import pytest
import soaking
from describing import goes_on, inlined
from fastapi import FastAPI
from histories import ACTIONS, Archive

from app.api.kept import store
from app.schemas.kinds import KINDS
from app.settings import Settings

STEPS: Final = 9  # so that every operation has its turn
READS: Final = 8  # after each step
ASKING: Final = 3 if soaking.SOAK else 2  # of the callers, for each
# How each asks before something happens and after: of the service that keeps answers, and last of one that does not.
KEEPING: Final = (True, False), (True, True, False)
# What an operation needs to be asked, or what makes another answer of it.
QUERIES: Final = {
    "get_dossier": ("", "?view=compact", "?lang=uk", "?order=dispute", "?said_before=2023-08-10", "?as_of={position}"),
    "get_timeline": ("", "?as_of={position}", "?as_of=2999"),
    "get_figures": ("", "?lang=fr"),
    "get_matrix": ("", "?by=source"),
    "get_diff": ("?since={position}", "?since=2023-08-09&clock=said", "?since={position}&until=2999"),
    "get_audit": ("", "?as_of={position}"),
    "list_statements": ("", "?expand=source,claim&limit=3", "?count=true&facets=stance"),
    "list_hits": ("?q=This",),
    "list_similar_claims": ("?text=This",),
    "list_fact_checked_claims": ("?query=This",),
    "export_statements": ("",),
    "export_assessments": ("",),
}
OWN: Final = {"x-request-id", "date", "ratelimit"}
Answer = tuple[int, bytes, dict[str, Any]]


@pytest.fixture
async def callers(client: httpx.AsyncClient, anybody: httpx.AsyncClient, other: httpx.AsyncClient) -> Any:
    """By the scopes for reading that each has."""
    return {"all": client, "none": anybody, "some": other}


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_what_is_kept_is_what_would_be_made_anew(
    app: FastAPI, callers: dict[str, httpx.AsyncClient], psql: psycopg.Connection, described: dict[str, Any], seed: int
) -> None:
    chance = Random(seed)
    archive = Archive(psql)
    reads = [(path, operation["get"]) for path, operation in inlined(described).items() if "get" in operation]
    operations = [(path, read) for path, read in reads if not goes_on(read)]
    # Every operation comes in its turn, each time by somebody else.
    turns = itertools.cycle(chance.sample(operations, len(operations)))
    hot = compared = 0
    for _ in range(STEPS * (10 if soaking.SOAK else 1)):
        psql.execute(
            "UPDATE api_key SET scopes = %s WHERE name = 'other'",
            [chance.choice([[], ["read"], ["ingest", "confidential"]])],
        )
        urls = [next(addressed(archive, psql, chance, *next(turns))) for _ in range(READS)]
        asking = [(url, name) for url in urls for name in chance.sample([*callers], ASKING)]
        for position, keeping in enumerate(KEEPING):
            for url, name in asking:
                has = {"If-None-Match": "*"} if chance.random() < 0.2 else {}
                languages = {"Accept-Language": chance.choice(("uk", "fr;q=0.5, ru", "en"))}
                headers = {**has, **languages, "Accept-Encoding": chance.choice(("gzip", "identity", "br"))}
                method = chance.choice(("GET", "GET", "HEAD"))
                *kept, anew = [await asked(app, callers[name], method, url, headers, keep=keep) for keep in keeping]
                assert kept == [anew] * len(kept), (seed, name, method, url, headers)
                compared += 1
                hot += anew[0] in (200, 304)
            if position == 0:
                for _ in range(3):
                    archive.step(*chance.choice(ACTIONS), chance.randrange(10_000))
    assert hot > compared / 3


def addressed(
    archive: Archive, psql: psycopg.Connection, chance: Random, path: str, operation: dict[str, Any]
) -> Iterator[str]:
    """The operation at records that are there, and at some that were, with one of its queries."""
    kind = chance.choice([kind for kind in KINDS if kind.read is not None and kind.part_of is None])
    path = path.replace("{records}/{record}", f"{kind.path}/{{{kind.name}}}")
    for name in [word.partition("}")[0] for word in path.split("{")[1:]]:
        ids = archive.ids.get(name, [])
        fixed = {"format": chance.choice(("csv", "ndjson")), "slug": "gone"}.get(name)
        path = path.replace(f"{{{name}}}", fixed or str(chance.choice(ids)) if ids or fixed else "ref:none")
    seq: Any = psql.execute("SELECT seq, encode(hash, 'hex') FROM change ORDER BY random() LIMIT 1").fetchone()
    query = chance.choice(QUERIES.get(operation["operationId"], ("",)))
    yield path + query.format(position=f"{seq[0]}-{seq[1][:8]}")


async def asked(
    app: FastAPI, caller: httpx.AsyncClient, method: str, url: str, headers: dict[str, str], *, keep: bool
) -> Answer:
    kept = app.state.kept
    app.state.kept = kept if keep else None
    try:
        answer = await caller.request(method, url, headers=headers)
    finally:
        app.state.kept = kept
    request_id = answer.headers["X-Request-ID"].encode()
    told: dict[str, Any] = {name: value for name, value in answer.headers.items() if name not in OWN}
    told["vary"] = {word.strip() for word in told["vary"].split(",")}
    return answer.status_code, answer.content.replace(request_id, b""), told


async def test_what_is_known_is_renewed_before_anybody_has_to_wait(
    app: FastAPI, anybody: httpx.AsyncClient, psql: psycopg.Connection, event: str
) -> None:
    app.state.kept = keeping = store.store(Settings(kept_mb=8), anonymous_seconds=60)
    assert keeping is not None
    tag = (await anybody.get(event)).headers["ETag"]
    for age, is_renewed in ((40, False), (50, True)):
        app.state.database.own_writes.ended = keeping.heads.known_at = known_at = time.monotonic() - age
        with psql.transaction():
            psql.execute("LOCK TABLE ledger_head")  # whoever asks has to wait
            assert (await anybody.get(event)).headers["ETag"] == tag
        for _ in range(100 if is_renewed else 5):
            await asyncio.sleep(0.05)
            if keeping.heads.known_at > known_at:
                break
        assert (keeping.heads.known_at > known_at) == is_renewed
