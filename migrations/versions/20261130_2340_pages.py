"""A document is found by the page that its URL means, as is an assessment. Those that are stored get their keys."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from app.schemas.pages import page_keys
from app.services import migrating

revision = "20261130_2340"
down_revision = "20261130_2325"

SQL: Final = Path(__file__).parent / "pages"
URLS: Final = "SELECT id, url FROM document WHERE id = ANY (%s) AND url IS NOT NULL"
STORE: Final = """
UPDATE document d SET page_key = k.key FROM unnest(%s::uuid[], %s::text[]) k(id, key) WHERE d.id = k.id"""
URLS_OF_ASSESSMENTS: Final = "SELECT id, url FROM assessment WHERE id = ANY (%s) AND url IS NOT NULL"
STORE_OF_ASSESSMENTS: Final = """
UPDATE assessment a SET url_key = k.key FROM unnest(%s::uuid[], %s::text[]) k(id, key) WHERE a.id = k.id"""
# A key may be longer than an index row can be. Not unique: what an older release took for two documents stays two.
INDEX: Final = "CREATE INDEX ix_document_page_key ON document (digest_of(page_key))"


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        migrating.once(connection, "column of page keys", (SQL / "column.sql").read_text(encoding="utf-8"))
        migrating.in_batches(connection, "page keys of documents", "document", store_keys)
        migrating.once(connection, "index of page keys", INDEX)
        migrating.in_batches(connection, "page keys of assessments", "assessment", store_keys_of_assessments)


def store_keys(connection: Any, ids: list[UUID]) -> None:
    _store(connection, ids, URLS, STORE)


def store_keys_of_assessments(connection: Any, ids: list[UUID]) -> None:
    _store(connection, ids, URLS_OF_ASSESSMENTS, STORE_OF_ASSESSMENTS)


def _store(connection: Any, ids: list[UUID], urls: str, store: str) -> None:
    rows = [(id_, _key(url)) for id_, url in connection.execute(urls, [ids])]
    keyed = [(id_, key) for id_, key in rows if key is not None]
    connection.execute(store, [[id_ for id_, _ in keyed], [key for _, key in keyed]])


def _key(url: str) -> str | None:
    """None for an address that came in by plain SQL and is none: its document is found by its id and ref."""
    try:
        return page_keys.key(url)
    except ValueError:
        return None


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
