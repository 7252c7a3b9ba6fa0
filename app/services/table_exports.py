"""Lists as tables, in one stream: statements over all events, and the tables of many events one after the other."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.derive.pictures import dossier, in_lists
from app.derive.rules.rows import Rows, View
from app.formats import assessed, csv, flat
from app.models import Assessment, Event, Statement
from app.schemas.assessments import AssessmentFilter
from app.schemas.pictures.exports import EventsCsvQuery
from app.schemas.statements import StatementFilter
from app.services.lists import narrowing
from app.services.paging import Listing
from app.services.pictures import listing, loading, parting

_ROWS_AT_ONCE: Final = 200
# How many events are read and drawn at a time.
_EVENTS_AT_ONCE: Final = 10


async def statements(
    session: AsyncSession, *, fitting: Listing, query: StatementFilter, view: View
) -> AsyncIterator[list[dict[str, Any]]]:
    """All that fit, as flat rows, some at a time, in the order asked for: for each time a fixed number of queries."""
    rows_fitting = fitting.rows.subquery()
    chosen = narrowing.ordered(select(rows_fitting.c.id), rows_fitting, Statement, query.sort)
    result = await session.stream(chosen, fitting.values, execution_options={"yield_per": _ROWS_AT_ONCE})
    async for statement_ids in result.scalars().partitions():
        rows = await listing.load(session, statement_ids)
        yield await threads.run(_flat, rows, view, statement_ids)


async def assessments(
    session: AsyncSession, *, fitting: Listing, query: AssessmentFilter, view: View
) -> AsyncIterator[list[dict[str, Any]]]:
    """As `statements`."""
    rows_fitting = fitting.rows.subquery()
    chosen = narrowing.ordered(select(rows_fitting.c.id), rows_fitting, Assessment, query.sort)
    result = await session.stream(chosen, fitting.values, execution_options={"yield_per": _ROWS_AT_ONCE})
    async for assessment_ids in result.scalars().partitions():
        rows = await listing.load(session, assessment_ids=assessment_ids)
        yield await threads.run(_assessed, rows, view, assessment_ids)


def _assessed(rows: Rows, view: View, assessment_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return list(assessed.rows(in_lists.assessments(rows, view, assessment_ids)))


def _flat(rows: Rows, view: View, statement_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return list(flat.rows(in_lists.statements(rows, view, statement_ids)))


def events(query: EventsCsvQuery, fitting: Listing) -> Listing:
    """The ids of the events that fit, after merges, in the order asked for: those that are named, or all."""
    rows_fitting = fitting.rows.subquery()
    chosen = select(rows_fitting.c.id)
    if query.event:
        ids = func.unnest(bindparam("event", type_=ARRAY(Uuid())))
        chosen = chosen.where(rows_fitting.c.id.in_(select(func.event_root(ids))))
    return Listing(narrowing.ordered(chosen, rows_fitting, Event, query.sort), fitting.values)


async def tables(
    session: AsyncSession, chosen: Listing, view: View, columns: Sequence[str], *, safe: bool
) -> AsyncIterator[bytes]:
    """The lines of one table of these events: of each what its own table has."""
    result = await session.stream(chosen.rows, chosen.values, execution_options={"yield_per": _EVENTS_AT_ONCE})
    async for event_ids in result.scalars().partitions():
        rows = await loading.load(session, event_ids[0], None, *event_ids[1:])
        yield await threads.run(_lines, rows, event_ids, view, columns, safe=safe)


def _lines(rows: Rows, event_ids: Sequence[UUID], view: View, columns: Sequence[str], *, safe: bool) -> bytes:
    """A table shows no position, so the dossiers have none."""
    dossiers = (dossier.dossier(event_rows, view, "") for event_rows in parting.part(rows, event_ids))
    return b"".join(csv.lines(csv.rows(picture), columns, safe=safe) for picture in dossiers)
