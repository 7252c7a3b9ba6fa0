"""What a caller may see of each table: the one masked select that every list, filter, order and look-up runs on.

A restricted event is not there for callers without the scope `read`. A confidential source is, for callers without the
scope `confidential`, a kind and a disclosure under an id of its own in each event.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql import table as sql_table

from app.models import (
    table_of,
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    EventLink,
    Record,
    Source,
)
from app.services.access import Caller

_CITATION: Final = sql_table("citation", sql_column("event_id"), sql_column("source_id"))
# What a confidential source still shows.
_SHOWN: Final = ("kind", "disclosure")


def seen(caller: Caller, model: type[Record]) -> Subquery:
    """The rows of a table as this caller may see them, under the table's own column names."""
    if model is Source:
        return _sources(caller).subquery()
    columns = [_shown(caller, model, name) for name in _names(model)]
    found = select(*columns, *_inside(caller, model))
    if not caller.may("read"):
        found = found.where(_is_public(model))
    return found.subquery()


def _names(model: type[Record]) -> list[str]:
    return [c.name for c in table_of(model).columns if (model, c.name) != (DocumentVersion, "text")]


def _shown(caller: Caller, model: type[Record], name: str) -> ColumnElement[Any]:
    """A column, without what would tell who a confidential source is or that a restricted event exists."""
    column: ColumnElement[Any] = getattr(model, name)
    if not caller.may("confidential"):
        if name in ("source_id", "author_id"):
            return func.shown_source(table_of(model).c.event_id, column).label(name)
        if name == "publisher_id":
            hidden = select(Source.confidential).where(Source.id == column).scalar_subquery()
            return case((hidden, null()), else_=column).label(name)
    if not caller.may("read") and model is Event and name in ("parent_id", "merged_into"):
        return case((func.is_public(column), column), else_=null()).label(name)
    return column


def _is_public(model: type[Record]) -> ColumnElement[bool]:
    columns = table_of(model).c
    if model is Event:
        return columns.visibility == "public"
    if model is EventLink:
        return and_(func.is_public(columns.from_id), func.is_public(columns.to_id))
    if model is Document:
        return func.document_is_public(columns.id)
    if model is DocumentVersion:
        return func.document_is_public(columns.document_id)
    if model is DocumentLink:
        return and_(func.document_is_public(columns.from_id), func.document_is_public(columns.to_id))
    return func.is_public(columns.event_id)


def _inside(caller: Caller, model: type[Record]) -> list[ColumnElement[Any]]:
    """What a record shows beside its own columns: an appearance its chain, an assessment its evidence."""
    if model is Appearance:
        hop = aliased(AppearanceHop)
        who = hop.source_id if caller.may("confidential") else func.shown_source(hop.event_id, hop.source_id)
        parts: dict[str, Any] = {"id": hop.id, "step": hop.step, "source_id": who, "disclosure": hop.disclosure}
        parts |= {"how_known": hop.how_known, "score": hop.score, "state": hop.state}
        one = func.jsonb_build_object(*(part for name, value in parts.items() for part in (name, value)))
        chain = func.coalesce(func.jsonb_agg(aggregate_order_by(one, hop.step)), literal([], JSONB))
        return [select(chain).where(hop.appearance_id == Appearance.id).scalar_subquery().label("hops")]
    if model is Assessment:
        named = AssessmentDocument.document_id
        ids = func.coalesce(func.jsonb_agg(aggregate_order_by(named, named)), literal([], JSONB))
        evidence = select(ids).where(AssessmentDocument.assessment_id == Assessment.id)
        return [evidence.scalar_subquery().label("document_ids")]
    return []


def _sources(caller: Caller) -> Select[Any]:
    names = [c.name for c in table_of(Source).columns]
    plain = select(*(getattr(Source, name) for name in names))
    if caller.may("read") and caller.may("confidential"):
        return plain
    if not caller.may("read"):
        plain = plain.where(func.source_is_public(Source.id))
    if caller.may("confidential"):
        return plain
    above = aliased(Source)
    hidden = select(above.confidential).where(above.id == Source.parent_id).scalar_subquery()
    open_columns = [
        case((hidden, null()), else_=Source.parent_id).label(name) if name == "parent_id" else getattr(Source, name)
        for name in names
    ]
    named = select(*open_columns).where(Source.confidential.is_(False))
    if not caller.may("read"):
        named = named.where(func.source_is_public(Source.id))
    masks = (
        select(*(_mask(name) for name in names))
        .join_from(Source, _CITATION, _CITATION.c.source_id == Source.id)
        .join(Event, Event.id == _CITATION.c.event_id)
        .where(Source.confidential, or_(literal(caller.may("read")), Event.visibility == "public"))
    )
    both = union_all(named, masks).subquery()
    return select(*(both.c[name] for name in names))


def _mask(name: str) -> ColumnElement[Any]:
    """The column of a confidential source, for whoever may not see who it is. Its times are those of the event."""
    column = table_of(Source).columns[name]
    if name == "id":
        return func.masked(Event.id, Source.id).label(name)
    if name in _SHOWN:
        return column
    if name in ("created_at", "updated_at"):
        return Event.created_at.label(name)
    shown: dict[str, Any] = {"confidential": True, "version": 1, "aliases": [], "external_ids": {}}
    return literal(shown.get(name), column.type).label(name)
