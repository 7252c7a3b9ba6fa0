"""Many records by ref, id, address or slug at once: what is there, in one statement for each type."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, LargeBinary, Text, Uuid, any_, case, func, literal, null, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import DocumentVersion, table_of
from app.schemas import kinds
from app.schemas.kinds import Kind
from app.schemas.lookups import LookupItem, LookupRead, LookupType
from app.schemas.pages import page_keys
from app.services import visibility
from app.services.access import Caller
from app.services.records import names_keys
from app.services.redaction import gone
from app.services.redaction.gone import GoneRecord
from app.services.visibility import seen_alone

_DIGEST: Final = "digest"
_SQL_TYPES: Final[dict[str, Any]] = {"id": Uuid(), "ref": Text(), "slug": Text(), _DIGEST: LargeBinary()}

# A type, by which column a record of it is looked for, and the value there.
LookupKey: TypeAlias = tuple[LookupType, str, Hashable]
RecordHit: TypeAlias = dict[str, Any]
# By column, all values that are looked for there.
Values: TypeAlias = dict[str, list[Any]]


async def find(session: AsyncSession, caller: Caller, lookups: Sequence[LookupItem]) -> list[LookupRead]:
    """Look each record up, in the order given. A record that the caller may not read is not found."""
    keys: list[LookupKey] = [(lookup.record_type, *_column(lookup)) for lookup in lookups]
    values_by_type: dict[LookupType, Values] = defaultdict(lambda: defaultdict(list))
    for type_, column, value in dict.fromkeys(keys):
        values_by_type[type_][column].append(value)
    fields_by_key: dict[LookupKey, RecordHit] = {}
    for type_, values in values_by_type.items():
        kind = kinds.named(type_)
        # A report is not read as a record: it has no address, and rules of its own about who sees it.
        rows = await (_records if kind.read is not None else _reports)(session, caller, kind, values)
        fields_by_key |= {(type_, column, row[column]): row for row in rows for column in values}
    missing_urls = {key: lookup.url for key, lookup in zip(keys, lookups, strict=True) if key not in fields_by_key}
    gone_by_key = await _gone(session, caller, missing_urls)
    return [
        LookupRead.model_validate(
            {"type": key[0], "found": key in fields_by_key} | _gone_words(key, gone_by_key) | fields_by_key.get(key, {})
        )
        for key in keys
    ]


def _column(lookup: LookupItem) -> tuple[str, Hashable]:
    """The column by which the record is looked for, and the value there."""
    if lookup.url is not None:
        return _DIGEST, hashlib.sha256(page_keys.key(lookup.url).encode()).digest()
    return next((name, value) for name in ("id", "ref", "slug") if (value := getattr(lookup, name)) is not None)


def _any_of(column: ColumnElement[Any], name: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Compare with one parameter, however many there are."""
    return column == any_(literal(list(values), ARRAY(_SQL_TYPES[name])))


async def _records(session: AsyncSession, caller: Caller, kind: Kind, values: Values) -> list[RecordHit]:
    rows = seen_alone(caller, kind.model)
    columns: dict[str, ColumnElement[Any]] = {name: rows.c[name] for name in ("id", "ref", "version", "updated_at")}
    if "slug" in rows.c:
        columns["slug"] = rows.c.slug
    if "page_key" in rows.c:
        version = table_of(DocumentVersion)
        latest = select(func.max(version.c.retrieved_at)).where(version.c.document_id == rows.c.id)
        columns |= {_DIGEST: func.digest_of(rows.c.page_key), "retrieved_at": latest.scalar_subquery()}
    if kind.mergeable:
        root = visibility.merge_root(kind.name, rows.c.id)
        columns["merged_into"] = case((rows.c.merged_into.is_(None), null()), else_=root)
    fitting = or_(*(_any_of(columns[name], name, some_values) for name, some_values in values.items()))
    query = select(*(column.label(name) for name, column in columns.items())).where(fitting)
    if _DIGEST in values:  # of two documents of one page, the older one comes last, and so is the answer
        query = query.order_by(rows.c.created_at.desc(), rows.c.id.desc())
    elif "shadow" in rows.c:  # of several that bear one ref, the first is the answer
        query = query.order_by(rows.c.shadow.desc())
    return [{**row, "url": kinds.url(kind.model, row["id"])} for row in (await session.execute(query)).mappings()]


async def _reports(session: AsyncSession, caller: Caller, kind: Kind, values: Values) -> list[RecordHit]:
    """Reports are shown to who sends them: the one that sent it last, or any that may read what is restricted."""
    if not caller.may("ingest"):
        return []
    rows = table_of(kind.model)
    columns = [rows.c[name] for name in ("id", "ref", "version", "updated_at", "sent_at", "sha256")]
    is_told = true() if names_keys(caller) else rows.c.actor == caller.name
    query = select(*columns, case((is_told, rows.c.actor), else_=null()).label("owner"))
    query = query.where(or_(*(_any_of(rows.c[name], name, some_values) for name, some_values in values.items())))
    if not caller.may("read"):
        query = query.where(rows.c.actor == caller.name)
    return [{**row} for row in (await session.execute(query)).mappings()]


async def _gone(
    session: AsyncSession, caller: Caller, urls_by_key: Mapping[LookupKey, str | None]
) -> dict[LookupKey, GoneRecord]:
    """What was deleted, as far as reading it would answer 410, or redacted. With each key its URL, if it is one."""
    by_address = [
        key for key in urls_by_key if kinds.named(key[0]).read is not None and key[1] in ("id", "ref", "slug")
    ]
    named = [
        (kinds.named(type_).model, f"ref:{value}" if column == "ref" else str(value))
        for type_, column, value in by_address
    ]
    by_page = {key: page_keys.key(url) for key, url in urls_by_key.items() if url is not None}
    gone_records = await gone.find(session, caller, named, list(by_page.values()))
    keys = [*by_address, *by_page]
    return {keys[nth]: gone_record for nth, gone_record in gone_records.items()}


def _gone_words(key: LookupKey, gone_by_key: Mapping[LookupKey, GoneRecord]) -> dict[str, bool]:
    return {"gone": key in gone_by_key, "redacted": key in gone_by_key and gone_by_key[key].is_redacted}
