"""Lists as tables, in one stream: statements over all events, and the tables of many events one after the other."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.derive.pictures import dossier, in_lists
from app.derive.rules.rows import Rows, View
from app.formats import assessed, csv, flat
from app.models import Assessment, Event, Statement
from app.schemas.assessments import AssessmentFilter
from app.schemas.pictures.exports import EventsCsvQuery
from app.schemas.statements import StatementFilter
from app.services.access import Caller
from app.services.lists import disputes, narrowing
from app.services.pictures import listing, loading, parting
from app.services.visibility import seen

_ROWS_AT_ONCE: Final = 200
# How many events are read and drawn at a time.
_EVENTS_AT_ONCE: Final = 10


async def statements(
    session: AsyncSession, *, caller: Caller, query: StatementFilter, view: View
) -> AsyncIterator[list[dict[str, Any]]]:
    """All that fit, as flat rows, some at a time, in the order asked for: for each time a fixed number of queries."""
    fitting = disputes.statements(query, caller).subquery()
    chosen = narrowing.ordered(select(fitting.c.id), fitting, Statement, query.sort)
    await listing.prepare(session)
    result = await session.stream(chosen, execution_options={"yield_per": _ROWS_AT_ONCE})
    async for statement_ids in result.scalars().partitions():
        rows = await listing.load(session, statement_ids)
        yield await threads.run(_flat, rows, view, statement_ids)


async def assessments(
    session: AsyncSession, *, caller: Caller, query: AssessmentFilter, view: View
) -> AsyncIterator[list[dict[str, Any]]]:
    """As `statements`."""
    fitting = disputes.assessments(query, caller).subquery()
    chosen = narrowing.ordered(select(fitting.c.id), fitting, Assessment, query.sort)
    await listing.prepare(session)
    result = await session.stream(chosen, execution_options={"yield_per": _ROWS_AT_ONCE})
    async for assessment_ids in result.scalars().partitions():
        rows = await listing.load(session, assessment_ids=assessment_ids)
        yield await threads.run(_assessed, rows, view, assessment_ids)


def _assessed(rows: Rows, view: View, assessment_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return list(assessed.rows(in_lists.assessments(rows, view, assessment_ids)))


def _flat(rows: Rows, view: View, statement_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return list(flat.rows(in_lists.statements(rows, view, statement_ids)))


def events(query: EventsCsvQuery, caller: Caller) -> Select[Any]:
    """Select the ids of the events that fit, after merges, in the order asked for: those that are named, or all."""
    fitting = disputes.events(query, caller).subquery()
    chosen = select(fitting.c.id)
    if query.event:
        at_addresses = or_(*(fitting.c.id.in_(_roots(caller, address)) for address in query.event.split(",")))
        chosen = chosen.where(at_addresses)
    return narrowing.ordered(chosen, fitting, Event, query.sort)


def _roots(caller: Caller, address: str) -> Select[Any]:
    rows = seen(caller, Event)
    return select(func.event_root(rows.c.id)).where(rows.c.id.in_(narrowing.events_at(caller, address)))


async def tables(
    session: AsyncSession, chosen: Select[Any], view: View, columns: Sequence[str], *, safe: bool
) -> AsyncIterator[bytes]:
    """The lines of one table of these events: of each what its own table has."""
    result = await session.stream(chosen, execution_options={"yield_per": _EVENTS_AT_ONCE})
    async for event_ids in result.scalars().partitions():
        rows = await loading.load(session, event_ids[0], None, *event_ids[1:])
        yield await threads.run(_lines, rows, event_ids, view, columns, safe=safe)


def _lines(rows: Rows, event_ids: Sequence[UUID], view: View, columns: Sequence[str], *, safe: bool) -> bytes:
    """A table shows no position, so the dossiers have none."""
    dossiers = (dossier.dossier(event_rows, view, "") for event_rows in parting.part(rows, event_ids))
    return b"".join(csv.lines(csv.rows(picture), columns, safe=safe) for picture in dossiers)
