"""What scripts and exchange need of the database: what reports made, answers kept for repeated requests, indexes."""

from pathlib import Path

from alembic import op

revision = "20261122_2300"
down_revision = "20261122_1900"

PARTS = ("reports", "idempotency", "lists", "matching")


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for part in PARTS:
        connection.execute((Path(__file__).parent / "exchange" / f"{part}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
