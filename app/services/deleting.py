"""Deleting single records: refused while others point at them, or with all that has no meaning without them."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Table, Uuid, and_, any_, delete, literal, not_, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict
from app.models import (
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Base,
    Document,
    DocumentVersion,
    Record,
    Report,
    table_of,
)
from app.schemas import kinds

# Pointers that are let go when what they point at is deleted: the record still says the same without them.
_LOOSE: Final = frozenset(
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
# What has no address of its own is found in the record it belongs to, and goes with it.
_PARTS: Final[dict[type[Record], tuple[type[Record], str]]] = {
    AppearanceHop: (Appearance, "appearance_id"),
    AssessmentDocument: (Assessment, "assessment_id"),
    DocumentVersion: (Document, "document_id"),
}
_SAMPLE: Final = 20


def _pointers(model: type[Base]) -> list[tuple[type[Record], str]]:
    """List every column of every table that names a record of this one."""
    table = table_of(model)
    found = {
        (mapper.class_, key.parent.name)
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Record)
        for constraint in table_of(mapper.class_).foreign_key_constraints
        for key in constraint.elements
        if key.column.table is table and key.column.name == "id"
    }
    return sorted(found, key=lambda pair: (pair[0].__tablename__, pair[1]))


async def remove(session: AsyncSession, model: type[Record], key: UUID, *, cascade: bool) -> None:
    """Delete a record and its parts. Raises Conflict with what points at it.

    With `cascade` that is deleted first, or let go.
    """
    if not cascade and (blocking := await _blocking(session, model, key)):
        raise Conflict("Other records point at this one. `cascade=true` deletes them, too.", blocked_by=blocking)
    await _remove_all(session, model, {key})


async def _blocking(session: AsyncSession, model: type[Record], key: UUID) -> list[dict[str, Any]]:
    blocking: list[dict[str, Any]] = []
    for pointing, column in _pointers(model):
        if _PARTS.get(pointing) == (model, column):
            continue
        table = table_of(pointing)
        pointing_here = select(table).where(table.c[column] == key, _said(table)).limit(_SAMPLE + 1)
        found = (await session.execute(pointing_here)).mappings().all()
        if found:
            owner, at = _PARTS.get(pointing, (pointing, "id"))
            urls = list(dict.fromkeys(kinds.url(owner, row[at]) for row in found[:_SAMPLE] if owner is not Report))
            more = len(found) > _SAMPLE
            blocking.append({"type": pointing.__tablename__, "by": column, "urls": urls, "more": more})
    return blocking


async def _remove_all(session: AsyncSession, model: type[Record], keys: set[UUID]) -> None:
    """Delete these and all that has no meaning without them; the depth is that of the tables, not of the rows."""
    for pointing, column in _pointers(model):
        table = table_of(pointing)
        here = _among(table.c[column], keys)
        if column in _LOOSE:
            await session.execute(update(table).where(here).values({column: None}))
        elif ids := set(await session.scalars(select(table.c.id).where(here))):
            await _remove_all(session, pointing, ids)
    await session.execute(delete(table_of(model)).where(_among(table_of(model).c.id, keys)))


def _said(table: Table) -> ColumnElement[bool]:
    """Leave out links and steps that were only proposed by likeness: nobody has said them, and so they hold nothing."""
    if "how_known" not in table.c:
        return true()
    return not_(and_(table.c.how_known == "similarity", table.c.state == "proposed"))


def _among(column: ColumnElement[Any], keys: Iterable[UUID]) -> ColumnElement[bool]:
    """Compare with one parameter, however many there are."""
    return column == any_(literal(list(keys), ARRAY(Uuid())))
