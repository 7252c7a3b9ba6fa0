"""The one door to single records: read, change, merge, take back, delete, and their history."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, literal_column, select, text, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Gone, Invalid, Merged, NotFound, PreconditionFailed, PreconditionRequired
from app.models import (
    table_of,
    Appearance,
    Assessment,
    Base,
    Claim,
    ClaimLink,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    EventLink,
    Question,
    Record,
    Source,
    Statement,
)
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.common import RecordRead, etag
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead
from app.services import visibility
from app.services.access import Caller
from app.services.references import PATHS, as_uuid

READS: Final[dict[type[Record], type[RecordRead]]] = {
    Source: SourceRead,
    Document: DocumentRead,
    DocumentVersion: VersionRead,
    DocumentLink: DocumentLinkRead,
    Event: EventRead,
    EventLink: EventLinkRead,
    Question: QuestionRead,
    Claim: ClaimRead,
    ClaimLink: ClaimLinkRead,
    Statement: StatementRead,
    Appearance: AppearanceRead,
    Assessment: AssessmentRead,
}


def path(model: type[Record], key: UUID) -> str:
    """Where a record is found."""
    return f"/v1/{PATHS[model]}/{key}"


# --- reading -----------------------------------------------------------------------------------------------------------


async def get(
    session: AsyncSession, caller: Caller, model: type[Record], address: str, *, merged_itself: bool = False
) -> RecordRead:
    """The record at an address, as the caller may see it.

    Raises NotFound, Gone (it was deleted), or Merged (it was merged into another; not with `merged_itself`).
    """
    rows = visibility.seen(caller, model)
    key = as_uuid(address)
    if key is not None:
        here = rows.c.id == key
    elif address.startswith("ref:"):
        here = rows.c.ref == address.removeprefix("ref:")
    else:
        here = rows.c.slug == address
    row = (await session.execute(select(rows).where(here))).mappings().one_or_none()
    if row is None:
        raise await _missing(session, caller, model, address)
    found = READS[model].model_validate(row)
    into = getattr(found, "merged_into", None)
    if into is not None and not merged_itself:
        raise Merged(address, str(await session.scalar(text(f"SELECT {model.__tablename__}_root(:id)"), {"id": found.id})))
    return found


async def _missing(session: AsyncSession, caller: Caller, model: type[Record], address: str) -> NotFound | Gone:
    """Why there is nothing at an address; who could not have seen it learns nothing."""
    last = await _last(session, model, address)
    if last is not None and last.op == "delete" and await _could_see(session, caller, last):
        return Gone(f"This {model.__tablename__.replace('_', ' ')} was deleted.")
    return NotFound(f"There is no {model.__tablename__.replace('_', ' ')} at this address.")


async def _last(session: AsyncSession, model: type[Record], address: str) -> Any:
    key = as_uuid(address)
    where = "record_id = :key" if key is not None else "op = 'delete' AND record->>'ref' = :key"
    if key is None and not address.startswith("ref:"):
        return None
    query = text(f"SELECT * FROM change WHERE type = :type AND {where} ORDER BY seq DESC LIMIT 1")  # noqa: S608
    given = {"type": model.__tablename__, "key": key or address.removeprefix("ref:")}
    return (await session.execute(query, given)).one_or_none()


async def _could_see(session: AsyncSession, caller: Caller, last: Any) -> bool:
    if caller.may("read"):
        return not (last.record or {}).get("confidential") or caller.may("confidential")
    if last.type == "event":
        return (last.record or {}).get("visibility") == "public"
    public = text("SELECT coalesce(is_public(:event), false)")
    return last.event_id is not None and bool(await session.scalar(public, {"event": last.event_id}))


async def id_of(session: AsyncSession, caller: Caller, model: type[Record], address: str) -> UUID:
    """The id at an address, of a deleted record, too: for its history. Raises NotFound."""
    try:
        return (await get(session, caller, model, address, merged_itself=True)).id
    except Gone:
        return UUID(str((await _last(session, model, address)).record_id))


def history(caller: Caller, model: type[Record], key: UUID) -> Select[*tuple[Any, ...]]:
    """Every version of a record, for `paging.page`; confidential sources in it are masked."""
    record = "record"
    if not caller.may("confidential"):
        for column in ("source_id", "author_id"):
            if column in table_of(model).columns:
                record = (
                    f"jsonb_set({record}, '{{{column}}}', coalesce(to_jsonb(shown_source(event_id, (record->>'{column}')::uuid)), 'null'))"
                )
        for column in ("publisher_id", "parent_id"):
            if column in table_of(model).columns and model is not Event:
                hidden = f"(SELECT s.confidential FROM source s WHERE s.id = (record->>'{column}')::uuid)"
                record = f"CASE WHEN {hidden} THEN jsonb_set({record}, '{{{column}}}', 'null') ELSE {record} END"
    return select(
        literal_column("lpad(seq::text, 19, '0')", type_=Text()).label("seq"),
        literal_column("record_id").label("id"),
        literal_column("seq || '-' || substr(encode(hash, 'hex'), 1, 8)").label("position"),
        *(literal_column(name).label(name) for name in ("recorded_at", "actor", "reason", "op", "version")),
        literal_column("encode(digest, 'hex')").label("digest"),
        literal_column(record).label("record"),
    ).select_from(text("change")).where(text("record_id = :key AND type = :type")).params(key=key, type=model.__tablename__)


# --- changing ----------------------------------------------------------------------------------------------------------


async def held(
    session: AsyncSession,
    caller: Caller,
    model: type[Record],
    address: str,
    if_match: str | None,
    *,
    merged_itself: bool = False,
) -> RecordRead:
    """The record that is about to change, if it is the version that If-Match names.

    Raises as `get` does, but Conflict for a merged record; PreconditionRequired or PreconditionFailed.
    """
    try:
        found = await get(session, caller, model, address, merged_itself=merged_itself)
    except Merged as merged:
        raise Conflict(
            "This record was merged into another; change that one.", url=path(model, UUID(merged.target))
        ) from None
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the record's ETag, or *.")
    now = etag(found)
    if if_match.strip() != "*" and now not in {tag.strip().removeprefix("W/") for tag in if_match.split(",")}:
        raise PreconditionFailed("The record changed since you read it.", {"ETag": now}, etag=now)
    return found


async def write(session: AsyncSession, model: type[Record], key: UUID, values: dict[str, Any]) -> None:
    """Change columns of one record. A null goes back to the column's default where it has one."""
    table = table_of(model)
    given = {
        name: literal_column("DEFAULT") if value is None and not table.c[name].nullable and table.c[name].server_default is not None else value
        for name, value in values.items()
    }
    for name, value in values.items():
        if value is None and not table.c[name].nullable and table.c[name].server_default is None:
            raise Invalid.at(f"/{name.removesuffix('_id')}", "this can't be empty")
    if given:
        await session.execute(update(table).where(table.c.id == key).values(given))


async def merge(session: AsyncSession, caller: Caller, model: type[Record], address: str, into: str) -> RecordRead:
    """Let a record point at the one that stays. No row moves. Again into the same: nothing. Raises Conflict."""
    merging = await get(session, caller, model, address, merged_itself=True)
    stays = await _staying(session, caller, model, into)
    if merging.id == stays.id:
        raise Conflict("A record can't be merged into itself.", url=path(model, stays.id))
    if getattr(merging, "event_id", None) != getattr(stays, "event_id", None):
        raise Conflict("Only claims of one event can be merged.", url=path(model, stays.id))
    before = getattr(merging, "merged_into", None)
    if before not in (None, stays.id):
        raise Conflict("This record was merged into another before.", url=path(model, before or stays.id))
    table = table_of(model)
    await session.execute(update(table).where(table.c.id == merging.id).values(merged_into=stays.id))
    return await get(session, caller, model, str(merging.id), merged_itself=True)


async def _staying(session: AsyncSession, caller: Caller, model: type[Record], into: str) -> RecordRead:
    try:
        return await get(session, caller, model, into)
    except NotFound:
        raise Invalid.at("/into", f"there is no {model.__tablename__} {into}") from None
    except Merged as merged:
        raise Conflict("The other was itself merged.", url=path(model, UUID(merged.target))) from None


# --- deleting ----------------------------------------------------------------------------------------------------------

# Pointers that are let go when what they point at is deleted: the record still says the same without them.
_LOOSE: Final = {
    "parent_id", "publisher_id", "merged_into", "of_id", "supersedes_id", "version_id", "report_id", "withdrawn_document_id",
}  # fmt: skip
_SAMPLE: Final = 20


def _pointers(model: type[Base]) -> list[tuple[type[Record], str]]:
    """Every column of every table that names a record of this one."""
    table = table_of(model)
    found = []
    for mapper in Base.registry.mappers:
        for constraint in mapper.local_table.foreign_key_constraints:  # type: ignore[attr-defined]
            for key in constraint.elements:
                if key.column.table is table and key.column.name == "id":
                    found.append((mapper.class_, key.parent.name))
    return sorted(found, key=lambda pair: (pair[0].__tablename__, pair[1]))


async def remove(session: AsyncSession, model: type[Record], key: UUID, *, cascade: bool) -> None:
    """Delete a record. Raises Conflict with what points at it; with `cascade` that is deleted first, or let go."""
    if cascade:
        await _remove_all(session, model, {key})
        return
    blocking = []
    for pointing, column in _pointers(model):
        table = table_of(pointing)
        query = select(table.c.id).where(table.c[column] == key).limit(_SAMPLE + 1)
        if found := list(await session.scalars(query)):
            urls = [path(pointing, one) for one in found[:_SAMPLE]] if pointing in READS else []
            blocking.append({"type": pointing.__tablename__, "by": column, "urls": urls, "more": len(found) > _SAMPLE})
    if blocking:
        raise Conflict("Other records point at this one. `cascade=true` deletes them, too.", blocked_by=blocking)
    await session.execute(sql_delete(model).where(table_of(model).c.id == key))


async def _remove_all(session: AsyncSession, model: type[Record], keys: set[UUID]) -> None:
    """These records and all that has no meaning without them; the depth is that of the tables, not of the rows."""
    for pointing, column in _pointers(model):
        table = table_of(pointing)
        if column in _LOOSE:
            await session.execute(update(table).where(table.c[column].in_(keys)).values({column: None}))
            continue
        ids = set(await session.scalars(select(table.c.id).where(table.c[column].in_(keys))))
        if ids:
            await _remove_all(session, pointing, ids)
    await session.execute(sql_delete(model).where(table_of(model).c.id.in_(keys)))


