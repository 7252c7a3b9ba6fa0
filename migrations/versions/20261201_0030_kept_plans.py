"""Functions that keep their plans: planning them anew took longer than running them."""

from pathlib import Path
from typing import Final

from alembic import op

revision = "20261201_0030"
down_revision = "20261201_0020"

SQL: Final = Path(__file__).parent / "plans"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for name in ("merging", "visibility", "same", "search"):
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
