"""A source's kind may be unknown, and a source may be known only where it was mentioned."""

from alembic import op

revision = "20261130_2358"
down_revision = "20261130_2355"


def upgrade() -> None:
    # What is stored as `other` stays: nobody knows any more whether somebody said so.
    op.execute("ALTER TABLE source ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN kind DROP NOT NULL")
    op.execute("ALTER TABLE source ADD COLUMN placed boolean DEFAULT false NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
