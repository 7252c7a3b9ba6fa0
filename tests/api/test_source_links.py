"""Sources that may be the same: linked, listed for editors, confirmed by a merge, rejected for good."""

from typing import Any

import httpx
import pytest
from calls import Json, claim, delete, get, ids, patch, post, source, statement


@pytest.fixture
async def pair(client: httpx.AsyncClient) -> tuple[str, str]:
    return await source(client, "Ministry of Health"), await source(client, "Board of Medicine")


async def linked(client: httpx.AsyncClient, start: str, end: str, **more: Any) -> Json:
    return await post(client, f"/v1/sources/{start}/links", {"to": end, **more})


async def test_a_link_waits_for_an_editor(client: httpx.AsyncClient, pair: tuple[str, str]) -> None:
    first, second = pair
    link = await linked(client, first, second, score=0.5, reason="one letterhead")
    assert {name: link[name] for name in ("from_id", "to_id", "relation", "how_known", "score", "reason", "state")} == {
        "from_id": first, "to_id": second, "relation": "same_as", "how_known": "editor", "score": 0.5,
        "reason": "one letterhead", "state": "proposed",
    }  # fmt: skip
    # It has no direction: the same the other way round is the same link.
    assert (await post(client, f"/v1/sources/{second}/links", {"to": first}, 200))["id"] == link["id"]
    for path in ("source-links?state=proposed", f"sources/{first}/links", f"sources/{second}/links?state=proposed"):
        assert await ids(client, f"/v1/{path}") == [link["id"]]
    for narrow in ("state=rejected", "min_score=0.6", "how_known=name", "ref=x"):
        assert await ids(client, f"/v1/source-links?{narrow}") == []
    assert (await patch(client, f"/v1/source-links/{link['id']}", {"state": "rejected"}))["version"] == 2
    assert await ids(client, "/v1/source-links?state=proposed") == []
    await delete(client, f"/v1/source-links/{link['id']}")
    await get(client, f"/v1/source-links/{link['id']}", 410)


async def test_a_source_is_not_linked_to_itself_nor_merged_by_a_script(
    client: httpx.AsyncClient, pair: tuple[str, str]
) -> None:
    first, second = pair
    told = await post(client, f"/v1/sources/{first}/links", {"to": first}, 422)
    assert told["errors"][0]["pointer"] == "/to"
    told = await post(client, f"/v1/sources/{first}/links", {"to": second, "state": "confirmed"}, 422)
    assert told["errors"][0]["pointer"] == "/state"


async def test_the_list_of_an_event_has_those_who_speak_in_it(
    client: httpx.AsyncClient, event: str, pair: tuple[str, str]
) -> None:
    first, second = pair
    link = await linked(client, first, second)
    about = await claim(client, event)
    await statement(client, event, about, first)
    path = f"/v1/source-links?event={event.rpartition('/')[2]}"
    assert await ids(client, path) == []
    await statement(client, event, about, second)
    assert await ids(client, path) == [link["id"]]


async def test_a_list_says_what_both_ends_are_called(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, pair: tuple[str, str]
) -> None:
    first, second = pair
    await linked(client, first, second)
    about = await claim(client, event)
    for one in pair:
        await statement(client, event, about, one)
    names = [(await get(client, f"/v1/sources/{one}"))["name"] for one in pair]
    for path in ("/v1/source-links", f"/v1/sources/{second}/links", "/v1/source-links?sort=-consequence"):
        for caller in (client, anybody):
            [shown] = (await get(caller, path))["items"]
            assert [shown["from_name"], shown["to_name"]] == names
    await patch(client, f"/v1/sources/{first}", {"confidential": True})
    assert (await get(anybody, "/v1/source-links"))["items"] == []
    [shown] = (await get(client, "/v1/source-links"))["items"]
    assert [shown["from_name"], shown["to_name"]] == names
    # Of merged ones each keeps the name under which it was known.
    await patch(client, f"/v1/sources/{first}", {"confidential": False})
    await post(client, f"/v1/sources/{first}/merge", {"into": second}, 200)
    [shown] = (await get(anybody, "/v1/source-links?state=confirmed"))["items"]
    assert [shown["from_name"], shown["to_name"]] == names


async def test_a_link_of_a_confidential_source_is_hidden(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, pair: tuple[str, str]
) -> None:
    first, second = pair
    link = await linked(client, first, second)
    about = await claim(client, event)
    for one in pair:
        await statement(client, event, about, one)
    assert await ids(anybody, "/v1/source-links") == [link["id"]]
    await patch(client, f"/v1/sources/{second}", {"confidential": True})
    assert await ids(anybody, "/v1/source-links") == await ids(anybody, f"/v1/sources/{first}/links") == []
    await get(anybody, f"/v1/source-links/{link['id']}", 404)
    await get(anybody, f"/v1/source-links/{link['id']}/history", 404)
    await delete(client, f"/v1/source-links/{link['id']}")
    await get(anybody, f"/v1/source-links/{link['id']}", 404)
    await get(client, f"/v1/source-links/{link['id']}", 410)


async def test_confirming_merges_and_undoing_parts(client: httpx.AsyncClient, pair: tuple[str, str]) -> None:
    first, second = pair
    link = f"/v1/source-links/{(await linked(client, first, second))['id']}"
    await patch(client, link, {"state": "confirmed"})
    assert (await client.get(f"/v1/sources/{first}")).headers["location"].endswith(second)
    assert await ids(client, f"/v1/sources/{second}/links") == [link.rpartition("/")[2]]
    await patch(client, link, {"state": "rejected"})
    assert (await get(client, f"/v1/sources/{first}"))["merged_into"] is None


async def test_a_merge_confirms_and_its_undoing_proposes_again(
    client: httpx.AsyncClient, pair: tuple[str, str]
) -> None:
    first, second = pair
    link = f"/v1/source-links/{(await linked(client, first, second))['id']}"
    await post(client, f"/v1/sources/{second}/merge", {"into": first}, 200)
    assert (await get(client, link))["state"] == "confirmed"
    await patch(client, f"/v1/sources/{second}", {"merged_into": None})
    assert (await get(client, link))["state"] == "proposed"


async def test_a_merge_over_others_is_undone_where_the_two_met(
    client: httpx.AsyncClient, pair: tuple[str, str]
) -> None:
    """What else was merged into either stays merged."""
    first, second = pair
    third, fourth = await source(client, "Chamber of Physicians"), await source(client, "Union of Nurses")
    await post(client, f"/v1/sources/{first}/merge", {"into": third}, 200)
    link = f"/v1/source-links/{(await linked(client, third, second))['id']}"
    await patch(client, link, {"state": "confirmed"})
    await post(client, f"/v1/sources/{second}/merge", {"into": fourth}, 200)
    await patch(client, link, {"state": "proposed"})
    assert (await get(client, f"/v1/sources/{third}"))["merged_into"] is None
    assert (await client.get(f"/v1/sources/{first}")).headers["location"].endswith(third)
    assert (await client.get(f"/v1/sources/{second}")).headers["location"].endswith(fourth)


async def test_what_was_rejected_keeps_two_apart_over_a_third(client: httpx.AsyncClient, pair: tuple[str, str]) -> None:
    first, second = pair
    third = await source(client, "Union of Nurses")
    rejected = await linked(client, first, third, state="rejected")
    more = await linked(client, second, third)
    await patch(client, f"/v1/source-links/{(await linked(client, first, second))['id']}", {"state": "confirmed"})
    for told in (
        await patch(client, f"/v1/source-links/{more['id']}", {"state": "confirmed"}, 409),
        await post(client, f"/v1/sources/{third}/merge", {"into": second}, 409),
    ):
        assert told["url"] == f"/v1/source-links/{rejected['id']}"
    await patch(client, f"/v1/source-links/{rejected['id']}", {"state": "confirmed"})
    assert (await get(client, f"/v1/source-links/{more['id']}"))["state"] == "confirmed"


async def test_an_export_brings_back_what_was_confirmed(client: httpx.AsyncClient, pair: tuple[str, str]) -> None:
    first, second = pair
    link = (await linked(client, first, second))["id"]
    await patch(client, f"/v1/source-links/{link}", {"state": "confirmed"})
    export = (await client.get("/v1/export.ndjson")).text
    # What was exported, as of another instance: with other ids.
    for one in (first, second, link):
        export = export.replace(one, f"{one[:-12]}{one[-12:][::-1]}")
    answer = await client.post("/v1/ingest", content=export, headers={"Content-Type": "application/x-ndjson"})
    assert '"failed":0' in answer.text, answer.text
    restored = await get(client, f"/v1/source-links/{link[:-12]}{link[-12:][::-1]}")
    ends = (f"{one[:-12]}{one[-12:][::-1]}" for one in (first, second))
    assert (restored["state"], restored["from_id"], restored["to_id"]) == ("confirmed", *ends)
