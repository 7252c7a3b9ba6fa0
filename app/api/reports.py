from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.api import answers
from app.api.deps import Ingester, Reason, Route, Writing
from app.api.records import WRITE
from app.schemas.reports import ReportCreate, ReportRead
from app.services import reports

router = APIRouter(tags=["reports"], route_class=Route)
_THERE: dict[int | str, dict[str, Any]] = {200: {"model": ReportRead, "description": "Nothing of it is new."}}


@router.post("/reports", status_code=201, response_model=ReportRead, responses=_THERE | WRITE)
async def create_report(data: ReportCreate, caller: Ingester, session: Writing, reason: Reason = "") -> Response:
    """What an ingest script sends: one document's worth of claims about one or more events.

    All of it is stored, or nothing. The answer says of each part whether it was created, matched or completed. Sending a
    `ref` again replaces what its earlier deliveries had stored and nobody else has touched; the same body again: nothing.
    """
    answer, changed = await reports.deliver(session, caller, data, reason)
    return answers.parts(answer, created=changed)
