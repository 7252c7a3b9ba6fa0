"""Ratings of claims, with the evidence they name."""

import pytest
from calls import Json, claim, delete, document, get, ids, patch, post
from httpx import AsyncClient


@pytest.fixture
async def rated(client: AsyncClient, event: str) -> Json:
    body = {
        "ref": "r",
        "claim": await claim(client, event),
        "author": {"name": "Checkers", "kind": "ngo"},
        "scheme": "claimreview",
        "rating": "mostly_true",
        "label": "Rather true",
        "rating_value": 4,
        "made": "2023-09",
        "documents": [{"url": "https://proof.example/1"}, await document(client, "https://proof.example/2")],
    }
    made = await post(client, f"{event}/assessments", body)
    assert (await post(client, f"{event}/assessments", {**body, "ref": None}, 200))["id"] == made["id"]
    return made


async def test_it_is_the_same_on_the_same_page(client: AsyncClient, event: str) -> None:
    """However the page's address is written; another page of the same desk is another assessment."""
    rated = {"claim": await claim(client, event), "author": "Checkers", "scheme": "claimreview", "rating": "false"}
    made = await post(client, f"{event}/assessments", rated | {"url": "https://checks.example/1"})
    for address in ("http://www.checks.example/1/amp", "https://web.archive.org/web/2024/https://checks.example/1"):
        again = (await client.post(f"{event}/assessments", json=rated | {"url": address})).json()
        assert (again["id"], again["url"]) == (made["id"], "https://checks.example/1")
        assert [(remark["what"], remark["pointer"]) for remark in again["remarks"]][-1] == ("not_taken", "/url")
    await post(client, f"{event}/assessments", rated | {"url": "https://checks.example/2"})
    await post(client, f"{event}/assessments", rated)
    where = f"/v1/assessments/{made['id']}"
    await patch(client, where, {"url": "https://checks.example/moved"})
    moved = await post(client, f"{event}/assessments", rated | {"url": "http://m.checks.example/moved"}, 200)
    assert moved["id"] == made["id"]
    await patch(client, where, {"url": None})


async def test_is_found_and_listed(client: AsyncClient, event: str, rated: Json) -> None:
    assert (len(rated["document_ids"]), rated["settles"], rated["made_to"]) == (2, False, "2023-10-01T00:00:00Z")
    assert await get(client, "/v1/assessments/ref:r") == rated
    assert await ids(client, f"{event}/assessments") == await ids(client, "/v1/assessments") == [rated["id"]]


async def test_is_changed(client: AsyncClient, rated: Json) -> None:
    where = f"/v1/assessments/{rated['id']}"
    changed = await patch(
        client, where, {"settles": True, "label": None, "made": None, "scheme": "averitec", "rating": "supported"}
    )
    assert (changed["settles"], changed["label"], changed["made_from"], changed["rating"]) == (
        True,
        None,
        None,
        "supported",
    )
    assert changed["document_ids"] == rated["document_ids"]
    one = rated["document_ids"][0]
    assert (await patch(client, where, {"documents": [one, one]}))["document_ids"] == [one]
    assert (await patch(client, where, {"documents": None, "settles": None}))["document_ids"] == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"rating": "supported"}, "not one of its scheme"),
        ({"rating": "false", "settles": True}, "settles a question"),
        ({"rating": None}, "can't be empty"),
        ({"author": None}, "can't be empty"),
        ({"documents": ["ref:none"]}, "there is no document"),
        ({"claim": None}, ""),
    ],
)
async def test_what_can_not_be_is_refused(client: AsyncClient, rated: Json, body: Json, says: str) -> None:
    told = await patch(client, "/v1/assessments/ref:r", body, 422)
    assert says in f"{told['detail']} {told['errors']}"


async def test_evidence_stands_in_the_way_of_its_document(client: AsyncClient, rated: Json) -> None:
    where = f"/v1/documents/{rated['document_ids'][0]}"
    blocked = (await delete(client, where, 409)).json()["blocked_by"]
    assert [(one["type"], one["urls"]) for one in blocked] == [
        ("assessment_document", [f"/v1/assessments/{rated['id']}"])
    ]
    await delete(client, f"{where}?cascade=true")
    assert (await get(client, "/v1/assessments/ref:r"))["document_ids"] == rated["document_ids"][1:]
    await delete(client, "/v1/assessments/ref:r")
    await get(client, "/v1/assessments/ref:r", 410)
