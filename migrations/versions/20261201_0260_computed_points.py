"""That marks and mentions point at what is there is asked once a statement."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0260"
down_revision = "20261201_0250"

SQL: Final = Path(__file__).parent / "writes"


def upgrade() -> None:
    migrating.own_connection().execute((SQL / "computed.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
