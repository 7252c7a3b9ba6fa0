"""`counterclaim migrate` and `counterclaim verify`."""

from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.services import ledger, migrating


def migrate(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Bring the database to this release's tables."""
    with databases.database(database_url, data_dir) as url:
        migrating.migrate(url)
        databases.err.print(f"The database is at {migrating.current(url)}.", highlight=False)


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
