"""`counterclaim keys`: who may call the service."""

import sys

from rich.table import Table

from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.database import Database, Signature
from app.services import access, migrating


def create(name: str, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Make a key that may do everything. It is printed once, alone, and can't be read again."""

    async def work(connected: Database) -> str:
        async with connected.writing(Signature("operator")) as session:
            return await access.create(session, name)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        sys.stdout.write(databases.run(url, work) + "\n")


def list_keys(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Who has keys."""

    async def work(connected: Database) -> Table:
        table = Table("name", "scopes", "made", "revoked")
        async with connected.reading() as session:
            for key in await access.listing(session):
                revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
                table.add_row(key.name, " ".join(key.scopes), f"{key.created_at:%Y-%m-%d %H:%M}", revoked)
        return table

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        databases.out.print(databases.run(url, work))


def revoke(name: str, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Take a key's rights away, from the next request on."""

    async def work(connected: Database) -> bool:
        async with connected.writing(Signature("operator")) as session:
            return await access.revoke(session, name)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        if not databases.run(url, work):
            databases.fail(f"There is no key {name} that could be revoked.")
        databases.err.print(f"The key {name} is revoked.", markup=False, highlight=False)
