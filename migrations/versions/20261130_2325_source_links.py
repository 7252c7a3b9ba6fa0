"""Sources that may be the same are linked, and wait for an editor."""

from pathlib import Path

from alembic import op

revision = "20261130_2325"
down_revision = "20261130_0002"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    connection.execute((Path(__file__).parent / "sources" / "source_links.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
