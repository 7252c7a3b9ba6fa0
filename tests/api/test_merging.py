"""Two records are one: no row moves, readers of the target see both, and it can be undone."""

import pytest
from calls import claim, delete, document, get, ids, patch, post, source, statement
from httpx import AsyncClient


@pytest.fixture
async def pairs(client: AsyncClient, event: str) -> dict[str, tuple[str, str]]:
    """Two of each kind: the one that is merged, and the one that stays."""
    other = await post(client, "/v1/events", {"title": "Duplicate", "ref": "e"})
    return {
        "sources": (await source(client, "A", ref="s"), await source(client, "B")),
        "documents": (
            await document(client, "https://a.example", ref="d"),
            await document(client, "https://b.example"),
        ),
        "events": (other["id"], event.rpartition("/")[2]),
        "claims": (await claim(client, event, "A", ref="c"), await claim(client, event, "B")),
    }


async def merge(client: AsyncClient, kind: str, one: str, into: str, status: int = 200) -> dict[str, object]:
    return await post(client, f"/v1/{kind}/{one}/merge", {"into": into}, status)


async def test_a_merged_record_leads_to_its_target(client: AsyncClient, pairs: dict[str, tuple[str, str]]) -> None:
    for kind, (one, stays) in pairs.items():
        made = await merge(client, kind, one, stays)
        assert made["merged_into"] == stays
        assert await merge(client, kind, one, stays) == made
        for address in (one, f"ref:{kind[0]}"):
            led = await client.get(f"/v1/{kind}/{address}?merged=")
            assert led.status_code == 422
            led = await client.get(f"/v1/{kind}/{address}")
            assert (led.status_code, led.headers["Location"]) == (308, f"/v1/{kind}/{stays}")
            told = await patch(client, f"/v1/{kind}/{address}", {"ref": "x"}, 409)
            assert told["url"] == f"/v1/{kind}/{stays}"
            assert (await delete(client, f"/v1/{kind}/{address}", 409)).json()["url"] == f"/v1/{kind}/{stays}"
        itself = await client.get(f"/v1/{kind}/{one}?merged=self")
        assert itself.json() == made
        assert one not in await ids(client, f"/v1/{kind}")
        assert one in await ids(client, f"/v1/{kind}?merged=true")
        undone = await client.patch(
            f"/v1/{kind}/{one}", json={"merged_into": None}, headers={"If-Match": itself.headers["ETag"]}
        )
        assert undone.json()["merged_into"] is None
        await get(client, f"/v1/{kind}/{one}")
        assert [one["op"] for one in (await get(client, f"/v1/{kind}/{one}/history"))["items"]] == ["insert"] + [
            "update"
        ] * 2


async def test_what_can_not_be_merged(client: AsyncClient, pairs: dict[str, tuple[str, str]]) -> None:
    for kind, (one, stays) in pairs.items():
        await merge(client, kind, one, one, 409)
        await merge(client, kind, one, "ref:nothing", 422)
        await merge(client, kind, one, "no-slug-of-anything", 422)
        await merge(client, kind, one, stays)
        await merge(client, kind, stays, one, 409)
        await merge(client, kind, stays, stays, 409)


async def test_a_chain_leads_to_its_end(client: AsyncClient, pairs: dict[str, tuple[str, str]]) -> None:
    first, second = pairs["sources"]
    third = await source(client, "C")
    await merge(client, "sources", first, second)
    await merge(client, "sources", second, third)
    for one in (first, second):
        assert (await client.get(f"/v1/sources/{one}")).headers["Location"] == f"/v1/sources/{third}"
    await merge(client, "sources", first, third, 409)


async def test_claims_of_two_events_stay_two(client: AsyncClient, pairs: dict[str, tuple[str, str]]) -> None:
    await merge(client, "claims", pairs["claims"][0], await claim(client, "/v1/events/duplicate"), 409)


async def test_way_and_query_are_kept(client: AsyncClient, pairs: dict[str, tuple[str, str]]) -> None:
    await patch(client, "/v1/events/duplicate", {"slug": "claims"})
    await merge(client, "events", *pairs["events"])
    led = await client.get("/v1/events/claims/claims?limit=2&q=a%20b")
    assert (led.status_code, led.headers["Location"]) == (
        308,
        f"/v1/events/{pairs['events'][1]}/claims?limit=2&q=a%20b",
    )
    told = await client.post("/v1/events/claims/claims", json={"text": "x"})
    assert (told.status_code, told.json()["url"]) == (409, f"/v1/events/{pairs['events'][1]}")
    await merge(client, "documents", *pairs["documents"])
    for sub in ("versions", "links"):
        led = await client.get(f"/v1/documents/ref:d/{sub}")
        assert led.headers["Location"] == f"/v1/documents/{pairs['documents'][1]}/{sub}"
    assert (await client.get("/v1/documents/ref:d/history")).status_code == 200


async def test_the_target_shows_what_both_have(
    client: AsyncClient, event: str, pairs: dict[str, tuple[str, str]]
) -> None:
    (speaker, stays), (paper, kept) = pairs["sources"], pairs["documents"]
    first, second = pairs["claims"]
    said = await statement(client, event, first, speaker, document=paper)
    link = await post(
        client, f"/v1/documents/{paper}/links", {"relation": "quotes", "to": {"url": "https://c.example"}}
    )
    await patch(client, f"/v1/documents/{paper}", {"publisher": speaker})
    below = await source(client, "Below", parent=speaker)
    rating = {"claim": first, "author": speaker, "scheme": "veracity", "rating": "true"}
    rated = (await post(client, f"{event}/assessments", rating))["id"]
    there = await claim(client, "/v1/events/duplicate", "There")
    for kind, (one, into) in pairs.items():
        await merge(client, kind, one, into)
    shown = {
        f"/v1/statements?source={stays}": said,
        f"/v1/statements?document={kept}": said,
        f"/v1/statements?claim={second}": said,
        f"/v1/claims?source={stays}": second,
        "/v1/claims?stance=support": second,
        f"/v1/documents/{kept}/links": link["id"],
        f"/v1/documents?merged=true&publisher={stays}": paper,
        f"/v1/sources?parent={stays}": below,
        f"/v1/assessments?author={stays}": rated,
        f"/v1/assessments?claim={second}": rated,
    }
    for path, one in shown.items():
        assert await ids(client, path) == [one], path
    assert await ids(client, f"{event}/claims") == [there, second]
    assert await ids(client, f"/v1/claims?event={event.rpartition('/')[2]}") == [there, second]
    await patch(client, f"/v1/events/{pairs['events'][0]}", {"merged_into": None})
    assert await ids(client, f"{event}/claims") == [second]


async def test_a_deleted_target_lets_go(client: AsyncClient, pairs: dict[str, tuple[str, str]]) -> None:
    for kind in ("claims", "documents", "sources", "events"):
        one, stays = pairs[kind]
        if kind == "events":
            stays = (await post(client, "/v1/events", {"title": "Target"}))["id"]
        await merge(client, kind, one, stays)
        blocked = (await delete(client, f"/v1/{kind}/{stays}", 409)).json()["blocked_by"]
        assert [(found["by"], found["urls"]) for found in blocked] == [("merged_into", [f"/v1/{kind}/{one}"])]
        await delete(client, f"/v1/{kind}/{stays}?cascade=true")
        assert (await get(client, f"/v1/{kind}/{one}"))["merged_into"] is None
