from typing import Annotated, Any, Final

from fastapi import Body, Request
from fastapi.openapi.models import Example
from starlette.responses import Response

from app import threads
from app.api import answers
from app.api.deps import Ingester, Once, Router, Writing
from app.api.records import WRITE
from app.schemas.reports import ReportCreate, ReportRead
from app.services.deliveries import reports

router = Router("reports")
_NOTHING_NEW: dict[int | str, dict[str, Any]] = {200: {"model": ReportRead, "description": "Nothing is new."}}

# What the examples of the other bodies refer to is in this one.
_EXAMPLES: Final[dict[str, Example]] = {
    "an article": {
        "summary": "What one article says about two events",
        "value": {
            "ref": "news.example:blast",
            "document": {
                "ref": "blast",
                "url": "https://news.example/2023/08/09/blast",
                "publisher": {"name": "Example News", "kind": "outlet"},
                "published": "2023-08-09T15:00+03:00",
                "language": "en",
                "text": "Pakhomov said “a pyrotechnics warehouse blew up”. 31 people were injured, 19 are in hospital.",
            },
            "events": [
                {
                    "ref": "zagorsk-2023",
                    "title": "Explosion in Sergiyev Posad",
                    "occurred": "2023-08-09",
                    "place_name": "Sergiyev Posad",
                    "country": "RU",
                    "event_links": [{"relation": "same_site", "to": "ref:zagorsk-2022"}],
                    "questions": [{"ref": "cause", "text": "What caused the explosion?", "kind": "cause"}],
                    "claims": [
                        {
                            "ref": "warehouse",
                            "text": "The blast began in a rented pyrotechnics warehouse",
                            "language": "en",
                            "question": "ref:cause",
                            "statements": [
                                {
                                    "source": {"name": "Sergei Pakhomov", "kind": "official", "party": "russia"},
                                    "wording": "a pyrotechnics warehouse blew up",
                                    "quoted": True,
                                }
                            ],
                        },
                        {
                            "ref": "injured",
                            "label": "#31",
                            "question": {"measure": "injured"},
                            "figure": {"min": 31},
                            "statements": [{}],
                        },
                        {
                            "ref": "in-hospital",
                            "question": {"measure": "hospitalised"},
                            "figure": {"min": 19, "of": "#31"},
                            "statements": [{}],
                        },
                    ],
                    "claim_links": [{"from": "#31", "relation": "compatible", "to": "ref:warehouse"}],
                },
                {"ref": "zagorsk-2022", "title": "Fire in Sergiyev Posad"},
            ],
        },
    }
}


@router.post("/reports", status_code=201, response_model=ReportRead, responses=_NOTHING_NEW | WRITE)
async def create_report(
    request: Request,
    data: Annotated[ReportCreate, Body(openapi_examples=_EXAMPLES)],
    caller: Ingester,
    session: Writing,
    once: Once,
) -> Response:
    """What an ingest script sends: one document's worth of claims about one or more events.

    All of it is stored, or nothing. Sending a `ref` again replaces what its earlier deliveries stored and nobody else
    touched; the same body again stores nothing.
    """
    is_short = len(await request.body()) <= threads.LONG_BYTES
    answer, changed = await reports.deliver(session, caller, data, is_short=is_short)
    return await once(answers.parts(answer, created=changed))
