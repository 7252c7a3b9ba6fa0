"""`counterclaim keys`: who may call the service."""

import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from app import tokens
from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.database import Database, Signature, utcnow
from app.services import access, migrating
from app.services.access import OPERATOR
from app.texts.cleaning import clean
from app.vocabulary import NAME_CHARACTERS, Scope, words

T = TypeVar("T")
SCOPES: Final = words(Scope)
DEFAULT_SCOPES: Final = "read,ingest"
_SPAN: Final = re.compile(r"(\d{1,6})([smhd])")
_WIDE: Final = 2_000  # characters
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Scopes = Annotated[
    str, typer.Option(help=f"What it may do, with commas: {', '.join(SCOPES)}; or `all`.", show_default=True)
]
Expires = Annotated[str, typer.Option(help="Until when it calls: 90d, 2027-01-31 or 2027-01-31T12:00Z.")]
Owner = Annotated[str, typer.Option(help="Who answers for it.")]
Overlap = Annotated[str, typer.Option(help="For how long the key as it was goes on calling: 0s, 30m, 24h, 7d.")]


def create(  # noqa: PLR0917
    name: str,
    scopes: Scopes = DEFAULT_SCOPES,
    expires: Expires = "",
    owner: Owner = "",
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
) -> None:
    """Make a key. It is printed once, alone, and can't be read again."""
    chosen = _scopes(scopes)
    until = _until(expires)
    key_name, owner_name = _line(name), _line(owner) if owner else None
    try:
        tokens.named(key_name)
    except ValueError as error:
        databases.fail(f"{key_name}: {error}.")

    async def work(session: AsyncSession) -> str:
        return (await access.create(session, OPERATOR, key_name, chosen, owner_name, until)).token

    _print_token(_written(work, database_url, data_dir))
    databases.err.print(f"It may: {', '.join(chosen)}. --scopes gives a key others.", highlight=False)


def list_keys(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Who has keys."""

    async def work(connected: Database) -> Table:
        table = Table("name", "scopes", "owner", "made", "rotated", "last used", "expires", "revoked", "id")
        async with connected.reading() as session:
            for key in (await session.execute(access.listing().order_by("created_at"))).mappings():
                times = ("created_at", "rotated_at", "last_used_at", "expires_at", "revoked_at")
                told_times = [f"{key[time]:%Y-%m-%d %H:%M}" if key[time] else "" for time in times]
                table.add_row(key["name"], " ".join(key["scopes"]), key["owner"], *told_times, str(key["id"]))
        return table

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        # As wide as it needs: ids are copied out of it.
        Console(width=_WIDE).print(databases.run(url, work))


def rotate(
    name: str,
    overlap: Overlap = "0s",
    expires: Expires = "",
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
) -> None:
    """Put another key in a key's place, with its name and rights. It is printed once, alone."""
    span, until = _span(overlap), _until(expires)
    if span is None or span.total_seconds() > tokens.OVERLAP_SECONDS:
        databases.fail(f"--overlap is for example 0s, 30m, 24h or 7d, and at most {tokens.OVERLAP_SECONDS // 86_400}d.")

    async def work(session: AsyncSession) -> str:
        key_id = await _named(session, name)
        return (await access.rotate(session, OPERATOR, key_id, span, until)).token

    _print_token(_written(work, database_url, data_dir))


def revoke(name: str, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Take a key's rights away, from the next second on."""

    async def work(session: AsyncSession) -> None:
        await access.revoke(session, await _named(session, name))

    _written(work, database_url, data_dir)
    databases.err.print(f"The key {name} is revoked.", markup=False, highlight=False)


async def _named(session: AsyncSession, name: str) -> Any:
    key_id = await access.named(session, name)
    return key_id or databases.fail(f"There is no key {name} that was not revoked.")


def _written(work: Callable[[AsyncSession], Awaitable[T]], database_url: str, data_dir: Any) -> T:
    async def writing(connected: Database) -> T:
        async with connected.writing(Signature(OPERATOR.name)) as session:
            return await work(session)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        return databases.run(url, writing)


def _print_token(token: str) -> None:
    sys.stdout.write(token + "\n")


def _scopes(option: str) -> list[Any]:
    chosen = SCOPES if option.strip() == "all" else tuple(filter(None, re.split(r"[\s,]+", option)))
    if not chosen or not set(chosen) <= set(SCOPES):
        databases.fail(f"--scopes takes some of {', '.join(SCOPES)}, with commas, or `all`.")
    return [scope for scope in SCOPES if scope in chosen]


def _span(option: str) -> timedelta | None:
    match = _SPAN.fullmatch(option.strip())
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def _until(option: str) -> datetime | None:
    if not option:
        return None
    if (span := _span(option)) is not None:
        return utcnow() + span
    try:
        until = datetime.fromisoformat(option)
    except ValueError:
        databases.fail("--expires is for example 90d, 2027-01-31 or 2027-01-31T12:00Z.")
    return until if until.tzinfo else until.replace(tzinfo=UTC)


def _line(option: str) -> str:
    try:
        line = " ".join(clean(option).split())
    except ValueError as error:
        databases.fail(f"{option!r} can't be used: {error}.")
    if not 1 <= len(line) <= NAME_CHARACTERS:
        databases.fail(f"A name or owner has 1 to {NAME_CHARACTERS} characters.")
    return line
