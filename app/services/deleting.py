"""Deleting single records: refused while others point at them, or with all that has no meaning without them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Uuid,
    and_,
    any_,
    delete,
    exists,
    false,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict
from app.models import Record, table_of
from app.schemas import kinds
from app.schemas.kinds import KINDS, Kind
from app.services import visibility
from app.services.access import Caller

# Pointers that are let go when what they point at is deleted: the record still says the same without them.
_LET_GO: Final = frozenset(
    {
        "merged_into",
        "of_id",
        "parent_id",
        "publisher_id",
        "report_id",
        "supersedes_id",
        "version_id",
        "withdrawn_document_id",
    }
)
_BLOCKING_SHOWN: Final = 20  # records of each kind that a refusal names


async def remove(session: AsyncSession, caller: Caller, model: type[Record], key: UUID, *, cascade: bool) -> None:
    """Delete a record and its parts. Raises Conflict with what points at it, as far as the caller may see that.

    With `cascade` that is deleted first, or let go.
    """
    if not cascade and await _is_pointed_at(session, model, key):
        blocking = await _blocking(session, caller, model, key)
        raise Conflict("Other records point at this one. `cascade=true` deletes them, too.", blocked_by=blocking)
    await _remove_all(session, model, {key})


def _pointers(model: type[Record]) -> list[tuple[Kind, str]]:
    """List every column of every table that names a record of this one."""
    return [
        (kind, column)
        for kind in sorted(KINDS, key=lambda kind: kind.name)
        for column in sorted(kind.pointers_to(model))
    ]


def _pointing(model: type[Record], key: UUID) -> Iterator[tuple[Kind, str, Select[Any]]]:
    """By kind and column, the rows that point at a record and are no parts of it."""
    for kind, column in _pointers(model):
        if kind.part_of != column:
            table = table_of(kind.model)
            yield kind, column, select(table).where(table.c[column] == key, _is_said(table))


async def _is_pointed_at(session: AsyncSession, model: type[Record], key: UUID) -> bool:
    pointing = [exists(rows.with_only_columns(literal(1))) for _, _, rows in _pointing(model, key)]
    return bool(await session.scalar(select(or_(false(), *pointing))))


async def _blocking(session: AsyncSession, caller: Caller, model: type[Record], key: UUID) -> list[dict[str, Any]]:
    blocking: list[dict[str, Any]] = []
    for kind, column, pointing in _pointing(model, key):
        seen = pointing.where(_may_be_told(caller, kind))
        rows = (await session.execute(seen.limit(_BLOCKING_SHOWN + 1))).mappings().all()
        if rows:
            # A part has no address of its own: it is found in the record that it belongs to.
            owner = kind.points_at[kind.part_of] if kind.part_of else kind.model
            addressed = rows[:_BLOCKING_SHOWN] if owner in kinds.READS else ()  # a report has no address
            urls = list(dict.fromkeys(kinds.url(owner, row[kind.part_of or "id"]) for row in addressed))
            blocking.append({"type": kind.name, "by": column, "urls": urls, "more": len(rows) > _BLOCKING_SHOWN})
    return blocking


def _may_be_told(caller: Caller, kind: Kind) -> ColumnElement[bool]:
    """Whether a row is one that the caller may see; a part is if what it belongs to is, a report if he has sent it."""
    table = table_of(kind.model)
    if kind.is_delivery:
        return true() if caller.may("read") else table.c.actor == caller.name
    owner = kind.points_at[kind.part_of] if kind.part_of else kind.model
    rows = visibility.seen(caller, owner)
    return exists().where(rows.c.id == table.c[kind.part_of or "id"])


async def _remove_all(session: AsyncSession, model: type[Record], ids: set[UUID]) -> None:
    """Delete these and all that has no meaning without them; the depth is that of the tables, not of the rows."""
    for kind, column in _pointers(model):
        table = table_of(kind.model)
        pointing = _among(table.c[column], ids)
        if column in _LET_GO:
            await session.execute(update(table).where(pointing).values({column: None}))
        elif pointing_ids := set(await session.scalars(select(table.c.id).where(pointing))):
            await _remove_all(session, kind.model, pointing_ids)
    await session.execute(delete(table_of(model)).where(_among(table_of(model).c.id, ids)))


def _is_said(table: Table) -> ColumnElement[bool]:
    """Leave out links and steps that were only proposed by likeness: nobody has said them, and so they hold nothing."""
    if "how_known" not in table.c:
        return true()
    return not_(and_(table.c.how_known.in_(("similarity", "name")), table.c.state == "proposed"))


def _among(column: ColumnElement[Any], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Compare with one parameter, however many there are."""
    return column == any_(literal(list(ids), ARRAY(Uuid())))
