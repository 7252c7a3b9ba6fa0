"""Conditions that lists have in common, each where its parameter is given."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    Uuid,
    and_,
    any_,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from app.models import Record, Source, table_of
from app.schemas.kinds import kind_of
from app.services.access import Caller
from app.services.lists.bound import BoundParameters
from app.services.visibility import MASK, is_unprotected, seen

Rows = Select[*tuple[Any, ...]]


def equal(rows: Subquery, bound: BoundParameters, *names: str) -> list[ColumnElement[bool]]:
    """Compare each column with the parameter of the same name, where it is given."""
    return [rows.c[name] == getattr(bound, name) for name in names if getattr(bound, name) is not None]


def among(rows: Subquery, bound: BoundParameters, *names: str) -> list[ColumnElement[bool]]:
    """As `equal`, where the parameter has several values."""
    return [rows.c[name] == any_(getattr(bound, name)) for name in names if getattr(bound, name) is not None]


def pointing(rows: Subquery, bound: BoundParameters, name: str) -> list[ColumnElement[bool]]:
    """Keep what points at one of the records that the parameter of this name has, where it is given."""
    ids = getattr(bound, name)
    return [rows.c[f"{name}_id"] == any_(ids)] if ids is not None else []


def in_box(rows: Subquery, bound: BoundParameters) -> list[ColumnElement[bool]]:
    """What lies in an area; what has no point lies nowhere."""
    if bound.west is None:
        return []
    # An area may go on behind the antimeridian, on either side: the same point is there, a turn away.
    longitudes = (rows.c.longitude + turn for turn in (-360.0, 0.0, 360.0))
    return [
        rows.c.latitude.between(bound.south, bound.north),
        or_(*(longitude.between(bound.west, bound.east) for longitude in longitudes)),
    ]


def of_language(column: ColumnElement[Any], bound: BoundParameters) -> list[ColumnElement[bool]]:
    """In one of the languages, whatever its code is (`nb` of `no`)."""
    if bound.language is None:
        return []
    return [func.concat(func.lower(column), literal_column("'-'")).like(any_(bound.language))]


def by_one_of(rows: Subquery, model: type[Record], column: str, ids: ColumnElement[Any]) -> ColumnElement[bool]:
    """Keep the rows whose source is one of these, of whom the caller may know who they are.

    It is asked of the table itself, because what the caller sees is computed, and no index finds that.
    """
    stored = table_of(model).alias()
    return rows.c.id.in_(select(stored.c.id).where(stored.c[column] == any_(ids)))


def told(caller: Caller, source_ids: Rows) -> Rows:
    """Of these `id`s those of which the caller may know who they are."""
    return select(Source.id).where(Source.id == any_(as_array(source_ids)), *may_be_told(caller, Source))


def as_array(ids: Rows | CompoundSelect[Any]) -> ColumnElement[Any]:
    """As an array ids are looked up: else all rows are read where few are expected to be there."""
    return func.array(ids.scalar_subquery(), type_=ARRAY(Uuid()))


def by_source(
    caller: Caller, rows: Subquery, model: type[Record], bound: BoundParameters, parameter: str = "source"
) -> list[ColumnElement[bool]]:
    """Keep the rows of a source, be it that of a mask; or of all that bear a name."""
    conditions, column = [], f"{parameter}_id"
    ids, masks, name = (
        getattr(bound, attribute, None) for attribute in (parameter, f"masked_{parameter}", "source_name")
    )
    if name is not None:
        named = sources_named(caller, name).subquery()
        kin = told(caller, select(func.source_kin(named.c.id).label("id")))
        conditions.append(by_one_of(rows, model, column, as_array(kin)))
    if ids is not None:
        conditions.append(by_one_of(rows, model, column, ids))
    if masks is not None:
        stored = table_of(model).alias()
        masked = select(MASK.c.event_id, func.veiled(MASK.c.source_id)).where(MASK.c.id == any_(masks))
        behind = select(stored.c.id).where(tuple_(stored.c.event_id, stored.c[column]).in_(masked))
        conditions.append(rows.c.id.in_(behind))
    return [or_(*conditions)] if conditions else []


def sources_named(caller: Caller, name: ColumnElement[str] | str) -> Rows:
    """Select the sources that this caller may see under a name or alias, be it of one that was merged into them."""
    rows, bearing = seen(caller, Source), seen(caller, Source)
    bears_it = bearing.c.names.op("@>")(array([func.fold_name(name)]))
    return select(rows).where(rows.c.id == any_(as_array(select(func.source_root(bearing.c.id)).where(bears_it))))


def on_sides(caller: Caller, party: ColumnElement[str] | str | None = None) -> CTE:
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


def on_side(column: SQLColumnExpression[Any], caller: Caller, party: ColumnElement[str]) -> ColumnElement[bool]:
    """Keep what has a source on this side there.

    Its ids are found first, and made an array: so those few are looked up, before it is asked of any who may see it.
    """
    return column == any_(as_array(select(on_sides(caller, party).c.id)))


def may_be_told(caller: Caller, source: type[Source]) -> list[ColumnElement[bool]]:
    """Keep sources of which the caller may know who they are."""
    return [] if caller.may("confidential") else [is_unprotected(source)]


def words(column: ColumnElement[Any], words: ColumnElement[str]) -> ColumnElement[bool]:
    """These words as they stand, in any case."""
    return func.strpos(func.lower(column), func.lower(words)) > literal_column("0")


def span(column: ColumnElement[Any], start: Any, end: Any) -> list[ColumnElement[bool]]:
    """Keep what lies from one moment until another."""
    conditions = []
    if start is not None:
        conditions.append(column >= start)
    if end is not None:
        conditions.append(column < end)
    return conditions


def since(rows: Subquery, bound: BoundParameters) -> list[ColumnElement[bool]]:
    return [rows.c.updated_at >= bound.updated_since] if bound.updated_since is not None else []


def unmerged(rows: Subquery, bound: BoundParameters) -> list[ColumnElement[bool]]:
    return [] if bound.merged else [rows.c.merged_into.is_(None)]


def of_event(rows: Subquery, bound: BoundParameters) -> list[ColumnElement[bool]]:
    """Keep what belongs to the events that are named, and to the one whose list it is."""
    owned = [in_event(rows, bound)] if bound.owner is not None else []
    return [*pointing(rows, bound, "event"), *owned]


def in_event(rows: Subquery, bound: BoundParameters) -> ColumnElement[bool]:
    """Keep what belongs to the event whose list it is, or to one merged with it."""
    return rows.c.event_id.in_(select(func.event_kin(bound.owner)))


def ordered(query: Select[Any], rows: Subquery, model: type[Record], sort: str) -> Select[Any]:
    """Order rows as their list does. One without the time comes last, in both directions."""
    column = rows.c[kind_of(model).sorts[sort.removeprefix("-")]]
    order = (column.desc().nulls_last(), rows.c.id.desc()) if sort[0] == "-" else (column.nulls_last(), rows.c.id)
    return query.order_by(*order)
