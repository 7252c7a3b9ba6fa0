"""What is only sent in a transaction that writes: what it raises is raised by what comes after it, and nothing is kept.

Whatever happens between, the connection serves the next.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from psycopg.pq import PipelineStatus
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database, Signature, ask, hear, send

_INSERT: Final = text("INSERT INTO event (id, slug, title) VALUES (CAST(:id AS uuid), :slug, :title)")
_GIVING: Final = text("INSERT INTO event (id, slug, title) VALUES (CAST(:id AS uuid), :slug, :title) RETURNING slug")
_COUNT: Final = text("SELECT count(*) AS events FROM event")
_SLEEP: Final = text("SELECT pg_sleep(CAST(:seconds AS float8))")
_OWN_PROCESS: Final = text("SELECT pg_backend_pid() AS pid")


Step: TypeAlias = Callable[[AsyncSession], Awaitable[Any]]


def _event(slug: str) -> dict[str, object]:
    return {"id": uuid4(), "slug": slug, "title": slug}


def _sending(*slugs: str) -> Step:
    async def send_each(session: AsyncSession) -> None:
        for slug in slugs:
            await send(session, _INSERT, _event(slug))

    return send_each


async def _write(database: Database, *steps: Step) -> None:
    async with database.writing(Signature("t")) as session:
        for step in steps:
            await step(session)


async def _asked(session: AsyncSession) -> None:
    await ask(session, _COUNT)


async def _sent_more(session: AsyncSession) -> None:
    await _sending("more-1", "more-2")(session)
    await hear(session)


async def _asked_by_sqlalchemy(session: AsyncSession) -> None:
    await session.execute(_COUNT)


async def _ended(_session: AsyncSession) -> None:
    """The transaction's own end."""


async def _raised(_session: AsyncSession) -> None:
    raise ZeroDivisionError


@pytest.fixture
async def database(app: FastAPI) -> Database:
    connected: Database = app.state.database
    return connected


async def _slugs(client: AsyncClient) -> set[str]:
    return {event["slug"] for event in (await client.get("/v1/events")).json()["items"]}


async def _serves_on(database: Database, client: AsyncClient) -> None:
    """All connections of writers serve what comes next."""
    before = await _slugs(client)
    for number in range(database.writers.pool.size() * 2):  # type: ignore[attr-defined]
        async with database.writing(Signature("t")) as session:
            await send(session, _INSERT, _event(f"next-{number}"))
            connection = (await session.connection()).sync_connection
            assert connection is not None
            await hear(session)
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.AsyncConnection)
            assert driver.pgconn.pipeline_status == PipelineStatus.OFF
    assert len(await _slugs(client)) == len(before) + database.writers.pool.size() * 2  # type: ignore[attr-defined]


async def test_what_is_sent_is_done_in_its_order(database: Database, client: AsyncClient) -> None:
    async with database.writing(Signature("t")) as session:
        await send(session, _INSERT, _event("first"))
        given = await send(session, _GIVING, _event("second"))
        assert [row.events for row in await ask(session, _COUNT)] == [2]
        assert [row.slug for row in await given.rows()] == ["second"]
        await send(session, _INSERT, _event("third"))
        assert (await session.execute(_COUNT)).scalar_one() == 3  # SQLAlchemy's own statement waits for it
        await send(session, _INSERT, _event("fourth"))
    changes = (await client.get("/v1/changes")).json()["items"]
    assert [change["record"]["slug"] for change in changes] == ["first", "second", "third", "fourth"]
    await _serves_on(database, client)


@pytest.mark.parametrize("goes_on", [_asked, _sent_more, hear, _asked_by_sqlalchemy, _ended])
async def test_what_it_raises_is_raised_by_what_comes_after_it(
    database: Database, client: AsyncClient, goes_on: Step
) -> None:
    with pytest.raises(DBAPIError) as raised:
        await _write(database, _sending("there", "there", "after"), goes_on)
    assert isinstance(raised.value.orig, psycopg.errors.UniqueViolation)
    assert await _slugs(client) == set()
    await _serves_on(database, client)


async def test_of_what_is_undone_nothing_is_kept(database: Database, client: AsyncClient) -> None:
    with pytest.raises(ZeroDivisionError):
        await _write(database, _asked, _sending("undone"), _raised)
    assert await _slugs(client) == set()
    await _serves_on(database, client)


@pytest.mark.parametrize("times", [1, 2])  # who shuts down may not have the patience to hear out what is undone
@pytest.mark.parametrize("waits", [True, False])
async def test_who_is_cancelled_leaves_the_connection_to_others(
    database: Database, client: AsyncClient, waits: bool, times: int
) -> None:
    is_sent = asyncio.Event()

    async def write() -> None:
        async with database.writing(Signature("t")) as session:
            await send(session, _INSERT, _event("cancelled"))
            await send(session, _SLEEP, {"seconds": 5})
            is_sent.set()
            if waits:
                await ask(session, _COUNT)
            else:
                await asyncio.sleep(5)

    task = asyncio.create_task(write())
    await is_sent.wait()
    await asyncio.sleep(0.05)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _slugs(client) == set()
    await _serves_on(database, client)


@pytest.mark.parametrize("goes_on", [_asked, hear, _asked_by_sqlalchemy, _ended])
async def test_where_the_connection_is_lost_nothing_is_kept(
    database: Database,
    client: AsyncClient,
    psql: psycopg.Connection,
    goes_on: Step,
) -> None:
    async def lose(session: AsyncSession) -> None:
        process = (await ask(session, _OWN_PROCESS))[0]
        await send(session, _INSERT, _event("lost"))
        psql.execute("SELECT pg_terminate_backend(%s, 5000)", [process.pid])

    with pytest.raises(DBAPIError):
        await _write(database, lose, goes_on)
    assert await _slugs(client) == set()
    await _serves_on(database, client)


async def test_large_ones_pass_each_other(database: Database, client: AsyncClient) -> None:
    """More goes there, and comes back, than the buffers between the two hold."""
    echoing = text("SELECT repeat(CAST(:words AS text), 3) AS words")
    async with database.writing(Signature("t")) as session:
        sent = [await send(session, echoing, {"words": f"{number}" * 2_000_000}) for number in range(5)]
        await send(session, _INSERT, _event("last"))
        assert len((await ask(session, echoing, {"words": "x" * 2_000_000}))[0].words) == 6_000_000
        assert [len((await each.rows())[0].words) for each in sent] == [6_000_000] * 5
    assert await _slugs(client) == {"last"}
