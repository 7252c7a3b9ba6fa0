"""A request that comes again under its Idempotency-Key is done once, and answered as before."""

import asyncio
import re
from typing import Any

import httpx
import psycopg
import pytest
from calls import claim, delete, document, get, patch, post, source, statement
from fastapi import FastAPI
from ledgers import fill, id_of, value
from psycopg import errors
from reporting import report, rows, said
from sqlalchemy import event as engine_event

from app.api.problems import MEDIA_TYPE
from app.services import idempotency

Psql = psycopg.Connection[Any]
# What each answer has of its own.
FRESH = {"x-request-id", "idempotency-replayed"}
# POSTs that only read, or whose parts are safe without a key.
WITHOUT = {"/v1/lookup", "/v1/ingest"}


async def again(
    client: httpx.AsyncClient, path: str, body: Any, key: str = "k-1", status: int | None = None
) -> httpx.Response:
    answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
    assert status is None or answer.status_code == status, answer.text
    return answer


def same(first: httpx.Response, second: httpx.Response) -> bool:
    """Whether the second is the first, given again."""
    kept = [{k: v for k, v in one.headers.items() if k not in FRESH} for one in (first, second)]
    return (
        (first.status_code, first.content, kept[0]) == (second.status_code, second.content, kept[1])
        and "Idempotency-Replayed" not in first.headers
        and second.headers["Idempotency-Replayed"] == "true"
    )


def stored(psql: Psql) -> tuple[int, int]:
    """How many keys are known, and how many answers are kept."""
    found = psql.execute("SELECT count(*), count(answer) FROM idempotency_key").fetchone()
    assert found is not None
    return found[0], found[1]


async def test_the_same_answer_byte_for_byte_and_nothing_done(client: httpx.AsyncClient, psql: Psql) -> None:
    """An event without ref and slug is made anew each time: only the key tells that it is the same."""
    first = await again(client, "/v1/events", {"title": "Explosion"}, status=201)
    before = rows(psql)
    for key in ("k-1", '"k-1"'):
        assert same(first, await again(client, "/v1/events", {"title": "Explosion"}, key))
    assert rows(psql) == before
    assert first.headers["Location"] == f"/v1/events/{first.json()['id']}"
    assert "ETag" in first.headers
    # Without the key, and under another one, it is another request.
    for headers in ({}, {"Idempotency-Key": "k-2"}):
        other = await client.post("/v1/events", json={"title": "Explosion"}, headers=headers)
        assert other.json()["id"] != first.json()["id"]
        assert "Idempotency-Replayed" not in other.headers
    assert stored(psql) == (2, 2)


async def test_a_quoted_key_may_have_escapes(client: httpx.AsyncClient) -> None:
    first = await again(client, "/v1/events", {"title": "A"}, r'"say \"so\" \\ "')
    assert same(first, await again(client, "/v1/events", {"title": "A"}, r'"say \"so\" \\ "'))


async def test_a_malformed_key_is_refused(client: httpx.AsyncClient, psql: Psql) -> None:
    long = "a" * 256
    for named in ("", '""', " ", long, f'"{long}"', '"a', 'a"b"\t', '"a";b=1', r'"\a"', "é", "\x7f", "a\x01"):
        headers = {b"Idempotency-Key": named.encode("latin-1")}
        answer = await client.post("/v1/events", json={"title": "A"}, headers=headers)
        assert answer.status_code == 422, named
        assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert rows(psql)["event"] == 0


async def test_other_keys_are_taken(client: httpx.AsyncClient) -> None:
    longest = "a" * 255
    for named in ("a", longest, f'"{longest[1:]}\\""', 'a"b', "a b", "!", '" "'):
        first = await again(client, "/v1/events", {"title": "A"}, named, 201)
        assert same(first, await again(client, "/v1/events", {"title": "A"}, named))


async def test_two_keys_are_refused(client: httpx.AsyncClient) -> None:
    twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await client.post(
        "/v1/events", json={"title": "A"}, headers=httpx.Headers([*client.headers.items(), *twice])
    )
    assert answer.status_code == 422


async def test_another_body_under_the_key_is_refused(client: httpx.AsyncClient, psql: Psql) -> None:
    await again(client, "/v1/events", {"title": "A"}, status=201)
    answer = await again(client, "/v1/events", {"title": "B"}, status=422)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.json()["errors"] == [
        {
            "parameter": "Idempotency-Key",
            "detail": "this key came with another body before; a new request needs a new key",
        }
    ]
    assert rows(psql)["event"] == 1


async def test_answers_belong_to_path_and_caller(
    client: httpx.AsyncClient, other: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, psql: Psql
) -> None:
    body = {"text": "Why?"}
    first = await again(client, f"{event}/questions", body, status=201)
    elsewhere = (await post(client, "/v1/events", {"title": "Another"}))["id"]
    for who, path, status in ((client, f"/v1/events/{elsewhere}/questions", 201), (other, f"{event}/questions", 200)):
        answer = await again(who, path, body, status=status)
        assert "Idempotency-Replayed" not in answer.headers
    assert (await again(anybody, f"{event}/questions", body)).status_code == 401
    assert same(first, await again(client, f"{event}/questions", body))
    # A key of the service that may no longer write, and one that may see less than when it was answered.
    psql.execute("UPDATE api_key SET scopes = ARRAY['read', 'confidential'] WHERE name = 'tester'")
    assert (await again(client, f"{event}/questions", body)).status_code == 403
    psql.execute("UPDATE api_key SET scopes = ARRAY['read', 'ingest', 'edit'] WHERE name = 'tester'")
    assert (await again(client, f"{event}/questions", body)).status_code == 410
    psql.execute("UPDATE api_key SET scopes = ARRAY['read', 'ingest', 'confidential'] WHERE name = 'tester'")
    assert same(first, await again(client, f"{event}/questions", body))


async def test_only_successes_are_kept(client: httpx.AsyncClient, event: str, psql: Psql) -> None:
    body = {"claim": "ref:later", "author": {"name": "A desk"}, "scheme": "veracity", "rating": "unverified"}
    await again(client, f"{event}/assessments", body, status=422)
    await again(client, "/v1/events/nothing/questions", {"text": "Why?"}, status=404)
    assert stored(psql) == (0, 0)
    await claim(client, event, ref="later")
    made = await again(client, f"{event}/assessments", body, status=201)
    assert same(made, await again(client, f"{event}/assessments", body))


async def test_the_key_is_free_again_after_a_day(client: httpx.AsyncClient, psql: Psql) -> None:
    first = await again(client, "/v1/events", {"title": "A"}, status=201)
    psql.execute("UPDATE idempotency_key SET kept_at = clock_timestamp() - interval '23 hours 59 minutes'")
    assert same(first, await again(client, "/v1/events", {"title": "A"}))
    psql.execute("UPDATE idempotency_key SET kept_at = clock_timestamp() - interval '24 hours 1 second'")
    second = await again(client, "/v1/events", {"title": "B"}, status=201)
    assert second.json()["id"] != first.json()["id"]
    assert same(second, await again(client, "/v1/events", {"title": "B"}))


async def test_what_is_over_goes_with_what_comes(client: httpx.AsyncClient, psql: Psql) -> None:
    """A hundred at a time, the oldest first."""
    psql.execute(
        "INSERT INTO idempotency_key (asked, body, sees, shown) "
        "SELECT sha256(int4send(n)), sha256(''), '{}', '{}' FROM generate_series(1, 170) n"
    )
    psql.execute(
        "UPDATE idempotency_key SET kept_at = kept_at - interval '25 hours' WHERE asked <> sha256(int4send(1))"
    )
    await again(client, "/v1/events", {"title": "A"}, status=201)
    assert stored(psql) == (1 + 69 + 1, 1)
    await again(client, "/v1/events", {"title": "B"}, "k-2", status=201)
    assert stored(psql) == (1 + 2, 2)


@pytest.mark.parametrize("path", ["/v1/events", "/v1/reports"])
async def test_of_many_at_once_one_has_an_effect(client: httpx.AsyncClient, psql: Psql, path: str) -> None:
    body = (
        {"title": "A"} if path == "/v1/events" else report({"text": "A drone", "statements": [said("He")]}, ref="r-1")
    )
    answers = await asyncio.gather(*(again(client, path, body, status=201) for _ in range(12)))
    assert len({one.content for one in answers}) == 1
    assert [one.headers.get("Idempotency-Replayed") for one in answers].count(None) == 1
    assert rows(psql)["event"] == 1
    assert stored(psql) == (1, 1)


async def test_a_replay_does_not_wait_for_the_lock(client: httpx.AsyncClient, psql: Psql, event: str) -> None:
    """It is a read: one statement, beside the one that finds the caller."""
    first = await again(client, f"{event}/questions", {"text": "Why?"})
    with psql.transaction():
        psql.execute("SELECT pg_advisory_xact_lock(20230809, 1)")
        async with asyncio.timeout(5):
            assert same(first, await again(client, f"{event}/questions", {"text": "Why?"}))


async def test_without_a_key_no_statement_more(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    asked: list[str] = []
    for engine in (app.state.database.readers, app.state.database.writers):
        engine_event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    async def count(headers: dict[str, str], text: str) -> int:
        asked.clear()
        made = await client.post(f"{event}/questions", json={"text": text}, headers=headers)
        assert made.is_success
        return len(asked)

    plain = await count({}, "Why?")
    assert not any("idempotency" in one for one in asked)
    assert await count({"Idempotency-Key": "a"}, "How?") == plain + 2
    keys = [one for one in asked if "idempotency" in one]
    assert len(keys) == 2
    await count({"Idempotency-Key": "a"}, "How?")
    assert len([one for one in asked if "api_key" not in one]) == 1


# --- what may no longer be shown -------------------------------------------------------------------------------------


async def gone(client: httpx.AsyncClient, path: str, body: Any) -> None:
    """The answer is not kept any more, and nothing is done again."""
    answer = await again(client, path, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (410, MEDIA_TYPE), answer.text
    assert "Idempotency-Replayed" not in answer.headers


async def test_deleting_what_it_shows_forgets_an_answer(client: httpx.AsyncClient, psql: Psql) -> None:
    body = {"name": "A witness", "ref": "w"}
    made = (await again(client, "/v1/sources", body)).json()
    kept = await again(client, "/v1/sources", {"name": "Another"}, "k-2")
    await delete(client, f"/v1/sources/{made['id']}")
    await gone(client, "/v1/sources", body)
    assert rows(psql)["source"] == 1
    assert stored(psql) == (2, 1)
    assert value(psql, "SELECT count(*) FROM idempotency_key WHERE shown = '{}' AND headers IS NULL") == 1
    assert same(kept, await again(client, "/v1/sources", {"name": "Another"}, "k-2"))


async def test_a_part_of_the_answer_is_enough(client: httpx.AsyncClient, event: str, psql: Psql) -> None:
    """Also by somebody beside the service."""
    body = {"text": "A drone", "statements": [said("A mayor", wording="a drone")]}
    made = (await again(client, f"{event}/claims", body, status=201)).json()
    appearance = made["statements"][0]["appearance"]["id"]
    psql.execute("DELETE FROM appearance WHERE id = %s", [appearance])
    await gone(client, f"{event}/claims", body)


@pytest.mark.parametrize("by_hand", [True, False])
async def test_hiding_an_event_forgets_all_about_it(
    client: httpx.AsyncClient, event: str, psql: Psql, by_hand: bool
) -> None:
    """Its parts, whose answers need not name it, and the document and the sources that nothing else makes public."""
    paper = {
        "url": "https://news.example/1",
        "text": "A drone, he said",
        "publisher": {"name": "News", "kind": "outlet"},
    }
    told = {"text": "A drone", "statements": [{"source": {"name": "A mayor"}, "document": paper}]}
    bodies: dict[str, Any] = {
        f"{event}/claims": told,
        "/v1/documents": paper,
        "/v1/sources": {"name": "A mayor"},
        f"{event}/questions": {"text": "Why?"},
    }
    for path, body in bodies.items():
        await again(client, path, body)
    elsewhere = (await post(client, "/v1/events", {"title": "Another"}))["id"]
    shared = {"url": "https://news.example/2"}
    for of in (event.rpartition("/")[2], elsewhere):
        cited = {"text": "A missile", "statements": [{"source": {"name": "B"}, "document": shared}]}
        await post(client, f"/v1/events/{of}/claims", cited)
    known = await again(client, "/v1/documents", shared, "k-2")
    if by_hand:
        psql.execute("UPDATE event SET visibility = 'restricted' WHERE slug = 'explosion'")
    else:
        await patch(client, event, {"visibility": "restricted"})
    for path, body in bodies.items():
        await gone(client, path, body)
    assert same(known, await again(client, "/v1/documents", shared, "k-2"))


async def test_protecting_a_source_forgets_who_it_is(client: httpx.AsyncClient, event: str) -> None:
    body = {"claim": await claim(client, event), "source": {"name": "An officer"}}
    made = (await again(client, f"{event}/statements", body, status=201)).json()
    await patch(client, f"/v1/sources/{made['source_id']}", {"notes": "nothing to hide"})
    assert (await again(client, f"{event}/statements", body)).headers["Idempotency-Replayed"] == "true"
    await patch(client, f"/v1/sources/{made['source_id']}", {"confidential": True})
    await gone(client, f"{event}/statements", body)


async def test_redacting_forgets(client: httpx.AsyncClient, psql: Psql) -> None:
    made = (await again(client, "/v1/sources", {"name": "A witness"})).json()
    psql.execute("UPDATE change SET record = NULL, salt = NULL WHERE record_id = %s", [made["id"]])
    await gone(client, "/v1/sources", {"name": "A witness"})


async def test_a_change_forgets_nothing(client: httpx.AsyncClient) -> None:
    """The answer tells what was then."""
    first = await again(client, "/v1/sources", {"name": "A witness"})
    await patch(client, f"/v1/sources/{first.json()['id']}", {"role": "a baker"})
    assert same(first, await again(client, "/v1/sources", {"name": "A witness"}))


async def test_each_way_to_delete_forgets(psql: Psql) -> None:
    """Every kind of record has the trigger."""
    fill(psql)
    of = (
        "assessment_document",
        "assessment",
        "appearance_hop",
        "appearance",
        "statement",
        "claim_link",
        "document_link",
    )
    for table in (*of, "report", "event_link"):
        psql.execute("DELETE FROM idempotency_key")
        psql.execute(
            "INSERT INTO idempotency_key VALUES (sha256('a'), sha256('b'), DEFAULT, '{}', %s, 201, '{}', '')",
            [[id_of(table)]],
        )
        psql.execute(f"DELETE FROM {table}")
        assert stored(psql) == (1, 0), table


def test_the_table_keeps_wrong_rows_out(psql: Psql) -> None:
    good: dict[str, Any] = {
        "asked": b"a" * 32, "body": b"b" * 32, "sees": [], "shown": [], "status": 200, "headers": "{}", "answer": b"{}",
    }  # fmt: skip
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("asked", {"asked": b""}),
        ("body", {"body": b"b" * 33}),
        ("status", {"status": 199}),
        ("status", {"status": 300}),
        ("headers", {"headers": "[]"}),
        ("whole", {"answer": None}),
        ("whole", {"status": None}),
        ("whole", {"status": None, "headers": None}),
    ]
    query = "INSERT INTO idempotency_key ({}) VALUES ({})".format(
        ", ".join(good), ", ".join(f"%({name})s" for name in good)
    )
    for name, part in wrong:
        with pytest.raises(errors.CheckViolation) as refused:
            psql.execute(query, good | part)
        assert refused.value.diag.constraint_name == f"ck_idempotency_key_{name}"
    psql.execute(query, good)
    with pytest.raises(errors.UniqueViolation, match="pk_idempotency_key"):
        psql.execute(query, good)
    psql.execute(query, good | {"asked": b"c" * 32, "status": None, "headers": None, "answer": None})


# --- every write -----------------------------------------------------------------------------------------------------


async def test_every_write_takes_a_key_and_tells_of_it(client: httpx.AsyncClient, app: FastAPI, event: str) -> None:
    """Each POST of the description is sent twice: the second answer is the first."""
    writes = {path: item["post"] for path, item in app.openapi()["paths"].items() if "post" in item} | {}
    for path in WITHOUT:
        writes.pop(path, None)
    mayor, desk = await source(client, "A mayor"), await source(client, "A desk")
    one, two = await claim(client, event), await claim(client, event, "It was a missile")
    first, second = await document(client, "https://news.example/1"), await document(client, "https://news.example/2")
    word = await statement(client, event, one, mayor)
    before = (await post(client, "/v1/events", {"title": "Before"}))["id"]
    bodies: dict[str, tuple[str, Any]] = {
        "/v1/sources": ("", {"name": "X"}),
        "/v1/documents": ("", {"url": "https://x.example/"}),
        "/v1/documents/{document}/versions": (first, {"text": "X"}),
        "/v1/documents/{document}/links": (first, {"relation": "quotes", "to": second}),
        "/v1/events": ("", {"title": "X"}),
        "/v1/events/{event}/event-links": ("explosion", {"relation": "related", "to": before}),
        "/v1/events/{event}/questions": ("explosion", {"text": "X?"}),
        "/v1/events/{event}/claims": ("explosion", {"text": "X"}),
        "/v1/events/{event}/claim-links": ("explosion", {"from": one, "relation": "contradicts", "to": two}),
        "/v1/events/{event}/statements": ("explosion", {"claim": two, "source": mayor}),
        "/v1/events/{event}/assessments": (
            "explosion",
            {"claim": one, "author": desk, "scheme": "veracity", "rating": "unverified"},
        ),
        "/v1/statements/{id}/appearances": (word, {"wording": "X"}),
        "/v1/statements/{id}/withdraw": (word, {"withdrawn": "2023-08-12"}),
        "/v1/reports": ("", report({"text": "X", "statements": [said("He")]})),
        "/v1/sources/{source}/merge": (mayor, {"into": desk}),
        "/v1/documents/{document}/merge": (first, {"into": second}),
        "/v1/claims/{id}/merge": (one, {"into": two}),
        "/v1/events/{event}/merge": (before, {"into": "explosion"}),
    }
    assert set(bodies) == set(writes)
    for path, (at, body) in bodies.items():
        assert idempotency.HEADER in [one["name"] for one in writes[path]["parameters"]], path
        assert "410" in writes[path]["responses"]
        headers = [answer.get("headers", {}) for status, answer in writes[path]["responses"].items() if status < "300"]
        assert all("Idempotency-Replayed" in one for one in headers)
        way = re.sub(r"\{\w+\}", at, path)
        done = await again(client, way, body)
        assert done.is_success, (path, done.text)
        assert same(done, await again(client, way, body)), path
    assert (await get(client, f"/v1/sources/{mayor}?merged=self"))["merged_into"] == desk
