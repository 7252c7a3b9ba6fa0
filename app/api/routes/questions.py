from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    EventAt,
    IfMatch,
    Ingester,
    KeptSession,
    Once,
    QuestionAt,
    Reader,
    Router,
    Writer,
    Writing,
)
from app.api.problems import documented
from app.api.records import CHANGE, MERGED, READ, add_routes, created, with_remarks
from app.models import Event, Question
from app.schemas.common import Page
from app.schemas.kinds import kind_of
from app.schemas.questions import QuestionChange, QuestionCreate, QuestionQuery, QuestionRead
from app.services import changing, paging, records
from app.services.intake.bodies import creating
from app.services.lists import disputes, existing

router = Router("questions")


@router.get("/questions", response_model=Page[QuestionRead], responses=documented())
async def list_questions(
    request: Request, query: Annotated[QuestionQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """The points in dispute."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, disputes.questions(query, caller, ids), kind_of(Question).sorts, query)
    return answers.page(request, page, QuestionRead, view=query.view)


@router.get("/events/{event}/questions", response_model=Page[QuestionRead], responses=READ | MERGED)
async def list_event_questions(
    request: Request, event: EventAt, query: Annotated[QuestionQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """The points in dispute about one event."""
    event_id = (await records.locate(session, caller, Event, event)).id
    ids = await existing.find(session, caller, query)
    rows = disputes.questions(query, caller, ids | {"owner": event_id})
    page = await paging.page(session, rows, kind_of(Question).sorts, query)
    return answers.page(request, page, QuestionRead, view=query.view)


@router.post(
    "/events/{event}/questions",
    status_code=201,
    response_model=with_remarks(QuestionRead),
    responses=created(QuestionRead),
)
async def create_question(
    event: EventAt, data: QuestionCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Record a point in dispute, or find it."""
    return await once(answers.stored(*await creating.question(session, caller, event, data)))


@router.patch("/questions/{question}", response_model=with_remarks(QuestionRead), responses=CHANGE)
async def change_question(
    question: QuestionAt, data: QuestionChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields; a null goes back to the default."""
    return answers.changed(*await changing.change(session, caller, Question, question, data, if_match=if_match))


add_routes(router, "/questions/{question}", Question, QuestionAt)
