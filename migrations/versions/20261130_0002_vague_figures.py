"""Figures can be several, tens and thousands, beside dozens and hundreds."""

from alembic import op

revision = "20261130_0002"
down_revision = "20261130_0001"


def upgrade() -> None:
    op.execute("""
ALTER TABLE claim DROP CONSTRAINT ck_claim_qualifier, ADD CONSTRAINT ck_claim_qualifier CHECK (qualifier IN (
    'exact', 'about', 'at_least', 'more_than', 'at_most', 'fewer_than', 'between', 'several', 'tens', 'dozens',
    'hundreds', 'thousands', 'unknown', 'none'))""")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
