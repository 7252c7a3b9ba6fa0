"""A real PostgreSQL for every test: each gets a migrated database with nothing in it, and commits are real."""

import asyncio
import logging
import os
import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import psycopg
import pytest
import services_at
from alembic import command
from alembic.config import Config
from conftest import ROOT
from databases import Kept, as_superuser, copied, named, plain
from fastapi import FastAPI
from key_holders import make_key
from psycopg import sql
from sqlalchemy.engine import make_url

from app import database, embedded
from app.commands import demo as demo_command
from app.database import Database, Signature
from app.settings import Settings

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop that `counterclaim serve` has, too; it does with less work what a test waits for."""
    return "asyncio", {"use_uvloop": sys.platform != "win32"}


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL where databases may be made: the one that COUNTERCLAIM_TEST_DATABASE_URL names, or a private one."""
    if url := os.environ.get("COUNTERCLAIM_TEST_DATABASE_URL"):
        yield url
    else:
        folder = tmp_path_factory.mktemp("postgres")
        with embedded.using(folder) as url:
            with as_superuser(named(url, "postgres")) as connection:
                # What a crash loses is no test's matter here; and what is deleted is cleaned up by emptying.
                for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                    connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                connection.execute("SELECT pg_reload_conf()")
                # Most of a connection's cost is the hashing of its password, and every test makes several.
                connection.execute("SET scram_iterations = 1")
                password = sql.Literal(make_url(url).password)
                connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(embedded.ROLE), password))
            yield url
        shutil.rmtree(folder)


_KEYS: dict[str, str] = {}


async def _make_key(url: str) -> str:
    connected = database.connect(Settings(database_url=url))
    async with connected.writing(Signature("tests")) as session:
        token = await make_key(session, "tester")
    await connected.dispose()
    return token


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a migrated database to copy."""
    name = f"template_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").format(
                sql.Identifier(name)
            )
        )
        config = Config(ROOT / "alembic.ini")
        config.attributes["url"] = named(server_url, name)
        command.upgrade(config, "head")
        _KEYS["tester"] = asyncio.run(_make_key(named(server_url, name)))
        yield name
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def kept(server_url: str, template: str) -> Iterator[Kept]:
    """What the tests of this worker have in turns."""
    own = Kept(server_url, template)
    yield own
    own.end()


@pytest.fixture(scope="session")
def beside(server_url: str, template: str) -> Iterator[Kept]:
    """Another that tests have in turns: of those that do the same in two databases, or twice in one."""
    own = Kept(server_url, template)
    yield own
    own.end()


@pytest.fixture
def database_url(kept: Kept) -> Iterator[str]:
    """A migrated database with nothing in it, the test's own for as long as it runs."""
    with kept.empty() as url:
        yield url


@pytest.fixture
def psql(kept: Kept, database_url: str) -> Iterator[psycopg.Connection]:
    """Somebody with a plain connection beside the service."""
    with kept.connection() as connection:
        yield connection


# --- the service, in this process, on the test's own database


@pytest.fixture(scope="session")
def service() -> FastAPI:
    """The service, made once: building its routes takes longer than most tests."""
    return services_at.application(Settings(database_url="postgresql+psycopg://nobody@localhost/none"))


@pytest.fixture(scope="session")
def described(service: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The description of the interface."""
    own = tmp_path_factory.getbasetemp()
    return services_at.described(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
async def connected() -> AsyncIterator[dict[str, Database]]:
    """The service's connections to the kept database, by its URL, for the next test that has it."""
    databases: dict[str, Database] = {}
    yield databases
    for connected in databases.values():
        await connected.dispose()


@pytest.fixture
async def app(service: FastAPI, database_url: str, connected: dict[str, Database]) -> FastAPI:
    """The service on the test's own database. Its connections are real, and so are its commits."""
    settings = Settings(database_url=database_url)
    if database_url not in connected:
        for gone in connected.values():
            await gone.dispose()
        connected.clear()
        connected[database_url] = database.connect(settings)
    services_at.use(service, settings, connected[database_url])
    return service


@pytest.fixture
def key(template: str) -> str:
    """A key that every copy of the template knows; its name is `tester`."""
    return _KEYS["tester"]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """For tests that run many times in one database, each time to its end: of those that Hypothesis calls."""
    one = new_event_loop()
    yield one
    one.close()


@pytest.fixture
def on_loop(service: FastAPI, database_url: str, loop: asyncio.AbstractEventLoop) -> Iterator[FastAPI]:
    """The service on the test's own database, for those tests; its first answer, were it made anew, takes long."""
    settings = Settings(database_url=database_url)
    services_at.use(service, settings, database.connect(settings))
    yield service
    loop.run_until_complete(service.state.database.dispose())


@pytest.fixture
def logged() -> Iterator[None]:
    """As `counterclaim serve` logs."""
    logger = logging.getLogger("app.requests")
    logger.setLevel(logging.INFO)
    yield
    logger.setLevel(logging.NOTSET)


@pytest.fixture
async def client(app: FastAPI, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a key that may do everything."""
    async with _client(app, {"Authorization": f"Bearer {key}"}) as one:
        yield one


@pytest.fixture
async def anybody(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with _client(app, {}) as one:
        yield one


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second somebody with a key; its name is `other`."""
    async with app.state.database.writing(Signature("tests")) as session:
        token = await make_key(session, "other")
    async with _client(app, {"Authorization": f"Bearer {token}"}) as one:
        yield one


def _client(app: FastAPI, headers: dict[str, str]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


@pytest.fixture(scope="session")
def demo_url(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the demo's events, to read."""
    with copied(server_url, template) as url:
        demo_command.load(url, tmp_path_factory.mktemp("demo") / "key")
        yield url


@pytest.fixture(scope="session")
async def demo_database(demo_url: str) -> AsyncIterator[Database]:
    """The service's connections to the demo, for all tests that look at it."""
    connected = database.connect(Settings(database_url=demo_url))
    yield connected
    await connected.dispose()


@pytest.fixture
async def demo(service: FastAPI, demo_url: str, demo_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Anybody who looks at the demo."""
    services_at.use(service, Settings(database_url=demo_url), demo_database)
    async with _client(service, {}) as client:
        yield client


@pytest.fixture
async def event(client: httpx.AsyncClient) -> str:
    """The path of an event."""
    made = await client.post("/v1/events", json={"title": "Explosion", "slug": "explosion", "occurred": "2023-08-09"})
    return f"/v1/events/{made.json()['id']}"
