"""What makes a merged document public, or no longer, moves the directory."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0200"
down_revision = "20261201_0195"

SQL: Final = Path(__file__).parent / "hidden"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "opened.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
