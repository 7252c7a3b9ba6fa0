"""What was merged is found by its index also in tables that were never analysed; a question's plan is kept."""

from pathlib import Path
from typing import Final

from alembic import op

revision = "20261201_0070"
down_revision = "20261201_0060"

SQL: Final = Path(__file__).parent / "plans" / "kin.sql"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    connection.execute(SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
