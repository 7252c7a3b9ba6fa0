"""The history of each kind of record: who, why, what it became."""

import httpx
import pytest
from calls import Json, claim, delete, get, patch, post, source, statement
from httpx import AsyncClient
from psycopg import Connection


@pytest.fixture
async def made(client: AsyncClient, event: str) -> dict[str, str]:
    """The path of one record of each kind, with a field to change."""
    await post(client, "/v1/events", {"title": "Other", "slug": "other"})
    question = (await post(client, f"{event}/questions", {"text": "Why?"}))["id"]
    first, second = await claim(client, event, "A"), await claim(client, event, "B")
    link = await post(client, f"{event}/claim-links", {"from": first, "relation": "supports", "to": second})
    other = (await get(client, "/v1/events/other"))["id"]
    event_link = await post(client, f"{event}/event-links", {"relation": "related", "to": other})
    paper = await post(client, "/v1/documents", {"url": "https://a.example/1"})
    depends = {"relation": "quotes", "to": {"url": "https://a.example/2"}}
    paper_link = await post(client, f"/v1/documents/{paper['id']}/links", depends)
    speaker = await source(client, "Mayor of Kesra")
    twins = await post(client, f"/v1/sources/{speaker}/links", {"to": {"name": "The mayor of Kesra"}})
    said = await statement(client, event, first, speaker)
    place = await post(client, f"/v1/statements/{said}/appearances", {"document": paper["id"], "wording": "a"})
    rating = {"claim": second, "author": speaker, "scheme": "veracity", "rating": "true"}
    rated = await post(client, f"{event}/assessments", rating)
    return {
        "assessments": rated["id"], "appearances": place["id"], "statements": said, "claim-links": link["id"],
        "source-links": twins["id"],
        "claims": first, "questions": question, "event-links": event_link["id"], "document-links": paper_link["id"],
        "documents": paper["id"], "sources": speaker, "events": event.rpartition("/")[2],
    }  # fmt: skip


async def test_of_every_kind_and_of_what_is_gone(client: AsyncClient, other: AsyncClient, made: dict[str, str]) -> None:
    for kind, key in made.items():
        path = f"/v1/{kind}/{key}"
        await patch(other, path, {"ref": f"a-{kind}"})
        reason = {"Change-Reason": "Дубль: twice", "If-Match": "*"}
        gone = await client.delete(f"{path}?cascade=true", headers=httpx.Headers(reason, encoding="utf-8"))
        assert gone.status_code == 204, gone.text
        found = (await get(client, f"{path}/history"))["items"]
        assert [(one["op"], one["actor"]) for one in found] == [
            ("insert", "tester"), ("update", "other"), *[("update", "tester")] * (len(found) - 3), ("delete", "tester"),
        ], kind  # fmt: skip
        assert [one["reason"] for one in found[:2]] == [None, None]
        assert found[-1]["reason"] == "Дубль: twice"
        assert (found[0]["record"]["ref"], found[1]["record"]["ref"]) == (None, f"a-{kind}")
        assert [one["version"] for one in found[:2]] == [1, 2]
        assert (await get(client, f"/v1/{kind}/ref:a-{kind}/history"))["items"] == found


async def test_positions_are_those_of_the_ledger(client: AsyncClient, event: str, psql: Connection) -> None:
    await patch(client, event, {"title": "Later"})
    rising = (await get(client, f"{event}/history"))["items"]
    falling = (await get(client, f"{event}/history?sort=-position"))["items"]
    assert rising == falling[::-1]
    rows = psql.execute("SELECT seq || '-' || left(encode(hash, 'hex'), 8) FROM change ORDER BY seq").fetchall()
    assert [one["position"] for one in rising] == [row[0] for row in rows]


async def test_of_what_never_was(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    for one in (client, anybody):
        await get(one, "/v1/claims/01a2043e-e340-72ca-84f4-b6b7d3e157db/history", 404)
        await get(one, event.replace("events", "claims") + "/history", 404)


async def test_anybody_reads_what_became_of_a_public_record(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    made = await claim(client, event)
    await delete(client, f"/v1/claims/{made}")
    await get(anybody, f"/v1/claims/{made}", 410)
    found: list[Json] = (await get(anybody, f"/v1/claims/{made}/history"))["items"]
    assert [one["op"] for one in found] == ["insert", "delete"]
    await patch(client, event, {"visibility": "restricted"})
    await get(anybody, f"/v1/claims/{made}", 404)
    await get(anybody, f"/v1/claims/{made}/history", 404)


async def test_of_an_address_that_leads_to_no_record(
    client: AsyncClient, made: dict[str, str], described: Json
) -> None:
    """One operation for all kinds: which there are, it says."""
    parameters = described["paths"]["/v1/{records}/{record}/history"]["get"]["parameters"]
    assert set(parameters[0]["schema"]["enum"]) == set(made)
    told = await get(client, "/v1/claims/blast/history", 422)
    assert told["errors"][0]["parameter"] == "record"
    for path in ("/v1/nothing/ref:a/history", "/v1/versions/ref:a/history"):
        await get(client, path, 404)
        assert "Allow" not in (await client.options(path)).headers
