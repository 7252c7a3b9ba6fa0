from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import KeptSession, Reader, Router
from app.api.problems import documented
from app.schemas.common import Page
from app.schemas.pictures.rechecks import RecheckQuery, RecheckRead
from app.services.pictures import rechecks

router = Router("statements")


@router.get("/rechecks", response_model=Page[RecheckRead], responses=documented(), summary="List what to ask again")
async def list_rechecks(
    request: Request, query: Annotated[RecheckQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Statements that were only good until some time, the soonest first.

    Not those that were withdrawn or replaced, nor those whose family has said something later about the claim or its
    question. A later non-answer closes none, unless it has a time of its own.
    """
    return answers.page(request, await rechecks.page(session, caller, query), RecheckRead)
