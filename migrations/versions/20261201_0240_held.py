"""The ledger's head says in which stretches of time its times are not those of a clock."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0240"
down_revision = "20261201_0230"

SQL: Final = Path(__file__).parent / "clock"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "held.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
