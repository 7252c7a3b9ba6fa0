"""What a caller may see of each table: the one masked select that every list, filter, order and look-up runs on.

A restricted event is not there for callers without the scope `read`. A confidential source is, for callers without the
scope `confidential`, a kind and a disclosure under an id of its own in each event, with all that was merged into it.
What was redacted is there for nobody; what points at it says so.

The rules: docs/decisions/0038-what-a-caller-may-see.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Label,
    Select,
    SQLColumnExpression,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, array

from app.database import Askable, ask
from app.models import (
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Document,
    Event,
    LedgerHead,
    Record,
    Source,
    Statement,
    table_of,
)
from app.schemas import addresses
from app.schemas.kinds import Kind, kind_of
from app.services.access import Caller

# All selects here are of tables, not of mapped classes: those are compiled in another way, which changes a select that
# is kept, so that it would be compiled twice.

# Each confidential source in each event that cites it, and its id there.
MASK: Final = sql_table(
    "mask", *(sql_column(name) for name in ("id", "source_id", "event_id", "visibility", "created_at"))
)
_HEAD: Final = table_of(LedgerHead)
# What a confidential source still shows.
_SHOWN: Final = ("kind", "disclosure")
# What a mask has instead of a source's columns; the others are null.
_MASKED: Final[Mapping[str, Any]] = {
    "confidential": True,
    "placed": False,
    "version": 1,
    "aliases": [],
    "external_ids": {},
    "redacted": [],
}
# As a literal: a parameter would be another one in each select.
_NOTHING: Final[ColumnElement[Any]] = literal_column("'{}'::text[]", ARRAY(Text()))

# The scopes that decide what is seen.
_DECIDING_SCOPES: Final = frozenset({"read", "confidential"})
# By kind of record, the function of the database that tells of an id whether it is public; all else is so by its event.
_PUBLIC: Final = {Event: "is_public", Source: "source_is_public", Document: "document_is_public"}

# SQL that tells whether a caller may be shown an id.
MayTell = Callable[[ColumnElement[Any]], ColumnElement[Any]]


def nameless(caller: Caller) -> Caller:
    """What of a caller decides what is seen: the same for all who see the same."""
    return Caller(scopes=caller.scopes & _DECIDING_SCOPES)


def may_hide(caller: Caller, model: type[Record]) -> bool:
    """Whether there may be records of a kind, beside redacted ones, that the caller does not see."""
    kind = kind_of(model)
    is_of_events = "visibility" in kind.columns or kind.in_event or kind.public_if is not None
    tells_of_sources = "confidential" in kind.columns or bool(kind.tells_of)
    return (is_of_events and not caller.may("read")) or (tells_of_sources and not caller.may("confidential"))


def seen(caller: Caller, model: type[Record]) -> Subquery:
    """Select the rows of a table as this caller may see them, under the table's own column names.

    Without the column that is too long to be read along.
    """
    return _rows(model, caller.scopes & _DECIDING_SCOPES).subquery()


def seen_alone(caller: Caller, model: type[Record]) -> Subquery:
    """`seen`, the same object each time, for statements that have it once: a second one would be taken for the first.

    Naming its columns anew takes longer than looking one record up.
    """
    return _rows_alone(model, caller.scopes & _DECIDING_SCOPES)


def stood_on(caller: Caller, model: type[Record]) -> Subquery:
    """`seen_alone` with what is left of redacted records: for what shows the records that others point at."""
    return _rows_alone(model, caller.scopes & _DECIDING_SCOPES, redacted=True)


@cache
def written(caller: Caller, model: type[Record]) -> Subquery:
    """The rows of a table, hidden ones too, for whoever has just written one; what they point at is masked as ever."""
    return select(*_columns(caller, kind_of(model)), *_parts(caller, model)).subquery()


@cache
def _rows_alone(model: type[Record], scopes: frozenset[str], *, redacted: bool = False) -> Subquery:
    return _rows(model, scopes, redacted=redacted).subquery()


@cache
def _rows(model: type[Record], scopes: frozenset[str], *, redacted: bool = False) -> Select[Any]:
    """`redacted`: also what is left of those that were."""
    caller, kind = Caller(scopes=scopes), kind_of(model)
    is_listed = true() if redacted else table_of(model).c.redacted == _NOTHING
    if model is Source:  # a confidential one appears as other rows: see `_sources`
        return _sources(caller, is_listed)
    rows = select(*_columns(caller, kind), *_parts(caller, model)).where(is_listed)
    if not caller.may("confidential"):
        rows = rows.where(*(_is_not_confidential(table_of(model).c[name]) for name in kind.tells_of))
    return rows if caller.may("read") else rows.where(_is_public(kind))


@cache
def _one(model: type[Record], scopes: frozenset[str], by: str, columns: tuple[str, ...]) -> Select[Any] | None:
    rows = _rows_alone(model, scopes)
    if by not in rows.c:
        return None  # this kind of record has no such address
    selected = [rows.c[name] if name in rows.c else null().label(name) for name in columns or rows.c.keys()]
    query = select(*selected).where(rows.c[by] == bindparam("value", None, rows.c[by].type))
    # Of several that bear one ref, the first.
    return query.order_by(rows.c.shadow) if by == "ref" and "shadow" in rows.c else query


async def find(
    session: Askable, caller: Caller, model: type[Record], address: str, columns: tuple[str, ...] = ()
) -> Any:
    """The row at an address, as a named tuple, as the caller may see it; None if there is none.

    `columns`: these alone, null where the table has none of that name.
    """
    name, value = addressed_by(address)
    query = _one(model, caller.scopes & _DECIDING_SCOPES, name, columns)
    return None if query is None else next(iter(await ask(session, query, {"value": value})), None)


def addressed_by(address: str) -> tuple[str, Any]:
    """The column that an address is looked for in, and what is looked for; an id could be a slug, too, and goes first.

    No table has the column that stands for none.
    """
    parsed = addresses.parse(address)
    for name in ("id", "ref", "slug"):
        if getattr(parsed, name) is not None:
            return name, getattr(parsed, name)
    return "", None


def merge_root(kind: str, id_: ColumnElement[Any]) -> ColumnElement[UUID]:
    """The id of the record that the one with this id became after all merges."""
    root: ColumnElement[UUID] = getattr(func, f"{kind}_root")(id_)
    return root


def withheld(caller: Caller, kind: Kind) -> Mapping[str, MayTell]:
    """The visibility check of each column that may point at a record hidden from this caller.

    A source may be confidential. An event may be restricted. Of events only the pointers of other events are checked:
    every other record that points at a restricted event is hidden itself.
    """
    asks: dict[str, MayTell] = {}
    if not caller.may("confidential"):
        # What a link has at its ends is not withheld: the link itself is.
        source_columns = (name for name in kind.pointers_to(Source) if name not in kind.tells_of)
        asks |= dict.fromkeys(source_columns, _is_not_confidential)
    if not caller.may("read") and kind.model is Event:
        asks |= dict.fromkeys(kind.own_pointers, func.is_public)
    return asks


def withheld_ever(caller: Caller, kind: Kind) -> Iterator[tuple[str, MayTell]]:
    """The same of all that versions of a record ever pointed at: that it does no longer may be why it is hidden."""
    source_columns = kind.pointers_to(Source)
    for name, model in kind.points_at.items():
        hides_source = name in source_columns and not caller.may("confidential")
        checks: list[MayTell] = [_is_not_confidential] if hides_source else []
        if not caller.may("read") and model in _PUBLIC:
            checks.append(getattr(func, _PUBLIC[model]))
        if checks and name not in kind.tells_of:
            yield name, partial(lambda all_of, id_: and_(*(check(id_) for check in all_of)), checks)


def is_unprotected(source: Any) -> ColumnElement[bool]:
    """Whether a source may be known to whoever lacks `confidential`; what it was merged into is asked of few."""
    return and_(source.confidential.is_(False), or_(source.merged_into.is_(None), func.protector(source.id).is_(None)))


def _is_not_confidential(id_: ColumnElement[Any]) -> ColumnElement[bool]:
    source = table_of(Source).alias().c
    return exists().where(source.id == id_, is_unprotected(source))


def _columns(caller: Caller, kind: Kind) -> list[ColumnElement[Any]]:
    """All of a table, with nothing that would tell who a confidential source is, or that a restricted event exists."""
    asks, table = withheld(caller, kind), table_of(kind.model)
    by_name: dict[str, ColumnElement[Any]] = {
        name: _shown(kind, table.c[name], asks[name]) if name in asks else table.c[name]
        for name in kind.columns
        if name != kind.apart
    }
    by_name["redacted"] = _redacted(kind, by_name)  # in its place: rows are united with others
    return list(by_name.values())


def _redacted(kind: Kind, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """`record` where the record itself was redacted, and the columns that lead to one that was, as far as is shown.

    Nearly every ledger has none: that is asked once in a statement.
    """
    redacted = table_of(kind.model).c.redacted
    leading: list[ColumnElement[Any]] = []
    for name, target in kind.points_at.items():
        stored, shown_as = table_of(kind.model).c[name], columns[name]
        # A function: look-ups would be planned for every list that is asked for, which took as long as reading it.
        is_redacted = func.is_redacted(literal(target.__tablename__, Text()), stored)
        # Beside it, not inside: what decides whether a pointer is shown asks of this table's row.
        unnamed = shown_as.element if isinstance(shown_as, Label) else shown_as
        is_shown = true() if unnamed is stored else unnamed == stored
        leading.append(case((and_(is_shown, is_redacted), literal(name, Text())), else_=null()))
    if not leading:
        return redacted
    names = func.array_remove(func.array_cat(redacted, array(leading)), null())
    redactions = select(_HEAD.c.redactions).where(_HEAD.c.one).scalar_subquery()
    return case((redactions > literal_column("0"), names), else_=redacted).label("redacted")


def _shown(kind: Kind, column: ColumnElement[Any], may_tell: MayTell) -> ColumnElement[Any]:
    name = str(column.name)
    if kind.in_event:  # a source: there it has a mask
        return func.shown_source(table_of(kind.model).c.event_id, column).label(name)
    allowed = may_tell(column)
    if name == "merged_into":  # readers are led on to the last of them
        allowed = and_(column.is_not(None), allowed, may_tell(merge_root(kind.name, column)))
    return case((allowed, column), else_=null()).label(name)


def _is_public(kind: Kind) -> ColumnElement[bool]:
    columns = table_of(kind.model).c
    if "visibility" in columns:
        return columns.visibility == "public"
    if kind.public_if is not None:
        check = _CHECKS[kind.public_if.check]
        return and_(*(check(columns[name]) for name in kind.public_if.columns))
    event = table_of(Event).alias().c
    return exists().where(event.id == columns.event_id, event.visibility == "public")


def _is_source_public(id_: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether a public event cites a source: itself, over what it published, or over who belongs to it.

    The planner finds the first two for a whole list at once; a function, which takes long, is asked only of those that
    others belong to, or were merged into (docs/decisions/0036-public-lists.md).
    """
    document = table_of(Document).alias().c
    published = exists().where(document.publisher_id == id_, _is_document_public(document.id))
    pointing = _pointing(id_, (Source, "parent_id"), (Source, "merged_into"))
    cited = _cited(id_, (Statement, "source_id"), (AppearanceHop, "source_id"), (Assessment, "author_id"))
    return or_(*cited, published, and_(or_(*pointing), func.source_is_public(id_)))


def _is_document_public(id_: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """`_is_source_public` of a document."""
    cited = _cited(
        id_, (Appearance, "document_id"), (AssessmentDocument, "document_id"), (Statement, "withdrawn_document_id")
    )
    return or_(*cited, and_(or_(*_pointing(id_, (Document, "merged_into"))), func.document_is_public(id_)))


def _cited(id_: SQLColumnExpression[Any], *places: tuple[type[Any], str]) -> Iterator[ColumnElement[bool]]:
    for model, column in places:
        citing, event = table_of(model).alias().c, table_of(Event).alias().c
        yield exists().where(citing[column] == id_, citing.event_id == event.id, event.visibility == "public")


def _pointing(id_: SQLColumnExpression[Any], *places: tuple[type[Any], str]) -> Iterator[ColumnElement[bool]]:
    for model, column in places:
        yield exists().where(table_of(model).alias().c[column] == id_)


# By the function of the database that knows all of it.
_CHECKS: Final[Mapping[str, Callable[[ColumnElement[Any]], ColumnElement[bool]]]] = {
    "source_is_public": _is_source_public,
    "document_is_public": _is_document_public,
    "is_public": func.is_public,
}


def _parts(caller: Caller, model: type[Record]) -> list[ColumnElement[Any]]:
    """Add the parts that are read in a record."""
    return [part(caller) for part in PARTS.get(model, ())]


def _hops(caller: Caller) -> ColumnElement[Any]:
    """The chain of an appearance, as objects in their order."""
    hop = table_of(AppearanceHop).alias().c
    source = hop.source_id if caller.may("confidential") else func.shown_source(hop.event_id, hop.source_id)
    fields: dict[str, Any] = {name: hop[name] for name in ("id", "ref", "step")} | {"source_id": source}
    fields |= {name: hop[name] for name in ("disclosure", "how_known", "score", "state")}
    step = func.jsonb_build_object(*(part for name, value in fields.items() for part in (name, value)))
    chain = func.coalesce(func.jsonb_agg(aggregate_order_by(step, hop.step)), literal([], JSONB))
    return select(chain).where(hop.appearance_id == table_of(Appearance).c.id).scalar_subquery().label("hops")


def _evidence(_caller: Caller) -> ColumnElement[Any]:
    """The ids of the documents that an assessment names."""
    named = table_of(AssessmentDocument).c
    document = named.document_id
    ids = func.coalesce(func.jsonb_agg(aggregate_order_by(document, document)), literal([], JSONB))
    evidence = select(ids).where(named.assessment_id == table_of(Assessment).c.id)
    return evidence.scalar_subquery().label("document_ids")


# Two kinds have some, each in a shape of its own.
PARTS: Final[Mapping[type[Record], tuple[Callable[[Caller], ColumnElement[Any]], ...]]] = {
    Appearance: (_hops,),
    Assessment: (_evidence,),
}


def _sources(caller: Caller, is_listed: ColumnElement[bool]) -> Select[Any]:
    """Select the sources: those that are not confidential as they are, and a mask in each event for the others."""
    kind, table = kind_of(Source), table_of(Source)
    named = select(*_columns(caller, kind)).where(is_listed)
    masks = select(*(_mask(name) for name in kind.columns)).where(is_listed)
    masks = masks.join_from(table, MASK, MASK.c.source_id == table.c.id).where(table.c.confidential)  # by its index
    if not caller.may("read"):
        named = named.where(_is_public(kind))
        masks = masks.where(MASK.c.visibility == "public")
    if caller.may("confidential"):
        return named
    rows = union_all(named.where(is_unprotected(table.c)), masks).subquery()
    return select(*(rows.c[name] for name in kind.columns))


def names_of_ends(caller: Caller, links: Subquery) -> Sequence[ColumnElement[Any]]:
    """The names of both sources of a link, `from_name` and `to_name`, as this caller may see them."""
    names = []
    for end in ("from", "to"):
        sources = seen(caller, Source)
        name = select(sources.c.name).where(sources.c.id == links.c[f"{end}_id"]).correlate(links).scalar_subquery()
        names.append(name.label(f"{end}_name"))
    return names


def _mask(name: str) -> ColumnElement[Any]:
    """Make a column of a mask: of the source its kind and disclosure, of the event the times."""
    column = table_of(Source).columns[name]
    if name in _SHOWN:
        return column
    if name in ("created_at", "updated_at"):
        return MASK.c.created_at.label(name)
    if name == "id":
        return MASK.c.id
    # Cast: a condition goes into both halves of the union only where their types are the same.
    return cast(literal(_MASKED.get(name), column.type), column.type).label(name)
