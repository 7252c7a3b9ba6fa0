"""What answers to writes name as similar: questions in other words, and sources under another name; never joined."""

from typing import Any

import httpx
import psycopg

ASKED = "What caused the explosion?"
ANOTHER = "What was the cause of the explosion?"


async def said(client: httpx.AsyncClient, event: str, text: str, question: Any, **more: Any) -> Any:
    answer = await client.post(f"{event}/claims", json={"text": text, "question": question} | more)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def test_a_question_in_other_words_is_named(client: httpx.AsyncClient, event: str) -> None:
    first = await said(client, event, "A drone hit it", {"text": ASKED, "kind": "cause"})
    assert first["question"]["similar"] == []
    second = await said(client, event, "A warehouse blew up", ANOTHER)
    (near,) = second["question"]["similar"]
    id_ = first["question"]["id"]
    assert (near["id"], near["url"], near["text"]) == (id_, f"/v1/questions/{id_}", ASKED)
    assert 0.7 <= near["score"] < 1
    assert second["question"]["id"] != id_  # never joined
    again = await said(client, event, "A warehouse blew up", ANOTHER)
    assert (again["question"]["outcome"], again["question"]["similar"]) == ("matched", [])
    alone = await client.post(f"{event}/questions", json={"text": "What caused the blast?"})
    assert [near["text"] for near in alone.json()["similar"]] == [ASKED]
    assert (await client.post(f"{event}/questions", json={"measure": "killed"})).json()["similar"] == []
    elsewhere = await client.post("/v1/events", json={"title": "Another"})
    other = await said(client, f"/v1/events/{elsewhere.json()['id']}", "Gas", ANOTHER)
    assert other["question"]["similar"] == []


async def test_in_a_report_questions_of_the_body_are_compared_too(client: httpx.AsyncClient) -> None:
    claims = [
        {"text": "A drone hit it", "question": ASKED},
        {"text": "A warehouse blew up", "question": ANOTHER},
        {"text": "Gas leaked", "question": ANOTHER},
    ]
    asked = [{"text": "Who owned the warehouse?"}]
    refused = [{"question": "What had caused the explosion?", "stance": "no_comment", "source": "Kyiv"}]
    about = {"ref": "e", "title": "E", "claims": claims, "questions": asked, "statements": refused}
    answer = await client.post("/v1/reports", json={"ref": "r", "events": [about]})
    assert answer.status_code == 201, answer.text
    (told,) = answer.json()["events"]
    first, second, third = (claim["question"] for claim in told["claims"])
    assert second["id"] == third["id"]
    fourth = told["statements"][0]["question"]
    for one, others in ((first, {second["id"], fourth["id"]}), (second, {first["id"], fourth["id"]})):
        assert {near["id"] for near in one["similar"]} == others
    assert {near["id"] for near in fourth["similar"]} == {first["id"], second["id"]}
    assert told["questions"][0]["similar"] == []
    again = await client.post("/v1/reports", json={"ref": "r", "events": [about | {"claims": claims[:1]}]})
    assert [near for claim in again.json()["events"][0]["claims"] for near in claim["question"]["similar"]] == []


async def test_a_source_under_another_name_is_named(client: httpx.AsyncClient, event: str) -> None:
    latin = (await client.post("/v1/sources", json={"name": "Olena Hrushevska", "kind": "official"})).json()
    assert latin["similar"] == []
    statements = [{"source": {"name": "Олена Грушевська", "kind": "official"}}, {"source": "Rolf Aune"}]
    answer = await said(client, event, "A drone hit it", ASKED, statements=statements)
    source, stranger = (statement["source"] for statement in answer["statements"])
    (near,) = source["similar"]
    assert (near["id"], near["text"]) == (latin["id"], "Olena Hrushevska")
    assert near["url"] == f"/v1/sources/{latin['id']}"
    assert near["score"] >= 0.5
    assert source["id"] != latin["id"]
    assert stranger["similar"] == []
    single = (await client.post("/v1/sources", json={"name": "Olena V. Hrushevska", "kind": "official"})).json()
    assert latin["id"] in {near["id"] for near in single["similar"]}
    changed = await client.patch(
        f"/v1/sources/{stranger['id']}", json={"name": "Hrushevska Olena"}, headers={"If-Match": "*"}
    )
    assert latin["id"] in {near["id"] for near in changed.json()["similar"]}


async def test_a_protected_source_is_never_named(client: httpx.AsyncClient) -> None:
    protected = {"name": "Olena Hrushevska", "kind": "official", "confidential": True}
    (await client.post("/v1/sources", json=protected)).raise_for_status()
    answer = await client.post("/v1/sources", json={"name": "Олена Грушевська", "kind": "official"})
    assert answer.json()["similar"] == []


async def test_who_may_not_see_it_is_told_nothing_of_it(
    client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    """Of what stands only in a restricted event."""
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    psql.commit()
    hidden = await client.post("/v1/events", json={"title": "Hidden", "slug": "hidden", "visibility": "restricted"})
    at = f"/v1/events/{hidden.json()['id']}"
    await said(client, at, "A drone hit it", ASKED, statements=[{"source": {"name": "Olena Hrushevska"}}])
    for name, caller, shown in (
        ("Олена Грушевська", other, []),
        ("Hrushevska Olena", client, ["Olena Hrushevska"]),
    ):
        answer = await caller.post("/v1/sources", json={"name": name})
        assert answer.status_code == 201, answer.text
        assert [near["text"] for near in answer.json()["similar"] if near["text"] == "Olena Hrushevska"] == shown
    report = {"events": [{"slug": "hidden", "title": "T", "questions": [{"text": ANOTHER}]}]}
    refused = await other.post("/v1/reports", json=report)
    assert ASKED not in refused.text
