"""Confidential sources by index: their masks are looked for with every source that is read."""

from alembic import op
from sqlalchemy import text

revision = "20261201_0210"
down_revision = "20261201_0200"


def upgrade() -> None:
    op.create_index("ix_source_confidential", "source", ["id"], postgresql_where=text("confidential"))


def downgrade() -> None:
    op.drop_index("ix_source_confidential", "source")
