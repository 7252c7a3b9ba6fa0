"""Connections for reading: those of single statements, beside those of snapshots; and none is opened without need."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from calls import claim, get, post, source, statement
from fastapi import FastAPI
from ledgers import fill
from sqlalchemy import Select, select, text
from sqlalchemy import event as engine_event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from app import database, turns
from app.database import Database, Signature, ask
from app.errors import Unavailable
from app.models import Record
from app.schemas.claims import ClaimQuery
from app.schemas.kinds import READS
from app.services import records, visibility
from app.services.access import Caller
from app.services.lists import disputes
from app.settings import Settings

CLIENTS: Final = 16
PID: Final = text("SELECT pg_backend_pid() AS pid")
SETTINGS: Final = text("SELECT current_setting('jit') AS jit, current_setting('timezone') AS timezone")
PLANS: Final = text("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
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
    assert len(opened) + own.askers.opened + own.drawers.opened >= 2
    await asyncio.gather(*(read_on(nth, 15) for nth in range(CLIENTS)))
    # Of each kind no more than there may be at once: none was opened for one that had been closed.
    assert len(opened) <= own.readers.pool.size()  # type: ignore[attr-defined]
    assert own.drawers.opened <= own.turns["pictures"].places
    assert own.askers.opened <= database._ASKERS


async def test_one_after_the_other_has_the_same_connection(own: Database) -> None:
    pids = {(await ask(own.asking(), PID))[0].pid for _ in range(20)}
    assert (len(pids), own.askers.opened) == (1, 1)


async def test_what_pictures_are_drawn_from_is_planned_once_and_found_by_indexes(
    app: FastAPI, client: httpx.AsyncClient, own: Database, psql: psycopg.Connection, event: str
) -> None:
    """Planning it anew for each event took longer than finding it; and a plan may be made while tables are empty."""
    await claim(client, event, text="A drone struck the plant")
    app.state.kept, app.state.database = None, own
    for parameters in ({}, {"as_of": "2100-01-01"}) * 7:
        assert (await client.get(f"{event}/dossier", params=parameters)).status_code == 200
    tag = (await client.get(f"{event}/dossier")).headers["ETag"]
    assert (await client.get(f"{event}/dossier", headers={"If-None-Match": tag})).status_code == 304
    assert (await client.get("/v1/events/nowhere/dossier")).status_code == 404
    async with own.drawing() as session:
        plans = await ask(session, PLANS)
    pictures = [plan for plan in plans if "record" in plan.statement]
    assert len(pictures) >= 8
    assert [plan.custom_plans for plan in pictures] == [0] * len(pictures)
    async with own.drawing() as session:
        plan = await ask(
            session, text("EXPLAIN SELECT FROM claim WHERE event_id = :id"), {"id": event.rpartition("/")[2]}
        )
    assert "Index" in str(plan)


async def test_a_picture_is_drawn_on_another_connection_if_that_of_before_was_lost(
    app: FastAPI, client: httpx.AsyncClient, own: Database, psql: psycopg.Connection, event: str
) -> None:
    app.state.kept, app.state.database = None, own
    for times in (1, 2, 3):
        assert (await client.get(f"{event}/dossier")).status_code == 200
        async with own.drawing() as drawing:
            [(pid,)] = await ask(drawing, PID)
        assert (own.drawers.opened, own.drawers.lent) == (times, 0)
        psql.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    async with own.drawing() as drawing:
        [(pid,)] = await ask(drawing, PID)
        psql.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with pytest.raises(DBAPIError):
            await ask(drawing, PID)
    assert own.drawers.lent == 0
    assert (await client.get(f"{event}/dossier")).status_code == 200


async def test_who_leaves_a_picture_leaves_its_connection_to_others(own: Database) -> None:
    async def draw(seconds: float) -> Any:
        async with own.drawing() as drawing:
            return (await ask(drawing, SLEEP, {"seconds": seconds}))[0].pid

    pid = await draw(0)
    leaving = asyncio.create_task(draw(60))
    await asyncio.sleep(0.2)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert own.drawers.lent == 0
    assert await draw(0) == pid


async def test_a_database_without_its_settings_is_used_as_one_with_them(
    own: Database, psql: psycopg.Connection
) -> None:
    """As one that was restored under another name: `jit` made each write to it take seconds."""
    for setting in ("RESET ALL", "SET timezone = 'Asia/Kathmandu'"):
        psql.execute(f"ALTER DATABASE {psql.info.dbname} {setting}")
    async with (
        own.reading() as reading,
        own.drawing() as drawing,
        own.exporting() as exporting,
        own.writing(Signature("k")) as writing,
    ):
        for session in (own.asking(), reading, drawing, exporting, writing):
            assert [tuple(row) for row in await ask(session, SETTINGS)] == [("off", "UTC")]


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
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    longer = asyncio.gather(*(ask(own.asking(), SLEEP, {"seconds": 0.5}) for _ in range(own.askers.opened)))
    await asyncio.sleep(0.1)
    with pytest.raises(Unavailable):
        await ask(own.asking(), PID)
    await longer


@pytest.mark.parametrize("scopes", [set(), {"read"}, {"confidential"}, {"read", "confidential"}])
async def test_a_record_is_the_same_however_it_is_asked(
    own: Database, psql: psycopg.Connection, scopes: set[str]
) -> None:
    fill(psql)
    caller = Caller(scopes=frozenset(scopes))
    compared = as_written = 0
    async with own.reading() as session:
        for model in READS:
            for row in (await session.execute(_every(caller, model))).mappings():
                for asker in (own.asking(), session):
                    found = await visibility.find(asker, caller, model, str(row["id"]))
                    assert found._asdict() == dict(row), model
                # Who has just written it is shown the same, as long as it is no mask, which nobody writes.
                written = records._these_written(model, visibility.nameless(caller))
                for found in await ask(session, written, {"ids": [row["id"]]}):
                    assert found._asdict() == dict(row), model
                    as_written += 1
                compared += 1
    assert compared >= as_written >= (10 if scopes else 3)


# --- selects are put together and compiled once -----------------------------------------------------------------------

KINDS_OF_REQUESTS: Final = (
    *("/v1/events/{event}", "/v1/claims/{claim}", "/v1/sources/ref:{ref}", "/v1/claims/{claim}/history"),
    *(f"/v1/events/{{event}}/{name}" for name in ("dossier", "timeline", "figures", "matrix", "claims", "statements")),
    *("/v1/events/{event}/diff?since={year}&clock=said", "/v1/events/{event}/dossier?as_of=2999&said_before={year}"),
    *("/v1/events/{event}/export.csv", "/v1/events/{event}/event-links", "/v1/events/{event}/claim-links"),
    *(
        "/v1/claims?limit={limit}",
        "/v1/claims?event={event}",
        "/v1/claims?source={name}",
        "/v1/claims?sort=-created_at",
    ),
    *("/v1/statements?claim={claim}&expand=source,claim", "/v1/statements?stance={stance}&facets=stance&count=true"),
    *("/v1/sources?q={name}", "/v1/sources?updated_since={year}-01-01T00:00:00Z", "/v1/sources/ref:{ref}/record"),
    *("/v1/events?q={name}", "/v1/documents?url=https://{name}.example", "/v1/search?q={name}", "/v1/rechecks"),
    *("/v1/claims?cursor={cursor}&limit=1", "/v1/events/{event}/claims?cursor={own_cursor}&limit=1"),
)


async def test_a_second_request_of_a_kind_compiles_nothing(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.state.kept = None
    first, second = [await _values(client, *one) for one in (("a", "2001", 5), ("b", "2002", 7))]
    compiled: list[str] = []
    compile_one = SQLCompiler.__init__

    def note(compiler: SQLCompiler, *given: Any, **more: Any) -> None:
        compile_one(compiler, *given, **more)
        compiled.append(str(compiler))

    monkeypatch.setattr(SQLCompiler, "__init__", note)
    again: dict[str, list[str]] = {}
    for path in KINDS_OF_REQUESTS:
        for values in (first, second):
            compiled.clear()
            answer = await client.get(path.format(**values))
            assert answer.status_code == 200, (path, answer.text)
        if compiled:
            again[path] = list(compiled)
    assert again == {}


async def _values(client: httpx.AsyncClient, name: str, year: str, limit: int) -> dict[str, Any]:
    """Of an event of its own, to ask about."""
    event = (await post(client, "/v1/events", {"title": f"Fire at {name * 4}", "ref": name}))["id"]
    own_source = await source(client, name * 4, ref=f"s:{name}")
    path = f"/v1/events/{event}"
    claims = [await claim(client, path, f"It was {name * 4} {nth}") for nth in range(3)]
    await statement(client, path, claims[0], own_source)
    cursors = [(await get(client, f"{listing}?limit=1"))["next"] for listing in ("/v1/claims", f"{path}/claims")]
    cursor, own_cursor = (parse_qs(urlsplit(url).query)["cursor"][0] for url in cursors)
    values = {"event": event, "claim": claims[0], "ref": f"s:{name}", "name": name * 4, "year": year, "limit": limit}
    stance = {"a": "support", "b": "deny,support"}[name]
    return values | {"stance": stance, "cursor": cursor, "own_cursor": own_cursor}


async def test_a_list_asked_again_is_not_put_together_again() -> None:
    rows = [
        disputes.claims(ClaimQuery(q=words, ref=ref, limit=limit), caller).rows
        for words, ref, limit, caller in (
            ("a", None, 1, Caller("one")),
            ("b", None, 2, Caller("other")),
            ("a", "a", 1, Caller("one")),
            ("a", None, 1, Caller("one", frozenset({"read"}))),
        )
    ]
    assert rows[0] is rows[1]
    assert len({id(select_) for select_ in rows}) == 3


def _every(caller: Caller, model: type[Record]) -> Select[Any]:
    return select(visibility.seen(caller, model))
