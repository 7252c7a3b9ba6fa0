"""What only restricted events have is not there for others: a source or document of theirs may bear its ref or URL."""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0160"
down_revision = "20261201_0130"

SQL: Final = Path(__file__).parent / "unseen"


def upgrade() -> None:
    connection = migrating.own_connection()
    for name in ("shadows", "withheld", "forgotten"):
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
