"""Events, their slugs and links."""

import psycopg
import pytest
from calls import delete, get, ids, patch, post
from httpx import AsyncClient


async def test_is_found_by_id_slug_and_ref(client: AsyncClient) -> None:
    made = await post(client, "/v1/events", {"title": "Взрыв в Загорске", "ref": "z-23", "tags": ["Plant"]})
    assert (made["slug"], made["tags"], made["visibility"]) == ("vzryv-v-zagorske", ["plant"], "public")
    for address in (made["id"], made["slug"], "ref:z-23"):
        assert await get(client, f"/v1/events/{address}") == made
        assert await ids(client, f"/v1/events/{address}/claims") == []
    await get(client, "/v1/events/vzryv", 404)
    await get(client, "/v1/events/No%20slug", 422)


async def test_a_slug_that_is_not_given_is_numbered(client: AsyncClient) -> None:
    made = [await post(client, "/v1/events", {"title": "Explosion"}) for _ in range(3)]
    assert [one["slug"] for one in made] == ["explosion", "explosion-2", "explosion-3"]
    assert (await post(client, "/v1/events", {"title": "X", "slug": "explosion"}, 200))["id"] == made[0]["id"]


async def test_a_twin_is_told_to_who_may_see_the_first(
    client: AsyncClient, other: AsyncClient, psql: psycopg.Connection
) -> None:
    first = await post(client, "/v1/events", {"title": "Explosion", "ref": "desk:1"})

    async def remarks(caller: AsyncClient, event: dict[str, str]) -> list[tuple[str, str]]:
        answer = await caller.post("/v1/reports", json={"events": [event]})
        return [(one["pointer"], one["stored"]["id"]) for one in answer.raise_for_status().json()["remarks"]]

    told = [("/events/0/ref", first["id"])]
    assert await remarks(client, {"title": "explosion.", "ref": "desk:l"}) == told
    assert await remarks(client, {"title": " EXPLOSION", "slug": "another", "occurred": "2023"}) == told
    assert await remarks(client, {"title": "Explosion at a plant", "ref": "r"}) == []
    dated = (await post(client, "/v1/events", {"title": "Flood", "occurred": "2023-08-09", "slug": "own"}))["id"]
    assert await remarks(client, {"title": "Flood", "ref": "f1", "occurred": "2023-08"}) == [("/events/0/ref", dated)]
    assert await remarks(client, {"title": "Flood", "ref": "f2", "occurred": "2024"}) == []
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    assert await remarks(other, {"title": "Flood", "ref": "o1", "occurred": "2023"}) == [("/events/0/ref", dated)]
    hidden = {"title": "Fire", "ref": "hidden", "visibility": "restricted"}
    told = [("/events/0/ref", (await post(client, "/v1/events", hidden))["id"])]
    assert await remarks(other, {"title": "Fire", "ref": "o2"}) == []
    assert await remarks(client, {"title": "Fire", "ref": "f3"}) == told


async def test_is_changed(client: AsyncClient) -> None:
    above = await post(client, "/v1/events", {"title": "War"})
    made = await post(client, "/v1/events", {"title": "A", "parent": above["id"], "latitude": 56.3, "longitude": 38.1})
    changed = await patch(
        client, "/v1/events/a", {"slug": "b", "occurred": "2023-08-09T13:24+03:00", "visibility": "restricted"}
    )
    assert (changed["id"], changed["occurred_from"]) == (made["id"], "2023-08-09T10:24:00Z")
    nulls = ["parent", "latitude", "longitude", "occurred", "visibility", "tags", "external_ids"]
    changed = await patch(client, "/v1/events/b", dict.fromkeys(nulls))
    shown = [changed[name] for name in ("parent_id", "latitude", "occurred_to", "visibility", "tags", "external_ids")]
    assert shown == [None, None, None, "public", [], {}]
    await get(client, "/v1/events/a", 404)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"latitude": None}, "latitude and longitude go together"),
        ({"title": None}, "can't be empty"),
        ({"slug": None}, "can't be empty"),
        ({"occurred": "yesterday"}, ""),
        ({"parent": "ref:none"}, "there is no event"),
    ],
)
async def test_what_can_not_be_is_refused(client: AsyncClient, body: dict[str, object], says: str) -> None:
    await post(client, "/v1/events", {"title": "A", "latitude": 1, "longitude": 1})
    told = await patch(client, "/v1/events/a", body, 422)
    assert says in f"{told['detail']} {told['errors']}"


async def test_a_taken_slug_names_who_has_it(client: AsyncClient) -> None:
    first = await post(client, "/v1/events", {"title": "A"})
    await post(client, "/v1/events", {"title": "B"})
    assert (await patch(client, "/v1/events/b", {"slug": "a"}, 409))["url"] == f"/v1/events/{first['id']}"


async def test_links_are_seen_from_both_sides(client: AsyncClient) -> None:
    first, second = [await post(client, "/v1/events", {"title": title}) for title in "AB"]
    made = await post(client, "/v1/events/b/event-links", {"relation": "preceded_by", "to": first["id"], "ref": "l"})
    assert (made["from_id"], made["to_id"]) == (second["id"], first["id"])
    assert (await post(client, "/v1/events/b/event-links", {"relation": "preceded_by", "to": first["id"]}, 200))[
        "id"
    ] == made["id"]
    for event in "ab":
        assert await ids(client, f"/v1/events/{event}/event-links") == [made["id"]]
        assert await ids(client, f"/v1/events/{event}/event-links?relation=related") == []
    assert (await patch(client, "/v1/event-links/ref:l", {"relation": "same_site"}))["relation"] == "same_site"
    await patch(client, "/v1/event-links/ref:l", {"relation": None}, 422)
    await post(client, "/v1/events/b/event-links", {"relation": "related", "to": second["id"]}, 422)
    await delete(client, f"/v1/event-links/{made['id']}")
    await get(client, "/v1/event-links/ref:l", 410)
