"""What is hidden moves no ETag and no position of those from whom it is hidden."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0230"
down_revision = "20261201_0220"

SQL: Final = Path(__file__).parent / "hidden"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "needs.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
