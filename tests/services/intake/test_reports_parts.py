"""All that a report can carry: stored whole or not at all, found again whole, in a fixed number of statements."""

import asyncio
from copy import deepcopy
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from reporting import claim, figure, new, outcomes, refused, report, rows, said, sent
from sqlalchemy import event as sqlalchemy_event


def everything() -> dict[str, Any]:
    first = {
        "ref": "blast",
        "title": "Взрыв",
        "occurred": "2023-08-09",
        "tags": ["explosion"],
        "event_links": [{"relation": "same_site", "to": "ref:fire"}],
        "questions": [{"text": "Who sent the drones?", "kind": "responsibility", "label": "#who"}],
        "claims": [
            figure(31, said("Governor Kim", wording="31 человек", quoted=True), label="#31"),
            figure(19, said("Governor Kim"), label="#19") | {"figure": {"min": 19, "of": "#31"}},
            claim("It was a drone", {"source": None}, question="#who", accuses="west"),
        ],
        "statements": [
            {
                "question": "#who",
                "source": {"name": "Kyiv", "kind": "authority", "party": "west"},
                "stance": "no_comment",
            },
            {
                "claim": "#31",
                "source": {"disclosure": "anonymous"},
                "stance": "deny",
                "document": {"url": "https://b.example"},
            },
        ],
        "claim_links": [{"from": "#19", "relation": "refines", "to": "#31"}],
        "assessments": [
            {
                "claim": "#31",
                "author": {"name": "Court of Kesra", "kind": "court"},
                "scheme": "airwars",
                "rating": "confirmed",
                "settles": True,
                "documents": [{"url": "https://court.example/1", "text": "Ruling."}, "ref:article"],
            }
        ],
    }
    second = {
        "ref": "fire",
        "title": "Fire",
        "claims": [claim("Arson", said("Governor Kim", hops=[{"source": {"name": "Wire"}}]))],
    }
    document = {
        "ref": "article",
        "url": "https://a.example/1",
        "publisher": {"name": "Paper", "kind": "outlet", "parent": {"name": "Group", "kind": "company"}},
        "published": "2023-08-09",
        "text": "31 человек.",
        "links": [{"relation": "translation_of", "to": {"url": "https://c.example/1", "title": "Original"}}],
    }
    return {"ref": "r1", "document": document, "events": [first, second]}


STORED = {
    "source": 7, "document": 4, "document_version": 2, "document_link": 1, "event": 2, "event_link": 1, "question": 2,
    "claim": 4, "claim_link": 1, "statement": 6, "appearance": 6, "appearance_hop": 1, "assessment": 1,
    "assessment_document": 2, "report": 1,
}  # fmt: skip


async def test_all_of_it_is_stored_and_found_again(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    body = everything()
    before = rows(psql)
    made = await sent(client, "/v1/reports", body, 201)
    stored = rows(psql)
    assert new(before, stored) == STORED
    assert set(made["removed"].values()) == {0}
    assert outcomes(made) == {"created", "matched"}  # matched: what is named a second time
    again = await sent(client, "/v1/reports", body, 200)
    assert outcomes(again) == {"matched"}
    assert rows(psql) == stored
    other = await sent(client, "/v1/reports", body | {"ref": "r2"}, 201)
    assert outcomes(other["events"]) | outcomes(other["document"]) == {"matched"}
    assert new(stored, rows(psql)) == {"report": 1}
    first = made["events"][0]
    denied = (await client.get(f"/v1/statements/{first['statements'][1]['id']}")).json()
    assert (denied["claim_id"], denied["stance"]) == (first["claims"][0]["claim"]["id"], "deny")
    assert first["statements"][1]["document"]["id"] != made["document"]["id"]
    assessment = (await client.get(f"/v1/assessments/{first['assessments'][0]['id']}")).json()
    assert (assessment["settles"], len(assessment["document_ids"])) == (True, 2)


LAST: dict[str, tuple[Any, str]] = {
    "a stance toward a question": (
        {"statements": [{"question": {"text": "Q"}, "stance": "deny"}]},
        "/events/1/statements/0/stance",
    ),
    "a label": (
        {"claim_links": [{"from": "#no", "relation": "supports", "to": "#31"}]},
        "/events/1/claim_links/0/from",
    ),
    "an unnamed author": (
        {"assessments": [{"claim": "ref:no", "author": {"name": "A"}, "scheme": "veracity", "rating": "true"}]},
        "/events/1/assessments/0/claim",
    ),
    "a bad word": (
        {"assessments": [{"claim": "#31", "author": {"name": "A"}, "scheme": "veracity", "rating": "weak"}]},
        "/events/1/assessments/0/rating",
    ),
    "another event": (
        {"assessments": [{"claim": "#31", "author": {"name": "A"}, "scheme": "veracity", "rating": "true"}]},
        "/events/1/assessments/0/claim",
    ),
    "a link to itself": (
        {"claims": [claim("X", label="#x")], "claim_links": [{"from": "#x", "relation": "supports", "to": "#x"}]},
        "/events/1/claim_links/0/to",
    ),
}


async def test_an_error_in_the_last_part_leaves_no_trace(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    before = rows(psql)
    for wrong, pointer in LAST.values():
        body = everything()
        body["events"][1] |= wrong
        assert await refused(client, "/v1/reports", body) == pointer
        assert rows(psql) == before
    body = everything()
    body["events"][1]["claims"][0]["statements"][0]["hops"][0] |= {"source": {"name": "X", "parent": {"name": "X"}}}
    await sent(client, "/v1/reports", body, 422)  # what only the database sees
    assert rows(psql) == before


async def test_a_thousand_records_and_no_more(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    before = rows(psql)
    most = {"events": [{"ref": "e", "title": "E", "claims": [{"text": f"Claim {nth}"} for nth in range(998)]}]}
    await sent(client, "/v1/reports", most | {"document": {"url": "https://a.example"}}, 413)
    assert rows(psql) == before
    await sent(client, "/v1/reports", most, 201)
    assert new(before, rows(psql)) == {"event": 1, "claim": 998, "report": 1}


async def _sent_until_taken(client: httpx.AsyncClient) -> httpx.Response:
    """The answer that is not "too busy, come again", as a busy machine gives it."""
    while True:
        answer = await client.post("/v1/reports", json=everything())
        if answer.status_code != 503:
            return answer
        await asyncio.sleep(1)


async def test_twenty_clients_at_once_store_one(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    before = rows(psql)
    answers = await asyncio.gather(*(_sent_until_taken(client) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert new(before, rows(psql)) == STORED


async def test_two_scripts_share_sources_and_claims(
    client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    await sent(client, "/v1/reports", report(figure(31, said("Governor Kim", wording="31")), ref="a:1"), 201)
    before = rows(psql)
    body = report(figure(31, said("governor Kim", wording="thirty-one")), figure(32, said("Mayor of Kesra")), ref="b:1")
    body["document"]["url"] = "https://b.example/1"
    made = await sent(other, "/v1/reports", body, 201)
    assert new(before, rows(psql)) == {
        "report": 1, "document": 1, "document_version": 1, "document_link": 1, "source": 1, "claim": 1, "statement": 1,
        "appearance": 2,
    }  # fmt: skip
    assert made["events"][0]["claims"][0]["statements"][0]["outcome"] == "matched"


@pytest.mark.parametrize("again", [False, True], ids=["new", "changed"])
async def test_the_number_of_sql_statements_does_not_grow(
    app: FastAPI, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], again: bool
) -> None:
    asked = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    def body(size: int) -> dict[str, Any]:
        whole = everything()
        whole["ref"] = f"size{size}"
        for nth in range(size):
            one = figure(
                nth, said(f"Source {nth}", wording=f"{nth}", hops=[{"source": {"name": "Wire"}}]), measure="killed"
            )
            one["statements"].append({"source": {"disclosure": "anonymous", "role": f"aide {nth}"}})
            two = claim(
                f"Size {size}, claim {nth}", said(f"Source {nth}", document={"url": f"https://d.example/{nth}"})
            )
            whole["events"][0]["claims"] += [one, two]
        return whole

    await sent(client, "/v1/reports", body(1))
    sqlalchemy_event.listen(app.state.database.writers.sync_engine, "before_cursor_execute", note)
    counts = []
    for size in (5, 50):
        whole = body(size)
        if again:
            await sent(client, "/v1/reports", whole)
            whole = deepcopy(whole)
            whole["events"][0]["claims"] = whole["events"][0]["claims"][: size + 3]
        asked.clear()
        await sent(client, "/v1/reports", whole, 200 if again else 201)
        counts.append(len(asked))
    with capsys.disabled():
        print(f"\nSQL statements of a report of 5 and of 50 claims{', changed' * again}: {counts}")  # noqa: T201
    assert counts[0] == counts[1]
