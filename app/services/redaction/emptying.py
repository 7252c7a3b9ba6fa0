"""The statements of a redaction: each is put together out of the columns that a kind has."""

from functools import cache
from typing import Any, Final

from sqlalchemy import ARRAY, Boolean, Column, DateTime, TextClause, Uuid, text

from app.models import table_of
from app.schemas.kinds import KINDS, Kind


def is_pointed_at(kind: Kind) -> bool:
    """Whether another record may name one of it: then something has to be left."""
    return any(kind.model in pointing.points_at.values() for pointing in KINDS)


@cache
def locating(kind: Kind) -> TextClause:
    """The id of the record with an id, ref or slug, whatever became of it."""
    slug = "slug" if "slug" in kind.columns else "NULL"
    return text(f"""
SELECT id FROM (
    SELECT 1 AS nth, id FROM {kind.name} WHERE id = :id OR ref = :ref OR {slug} = :slug
    UNION ALL SELECT 2, record_id FROM change WHERE record_id = :id AND type = :type
    UNION ALL SELECT 3, record_id FROM change WHERE op = 'delete' AND record->>'ref' = :ref AND type = :type
    UNION ALL SELECT 4, record_id FROM redaction_key
        WHERE digest = redaction_digest(redaction_words('ref', :type, :ref))
            OR digest = redaction_digest(redaction_words('ref', :type, 'slug', :slug))) known
ORDER BY nth LIMIT 1""")  # noqa: S608


@cache
def ever_pointing(kind: Kind, column: str) -> TextClause:
    """The records of a kind that name one of :ids in a column, or ever did."""
    return text(f"""
SELECT id FROM {kind.name} WHERE {column} = ANY (CAST(:ids AS uuid[]))
UNION SELECT record_id FROM change
WHERE type = '{kind.name}' AND record->>'{column}' = ANY (CAST(CAST(:ids AS uuid[]) AS text[]))""")  # noqa: S608


@cache
def emptying(kind: Kind, columns: tuple[str, ...]) -> TextClause:
    """Empty these columns of :ids; gives the ids of those that are there."""
    sets = ", ".join(f"{name} = {kind.left.get(name, 'NULL')}" for name in columns)
    return text(f"UPDATE {kind.name} SET {sets} WHERE id = ANY (CAST(:ids AS uuid[])) RETURNING id")  # noqa: S608


@cache
def redacting(kind: Kind) -> TextClause:
    """Leave of :ids what others stand on, and give the ids of those that are there; or delete them."""
    if not is_pointed_at(kind):
        return text(f"DELETE FROM {kind.name} WHERE id = ANY (CAST(:ids AS uuid[]))")  # noqa: S608
    columns = [column for column in table_of(kind.model).columns if column.computed is None]
    left_by_column = {column.name: _left(kind, column) for column in columns}
    sets = ", ".join(f"{name} = {sql}" for name, sql in left_by_column.items() if sql != name)
    return text(f"UPDATE {kind.name} SET {sets} WHERE id = ANY (CAST(:ids AS uuid[])) RETURNING id")  # noqa: S608


def _left(kind: Kind, column: Column[Any]) -> str:
    """What is left in a column: ids, times and flags, and the words of closed lists that can't be empty."""
    if column.name == "redacted":
        return "'{record}'"
    if column.name in kind.left:
        return kind.left[column.name]
    item_type = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    is_coarse_time = f"{column.name}_from" in kind.columns
    if isinstance(item_type, Uuid | DateTime | Boolean) or is_coarse_time or column.name == "version":
        return column.name
    if column.nullable:
        return "NULL"
    return column.name if column.type.python_type is str else "DEFAULT"


_STORED: Final = " UNION ALL ".join(
    f"SELECT '{kind.name}', id, {'event_id' if kind.in_event else 'NULL::uuid'}, to_jsonb(t) FROM {kind.name} t "  # noqa: S608
    "WHERE id = ANY (CAST(:ids AS uuid[]))"
    for kind in KINDS
)
# What :ids could be found by, now or in any version; and where the :sources spoke, which tells those without a name.
KEYS: Final = text(f"""
WITH told(type, id, event_id, record) AS ({_STORED} UNION ALL SELECT type, record_id, event_id, record FROM change
    WHERE record_id = ANY (CAST(:ids AS uuid[])) AND record IS NOT NULL)
INSERT INTO redaction_key
SELECT DISTINCT ON (redaction_digest(k)) redaction_digest(k), id, event_id
    FROM told CROSS JOIN LATERAL redaction_keys(type, record, false, true) k
UNION ALL SELECT DISTINCT ON (source_id, event_id)
    redaction_digest(redaction_words('spoke', source_id::text, event_id::text)), source_id, event_id
    FROM statement WHERE source_id = ANY (CAST(:sources AS uuid[]))
ON CONFLICT DO NOTHING""")  # noqa: S608
# What was computed from them, and what reports had said of them.
FORGETTING: Final = tuple(
    text(f"DELETE FROM {table} WHERE {column} = ANY (CAST(:ids AS uuid[]))")  # noqa: S608
    for table, column in (
        ("mention", "record_id"),
        ("text_print", "version_id"),
        ("source_name_key", "source_id"),
        ("search_entry", "part"),
    )
)
