"""Who may not see what it has written is answered all the same, and it is stored."""

from typing import Any

import httpx
import psycopg
import pytest


@pytest.fixture
def ingester(other: httpx.AsyncClient, psql: psycopg.Connection) -> httpx.AsyncClient:
    """Somebody whose key may ingest, and read what everybody may."""
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    return other


async def stored(client: httpx.AsyncClient, path: str) -> int:
    total: int = (await client.get(f"/v1/{path}?count=true")).json()["total"]
    return total


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sources", {"name": "Mayor of Kesra", "kind": "official", "role": "mayor", "notes": "n", "country": "RU"}),
        ("sources", {"name": "Mayor of Kesra", "confidential": True}),
        ("sources", {"ref": "two", "name": "Two of them", "disclosure": "anonymous", "kind": "official"}),
        ("sources", {"name": "Office", "parent": "Ministry of Kesra"}),
        (
            "documents",
            {"url": "https://news.example/1", "title": "T", "text": "A text of some words.", "publisher": "Desk"},
        ),
        ("events", {"title": "T", "slug": "t", "visibility": "restricted"}),
    ],
)
async def test_what_is_created_is_answered_as_it_was_sent(
    client: httpx.AsyncClient, ingester: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    answer = await ingester.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    record = answer.json()
    for name in body.keys() & record.keys():
        assert record[name] == body[name], name
    there = await client.get(f"/v1/{path}/{record['id']}")
    assert there.status_code == 200
    assert {
        name: value for name, value in record.items() if name not in ("changed", "remarks", "similar")
    } == there.json()
    assert (await ingester.get(f"/v1/{path}/{record['id']}")).status_code == 404  # it may write, not read


async def test_the_same_again_tells_nothing_of_what_is_hidden(
    client: httpx.AsyncClient, ingester: httpx.AsyncClient
) -> None:
    hidden = {
        "name": "Mayor of Kesra",
        "kind": "official",
        "role": "mayor",
        "party": "russia",
        "external_ids": {"x": "1"},
    }
    made = (await client.post("/v1/sources", json=hidden)).json()
    answer = await ingester.post("/v1/sources", json={"name": "Mayor of Kesra", "kind": "official", "role": "mayor"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["id"] == made["id"]
    assert told["disclosure"] == "named"
    assert [told[name] for name in ("name", "kind", "role", "party", "external_ids", "aliases")] == [
        None,
        None,
        None,
        None,
        {},
        [],
    ]
    assert await stored(client, "sources") == 1
    page = {"url": "https://news.example/1", "title": "T"}
    first = (await ingester.post("/v1/documents", json=page)).json()
    again = await ingester.post("/v1/documents", json=page)
    assert (again.status_code, again.json()["id"], again.json()["title"]) == (200, first["id"], None)


async def test_a_restricted_event_that_is_there_stays_unknown(
    client: httpx.AsyncClient, ingester: httpx.AsyncClient
) -> None:
    event = {"ref": "e", "title": "T", "visibility": "restricted"}
    assert (await client.post("/v1/events", json=event)).status_code == 201
    answer = await ingester.post("/v1/events", json=event)
    assert (answer.status_code, answer.json()["errors"]) == (409, [{"pointer": "/ref", "detail": "it is taken"}])


async def test_links_to_what_is_hidden(client: httpx.AsyncClient, ingester: httpx.AsyncClient, event: str) -> None:
    statement = {"document": {"ref": "page", "url": "https://news.example/1"}}
    await client.post(f"{event}/claims", json={"text": "T", "statements": [statement]})
    link = {"relation": "quotes", "to": {"url": "https://news.example/2"}}
    for status in (201, 200):
        answer = await ingester.post("/v1/documents/ref:page/links", json=link)
        assert (answer.status_code, answer.json()["relation"]) == (status, "quotes"), answer.text
    assert await stored(client, "documents") == 2


async def test_what_is_hidden_by_a_change_is_changed(
    client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection, event: str
) -> None:
    psql.execute("UPDATE api_key SET scopes = '{edit}' WHERE name = 'other'")
    await client.post(f"{event}/claims", json={"text": "T", "statements": [{"source": {"ref": "s", "name": "S"}}]})
    any_version = {"If-Match": "*"}
    changed = await other.patch("/v1/sources/ref:s", json={"confidential": True}, headers=any_version)
    assert (changed.status_code, changed.json()["name"]) == (200, "S"), changed.text
    assert (await other.get("/v1/sources/ref:s")).status_code == 404
    changed = await other.patch(event, json={"visibility": "restricted"}, headers=any_version)
    assert (changed.status_code, changed.json()["visibility"]) == (200, "restricted")
    assert (await other.get(event)).status_code == 404
    assert (await client.get(event)).json()["visibility"] == "restricted"
