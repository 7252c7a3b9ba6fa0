"""Answers to writes say where each record is read that they name."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

REPORT = {
    "ref": "report",
    "document": {"url": "https://news.example/1", "publisher": {"name": "News"}, "text": "“It was a drone,” he said."},
    "events": [
        {
            "ref": "event",
            "title": "Explosion",
            "event_links": [{"relation": "related", "to": "ref:before"}],
            "questions": [{"text": "Who?"}],
            "claims": [
                {
                    "label": "#a",
                    "text": "A drone struck the plant on Wednesday",
                    "question": {"text": "Why?", "kind": "cause"},
                    "statements": [{"source": {"name": "A"}, "wording": "It was a drone,", "quoted": True}],
                },
                {"label": "#b", "question": {"measure": "injured"}, "figure": {"min": 31}, "statements": [{}]},
            ],
            "claim_links": [{"from": "#a", "relation": "contradicts", "to": "#b"}],
            "assessments": [{"claim": "#a", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "unverified"}],
        },
        {"ref": "before", "title": "Fire"},
    ],
}


def parts(answer: Any) -> Iterator[dict[str, Any]]:
    """Everything in an answer that says what became of a record."""
    if isinstance(answer, list):
        for part in answer:
            yield from parts(part)
    if isinstance(answer, dict):
        if "outcome" in answer:
            yield answer
        for name, part in answer.items():
            if name != "remarks":
                yield from parts(part)


async def send(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    answer = await client.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def test_every_part_says_where_it_is_read(client: httpx.AsyncClient) -> None:
    for answer in (await send(client, "/v1/reports", REPORT), await send(client, "/v1/reports", REPORT)):
        report, *others = parts(answer)
        assert report["url"] is None, "a report has no address"
        assert len(others) > 12
        for part in others:
            assert (await client.get(part["url"])).json()["id"] == part["id"]
        for event in answer["events"]:
            read = (await client.get(f"/v1/events/{event['slug']}")).json()
            assert (read["id"], read["slug"]) == (event["id"], event["slug"])


async def test_an_event_found_by_ref_is_told_by_the_slug_it_has(client: httpx.AsyncClient) -> None:
    await send(client, "/v1/reports", REPORT)
    again = {"ref": "other", "events": [{"ref": "event", "slug": "another", "claims": [{"text": "A missile"}]}]}
    assert (await send(client, "/v1/reports", again))["events"][0]["slug"] == "explosion"
    stays = await send(client, "/v1/events", {"title": "It stays"})
    await send(client, "/v1/events/explosion/merge", {"into": stays["id"]})
    assert (await send(client, "/v1/reports", again | {"ref": "third"}))["events"][0]["slug"] == stays["slug"]


async def test_similar_claims_and_proposals_say_where_they_are_read(client: httpx.AsyncClient) -> None:
    await send(client, "/v1/reports", REPORT)
    body = {"text": "A drone struck the plant on a Wednesday", "statements": [{"source": {"name": "B"}}]}
    answer = await send(client, "/v1/events/explosion/claims", body)
    (similar,) = answer["similar"]
    assert (await client.get(similar["url"])).json()["text"] == "A drone struck the plant on Wednesday"
    await send(client, "/v1/sources", {"name": "Jonathan Smith", "kind": "official"})
    made = await send(client, "/v1/sources", {"name": "Smith, Jonathan", "kind": "official"})
    (proposed,) = [remark for remark in made["remarks"] if remark["what"] == "proposed"]
    assert (await client.get(proposed["url"])).json()["id"] == proposed["stored"]["id"]


async def test_remarks_say_where_the_record_is_read_that_they_tell_of(client: httpx.AsyncClient) -> None:
    stored = await send(client, "/v1/sources", {"name": "Marta Vey", "kind": "official", "role": "mayor"})
    told = {"text": "It burnt", "statements": [{"source": {"name": "Marta Vey", "role": "doctor"}}]}
    event = await send(client, "/v1/events", {"title": "Fire"})
    remarks = (await send(client, f"/v1/events/{event['slug']}/claims", told))["remarks"]
    assert {remark["what"]: remark["url"] for remark in remarks} == dict.fromkeys(
        ("matched", "not_taken"), f"/v1/sources/{stored['id']}"
    )
    again = await send(client, "/v1/events", {"slug": event["slug"], "title": "Blaze"})
    assert [remark["url"] for remark in again["remarks"]] == [f"/v1/events/{event['id']}"]


async def test_every_line_says_where_its_record_is_read(client: httpx.AsyncClient) -> None:
    lines = (
        '{"type": "event", "ref": "e", "title": "Fire"}\n{"type": "source", "ref": "s", "name": "A"}\n'
        '{"type": "claim", "ref": "c", "event": "ref:e", "text": "It burnt"}\n'
    )
    for _ in range(2):
        answer = await client.post("/v1/ingest", content=lines, headers={"Content-Type": "application/x-ndjson"})
        for line in map(json.loads, answer.text.splitlines()[:-1]):
            assert (await client.get(line["url"])).json()["id"] == line["id"]
