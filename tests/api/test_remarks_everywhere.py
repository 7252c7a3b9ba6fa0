"""Whatever is written, the answer says what it was taken for: changes, merges, proposals, and what was sent before."""

import json
from typing import Any

import httpx
import psycopg
import pytest
from calls import Json, claim, get, ids, post, source, statement
from fastapi import FastAPI
from key_holders import make_key

from app.database import Signature


def told(answer: httpx.Response) -> list[tuple[str, str, Any, Any]]:
    assert answer.is_success, answer.text
    return [(one["what"], one["pointer"], one["stored"], one["sent"]) for one in answer.json()["remarks"]]


async def changed(client: httpx.AsyncClient, path: str, body: Json) -> list[tuple[str, str, Any, Any]]:
    return told(await client.patch(path, json=body, headers={"If-Match": "*"}))


NOTHING_NEW = ("matched", "", None, None)


@pytest.mark.parametrize(
    ("made", "body", "remarks"),
    [
        ({}, {"country": "UK"}, [("changed", "/country", "GB", "UK")]),
        ({}, {"country": "GB"}, []),
        ({"country": "GB"}, {"country": "GB"}, [NOTHING_NEW]),
        ({"country": "GB"}, {"country": "UK"}, [NOTHING_NEW, ("changed", "/country", "GB", "UK")]),
        ({}, {}, [NOTHING_NEW]),
        ({}, {"language": "iw", "role": "mayor"}, [("changed", "/language", "he", "iw")]),
        ({}, {"language": "EN"}, []),
        ({"reliability": "B"}, {"reliability": None}, []),
        ({}, {"disclosure": None, "role": "x"}, [("changed", "/disclosure", "named", None)]),
    ],
)
async def test_a_changed_source(client: httpx.AsyncClient, made: Json, body: Json, remarks: list[Any]) -> None:
    await post(client, "/v1/sources", {"ref": "s", "name": "Ines Varga", **made})
    answer = await client.patch("/v1/sources/ref:s", json=body, headers={"If-Match": "*"})
    assert told(answer) == remarks
    stored = await client.get("/v1/sources/ref:s")
    assert answer.headers["ETag"] == stored.headers["ETag"], "the remarks are no part of the record"
    assert {
        name: value for name, value in answer.json().items() if name not in ("changed", "remarks", "similar")
    } == stored.json()


async def test_what_follows_from_a_change(client: httpx.AsyncClient, event: str) -> None:
    about = await post(client, f"{event}/questions", {"measure": "injured", "kind": "cause"})
    assert await changed(client, f"/v1/questions/{about['id']}", {"kind": None}) == [
        ("changed", "/kind", "casualties", None),
        ("changed", "/evolving", True, None),
    ]
    body = {"question": about["id"], "figure": {"min": 4}}
    number = (await post(client, f"{event}/claims", body))["claim"]["id"]
    taken = await changed(client, f"/v1/claims/{number}", {"figure": {"min": 4, "max": 6}})
    assert taken == [("changed", "/figure/qualifier", "between", None)]


async def test_changes_of_times_and_pages(client: httpx.AsyncClient) -> None:
    await post(client, "/v1/documents", {"ref": "d", "url": "https://n.example/1"})
    archived = "https://web.archive.org/web/20230809120000/https://n.example/2"
    assert await changed(client, "/v1/documents/ref:d", {"url": archived, "published": "2023/08/09"}) == [
        ("changed", "/url", "https://n.example/2", archived),
        ("changed", "/published", "2023-08-09", "2023/08/09"),
    ]
    assert (await get(client, "/v1/documents/ref:d"))["url"] == "https://n.example/2"
    made = await client.post("/v1/documents", json={"url": "https://n.example/3", "published": "2019-11-00"})
    assert told(made) == [("changed", "/published", "2019-11", "2019-11-00")]


async def test_what_lies_deeper_in_a_body(client: httpx.AsyncClient, event: str) -> None:
    aliases = {"aliases": [{"name": "I. V."}, {"name": "א", "language": "iw"}]}
    answer = await client.post("/v1/sources", json={"ref": "s", "name": "Ines Varga", **aliases})
    assert told(answer) == [("changed", "/aliases/1/language", "he", "iw")]
    assert await changed(client, "/v1/sources/ref:s", aliases) == [
        NOTHING_NEW, ("changed", "/aliases/1/language", "he", "iw"),
    ]  # fmt: skip
    body = {"text": "It burnt", "translations": {"iw": "א", "en": "It burnt"}}
    answer = await client.post(f"{event}/claims", json=body)
    assert told(answer) == [("changed", "/translations/iw", "he", "iw")]
    twice = await client.post(f"{event}/claims", json=body | {"translations": {"iw": "a", "he": "b"}})
    assert [error["pointer"] for error in twice.json()["errors"]] == ["/translations"]


async def test_a_stance_in_others_words(client: httpx.AsyncClient, event: str) -> None:
    about = await claim(client, event)
    body = {"claim": about, "source": {"name": "Ines Varga"}, "stance": "denies"}
    assert told(await client.post(f"{event}/statements", json=body)) == [("changed", "/stance", "deny", "denies")]
    body["stance"] = "Support"
    assert told(await client.post(f"{event}/statements", json=body))[0][0] == "matched"


async def test_a_chain_that_is_replaced(client: httpx.AsyncClient, event: str) -> None:
    await source(client, "Ines Varga", role="doctor")
    said = {"source": {"name": "Marta Vey"}, "document": {"url": "https://n.example/1"}}
    body = {"text": "It burnt", "statements": [said]}
    answer = await post(client, f"{event}/claims", body)
    path = f"/v1/appearances/{answer['statements'][0]['appearance']['id']}"
    remarks = await changed(client, path, {"hops": [{"source": {"name": "Ines Varga", "role": "nurse"}}]})
    assert [(what, pointer, sent) for what, pointer, _, sent in remarks] == [
        ("matched", "/hops/0/source/name", "Ines Varga"), ("not_taken", "/hops/0/source/role", "nurse"),
    ]  # fmt: skip


async def test_merges_and_withdrawals(client: httpx.AsyncClient, event: str) -> None:
    first, second = await source(client, "Olena Hrushevska"), await source(client, "Олена Грушевська")
    (link,) = await ids(client, "/v1/source-links?state=proposed")
    body = {"into": first}
    assert told(await client.post(f"/v1/sources/{second}/merge", json=body)) == [("changed", "/into", link, None)]
    assert told(await client.post(f"/v1/sources/{second}/merge", json=body)) == [NOTHING_NEW]
    assert await changed(client, f"/v1/sources/{second}", {"merged_into": None}) == [
        ("changed", "/merged_into", link, None)
    ]
    assert await changed(client, f"/v1/source-links/{link}", {"state": "confirmed"}) == [
        ("changed", "/state", first, None)
    ]
    assert await changed(client, f"/v1/source-links/{link}", {"state": "rejected"}) == [
        ("changed", "/state", second, None)
    ]
    spoken = await statement(client, event, await claim(client, event), first)
    path, taken_back = f"/v1/statements/{spoken}/withdraw", {"withdrawn": "2023-8-12"}
    respelt = ("changed", "/withdrawn", "2023-08-12", "2023-8-12")
    assert told(await client.post(path, json=taken_back)) == [respelt]
    assert told(await client.post(path, json=taken_back)) == [NOTHING_NEW, respelt]


async def test_proposals(client: httpx.AsyncClient, event: str) -> None:
    latin = await source(client, "Olena Hrushevska")
    answer = await client.post("/v1/sources", json={"name": "Олена Грушевська"})
    (remark,) = answer.json()["remarks"]
    (link,) = await ids(client, "/v1/source-links?state=proposed")
    assert (remark["what"], remark["pointer"]) == ("proposed", "/name")
    assert remark["stored"] == {"id": latin, "name": "Olena Hrushevska", "link_id": link, "score": 0.9}
    assert "the name in another script" in remark["detail"]
    # Of a renamed one, and one of a line; two that are both new.
    other = await source(client, "Rolf Aune")
    renamed = await changed(client, f"/v1/sources/{other}", {"name": "Hrushevska Olena", "role": "x"})
    assert [(what, pointer) for what, pointer, _, _ in renamed] == [("proposed", "/name")] * 2
    lines = [{"type": "source", "name": "Marta Vey"}, {"type": "source", "name": "Марта Вей"}]
    sent = "\n".join(json.dumps(line) for line in lines)
    answer = await client.post("/v1/ingest", content=sent, headers={"Content-Type": "application/x-ndjson"})
    first, second, _ = [json.loads(line) for line in answer.text.splitlines()]
    (remark,) = second["remarks"]
    assert (remark["pointer"], remark["stored"]["id"], "remarks" in first) == ("/name", first["id"], False)


async def test_copies_and_credits_that_are_proposed(client: httpx.AsyncClient, event: str) -> None:
    def body(site: str, words: str) -> Json:
        paper = {"url": f"https://{site}.example/1", "text": words}
        return {"text": "It burnt", "statements": [{"source": {"name": f"Mayor of {site}"}, "document": paper}]}

    words = "ZAPOROVO (AP) — Seven people were killed by a drone, witnesses said."
    answer = await client.post(f"{event}/claims", json=body("a", words))
    assert [(one["what"], one["pointer"]) for one in answer.json()["remarks"]] == [("proposed", "/statements/0/hops")]
    assert answer.json()["remarks"][0]["stored"]["name"] == "Associated Press"
    answer = await client.post(f"{event}/claims", json=body("b", words))
    by_pointer = {one["pointer"]: one["stored"] for one in answer.json()["remarks"] if one["what"] == "proposed"}
    assert by_pointer.keys() == {"/statements/0/document", "/statements/0/hops"}
    assert by_pointer["/statements/0/document"]["url"] == "https://a.example/1"


async def test_a_report_that_comes_again(client: httpx.AsyncClient) -> None:
    event = {"ref": "e", "title": "Fire", "claims": [{"text": "It burnt"}]}
    report = {"ref": "r", "events": [event]}
    assert told(await client.post("/v1/reports", json=report)) == []
    assert told(await client.post("/v1/reports", json=report)) == [NOTHING_NEW]
    sent = json.dumps({"type": "report", **report})
    answer = await client.post("/v1/ingest", content=sent, headers={"Content-Type": "application/x-ndjson"})
    line, _ = [json.loads(line) for line in answer.text.splitlines()]
    assert (line["status"], [one["pointer"] for one in line["remarks"]]) == (200, [""])


async def test_a_proposal_tells_nobody_of_what_is_hidden_from_him(
    app: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection[Any]
) -> None:
    """Neither a source of restricted events alone, to a key that may not read these, nor a confidential one."""
    await post(client, "/v1/events", {"slug": "secret", "title": "Secret", "visibility": "restricted"})
    await post(client, "/v1/events", {"slug": "open", "title": "Open"})
    about = {event: await claim(client, f"/v1/events/{event}") for event in ("secret", "open")}
    for event, name in (("secret", "Olena Hrushevska"), ("open", "Marta Vey"), ("open", "Petra Lind")):
        await statement(client, f"/v1/events/{event}", about[event], await source(client, name))
    petra = (await get(client, "/v1/sources?q=Petra"))["items"][0]["id"]
    await changed(client, f"/v1/sources/{petra}", {"confidential": True})
    async with app.state.database.writing(Signature("tests")) as session:
        token = await make_key(session, "robot")
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'robot'")
    psql.commit()
    headers = {"Authorization": f"Bearer {token}"}
    for name, shown in (("Грушевська Олена", []), ("Марта Вей", ["Marta Vey"]), ("Петра Лінд", [])):
        answer = await client.post("/v1/sources", json={"name": name}, headers=headers)
        assert [remark[2]["name"] for remark in told(answer)] == shown
    assert len(await ids(client, "/v1/source-links?state=proposed")) == 2
