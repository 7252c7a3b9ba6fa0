"""Matching finds a statement by claim, speaker and time at once, also one without a speaker, or without a time."""

from alembic import op

revision = "20261203_1310"
down_revision = "20261201_0260"


def upgrade() -> None:
    op.execute("DROP INDEX ix_statement_same")
    op.execute(
        "CREATE INDEX ix_statement_same ON statement (coalesce(claim_id, question_id), "
        "coalesce(source_id, '00000000-0000-0000-0000-000000000000'::uuid), "
        "coalesce(said_from, 'infinity'::timestamptz))"
    )


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
