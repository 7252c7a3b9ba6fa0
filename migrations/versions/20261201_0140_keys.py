"""Keys expire, are rotated, and tell when they were used; and a role that is not the owner can serve.

The ledger's trigger writes as the owner, so that whoever serves needs no right to write there.
"""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0140"
down_revision = "20261201_0160"

SQL: Final = Path(__file__).parent / "access"


def upgrade() -> None:
    connection = migrating.own_connection()
    for part in ("keys", "roles"):
        connection.execute((SQL / f"{part}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
