"""What each report says of which record; keys may be made again under their name; of a question not all is told."""

from alembic import op

revision = "20261201_0080"
down_revision = "20261201_0070"


def upgrade() -> None:
    # What was delivered before stays as it is: the next delivery of a report is the first whose words are known.
    op.execute("""
        CREATE TABLE mention (
            report_id uuid NOT NULL,
            record_id uuid NOT NULL,
            says jsonb DEFAULT '{}' NOT NULL,
            owns text[] DEFAULT '{}' NOT NULL,
            CONSTRAINT pk_mention PRIMARY KEY (report_id, record_id),
            CONSTRAINT fk_mention_report_id FOREIGN KEY (report_id) REFERENCES report (id) ON DELETE CASCADE
        )""")
    op.execute("CREATE INDEX ix_mention_record_id ON mention (record_id)")
    # A report belongs to the name of its key: a key that was revoked is followed by another of its name.
    op.execute("ALTER TABLE api_key DROP CONSTRAINT uq_api_key_name")
    op.execute("CREATE UNIQUE INDEX uq_api_key_name ON api_key (name) WHERE revoked_at IS NULL")
    # What is stored stays as it is, as told: nobody knows any more whether somebody said so.
    for column in ("kind", "evolving", "single_answer"):
        op.execute(f"ALTER TABLE question ALTER COLUMN {column} DROP DEFAULT, ALTER COLUMN {column} DROP NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
