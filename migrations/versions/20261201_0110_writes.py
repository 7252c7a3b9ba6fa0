"""Fewer statements for each write, and their plans kept: in the ledger's triggers and those of the search."""

from pathlib import Path
from typing import Final

from alembic import op

revision = "20261201_0110"
down_revision = "20261201_0100"

SQL: Final = Path(__file__).parent / "writes"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for name in ("ledger", "search"):
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
