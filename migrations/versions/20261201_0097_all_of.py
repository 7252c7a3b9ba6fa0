"""A figure can be all of another: all aboard."""

from alembic import op

revision = "20261201_0097"
down_revision = "20261201_0095"


def upgrade() -> None:
    op.execute("""
ALTER TABLE claim DROP CONSTRAINT ck_claim_qualifier, ADD CONSTRAINT ck_claim_qualifier CHECK (qualifier IN (
    'exact', 'about', 'at_least', 'more_than', 'at_most', 'fewer_than', 'between', 'several', 'tens', 'dozens',
    'hundreds', 'thousands', 'unknown', 'none', 'all'))""")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
