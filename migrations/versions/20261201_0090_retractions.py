"""A document that its publisher took back, and who took a statement back: its source, or the document it stood in."""

from pathlib import Path
from typing import Final

from alembic import op

revision = "20261201_0090"
down_revision = "20261201_0080"

SQL: Final = Path(__file__).parent / "retractions"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for name in ("columns.sql", "rechecks.sql"):
        connection.execute((SQL / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
