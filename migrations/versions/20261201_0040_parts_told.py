"""One text may be two versions of a document: one that is whole, and one of which it was told that it is a part."""

from alembic import op

revision = "20261201_0040"
down_revision = "20261201_0030"


def upgrade() -> None:
    op.execute("""
        CREATE UNIQUE INDEX uq_document_version_text ON document_version (document_id, sha256, part)
        NULLS NOT DISTINCT WHERE sha256 IS NOT NULL""")
    op.execute("ALTER TABLE document_version DROP CONSTRAINT uq_document_version_document_id_sha256")


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
