"""Sets of records into their tables: one statement a table, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Appearance, Base, Claim, DocumentVersion, Question, Record, Statement, table_of
from app.services.drafts import Draft

# What a later mention of the same record never fills in; and what says which record it is, whole as it stands.
_NEVER_FILLED: Final = frozenset({"id", "version", "created_at", "updated_at", "merged_into", "selector", "report_id"})
_IDENTITY: Final[dict[type[Base], tuple[str, ...]]] = {
    Question: ("measure", "subject", "unit"),
    Claim: ("text", "qualifier", "min", "max"),
    Statement: ("claim_id", "question_id"),
}
# A gap is filled with what is of the same document or event only: after a merge it need not be.
_ONLY_WHERE: Final[dict[tuple[type[Base], str], str]] = {
    (Appearance, "version_id"): "coalesce(t.document_id, d.document_id) = d.document_id",
    (Claim, "question_id"): "EXISTS (SELECT FROM question q WHERE q.id = d.question_id AND q.event_id = t.event_id "
    "AND (q.measure IS NULL) = (t.qualifier IS NULL))",
    (Claim, "of_id"): "t.qualifier IS NOT NULL AND EXISTS ("
    "SELECT FROM claim o WHERE o.id = d.of_id AND o.event_id = t.event_id AND o.id <> t.id)",
    (Statement, "supersedes_id"): "EXISTS ("
    "SELECT FROM statement o WHERE o.id = d.supersedes_id AND o.event_id = t.event_id AND o.id <> t.id)",
}
_EMPTY: Final[tuple[Any, ...]] = ({}, [])


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as one parameter: an array of objects, as jsonb_populate_record takes them."""
    return to_json([_hex(row) if bytes in map(type, row.values()) else row for row in rows]).decode()


def _hex(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"\\x{value.hex()}" if type(value) is bytes else value for name, value in row.items()}


def drafted(model: type[Base]) -> str:
    """The drafts of a statement's `rows` parameter, as rows `d` of their table and as raw objects `r`."""
    return (
        f"jsonb_array_elements(CAST(:rows AS jsonb)) AS r, jsonb_populate_record(NULL::{model.__tablename__}, r) AS d"
    )


def _columns(model: type[Base]) -> list[Any]:
    return [column for column in table_of(model).columns if column.computed is None]


@lru_cache
def _inserting(model: type[Base]) -> TextClause:
    """Give a column that a draft leaves out the table's own default."""
    names = ", ".join(column.name for column in _columns(model))
    values = ", ".join(
        f"d.{column.name}"
        if column.nullable or column.server_default is None
        else f"coalesce(d.{column.name}, {_default(column)})"
        for column in _columns(model)
    )
    # The order of the drafts is the order in which the ledger numbers them: by id, and ids grow with time.
    rows = f"json_populate_recordset(NULL::{model.__tablename__}, CAST(:rows AS json)) AS d"
    return text(f"INSERT INTO {model.__tablename__} ({names}) SELECT {values} FROM {rows}")  # noqa: S608


def _default(column: Any) -> str:
    default = column.server_default.arg
    if not isinstance(default, str):
        return str(default)
    return default if column.type.python_type in (int, bool) else f"'{default}'"


@lru_cache
def _completing(model: type[Base]) -> TextClause:
    """Fill what is empty and overwrite nothing; gives the ids of the rows that had something to fill."""
    kept = _NEVER_FILLED.union(_IDENTITY.get(model, ()))
    filled: dict[str, tuple[str, str]] = {}  # column -> (what it becomes, whether it has a gap)
    for column in _columns(model):
        name = column.name
        if column.nullable and name not in kept:
            gap = f"t.{name} IS NULL AND d.{name} IS NOT NULL AND {_ONLY_WHERE.get((model, name), 'true')}"
        elif empty := _empty_default(column):
            gap = f"t.{name} = '{empty}' AND d.{name} IS NOT NULL"
        else:
            continue
        filled[name] = (f"CASE WHEN {gap} THEN d.{name} ELSE t.{name} END", gap)
    sets = ", ".join(f"{name} = {value}" for name, (value, _) in filled.items())
    gaps = " OR ".join(f"({gap})" for _, gap in filled.values())
    return text(
        f"UPDATE {model.__tablename__} t SET {sets} FROM {drafted(model)} WHERE t.id = d.id AND ({gaps}) RETURNING t.id"  # noqa: S608
    )


def _empty_default(column: Any) -> str | None:
    """`{}` or `[]` where that is a column's default: an object or a list that nobody has filled yet."""
    default = None if column.nullable or column.server_default is None else str(column.server_default.arg)
    return default if default in ("{}", "[]") else None


async def insert(session: AsyncSession, model: type[Record], drafts: Sequence[Draft]) -> None:
    """Store new records."""
    if drafts:
        rows = as_json({"id": draft.id, **draft.values} for draft in drafts)
        await session.execute(_inserting(model), {"rows": rows})


async def complete(session: AsyncSession, model: type[Record], drafts: Sequence[Draft]) -> None:
    """Fill the gaps of records that were there with what the drafts say; outcome `completed` where there was one."""
    gaps: dict[UUID, dict[str, Any]] = {}
    for draft in drafts:
        given = {name: value for name, value in draft.values.items() if value is not None and value not in _EMPTY}
        gaps[draft.id] = given | gaps.get(draft.id, {})
    if not gaps or model is DocumentVersion:  # a version never changes
        return
    rows = as_json({**values, "id": key} for key, values in gaps.items())
    completed = set(await session.scalars(_completing(model), {"rows": rows}))
    for draft in drafts:
        if draft.id in completed:
            draft.outcome = "completed"
