"""How often something was redacted: what is kept of the past, and its ETags, hold only until the next time.

A redaction changes no record, and so moves no head. It waits for the ledger's lock like every other change.
"""

from alembic import op

revision = "20261201_0120"
down_revision = "20261201_0110"


def upgrade() -> None:
    op.execute("ALTER TABLE ledger_head ADD COLUMN redactions bigint DEFAULT 0 NOT NULL")
    op.execute("""
        CREATE FUNCTION ledger_redacted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_head SET redactions = redactions + 1;
            RETURN NULL;
        END $$""")
    op.execute("CREATE TRIGGER a_lock BEFORE UPDATE ON change FOR EACH STATEMENT EXECUTE FUNCTION ledger_lock()")
    op.execute("CREATE TRIGGER redacted AFTER UPDATE ON change FOR EACH STATEMENT EXECUTE FUNCTION ledger_redacted()")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
