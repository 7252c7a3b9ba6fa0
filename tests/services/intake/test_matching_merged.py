"""Merging moves no rows: what was said before a merge is found again after it, in every way."""

from typing import Any

import httpx
import psycopg
import pytest
from reporting import claim, figure, new, outcomes, rows, said, sent

AIDE = {"disclosure": "anonymous", "role": "aide"}


def body(event: str, **given: Any) -> dict[str, Any]:
    """Everything that can hang on a source, a document, a claim and an event."""
    document = {"url": "https://a.example/1", "text": "Words.", "published": "2023-08-09"}
    link = {"relation": "syndicated_from", "to": {"url": "https://wire.example/1"}}
    whole = {
        "document": document | {"links": [link]},
        "events": [
            {
                "slug": event,
                "title": "Blast",
                "event_links": [{"relation": "related", "to": "ref:far"}],
                "claims": [
                    claim(
                        "Drone", said("Ann", wording="a drone", hops=[{"source": AIDE}]), {"source": None}, label="#d"
                    ),
                    claim("Gas", {"source": AIDE}, question={"text": "What was it?"}, label="#g"),
                    figure(31, said("Ann"), label="#31"),
                    figure(19, said("Ann"), label="#19") | {"figure": {"min": 19, "of": "#31"}},
                ],
                "statements": [
                    {"question": {"text": "What was it?"}, "source": {"name": "Ann"}, "stance": "no_comment"}
                ],
                "claim_links": [{"from": "#d", "relation": "contradicts", "to": "#g"}],
                "assessments": [
                    {
                        "claim": "#d",
                        "author": {"name": "Desk"},
                        "scheme": "veracity",
                        "rating": "false",
                        "documents": [document],
                    }
                ],
            }
        ],
    }
    return whole | given


@pytest.fixture
async def first(client: httpx.AsyncClient) -> dict[str, Any]:
    await sent(client, "/v1/events", {"title": "Far", "ref": "far"})
    return await sent(client, "/v1/reports", body("one"), 201)


@pytest.mark.parametrize("merged", ["sources", "documents", "claims", "events"])
async def test_sending_again_after_a_merge_stores_nothing_new(
    client: httpx.AsyncClient, psql: psycopg.Connection, first: dict[str, Any], merged: str
) -> None:
    path = {
        "sources": f"/v1/sources/{first['events'][0]['claims'][0]['statements'][0]['source']['id']}",
        "documents": f"/v1/documents/{first['document']['id']}",
        "claims": f"/v1/claims/{first['events'][0]['claims'][0]['claim']['id']}",
        "events": f"/v1/events/{first['events'][0]['id']}",
    }[merged]
    if merged == "claims":
        target = (await sent(client, "/v1/events/one/claims", {"text": "A drone"}))["claim"]["id"]
    else:
        blank = {
            "sources": {"name": "Anna"},
            "documents": {"url": "https://a.example/2"},
            "events": {"title": "B", "slug": "two"},
        }
        target = (await sent(client, f"/v1/{merged}", blank[merged]))["id"]
    await sent(client, f"{path}/merge", {"into": target})
    before = rows(psql)
    again = await sent(client, "/v1/reports", body("one", ref="r1"), 201)
    assert new(before, rows(psql)) == {"report": 1}
    assert outcomes(again["events"]) <= {"matched", "completed"}
    assert target in str(again)
    # The text has changed: a version of the target, and the old appearances keep theirs.
    other = body("one", ref="r2")
    other["document"] |= {"text": "Other words."}
    await sent(client, "/v1/reports", other, 201)
    assert new(before, rows(psql)) == {"report": 2, "document_version": 1}


async def test_two_events_with_the_same_records_are_merged(
    client: httpx.AsyncClient, psql: psycopg.Connection, first: dict[str, Any]
) -> None:
    """Two scripts made two events of one; after the merge both find what they had said, each in its own event."""
    second = await sent(client, "/v1/reports", body("two"), 201)
    assert second["events"][0]["id"] != first["events"][0]["id"]
    third = await sent(client, "/v1/reports", _bob("b1"), 201)
    await sent(client, "/v1/events/one/merge", {"into": second["events"][0]["id"]})
    before = rows(psql)
    for slug in ("one", "two"):
        answer = await sent(client, "/v1/reports", body(slug, ref=slug), 201)
        assert outcomes(answer["events"]) == {"matched"}
    again = await sent(client, "/v1/reports", _bob("b2"), 201)
    assert outcomes(again["events"]) == {"matched"}
    assert _statement(again) == _statement(third)
    assert new(before, rows(psql)) == {"report": 3}


def _bob(ref: str) -> dict[str, Any]:
    return {"ref": ref, "events": [{"event": "two", "claims": [figure(31, said("Bob"))]}]}


def _statement(answer: dict[str, Any]) -> Any:
    return answer["events"][0]["claims"][0]["statements"][0]["id"]


async def test_new_parts_land_beside_what_they_belong_to(
    client: httpx.AsyncClient, psql: psycopg.Connection, first: dict[str, Any]
) -> None:
    """A claim link between two claims of a merged event can still be made; between claims of two events it can not."""
    one = first["events"][0]
    target = await sent(client, "/v1/events", {"title": "B", "slug": "two"})
    mine = (await sent(client, "/v1/events/two/claims", {"text": "Mine"}))["claim"]["id"]
    await sent(client, f"/v1/events/{one['id']}/merge", {"into": target["id"]})
    drone, gas, *_ = [part["claim"]["id"] for part in one["claims"]]
    link = {"from": gas, "relation": "refines", "to": drone}
    made = await sent(client, "/v1/events/two/claim-links", link, 201)
    assert made["event_id"] == one["id"]
    answer = await sent(client, "/v1/events/two/claim-links", link | {"to": mine}, 422)
    assert answer["errors"][0]["pointer"] == "/to"
    said_so = await sent(client, "/v1/events/two/statements", {"claim": drone, "source": {"name": "Bob"}}, 201)
    assert said_so["event_id"] == one["id"]
