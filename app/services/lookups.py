"""Many records by ref, id, address or slug at once: what is there, in one statement for each type."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, Text, Uuid, any_, case, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Document, DocumentVersion, Event, Record, Report, table_of
from app.schemas import kinds
from app.schemas.lookups import LookupItem, LookupRead, LookupType
from app.schemas.urls import canonical
from app.services import visibility
from app.services.access import Caller
from app.services.visibility import seen

# All that can be read by itself; and reports.
_READ: Final[list[type[Record]]] = [*kinds.READS, Report]
_MODELS: Final = {model.__tablename__: model for model in _READ if model is not DocumentVersion}
_DIGEST: Final = "digest"
_KINDS: Final[dict[str, Any]] = {"id": Uuid(), "ref": Text(), "slug": Text(), _DIGEST: LargeBinary()}

# A type, by which column it is looked for, and what stands there.
Asked = tuple[LookupType, str, Hashable]
Told = dict[str, Any]


async def find(session: AsyncSession, caller: Caller, items: Sequence[LookupItem]) -> list[LookupRead]:
    """What is known of each, in their order; what the caller may not read is not found."""
    asked: list[Asked] = [(item.record_type, *_name(item)) for item in items]
    grouped: dict[LookupType, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for type_, column, value in dict.fromkeys(asked):
        grouped[type_][column].append(value)
    known: dict[Asked, Told] = {}
    for type_, given in grouped.items():
        rows = await (_reports if type_ == "report" else _records)(session, caller, _MODELS[type_], given)
        known |= {(type_, column, row[column]): row for row in rows for column in given}
    lost = await _lost(session, caller, [one for one in dict.fromkeys(asked) if one not in known])
    return [
        LookupRead.model_validate({"type": one[0], "found": one in known, "gone": one in lost} | known.get(one, {}))
        for one in asked
    ]


def _name(item: LookupItem) -> tuple[str, Hashable]:
    """By which column it is looked for, and what stands there."""
    if item.url is not None:
        return _DIGEST, hashlib.sha256(canonical(item.url).encode()).digest()
    return next((name, value) for name in ("id", "ref", "slug") if (value := getattr(item, name)) is not None)


def _one_of(column: ColumnElement[Any], name: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Compare with one parameter, however many there are."""
    return column == any_(literal(list(values), ARRAY(_KINDS[name])))


async def _records(
    session: AsyncSession, caller: Caller, model: type[Record], given: dict[str, list[Any]]
) -> list[Told]:
    rows = seen(caller, model)
    shown: dict[str, ColumnElement[Any]] = {name: rows.c[name] for name in ("id", "ref", "version", "updated_at")}
    if model is Event:
        shown["slug"] = rows.c.slug
    if model is Document:
        read = table_of(DocumentVersion)
        latest = select(func.max(read.c.retrieved_at)).where(read.c.document_id == rows.c.id)
        shown |= {_DIGEST: func.digest_of(rows.c.canonical_url), "retrieved_at": latest.scalar_subquery()}
    if "merged_into" in rows.c:
        root = getattr(func, f"{model.__tablename__}_root")(rows.c.id)
        shown["merged_into"] = case((rows.c.merged_into.is_(None), null()), else_=root)
    here = or_(*(_one_of(shown[name], name, values) for name, values in given.items()))
    found = await session.execute(select(*(column.label(name) for name, column in shown.items())).where(here))
    return [{**row, "url": kinds.url(model, row["id"])} for row in found.mappings()]


async def _reports(
    session: AsyncSession, caller: Caller, model: type[Record], given: dict[str, list[Any]]
) -> list[Told]:
    """Reports are told to who sends them: the one that sent it last, or any that may read what is restricted."""
    if not caller.may("ingest"):
        return []
    rows = table_of(model)
    shown = select(*(rows.c[name] for name in ("id", "ref", "version", "updated_at", "sent_at", "sha256")))
    here = shown.where(or_(*(_one_of(rows.c[name], name, values) for name, values in given.items())))
    if not caller.may("read"):
        here = here.where(rows.c.actor == caller.name)
    return [{**row} for row in (await session.execute(here)).mappings()]


async def _lost(session: AsyncSession, caller: Caller, missing: Sequence[Asked]) -> set[Asked]:
    """Those of the missing that were deleted, where reading them would say so."""
    asked = [one for one in missing if one[0] != "report" and one[1] in ("id", "ref")]
    addresses = [(_MODELS[type_], f"ref:{value}" if column == "ref" else str(value)) for type_, column, value in asked]
    return {asked[nth] for nth in await visibility.deleted(session, caller, addresses)}
