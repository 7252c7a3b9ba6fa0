"""The database that a command works on, and what commands print to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from app import database as connections
from app import embedded
from app import settings as environment
from app.database import Database
from app.errors import Problem
from app.services import migrating
from app.settings import Settings
from app.texts import cleaning

# Soft wrap: rich would break long lines, and with them URLs and keys that somebody wants to copy.
out, err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)

T = TypeVar("T")
DatabaseUrl = Annotated[
    str, typer.Option(envvar="COUNTERCLAIM_DATABASE_URL", help="A PostgreSQL of yours, 15 to 18: postgresql://…")
]
DataDir = Annotated[
    Path | None, typer.Option(envvar="COUNTERCLAIM_DATA_DIR", help="Where the private PostgreSQL keeps its data.")
]


def _psycopg(url: str) -> str:
    """The URL with the driver that we use, however it was written."""
    scheme, separator, location = url.partition("://")
    if scheme not in ("postgres", "postgresql", "postgresql+psycopg") or not separator:
        fail("The database URL must begin with postgresql://")
    return f"postgresql+psycopg://{location}"


@contextmanager
def database(url: str, data_dir: Path | None, *, serving: bool = False) -> Iterator[str]:
    """The URL of the named database, or of the private one, whose server runs until the block ends.

    What an operator can do something about is printed, and ends the command with 1.
    """
    try:
        if url:
            yield _psycopg(url)
            return
        folder = data_dir or embedded.default_data_dir()
        with embedded.serving(folder) if serving else embedded.using(folder) as private:
            migrating.migrate(private)
            yield private
    except (embedded.EmbeddedError, migrating.SchemaNotCurrent, migrating.UnfitRole, Problem) as error:
        fail(str(error))
    except OperationalError as error:
        fail(f"The database can't be reached: {str(error.orig).strip()}")


def fail(reason: str) -> NoReturn:
    err.print(cleaning.visible(reason), style="red", markup=False, highlight=False)
    raise typer.Exit(1)


def settings(**overrides: str) -> Settings:
    """The settings of the environment; `overrides` go before. Ends the command with 1 where one can't be used."""
    try:
        return environment.read(**overrides)
    except ValueError as error:
        fail(str(error))


def run(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run asynchronous work on connections of its own."""

    async def working() -> T:
        connected = connections.connect(settings(database_url=url))
        try:
            return await work(connected)
        finally:
            await connected.dispose()

    return asyncio.run(working())
