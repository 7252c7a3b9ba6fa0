"""Bodies that come while others of their caller are being stored: stored together, and answered as if one by one."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Final
from unittest.mock import patch
from uuid import uuid4

import httpx
import psycopg
import pytest
import soaking
from databases import Kept
from fastapi import FastAPI
from roundtrip import differences, listed, normal

from app import database, turns
from app.database import Database
from app.services.intake.bodies import together
from app.settings import Settings
from app.telling import logs

Json = dict[str, Any]
Call = tuple[str, Json]
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OF_WRITE: Final = ("id", "changed", "remarks")
_OF_RECORDING: Final = {"retrieved_at", "request_id", "similar", "fidelity"}
_LOCK: Final = "SELECT pg_advisory_lock(20230809, 1)"
_UNLOCK: Final = "SELECT pg_advisory_unlock(20230809, 1)"


@asynccontextmanager
async def serving(service: FastAPI, beside: Kept, connected: dict[str, Database]) -> AsyncIterator[psycopg.Connection]:
    """The same service on another database, which is empty and knows the same key; and a connection to that."""
    before = service.state.database
    with beside.empty() as url:
        if url not in connected:
            connected[url] = database.connect(Settings(database_url=url))
        service.state.database = connected[url]
        try:
            with beside.connection() as connection:
                yield connection
        finally:
            service.state.database = before


async def _until(condition: Any) -> None:
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError


async def at_once(
    service: FastAPI, client: httpx.AsyncClient, connection: psycopg.Connection, calls: Sequence[Call]
) -> list[httpx.Response]:
    """Have the first be stored while all others come, in this order; their answers."""
    connection.execute(_LOCK)
    with patch.object(turns, "LINE_SECONDS", 60):  # a busy machine has them come slowly
        gatherings = service.state.database.gatherings
        tasks: list[asyncio.Task[httpx.Response]] = []
        for path, body in calls:
            count = gatherings.busy + gatherings.waiting
            task = asyncio.create_task(client.post(path, json=body))
            tasks.append(task)
            await _until(lambda: gatherings.busy + gatherings.waiting > count or task.done())  # noqa: B023
        connection.execute(_UNLOCK)
        return await asyncio.gather(*tasks)


def told(answers: Sequence[httpx.Response]) -> list[Any]:
    """What was done with each: not what the records are, which others of them may have completed by then.

    What a record may be is found for all together, and told in one of the bodies that name it.
    """
    said, proposed = list[Any](), list[Any]()
    for answer in answers:
        assert answer.status_code < 500, answer.text
        body = answer.json()
        if "version" in body:
            body = {name: body[name] for name in _OF_WRITE if name in body}
        remarks = body.pop("remarks", [])
        proposed += [remark["detail"] for remark in remarks if remark["what"] == "proposed"]
        remarks = sorted((remark for remark in remarks if remark["what"] != "proposed"), key=_place)
        said.append([answer.status_code, answer.headers.get("location"), body, remarks])
    told_plainly: list[Any] = plainly([*said, sorted(proposed)])
    return told_plainly


def _place(remark: Json) -> tuple[str, str, str]:
    return remark["pointer"], remark["what"], _UUID.sub("", remark["detail"])


def plainly(value: Any) -> Any:
    """With each id as the place where it is named first, and without what is of the recording."""
    names: dict[str, str] = {}
    written = json.dumps(_without_recording(value))
    return json.loads(_UUID.sub(lambda match: names.setdefault(match[0], f"id {len(names)}"), written))


def _without_recording(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_recording(each) for name, each in value.items() if name not in _OF_RECORDING}
    return [_without_recording(each) for each in value] if isinstance(value, list) else value


# --- what is sent ----------------------------------------------------------------------------------------------------

_NAMES: Final = ("Ines Varga", "Inés Varga", "Governor Kim", "The ministry", "Kestrel News", "kestrel news", "I. Varga")
_URLS: Final = ("https://kestrel.example/1", "https://kestrel.example/1?utm_source=x", "https://heron.example/2")
_TEXTS: Final = ("It was a drone.", "It was a gas leak", "It was a drone", "Nobody was hurt")
_WORDS: Final = ("it was a drone", "nobody was hurt", "gas")


def _source(pick: Random) -> Json:
    source: Json = {"name": pick.choice(_NAMES)}
    for name, values in {
        "kind": ("official", "outlet", "person"),
        "ref": ("varga", "kim", "kestrel"),
        "party": ("russia", "ukraine"),
        "aliases": ([{"name": "The governor"}], [{"name": "Kestrel"}]),
        "parent": ({"name": "The government"}, "ref:kestrel", "#nobody"),
    }.items():
        if pick.random() < (0.4 if name == "kind" else 0.15):
            source[name] = pick.choice(values)
    return source


def _document(pick: Random) -> Json:
    document: Json = {"url": pick.choice(_URLS)}
    if pick.random() < 0.2:
        document["kind"] = pick.choice(("article", "press_release"))
    if pick.random() < 0.4:
        document["published"] = pick.choice(("2023-08-09", "2023-08-10T12:00Z"))
    if pick.random() < 0.3:
        document["publisher"] = {"name": pick.choice(("Kestrel News", "Heron")), "kind": "outlet"}
    if pick.random() < 0.3:
        document |= {"text": f"Varga said “{pick.choice(_WORDS)}” on Wednesday.", "language": "en"}
        document["retrieved_at"] = pick.choice(("2023-08-11T12:00Z", "2023-08-11T13:00Z"))
    return document


def _statement(pick: Random) -> Json:
    statement: Json = {"stance": pick.choice(("support", "support", "deny"))}
    if pick.random() < 0.85:
        unnamed = {"disclosure": "unnamed", "kind": pick.choice(("witness", "official"))}
        unnamed |= pick.choice(({}, {"role": "driver"}, {"party": "russia"}, {"name": "witnesses"}))
        described = {"name": pick.choice(("witnesses", "an official", "The ministry"))}
        statement["source"] = pick.choice((_source(pick), _source(pick), "ref:varga", str(uuid4()), unnamed, described))
    if pick.random() < 0.6:
        statement |= {"document": _document(pick), "wording": pick.choice(_WORDS), "language": "en", "quoted": True}
    if pick.random() < 0.3:
        statement["said"] = pick.choice(("2023-08-09", "2023-08-10"))
    return statement


def _claim(pick: Random) -> Json:
    if pick.random() < 0.3:
        claim: Json = {"question": {"measure": "killed"}, "figure": {"min": pick.choice((5, 12))}}
    else:
        claim = {"text": pick.choice(_TEXTS), "language": "en"}
        if pick.random() < 0.5:
            claim["question"] = {"text": pick.choice(("What was it?", "What caused it?")), "kind": "cause"}
    if pick.random() < 0.2:
        claim["ref"] = pick.choice(("drone", "gas"))
    return claim | {"statements": [_statement(pick) for _ in range(pick.randint(0, 2))]}


def _report(pick: Random) -> Json:
    event = pick.choice(({"event": "blast"}, {"event": "blast"}, {"slug": "fire", "title": "Fire"}))
    report = {"document": _document(pick), "events": [event | {"claims": [_claim(pick)]}]}
    return report | ({"ref": pick.choice(("a", "b", "c"))} if pick.random() < 0.6 else {})


def _call(pick: Random) -> Call:
    event = pick.choice(("blast", "blast", "blast", "BLAST", "ref:first", "merged", "nowhere"))
    kind = pick.randrange(10)
    if kind < 3:
        return "/v1/sources", _source(pick)
    if kind < 6:
        return f"/v1/events/{event}/claims", _claim(pick)
    calls: tuple[Call, ...] = (
        ("/v1/documents", _document(pick)),
        ("/v1/reports", _report(pick)),
        (f"/v1/events/{event}/questions", {"text": pick.choice(("What was it?", "Who was it?"))}),
        (
            "/v1/events",
            {"title": "Another", **pick.choice(({"ref": "first"}, {"ref": "second", "slug": "another"}, {}))},
        ),
        (f"/v1/events/{event}/links", {"relation": "same_site", "to": pick.choice(("slug:blast", "ref:second"))}),
        (f"/v1/events/{event}/statements", {"claim": "ref:drone", **_statement(pick)}),
    )
    return pick.choice(calls)


async def begin(client: httpx.AsyncClient) -> None:
    """What is there before."""
    for path, body in (
        ("/v1/events", {"title": "Blast", "slug": "blast", "ref": "first", "occurred": "2023-08-09"}),
        ("/v1/events", {"title": "The same blast", "slug": "merged"}),
        ("/v1/events/merged/merge", {"into": "blast"}),
        ("/v1/sources", {"name": "Ines Varga", "kind": "official"}),
        ("/v1/events/blast/claims", {"text": "It was a drone", "language": "en", "ref": "drone"}),
    ):
        answer = await client.post(path, json=body, headers={"If-Match": "*"})
        assert answer.status_code in (200, 201), answer.text


async def shown(client: httpx.AsyncClient) -> Json:
    """The pictures of the events, and how much there is of each kind."""
    pictures: Json = {}
    for event in ("blast", "fire", "another"):
        for name in ("dossier", "timeline", "figures", "matrix?by=source"):
            answer = await client.get(f"/v1/events/{event}/{name}")
            pictures[f"{event} {name}"] = normal(answer.json()) if answer.status_code == 200 else answer.status_code
    for kind in ("sources", "documents", "questions", "claims", "statements", "source-links", "document-links"):
        pictures[kind] = len(await listed(client, kind))
    return {name: plainly(picture) for name, picture in pictures.items()}


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(2, few=1))
async def test_many_at_once_are_answered_as_one_after_the_other(
    service: FastAPI, client: httpx.AsyncClient, beside: Kept, connected: dict[str, Database], seed: int
) -> None:
    pick = Random(seed)
    rounds = [[_call(pick) for _ in range(pick.randint(3, 12))] for _ in range(4)]
    async with serving(service, beside, connected) as connection:
        await begin(client)
        answers_at_once = [told(await at_once(service, client, connection, calls)) for calls in rounds]
        shown_at_once = await shown(client)
        assert connection.execute("SELECT count(*) FROM ledger_verify(10)").fetchone() == (0,)
    async with serving(service, beside, connected):
        await begin(client)
        for calls, at_once_told in zip(rounds, answers_at_once, strict=True):
            one_by_one_told = told([await client.post(path, json=body) for path, body in calls])
            assert list(differences(at_once_told, one_by_one_told)) == [], json.dumps(calls)
        assert list(differences(shown_at_once, await shown(client))) == [], json.dumps(rounds)


_STORED: Final = "SELECT count(*), count(DISTINCT xmin::text), count(DISTINCT request_id) FROM change WHERE type = %s"


async def test_what_comes_meanwhile_is_one_transaction(
    service: FastAPI, client: httpx.AsyncClient, event: str, psql: psycopg.Connection
) -> None:
    claims = [(f"{event}/claims", {"text": f"It was number {number}"}) for number in range(5)]
    reports = [
        ("/v1/reports", {"ref": f"r{number}", "events": [{"event": event.rpartition("/")[2]}]}) for number in range(5)
    ]
    sources = [("/v1/sources", {"name": f"Ines Varga {number}", "ref": f"v{number}"}) for number in range(5)]
    answers = await at_once(service, client, psql, [*claims, *reports, *sources])
    assert {answer.status_code for answer in answers} == {201}
    assert [answer.headers["X-Request-ID"] for answer in answers] == list(
        dict.fromkeys(answer.headers["X-Request-ID"] for answer in answers)
    )
    for kind in ("claim", "report", "source"):
        count, transactions, requests = psql.execute(_STORED, [kind]).fetchone() or (0, 0, 0)
        assert (count, transactions, requests) == (5, *((2, 2) if kind == "claim" else (1, 1))), kind
    for (_, body), answer in zip(sources, answers[10:], strict=True):
        record = await client.get(answer.headers["Location"])
        assert record.json()["name"] == body["name"] == answer.json()["name"]
        assert record.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.usefixtures("logged")
async def test_the_log_names_the_request_in_whose_name_it_is_stored(
    service: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = [("/v1/sources", {"name": f"Ines Varga {number}"}) for number in range(4)]
    ids = [answer.headers["X-Request-ID"] for answer in await at_once(service, client, psql, calls)]
    logs.write_requests()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"event": "request"' in line]
    assert {line["request_id"]: line.get("stored_with") for line in lines} == {
        ids[0]: None, ids[1]: None, ids[2]: ids[1], ids[3]: ids[1],
    }  # fmt: skip
    stored = psql.execute("SELECT request_id FROM change WHERE type = 'source' ORDER BY seq").fetchall()
    assert [request_id for (request_id,) in stored] == [ids[0], ids[1], ids[1], ids[1]]


@pytest.mark.parametrize("leaver", [0, 1, 3])
async def test_who_has_left_is_not_stored_and_the_others_are(
    service: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection, leaver: int
) -> None:
    psql.execute(_LOCK)
    gatherings = service.state.database.gatherings
    tasks = []
    for number in range(4):
        tasks.append(asyncio.create_task(client.post("/v1/sources", json={"name": f"Ines Varga {number}"})))
        await _until(lambda: gatherings.busy + gatherings.waiting > number)  # noqa: B023
    tasks[leaver].cancel()
    psql.execute(_UNLOCK)
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [n == leaver for n in range(4)]
    names = [name for (name,) in psql.execute("SELECT name FROM source ORDER BY id").fetchall()]
    assert names == [f"Ines Varga {number}" for number in range(4) if number != leaver]


async def test_who_leaves_while_they_are_stored_takes_nobody_along(
    service: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stored, go_on = together._store, asyncio.Event(), asyncio.Event()

    async def wait_before_commit(*arguments: Any) -> None:
        await store(*arguments)
        stored.set()
        await go_on.wait()

    monkeypatch.setattr(together, "_store", wait_before_commit)
    gatherings = service.state.database.gatherings
    psql.execute(_LOCK)
    tasks = []
    for number in range(4):
        tasks.append(asyncio.create_task(client.post("/v1/sources", json={"name": f"Ines Varga {number}"})))
        await _until(lambda: gatherings.busy + gatherings.waiting > number)  # noqa: B023
    psql.execute(_UNLOCK)
    await stored.wait()
    tasks[2].cancel()
    go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[2], asyncio.CancelledError)
    assert [answer.status_code for answer in answers if isinstance(answer, httpx.Response)] == [201] * 3
    names = [name for (name,) in psql.execute("SELECT name FROM source ORDER BY id").fetchall()]
    assert names == [f"Ines Varga {number}" for number in (0, 1, 3)]


async def test_keys_do_not_mix(
    service: FastAPI, client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    psql.execute(_LOCK)
    gatherings = service.state.database.gatherings
    tasks = []
    for number in range(6):
        sender = client if number % 2 else other
        tasks.append(asyncio.create_task(sender.post("/v1/sources", json={"name": f"Ines Varga {number}"})))
        await _until(lambda: gatherings.busy + gatherings.waiting > number)  # noqa: B023
    psql.execute(_UNLOCK)
    assert {answer.status_code for answer in await asyncio.gather(*tasks)} == {201}
    actors: dict[str, str] = dict(
        psql.execute("SELECT record->>'name', actor FROM change WHERE type = 'source'").fetchall()
    )
    assert len({actors[f"Ines Varga {number}"] for number in (1, 3, 5)}) == 1
    assert len({actors[f"Ines Varga {number}"] for number in range(6)}) == 2
