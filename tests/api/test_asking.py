"""Connections for reading: those of single statements, beside those of snapshots; and none is opened without need."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import psycopg
import pytest
from calls import claim, source, statement
from fastapi import FastAPI
from ledgers import fill
from sqlalchemy import Select, select, text
from sqlalchemy import event as engine_event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from app import askers, database
from app.database import Database, ask
from app.models import Record
from app.schemas.kinds import READS
from app.services import visibility
from app.services.access import Caller
from app.settings import Settings

CLIENTS: Final = 16
PID: Final = text("SELECT pg_backend_pid() AS pid")
SLEEP: Final = text("SELECT pg_backend_pid() AS pid, pg_sleep(:seconds)")


@pytest.fixture
async def own(database_url: str) -> AsyncIterator[Database]:
    """Connections that nobody else has used."""
    connected = database.connect(Settings(database_url=database_url))
    yield connected
    await connected.dispose()


async def test_no_connection_is_opened_under_steady_load(
    app: FastAPI, client: httpx.AsyncClient, own: Database, event: str
) -> None:
    about = await claim(client, event)
    await statement(client, event, about, await source(client, "Ines Varga"))
    app.state.kept, app.state.database = None, own
    opened: list[Any] = []
    engine_event.listen(own.readers.sync_engine.pool, "connect", lambda *given: opened.append(given))
    paths = [f"{event}/dossier", event, "/v1/claims", f"{event}/statements", f"/v1/claims/{about}"]

    async def read_on(nth: int, rounds: int) -> None:
        for turn in range(rounds):
            assert (await client.get(paths[(nth + turn) % len(paths)])).status_code == 200

    await asyncio.gather(*(read_on(nth, 5) for nth in range(CLIENTS)))
    before = len(opened) + own.askers.opened
    assert 2 <= before <= CLIENTS
    await asyncio.gather(*(read_on(nth, 15) for nth in range(CLIENTS)))
    # Fewer than the most were perhaps in use at once before.
    assert len(opened) + own.askers.opened <= CLIENTS
    assert len(opened) <= own.readers.pool.size()  # type: ignore[attr-defined]


async def test_one_after_the_other_has_the_same_connection(own: Database) -> None:
    pids = {(await ask(own.asking(), PID))[0].pid for _ in range(20)}
    assert (len(pids), own.askers.opened) == (1, 1)


async def test_what_was_lost_while_it_rested_is_asked_again(own: Database, psql: psycopg.Connection) -> None:
    rows = await asyncio.gather(*(ask(own.asking(), SLEEP, {"seconds": 0.2}) for _ in range(3)))
    for ((pid, _),) in rows:
        psql.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    later = [(await ask(own.asking(), PID))[0].pid for _ in range(5)]
    assert not {*later} & {row.pid for (row,) in rows}


async def test_what_ends_in_an_error_leaves_a_connection_that_can_be_used(
    own: Database, psql: psycopg.Connection
) -> None:
    pid = (await ask(own.asking(), PID))[0].pid
    with pytest.raises(DBAPIError, match="division by zero"):
        await ask(own.asking(), text("SELECT 1 / :by"), {"by": 0})
    assert (await ask(own.asking(), PID))[0].pid == pid
    leaving = asyncio.create_task(ask(own.asking(), SLEEP, {"seconds": 5}))
    await asyncio.sleep(0.1)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    rows = await asyncio.gather(*(ask(own.asking(), PID) for _ in range(30)))
    assert len(rows) == 30


async def test_who_finds_all_in_use_waits_and_is_told_if_that_takes_long(
    own: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await asyncio.gather(*(ask(own.asking(), SLEEP, {"seconds": 0.05}) for _ in range(20)))
    assert 1 < len({row.pid for (row,) in rows}) == own.askers.opened < 20
    monkeypatch.setattr(askers, "_WAIT_SECONDS", 0.05)
    longer = asyncio.gather(*(ask(own.asking(), SLEEP, {"seconds": 0.5}) for _ in range(own.askers.opened)))
    await asyncio.sleep(0.1)
    with pytest.raises(NoConnection):
        await ask(own.asking(), PID)
    await longer


@pytest.mark.parametrize("scopes", [set(), {"read"}, {"confidential"}, {"read", "confidential"}])
async def test_a_record_is_the_same_however_it_is_asked(
    own: Database, psql: psycopg.Connection, scopes: set[str]
) -> None:
    fill(psql)
    caller = Caller(scopes=frozenset(scopes))
    compared = 0
    async with own.reading() as session:
        for model in READS:
            for row in (await session.execute(_every(caller, model))).mappings():
                for asker in (own.asking(), session):
                    found = await visibility.find(asker, caller, model, str(row["id"]))
                    assert found._asdict() == dict(row), model
                compared += 1
    assert compared >= (10 if scopes else 3)


def _every(caller: Caller, model: type[Record]) -> Select[Any]:
    return select(visibility.seen(caller, model))
