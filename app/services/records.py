"""The one door to single records: read, change and merge them, and their history."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, false, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Gone, Invalid, Merged, NotFound, PreconditionFailed, PreconditionRequired
from app.models import Event, Record, Source, table_of
from app.schemas import kinds
from app.schemas.addresses import as_uuid
from app.schemas.common import RecordRead, entity_tag, names_tag
from app.services import visibility
from app.services.access import Caller

# --- reading ---------------------------------------------------------------------------------------------------------


async def get(
    session: AsyncSession, caller: Caller, model: type[Record], address: str, *, merged_itself: bool = False
) -> RecordRead:
    """Find the record at an address, as the caller may see it.

    Raises NotFound, Gone (it was deleted), or Merged (it was merged into another; not with `merged_itself`).
    """
    rows = visibility.seen(caller, model)
    key = as_uuid(address)
    if key is not None:
        here = rows.c.id == key
    elif address.startswith("ref:"):
        here = rows.c.ref == address.removeprefix("ref:")
    else:
        here = rows.c.slug == address if model is Event else false()
    row = (await session.execute(select(rows).where(here))).mappings().one_or_none()
    if row is None:
        raise await _missing(session, caller, model, address)
    found = kinds.READS[model].model_validate(row)
    into = getattr(found, "merged_into", None)
    if into is not None and not merged_itself:
        root = text(f"SELECT {model.__tablename__}_root(:id)")
        raise Merged(address, str(await session.scalar(root, {"id": found.id})))
    return found


async def _missing(session: AsyncSession, caller: Caller, model: type[Record], address: str) -> NotFound | Gone:
    """Say why there is nothing at an address; who could not have seen it learns nothing."""
    name = model.__tablename__.replace("_", " ")
    if await visibility.deleted(session, caller, [(model, address)]):
        return Gone(f"This {name} was deleted.")
    return NotFound(f"There is no {name} at this address.")


async def id_of(session: AsyncSession, caller: Caller, model: type[Record], address: str) -> UUID:
    """Find the id at an address, of a deleted record, too: for its history. Raises NotFound."""
    try:
        return (await get(session, caller, model, address, merged_itself=True)).id
    except Gone:
        return (await visibility.deleted(session, caller, [(model, address)]))[0]


def history(caller: Caller, model: type[Record], key: UUID) -> Select[*tuple[Any, ...]]:
    """Select every version of a record, for `paging.page`; what the caller may not see in it is masked."""
    record = "record"
    if hidden := _hidden(caller, model):
        members = ", ".join(f"'{name}', {shown}" for name, shown in hidden.items())
        record = f"record || jsonb_build_object({members})"
    columns = {
        "seq": "lpad(seq::text, 19, '0')",
        "id": "record_id",
        "position": "seq || '-' || substr(encode(hash, 'hex'), 1, 8)",
        **{name: name for name in ("recorded_at", "actor", "reason", "op", "version")},
        "digest": "encode(digest, 'hex')",
        "record": record,
    }
    found = select(
        *(literal_column(sql, Text() if name == "seq" else None).label(name) for name, sql in columns.items())
    )
    where = text("record_id = :key AND type = :type")
    return found.select_from(text("change")).where(where).params(key=key, type=model.__tablename__)


def _hidden(caller: Caller, model: type[Record]) -> dict[str, str]:
    """Say what a stored version shows instead of the columns that would tell too much: the same as `visibility`."""
    shown: dict[str, str] = {}
    names = table_of(model).c.keys()
    if not caller.may("confidential"):
        for name in {"source_id", "author_id"} & set(names):
            shown[name] = f"shown_source(event_id, (record->>'{name}')::uuid)"
        for name in {"publisher_id"} & set(names) | ({"parent_id", "merged_into"} if model is Source else set()):
            known = f"(SELECT NOT confidential FROM source s WHERE s.id = (record->>'{name}')::uuid)"  # noqa: S608
            shown[name] = f"CASE WHEN {known} THEN record->'{name}' END"
    if not caller.may("read") and model is Event:
        for name in ("parent_id", "merged_into"):
            shown[name] = f"CASE WHEN is_public((record->>'{name}')::uuid) THEN record->'{name}' END"
    return shown


# --- changing --------------------------------------------------------------------------------------------------------


async def held(
    session: AsyncSession,
    caller: Caller,
    model: type[Record],
    address: str,
    if_match: str | None,
    *,
    merged_itself: bool = False,
) -> RecordRead:
    """Find the record that is about to change, if it is the version that If-Match names.

    Raises as `get` does, but Conflict for a merged record; PreconditionRequired or PreconditionFailed.
    """
    try:
        found = await get(session, caller, model, address, merged_itself=merged_itself)
    except Merged as merged:
        raise Conflict(
            "This record was merged into another; change that one.", url=kinds.url(model, UUID(merged.target))
        ) from None
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the record's ETag, or *.")
    tag = entity_tag(found.model_dump_json())
    if not names_tag(if_match, tag):
        raise PreconditionFailed("The record changed since you read it.", {"ETag": tag}, etag=tag)
    return found


async def write(session: AsyncSession, model: type[Record], key: UUID, values: dict[str, Any]) -> None:
    """Change columns of one record. A null goes back to the column's default where it has one."""
    table = table_of(model)
    given = dict(values)
    for name, value in values.items():
        column = table.c[name]
        if value is None and not column.nullable:
            if column.server_default is None:
                raise Invalid.at(f"/{name.removesuffix('_id')}", "this can't be empty")
            given[name] = literal_column("DEFAULT")
    if given:
        await session.execute(update(table).where(table.c.id == key).values(given))


async def merge(session: AsyncSession, caller: Caller, model: type[Record], address: str, into: str) -> RecordRead:
    """Let a record point at the one that stays. No row moves. Again into the same: nothing. Raises Conflict."""
    merging = await get(session, caller, model, address, merged_itself=True)
    stays = await _staying(session, caller, model, into)
    if merging.id == stays.id:
        raise Conflict("A record can't be merged into itself.", url=kinds.url(model, stays.id))
    if getattr(merging, "event_id", None) != getattr(stays, "event_id", None):
        raise Conflict("Only claims of one event can be merged.", url=kinds.url(model, stays.id))
    before = getattr(merging, "merged_into", None)
    if before not in (None, stays.id):
        raise Conflict("This record was merged into another before.", url=kinds.url(model, before or stays.id))
    table = table_of(model)
    await session.execute(update(table).where(table.c.id == merging.id).values(merged_into=stays.id))
    return await get(session, caller, model, str(merging.id), merged_itself=True)


async def _staying(session: AsyncSession, caller: Caller, model: type[Record], into: str) -> RecordRead:
    """Find what the other is merged into. Raises Invalid, or Conflict if it was itself merged."""
    try:
        return await get(session, caller, model, into)
    except NotFound:
        raise Invalid.at("/into", f"there is no {model.__tablename__} {into}") from None
    except Merged as merged:
        raise Conflict("The other was itself merged.", url=kinds.url(model, UUID(merged.target))) from None
