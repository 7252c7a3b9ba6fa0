"""The ledger verified: the chain is whole, and the tables hold what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, create_engine, pool, text

from app.models import Base, DocumentVersion, Record, table_of

MOST: Final = 1000  # faults that are reported; the first ones tell what happened

_SETTINGS: Final = (
    "statement_timeout = 0",
    "idle_in_transaction_session_timeout = 0",
    # As the triggers write a record.
    "timezone = 'UTC'",
    "bytea_output = 'hex'",
    "extra_float_digits = 1",
)

# The columns of each query are fields of a Fault. The work is done where the rows are: only faults come back.
_CHAIN: Final = "SELECT bad_seq AS seq, fault AS says FROM ledger_verify(:most)"
_TRIGGERS: Final = """
SELECT type, 'its triggers are missing or disabled: ' || string_agg(needed, ', ') AS says
FROM unnest(CAST(:tables AS text[])) type
CROSS JOIN LATERAL unnest(CASE type WHEN 'change' THEN ARRAY['guard', 'guard_insert', 'guard_truncate']
    ELSE ARRAY['a_lock', 'b_touch', 'c_insert', 'c_update', 'c_delete'] END) needed
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = type::regclass AND tgname = needed AND tgenabled IN ('O', 'A'))
GROUP BY type ORDER BY type LIMIT :most
"""
# A column that a later release added is not in older records, and so not compared with them; a redacted record can't be
# compared at all, but its version can.
_ROWS: Final = """
SELECT '{table}' AS type, kept.id, CASE
    WHEN last.seq IS NULL THEN 'no change tells of it'
    WHEN last.op = 'delete' THEN format('it is there, though change %s deleted it', last.seq)
    ELSE format('it is not as its last change, %s, left it: %s', last.seq, coalesce(differing, 'version')) END AS says
FROM (SELECT id, version, to_jsonb(t) - CAST(:unrecorded AS text[]) AS record FROM {table} t) kept
LEFT JOIN LATERAL (
    SELECT seq, op, version, record FROM change
    WHERE record_id = kept.id AND type = '{table}' ORDER BY seq DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (
    SELECT string_agg(key, ', ' ORDER BY key) AS differing
    FROM jsonb_each(CASE WHEN last.record <> kept.record THEN last.record END)
    WHERE value IS DISTINCT FROM kept.record->key) d ON true
WHERE last.seq IS NULL OR last.op = 'delete' OR last.version <> kept.version OR differing IS NOT NULL
LIMIT :most
"""
_IDS: Final = "SELECT '{table}' AS type, id FROM {table}"
_GONE: Final = """
SELECT c.type, c.record_id AS id, format('it is gone, though its last change, %s, did not delete it', c.seq) AS says
FROM change c LEFT JOIN ({rows}) kept ON kept.type = c.type AND kept.id = c.record_id
WHERE kept.id IS NULL AND c.op <> 'delete'
    AND NOT EXISTS (SELECT FROM change l WHERE l.record_id = c.record_id AND l.seq > c.seq AND l.type = c.type)
LIMIT :most
"""
# A redacted event_link no longer says which other event it moved; and which document versions were cited when they
# came, and so moved the directory, is not asked again.
_HEADS: Final = """
WITH last AS (
    SELECT id, max(seq) AS seq FROM (
        SELECT event_id AS id, seq FROM change WHERE event_id IS NOT NULL
        UNION ALL SELECT CAST(record->>'to_id' AS uuid), seq FROM change WHERE type = 'event_link'
    ) moved WHERE id IS NOT NULL GROUP BY id)
SELECT 'event' AS type, id, format('its head is %s, its last change %s',
    coalesce(head.seq::text, 'missing'), coalesce(last.seq::text, 'unknown')) AS says
FROM last FULL JOIN (SELECT event_id AS id, seq FROM event_head) head USING (id)
WHERE head.seq IS DISTINCT FROM last.seq AND NOT (head.seq > coalesce(last.seq, 0)
    AND EXISTS (SELECT FROM change c WHERE c.seq = head.seq AND c.type = 'event_link' AND c.record IS NULL))
UNION ALL
SELECT NULL, NULL, format('the directory''s head is %s, its last change %s', directory, moved)
FROM ledger_head, LATERAL (
    SELECT coalesce(max(seq), 0) AS moved FROM change
    WHERE type IN ('source', 'document', 'document_link') AND (op <> 'insert' OR type = 'document_link')) d
WHERE directory NOT BETWEEN moved AND seq
LIMIT :most
"""
_TEXTS: Final = """
SELECT 'document_version' AS type, id, 'its text is not the one its sha256 was made of' AS says
FROM document_version WHERE sha256 IS DISTINCT FROM sha256(convert_to(text, 'UTF8')) LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: in one change (`seq`), in one record (`type` and `id`), in a table, or in the heads."""

    says: str
    seq: int | None = None
    type: str | None = None
    id: UUID | None = None

    def __str__(self) -> str:
        where = f"change {self.seq}" if self.seq is not None else " ".join(str(w) for w in (self.type, self.id) if w)
        return f"{where or 'ledger'}: {self.says}"


def tables() -> list[Table]:
    """Every table whose changes the ledger keeps."""
    return [table_of(mapper.class_) for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)]


def unrecorded(table: Table) -> list[str]:
    """Columns that a record in the ledger does not have: what is generated, and a document's text, kept by its hash."""
    generated = [column.name for column in table.columns if column.computed is not None]
    return [*generated, "text"] if table is table_of(DocumentVersion) else generated


def verify(url: str) -> list[Fault]:
    """Walk the whole chain and compare every row with its last change: what is wrong, or nothing.

    All of it in one snapshot, while others go on writing. At most MOST faults, those of the chain first. Expects a
    current schema.
    """
    engine = create_engine(url, poolclass=pool.NullPool, isolation_level="REPEATABLE READ")
    faults: list[Fault] = []
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        for setting in _SETTINGS:
            connection.execute(text(f"SET LOCAL {setting}"))
        for sql, values in _checks():
            if len(faults) < MOST:
                found = connection.execute(text(sql), {**values, "most": MOST - len(faults)})
                faults += [Fault(**row._asdict()) for row in found]
    return faults


def _checks() -> Iterator[tuple[str, dict[str, Any]]]:
    kept = sorted(tables(), key=lambda table: table.name)
    yield _CHAIN, {}
    yield _TRIGGERS, {"tables": [*(table.name for table in kept), "change"]}
    for table in kept:
        yield _ROWS.format(table=table.name), {"unrecorded": unrecorded(table)}
    yield _GONE.format(rows=" UNION ALL ".join(_IDS.format(table=table.name) for table in kept)), {}
    yield _HEADS, {}
    yield _TEXTS, {}
