"""What a report alone had said, its next delivery corrects, whatever field of whatever record; the rest is kept."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from key_holders import make_key, revoke_key
from reporting import claim, figure, report, said, sent

from app.database import Signature

Json = dict[str, Any]
ANY = {"If-Match": "*"}
# Of each part of a report: its fields, each with two values.
FIELDS: dict[str, dict[str, tuple[Any, Any]]] = {
    "document": {
        "title": ("Blast", "Взрыв"), "byline": ("By A", "By B"), "language": ("en", "ru"), "kind": ("post", "video"),
        "published": ("2023-08-09", "2023-08-10"), "lifecycle": ("edited", "deleted"),
        "external_ids": ({"x": "1"}, {"x": "2"}),
    },
    "publisher": {
        "role": ("a paper", "газета"), "reliability": ("A", "F"), "notes": ("n", "m"), "language": ("en", "ru"),
    },
    "event": {
        "title": ("Blast", "Взрыв"), "summary": ("s", "t"), "language": ("en", "ru"), "kind": ("fire", "blast"),
        "occurred": ("2023", "2023-08-09"), "place_name": ("Town", "Город"), "country": ("RU", "UA"),
        "place_precision": ("town", "region"), "tags": (["a"], ["b", "c"]), "external_ids": ({"x": "1"}, {"x": "2"}),
        "latitude": (1.5, 2.0), "longitude": (3.5, 4.0),
    },
    "question": {
        "text": ("What was it?", "what was it"), "language": ("en", "fr"), "kind": ("cause", "identity"),
        "evolving": (True, False), "single_answer": (True, False),
    },
    "claim": {
        "text": ("It was gas", "It  was GAS!"), "translations": ({"de": "Gas"}, {"de": "Erdgas"}),
        "accuses": ("west", "east"),
    },
    "source": {
        "role": ("mayor", "мэр"), "kind": ("official", "expert"), "reliability": ("B", "C"), "notes": ("n", "m"),
        "language": ("ru", "uk"),
        "aliases": ([{"name": "A. R.", "language": None}], [{"name": "АР", "language": "ru"}]),
    },
    "statement": {
        "act": ("warn", "predict"), "certainty": ("certain", "uncertain"), "basis": ("hearsay", "first_hand"),
        "preliminary": (True, False),
        "recheck_at": ("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"), "credibility": (1, 2),
        "withdrawn": ("2023-09-01", "2023-09-02"), "withdrawn_reason": ("a mistake", "ошибка"),
        "withdrawn_by": ("source", "document"),
    },
    "appearance": {
        "language": ("en", "ru"), "translation": ("Gas", "Газ"), "translation_language": ("de", "uk"),
        "quoted": (True, False), "cue": ("said", "сказал"), "framing": ("neutral", "doubting"), "note": ("n", "m"),
        "attribution": ("clear", "ambiguous"), "location": ("body", "headline"),
    },
    "assessment": {
        "rating": ("true", "false"), "label": ("Right", "Falsch"), "rating_value": (1.0, 2.0), "language": ("en", "de"),
        "best_rating": (5.0, 6.0), "worst_rating": (0.0, -1.0), "explanation": ("e", "f"), "settles": (True, False),
    },
}  # fmt: skip
NEEDED = {"event": {"title"}, "question": {"text"}, "claim": {"text"}, "assessment": {"rating"}}


def fields(part: str, nth: int) -> Json:
    return {name: values[nth] for name, values in FIELDS[part].items()}


def needed(part: str, nth: int = 0) -> Json:
    """What can't be left out."""
    return {name: value for name, value in fields(part, nth).items() if name in NEEDED.get(part, ())}


def body(part: str, given: Mapping[str, Any], ref: str = "r1") -> Json:
    """A report that says this of one part, and of the others no more than it must."""
    of = {name: given if name == part else needed(name) for name in FIELDS}
    statement = {
        "source": {"name": "Ana Ruiz", **of["source"]},
        "wording": "It was gas",
        **of["statement"],
        **of["appearance"],
    }
    rating = {"claim": "#c", "author": {"name": "Desk"}, "scheme": "claimreview", **of["assessment"]}
    claimed = {**of["claim"], "label": "#c", "question": of["question"], "statements": [statement]}
    publisher = {"name": "Paper", "kind": "outlet", **of["publisher"]}
    return {
        "ref": ref,
        "document": {"url": "https://a.example/1", "text": "It was gas.", "publisher": publisher, **of["document"]},
        "events": [{"ref": "e", **of["event"], "claims": [claimed], "assessments": [rating]}],
    }  # fmt: skip


def record_of(part: str, answer: Json) -> str:
    event = answer["events"][0]
    answered, (assessment,) = event["claims"][0], event["assessments"]
    (statement,) = answered["statements"]
    ids = {
        "document": ("documents", answer["document"]), "event": ("events", event),
        "claim": ("claims", answered["claim"]), "question": ("questions", answered["question"]),
        "statement": ("statements", statement),
        "source": ("sources", statement["source"]), "appearance": ("appearances", statement["appearance"]),
        "assessment": ("assessments", assessment),
    }  # fmt: skip
    path, found = ids[part]
    return f"/v1/{path}/{found['id']}"


async def path_of(client: httpx.AsyncClient, part: str, answer: Json) -> str:
    if part != "publisher":
        return record_of(part, answer)
    return f"/v1/sources/{(await client.get(record_of('document', answer))).json()['publisher_id']}"


async def read(client: httpx.AsyncClient, part: str, path: str) -> Json:
    record = (await client.get(path)).raise_for_status().json()
    return {name: record[name] for name in FIELDS[part]}


async def delivered(client: httpx.AsyncClient, sent_body: Json) -> tuple[Json, dict[str, str]]:
    """The answer, and the remarks on what was said otherwise before, each by the end of its pointer."""
    answer = (await client.post("/v1/reports", json=sent_body)).raise_for_status().json()
    told = [remark for remark in answer["remarks"] if remark["what"] in ("replaced", "not_taken")]
    return answer, {remark["pointer"].rpartition("/")[2]: remark["what"] for remark in told}


@pytest.mark.parametrize("part", FIELDS)
async def test_what_it_alone_said_is_replaced(client: httpx.AsyncClient, part: str) -> None:
    first, second = fields(part, 0), fields(part, 1)
    answer, _ = await delivered(client, body(part, needed(part)))
    path = await path_of(client, part, answer)
    bare = await read(client, part, path)
    await delivered(client, body(part, first))
    assert await read(client, part, path) == first
    answer, told = await delivered(client, body(part, second))
    assert await path_of(client, part, answer) == path
    assert await read(client, part, path) == second
    assert (told, answer["changed"]) == (dict.fromkeys(second, "replaced"), True)
    repeated, _ = await delivered(client, body(part, second))
    assert repeated["changed"] is False
    _, told = await delivered(client, body(part, needed(part)))
    assert await read(client, part, path) == bare
    assert set(told.values()) == {"replaced"}
    await delivered(client, body(part, first))  # the first again
    assert await read(client, part, path) == first
    history = (await client.get(f"{path}/history")).json()["items"]
    assert "a newer delivery of the report says this otherwise" in {one["reason"] for one in history}


@pytest.mark.parametrize("part", FIELDS)
async def test_what_another_report_says_is_kept_and_becomes_its_own(
    client: httpx.AsyncClient, other: httpx.AsyncClient, part: str
) -> None:
    first, second = fields(part, 0), fields(part, 1)
    if part == "source":  # aliases are added
        second["aliases"] = first["aliases"]
    answer, _ = await delivered(client, body(part, first))
    path = await path_of(client, part, answer)
    await delivered(client, body(part, first, "r2"))
    _, told = await delivered(client, body(part, second))
    assert await read(client, part, path) == first
    assert told == {name: "not_taken" for name in second if first[name] != second[name]}
    _, told = await delivered(client, body(part, needed(part)))
    assert await read(client, part, path) == first
    await delivered(client, body(part, second, "r2"))
    # What the first can't leave out it still says; and what settles goes with the rating.
    still_said = needed(part) | ({"settles": True} if part == "assessment" else {})
    assert await read(client, part, path) == second | still_said


@pytest.mark.parametrize("part", [part for part in FIELDS if part != "question"])
async def test_what_somebody_else_changed_is_kept(
    client: httpx.AsyncClient, other: httpx.AsyncClient, part: str
) -> None:
    first, second = fields(part, 0), fields(part, 1)
    answer, _ = await delivered(client, body(part, first))
    path = await path_of(client, part, answer)
    (await other.patch(path, json=second, headers=ANY)).raise_for_status()
    _, told = await delivered(client, body(part, needed(part)))
    assert await read(client, part, path) == second
    _, told = await delivered(client, body(part, first))
    assert await read(client, part, path) == second
    assert told == dict.fromkeys(second, "not_taken")


async def test_what_somebody_else_emptied_stays_empty(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    answer, _ = await delivered(client, body("statement", fields("statement", 0)))
    path = record_of("statement", answer)
    (await other.patch(path, json={"certainty": None}, headers=ANY)).raise_for_status()
    _, told = await delivered(client, body("statement", fields("statement", 0) | {"act": "predict"}))
    assert told == {"act": "replaced", "certainty": "not_taken"}
    assert (await client.get(path)).json()["certainty"] is None


async def test_an_assessed_claim_and_one_with_others_merged_into_it_are_kept(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    answer = await sent(client, "/v1/reports", report(claim("A", accuses="west"), claim("B", accuses="west"), ref="r1"))
    event = f"/v1/events/{answer['events'][0]['id']}"
    first, second = [f"/v1/claims/{one['claim']['id']}" for one in answer["events"][0]["claims"]]
    rating = {"claim": first.rpartition("/")[2], "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}
    await sent(other, f"{event}/assessments", rating)
    third = (await sent(other, f"{event}/claims", {"text": "C"}))["claim"]["id"]
    await sent(other, f"/v1/claims/{third}/merge", {"into": second.rpartition("/")[2]})
    corrected = report(claim("A", accuses="east"), claim("B", accuses="east"), ref="r1")
    _, told = await delivered(client, corrected)
    assert told == {"accuses": "not_taken"}
    assert [(await client.get(path)).json()["accuses"] for path in (first, second)] == ["west", "west"]


async def test_by_its_ref_a_record_becomes_another_unless_others_stand_on_it(client: httpx.AsyncClient) -> None:
    await sent(client, "/v1/reports", report(claim("A", said("X"), ref="c"), ref="r1"))
    _, told = await delivered(client, report(claim("B", said("X"), ref="c"), ref="r1"))
    assert told["text"] == "replaced"
    assert (await client.get("/v1/claims/ref:c")).json()["text"] == "B"
    await sent(client, "/v1/reports", report(claim("B", said("Y", said="2023-08-10")), ref="r2"))
    _, told = await delivered(client, report(claim("C", said("X"), ref="c"), ref="r1"))
    assert told["text"] == "not_taken"
    assert (await client.get("/v1/claims/ref:c")).json()["text"] == "B"


async def test_a_chain_is_replaced_whole(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    async def chain(path: str) -> list[str]:
        hops = (await client.get(path)).json()["hops"]
        return [(await client.get(f"/v1/sources/{hop['source_id']}")).json()["name"] for hop in hops]

    def told_by(*names: str, ref: str = "r1", **more: Any) -> Json:
        hops = [{"source": {"name": name, "kind": "channel"}} for name in names]
        return report(claim("A", said("X", wording="w", hops=hops, **more)), ref=ref)

    answer = await sent(client, "/v1/reports", told_by("Wire", "Канал"))
    path = f"/v1/appearances/{answer['events'][0]['claims'][0]['statements'][0]['appearance']['id']}"
    await sent(client, "/v1/reports", told_by("Канал"))
    assert await chain(path) == ["Канал"]
    await sent(client, "/v1/reports", told_by())
    assert await chain(path) == []
    await sent(client, "/v1/reports", told_by("Wire"))
    await sent(client, "/v1/reports", told_by("Wire", ref="r2"))
    await sent(client, "/v1/reports", told_by("Other"))
    assert await chain(path) == ["Wire"]
    (await other.patch(path, json={"hops": [{"source": {"name": "Desk"}}]}, headers=ANY)).raise_for_status()
    await sent(client, "/v1/reports", told_by("Wire", ref="r2", note="n"))
    assert await chain(path) == ["Desk"]


async def test_what_it_no_longer_names_goes_with_it(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    whole = report(
        figure(3, said("X", hops=[{"source": {"name": "Wire"}}]), label="#a"),
        claim("A", said("Y", document={"url": "https://b.example/1", "publisher": {"name": "Paper"}}), label="#b"),
        ref="r1",
        questions=[{"text": "Why?"}],
        claim_links=[{"from": "#a", "relation": "supports", "to": "#b"}],
        event_links=[{"relation": "related", "to": "ref:near"}],
        assessments=[{"claim": "#b", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}],
    )
    whole["events"].append({"ref": "near", "title": "Near"})
    await sent(client, "/v1/reports", whole)
    less = report(claim("A", said("Y")), ref="r1")
    answer = await sent(client, "/v1/reports", less, 201)
    assert {name: count for name, count in answer["removed"].items() if count} == {
        "appearances": 2, "statements": 2, "claims": 1, "questions": 2, "assessments": 1, "links": 2,
        "sources": 4, "documents": 1, "events": 1,
    }  # fmt: skip
    assert psql.execute("SELECT array_agg(name) FROM source").fetchone() == (["Y"],)


@pytest.mark.parametrize("as_line", [False, True])
async def test_what_is_deleted_is_told_one_by_one(client: httpx.AsyncClient, as_line: bool) -> None:
    whole, less = report(figure(3, said("X")), claim("A", said("Y")), ref="r1"), report(claim("A"), ref="r1")
    claims = (await sent(client, "/v1/reports", whole))["events"][0]["claims"]
    if as_line:
        line = json.dumps({"type": "report", **less})
        lines = await client.post("/v1/ingest", content=line, headers={"Content-Type": "application/x-ndjson"})
        answer = json.loads(lines.text.splitlines()[0])
    else:
        answer = (await client.post("/v1/reports", json=less)).json()
    told = [remark["stored"] for remark in answer["remarks"] if remark["what"] == "removed"]
    by_type = {stored["type"]: stored for stored in told}
    deleted_ids = {claims[0]["claim"]["id"], *(part["statements"][0]["id"] for part in claims)}
    assert deleted_ids <= {stored["id"] for stored in told}
    assert (by_type["claim"]["min"], by_type["statement"]["stance"]) == (3, "support")
    assert {stored["name"] for stored in told if stored["type"] == "source"} == {"X", "Y"}


async def test_words_that_go_are_told_unless_their_statement_is(client: httpx.AsyncClient) -> None:
    def spoken(wording: str, page: str, ref: str, *more: Json) -> Json:
        body = report(claim("A", said("X", wording=wording)), *more, ref=ref)
        return {**body, "document": {"url": f"https://a.example/{page}"}}

    first = await sent(client, "/v1/reports", spoken("wa", "1", "r1", claim("B", said("Y", wording="wy"))))
    (part,) = first["events"][0]["claims"][0]["statements"]
    words = {"type": "appearance", "statement_id": part["id"], "document_id": first["document"]["id"]}

    async def removed(body: Json) -> list[Json]:
        answer = (await client.post("/v1/reports", json=body)).raise_for_status().json()
        return [one["stored"] for one in answer["remarks"] if one["what"] == "removed"]

    told = await removed(spoken("wb", "1", "r1"))
    assert [one["type"] for one in told] == ["source", "claim", "statement", "appearance"]
    assert told[-1] == words | {"id": part["appearance"]["id"], "wording": "wa"}
    await sent(client, "/v1/reports", spoken("wc", "2", "r2"))  # shares the statement
    told = await removed({**report(claim("A"), ref="r1"), "document": {"url": "https://a.example/1"}})
    assert [one | {"id": ""} for one in told] == [words | {"id": "", "wording": "wb"}]


async def test_what_another_report_says_is_taken_back_when_that_says_it_no_more(client: httpx.AsyncClient) -> None:
    await sent(client, "/v1/reports", report(claim("A", said("X"), accuses="west"), claim("B"), ref="r1"))
    await sent(client, "/v1/reports", report(claim("A", said("X")), claim("B"), ref="r2"))
    await sent(client, "/v1/reports", report(claim("B"), ref="r1"))
    (first, _) = (await client.get("/v1/claims?sort=created_at")).json()["items"]
    assert (first["text"], first["accuses"]) == ("A", None)  # only the first had said whom it accuses
    await sent(client, "/v1/reports", report(claim("B"), ref="r2"))
    assert [one["text"] for one in (await client.get("/v1/claims")).json()["items"]] == ["B"]


async def test_what_is_only_named_is_said_as_before(client: httpx.AsyncClient) -> None:
    speaker, page = {"name": "Ana", "ref": "s", "role": "mayor"}, {"url": "https://a.example", "ref": "d", "title": "T"}
    first = {
        **report(claim("A", {"source": speaker}, ref="c", accuses="west"), ref="r1", summary="s"),
        "document": page,
    }
    await sent(client, "/v1/reports", first)
    stated = {"claim": "ref:c", "source": "ref:s"}
    await sent(
        client,
        "/v1/reports",
        {"ref": "r1", "document": {"ref": "d"}, "events": [{"ref": "blast", "statements": [stated]}]},
    )
    found = [(await client.get(f"/v1/{path}")).json() for path in ("sources/ref:s", "documents/ref:d", "claims/ref:c")]
    assert [found[0]["role"], found[1]["title"], found[2]["accuses"]] == ["mayor", "T", "west"]
    assert (await client.get("/v1/events/ref:blast")).json()["summary"] == "s"


async def test_what_protects_somebody_is_not_undone_by_silence(client: httpx.AsyncClient) -> None:
    hidden = {"name": "Ana", "ref": "s", "confidential": True}
    first = report(claim("A", {"source": hidden}), ref="r1", visibility="restricted")
    await sent(client, "/v1/reports", first)
    _, told = await delivered(client, report(claim("A", {"source": {"name": "Ana", "ref": "s"}}), ref="r1"))
    assert told == {"confidential": "not_taken", "visibility": "not_taken"}
    assert (await client.get("/v1/sources/ref:s")).json()["confidential"] is True
    opened = report(claim("A", {"source": {**hidden, "confidential": False}}), ref="r1", visibility="public")
    await sent(client, "/v1/reports", opened)
    assert (await client.get("/v1/events/ref:blast")).json()["visibility"] == "public"


# --- whose it is -----------------------------------------------------------------------------------------------------


async def lines(client: httpx.AsyncClient, *bodies: Json) -> list[Json]:
    content = "\n".join(map(json.dumps, bodies))
    answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
    return [json.loads(line) for line in answer.text.splitlines()][:-1]


async def test_a_ref_belongs_to_the_owner_of_its_key(
    app: FastAPI, client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    mine = report(claim("A", said("X")), ref="r1")
    assert (await sent(client, "/v1/reports", mine))["owner"] == "tester"
    before = psql.execute("SELECT seq FROM ledger_head").fetchone()
    for body_ in (mine, report(ref="r1")):
        answer = await other.post("/v1/reports", json=body_)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/ref")
        line, beside = await lines(other, {"type": "report", **body_}, {"type": "source", "name": "Zoë"})
        assert (line["status"], line["errors"][0]["pointer"], line["retryable"]) == (409, "/ref", False)
        assert beside["status"] in (200, 201)
    assert psql.execute("SELECT seq FROM ledger_head").fetchone() == ((before or (0,))[0] + 1,)
    async with app.state.database.writing(Signature("tests")) as session:
        await revoke_key(session, "tester")
        renewed = await make_key(session, "tester")
    headers = {"Authorization": f"Bearer {renewed}"}
    again = await other.post("/v1/reports", json=report(claim("A"), ref="r1"), headers=headers)
    assert (again.status_code, again.json()["changed"]) == (200, True)
    assert (await client.post("/v1/reports", json=mine)).status_code == 401
    client.headers.update(headers)
    unnamed = report(claim("A", said("X")))
    await sent(client, "/v1/reports", unnamed, 201)
    await sent(other, "/v1/reports", unnamed, 200)  # it is its body, and nobody's
    for who, owner in ((client, "tester"), (other, "tester")):
        (found,) = (await who.post("/v1/lookup", json={"items": [{"type": "report", "ref": "r1"}]})).json()["items"]
        assert found["owner"] == owner
