"""No index by the event alone where the unique one of event and id begins with it.

A plan that was made while the table was empty could take the shorter one: then each new appearance went through all
statements of its event, to find that its own is there.
"""

from alembic import op

revision = "20261201_0220"
down_revision = "20261201_0210"

TABLES = ("statement", "appearance", "assessment")


def upgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_event_id", table)


def downgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_event_id", table, ["event_id"])
