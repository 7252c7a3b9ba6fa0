from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    AssessmentAt,
    Assessor,
    EventAt,
    IfMatch,
    KeptSession,
    Once,
    Reader,
    Router,
    Writing,
)
from app.api.problems import documented
from app.api.records import CHANGE, MERGED, READ, add_routes, created, with_remarks
from app.models import Assessment, Event
from app.schemas.assessments import AssessmentChange, AssessmentCreate, AssessmentQuery, AssessmentRead
from app.schemas.common import Page
from app.schemas.kinds import kind_of
from app.services import changing, paging, records
from app.services.intake.bodies import creating
from app.services.lists import disputes, existing

router = Router("assessments")


@router.get("/assessments", response_model=Page[AssessmentRead], responses=documented())
async def list_assessments(
    request: Request, query: Annotated[AssessmentQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """How reviewers, courts and desks rate claims."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, disputes.assessments(query, caller, ids), kind_of(Assessment).sorts, query)
    return answers.page(request, page, AssessmentRead, view=query.view)


@router.get("/events/{event}/assessments", response_model=Page[AssessmentRead], responses=READ | MERGED)
async def list_event_assessments(
    request: Request, event: EventAt, query: Annotated[AssessmentQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """How the claims about one event are rated."""
    event_id = (await records.locate(session, caller, Event, event)).id
    ids = await existing.find(session, caller, query)
    rows = disputes.assessments(query, caller, ids | {"owner": event_id})
    page = await paging.page(session, rows, kind_of(Assessment).sorts, query)
    return answers.page(request, page, AssessmentRead, view=query.view)


@router.post(
    "/events/{event}/assessments",
    status_code=201,
    response_model=with_remarks(AssessmentRead),
    responses=created(AssessmentRead),
)
async def create_assessment(
    event: EventAt, data: AssessmentCreate, caller: Assessor, session: Writing, once: Once
) -> Response:
    """Record a rating of a claim, or find the same."""
    return await once(answers.stored(*await creating.assessment(session, caller, event, data)))


@router.patch("/assessments/{assessment}", response_model=with_remarks(AssessmentRead), responses=CHANGE)
async def change_assessment(
    assessment: AssessmentAt, data: AssessmentChange, caller: Assessor, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields; `documents` replaces the whole list."""
    return answers.changed(*await changing.change(session, caller, Assessment, assessment, data, if_match=if_match))


add_routes(router, "/assessments/{assessment}", Assessment, AssessmentAt, deleter=Assessor)
