"""Sources that may be the same: linked, listed for editors, confirmed by a merge, rejected for good."""

from itertools import combinations
from random import Random
from typing import Any, Final

import httpx
import pytest
import soaking
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


NAMESAKES: Final = ("Dmytro Shevchuk", "Dmitro Shevchuk", "Дмитро Шевчук", "Shevchuk Dmytro", "Дмитрий Шевчук")


async def queue(client: httpx.AsyncClient) -> dict[tuple[str, ...], Json]:
    """The links by the names of their ends."""
    links = (await get(client, "/v1/source-links?limit=100"))["items"]
    return {tuple(sorted((link["from_name"], link["to_name"]))): link for link in links}


async def set_state(client: httpx.AsyncClient, link: Json, state: str) -> httpx.Response:
    return await client.patch(f"/v1/source-links/{link['id']}", json={"state": state}, headers={"If-Match": "*"})


async def test_rejecting_parts_all_that_was_merged(client: httpx.AsyncClient, event: str) -> None:
    about = await claim(client, event)
    for name in NAMESAKES[:3]:
        await statement(client, event, about, await source(client, name))
    latin, other, cyrillic = NAMESAKES[:3]
    links = await queue(client)
    await set_state(client, links[tuple(sorted((latin, other)))], "confirmed")
    answer = await set_state(client, links[tuple(sorted((other, cyrillic)))], "rejected")
    sister = links[tuple(sorted((latin, cyrillic)))]
    assert [(one["what"], one["detail"], one["stored"]) for one in answer.json()["remarks"]] == [
        ("changed", "By this the link between the two is rejected.", sister["id"])
    ]
    assert await ids(client, "/v1/source-links?state=proposed") == []

    async def origins() -> list[int]:
        (shown,) = (await get(client, f"{event}/dossier"))["unasked"]
        return sorted(len(origin["statement_ids"]) for origin in shown["origins"]["support"])

    assert await origins() == [1, 2]
    # Which of the two was said directly is remembered: it is what keeps them apart.
    refused = (await set_state(client, sister, "confirmed")).json()
    assert refused["url"] == f"/v1/source-links/{links[tuple(sorted((other, cyrillic)))]['id']}"
    # Without the merge nobody has said anything of the sister; with the word taken back of either nobody has at all.
    await set_state(client, links[tuple(sorted((latin, other)))], "proposed")
    assert {tuple(sorted(pair)): link["state"] for pair, link in (await queue(client)).items()} == {
        tuple(sorted((latin, other))): "proposed", tuple(sorted((other, cyrillic))): "rejected",
        tuple(sorted((latin, cyrillic))): "proposed",
    }  # fmt: skip
    # One origin over a third one that may be either is none: two of the three are not the same.
    assert await origins() == [1, 2]
    await set_state(client, links[tuple(sorted((latin, other)))], "confirmed")
    await set_state(client, sister, "proposed")
    assert {link["state"] for pair, link in (await queue(client)).items() if cyrillic in pair} == {"proposed"}
    assert await origins() == [3]
    await set_state(client, sister, "confirmed")
    assert {link["state"] for link in (await queue(client)).values()} == {"confirmed"}


async def test_what_is_parted_is_asked_about_again(client: httpx.AsyncClient) -> None:
    """Whoever came while two were one was linked to the one."""
    first, second = [await source(client, name) for name in NAMESAKES[:2]]
    await post(client, f"/v1/sources/{second}/merge", {"into": first}, 200)
    third = await source(client, NAMESAKES[2])
    assert len(await ids(client, f"/v1/sources/{third}/links")) == 1
    parted = await client.patch(f"/v1/sources/{second}", json={"merged_into": None}, headers={"If-Match": "*"})
    assert ("proposed", "/merged_into") in [(one["what"], one["pointer"]) for one in parted.json()["remarks"]]
    assert len(await ids(client, f"/v1/sources/{third}/links?state=proposed")) == 2


async def test_the_word_that_parts_may_become_the_word_that_joins(client: httpx.AsyncClient) -> None:
    for name in NAMESAKES[:3]:
        await source(client, name)
    latin, other, cyrillic = NAMESAKES[:3]
    links = await queue(client)
    await set_state(client, links[tuple(sorted((latin, other)))], "confirmed")
    for state in ("rejected", "confirmed"):
        assert (await set_state(client, links[tuple(sorted((other, cyrillic)))], state)).is_success
        assert {link["state"] for pair, link in (await queue(client)).items() if cyrillic in pair} == {state}


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(2, few=1))
async def test_whatever_an_editor_says_each_question_that_is_left_can_be_answered(
    client: httpx.AsyncClient, event: str, seed: int
) -> None:
    """And no two of whom it was said that they are two are one origin."""
    pick, about = Random(seed), await claim(client, event)
    for name in NAMESAKES:
        await statement(client, event, about, await source(client, name))
    links = await queue(client)
    assert len(links) >= 9
    for _ in range(8):
        link = pick.choice(list(links.values()))
        answer = await set_state(client, link, pick.choice(["confirmed", "rejected", "proposed", "rejected"]))
        links = await queue(client)
        assert answer.is_success or {answer.status_code, link["state"]} == {409, "rejected"}, answer.text
        sources = {one["id"]: one for one in (await get(client, "/v1/sources?merged=true&limit=100"))["items"]}

        def root(id_: str, sources: dict[str, Json] = sources) -> str:
            while sources[id_]["merged_into"]:
                id_ = sources[id_]["merged_into"]
            return id_

        states: dict[frozenset[str], set[str]] = {}
        for one in links.values():
            states.setdefault(frozenset((root(one["from_id"]), root(one["to_id"]))), set()).add(one["state"])
        for ends, of_pair in states.items():
            assert of_pair == {"confirmed"} if len(ends) == 1 else of_pair in ({"proposed"}, {"rejected"})
        (shown,) = (await get(client, f"{event}/dossier"))["unasked"]
        speakers = {said["id"]: root(said["source_id"]) for said in shown["statements"]}
        for origin in shown["origins"]["support"]:
            pairs = combinations({speakers[id_] for id_ in origin["statement_ids"]}, 2)
            assert not any(states.get(frozenset(pair)) == {"rejected"} for pair in pairs)
        # Each that waits can be confirmed; and undone, all is as it was.
        for pair, one in links.items():
            if one["state"] == "proposed" and pick.random() < 0.5:
                assert (await set_state(client, one, "confirmed")).is_success, pair
                assert (await set_state(client, one, "proposed")).is_success, pair
                assert _states(await queue(client)) == _states(links)


def _states(links: dict[tuple[str, ...], Json]) -> dict[tuple[str, ...], str]:
    return {pair: link["state"] for pair, link in links.items()}
