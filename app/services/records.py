"""The one door to single records: read, change and merge them, and their history."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Askable, ask
from app.errors import Conflict, Gone, Invalid, Merged, NotFound, PreconditionFailed, PreconditionRequired
from app.models import Change, Record, Source, table_of
from app.schemas import addresses, kinds
from app.schemas.common import RecordRead, json_and_tag, names_tag
from app.schemas.kinds import Kind
from app.services import visibility
from app.services.access import Caller
from app.services.lists import slugs
from app.services.paging import Listing
from app.services.redaction import gone

Read = TypeVar("Read", bound=RecordRead)
_ADDRESSED = tuple(kind.model for kind in kinds.KINDS if kind.read is not None)

# --- reading ---------------------------------------------------------------------------------------------------------


async def get(
    session: Askable, caller: Caller, model: type[Record], address: str, *, merged_itself: bool = False
) -> RecordRead:
    """Find the record at an address, as the caller may see it.

    Raises NotFound, Gone (it was deleted or redacted), or Merged (it was merged into another): not with
    `merged_itself`.
    """
    row = await visibility.find(session, caller, model, address)
    if row is None:
        raise await _missing(session, caller, model, address)
    if not merged_itself:
        await _check_unmerged(session, model, address, row)
    return kinds.READS[model].model_validate(row._asdict())


class Located(NamedTuple):
    """What of a record matters to what is asked or sent under its address, None for what its kind does not have."""

    id: UUID
    created_at: datetime
    slug: str | None
    visibility: str | None
    merged_into: UUID | None
    event_id: UUID | None = None


async def locate(session: Askable, caller: Caller, model: type[Record], address: str) -> Located:
    """Find the record at an address as `get` does, without reading all of it. Raises as `get` does."""
    row = await visibility.find(session, caller, model, address, Located._fields)
    if row is None:
        raise await _missing(session, caller, model, address)
    await _check_unmerged(session, model, address, row)
    return Located(*row)


async def locate_unmerged(
    session: Askable, caller: Caller, model: type[Record], references: Iterable[str]
) -> dict[str, Located]:
    """`locate` for many at once, but without those that are not there, or were merged."""
    values_by_name: dict[str, dict[str, Any]] = {"id": {}, "ref": {}, "slug": {}}
    for reference in references:
        address = addresses.parse(reference)
        name = next((name for name in values_by_name if getattr(address, name) is not None), "")
        if name in visibility.seen_alone(caller, model).c:
            values_by_name[name][reference] = getattr(address, name)
    located: dict[str, Located] = {}
    for name, value_of in values_by_name.items():
        if value_of:
            query = _located(model, visibility.nameless(caller), name)
            rows = {row.addressed: row for row in await ask(session, query, {"values": [*value_of.values()]})}
            for reference, value in value_of.items():
                if value in rows and rows[value].merged_into is None:
                    located[reference] = Located(*rows[value][1:])
    return located


@cache
def _located(model: type[Record], caller: Caller, name: str) -> Select[Any]:
    rows = visibility.seen_alone(caller, model)
    columns = [rows.c[column] if column in rows.c else null().label(column) for column in Located._fields]
    addressed = rows.c[name]
    query = select(addressed.label("addressed"), *columns)
    query = query.where(addressed == any_(bindparam("values", None, ARRAY(addressed.type))))
    # Of several that bear one ref, the first: it comes last.
    return query.order_by(rows.c.shadow.desc()) if name == "ref" and "shadow" in rows.c else query


async def _check_unmerged(session: Askable, model: type[Record], address: str, row: Any) -> None:
    """Raises Merged."""
    if getattr(row, "merged_into", None) is not None:
        raise Merged(address, str((await ask(session, _root(model), {"id": row.id}))[0][0]))


@cache
def _root(model: type[Record]) -> Select[Any]:
    return select(visibility.merge_root(kinds.kind_of(model).name, bindparam("id", None, Uuid())))


async def get_written(
    session: AsyncSession,
    caller: Caller,
    model: type[Record],
    is_own_by_id: Mapping[UUID, bool],
    inserted: Mapping[UUID, Any] = MappingProxyType({}),
) -> dict[UUID, RecordRead]:
    """Records that the caller has just written, also those that he may not see now: hidden, or cited by nothing public.

    Then all of one is what the caller said. `is_own_by_id`: false where it was there before; then only what is never
    empty is told, as a mask does. Of an event that is its title: so it raises NotFound. `inserted`: rows as they are
    stored, with the ledger's `redactions`; those that are shown so are not asked for again.
    """
    seeing = visibility.nameless(caller)
    rows = {
        id_: {name: value for name, value in row._asdict().items() if name != "redactions"}
        for id_, row in inserted.items()
        if is_own_by_id.get(id_) and _is_shown_whole(seeing, model, row)
    }
    # Of what is new nobody but who sent it knows: no need to ask what is shown of it.
    if ids_before := [id_ for id_, is_own in is_own_by_id.items() if not is_own]:
        rows |= {row.id: row._asdict() for row in await ask(session, _these(model, seeing), {"ids": ids_before})}
    if unseen_ids := [id_ for id_ in is_own_by_id if id_ not in rows]:
        for row in await ask(session, _these_written(model, seeing), {"ids": unseen_ids}):
            rows[row.id] = row._asdict() if is_own_by_id[row.id] else _masked_row(model, row._asdict())
    return {id_: kinds.READS[model].model_validate(row) for id_, row in rows.items()}


def _is_shown_whole(caller: Caller, model: type[Record], row: Any) -> bool:
    """Whether what is stored is shown as it is to this caller, who has just written it."""
    kind = kinds.kind_of(model)
    may_be_hidden = kind.points_at if row.redactions else visibility.withheld(caller, kind)
    return model not in visibility.PARTS and all(getattr(row, name) is None for name in may_be_hidden)


def _masked_row(model: type[Record], row: dict[str, Any]) -> dict[str, Any]:
    if "visibility" in table_of(model).c:
        raise NotFound(f"There is no {kinds.kind_of(model).words} at this address.")
    row |= {column.name: None for column in table_of(model).columns if column.nullable and column.name in row}
    return row | {name: type(value)() for name, value in row.items() if isinstance(value, dict | list)}


@cache
def _these(model: type[Record], caller: Caller) -> Select[Any]:
    return _with_ids(visibility.seen_alone(caller, model))


@cache
def _these_written(model: type[Record], caller: Caller) -> Select[Any]:
    return _with_ids(visibility.written(caller, model))


def _with_ids(rows: Subquery) -> Select[Any]:
    return select(*rows.c).where(_is_one_of(rows.c.id, "ids"))


def _is_one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column == any_(bindparam(name, None, ARRAY(Uuid())))


async def among_seen(
    session: AsyncSession, caller: Caller, model: type[Record], ids: Iterable[UUID], *, name: str = "id"
) -> dict[UUID, Any]:
    """Those of these records that the caller may see, by their ids each with one of its columns."""
    query = _among(model, visibility.nameless(caller), name)
    return {row.id: row[1] for row in await ask(session, query, {"ids": list(ids)})}


async def among_all_seen(
    session: AsyncSession, caller: Caller, ids_by_model: Mapping[type[Record], Collection[UUID]]
) -> set[UUID]:
    """Those of these records that the caller may see; of what has no address of its own, none."""
    ids_of = {model: list(ids) for model, ids in ids_by_model.items() if ids and model in _ADDRESSED}
    if len(ids_of) == 1:
        return {*await among_seen(session, caller, *next(iter(ids_of.items())))}
    if not ids_of:
        return set()
    ids_by_table = {model.__tablename__: ids_of.get(model, []) for model in _ADDRESSED}
    return {row.id for row in await ask(session, _among_all(visibility.nameless(caller)), ids_by_table)}


@cache
def _among(model: type[Record], caller: Caller, name: str) -> Select[Any]:
    rows = visibility.seen_alone(caller, model)
    return select(rows.c.id, rows.c[name].label("shown")).where(_is_one_of(rows.c.id, "ids"))


@cache
def _among_all(caller: Caller) -> CompoundSelect[Any]:
    """One for whatever is asked: a statement for each choice of kinds would be planned each by itself."""
    tables = [(model.__tablename__, visibility.seen_alone(caller, model)) for model in _ADDRESSED]
    return union_all(*(select(rows.c.id).where(_is_one_of(rows.c.id, name)) for name, rows in tables))


async def get_as(session: AsyncSession, caller: Caller, read: type[Read], address: str) -> Read:
    """`get` for those who need to know what the record is read as. Raises as `get` does."""
    record = await get(session, caller, kinds.read_as(read).model, address)
    if not isinstance(record, read):
        raise TypeError
    return record


async def _missing(session: Askable, caller: Caller, model: type[Record], address: str) -> NotFound | Gone:
    """Gone or NotFound: who could not have seen what was deleted is told NotFound."""
    words = kinds.kind_of(model).words
    if lost := await gone.find(session, caller, [(model, address)]):
        return Gone(f"This {words} was {lost[0]}.")
    meant = (
        await slugs.did_you_mean(session, caller, addresses.parse(address).slug) if "slug" in table_of(model).c else ""
    )
    return NotFound(f"There is no {words} at this address{meant or '.'}")


async def id_of(session: AsyncSession, caller: Caller, model: type[Record], address: str) -> UUID:
    """Find the id at an address, of a record that is gone, too: for its history. Raises NotFound."""
    try:
        return (await get(session, caller, model, address, merged_itself=True)).id
    except Gone:
        return (await gone.find(session, caller, [(model, address)]))[0].id


def history(caller: Caller, model: type[Record], key: UUID) -> Listing:
    """Every version of a record; what the caller may not see in it is masked."""
    kind = kinds.kind_of(model)
    versions = select(
        # A number with nineteen digits sorts as text, too: cursors hold it as they do any other order.
        func.lpad(cast(Change.seq, Text), 19, "0", type_=Text()).label("seq"),
        Change.record_id.label("id"),
        func.concat(Change.seq, "-", func.left(func.encode(Change.hash, "hex"), 8)).label("position"),
        *(Change.recorded_at, Change.op, Change.version),
        *shown_writer(caller),
        func.encode(Change.digest, "hex").label("digest"),
        shown_version(caller, kind).label("record"),
    ).where(Change.record_id == bindparam("owner", type_=Uuid()), Change.type == kind.name)
    return Listing(versions, {"owner": key})


def shown_version(caller: Caller, kind: Kind) -> ColumnElement[Any]:
    """The SQL of what a change made of a record that the caller may see; what he may not see in it is masked."""
    record: ColumnElement[Any] = table_of(Change).c.record
    if masks := {name: _masked(kind, name, may_tell) for name, may_tell in visibility.withheld_ever(caller, kind)}:
        members = func.jsonb_build_object(*(part for name, mask in masks.items() for part in (name, mask)))
        record = record.op("||")(members)
    return record


def shown_writer(caller: Caller) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The SQL of `actor` and `reason`: who made a change, by which key, and why.

    That is told to who may edit; to others a key has another name in each event.
    """
    change = table_of(Change).c
    if names_keys(caller):
        return change.actor, change.reason
    pseudonym = func.pseudonym(func.coalesce(change.event_id, change.record_id), change.actor)
    return pseudonym.label("actor"), null().label("reason")


def names_keys(caller: Caller) -> bool:
    """Whether a caller is told the names of keys, and the reasons for changes."""
    return caller.may("edit") or caller.may("admin")


def _masked(kind: Kind, name: str, may_tell: visibility.MayTell) -> ColumnElement[Any]:
    """The SQL that hides an id in a stored version of a record, by the rule that `visibility` has for records."""
    id_ = cast(Change.record[name].astext, Uuid)
    source_columns = kind.pointers_to(Source) if kind.in_event else ()
    if name in source_columns:  # it stands there under a mask
        return case((may_tell(id_), id_), else_=func.nullif(func.shown_source(Change.event_id, id_), id_))
    return case((may_tell(id_), id_), else_=null())


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
        record = await get(session, caller, model, address, merged_itself=merged_itself)
    except Merged as merged:
        raise Conflict(
            "This record was merged into another; change that one.", url=kinds.url(model, UUID(merged.target))
        ) from None
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the record's ETag, or *.")
    tag = json_and_tag(record)[1]
    if not names_tag(if_match, tag):
        raise PreconditionFailed("The record changed since you read it.", {"ETag": tag}, etag=tag)
    return record


async def write(session: AsyncSession, model: type[Record], key: UUID, values: dict[str, Any]) -> None:
    """Change columns of one record. A null goes back to the column's default where it has one."""
    table = table_of(model)
    stored = dict(values)
    for name, value in values.items():
        column = table.c[name]
        if value is None and not column.nullable:
            if column.server_default is None:
                raise Invalid.at(f"/{name.removesuffix('_id')}", "this can't be empty")
            stored[name] = literal_column("DEFAULT")
    if stored:
        await session.execute(update(table).where(table.c.id == key).values(stored))


async def merge(session: AsyncSession, caller: Caller, model: type[Record], address: str, into: str) -> RecordRead:
    """Set `merged_into`. No row moves; merging into the same record again does nothing. Raises Conflict."""
    merging = await get(session, caller, model, address, merged_itself=True)
    target = await _staying(session, caller, model, into)
    if merging.id == target.id:
        raise Conflict("A record can't be merged into itself.", url=kinds.url(model, target.id))
    if getattr(merging, "event_id", None) != getattr(target, "event_id", None):
        raise Conflict("Only claims of one event can be merged.", url=kinds.url(model, target.id))
    table = table_of(model)
    before = await session.scalar(select(table.c.merged_into).where(table.c.id == merging.id))
    if before not in (None, target.id):
        visible_id = getattr(merging, "merged_into", None)
        members: dict[str, Any] = {"url": kinds.url(model, visible_id)} if visible_id is not None else {}
        raise Conflict("This record was merged into another before.", **members)
    await session.execute(update(table).where(table.c.id == merging.id).values(merged_into=target.id))
    return await get(session, caller, model, str(merging.id), merged_itself=True)


async def _staying(session: AsyncSession, caller: Caller, model: type[Record], into: str) -> RecordRead:
    """Find what the other is merged into. Raises Invalid, or Conflict if it was itself merged."""
    try:
        return await get(session, caller, model, into)
    except NotFound:
        raise Invalid.at("/into", f"there is no {kinds.kind_of(model).name} {into}") from None
    except Merged as merged:
        raise Conflict("The other was itself merged.", url=kinds.url(model, UUID(merged.target))) from None
