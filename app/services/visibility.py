"""What a caller may see of each table: the one masked select that every list, filter, order and look-up runs on.

A restricted event is not there for callers without the scope `read`. A confidential source is, for callers without the
scope `confidential`, a kind and a disclosure under an id of its own in each event.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.models import (
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
    table_of,
)
from app.schemas.addresses import as_uuid
from app.services.access import Caller

# Each confidential source in each event that cites it, and its id there.
MASK: Final = sql_table(
    "mask", *(sql_column(name) for name in ("id", "source_id", "event_id", "visibility", "created_at"))
)
# What a confidential source still shows.
_SHOWN: Final = ("kind", "disclosure")
# What asks whether a record outside of an event is public, and of which columns.
_PUBLIC: Final[dict[type[Record], tuple[str, tuple[str, ...]]]] = {
    EventLink: ("is_public", ("from_id", "to_id")),
    Source: ("source_is_public", ("id",)),
    Document: ("document_is_public", ("id",)),
    DocumentVersion: ("document_is_public", ("document_id",)),
    DocumentLink: ("document_is_public", ("from_id", "to_id")),
}


def seen(caller: Caller, model: type[Record]) -> Subquery:
    """Select the rows of a table as this caller may see them, under the table's own column names."""
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
    """Leave out of a column what would tell who a confidential source is, or that a restricted event exists."""
    column: ColumnElement[Any] = getattr(model, name)
    if not caller.may("confidential"):
        if name in ("source_id", "author_id"):
            return func.shown_source(table_of(model).c.event_id, column).label(name)
        if name == "publisher_id" or (model is Source and name == "parent_id"):
            return case((_is_confidential(column), null()), else_=column).label(name)
        if model is Source and name == "merged_into":
            hidden = or_(_is_confidential(column), _is_confidential(func.source_root(column)))
            return case((column.is_(None), null()), (hidden, null()), else_=column).label(name)
    if not caller.may("read") and model is Event:
        if name == "parent_id":
            return case((func.is_public(column), column), else_=null()).label(name)
        if name == "merged_into":
            told = and_(func.is_public(column), func.is_public(func.event_root(column)))
            return case((column.is_(None), null()), (told, column), else_=null()).label(name)
    return column


def _is_confidential(source: Any) -> ColumnElement[bool]:
    one = aliased(Source)
    return exists().where(one.id == source, one.confidential)


def _is_public(model: type[Record]) -> ColumnElement[bool]:
    columns = table_of(model).c
    if model is Event:
        return columns.visibility == "public"
    if model in _PUBLIC:
        check, names = _PUBLIC[model]
        return and_(*(getattr(func, check)(columns[name]) for name in names))
    of = aliased(Event)
    return exists().where(of.id == columns.event_id, of.visibility == "public")


def _inside(caller: Caller, model: type[Record]) -> list[ColumnElement[Any]]:
    """Add what a record shows beside its own columns: an appearance its chain, an assessment its evidence."""
    if model is Appearance:
        hop = aliased(AppearanceHop)
        who = hop.source_id if caller.may("confidential") else func.shown_source(hop.event_id, hop.source_id)
        parts: dict[str, Any] = {
            "id": hop.id,
            "ref": hop.ref,
            "step": hop.step,
            "source_id": who,
            "disclosure": hop.disclosure,
        }
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
    """Select the sources: those that are not confidential as they are, and a mask in each event for the others."""
    names = _names(Source)
    named = select(*(_shown(caller, Source, name) for name in names))
    masks = select(*(_mask(name) for name in names)).join_from(Source, MASK, MASK.c.source_id == Source.id)
    if not caller.may("read"):
        named = named.where(_is_public(Source))
        masks = masks.where(MASK.c.visibility == "public")
    if caller.may("confidential"):
        return named
    both = union_all(named.where(Source.confidential.is_(False)), masks).subquery()
    return select(*(both.c[name] for name in names))


def _mask(name: str) -> ColumnElement[Any]:
    """Make a column of a mask: of the source its kind and disclosure, of the event the times."""
    column = table_of(Source).columns[name]
    if name in _SHOWN:
        return column
    if name in ("created_at", "updated_at"):
        return MASK.c.created_at.label(name)
    if name == "id":
        return MASK.c.id
    shown: dict[str, Any] = {"confidential": True, "version": 1, "aliases": [], "external_ids": {}}
    return literal(shown.get(name), column.type).label(name)


# --- what was deleted ------------------------------------------------------------------------------------------------

# What the ledger has last of each: by id, or of those whose ref this was. Nobody could see what lay in no public event.
_LAST_CHANGES: Final = text("""
SELECT asked.nth, last.record_id, coalesce((last.record->>'confidential')::boolean, false) AS confidential,
    CASE last.type WHEN 'event' THEN coalesce(last.record->>'visibility' = 'public', false)
    ELSE (SELECT coalesce(bool_and(is_public(id)), false) FROM unnest(
        CASE last.type WHEN 'event_link' THEN ARRAY[(last.record->>'from_id')::uuid, (last.record->>'to_id')::uuid]
        ELSE ARRAY[last.event_id] END) id) END AS public
FROM unnest(CAST(:types AS text[]), CAST(:ids AS uuid[]), CAST(:refs AS text[]))
    WITH ORDINALITY asked(type, id, ref, nth)
CROSS JOIN LATERAL (
    (SELECT * FROM change WHERE record_id = asked.id AND type = asked.type ORDER BY seq DESC LIMIT 1)
    UNION ALL
    (SELECT * FROM change WHERE op = 'delete' AND record->>'ref' = asked.ref AND type = asked.type
        ORDER BY seq DESC LIMIT 1)) last
WHERE last.op = 'delete'
""")


async def deleted(session: AsyncSession, caller: Caller, asked: Sequence[tuple[type[Record], str]]) -> dict[int, UUID]:
    """Which of these addresses (ids and `ref:`s; slugs are free again) led to a record that was deleted.

    By their places among the asked, the ids of those that the caller could have seen.
    """
    ids = [as_uuid(address) for _, address in asked]
    refs = [address.removeprefix("ref:") if address.startswith("ref:") else None for _, address in asked]
    if not any(ids) and not any(refs):
        return {}
    given = {"types": [model.__tablename__ for model, _ in asked], "ids": ids, "refs": refs}
    return {
        row.nth - 1: row.record_id
        for row in await session.execute(_LAST_CHANGES, given)
        if (not row.confidential or caller.may("confidential") if caller.may("read") else row.public)
    }
