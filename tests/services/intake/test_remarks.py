"""What the answer to a write says beside outcomes: what was completed, what was not taken, and why."""

import json
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from key_holders import make_key

from app.database import Signature
from app.schemas.kinds import KINDS
from app.services import visibility
from app.services.access import Caller
from app.vocabulary import Scope

Json = dict[str, Any]


def told(answer: httpx.Response) -> list[tuple[str, str, Any, Any]]:
    assert answer.is_success, answer.text
    return [(one["what"], one["pointer"], one["stored"], one["sent"]) for one in answer.json()["remarks"]]


@pytest.mark.parametrize(
    ("first", "second", "remarks"),
    [
        ({"role": "mayor"}, {"role": "mayor"}, []),
        ({"role": "mayor"}, {"role": "former mayor"}, [("not_taken", "/role", "mayor", "former mayor")]),
        ({}, {"role": "mayor"}, [("completed", "/role", None, "mayor")]),
        ({"notes": "N", "role": "R"}, {"notes": "N", "language": "en"}, [("completed", "/language", None, "en")]),
        ({"external_ids": {"a": "1", "b": "2"}}, {"external_ids": {"b": "2"}}, []),
        (
            {"aliases": [{"name": "M."}]},
            {"aliases": [{"name": "Mar."}]},
            [("completed", "/aliases", None, "Mar.")],
        ),
    ],
)
async def test_a_source_that_is_there(
    client: httpx.AsyncClient, first: Json, second: Json, remarks: list[tuple[Any, ...]]
) -> None:
    made = await client.post("/v1/sources", json={"name": "Marta Ovcharenko", "ref": "m", "kind": "official", **first})
    again = await client.post("/v1/sources", json={"name": "Marta Ovcharenko", "ref": "m", **second})
    assert (told(made), told(again)) == ([], remarks)
    stored = await client.get("/v1/sources/ref:m")
    assert again.headers["ETag"] == stored.headers["ETag"], "the remarks are no part of the record"
    assert {
        name: value for name, value in again.json().items() if name not in ("changed", "remarks", "similar")
    } == stored.json()


async def test_parts_of_one_body_that_say_different_things(client: httpx.AsyncClient, event: str) -> None:
    """The first of them stands; of each other one it is told what of it does not."""
    speakers = [{"name": "Ines Varga", "role": role} for role in ("doctor", "surgeon")]
    body = {
        "text": "The clinic burnt",
        "question": {"text": "What burnt?", "kind": "damage"},
        "statements": [
            {"source": speaker, "said": f"2024-05-0{day}"} for day, speaker in enumerate([*speakers, speakers[0]], 1)
        ],
    }
    first = await client.post(f"{event}/claims", json=body)
    assert told(first) == [("not_taken", "/statements/1/source/role", "doctor", "surgeon")]
    # No word of what the service itself assumed: the question's kind was not given this time.
    again = await client.post(f"{event}/claims", json=body | {"question": {"text": "What burnt?"}})
    matched, *others = told(again)
    assert (matched[:2], matched[3]) == (("matched", "/statements/0/source/name"), "Ines Varga")
    assert others == told(first)


async def test_two_mentions_fill_one_gap(client: httpx.AsyncClient, event: str) -> None:
    await client.post("/v1/sources", json={"name": "Ines Varga"})
    said = [{"source": {"name": "Ines Varga", "role": role}, "said": f"2024-05-0{n}"} for n, role in enumerate("xy", 1)]
    answer = await client.post(f"{event}/claims", json={"text": "It burnt", "statements": said})
    assert [remark for remark in told(answer) if remark[0] != "matched"] == [
        ("completed", "/statements/0/source/role", None, "x"),
        ("not_taken", "/statements/1/source/role", "x", "y"),
    ]


async def test_a_report_and_lines_say_it_with_their_own_pointers(client: httpx.AsyncClient) -> None:
    speaker = {"name": "Ines Varga", "role": "doctor"}
    event = {"ref": "e", "title": "Fire", "claims": [{"text": "It burnt", "statements": [{"source": speaker}]}]}
    await client.post("/v1/sources", json=speaker)
    report = {
        "events": [event | {"claims": [{"text": "It burnt", "statements": [{"source": speaker | {"role": "nurse"}}]}]}]
    }
    pointer = "/events/0/claims/0/statements/0/source/role"
    answer = await client.post("/v1/reports", json=report)
    assert told(answer)[-1] == ("not_taken", pointer, "doctor", "nurse")
    lines = [
        {"type": "source", **speaker, "role": "nurse"},
        {"type": "source", **speaker},
        {"type": "report", **report, "ref": "r"},
    ]
    sent = "\n".join(json.dumps(line) for line in lines)
    answer = await client.post("/v1/ingest", content=sent, headers={"Content-Type": "application/x-ndjson"})
    *answered, _ = [json.loads(line) for line in answer.text.splitlines()]
    assert [[(one["what"], one["pointer"]) for one in line.get("remarks", [])] for line in answered] == [
        [("not_taken", "/role")],
        [],
        [("not_taken", pointer)],
    ]


async def test_lines_whose_sources_are_no_names_or_may_be_several(client: httpx.AsyncClient) -> None:
    """No line is refused for that; and each is found again, in whatever batch it comes."""
    for country in ("NO", "SE"):
        await client.post("/v1/sources", json={"name": "Coast Watch", "kind": "authority", "country": country})
    event = {"slug": "storm", "title": "Storm"}

    def said(nth: int, who: Json | str) -> Json:
        paper = {"url": f"https://n.example/{nth}", "publisher": {"name": "Coast Watch"}}
        return {"text": f"Ship {nth} sank", "statements": [{"source": who, "document": paper}]}

    names: list[Json | str] = [
        "Coast Watch",
        {"name": "Users of several forums"},
        {"name": "Coast Watch", "country": "NO"},
    ]
    claims = [{"type": "claim", "event": "storm", **said(nth, who)} for nth, who in enumerate(names)]
    lines = [{"type": "event", **event}, *claims, {"type": "source", "name": "Coast Watch"}]
    sent = "\n".join(json.dumps(line) for line in lines)
    answers = []
    for _ in range(2):
        answer = await client.post("/v1/ingest", content=sent, headers={"Content-Type": "application/x-ndjson"})
        *answered, summary = [json.loads(line) for line in answer.text.splitlines()]
        assert summary["failed"] == 0, answered
        answers.append(answered)
    first, again = answers
    assert [line["status"] for line in again] == [200] * len(lines)
    assert [line["id"] for line in first] == [line["id"] for line in again]
    changed = [[one["pointer"] for one in line.get("remarks", []) if one["what"] == "changed"] for line in first]
    publisher, speaker = "/statements/0/document/publisher/name", "/statements/0/source/name"
    # Where the line says of one of them which it is, the bare name beside is that one.
    assert changed == [[], [publisher, speaker], [publisher, speaker], [], ["/name"]]


async def test_another_chain(client: httpx.AsyncClient, event: str) -> None:
    def body(*names: str) -> Json:
        said = {"document": {"url": "https://n.example/1"}, "hops": [{"source": {"name": name}} for name in names]}
        return {"text": "It burnt", "statements": [{"source": {"name": "Ines Varga"}, "said": "2024", **said}]}

    await client.post(f"{event}/claims", json=body("Wire", "Paper"))
    for names, chains in ((("Wire", "Paper"), 0), (("Paper", "Wire"), 1), (("Wire",), 1)):
        answer = await client.post(f"{event}/claims", json=body(*names))
        assert [pointer for what, pointer, _, _ in told(answer) if what == "not_taken"] == [
            "/statements/0/hops"
        ] * chains


async def test_nothing_is_told_of_what_the_caller_may_not_see(
    app: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection[Any]
) -> None:
    """A guess at what a confidential source is stored with is answered alike, right or wrong: it is not there."""
    await client.post("/v1/sources", json={"ref": "owner", "name": "Owner"})
    hidden = {"ref": "s", "name": "Ines Varga", "role": "doctor", "confidential": True, "parent": "ref:owner"}
    await client.post("/v1/sources", json=hidden)
    open_child = {"ref": "c", "name": "Child", "parent": "ref:s"}
    await client.post("/v1/sources", json=open_child)
    async with app.state.database.writing(Signature("tests")) as session:
        token = await make_key(session, "robot")
    psql.execute("UPDATE api_key SET scopes = '{ingest,read}' WHERE name = 'robot'")
    psql.commit()
    guesses = [{"ref": "s", "name": "Ines Varga", "role": role} for role in ("doctor", "nurse")]
    statements = [[{"source": guess, "said": "2024"}] for guess in (guesses[0], *guesses)]
    await client.post("/v1/events", json={"slug": "fire", "title": "Fire"})
    headers = {"Authorization": f"Bearer {token}"}
    path = "/v1/events/fire/claims"
    answers = [
        await client.post(path, json={"text": "It burnt", "statements": said}, headers=headers) for said in statements
    ]
    # A source of their own is made, and is what the next is compared with.
    assert [told(answer) for answer in answers] == [
        [],
        [],
        [("not_taken", "/statements/0/source/role", "doctor", "nurse")],
    ]
    assert [answer.json()["statements"][0]["source"]["outcome"] for answer in answers] == ["created", *["matched"] * 2]
    other = await client.post("/v1/sources", json=open_child | {"parent": "ref:owner"}, headers=headers)
    assert [(what, pointer, stored) for what, pointer, stored, _ in told(other)] == [("not_taken", "/parent", None)]


@pytest.mark.parametrize("scopes", [(), ("read",), ("confidential",), ("read", "confidential")])
def test_what_is_not_looked_up_hides_nothing(scopes: tuple[Scope, ...]) -> None:
    caller = Caller(scopes=frozenset(scopes))
    for kind in (kind for kind in KINDS if kind.read is not None):
        rows: Any = visibility.seen_alone(caller, kind.model).element
        hides_redacted_alone = str(rows.whereclause) == f"{kind.model.__tablename__}.redacted = '{{}}'::text[]"
        assert visibility.may_hide(caller, kind.model) is not hides_redacted_alone, (kind.name, str(rows.whereclause))
