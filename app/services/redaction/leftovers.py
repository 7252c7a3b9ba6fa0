"""What else names a source that is redacted everywhere: others' texts, which stay as they are for somebody to read."""

import json
import re
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.schemas.common import RedactedPart

_SHORTEST_NAME: Final = 2  # characters; shorter ones stand in every text
_MOST_RECORDS: Final = 1_000

# The names that they ever had.
_NAMES: Final = text("""
SELECT DISTINCT n.name FROM (
    SELECT record FROM change WHERE record_id = ANY (CAST(:sources AS uuid[])) AND record IS NOT NULL
        AND NOT coalesce(record->'redacted' @> '["record"]', false)) c
CROSS JOIN LATERAL (
    SELECT record->>'name' AS name UNION ALL SELECT a->>'name' FROM jsonb_path_query(record->'aliases', '$[*]') a) n
WHERE n.name IS NOT NULL""")
# The ledger has every text of every record, but for those of pages.
_NAMING: Final = text("""
SELECT type, id, array_agg(DISTINCT field ORDER BY field) AS fields,
    bool_or(seq IS NULL OR (op <> 'delete' AND NOT EXISTS (
        SELECT FROM change l WHERE l.record_id = id AND l.seq > n.seq))) AS now
FROM (
    SELECT c.type, c.record_id AS id, m.key AS field, c.seq, c.op
    FROM change c CROSS JOIN LATERAL (
        SELECT key FROM jsonb_each_text(c.record) WHERE value ILIKE ANY (CAST(:patterns AS text[]))
        UNION ALL SELECT 'Change-Reason' WHERE c.reason ILIKE ANY (CAST(:patterns AS text[]))) m
    WHERE c.record_id <> ALL (CAST(:ids AS uuid[]))
        AND (c.record::text ILIKE ANY (CAST(:written AS text[])) OR c.reason ILIKE ANY (CAST(:patterns AS text[])))
    UNION ALL SELECT 'document_version', v.id, 'text', NULL, NULL FROM document_version v
    WHERE v.text ILIKE ANY (CAST(:patterns AS text[])) AND v.id <> ALL (CAST(:ids AS uuid[]))) n
GROUP BY type, id ORDER BY type, id LIMIT :most""")


async def find(session: AsyncSession, source_ids: Collection[UUID], own_ids: Collection[UUID]) -> list[RedactedPart]:
    """Records beside `own_ids` in which a name of one of these sources stands as it is written, but for case."""
    rows = await ask(session, _NAMES, {"sources": list(source_ids)})
    sought = [row.name for row in rows if len(row.name) >= _SHORTEST_NAME]
    if not sought:
        return []
    parameters = {
        "patterns": [_pattern(name) for name in sought],
        # In a record's JSON a quotation mark is written otherwise.
        "written": [_pattern(json.dumps(name, ensure_ascii=False)[1:-1]) for name in sought],
        "ids": list(own_ids),
        "most": _MOST_RECORDS,
    }
    return [
        RedactedPart(type=row.type, id=row.id, what="names" if row.now else "named", fields=row.fields)
        for row in await ask(session, _NAMING, parameters)
    ]


def _pattern(words: str) -> str:
    """For ILIKE: a text with these words in it."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", words) + "%"
