"""Which of the records that are at hand a caller may see: of many at once, by one statement."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, CompoundSelect, Select, Uuid, any_, bindparam, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.models import Record
from app.schemas.kinds import KINDS
from app.services import visibility
from app.services.access import Caller

_READ = tuple(kind.model for kind in KINDS if kind.read is not None)


async def among(
    session: AsyncSession, caller: Caller, model: type[Record], ids: Iterable[UUID], *, name: str = "id"
) -> dict[UUID, Any]:
    """Those of these records that the caller may see, by their ids each with one of its columns."""
    query = _among(model, visibility.nameless(caller), name)
    return {row.id: row[1] for row in await ask(session, query, {"ids": list(ids)})}


async def among_all(
    session: AsyncSession, caller: Caller, ids_by_model: Mapping[type[Record], Collection[UUID]]
) -> set[UUID]:
    """Those of these records that the caller may see; of what has no address of its own, none."""
    asked = {model: ids for model, ids in ids_by_model.items() if ids and model in _READ}
    if len(asked) == 1:
        return {*await among(session, caller, *next(iter(asked.items())))}
    if not asked:
        return set()
    ids = {model.__tablename__: list(asked.get(model, ())) for model in _READ}
    return {row.id for row in await ask(session, _among_all(visibility.nameless(caller)), ids)}


@cache
def _among(model: type[Record], caller: Caller, name: str) -> Select[Any]:
    rows = visibility.seen_alone(caller, model)
    return select(rows.c.id, rows.c[name].label("shown")).where(_is_one_of(rows.c.id, "ids"))


@cache
def _among_all(caller: Caller) -> CompoundSelect[Any]:
    """One for whatever is asked: a statement for each choice of kinds would be planned each by itself."""
    tables = [(model.__tablename__, visibility.seen_alone(caller, model)) for model in _READ]
    return union_all(*(select(rows.c.id).where(_is_one_of(rows.c.id, name)) for name, rows in tables))


def _is_one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column == any_(bindparam(name, None, ARRAY(Uuid())))
