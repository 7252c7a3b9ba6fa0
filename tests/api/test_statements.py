"""Statements: taken back, replaced, and where they are found."""

import json

import pytest
from calls import Json, claim, delete, document, get, ids, patch, post, source, statement
from httpx import AsyncClient


@pytest.fixture
async def said(client: AsyncClient, event: str) -> str:
    """The path of a statement."""
    one = await statement(
        client, event, await claim(client, event), await source(client, "Mayor of Kesra"), said="2023-08-09"
    )
    return f"/v1/statements/{one}"


async def test_is_found_and_changed(client: AsyncClient, event: str, said: str) -> None:
    found = await get(client, said)
    assert (found["stance"], found["explicitness"], found["said_to"]) == ("support", "explicit", "2023-08-10T00:00:00Z")
    assert await ids(client, f"{event}/statements") == await ids(client, "/v1/statements") == [found["id"]]
    changed = await patch(
        client,
        said,
        {"ref": "s", "stance": "denies", "act": "warn", "certainty": "certain", "credibility": 2, "said": None},
    )
    assert (changed["stance"], changed["said_from"], changed["credibility"]) == ("deny", None, 2)
    assert await get(client, "/v1/statements/ref:s") == changed
    nulls = dict.fromkeys(["ref", "stance", "act", "certainty", "credibility", "source"])
    changed = await patch(client, said, nulls)
    kept = {name: changed[name] for name in ("version", "updated_at")}
    assert changed == found | kept | dict.fromkeys(["source_id", "said", "said_from", "said_to"])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"claim": None}, "about a claim or a question"),
        ({"withdrawn_reason": "no"}, "a withdrawal needs its time"),
        ({"supersedes": "self"}, "can't supersede itself"),
        ({"claim": "ref:none"}, "there is no claim"),
        ({"claim": "elsewhere"}, "another event"),
        ({"credibility": 7}, ""),
        ({"said": "2023-13"}, ""),
    ],
)
async def test_what_can_not_be_is_refused(client: AsyncClient, said: str, body: Json, says: str) -> None:
    if body.get("supersedes") == "self":
        body = {"supersedes": said.rpartition("/")[2]}
    if body.get("claim") == "elsewhere":
        await post(client, "/v1/events", {"title": "Elsewhere"})
        body = {"claim": await claim(client, "/v1/events/elsewhere")}
    told = await patch(client, said, body, 422)
    assert says in f"{told['detail']} {told['errors']}"


async def test_a_question_takes_no_support(client: AsyncClient, event: str) -> None:
    asked = {"text": "Who did it?"}
    await post(client, f"{event}/statements", {"question": asked, "source": {"name": "Kyiv"}}, 422)
    body = {"question": asked, "source": {"name": "Kyiv"}, "stance": "no_comment"}
    made = await post(client, f"{event}/statements", body)
    assert made["claim_id"] is None
    await patch(client, f"/v1/statements/{made['id']}", {"stance": "support"}, 422)
    changed = await patch(
        client,
        f"/v1/statements/{made['id']}",
        {"stance": "deny", "question": None, "claim": await claim(client, event)},
    )
    assert changed["question_id"] is None


async def test_is_withdrawn_once(client: AsyncClient, said: str) -> None:
    where = await document(client, "https://news.example/sorry")
    body = {"withdrawn": "2023-08-10", "reason": "It was a mistake", "document": where}
    gone = await post(client, f"{said}/withdraw", body, 200)
    assert (gone["withdrawn_from"], gone["withdrawn_document_id"]) == ("2023-08-10T00:00:00Z", where)
    assert await post(client, f"{said}/withdraw", body, 200) == gone
    assert (await post(client, f"{said}/withdraw", {"withdrawn": "2023-08-11"}, 409))["url"] == said
    await patch(client, said, {"withdrawn": None, "withdrawn_reason": "Why?"}, 422)
    undone = await patch(client, said, {"withdrawn": None})  # takes with it what only tells of it
    assert {value for name, value in undone.items() if name.startswith("withdrawn")} == {None}
    await post(client, f"{said}/withdraw", {"withdrawn": "then"}, 422)


async def test_supersedes_another(client: AsyncClient, event: str, said: str) -> None:
    before = said.rpartition("/")[2]
    made = await statement(client, event, await claim(client, event, "Later"), supersedes=before, said="2023-08-10")
    assert (await get(client, f"/v1/statements/{made}"))["supersedes_id"] == before
    assert "circle" in (await patch(client, said, {"supersedes": made}, 422))["detail"]
    blocked = (await delete(client, said, 409)).json()["blocked_by"]
    assert [(one["by"], one["urls"]) for one in blocked] == [("supersedes_id", [f"/v1/statements/{made}"])]
    await delete(client, f"{said}?cascade=true")
    assert (await get(client, f"/v1/statements/{made}"))["supersedes_id"] is None


async def test_appearances(client: AsyncClient, said: str) -> None:
    body = {
        "document": {"url": "https://news.example/1"},
        "wording": "it was a drone",
        "hops": [{"source": {"name": "TASS"}}],
    }
    made = await post(client, f"{said}/appearances", body)
    assert (made["quoted"], made["fidelity"], [hop["step"] for hop in made["hops"]]) == (False, "paraphrase", [1])
    assert (await post(client, f"{said}/appearances", body, 200))["id"] == made["id"]
    other = await post(client, f"{said}/appearances", {**body, "wording": "a drone"})
    assert await ids(client, f"{said}/appearances") == [made["id"], other["id"]]
    where = f"/v1/appearances/{made['id']}"
    changed = await patch(client, where, {"wording": None, "cue": "claimed", "quoted": True, "ref": "a"})
    assert (changed["wording"], changed["cue"], changed["hops"]) == (None, "claimed", made["hops"])
    assert (await patch(client, "/v1/appearances/ref:a", {"quoted": None}))["quoted"] is False
    await delete(client, where)
    await get(client, "/v1/appearances/ref:a", 410)
    assert await ids(client, f"{said}/appearances") == [other["id"]]


async def test_hops_replace_the_whole_chain(client: AsyncClient, said: str) -> None:
    body = {
        "document": {"url": "https://news.example/1"},
        "hops": [{"source": {"name": "A"}}, {"source": {"name": "B"}}],
    }
    made = await post(client, f"{said}/appearances", body)
    where = f"/v1/appearances/{made['id']}"
    chain = [
        {"source": {"name": "C"}},
        {"source": made["hops"][0]["source_id"], "how_known": "similarity", "score": 0.5},
    ]
    before = (await client.get(where)).headers["ETag"]
    changed = await patch(client, where, {"hops": chain})
    assert [(hop["step"], hop["state"], hop["score"]) for hop in changed["hops"]] == [
        (1, "confirmed", None),
        (2, "proposed", 0.5),
    ]
    assert changed["hops"][1]["source_id"] == made["hops"][0]["source_id"]
    stale = await client.patch(where, json={"hops": []}, headers={"If-Match": before})
    assert stale.status_code == 412
    assert (await patch(client, where, {"hops": None}))["hops"] == []
    await patch(client, where, {"hops": [{"source": "ref:none"}]}, 422)


async def test_a_version_does_not_outlive_its_document(client: AsyncClient, said: str) -> None:
    text = {"url": "https://news.example/1", "text": "it was a drone"}
    made = await post(client, f"{said}/appearances", {"document": text})
    assert made["version_id"] is not None
    other = await document(client, "https://news.example/2")
    changed = await patch(client, f"/v1/appearances/{made['id']}", {"document": other})
    assert (changed["document_id"], changed["version_id"]) == (other, None)


async def test_nothing_is_taken_back_before_it_was_said(client: AsyncClient, event: str, said: str) -> None:
    early = {"withdrawn": "2023-08-01"}
    for told in (
        await post(client, f"{said}/withdraw", early, 422),
        await patch(client, said, early, 422),
        await post(client, f"{event}/claims", {"text": "B", "statements": [{"said": "2023-08-09", **early}]}, 422),
    ):
        assert told["errors"][0]["pointer"].endswith("/withdrawn")
    await patch(client, said, {"withdrawn": "2023-08-09"})


async def test_what_its_document_dates_after_it_was_taken_back(client: AsyncClient, event: str) -> None:
    """It is another statement than the one that was taken back: the answer says what would make it that one."""
    paper = {"url": "https://n.example/2", "published": "2023-08-20"}
    told = {"source": {"name": "Mayor of Kesra"}, "withdrawn": "2023-08-10", "document": paper}
    late = {"said": "2023-08-22", "withdrawn": None}
    for words, pointers in ({"said": "2023-08-09"}, []), ({}, ["/statements/0/said"]), (late, ["/statements/0/said"]):
        body = {"text": "It fell", "question": {"text": "Why?", "kind": "cause"}, "statements": [told | words]}
        remarks = (await client.post(f"{event}/claims", json=body)).raise_for_status().json()["remarks"]
        assert [remark["pointer"] for remark in remarks if remark["what"] == "suggested"] == pointers


async def test_what_is_taken_back_is_told_whom_it_may_have_meant(client: AsyncClient, event: str) -> None:
    """A withdrawal whose time fits no statement makes one: the answer says which one stands still, and its time."""
    published = {"url": "https://n.example/1", "published": "2020-08-05"}
    speaker, question = {"name": "Beta Port", "kind": "authority"}, {"text": "Why?", "kind": "cause"}

    async def told(statement: Json) -> list[tuple[str, str]]:
        body = {"text": "A bomb did it", "question": question, "statements": [{"source": speaker, **statement}]}
        answer = (await client.post(f"{event}/claims", json=body)).raise_for_status().json()
        suggested = [one for one in answer["remarks"] if one["what"] == "suggested" and one["stored"]]
        return [(one["url"], one["stored"]["said"]) for one in suggested]

    assert await told({"document": published}) == []
    first = f"/v1/statements/{(await ids(client, f'{event}/statements'))[0]}"
    correction = {"url": "https://n.example/2", "published": "2020-08-09"}
    assert await told({"withdrawn": "2020-08-08", "document": correction}) == [(first, "2020-08-05")]
    assert await told({"said": "2020-08-04", "withdrawn": "2020-08-08"}) == [(first, "2020-08-05")]
    assert await told({"said": "2020-08-04", "withdrawn": "2020-08-08"}) == []  # nothing is new
    assert await told({"said": "2020-08-05", "withdrawn": "2020-08-08", "document": correction}) == []
    assert (await get(client, first))["withdrawn"] == "2020-08-08"
    assert await told({"said": "2020-08-01", "withdrawn": "2020-08-08"}) == []  # none stands any more


async def test_a_withdrawal_under_another_spelling_is_told_of_what_stands(client: AsyncClient, event: str) -> None:
    """It takes back nothing of the other, who may be the same; so it says whose word stands still."""

    async def told(name: str, **statement: str) -> list[tuple[str, str, str]]:
        spoken: Json = {"source": {"name": name, "kind": "expert"}, "said": "2020-08-05"} | statement
        body = {"text": "A bomb did it", "question": {"text": "Why?", "kind": "cause"}, "statements": [spoken]}
        answer = (await client.post(f"{event}/claims", json=body)).raise_for_status().json()
        suggested = [one for one in answer["remarks"] if one["what"] == "suggested" and one["stored"]]
        return [(one["pointer"], one["url"], one["stored"]["said"]) for one in suggested]

    assert await told("Dr. Vesna Ilic") == []
    first = f"/v1/statements/{(await ids(client, f'{event}/statements'))[0]}"
    told_where = ("/statements/0/source", first, "2020-08-05")
    assert await told("Dr. Vesna Ilić-Marić", withdrawn="2020-08-08") == []  # somebody else
    assert await told("Vesna Ilić", withdrawn="2020-08-08") == [told_where]
    assert await told("Vesna Ilić", withdrawn="2020-08-08") == []  # nothing is new
    assert (await get(client, first))["withdrawn"] is None


@pytest.mark.parametrize("at_once", [True, False])
async def test_taking_back_what_is_there_is_told_whom_else_it_may_mean(
    client: AsyncClient, event: str, *, at_once: bool
) -> None:
    """One of two who may be the same: the other's word stands still. Many lines are told as each by itself."""
    names = "Σπύρος Μαρκάκης", "Spyros Markakis", "Σπύρος Μαρκάκης"
    lines: list[Json] = [
        {
            "type": "claim",
            "event": event.rpartition("/")[2],
            "text": "It fell",
            "question": {"text": "Why?", "kind": "cause"},
            "statements": [{"source": {"name": name, "kind": "person"}, "stance": "deny"}],
        }
        for name in names
    ]
    lines[2]["statements"][0]["withdrawn"] = "2023-06-16"
    remarks = []
    for sent_lines in [lines] if at_once else [[line] for line in lines]:
        content = "\n".join(map(json.dumps, sent_lines))
        headers = {"Content-Type": "application/x-ndjson"}
        answer = (await client.post("/v1/ingest", content=content, headers=headers)).raise_for_status()
        answers = [json.loads(line) for line in answer.text.splitlines()][:-1]
        assert all("id" in answer for answer in answers)
        remarks += [[one for one in answer.get("remarks", []) if one["what"] == "suggested"] for answer in answers]
    second = (await get(client, "/v1/statements?source=Spyros Markakis"))["items"][0]["id"]
    assert remarks[:2] == [[], []]
    ((remark,),) = remarks[2:]
    assert (remark["pointer"], remark["url"]) == ("/statements/0/source", f"/v1/statements/{second}")
    assert "new statement" not in remark["detail"]
