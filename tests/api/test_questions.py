"""Questions: open ones and quantities, and what follows from a measure."""

import pytest
from calls import claim, delete, get, ids, patch, post
from httpx import AsyncClient

FOLLOWS = ("kind", "answer", "unit", "evolving", "single_answer")


async def test_is_made_once(client: AsyncClient, event: str) -> None:
    made = await post(client, f"{event}/questions", {"text": "What caused it?", "kind": "cause", "ref": "why"})
    assert [made[name] for name in FOLLOWS] == ["cause", "open", None, False, True]
    assert (await post(client, f"{event}/questions", {"text": "what  caused it?"}, 200))["id"] == made["id"]
    assert await get(client, "/v1/questions/ref:why") == made
    assert await ids(client, f"{event}/questions") == [made["id"]]


async def test_what_follows_from_a_measure(client: AsyncClient, event: str) -> None:
    made = await post(client, f"{event}/questions", {"measure": "injured"})
    assert [made[name] for name in FOLLOWS] == ["casualties", "quantity", "persons", True, True]
    where = f"/v1/questions/{made['id']}"
    changed = await patch(client, where, {"unit": "soldiers", "evolving": False, "subject": "soldiers"})
    assert (changed["unit"], changed["evolving"], changed["kind"]) == ("soldiers", False, "casualties")
    changed = await patch(client, where, {"unit": None, "evolving": None})
    assert [changed[name] for name in FOLLOWS] == ["casualties", "quantity", "persons", True, True]
    changed = await patch(client, where, {"measure": "distance", "unit": None, "kind": None, "evolving": None})
    assert [changed[name] for name in FOLLOWS] == ["other", "quantity", "km", False, True]
    changed = await patch(client, where, dict.fromkeys(["measure", "unit", "subject", "kind"]) | {"text": "How far?"})
    assert [changed[name] for name in FOLLOWS] == ["other", "open", None, False, False]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"text": None}, "an open question needs a text"),
        ({"subject": "houses"}, "has no measure, subject or unit"),
        ({"answer": "quantity"}, "one without is open"),
        ({"measure": "amount"}, "a quantity needs a measure and a unit"),
        ({"event_id": "x"}, ""),
    ],
)
async def test_what_can_not_be_is_refused(client: AsyncClient, event: str, body: dict[str, str], says: str) -> None:
    await post(client, f"{event}/questions", {"text": "How many?", "ref": "q"})
    told = await patch(client, "/v1/questions/ref:q", body, 422)
    assert says in f"{told['detail']} {told['errors']}"


async def test_what_texts_answer_does_not_become_a_quantity(client: AsyncClient, event: str) -> None:
    await claim(client, event, question={"text": "How many?", "ref": "q"})
    told = await patch(client, "/v1/questions/ref:q", {"measure": "injured"}, 422)
    assert "claims answer it" in told["errors"][0]["detail"]


async def test_is_deleted_with_its_claims_on_request(client: AsyncClient, event: str) -> None:
    made = await claim(client, event, question={"text": "How many?", "ref": "q"})
    told = (await delete(client, "/v1/questions/ref:q", 409)).json()
    assert told["blocked_by"] == [{"type": "claim", "by": "question_id", "urls": [f"/v1/claims/{made}"], "more": False}]
    await delete(client, "/v1/questions/ref:q?cascade=true")
    await get(client, f"/v1/claims/{made}", 410)
