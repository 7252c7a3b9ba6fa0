"""Events of one title are found by an index."""

from alembic import op

revision = "20261201_0100"
down_revision = "20261201_0097"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_event_title ON event (digest_of(fold(title)))")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
