"""What is merged into something hidden is hidden."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0150"
down_revision = "20261201_0140"

SQL: Final = Path(__file__).parent / "hidden"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "sources.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
