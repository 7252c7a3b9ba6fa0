"""A report that tells a rating alone: who sees the rating sees the page in which it stands."""

from typing import Any

import httpx
import pytest
from calls import Json, get, patch

COURT = "https://court.example/ruling"


def ruling(document: Any, **told_of_rating: Any) -> Json:
    rated = {"claim": "#c", "author": {"name": "Lind Court", "kind": "court"}, "scheme": "veracity", "rating": "true"}
    event = {
        "ref": "ferry", "title": "A ferry capsizes", "claims": [{"label": "#c", "text": "It was overloaded"}],
        "assessments": [rated | told_of_rating],
    }  # fmt: skip
    return {"ref": "court:1", "document": document, "events": [event]}


async def deliver(client: httpx.AsyncClient, body: Json) -> Json:
    answer: Json = (await client.post("/v1/reports", json=body)).raise_for_status().json()
    return answer


@pytest.mark.parametrize(
    ("document", "rating", "is_its_page"),
    [
        ({"url": COURT}, {}, True),
        ({"url": COURT}, {"url": "http://www.court.example/ruling?utm_source=x#top"}, True),
        ({"title": "Ruling 12/2024", "kind": "court_record", "text": "It was overloaded."}, {}, True),
        ({"url": COURT}, {"documents": [COURT]}, True),
        ({"url": COURT}, {"url": "https://elsewhere.example/1"}, False),
    ],
)
async def test_the_page_is_among_its_documents(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, document: Json, rating: Json, is_its_page: bool
) -> None:
    body = ruling(document, **rating)
    told = await deliver(client, body)
    page, event = told["document"]["id"], told["events"][0]["id"]
    [rated] = (await get(anybody, f"/v1/events/{event}/dossier"))["unasked"][0]["assessments"]
    assert (rated["document_ids"] == [page]) == is_its_page
    assert (await anybody.get(f"/v1/documents/{page}")).status_code == (200 if is_its_page else 404)
    again = await deliver(client, body)
    assert (again["document"]["outcome"], again["changed"]) == ("matched", False)
    # A report that comes again, and rates no more, takes both back.
    body["events"][0].pop("assessments")
    await deliver(client, body)
    assert (await anybody.get(f"/v1/documents/{page}")).status_code == 404


async def test_an_editor_may_say_otherwise(client: httpx.AsyncClient) -> None:
    told = await deliver(client, ruling({"url": COURT}))
    [rated] = (await get(client, f"/v1/events/{told['events'][0]['id']}/assessments"))["items"]
    assert rated["document_ids"] == [told["document"]["id"]]
    changed = await patch(client, f"/v1/assessments/{rated['id']}", {"documents": []})
    assert changed["document_ids"] == []
    await deliver(client, ruling({"url": COURT}))
    assert (await get(client, f"/v1/assessments/{rated['id']}"))["document_ids"] == []
