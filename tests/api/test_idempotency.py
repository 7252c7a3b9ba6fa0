"""A request that comes again under its Idempotency-Key is done once, and answered as before."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from calls import claim, document, get, post, source, statement
from describing import inlined, statuses
from fastapi import FastAPI
from keyed import Psql, again, same, stored
from reporting import report, rows, said
from sqlalchemy import event as engine_event

from app.api.problems import MEDIA_TYPE
from app.services import idempotency

# POSTs that only read, or whose parts are safe without a key.
# What they do they do once by themselves, or is never shown again.
# Of these no answer is kept: the first need none, the others refuse it.
WITHOUT = {"/v1/lookup", "/v1/ingest"}
REFUSING = {
    *("/v1/keys", "/v1/keys/{key}/rotate", "/v1/webhooks", "/v1/webhooks/{webhook}/test"),
    "/v1/{records}/{record}/redact",
}


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


# --- every write -----------------------------------------------------------------------------------------------------


async def test_every_write_takes_a_key_and_tells_of_it(client: httpx.AsyncClient, app: FastAPI, event: str) -> None:
    """Each POST of the description is sent twice: the second answer is the first."""
    writes = {path: item["post"] for path, item in inlined(app.openapi()).items() if "post" in item} | {}
    for path in WITHOUT | REFUSING:
        writes.pop(path, None)
    mayor, desk = await source(client, "Ada Mayor"), await source(client, "A desk")
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
        "/v1/statements/{statement}/appearances": (word, {"wording": "X"}),
        "/v1/statements/{statement}/withdraw": (word, {"withdrawn": "2023-08-12"}),
        "/v1/reports": ("", report({"text": "X", "statements": [said("He")]})),
        "/v1/sources/{source}/links": (mayor, {"to": desk}),
        "/v1/sources/{source}/merge": (mayor, {"into": desk}),
        "/v1/documents/{document}/merge": (first, {"into": second}),
        "/v1/claims/{claim}/merge": (one, {"into": two}),
        "/v1/events/{event}/merge": (before, {"into": "explosion"}),
    }
    assert set(bodies) == set(writes)
    for path, (at, body) in bodies.items():
        assert idempotency.HEADER in [one["name"] for one in writes[path]["parameters"]], path
        assert "410" in statuses(writes[path])
        way = re.sub(r"\{\w+\}", at, path)
        done = await again(client, way, body)
        assert done.is_success, (path, done.text)
        assert same(done, await again(client, way, body)), path
    assert (await get(client, f"/v1/sources/{mayor}?merged=self"))["merged_into"] == desk


async def test_what_is_kept_nowhere_takes_no_key(client: httpx.AsyncClient) -> None:
    """Nothing that is given is dropped without a word."""
    for path in REFUSING:
        address = path.format(key=uuid4(), webhook=uuid4(), records="claims", record=uuid4())
        answer = await client.post(address, json={}, headers={"Idempotency-Key": "k-1"})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "Idempotency-Key"), path
