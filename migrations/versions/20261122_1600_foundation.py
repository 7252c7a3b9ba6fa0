"""The records, the ledger, keys.

The statements stand in plain SQL beside this file, so that a database administrator can read them.
"""

from pathlib import Path

from alembic import op

revision = "20261122_1600"
down_revision = None

PARTS = ("functions", "records", "dispute", "merging", "visibility", "ledger", "triggers", "settings")


def upgrade() -> None:
    # The driver's own connection: several statements a file, and no sign in them is a parameter's.
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for part in PARTS:
        connection.execute((Path(__file__).parent / "foundation" / f"{part}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
