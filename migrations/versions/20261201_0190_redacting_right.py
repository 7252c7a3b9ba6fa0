"""Only whoever is given the right may empty lines of the ledger: the function that does it runs as the owner."""

from alembic import op

revision = "20261201_0190"
down_revision = "20261201_0170"


def upgrade() -> None:
    op.execute("REVOKE EXECUTE ON FUNCTION ledger_redact(uuid[], uuid[]) FROM PUBLIC")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
