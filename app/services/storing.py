"""Sets of records into their tables: one statement a table, however many there are."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Base, DocumentVersion, Record, table_of
from app.services.drafts import Draft

# What a later mention of the same record never fills in.
_NEVER_FILLED: Final = frozenset({"id", "version", "created_at", "updated_at", "merged_into", "selector", "report_id"})
_EMPTY: Final[tuple[Any, ...]] = ({}, [])


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(type(value).__name__)


def as_json(rows: Iterable[dict[str, Any]]) -> str:
    """Rows as one parameter: an array of objects, as jsonb_populate_record takes them."""
    return json.dumps(list(rows), default=_plain, ensure_ascii=False)


def drafted(model: type[Base]) -> str:
    """The drafts of a statement's `rows` parameter, as rows `d` of their table and as raw objects `r`."""
    return (
        f"jsonb_array_elements(CAST(:rows AS jsonb)) AS r, "
        f"jsonb_populate_record(NULL::{model.__tablename__}, r) AS d"
    )


def _columns(model: type[Base]) -> list[Any]:
    return [column for column in table_of(model).columns if column.computed is None]


@lru_cache
def _inserting(model: type[Base]) -> TextClause:
    """A column that a draft leaves out gets the table's own default."""
    names = ", ".join(column.name for column in _columns(model))
    values = ", ".join(
        f"d.{column.name}"
        if column.nullable or column.server_default is None
        else f"coalesce(d.{column.name}, {_default(column)})"
        for column in _columns(model)
    )
    # The order of the drafts is the order in which the ledger numbers them: by id, and ids grow with time.
    return text(f"INSERT INTO {model.__tablename__} ({names}) SELECT {values} FROM {drafted(model)}")  # noqa: S608


def _default(column: Any) -> str:
    default = column.server_default.arg
    if not isinstance(default, str):
        return str(default)
    return default if column.type.python_type in (int, bool) else f"'{default}'"


@lru_cache
def _completing(model: type[Base]) -> TextClause:
    """Fills what is empty and overwrites nothing; gives the ids of the rows that had something to fill."""
    fillable = [column.name for column in _columns(model) if column.nullable and column.name not in _NEVER_FILLED]
    objects = [column.name for column in _columns(model) if _empty_default(column)]
    sets = [f"{name} = coalesce(t.{name}, d.{name})" for name in fillable]
    empty = {column.name: f"t.{column.name} = '{_empty_default(column)}'" for column in _columns(model)}
    sets += [f"{name} = CASE WHEN {empty[name]} THEN coalesce(d.{name}, t.{name}) ELSE t.{name} END" for name in objects]
    gaps = [f"(t.{name} IS NULL AND d.{name} IS NOT NULL)" for name in fillable]
    gaps += [f"({empty[name]} AND d.{name} IS NOT NULL)" for name in objects]
    return text(
        f"UPDATE {model.__tablename__} t SET {', '.join(sets)} FROM {drafted(model)} "  # noqa: S608
        f"WHERE t.id = d.id AND ({' OR '.join(gaps)}) RETURNING t.id"
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
