"""How many SQL statements and transactions a request costs.

Each count is exact. One that rises says that a request asks again for what it had, or asks in a loop over rows: look at
`Recording.statements` before the count is changed. One that falls is written down, so that it can't creep up again.
"""

import inspect
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final
from uuid import uuid4

import httpx
import psycopg
import pytest
from calls import get, post
from describing import goes_on, inlined, statuses
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from queries import Recording, recorded
from sqlalchemy import text
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import ORMExecuteState, Session

from app import database
from app.api import problems
from app.api.routes import google, health
from app.connections import engines
from app.main import RESOURCES

CLAIM: Final = {"text": "It was a drone", "statements": [{"source": {"name": "Ines Varga"}}]}
REPORT: Final = {
    "document": {
        "url": "https://example.org/blast",
        "publisher": {"name": "Example News", "kind": "outlet"},
        "text": "The governor said “a drone hit the depot” on Wednesday.",
    },
    "events": [
        {
            "ref": "blast",
            "title": "Blast",
            "claims": [
                {
                    "text": "A drone hit the depot",
                    "question": {"text": "What was it?", "kind": "cause"},
                    "statements": [
                        {"source": {"name": "Governor Kim"}, "wording": "a drone hit the depot", "quoted": True}
                    ],
                }
            ],
        }
    ],
}
WRITES: Final = ("post", "patch", "delete")


async def _recorded(
    app: FastAPI, client: httpx.AsyncClient, method: str, path: str, status: int, **sent: Any
) -> Recording:
    app.state.kept = None  # what an answer costs that is made; test_kept counts for those that are kept
    with recorded(app.state.database) as recording:
        answer = await client.request(method, path, **sent)
    assert answer.status_code == status, answer.text
    return recording


# The key is looked up in a statement without a transaction. A write has one transaction, which begins with the ledger's
# lock; what is looked up ahead of it is asked in statements without one.


async def test_a_source_is_sent(app: FastAPI, client: httpx.AsyncClient) -> None:
    """Key; lock, look for the same, insert, keep its keys and look for names like it. Sent again, it is read."""
    new = await _recorded(app, client, "POST", "/v1/sources", 201, json={"name": "Ines Varga"})
    assert new.counts == (5, 1), new.statements
    assert new.statements[1].startswith("BEGIN; SELECT pg_advisory_xact_lock")  # in one message
    same = await _recorded(app, client, "POST", "/v1/sources", 200, json={"name": "Ines Varga"})
    assert same.counts == (5, 1), same.statements


async def test_a_source_is_sent_under_an_idempotency_key(app: FastAPI, client: httpx.AsyncClient) -> None:
    """Two more for the first: the look for a kept answer, which needs no transaction, and keeping the new one."""
    headers = {"Idempotency-Key": "k-1"}
    first = await _recorded(app, client, "POST", "/v1/sources", 201, json={"name": "Ines Varga"}, headers=headers)
    assert first.counts == (7, 1), first.statements
    replayed = await _recorded(app, client, "POST", "/v1/sources", 201, json={"name": "Ines Varga"}, headers=headers)
    assert replayed.counts == (2, 0), replayed.statements


async def test_a_claim_is_sent_with_one_statement(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    """Key; one for similar claims; lock, event, two for each of source and claim, one for a new claim's statement."""
    new = await _recorded(app, client, "POST", f"{event}/claims", 201, json=CLAIM)
    assert new.counts == (10, 1), new.statements
    same = await _recorded(app, client, "POST", f"{event}/claims", 200, json=CLAIM)
    assert same.counts == (10, 1), same.statements


async def test_a_report_is_sent(app: FastAPI, client: httpx.AsyncClient) -> None:
    """A few statements for each kind of record, one for what it says."""
    new = await _recorded(app, client, "POST", "/v1/reports", 201, json=REPORT)
    assert new.counts == (28, 1), new.statements
    same = await _recorded(app, client, "POST", "/v1/reports", 200, json=REPORT)
    assert same.counts == (15, 1), same.statements


async def test_a_report_is_stored_by_statements_that_are_laid_out_once(client: httpx.AsyncClient, event: str) -> None:
    """None goes through SQLAlchemy, whose part of one takes longer than all else: also what refs and addresses name."""
    named: Any = deepcopy({**REPORT, "ref": "r-1"})
    del named["events"][0]["ref"], named["events"][0]["title"]
    named["events"][0]["event"] = event.removeprefix("/v1/events/")
    laid_out: list[str] = []

    def note(state: ORMExecuteState) -> None:
        laid_out.append(str(state.statement))

    listen(Session, "do_orm_execute", note)
    try:
        assert (await client.post("/v1/reports", json=named)).status_code == 201
    finally:
        remove(Session, "do_orm_execute", note)
    assert laid_out == []


async def test_a_report_of_more_asks_no_more(app: FastAPI, client: httpx.AsyncClient) -> None:
    """What is asked does not grow with the number of claims."""
    counts = []
    for size in (2, 12):
        claims = [
            {
                "text": f"Version {number} of what happened",
                "statements": [{"source": {"name": f"Source {number} of {size}"}}],
            }
            for number in range(size)
        ]
        report = {"events": [{"ref": f"of-{size}", "title": f"Blast {size}", "claims": claims}]}
        recording = await _recorded(app, client, "POST", "/v1/reports", 201, json=report)
        counts.append(recording.counts)
    assert counts[0] == counts[1]


async def test_a_record_is_changed(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    """Key; lock, the record, its update, the record as it is answered."""
    headers = {"If-Match": "*"}
    recording = await _recorded(app, client, "PATCH", event, 200, json={"title": "Blast"}, headers=headers)
    assert recording.counts == (5, 1), recording.statements


async def test_a_record_is_read(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    """Key; the record, which needs no transaction."""
    recording = await _recorded(app, client, "GET", event, 200)
    assert recording.counts == (2, 0), recording.statements


async def test_a_list_is_read(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    """Key; the page; within an event first the event."""
    await post(client, f"{event}/claims", CLAIM)
    await get(client, "/v1/claims")  # what signs cursors is asked for once in a process
    every = await _recorded(app, client, "GET", "/v1/statements", 200)
    assert every.counts == (2, 1), every.statements
    of_event = await _recorded(app, client, "GET", f"{event}/statements", 200)
    assert of_event.counts == (3, 1), of_event.statements


async def test_a_dossier_is_read(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    """Key; the event, its heads for the ETag; two for its rows, and one for the position that they show."""
    await post(client, f"{event}/claims", CLAIM)
    recording = await _recorded(app, client, "GET", f"{event}/dossier", 200)
    assert recording.counts == (6, 1), recording.statements


async def test_a_dossier_is_read_again(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    """Key; the event, its heads: a caller who has the dossier costs no more."""
    tag = (await client.get(f"{event}/dossier")).headers["ETag"]
    recording = await _recorded(app, client, "GET", f"{event}/dossier", 304, headers={"If-None-Match": tag})
    assert recording.counts == (3, 1), recording.statements


async def test_without_a_key_nothing_is_asked_about_it(
    app: FastAPI, client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    read = await _recorded(app, anybody, "GET", event, 200)
    assert read.counts == (1, 0), read.statements
    refused = await _recorded(app, anybody, "PATCH", event, 401, json={}, headers={"If-Match": "*"})
    assert refused.counts == (0, 0), refused.statements


async def test_every_operation_looks_the_key_up_once(app: FastAPI, client: httpx.AsyncClient) -> None:
    """Whatever of its signature asks for the caller: the scope, the transaction, the answer kept under a key."""
    secured = [
        ("head" if goes_on(operation) else method, path)
        for path, operations in inlined(app.openapi()).items()
        for method, operation in operations.items()
        if "401" in statuses(operation) and path.startswith("/v1/")
    ]
    assert sum(method in WRITES for method, _ in secured) > 40
    app.state.kept = None
    counted = {}
    for method, path in secured:
        address = re.sub(r"\{\w+\}", str(uuid4()), path.replace("{records}", "claims"))
        with recorded(app.state.database) as recording:
            await client.request(method, address, json={} if method in ("post", "patch") else None)
        counted[method, path] = sum("AS unnoted" in statement for statement in recording.statements)
    assert {operation: count for operation, count in counted.items() if count != 1} == {}


def test_no_dependency_runs_in_a_thread() -> None:
    """FastAPI runs what is not async in a thread, which takes longer than what any of ours does."""
    routers = [google.router, health.router, problems.router, *(module.router for module in RESOURCES)]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    calls = {dependant.call for route in routes for dependant in _dependants(route.dependant)}
    assert len(calls) > 50
    assert [call for call in calls if not _is_async(call)] == []


def _dependants(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _dependants(inner)


def _is_async(call: Any) -> bool:
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(kind(function) for kind in kinds for function in (call, type(call).__call__))


async def test_whatever_a_request_comes_to_what_it_read_is_committed(
    app: FastAPI, client: httpx.AsyncClient, event: str
) -> None:
    """A rollback has the connection forget its prepared statements: all of the next requests would be planned anew."""
    nowhere = f"/v1/claims/{uuid4()}"
    tag = (await client.get(f"{event}/dossier")).headers["ETag"]
    reads = [
        await _recorded(app, client, "GET", f"{event}/claims", 200),
        await _recorded(app, client, "GET", f"{event}/dossier", 200),
        await _recorded(app, client, "GET", f"{event}/dossier", 304, headers={"If-None-Match": tag}),
        await _recorded(app, client, "GET", f"{nowhere}/history", 404),
        await _recorded(app, client, "POST", f"{event}/claims", 201, json=CLAIM),
        await _recorded(app, client, "POST", "/v1/reports", 201, json=REPORT),
    ]
    ends = [[end for end in read.transactions if not end.startswith("writers")] for read in reads]
    assert ends == [["readers commit"], ["drawers commit"], ["drawers commit"], ["readers commit"], [], []]


async def test_a_connection_is_pinged_if_it_rested_or_if_something_came_in(
    app: FastAPI, psql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = database.connect(app.state.settings)
    used, ask = "SELECT state_change FROM pg_stat_activity WHERE pid = %s", text("SELECT pg_backend_pid()")

    async def pid() -> int:
        async with own.readers.connect() as connection:
            return int(await connection.scalar(ask))

    first = await pid()
    last_use = psql.execute(used, [first]).fetchone()
    async with own.readers.connect():
        pass
    assert psql.execute(used, [first]).fetchone() == last_use
    assert await pid() == first
    psql.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    second = await pid()
    assert second != first
    last_use = psql.execute(used, [second]).fetchone()
    monkeypatch.setattr(engines, "_FRESH_SECONDS", 0)
    async with own.readers.connect():
        pass
    assert psql.execute(used, [second]).fetchone() != last_use
    await own.dispose()
