"""Claims in words and as figures, and how they stand to each other."""

import pytest
from calls import Json, claim, delete, get, ids, patch, post
from httpx import AsyncClient

TOLL = {"measure": "injured", "ref": "toll"}


async def toll(client: AsyncClient, event: str, **figure: object) -> str:
    part = await post(client, f"{event}/claims", {"question": TOLL, "figure": figure})
    found: str = part["claim"]["id"]
    return found


async def test_is_found_and_listed(client: AsyncClient, event: str) -> None:
    made = await claim(client, event, ref="drone", language="en", accuses="Ukraine", question={"text": "Why?"})
    found = await get(client, "/v1/claims/ref:drone")
    assert (found["id"], found["accuses"], found["figure"]) == (made, "ukraine", None)
    assert await get(client, f"/v1/claims/{made}") == found
    assert await ids(client, f"{event}/claims") == await ids(client, "/v1/claims") == [made]


async def test_a_figure_reads_as_words(client: AsyncClient, event: str) -> None:
    made = await toll(client, event, qualifier="at_least", min=22)
    found = await get(client, f"/v1/claims/{made}")
    assert found["text"] == "at least 22"
    assert found["figure"] == {"qualifier": "at_least", "min": 22, "max": None, "of_id": None}


async def test_members_of_a_figure_are_patched(client: AsyncClient, event: str) -> None:
    whole, made = await toll(client, event, min=31), await toll(client, event, qualifier="at_least", min=19)
    changed = await patch(client, f"/v1/claims/{made}", {"figure": {"min": 20, "of": whole}})
    assert changed["figure"] == {"qualifier": "at_least", "min": 20, "max": None, "of_id": whole}
    changed = await patch(client, f"/v1/claims/{made}", {"figure": {"qualifier": "between", "max": 25}})
    assert changed["figure"] == {"qualifier": "between", "min": 20, "max": 25, "of_id": whole}
    changed = await patch(
        client, f"/v1/claims/{made}", {"figure": {"qualifier": "dozens", "min": None, "max": None, "of": None}}
    )
    assert changed["figure"] == {"qualifier": "dozens", "min": None, "max": None, "of_id": None}
    changed = await patch(client, f"/v1/claims/{whole}", {"figure": {"min": 30, "max": 33}})
    assert changed["figure"] == {"qualifier": "between", "min": 30, "max": 33, "of_id": None}
    changed = await patch(client, f"/v1/claims/{made}", {"figure": None, "text": "Many", "question": None})
    assert (changed["figure"], changed["text"], changed["question_id"]) == (None, "Many", None)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"figure": {"min": 32}}, "exact needs one number"),
        ({"figure": {"qualifier": "between", "max": 5}}, "min is above max"),
        ({"figure": {"min": -1}}, ""),
        ({"figure": None}, "a claim has a text or a figure"),
        ({"text": "Many"}, "a claim has a text or a figure"),
        ({"question": None}, "a figure answers a question"),
        ({"figure": {"of": "ref:nothing"}}, "there is no claim"),
        ({"question": "ref:open"}, "a quantity is answered by figures"),
    ],
)
async def test_what_can_not_be_is_refused(client: AsyncClient, event: str, body: Json, says: str) -> None:
    await post(client, f"{event}/questions", {"text": "Why?", "ref": "open"})
    made = await toll(client, event, min=31)
    told = await patch(client, f"/v1/claims/{made}", body, 422)
    assert says in f"{told['detail']} {told['errors']}"


WHOLE = {"measure": "killed"}


@pytest.mark.parametrize(
    ("question", "figure", "pointer"),
    [
        (WHOLE, {"min": 2.5}, "/figure/min"),
        (WHOLE | {"subject": "civilians"}, {"qualifier": "at_most", "max": 0.1}, "/figure/max"),
        (WHOLE | {"unit": "persons"}, {"min": 3, "max": 4.5}, "/figure/max"),
        ({"measure": "launched"}, {"qualifier": "about", "min": 7.5}, "/figure/min"),
        ({"measure": "buildings_damaged"}, {"qualifier": "more_than", "min": 1e-9}, "/figure/min"),
        (WHOLE, {"min": 2.0}, None),
        (WHOLE, {"min": 1e15}, None),
        (WHOLE, {"qualifier": "tens"}, None),
        (WHOLE | {"unit": "million persons"}, {"min": 2.5}, None),
        (WHOLE | {"unit": "%"}, {"min": 12.5, "max": 13.5}, None),
        ({"measure": "distance", "text": "How far?"}, {"min": 2.5}, None),
        ({"measure": "amount", "text": "How much?", "unit": "EUR"}, {"min": 2.5}, None),
        ({"measure": "other", "text": "How strong?", "unit": "magnitude"}, {"min": 6.1}, None),
    ],
)
async def test_there_are_no_halves_of_what_is_counted(
    client: AsyncClient, event: str, question: Json, figure: Json, pointer: str | None
) -> None:
    asked = await post(client, f"{event}/questions", question)
    for ask in (question, asked["id"]):
        answer = await client.post(f"{event}/claims", json={"question": ask, "figure": figure})
        if pointer is None:
            assert answer.is_success, answer.text
        else:
            [error] = answer.json()["errors"]
            assert (answer.status_code, error["pointer"]) == (422, pointer)
            assert "whole number" in error["detail"]
    made = (await post(client, f"{event}/claims", {"question": asked["id"], "figure": {"min": 1}}))["claim"]["id"]
    changed = await client.patch(
        f"/v1/claims/{made}", json={"figure": {"min": 0.5, "max": 0.5}}, headers={"If-Match": "*"}
    )
    whole_only = pointer is not None or question == WHOLE
    assert changed.status_code == (422 if whole_only else 200), changed.text


@pytest.mark.parametrize("change", [{"unit": "persons"}, {"unit": None}, {"measure": "injured", "unit": "persons"}])
async def test_what_has_halves_is_not_counted_afterwards(client: AsyncClient, event: str, change: Json) -> None:
    millions = await post(client, f"{event}/questions", WHOLE | {"unit": "million persons"})
    made = (await post(client, f"{event}/claims", {"question": millions["id"], "figure": {"min": 2.5}}))["claim"]["id"]
    told = await patch(client, f"/v1/questions/{millions['id']}", change, 422)
    assert told["errors"][0]["pointer"] == f"/{next(iter(change))}"
    persons = await post(client, f"{event}/questions", WHOLE)
    told = await patch(client, f"/v1/claims/{made}", {"question": persons["id"]}, 422)
    assert (told["errors"][0]["pointer"], "whole number" in told["errors"][0]["detail"]) == ("/question", True)
    await patch(client, f"/v1/claims/{made}", {"figure": {"min": 3, "max": 3}})
    await patch(client, f"/v1/questions/{millions['id']}", {"unit": "thousand persons"})


async def test_a_text_is_changed(client: AsyncClient, event: str) -> None:
    made = await claim(client, event, translations={"ru": "Это дрон", "de": "Eine Drohne"}, accuses="x", language="en")
    changed = await patch(
        client, f"/v1/claims/{made}", {"translations": {"ru": None, "fr": "Un drone"}, "accuses": None}
    )
    assert (changed["translations"], changed["accuses"]) == ({"de": "Eine Drohne", "fr": "Un drone"}, None)
    assert (await patch(client, f"/v1/claims/{made}", {"translations": None}))["translations"] == {}


async def test_points_only_inside_its_event(client: AsyncClient, event: str) -> None:
    made = await claim(client, event)
    await post(client, "/v1/events", {"title": "Elsewhere"})
    asked = await post(client, "/v1/events/elsewhere/questions", {"text": "Why?"})
    told = await patch(client, f"/v1/claims/{made}", {"question": asked["id"]}, 422)
    assert "another event" in told["detail"]


async def test_links(client: AsyncClient, event: str) -> None:
    first, second = await claim(client, event, "A"), await claim(client, event, "B")
    body = {"from": first, "relation": "contradicts", "to": second}
    made = await post(client, f"{event}/claim-links", body)
    assert (made["from_id"], made["to_id"]) == (first, second)
    assert (await post(client, f"{event}/claim-links", body, 200))["id"] == made["id"]
    assert await ids(client, f"{event}/claim-links?relation=contradicts") == [made["id"]]
    assert await ids(client, f"{event}/claim-links?relation=supports") == []
    assert (await patch(client, f"/v1/claim-links/{made['id']}", {"relation": "refines"}))["relation"] == "refines"
    told = (await delete(client, f"/v1/claims/{first}", 409)).json()
    assert told["blocked_by"][0]["urls"] == [f"/v1/claim-links/{made['id']}"]
    await delete(client, f"/v1/claim-links/{made['id']}")
    await get(client, f"/v1/claim-links/{made['id']}", 410)
    await delete(client, f"/v1/claims/{first}")
    await post(client, f"{event}/claim-links", body, 422)
