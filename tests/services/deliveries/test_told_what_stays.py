"""What a delivery empties in records that it has no more, and what of these stays, is told, with why."""

from typing import Any

import httpx
import psycopg
import pytest
from reporting import claim, report

Json = dict[str, Any]
EVENT: Json = {"slug": "fire", "title": "Fire"}


async def deliver(client: httpx.AsyncClient, body: Json) -> Json:
    answer = await client.post("/v1/reports", json=body)
    assert answer.is_success, answer.text
    read: Json = answer.json()
    return read


def told(answer: Json) -> dict[tuple[str, str], Json]:
    """The remarks on what the body has no more, by what they say and of which kind of record."""
    return {(one["what"], one["stored"]["type"]): one for one in answer["remarks"] if one["pointer"] == ""}


async def test_what_is_emptied_and_stays_is_told(client: httpx.AsyncClient) -> None:
    zoe = {"source": {"name": "Zoe Zed", "party": "x"}, "certainty": "certain"}
    first = report(claim("Gas", zoe, question={"text": "What?", "kind": "cause"}), ref="r1")
    bare = report(claim("Gas", {"source": "Zoe Zed"}, question="What?"), ref="r2")
    await deliver(client, first)
    await deliver(client, bare)
    answer = await deliver(client, report(ref="r1"))
    assert answer["changed"] is True
    assert not any(answer["removed"].values())
    found = told(answer)
    assert set(found) == {
        ("not_taken", kind) for kind in ("question", "claim", "statement", "source", "appearance")
    } | {("replaced", kind) for kind in ("question", "statement", "source")}  # fmt: skip
    emptied = {kind: found["replaced", kind] for kind in ("question", "statement", "source")}
    (source,) = (await client.get("/v1/sources")).json()["items"]
    (question,) = (await client.get("/v1/questions")).json()["items"]
    (statement,) = (await client.get("/v1/statements")).json()["items"]
    assert emptied["source"]["stored"] == {"type": "source", "id": source["id"], "party": "x"}
    assert emptied["question"]["stored"] == {"type": "question", "id": question["id"], "kind": "cause"}
    assert emptied["statement"]["stored"] == {"type": "statement", "id": statement["id"], "certainty": "certain"}
    assert emptied["source"]["url"] == f"/v1/sources/{source['id']}"
    assert "only this report had said the party" in emptied["source"]["detail"]
    assert "another report says it, too" in found["not_taken", "claim"]["detail"]
    assert (source["party"], question["told"], statement["certainty"]) == (None, [], None)
    answer = await deliver(client, report(ref="r1", title="Fire"))
    assert told(answer) == {}  # once


async def test_why_it_stays(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    whole = report(claim("A", {"source": {"name": "X"}}), claim("B", {"source": {"name": "Y"}}), ref="r1")
    answer = await deliver(client, whole)
    first, second = [one["claim"]["id"] for one in answer["events"][0]["claims"]]
    changed = await other.patch(f"/v1/claims/{first}", json={"accuses": "west"}, headers={"If-Match": "*"})
    assert changed.status_code == 200
    rating = {"claim": second, "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}
    (await other.post(f"/v1/events/{answer['events'][0]['id']}/assessments", json=rating)).raise_for_status()
    answer = await deliver(client, report(ref="r1"))
    stayed = {one["stored"]["id"]: one for one in answer["remarks"] if one["what"] == "not_taken"}
    assert stayed.keys() == {first, second}
    assert "somebody else has said or changed it since" in stayed[first]["detail"]
    assert "records that are not this report's stand on what it says" in stayed[second]["detail"]


async def test_a_chain_that_is_another_is_told_whole(client: httpx.AsyncClient) -> None:
    """Who passed it on before and who does now; that there is none only where there is none."""

    async def remarked(*names: str) -> Json:
        hops = [{"source": {"name": name}} for name in names]
        spoken = {"source": {"name": "X"}, "wording": "w", "hops": hops}
        answer = await deliver(client, report(claim("A", spoken), ref="r1"))
        return next((one for one in answer["remarks"] if one["what"] == "replaced"), {})

    assert await remarked("ANT1 radio") == {}
    other = await remarked("Open TV", "Wire")
    assert (other["stored"], other["sent"]) == (["ANT1 radio"], ["Open TV", "Wire"])
    assert "this one was taken" in other["detail"]
    gone = await remarked()
    assert (gone["stored"], gone["sent"]) == (["Open TV", "Wire"], None)
    assert "it says none now" in gone["detail"]


@pytest.mark.parametrize("reported", [True, False])
async def test_who_holds_a_trait_of_a_source_is_told(
    client: httpx.AsyncClient, other: httpx.AsyncClient, *, reported: bool
) -> None:
    """Another report, be it of the same key, or somebody else."""
    one, mended = ({"name": "Frontex", "party": party} for party in ("eu", "european_union"))
    answer = await deliver(client, report(claim("A", {"source": one}), ref="r1"))
    if reported:
        await deliver(client, report(claim("B", {"source": one}), ref="r2"))
    else:
        path = f"/v1/sources/{answer['events'][0]['claims'][0]['statements'][0]['source']['id']}"
        for party in ("x", "eu"):
            (await other.patch(path, json={"party": party}, headers={"If-Match": "*"})).raise_for_status()
        path = f"/v1/events/{answer['events'][0]['id']}/claims"
        (await other.post(path, json=claim("C", {"source": one}))).raise_for_status()
    answer = await deliver(client, report(claim("A", {"source": mended}), ref="r1"))
    (remark,) = [one for one in answer["remarks"] if one["pointer"].endswith("/source/party")]
    assert ("another report says" in remark["detail"], "somebody else" in remark["detail"]) == (reported, not reported)


async def test_who_may_not_see_what_stays_is_not_told(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    """A source that an editor hid since."""
    answer = await deliver(client, report(claim("A", {"source": {"name": "X"}}), ref="r1"))
    source = answer["events"][0]["claims"][0]["statements"][0]["source"]["id"]
    await deliver(client, report(claim("A", {"source": "X"}), ref="r2"))
    hidden = await client.patch(f"/v1/sources/{source}", json={"confidential": True}, headers={"If-Match": "*"})
    assert hidden.status_code == 200
    psql.execute("UPDATE api_key SET scopes = '{ingest,read}' WHERE name = 'tester'")
    answer = await deliver(client, report(ref="r1"))
    assert source not in str(answer["remarks"])
    assert ("not_taken", "claim") in told(answer)


@pytest.mark.parametrize(
    ("name", "first", "later"),
    [
        ("retrieved_at", "2023-08-11T12:00:00Z", "2023-08-11T13:00:00Z"),
        ("retrieved_at", "2023-08-11T12:00:00Z", None),
        ("headline", "A drone?", "Nobody was hurt"),
        ("headline", "A drone?", None),
        ("archive_url", "https://web.archive.org/web/20230811120000/https://kestrel.example/1", None),
        ("http_status", 200, 404),
        ("part", True, None),
    ],
)
async def test_what_was_read_of_a_page_stays_as_it_was(
    client: httpx.AsyncClient, name: str, first: Any, later: Any
) -> None:
    """When the report comes again with what the page says by now: a version is a fact of its day."""
    pages = [{"text": "It was a drone.", name: first}, {"text": "Nobody was hurt."} | ({name: later} if later else {})]
    for page in pages:
        document = {"url": "https://kestrel.example/1", **page}
        answer = await deliver(client, {"ref": "r", "document": document, "events": [EVENT]})
    versions = (await client.get(f"/v1/documents/{answer['document']['id']}/versions?text=true")).json()["items"]
    of_text = {version["text"]: version[name] for version in versions}
    assert of_text["It was a drone."] == first
    assert later is None or of_text["Nobody was hurt."] == later
