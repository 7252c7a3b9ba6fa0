"""A source may give a figure as preliminary."""

from alembic import op

revision = "20261201_0095"
down_revision = "20261201_0090"


def upgrade() -> None:
    op.execute("ALTER TABLE statement ADD COLUMN preliminary boolean")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
