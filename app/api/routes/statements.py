from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    AppearanceAt,
    EventAt,
    IfMatch,
    Ingester,
    KeptSession,
    Once,
    Reader,
    Router,
    StatementAt,
    Writer,
    Writing,
)
from app.api.problems import documented
from app.api.records import CHANGE, MERGED, READ, WRITE, add_routes, created, listed, with_remarks
from app.models import Appearance, Event, Statement
from app.schemas.common import Page, Withdrawal
from app.schemas.kinds import kind_of
from app.schemas.pictures.listed import StatementListed, StatementPage
from app.schemas.pictures.rechecks import RecheckQuery, RecheckRead
from app.schemas.statements import (
    AppearanceChange,
    AppearanceCreate,
    AppearanceQuery,
    AppearanceRead,
    StatementChange,
    StatementCreate,
    StatementQuery,
    StatementRead,
)
from app.services import changing, paging, records
from app.services.intake.bodies import creating
from app.services.lists import disputes, existing
from app.services.pictures import rechecks

router = Router("statements")


@router.get("/statements", response_model=StatementPage, responses=documented())
async def list_statements(
    request: Request, query: Annotated[StatementQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Who said what: each one source's act toward one claim."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, disputes.statements(query, caller, ids), kind_of(Statement).sorts, query)
    return await listed(request, session, caller, query, page, read=StatementListed)


@router.get("/events/{event}/statements", response_model=StatementPage, responses=READ | MERGED)
async def list_event_statements(
    request: Request, event: EventAt, query: Annotated[StatementQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Who said what about one event."""
    event_id = (await records.locate(session, caller, Event, event)).id
    ids = await existing.find(session, caller, query)
    rows = disputes.statements(query, caller, ids | {"owner": event_id})
    page = await paging.page(session, rows, kind_of(Statement).sorts, query)
    return await listed(request, session, caller, query, page, read=StatementListed)


@router.post(
    "/events/{event}/statements",
    status_code=201,
    response_model=with_remarks(StatementRead),
    responses=created(StatementRead),
)
async def create_statement(
    event: EventAt, data: StatementCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Record one source's act toward a claim, or find the same."""
    return await once(answers.stored(*await creating.statement(session, caller, event, data)))


@router.patch("/statements/{statement}", response_model=with_remarks(StatementRead), responses=CHANGE)
async def change_statement(
    statement: StatementAt, data: StatementChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Correct what was recorded."""
    return answers.changed(*await changing.change(session, caller, Statement, statement, data, if_match=if_match))


@router.post("/statements/{statement}/withdraw", response_model=with_remarks(StatementRead), responses=WRITE)
async def withdraw_statement(
    statement: StatementAt, data: Withdrawal, caller: Writer, session: Writing, once: Once
) -> Response:
    """The source took it back: it stays, and counts no longer from then on."""
    return await once(answers.changed(*await changing.withdraw(session, caller, statement, data)))


@router.get("/statements/{statement}/appearances", response_model=Page[AppearanceRead], responses=READ)
async def list_appearances(
    request: Request,
    statement: StatementAt,
    query: Annotated[AppearanceQuery, Query()],
    caller: Reader,
    session: KeptSession,
) -> Response:
    """Where a statement is found, and in which words."""
    statement_id = (await records.locate(session, caller, Statement, statement)).id
    page = await paging.page(
        session, disputes.appearances(query, caller, {"owner": statement_id}), kind_of(Appearance).sorts, query
    )
    return answers.page(request, page, AppearanceRead)


@router.post(
    "/statements/{statement}/appearances",
    status_code=201,
    response_model=with_remarks(AppearanceRead),
    responses=created(AppearanceRead),
)
async def create_appearance(
    statement: StatementAt, data: AppearanceCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Record another place where the statement is found."""
    return await once(answers.stored(*await creating.appearance(session, caller, statement, data)))


@router.patch("/appearances/{appearance}", response_model=with_remarks(AppearanceRead), responses=CHANGE)
async def change_appearance(
    appearance: AppearanceAt, data: AppearanceChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields; `hops` replaces the whole chain."""
    return answers.changed(*await changing.change(session, caller, Appearance, appearance, data, if_match=if_match))


add_routes(router, "/statements/{statement}", Statement, StatementAt)
add_routes(router, "/appearances/{appearance}", Appearance, AppearanceAt)


@router.get("/rechecks", response_model=Page[RecheckRead], responses=documented(), summary="List what to ask again")
async def list_rechecks(
    request: Request, query: Annotated[RecheckQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Statements that were only good until some time, the soonest first.

    Not those that were withdrawn or replaced, nor those whose family has said something later about the claim or its
    question.
    """
    return answers.page(request, await rechecks.page(session, caller, query), RecheckRead)
