"""Every failure is application/problem+json, says which it is, and leaves the service usable."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import APIRouter, FastAPI
from psycopg import errors as pg
from psycopg import sql
from sqlalchemy import exc as sa
from sqlalchemy import text

from app import errors
from app.api import problems
from app.api.deps import Session
from app.api.routes import claims, events, sources
from app.main import create_app
from app.services import database_errors
from app.settings import Settings

LEDGER_LOCK = "SELECT pg_advisory_lock(20230809, 1)"


def _problem(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == problems.MEDIA_TYPE
    told = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(told)
    assert told["status"] == status
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert told["type"].startswith("/problems/")
    return told


async def test_every_kind_has_a_page(anybody: httpx.AsyncClient) -> None:
    kinds = errors.all_problems()
    assert len({kind.slug for kind in kinds}) == len(kinds) > 15
    for kind in kinds:
        page = await anybody.get(f"/problems/{kind.slug}")
        assert page.status_code == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert kind.title in page.text
    _problem(await anybody.get("/problems/none-such"), 404)
    _problem(await anybody.get("/problems/%3Cscript%3E"), 422)


async def test_what_is_not_there(client: httpx.AsyncClient, event: str) -> None:
    for path in (
        "/",
        "/v1",
        "/v1/",
        "/v1/sources/",
        "/v1/nothing",
        f"{event}/nothing",
        "/v1/claims/ref:none",
        "/v1/события",
    ):
        told = _problem(await client.get(path), 404)
        assert told["instance"].isascii()


async def test_a_method_that_a_path_lacks(client: httpx.AsyncClient, event: str) -> None:
    for method, path, allowed in (
        ("PUT", event, "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("DELETE", "/v1/sources", "GET, HEAD, OPTIONS, POST"),
        ("GET", "/v1/reports", "OPTIONS, POST"),
        ("POST", "/openapi.json", "GET, HEAD, OPTIONS"),
        ("TRACE", "/livez", "GET, HEAD, OPTIONS"),
    ):
        answer = await client.request(method, path)
        _problem(answer, 405)
        assert answer.headers["Allow"] == allowed, (method, path)
    for name in ("claims", "statements", "questions"):
        told = _problem(await client.post(f"/v1/{name}", json={}), 405)
        assert told["detail"].endswith(f"is sent to /v1/events/{{event}}/{name}.")
    assert "is sent to" not in _problem(await client.post("/openapi.json", json={}), 405)["detail"]


async def test_no_path_is_looked_for_where_it_cannot_be(
    client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    matches = APIRouter.matches

    def note(router: APIRouter, scope: Any) -> Any:
        tried.append(router)
        return matches(router, scope)

    monkeypatch.setattr(APIRouter, "matches", note)
    assert (await client.post("/v1/sources", json={"name": "Ines Varga"})).status_code == 201
    assert tried == [sources.router]
    tried.clear()
    _problem(await client.delete(f"{event}/claims"), 405)
    assert events.router in tried
    assert claims.router in tried
    assert sources.router not in tried
    tried.clear()
    _problem(await client.get("/v1/sauces"), 404)
    assert sources.router not in tried
    assert events.router not in tried


async def test_who_may_not(anybody: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    body = {"name": "N"}
    for headers in (
        {},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer cc_none"},
        {"Authorization": b"Bearer \xff\xe9"},
    ):
        answer = await anybody.post("/v1/sources", json=body, headers=headers)  # type: ignore[arg-type]
        _problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    _problem(await anybody.get("/v1/sources", headers={"Authorization": "Bearer cc_none"}), 401)
    assert (await anybody.get("/v1/sources")).status_code == 200


async def test_a_clash_and_a_stale_version(client: httpx.AsyncClient, event: str) -> None:
    made = (await client.post("/v1/sources", json={"name": "A", "ref": "a"})).json()
    other = (await client.post("/v1/sources", json={"name": "B", "ref": "b"})).json()
    way = f"/v1/sources/{made['id']}"
    _problem(await client.patch(way, json={"role": "x"}), 428)
    assert "etag" in _problem(await client.patch(way, json={"role": "x"}, headers={"If-Match": '"old"'}), 412)
    told = _problem(await client.patch(way, json={"ref": "b"}, headers={"If-Match": "*"}), 409)
    assert told["url"] == f"/v1/sources/{other['id']}"
    assert (await client.delete(way, headers={"If-Match": "*"})).status_code == 204
    _problem(await client.get(way), 410)


# --- a bug of our own -------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(database_url: str) -> Iterator[str]:
    """The service under uvicorn, with a route that has a bug before its answer begins."""
    service = create_app(Settings(database_url=database_url))

    async def fail() -> None:
        raise RuntimeError("secret")

    service.add_api_route("/bug", fail)
    server = uvicorn.Server(uvicorn.Config(service, host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def test_after_a_failure_the_connection_still_works(broken: str, key: str) -> None:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=broken, limits=limits, headers=headers, timeout=10) as client:
        for method, path, body, status in (
            ("GET", "/bug", None, 500),
            ("GET", "/livez", None, 200),
            ("GET", "/v1/nothing", None, 404),
            ("POST", "/v1/sources", b"{", 400),
            ("HEAD", "/bug", None, 500),
            ("POST", "/v1/sources", b'{"name": "N"}', 201),
            ("GET", "/v1/sources", None, 200),
        ):
            answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == status, (method, path, answer.text)
            if status >= 400 and method != "HEAD":
                assert "secret" not in str(_problem(answer, status))
            assert answer.headers.get("Connection") != "close", (method, path)
        too_large = client.post("/v1/sources", content=b" " * 8_000_001, headers={"Content-Type": "application/json"})
        _problem(too_large, 413)
        assert client.get("/livez").status_code == 200


# --- a database that is away or busy ----------------------------------------------------------------------------------


async def test_no_database_is_not_our_failure(key: str) -> None:
    service = create_app(Settings(database_url="postgresql+psycopg://nobody:nothing@127.0.0.1:1/none"))
    transport = httpx.ASGITransport(service, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as one:
        for answer in (
            await one.get("/v1/sources"),
            await one.get("/readyz"),
            await one.post("/v1/sources", json={"name": "N"}),
        ):
            _problem(answer, 503)
            assert int(answer.headers["Retry-After"]) > 0
        assert (await one.get("/livez")).status_code == 200
    await service.state.database.dispose()


async def test_a_busy_ledger_is_not_our_failure(
    app: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    name = psql.info.dbname
    psql.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = '200ms'").format(sql.Identifier(name)))
    await app.state.database.dispose()  # only new connections have it
    psql.execute(LEDGER_LOCK)
    answer = await client.post("/v1/sources", json={"name": "N"})
    _problem(answer, 503)
    assert answer.headers["Retry-After"]
    assert (await client.get("/v1/sources?count=true")).json()["total"] == 0
    psql.execute("SELECT pg_advisory_unlock_all()")
    assert (await client.post("/v1/sources", json={"name": "N"})).status_code == 201


async def test_a_statement_that_takes_too_long(
    app: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    psql.execute(sql.SQL("ALTER DATABASE {} SET statement_timeout = '200ms'").format(sql.Identifier(psql.info.dbname)))
    await app.state.database.dispose()  # only new connections have it

    async def sleep(session: Session) -> None:
        await session.execute(text("SELECT pg_sleep(5)"))

    app.add_api_route("/sleep", sleep)
    _problem(await client.get("/sleep"), 503)
    assert (await client.get("/v1/sources")).status_code == 200


async def test_a_connection_that_breaks(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    assert (await client.get("/v1/sources")).status_code == 200
    psql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    )
    await asyncio.sleep(0.1)
    answers = [await client.get("/v1/sources") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}


async def test_a_connection_that_breaks_amid_a_write(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    psql.execute("CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                 "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$")  # fmt: skip
    psql.execute("CREATE TRIGGER z_break AFTER INSERT ON source FOR EACH STATEMENT EXECUTE FUNCTION break_off()")
    _problem(await client.post("/v1/sources", json={"name": "Ines Varga"}), 503)
    psql.execute("DROP TRIGGER z_break ON source")
    assert (await client.get("/v1/sources")).json()["items"] == []
    stored = [await client.post("/v1/sources", json={"name": f"Ines Varga {number}"}) for number in range(3)]
    assert {answer.status_code for answer in stored} == {201}


def _refused(kind: type[pg.Error]) -> sa.DBAPIError:
    return sa.OperationalError("SELECT", {}, kind("refused"))


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (pg.DeadlockDetected, errors.Unavailable),
        (pg.SerializationFailure, errors.Unavailable),
        (pg.LockNotAvailable, errors.Unavailable),
        (pg.QueryCanceled, errors.Unavailable),
        (pg.AdminShutdown, errors.Unavailable),
        (pg.DiskFull, errors.Unavailable),
        (pg.TooManyConnections, errors.Unavailable),
        (pg.IdleInTransactionSessionTimeout, errors.Unavailable),
        (pg.NumericValueOutOfRange, errors.Invalid),
        (pg.ProgramLimitExceeded, errors.Invalid),
        (pg.UntranslatableCharacter, errors.Invalid),
        (pg.ForeignKeyViolation, errors.Invalid),
    ],
)
def test_what_the_database_refuses_is_told_apart(kind: type[pg.Error], problem: type[errors.Problem]) -> None:
    assert type(database_errors.problem(_refused(kind))) is problem


def test_a_bug_in_sql_is_ours() -> None:
    assert type(database_errors.problem(sa.ProgrammingError("SELECT", {}, pg.UndefinedColumn("no")))) is errors.Problem
