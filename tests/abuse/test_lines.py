"""What is heavy has few places, and a line in front that stays short: over it a 503, at once, that says which."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from app import turns
from app.connections import engines
from app.services.pictures import loading
from app.turns import Turns

Filling = Callable[[str], AbstractAsyncContextManager[Turns]]
SOON: Final = 2.5  # on a busy machine; what it is under load, `make soak` tells


@pytest.fixture
def full(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Filling:
    """Takes all places of a kind, and lets nobody wait for one."""

    @asynccontextmanager
    async def filling(kind: str) -> AsyncIterator[Turns]:
        line: Turns = app.state.database.turns[kind]
        async with AsyncExitStack() as stack:
            for _ in range(line.places):
                await stack.enter_async_context(line.turn())
            monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)  # who would be the next may always wait
            yield line

    return filling


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("pictures", "{event}/dossier"),
        ("pictures", "{event}/export.csv"),
        ("searches", "/v1/search?q=explosion"),
        ("searches", "/v1alpha1/claims:search?query=explosion"),
        ("searches", "/v1/sources?q=varga&facets=kind"),
        ("reads", "/v1/events"),
    ],
)
async def test_over_the_line_is_a_problem_at_once(
    client: httpx.AsyncClient, event: str, full: Filling, kind: str, path: str
) -> None:
    async with full(kind) as line:
        began = time.monotonic()
        answer = await client.get(path.format(event=event))
        assert time.monotonic() - began < SOON
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert line.kind in answer.text
        # Whoever asks for something else is not concerned.
        assert [(await client.get(other)).status_code for other in (event, "/livez", "/readyz")] == [200] * 3
    assert (await client.get(path.format(event=event))).status_code == 200


async def test_large_pictures_are_drawn_one_at_a_time(
    app: FastAPI, client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_LARGE_CHARACTERS", 10)
    large: Turns = app.state.database.places.large_pictures
    paths = [f"{event}/{picture}" for picture in ("dossier", "matrix", "export.csv", "export.atom", "diff?since=2023")]
    async with large.turn():
        monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)
        for path in paths:
            refused = await client.get(path)
            assert (refused.status_code, "large pictures" in refused.text) == (503, True), path
        # Small ones are not concerned.
        monkeypatch.setattr(loading, "_LARGE_CHARACTERS", 1_000_000)
        assert (await client.get(paths[1])).status_code == 200
    monkeypatch.setattr(loading, "_LARGE_CHARACTERS", 10)
    for path in paths:
        assert (await client.get(path)).status_code == 200
        assert large.taken == 0


async def test_writes_wait_in_a_line_that_stays_short(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = app.state.database.writers.pool.turns
    async with AsyncExitStack() as stack:
        for _ in range(line.places):
            await stack.enter_async_context(line.turn())
        monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60)
        waiting = asyncio.create_task(client.post("/v1/events", json={"title": "Explosion"}))
        await asyncio.sleep(0.05)
        monkeypatch.setattr(turns, "LINE_SECONDS", 0)
        began = time.monotonic()
        answer = await client.post("/v1/events", json={"title": "Fire"})
        assert time.monotonic() - began < SOON
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert "writes" in answer.json()["detail"]
        assert (await client.get("/readyz")).status_code == 200
    assert (await waiting).status_code == 201
    assert line.taken == 0


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("path", ["/v1/search?q=explosion", "/v1/events?q=explosion&count=true"])
async def test_a_search_that_takes_long_is_told(
    app: FastAPI,
    client: httpx.AsyncClient,
    psql: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    monkeypatch.setattr(engines, "SEARCH_SECONDS", 0.3)
    with psql.transaction():
        psql.execute("LOCK TABLE search_entry, event")
        answers = await asyncio.gather(*(client.get(f"{path}&limit={nth}") for nth in range(1, 5)))
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "1")}
    assert "took longer" in answers[0].json()["detail"]
    monkeypatch.undo()
    assert (await client.get(path)).status_code == 200
    assert app.state.database.turns["searches"].taken == 0
