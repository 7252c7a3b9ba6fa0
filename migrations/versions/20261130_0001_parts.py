"""A version of a document may tell that its text is but a part: a teaser, the free half of a paid page."""

from alembic import op

revision = "20261130_0001"
down_revision = "20261128_1140"


def upgrade() -> None:
    op.execute("ALTER TABLE document_version ADD COLUMN part boolean")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
