"""Whatever is sent again in other signs is there already and changes nothing; what says something else never joins.

All of the worlds (`worlds`) is stored once, and each of its records is mentioned again by what it is known by: without
its id and ref, in other signs, or as another one that is much alike. Each run tells how many variants it tried.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from difflib import unified_diff
from random import Random
from typing import Any, Final

import addresses_written
import httpx
import mentions
import psycopg
import pytest
import services_at
import soaking
import worlds
from databases import Kept, plain
from fastapi import FastAPI
from mentions import Mentions
from reporting import rows
from worlds import Json, World

from app import database
from app.settings import Settings
from app.texts import folding

PICTURES: Final = (
    ("dossier", "dossier?independence=party", "matrix?by=source") if soaking.SOAK else ("dossier", "matrix")
)
ROUNDS: Final = 10 if soaking.SOAK else 2  # of all records; of other ones half as many
ADDRESSES: Final = 500  # that are asked for beside, of each kind
Property = Callable[[str, object], None]


async def pictures(client: httpx.AsyncClient) -> dict[str, str]:
    """What is derived of the demo, without the position."""
    events = (await client.get("/v1/events?tag=demo")).json()["items"]
    found = {}
    for path in [f"/v1/events/{event['id']}/{name}" for event in events for name in PICTURES]:
        found[path] = json.dumps((await client.get(path)).raise_for_status().json() | {"position": ""})
    return found


def distinct(lines: Iterable[Json]) -> set[str]:
    return {json.dumps(line, ensure_ascii=False, sort_keys=True) for line in lines}


async def resend(client: httpx.AsyncClient, known: Mentions, pick: Random) -> set[str]:
    """Mention every record in other signs: each is found. Gives the lines that were not as they were."""
    records = known.all(pick)
    lines = [mentions.same(pick, record.line, known) for record in records]
    answers = await worlds.ingested(client, lines)
    for answer, record, line in zip(answers, records, lines, strict=True):
        assert (answer["status"], answer.get("id")) == (200, record.id), (record.line, line, answer)
    return distinct(lines) - distinct(record.line for record in records)


async def send_others(client: httpx.AsyncClient, known: Mentions, pick: Random) -> set[str]:
    """Mention what is much alike and not the same: none is taken for the record."""
    made = [(record, mentions.other(pick, record, known)) for record in known.all(pick)]
    others = [(record, line) for record, line in made if line is not None]
    answers = await worlds.ingested(client, [line for _, line in others])
    for answer, (record, line) in zip(answers, others, strict=True):
        assert answer["status"] in (200, 201), (line, answer)
        assert answer["id"] != record.id, (record.line, line, answer)
    return distinct(line for _, line in others)


async def looked_up(client: httpx.AsyncClient, addresses: list[str]) -> list[str | None]:
    ids: list[str | None] = []
    for start in range(0, len(addresses), 1000):
        body = {"items": [{"url": address} for address in addresses[start : start + 1000]]}
        ids += [item["id"] for item in (await client.post("/v1/lookup", json=body)).raise_for_status().json()["items"]]
    return ids


async def ask_for_addresses(client: httpx.AsyncClient, world: World, pick: Random) -> tuple[set[str], set[str]]:
    """Look pages up under other addresses, in archives and translations, too; and other pages."""
    documents = [document for document in world.of("document") if document.get("url")]
    chosen = [pick.choice(documents) for _ in range(ADDRESSES)]
    same = [addresses_written.same_page(pick, document["url"]) for document in chosen]
    same = [
        addresses_written.wrapped(pick, document["url"]) if pick.random() < 0.3 else url
        for document, url in zip(chosen, same, strict=True)
    ]
    for document, url, id_ in zip(chosen, same, await looked_up(client, same), strict=True):
        assert id_ == document["id"], (document["url"], url)
    others = [addresses_written.other_page(pick, document["url"]) for document in chosen]
    for document, url, id_ in zip(chosen, others, await looked_up(client, others), strict=True):
        assert id_ != document["id"], (document["url"], url)
    return set(same) - {document["url"] for document in documents}, set(others)


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_the_same_again_and_others(
    client: httpx.AsyncClient, psql: psycopg.Connection, seed: int, record_property: Property
) -> None:
    pick = Random(seed)
    world = await worlds.loaded(client)
    worlds.remember(world)
    known = Mentions(world)
    before, shown = rows(psql), await pictures(client)
    same, others = await ask_for_addresses(client, world, pick)
    for _ in range(ROUNDS):
        same |= await resend(client, known, pick)
        assert rows(psql) == before  # not even a change in the ledger
    assert await pictures(client) == shown
    for _ in range(ROUNDS // 2 + 1):
        others |= await send_others(client, known, pick)
    record_property("variants", {"same": len(same), "other": len(others)})
    assert len(same) > ROUNDS * 400
    assert len(others) > ROUNDS * 250


# --- what comes first in other signs ---------------------------------------------------------------------------------


@asynccontextmanager
async def served(service: FastAPI, url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=url)
    services_at.use(service, settings, database.connect(settings))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service), base_url="http://test", headers=headers
    ) as client:
        yield client
    await service.state.database.dispose()


VERDICTS: Final = frozenset((
    "standing", "status", "origins", "counts", "figure_state", "live", "self_contradictions", "order_unknown",
    "silences", "unattributed", "rivals", "answers", "stance", "beside", "parties", "sources", "claims", "questions",
    "unasked", "statements", "support", "deny", "kind", "joined_by", "how", "state", "party", "measure", "figure",
    "qualifier", "min", "max", "claim_ids", "statement_ids", "reason", "score",
))  # fmt: skip


DATED: Final = {"type", "url", "published"}


def verdicts(part: Any) -> Any:
    """A dossier without texts, ids and times: how many there are of what, in an order of their own."""
    if isinstance(part, list):
        return sorted((verdicts(each) for each in part), key=json.dumps)
    if isinstance(part, dict):
        named = {name if name in VERDICTS else "": verdicts(value) for name, value in part.items() if name in VERDICTS}
        return named or len(part)
    return part if isinstance(part, bool | int | float) or (isinstance(part, str) and len(part) < 20) else None


async def told(service: FastAPI, url: str, key: str, deliveries: list[list[Json]]) -> dict[str, Any]:
    """What is stored, proposed and decided after deliveries of lines to an empty service."""
    async with served(service, url, key) as client:
        for lines in deliveries:
            answers = await worlds.ingested(client, lines)
            assert not [pair for pair in zip(answers, lines, strict=True) if pair[0]["status"] not in (200, 201)]
        stored = await worlds.read(client)
        names = {source["id"]: folding.name(source.get("name") or "") for source in stored.of("source")}
        events = sorted(event["slug"] for event in stored.of("event"))
        with psycopg.connect(plain(url), autocommit=True) as psql:
            counts = {table: count for table, count in rows(psql).items() if table != "ledger"}
        return {
            "rows": counts,
            "proposals": sorted(
                (*sorted((names[link["from"]], names[link["to"]])), link["reason"], link["score"])
                for link in stored.of("source_link")
            ),
            "dossiers": {slug: verdicts((await client.get(f"/v1/events/{slug}/dossier")).json()) for slug in events},
        }


# Ids, and with them the variants tried, are drawn anew each time: no failure here can be had again by its seed.
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_what_comes_first_in_other_signs(  # noqa: PLR0917
    service: FastAPI, client: httpx.AsyncClient, beside: Kept, key: str, seed: int,
    record_property: Property,
) -> None:  # fmt: skip
    """An empty service is told everything once as it is; another one several times, each time in other signs."""
    pick = Random(seed)
    known = Mentions(worlds.remembered() or await worlds.loaded(client))
    lines = known.anew(pick)
    # What a question's kind is not told at first is `other` for good, and so is the time of what is said without one.
    given = [line for line in lines if line["type"] in ("event", "question") or set(line) == DATED]
    rest = [line for line in lines if line not in given][:: 1 if soaking.SOAK else 2]
    varied = [[mentions.same(pick, line, known, all_traits=nth == 1) for line in rest] for nth in range(2)]
    with beside.empty() as url:
        as_it_is = await told(service, url, key, [given, rest])
    with beside.empty() as url:
        in_other_signs = await told(service, url, key, [given, *varied])
    record_property("variants", {"same": len(distinct([*varied[0], *varied[1]]) - distinct(rest))})
    for name, value in as_it_is.items():
        once, otherwise = (json.dumps(each, indent=1).splitlines() for each in (value, in_other_signs[name]))
        difference = "\n".join(unified_diff(once, otherwise, lineterm="", n=12))
        assert not difference, f"{name}\n{difference}"
