from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers, negotiation
from app.api.deps import EventAt, KeptDrawing, Reader, Router
from app.api.records import MERGED, READ
from app.schemas.pictures.diffs import DiffQuery, DiffRead
from app.services.pictures import diffs, moments

router = Router("pictures")


@router.get("/events/{event}/diff", response_model=DiffRead, responses=READ | MERGED, summary="Read what changed")
async def get_diff(
    request: Request, event: EventAt, query: Annotated[DiffQuery, Query()], caller: Reader, session: KeptDrawing
) -> Response:
    """What changed between two moments: of what was recorded, or of what had been said.

    Statements, claims and questions that are new, changed, ended or gone; standings, statuses, figures and counts of
    independent sources that moved; and for each question the same in words. An event that was not recorded at the
    earlier moment is all new: a `hint` says so where no clock was asked for.
    """
    event_read = await moments.event_at(session, caller, event)
    words = negotiation.wording(request, query.lang)
    comparison = await diffs.resolve(session, caller, query, words)
    tag = await diffs.etag(session, event_read, comparison)
    answers.check_modified(request, tag, words.language)
    return await answers.picture(await diffs.diff(session, event_read, comparison), tag, words.language)
