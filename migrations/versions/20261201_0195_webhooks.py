"""Changes are sent to webhooks."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0195"
down_revision = "20261201_0190"

SQL: Final = Path(__file__).parent / "live"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "webhooks.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
