"""Conditions that lists have in common, each where its parameter is given."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from app import times
from app.models import (
    Event,
    Question,
    Record,
    Source,
    table_of,
)
from app.schemas import addresses
from app.schemas.forms import boxes
from app.schemas.kinds import kind_of
from app.services.access import Caller
from app.services.visibility import MASK, at, is_unprotected, seen
from app.texts import countries, languages

Rows = Select[*tuple[Any, ...]]


def equal(rows: Subquery, query: Any, *names: str) -> list[ColumnElement[bool]]:
    """Compare each column with the parameter of the same name, where it is given."""
    return [rows.c[name] == getattr(query, name) for name in names if getattr(query, name) is not None]


def among(rows: Subquery, query: Any, *names: str) -> list[ColumnElement[bool]]:
    """As `equal`, where the parameter has one word of a closed list, or several with commas."""
    given = {name: getattr(query, name) for name in names if getattr(query, name) is not None}
    return [rows.c[name].in_(words.split(",")) for name, words in given.items()]


def of_country(rows: Subquery, code: str | None) -> list[ColumnElement[bool]]:
    """Under any code that the country was stored with."""
    return [rows.c.country.in_(countries.spellings(code))] if code is not None else []


def in_box(rows: Subquery, bbox: str | None) -> list[ColumnElement[bool]]:
    """What lies in an area; what has no point lies nowhere."""
    if bbox is None:
        return []
    west, south, east, north = boxes.read(bbox)
    # An area may go on behind the antimeridian, on either side: the same point is there, a turn away.
    longitudes = (rows.c.longitude + turn for turn in (-360.0, 0.0, 360.0))
    return [
        rows.c.latitude.between(south, north),
        or_(*(longitude.between(west, east) for longitude in longitudes)),
    ]


def of_language(column: ColumnElement[Any], tags: str | None) -> list[ColumnElement[bool]]:
    """In one of these languages, whatever its code is (`nb` of `no`); with a region or script, only what has that, too.

    `tags`: with commas.
    """
    return [] if tags is None else [or_(*(_is_in_language(column, tag) for tag in tags.split(",")))]


def _is_in_language(column: ColumnElement[Any], tag: str) -> ColumnElement[bool]:
    stored, (_, _, subtags) = func.lower(column), tag.lower().partition("-")
    in_language: ColumnElement[bool] = func.split_part(stored, "-", 1).in_(languages.codes(tag))
    if not subtags:
        return in_language
    stored_subtags = func.substring(stored, "-(.*)")
    begins_so = stored_subtags.startswith(f"{subtags}-", autoescape=True)
    return and_(in_language, or_(stored_subtags == subtags, begins_so))


def ids_at(caller: Caller, model: type[Record], address: str) -> Rows:
    """Select the ids of the record at an address and of those merged with it; of a masked source that id alone."""
    rows, kind = seen(caller, model), kind_of(model)
    if not kind.mergeable:
        return select(rows.c.id).where(at(rows, address))
    kin = select(getattr(func, f"{kind.name}_kin")(rows.c.id)).where(at(rows, address))
    id_ = addresses.parse(address).id
    return kin if id_ is None else kin.union_all(select(literal(id_)))  # type: ignore[return-value]


def events_at(caller: Caller, address: str) -> Rows:
    """Select the ids of the event at an address and of those merged with it, as far as the caller may see one there."""
    return ids_at(caller, Event, address)


def questions_at(caller: Caller, address: str) -> Rows:
    """Select the id of the question at an address, as far as the caller may see one there."""
    return ids_at(caller, Question, address)


def by_one_of(
    caller: Caller, rows: Subquery, model: type[Record], column: str, sources_wanted: Rows
) -> ColumnElement[bool]:
    """Keep the rows whose source is one of these: not confidential, where the caller may not see who is.

    It is asked of the table itself, because what the caller sees is computed, and no index finds that.
    """
    stored = table_of(model).alias()
    real = select(Source.id).where(_is_one_of(Source.id, sources_wanted), *may_be_told(caller, Source))
    return rows.c.id.in_(select(stored.c.id).where(_is_one_of(stored.c[column], real)))


def _is_one_of(column: Any, ids: Rows) -> ColumnElement[bool]:
    """Keep the rows with one of these ids. As an array: else all rows are read where few are expected to be there."""
    listed: ColumnElement[Any] = func.array(ids.scalar_subquery(), type_=ARRAY(Uuid()))
    return column == any_(listed)  # type: ignore[no-any-return]


def by_source(caller: Caller, rows: Subquery, model: type[Record], column: str, address: str) -> ColumnElement[bool]:
    """Keep the rows of the source at an address, be it that of a mask; or of all that bear a name."""
    if addresses.is_name(address):
        named = sources_named(caller, address).subquery()
        kin = select(func.source_kin(named.c.id))
        return by_one_of(caller, rows, model, column, kin)
    by_itself = by_one_of(caller, rows, model, column, ids_at(caller, Source, address))
    mask_id = addresses.parse(address).id
    if caller.may("confidential") or mask_id is None:
        return by_itself
    stored = table_of(model).alias()
    masked = select(MASK.c.event_id, func.veiled(MASK.c.source_id)).where(MASK.c.id == mask_id)
    behind = select(stored.c.id).where(tuple_(stored.c.event_id, stored.c[column]).in_(masked))
    return or_(by_itself, rows.c.id.in_(behind))


def sources_named(caller: Caller, name: str) -> Rows:
    """Select the sources that this caller may see under a name or alias, be it of one that was merged into them."""
    rows, bearing = seen(caller, Source), seen(caller, Source)
    bears_it = bearing.c.names.op("@>")(array([func.fold_name(name)]))
    return select(rows).where(rows.c.id.in_(select(func.source_root(bearing.c.id)).where(bears_it)))


def on_sides(caller: Caller, party: str | None = None) -> CTE:
    """Select the sources that are on a side, or on this one, each by `id` with its `party`: own, or its nearest body's.

    As far as the caller may see whom it has that from. It goes from the bodies down, where indexes find who belongs to
    them, and who was merged into them.
    """
    bearer, below = aliased(Source), aliased(Source)
    bears_it = bearer.party.is_not(None) if party is None else bearer.party == party
    side = select(bearer.id, bearer.party).where(bears_it, bearer.merged_into.is_(None), *may_be_told(caller, bearer))
    sides = side.cte(recursive=True)
    belongs = and_(below.parent_id == sides.c.id, below.party.is_(None), below.merged_into.is_(None))
    on_it = select(below.id, sides.c.party).where(
        or_(belongs, below.merged_into == sides.c.id), *may_be_told(caller, below)
    )
    return sides.union(on_it)


def on_side(column: SQLColumnExpression[Any], caller: Caller, party: str) -> ColumnElement[bool]:
    """Keep what has a source on this side there.

    Its ids are found first, and made an array: so those few are looked up, before it is asked of any who may see it.
    """
    ids = func.array(select(on_sides(caller, party).c.id).scalar_subquery(), type_=ARRAY(Uuid()))
    return column == any_(ids)


def may_be_told(caller: Caller, source: type[Source]) -> list[ColumnElement[bool]]:
    """Keep sources of which the caller may know who they are."""
    return [] if caller.may("confidential") else [is_unprotected(source)]


def words(column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    return column.icontains(words, autoescape=True)


def span(column: ColumnElement[Any], since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    """Keep what lies from the beginning of one coarse time until the end of another."""
    conditions = []
    if since is not None:
        conditions.append(column >= times.span(since).start)
    if until is not None:
        conditions.append(column < times.span(until).end)
    return conditions


def since(rows: Subquery, query: Any) -> list[ColumnElement[bool]]:
    return [rows.c.updated_at >= query.updated_since] if query.updated_since is not None else []


def unmerged(rows: Subquery, query: Any) -> list[ColumnElement[bool]]:
    return [] if query.merged else [rows.c.merged_into.is_(None)]


def of_event(rows: Subquery, query: Any, caller: Caller) -> list[ColumnElement[bool]]:
    """`query.event`: an address, or several with commas."""
    if not query.event:
        return []
    event_ids = [ids_at(caller, Event, address) for address in query.event.split(",")]
    return [or_(*(rows.c.event_id.in_(ids) for ids in event_ids))]


@lru_cache(maxsize=20)
def within(selected: Rows) -> Rows:
    """Keep what belongs to the event `owner`, a parameter, or to one merged with it: for the pages of its lists."""
    event = bindparam("owner", None, Uuid())
    return selected.where(selected.selected_columns["event_id"].in_(select(func.event_kin(event))))


def ordered(query: Select[Any], rows: Subquery, model: type[Record], sort: str) -> Select[Any]:
    """Order rows as their list does. One without the time comes last, in both directions."""
    column = rows.c[kind_of(model).sorts[sort.removeprefix("-")]]
    order = (column.desc().nulls_last(), rows.c.id.desc()) if sort[0] == "-" else (column.nulls_last(), rows.c.id)
    return query.order_by(*order)
