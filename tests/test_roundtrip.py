"""What one instance exports, an empty one takes in, and then it shows the same."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import Any

import histories
import httpx
import psycopg
import pytest
import soaking
from databases import Kept, plain
from fastapi import FastAPI
from redactable import said
from roundtrip import differences, lines, of_event, picture, pictures

from app import database
from app.database import Database
from app.settings import Settings

Serving = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def empty_url(beside: Kept) -> Iterator[str]:
    with beside.empty() as url:
        yield url


@pytest.fixture
def serving(service: FastAPI, connected: dict[str, Database]) -> Serving:
    """The same service on another database, which knows the same key, for a while."""

    @asynccontextmanager
    async def on(url: str) -> AsyncIterator[None]:
        before = service.state.database
        if url not in connected:
            connected[url] = database.connect(Settings(database_url=url))
        service.state.database = connected[url]
        try:
            yield
        finally:
            service.state.database = before

    return on


async def ingested(client: httpx.AsyncClient, body: bytes) -> list[dict[str, Any]]:
    """What became of each line; none was refused."""
    answer = await client.post("/v1/ingest", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    *told, summary = [httpx.Response(200, text=line).json() for line in answer.text.splitlines()]
    assert [one for one in told if one["status"] >= 400] == []
    assert (summary["done"], summary["failed"], summary["lines"]) == (True, 0, len(told))
    return told


async def _same_elsewhere(client: httpx.AsyncClient, serving: Serving, empty_url: str) -> None:
    body = (await client.get("/v1/export.ndjson")).content
    shown, said = await pictures(client), await lines(client)
    async with serving(empty_url):
        await ingested(client, body)
        assert await lines(client) == said
        assert list(differences(shown, await pictures(client))) == []
        again = await ingested(client, body)
        assert {one["status"] for one in again} == {200}
        assert await lines(client) == said
    with psycopg.connect(plain(empty_url)) as connection:
        assert connection.execute("SELECT count(*) FROM ledger_verify(10)").fetchone() == (0,)


async def test_the_demo(serving: Serving, demo_url: str, client: httpx.AsyncClient, empty_url: str) -> None:
    async with serving(demo_url):
        await _same_elsewhere(client, serving, empty_url)


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_random_archives(
    client: httpx.AsyncClient, serving: Serving, psql: psycopg.Connection, empty_url: str, seed: int
) -> None:
    archive, pick = histories.Archive(psql), Random(seed)
    for _ in range(150):
        archive.step(*pick.choice(histories.ACTIONS), pick.randrange(10**6))
    await _same_elsewhere(client, serving, empty_url)


async def test_one_event_alone(serving: Serving, demo_url: str, client: httpx.AsyncClient, empty_url: str) -> None:
    """Its own pictures are the same, though the instance knows no other."""
    async with serving(demo_url):
        body = (await client.get("/v1/events/zagorsk-2023/export.ndjson")).content
        paths = of_event((await client.get("/v1/events/zagorsk-2023")).json()["id"])
        shown = [await picture(client, path) for path in paths]
    async with serving(empty_url):
        await ingested(client, body)
        there = [await picture(client, path) for path in paths]
    assert {status for status, _ in shown} == {200}
    assert list(differences(shown, there)) == []


async def test_what_bears_the_ref_and_the_url_of_another(
    client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection[Any], serving: Serving, empty_url: str
) -> None:
    """As somebody's does who could not see the other: both come back, and only to who may see both it is told."""
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    said = {"source": {"ref": "s", "name": "S"}, "document": {"ref": "d", "url": "https://a.example/d"}, "said": "2024"}
    for who, visibility in ((client, "restricted"), (other, "public")):
        happened = {"slug": visibility, "title": "E", "visibility": visibility}
        body = {"events": [happened | {"claims": [{"text": "T", "statements": [said]}]}]}
        assert (await who.post("/v1/reports", json=body)).status_code == 201
    numbers = [(line["type"], line["shadow"]) for line in await lines(client) if "shadow" in line]
    assert numbers == [("source", 1), ("document", 1)]
    assert not [line for line in await lines(other) if "shadow" in line]
    await _same_elsewhere(client, serving, empty_url)


async def test_what_is_left_of_redacted_records_comes_back(
    client: httpx.AsyncClient, serving: Serving, empty_url: str
) -> None:
    """With what stands on it, and the same pictures."""
    made = (await client.post("/v1/reports", json=said())).json()
    event = made["events"][0]
    claim = event["claims"][0]
    statement = claim["statements"][0]
    gone = {
        "documents": made["document"]["id"],
        "questions": claim["question"]["id"],
        "claims": event["claims"][2]["claim"]["id"],
        "sources": statement["source"]["id"],
        "statements": statement["id"],
        "assessments": event["assessments"][0]["id"],
    }
    for kind, id_ in gone.items():
        assert (await client.post(f"/v1/{kind}/{id_}/redact", json={"reason": "x"})).status_code == 200
    await _same_elsewhere(client, serving, empty_url)
    async with serving(empty_url):
        for kind, id_ in gone.items():
            assert (await client.get(f"/v1/{kind}/{id_}")).status_code == 410
