"""What the pictures and the search need of the database: quotes, copies, search, rechecks."""

from pathlib import Path

from alembic import op

revision = "20261122_1900"
down_revision = "20261122_1600"

PARTS = ("quotes", "copies", "search", "rechecks", "settled")


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for part in PARTS:
        connection.execute((Path(__file__).parent / "pictures" / f"{part}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
