"""A document is found by the page that its URL means. Those that are stored get their keys, thousands at a time."""

import sys
from pathlib import Path

from alembic import op
from sqlalchemy import Connection, text

from app.schemas.pages import page_keys

revision = "20261130_2340"
down_revision = "20261130_2325"

BATCH = 5000
COUNT = text("SELECT count(*) FROM document WHERE url IS NOT NULL AND page_key IS NULL")
NEXT = text("""
SELECT id, url FROM document WHERE url IS NOT NULL AND page_key IS NULL AND id > CAST(:last AS uuid)
ORDER BY id LIMIT :batch""")
FILL = text("""
UPDATE document d SET page_key = k.key
FROM unnest(CAST(:ids AS uuid[]), CAST(:urls AS text[]), CAST(:keys AS text[])) k(id, url, key)
WHERE d.id = k.id AND d.url = k.url""")
# A key may be longer than an index row can be. Not unique: what an older release took for two documents stays two.
INDEX = text("CREATE INDEX IF NOT EXISTS ix_document_page_key ON document (digest_of(page_key))")


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    connection.execute((Path(__file__).parent / "pages" / "column.sql").read_text(encoding="utf-8"))
    # Each batch is committed: whoever writes waits for one at most, and after a break it goes on where it was.
    with op.get_context().autocommit_block():
        fill(op.get_bind())
        op.get_bind().execute(INDEX)


def fill(connection: Connection) -> None:
    total = connection.execute(COUNT).scalar_one()
    last, done = "00000000-0000-0000-0000-000000000000", 0
    while rows := connection.execute(NEXT, {"last": last, "batch": BATCH}).all():
        keys = {row.id: _key(row.url) for row in rows}
        known = [row for row in rows if keys[row.id] is not None]
        columns = {"ids": [row.id for row in known], "urls": [row.url for row in known]}
        connection.execute(FILL, columns | {"keys": [keys[row.id] for row in known]})
        last, done = rows[-1].id, done + len(rows)
        if total > BATCH:
            sys.stderr.write(f"page keys of documents: {done:,} of {total:,}\n")


def _key(url: str) -> str | None:
    """None for an address that came in by plain SQL and is none: its document is found by its id and ref."""
    try:
        return page_keys.key(url)
    except ValueError:
        return None


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
