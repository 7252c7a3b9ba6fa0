"""Whether what a record points at was redacted is asked by a function."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0250"
down_revision = "20261201_0240"

SQL: Final = Path(__file__).parent / "redaction"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "pointed_at.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
