"""Matching finds a statement by when it was said, too, so that one said ten thousand times is still found fast."""

from alembic import op

revision = "20261128_1140"
down_revision = "20261122_2300"


def upgrade() -> None:
    op.execute("DROP INDEX ix_statement_same")
    op.execute("CREATE INDEX ix_statement_same ON statement (coalesce(claim_id, question_id), source_id, said_from)")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
