"""When a question, a claim, a statement and what hangs on them are the same again."""

import json
from typing import Any

import httpx
import psycopg
from reporting import claim, figure, new, outcomes, refused, rows, said, sent

PAPER = {"url": "https://a.example/1"}


async def test_questions(client: httpx.AsyncClient, event: str) -> None:
    other = f"/v1/events/{(await sent(client, '/v1/events', {'title': 'Other'}))['id']}"
    killed = await sent(client, f"{event}/questions", {"measure": "killed"}, 201)
    for body in ({"measure": "killed", "text": "How many?"}, {"measure": "killed", "unit": " PERSONS"}):
        assert (await sent(client, f"{event}/questions", body, 200))["id"] == killed["id"]
    for body in (
        {"measure": "killed", "subject": "Children"},
        {"measure": "killed", "unit": "families"},
        {"measure": "injured"},
    ):
        assert (await sent(client, f"{event}/questions", body, 201))["id"] != killed["id"]
    await sent(client, f"{event}/questions", {"measure": "killed", "subject": "children"}, 200)
    for measure in ("distance", "duration", "amount", "other"):
        body = {"measure": measure, "unit": "m", "text": "How  far?"}
        made = await sent(client, f"{event}/questions", body, 201)
        assert (await sent(client, f"{event}/questions", body | {"text": "how far?"}, 200))["id"] == made["id"]
        for text in ("How wide?", None):
            await sent(client, f"{event}/questions", body | {"text": text}, 201)
            await sent(client, f"{event}/questions", body | {"text": text}, 200)
    made = await sent(client, f"{event}/questions", {"text": "Who did it?", "kind": "responsibility"}, 201)
    assert (await sent(client, f"{event}/questions", {"text": "who DID it?", "language": "en"}, 200))["id"] == made[
        "id"
    ]
    await sent(client, f"{event}/questions", {"text": "Who did this?"}, 201)
    assert (await sent(client, f"{other}/questions", {"text": "Who did it?"}, 201))["id"] != made["id"]


async def test_answers_to_a_question_that_is_called_by_its_ref_and_put_in_other_words(
    client: httpx.AsyncClient, event: str
) -> None:
    """What is asked is what is stored: its answers are found, and not those to what the other words ask."""
    asked, other = {"ref": "what", "text": "What was it?"}, {"text": "Who was it?"}
    claims = [
        (await sent(client, f"{event}/claims", {"text": "A drone", "question": question}))["claim"]["id"]
        for question in (asked, other)
    ]
    again = {"text": "A drone", "question": asked | other}
    assert (await sent(client, f"{event}/claims", again, 200))["claim"]["id"] == claims[0]
    lines = [{"type": "claim", "event": f"{event.rpartition('/')[2]}", **again}]
    answer = await client.post(
        "/v1/ingest", content="\n".join(map(json.dumps, lines)), headers={"Content-Type": "application/x-ndjson"}
    )
    assert json.loads(answer.text.splitlines()[0])["id"] == claims[0]


async def test_what_nobody_told_of_a_question_gives_way_to_what_is_told(client: httpx.AsyncClient) -> None:
    """In whatever order one report has them: a default is nobody's word."""
    bare, told = {"text": "What was it?"}, {"text": "What was it?", "kind": "cause"}
    for nth, questions in enumerate(([bare, told], [told, bare], [bare, bare, told])):
        claims = [{"text": f"Answer {number}", "question": question} for number, question in enumerate(questions)]
        report = {"events": [{"slug": f"event-{nth}", "title": f"Event {nth}", "claims": claims}]}
        assert (await client.post("/v1/reports", json=report)).raise_for_status().json()["remarks"] == []
        (question,) = (await client.get(f"/v1/events/event-{nth}/questions")).json()["items"]
        assert (question["kind"], question["single_answer"]) == ("cause", True)


async def test_claims(client: httpx.AsyncClient, event: str) -> None:
    async def claimed(body: Any) -> tuple[str, str]:
        made = (await sent(client, f"{event}/claims", body))["claim"]
        return made["outcome"], made["id"]

    text = {"text": "It was  a drone", "language": "en"}
    question = {"question": {"text": "What was it?"}}
    bodies: list[dict[str, Any]] = [
        text,
        text | {"language": "de"},
        {"text": "It was no drone", "language": "en"},
        text | question,
        text | {"question": {"text": "Which?"}},
        figure(31),
        figure(32),
        figure(31, measure="killed"),
        {"question": {"measure": "injured"}, "figure": {"qualifier": "about", "min": 31}},
        {"question": {"measure": "injured"}, "figure": {"qualifier": "dozens"}},
        {"question": {"measure": "injured"}, "figure": {"qualifier": "at_least", "min": 31}},
        {"question": {"measure": "injured"}, "figure": {"qualifier": "at_most", "max": 31}},
    ]
    made = [await claimed(body) for body in bodies]
    assert {outcome for outcome, _ in made} == {"created"}
    assert len({key for _, key in made}) == len(bodies)
    assert [await claimed(body) for body in bodies] == [("matched", key) for _, key in made]
    assert await claimed(text | {"text": "it was a DRONE "}) == ("matched", made[0][1])
    assert await claimed(figure(31, language="en") | {"figure": {"qualifier": "exact", "max": 31.0}}) == (
        "completed",
        made[5][1],
    )
    outcome, between = await claimed(figure(0) | {"figure": {"qualifier": "between", "min": 10, "max": 15}})
    assert outcome == "created"
    answer = (await client.post(f"{event}/claims", json=figure(0) | {"figure": {"min": 10, "max": 15}})).json()
    assert (answer["claim"]["outcome"], answer["claim"]["id"]) == ("matched", between)
    [remark] = answer["remarks"]
    assert (remark["what"], remark["pointer"], remark["sent"]) == ("changed", "/figure/qualifier", "10 and 15")
    more = {"question": {"measure": "injured"}, "figure": {"min": 19, "of": made[5][1]}}
    outcome, part = await claimed(more)
    assert (await client.get(f"/v1/claims/{part}")).json()["figure"]["of_id"] == made[5][1]
    assert (outcome, await claimed(more)) == ("created", ("matched", part))
    killed = (await client.get("/v1/questions?measure=killed")).json()["items"][0]["id"]
    for quantity in ({"measure": "killed"}, killed):
        assert await refused(client, f"{event}/claims", {"text": "T", "question": quantity}) == "/question"
    assert await refused(client, f"{event}/claims", {"question": {"text": "Q"}, "figure": {"min": 1}}) == "/question"


async def test_what_a_figure_is_of_belongs_to_its_key(client: httpx.AsyncClient, event: str) -> None:
    def part(of: str, number: int = 5, **more: Any) -> dict[str, Any]:
        return {"question": {"measure": "killed"}, "figure": {"min": number, "of": of}, **more}

    async def claimed(body: dict[str, Any]) -> tuple[str, str]:
        made = (await sent(client, f"{event}/claims", body))["claim"]
        return made["outcome"], made["id"]

    async def of(claim_id: str) -> Any:
        return (await client.get(f"/v1/claims/{claim_id}")).json()["figure"]["of_id"]

    alone, twelve, thirty = [(await claimed(figure(n, measure="killed")))[1] for n in (5, 12, 30)]
    made = [await claimed(part(whole)) for whole in (twelve, thirty)]
    assert [outcome for outcome, _ in made] == ["created", "created"]
    assert [await of(id_) for id_ in (alone, made[0][1], made[1][1])] == [None, twelve, thirty]
    # The same again, in any order, and in one body with its whole, which stands behind it.
    assert [await claimed(body) for body in (part(thirty), figure(5, measure="killed"), part(twelve))] == [
        ("matched", made[1][1]),
        ("matched", alone),
        ("matched", made[0][1]),
    ]

    async def reported(*claims: Any) -> list[tuple[str, str]]:
        body = {"events": [{"event": event.rsplit("/", 1)[1], "claims": list(claims)}]}
        answers = [each["claim"] for each in (await sent(client, "/v1/reports", body))["events"][0]["claims"]]
        return [(answer["outcome"], answer["id"]) for answer in answers]

    at_once = [part("#smaller", 2), part("#whole", 5, label="#smaller"), figure(12, measure="killed", label="#whole")]
    for outcome in ("created", "matched"):
        *parts, whole, again = await reported(*at_once, part("#smaller", 2))
        assert (parts[1], whole) == (("matched", made[0][1]), ("matched", twelve))
        assert (parts[0][0], again) == (outcome, ("matched", parts[0][1]))
    # Parts of a whole that is new, and stands there twice.
    wholes = [figure(77, measure="killed", label=label) for label in ("#a", "#b")]
    assert [outcome for outcome, _ in await reported(part("#a", 1), part("#b", 1), *wholes)] == [
        *("created", "matched", "created", "matched"),
    ]
    # By its ref it is found, and keeps what it was of.
    named = (await claimed(figure(8, measure="killed", ref="eight")))[1]
    assert await claimed(part(twelve, 8, ref="eight")) == ("matched", named)
    assert await of(named) is None


async def test_statements(client: httpx.AsyncClient, event: str) -> None:
    """(claim or question, source, stance, explicitness, effective said)."""

    async def stated(**given: Any) -> str:
        made = await sent(client, f"{event}/claims", claim("T", {"source": {"name": "A"}} | given))
        key: str = made["statements"][0]["id"]
        return key

    first = await stated(said="2023-08-09")
    others = [
        await stated(said="2023-08-10"),
        await stated(said="2023-08-09T10:00Z"),
        await stated(),
        await stated(said="2023-08-09", stance="deny"),
        await stated(said="2023-08-09", explicitness="implied"),
        await stated(said="2023-08-09", source={"name": "B"}),
        await stated(said="2023-08-09", source=None),
    ]
    assert len({first, *others}) == 8
    for more in ({}, {"document": PAPER}, {"certainty": "certain"}, {"said": "2023-08-09T00:00Z/2023-08-09T23:59Z"}):
        assert await stated(**({"said": "2023-08-09"} | more)) == first
    asked = {"question": {"text": "Q"}, "source": {"name": "A"}, "stance": "no_comment"}
    made = await sent(client, f"{event}/statements", asked, 201)
    assert (await sent(client, f"{event}/statements", asked, 200))["id"] == made["id"]
    await sent(client, f"{event}/statements", asked | {"stance": "no_information"}, 201)
    assert await refused(client, f"{event}/statements", asked | {"stance": "support"}) == "/stance"
    assert await refused(client, f"{event}/statements", {"source": {"name": "A"}}) == "/claim"


async def test_effective_said_falls_back_to_published_and_then_to_reading(
    client: httpx.AsyncClient, event: str
) -> None:
    async def stated(document: Any, **given: Any) -> str:
        made = await sent(client, f"{event}/claims", claim("T", said("A", document=document, **given)))
        key: str = made["statements"][0]["id"]
        return key

    one, two = (
        {"url": "https://a.example/1", "published": "2023-08-09"},
        {"url": "https://a.example/2", "published": "2023-08-09"},
    )
    three = {"url": "https://a.example/3", "published": "2023-08-10"}
    first = await stated(one)
    assert await stated(two) == first  # said on the same day, as far as is known
    assert await stated(None, said="2023-08-09") == first
    later = await stated(three)
    assert later != first
    assert await stated(three, said="2023-08-09") == first
    assert await stated({"url": "https://a.example/1"}) == first
    read = {"url": "https://a.example/4", "text": "T", "retrieved_at": "2024-01-01T00:00:00Z"}
    fourth = await stated(read)
    assert await stated(read | {"text": "U", "retrieved_at": "2024-02-01T00:00:00Z"}) == fourth  # the earliest reading
    assert await stated({"url": "https://a.example/5", "text": "T", "retrieved_at": "2024-01-01T00:00:00Z"}) == fourth
    unknown = [await stated({"url": f"https://a.example/{nth}"}) for nth in (6, 7)]
    assert unknown[0] == unknown[1]
    assert len({first, later, fourth, unknown[0]}) == 4


async def test_nameless_statements_only_within_the_same_document(client: httpx.AsyncClient, event: str) -> None:
    for who in (None, {"disclosure": "anonymous", "role": "aide", "ref": "aide"}, "ref:aide"):
        documents: tuple[dict[str, str] | None, ...] = (PAPER, {"url": "https://a.example/2"}, None)
        bodies = [claim("T", {"source": who, "said": "2023-08-09", "document": one}) for one in documents]
        made = [(await sent(client, f"{event}/claims", body))["statements"][0]["id"] for body in bodies]
        assert len(set(made)) == 3
        assert [(await sent(client, f"{event}/claims", body))["statements"][0]["id"] for body in bodies] == made


async def test_appearances_and_hops(client: httpx.AsyncClient, psql: psycopg.Connection, event: str) -> None:
    body = claim("T", said("A", said="2023-08-09", wording="It was  a drone", hops=[{"source": {"name": "Wire"}}]))
    made = await sent(client, f"{event}/claims", body)
    path = f"/v1/statements/{made['statements'][0]['id']}/appearances"
    before = rows(psql)
    assert outcomes(await sent(client, f"{event}/claims", body)) == {"matched"}
    same = await sent(client, path, {"wording": "it was a drone", "hops": [{"source": {"name": "Other"}}]}, 201)
    assert len(same["hops"]) == 1  # a chain is written once
    for more in ({"wording": "A drone it was"}, {"wording": "It was a drone", "document": PAPER}, {"document": PAPER}):
        await sent(client, path, more, 201)
        await sent(client, path, more, 200)
    assert new(before, rows(psql)) == {"source": 1, "document": 1, "appearance": 3}


async def test_assessments_and_links(client: httpx.AsyncClient, psql: psycopg.Connection, event: str) -> None:
    one, two = [(await sent(client, f"{event}/claims", {"text": words}))["claim"]["id"] for words in ("A", "B")]
    rated: dict[str, Any] = {"claim": one, "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}
    rated |= {"documents": [PAPER, PAPER]}
    made = await sent(client, f"{event}/assessments", rated, 201)
    assert len(made["document_ids"]) == 1
    assert (await sent(client, f"{event}/assessments", rated | {"rating": "false"}, 200))["rating"] == "true"
    for more in (
        {"claim": two},
        {"author": {"name": "Court of Kesra"}},
        {"scheme": "airwars", "rating": "weak"},
        {"made": "2024"},
    ):
        assert (await sent(client, f"{event}/assessments", rated | more, 201))["id"] != made["id"]
    await sent(client, f"{event}/assessments", rated | {"url": "https://a.example/2"}, 201)
    link = {"from": one, "relation": "contradicts", "to": two}
    kept = await sent(client, f"{event}/claim-links", link, 201)
    assert await sent(client, f"{event}/claim-links", link, 200) == kept
    await sent(client, f"{event}/claim-links", link | {"relation": "supports"}, 201)
    await sent(client, f"{event}/claim-links", {"from": two, "relation": "contradicts", "to": one}, 201)
    assert await refused(client, f"{event}/claim-links", link | {"to": one}) == "/to"
    other = (await sent(client, "/v1/events", {"title": "Other"}))["id"]
    near = {"relation": "same_site", "to": other}
    kept = await sent(client, f"{event}/event-links", near, 201)
    assert await sent(client, f"{event}/event-links", near, 200) == kept
    await sent(client, f"{event}/event-links", near | {"relation": "related"}, 201)
    assert await refused(client, f"/v1/events/{other}/event-links", near) == "/to"


async def test_supersedes_and_withdrawals(client: httpx.AsyncClient, event: str) -> None:
    """A chain of statements, each named before it stands, in one body."""
    chain = [
        said("A", said=f"2023-08-{day:02}", label=f"#d{day}", supersedes=f"#d{day - 1}") for day in range(20, 1, -1)
    ]
    chain += [said("A", said="2023-08-01", label="#d1", withdrawn="2023-08-02", withdrawn_reason="Wrong.")]
    made = await sent(client, f"{event}/claims", claim("T", *chain))
    ids = [one["id"] for one in made["statements"]]
    stored = [(await client.get(f"/v1/statements/{key}")).json() for key in ids]
    assert [one["supersedes_id"] for one in stored] == [*ids[1:], None]
    assert (stored[-1]["withdrawn"], stored[-1]["withdrawn_reason"]) == ("2023-08-02", "Wrong.")
    assert outcomes(await sent(client, f"{event}/claims", claim("T", *chain))) == {"matched"}
    chain[-1] |= {"supersedes": "#d20"}
    circle = claim("U", *chain)
    assert (await refused(client, f"{event}/claims", circle)).startswith("/statements/")
    assert (
        await refused(client, f"{event}/claims", claim("V", said("A", withdrawn_reason="x")))
        == "/statements/0/withdrawn"
    )


async def test_labels(client: httpx.AsyncClient, event: str) -> None:
    def body(*claims: dict[str, Any], **given: Any) -> dict[str, Any]:
        return {"events": [{"event": "explosion", "claims": list(claims)} | given]}

    wrong: list[tuple[dict[str, Any], str]] = [
        (body(claim("T", label="#a"), claim("U", label="#a")), "/events/0/claims/1/label"),
        (body(claim("T", {"source": "#a"})), "/events/0/claims/0/statements/0/source"),
        (body(claim("T", {"source": "#a"}, label="#a")), "/events/0/claims/0/statements/0/source"),
        (body(figure(1) | {"figure": {"min": 1, "of": "#a"}}), "/events/0/claims/0/figure/of"),
        (body(figure(1, label="#a") | {"figure": {"min": 1, "of": "#a"}}), "/events/0/claims/0"),
        (
            body(claim("T", label="#a"), claim_links=[{"from": "#a", "relation": "supports", "to": "#b"}]),
            "/events/0/claim_links/0/to",
        ),
    ]
    for sending, pointer in wrong:
        assert await refused(client, "/v1/reports", sending) == pointer
    right = body(
        figure(19, label="#19") | {"figure": {"min": 19, "of": "#31"}},  # what is named stands later
        figure(31, said("A", label="#first"), label="#31"),
        claim("T", {"source": "#x"}, question="#q"),
        claim("U", {"source": {"name": "X", "label": "#x"}}, question={"text": "Q", "label": "#q"}, ref="u1"),
        claim_links=[
            {"from": "#19", "relation": "refines", "to": "#31"},
            {"from": "#31", "relation": "compatible", "to": "ref:u1"},
        ],
        statements=[{"claim": "#31", "source": {"name": "A"}, "stance": "deny", "supersedes": "#first"}],
    )
    made = await sent(client, "/v1/reports", right)
    nineteen, whole, first, second = made["events"][0]["claims"]
    stored = (await client.get(f"/v1/claims/{nineteen['claim']['id']}")).json()
    assert stored["figure"]["of_id"] == whole["claim"]["id"]
    assert first["question"]["id"] == second["question"]["id"]
    assert first["statements"][0]["source"]["id"] == second["statements"][0]["source"]["id"]
    denied = (await client.get(f"/v1/statements/{made['events'][0]['statements'][0]['id']}")).json()
    assert denied["supersedes_id"] == whole["statements"][0]["id"]
    assert outcomes(await sent(client, "/v1/reports", right | {"ref": "again"})) == {"matched", "created"}
