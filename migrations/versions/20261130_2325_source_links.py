"""Sources that may be the same are linked, and wait for an editor."""

from pathlib import Path

from app.services import migrating

revision = "20261130_2325"
down_revision = "20261130_0002"


def upgrade() -> None:
    script = Path(__file__).parent / "sources" / "source_links.sql"
    migrating.own_connection().execute(script.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
