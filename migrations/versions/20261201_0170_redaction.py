"""Records can be redacted: what is left of one, what keeps it from coming back, and the ledger emptied of it.

`ledger_redact` runs as its owner, who migrates: whoever uses the tables need not be allowed to change the ledger.
"""

from pathlib import Path
from typing import Final

from alembic import op

revision = "20261201_0170"
down_revision = "20261201_0150"

SQL: Final = Path(__file__).parent / "redaction"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    for name in ("columns", "keys", "ledger", "same"):
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
