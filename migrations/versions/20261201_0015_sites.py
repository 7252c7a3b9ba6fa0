"""The documents of one site, the latest first: what many of them share is no likeness."""

from alembic import op

revision = "20261201_0015"
down_revision = "20261130_2359"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_document_site ON document (substring(page_key from '^//([^/?#]+)'), id)")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
