"""`counterclaim migrate`, `counterclaim verify`, `counterclaim same` and `counterclaim quotations`."""

from typing import Annotated

import typer

from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.database import Database
from app.services import ledger, migrating
from app.services.upkeep import quotations, same


def migrate(
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
    app_role: Annotated[str, typer.Option(help="Give this role what serving needs, and no right on the past.")] = "",
) -> None:
    """Bring the database to this release's tables."""
    with databases.database(database_url, data_dir) as url:
        migrating.migrate(url)
        databases.err.print(f"The database is at {migrating.current(url)}.", highlight=False)
        if app_role:
            migrating.grant(url, app_role)
            databases.err.print(f"The role {app_role} may serve from it.", markup=False, highlight=False)


def verify(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Walk the ledger: the chain, its head, and each table's rows against their last change."""
    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        faults = ledger.verify(url)
    for fault in faults:
        databases.out.print(str(fault), markup=False, highlight=False)
    if faults:
        databases.fail(f"The ledger does not hold: {len(faults)} faults.")
    databases.err.print("The ledger holds.", highlight=False)


def same_records(
    propose: Annotated[bool, typer.Option("--propose", help="Propose links between them, for an editor.")] = False,
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
) -> None:
    """Look for sources of like names and documents of one page or text; propose links between them. Merges nothing."""
    if not propose:
        databases.fail("Say --propose: links are stored, which wait for an editor. Nothing is merged.")

    async def walk(database: Database) -> None:
        async for walked in same.propose(database):
            line = f"{walked.seen:,} {walked.what} looked through, {walked.proposed:,} links proposed"
            databases.err.print(line, highlight=False)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        databases.run(url, walk)
    databases.err.print(
        "All is looked through. GET /v1/source-links?state=proposed and GET /v1/document-links?state=proposed are the "
        "queues.",
        highlight=False,
    )


def check_quotations(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Look up the quotations that are unchecked although their document has a text, however long that takes."""

    async def check(database: Database) -> None:
        async for checked in quotations.check(database):
            line = f"{checked.seen:,} quotations looked up, {checked.changed:,} are no longer unchecked"
            databases.err.print(line, highlight=False)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        databases.run(url, check)
    databases.err.print("All are looked up.", highlight=False)
