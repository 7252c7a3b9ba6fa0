"""A document whose address a report had wrong, and one that is sent under another address of its page."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from reporting import claim, report, said

Json = dict[str, Any]


async def deliver(client: httpx.AsyncClient, url: str, name: str = "r1", **document: Any) -> Json:
    body = report(claim("Fire", said("Uno", wording="It burned")), ref=name)
    answer = await client.post("/v1/reports", json={**body, "document": {"url": url, **document}})
    assert answer.is_success, answer.text
    read: Json = answer.json()
    return read


async def addresses(client: httpx.AsyncClient) -> list[str]:
    return sorted(one["url"] for one in (await client.get("/v1/documents")).raise_for_status().json()["items"])


@pytest.mark.parametrize("more", [{}, {"text": "It burned.", "published": "2023-08-09", "title": "Fire"}])
async def test_what_a_mended_address_leaves_behind_goes_at_once(client: httpx.AsyncClient, more: Json) -> None:
    wrong, right = "https://u.example/wrong", "https://u.example/right"
    first = await deliver(client, wrong, **more)
    answer = await deliver(client, right, **more)
    assert answer["removed"]["documents"] == 1
    removed = [one["stored"]["id"] for one in answer["remarks"] if one["what"] == "removed"]
    assert first["document"]["id"] in removed
    assert await addresses(client) == [right]
    assert (await client.get("/v1/document-links")).json()["items"] == []
    assert (await deliver(client, right, byline="B", **more))["removed"]["documents"] == 0


async def test_it_stays_where_another_report_has_it(client: httpx.AsyncClient) -> None:
    wrong, right = "https://u.example/wrong", "https://u.example/right"
    first = await deliver(client, wrong)
    await deliver(client, wrong, name="r2")
    answer = await deliver(client, right)
    assert answer["removed"]["documents"] == 0
    told = {one["stored"]["id"]: one for one in answer["remarks"] if one["pointer"] == ""}
    assert "another report says it, too" in told[first["document"]["id"]]["detail"]
    assert await addresses(client) == [right, wrong]


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("https://t.me/oo/1", "https://t.me/s/oo/1", "post of a platform"),
        ("https://x.com/oo/status/1234567890", "https://twitter.com/i/web/status/1234567890", "post of a platform"),
        ("https://u.example/a", "http://www.u.example/a/?utm_source=feed", "track readers"),
    ],
)
async def test_another_address_of_the_page_is_a_match(
    client: httpx.AsyncClient, first: str, second: str, rule: str
) -> None:
    await deliver(client, first)
    answer = await deliver(client, second, name="r2")
    (told,) = [one for one in answer["remarks"] if one["pointer"] == "/document/url"]
    assert (told["what"], told["stored"], told["sent"]) == ("matched", first, second)
    assert rule in told["detail"]
    assert "Nothing is lost" in told["detail"]
    assert answer["document"]["outcome"] == "matched"
    line = json.dumps({"type": "document", "url": second})
    lines = await client.post("/v1/ingest", content=line, headers={"Content-Type": "application/x-ndjson"})
    (remark,) = json.loads(lines.text.splitlines()[0])["remarks"]
    assert (remark["what"], remark["pointer"], remark["stored"]) == ("matched", "/url", first)
    found = (await client.get(f"/v1/documents?canonical_url={quote(second, safe='')}")).json()["items"]
    assert [one["url"] for one in found] == [first]


async def test_the_address_of_another_page_is_not(client: httpx.AsyncClient) -> None:
    await deliver(client, "https://u.example/a", ref="d")
    answer = await deliver(client, "https://u.example/b", name="r2", ref="d")
    (told,) = [one for one in answer["remarks"] if one["pointer"] == "/document/url"]
    assert told["what"] == "not_taken"
