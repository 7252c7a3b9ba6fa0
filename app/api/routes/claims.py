from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    ClaimAt,
    ClaimLinkAt,
    EventAt,
    IfMatch,
    Ingester,
    KeptSession,
    Once,
    Reader,
    Router,
    Writer,
    Writing,
)
from app.api.problems import documented
from app.api.records import CHANGE, MERGED, READ, WRITE, add_routes, created, listed, with_remarks
from app.models import Claim, ClaimLink, Event
from app.schemas.claims import (
    ClaimChange,
    ClaimCreate,
    ClaimLinkChange,
    ClaimLinkCreate,
    ClaimLinkQuery,
    ClaimLinkRead,
    ClaimQuery,
    ClaimRead,
)
from app.schemas.common import Merge, Page
from app.schemas.kinds import kind_of
from app.schemas.pictures.listed import ClaimListed, ClaimPage
from app.schemas.reports import ClaimCallAnswer
from app.services import changing, paging, records
from app.services.intake.bodies import creating
from app.services.lists import disputes, existing

router = Router("claims")
_NOTHING_NEW: dict[int | str, dict[str, Any]] = {200: {"model": ClaimCallAnswer, "description": "Nothing is new."}}


@router.get("/claims", response_model=ClaimPage, responses=documented())
async def list_claims(
    request: Request, query: Annotated[ClaimQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """The propositions in dispute."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, disputes.claims(query, caller, ids), kind_of(Claim).sorts, query)
    return await listed(request, session, caller, query, page, read=ClaimListed)


@router.get("/events/{event}/claims", response_model=ClaimPage, responses=READ | MERGED)
async def list_event_claims(
    request: Request, event: EventAt, query: Annotated[ClaimQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """The propositions in dispute about one event."""
    event_id = (await records.locate(session, caller, Event, event)).id
    ids = await existing.find(session, caller, query)
    rows = disputes.claims(query, caller, ids | {"owner": event_id})
    page = await paging.page(session, rows, kind_of(Claim).sorts, query)
    return await listed(request, session, caller, query, page, read=ClaimListed)


@router.post("/events/{event}/claims", status_code=201, response_model=ClaimCallAnswer, responses=_NOTHING_NEW | WRITE)
async def create_claim(event: EventAt, data: ClaimCreate, caller: Ingester, session: Writing, once: Once) -> Response:
    """The core call: one claim, the question it answers, and who says what about it, where and how."""
    answer, changed = await creating.claim(session, caller, event, data)
    return await once(answers.parts(answer, created=changed))


@router.patch("/claims/{claim}", response_model=with_remarks(ClaimRead), responses=CHANGE)
async def change_claim(
    claim: ClaimAt, data: ClaimChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields."""
    return answers.changed(*await changing.change(session, caller, Claim, claim, data, if_match=if_match))


@router.post("/claims/{claim}/merge", response_model=with_remarks(ClaimRead), responses=WRITE)
async def merge_claim(claim: ClaimAt, data: Merge, caller: Writer, session: Writing, once: Once) -> Response:
    """Say that two claims of one event are one; a PATCH of `merged_into` undoes it."""
    return await once(answers.changed(*await changing.merge(session, caller, Claim, claim, data.into)))


@router.get("/events/{event}/claim-links", response_model=Page[ClaimLinkRead], responses=READ | MERGED)
async def list_claim_links(
    request: Request, event: EventAt, query: Annotated[ClaimLinkQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """How its claims stand to each other."""
    event_id = (await records.locate(session, caller, Event, event)).id
    page = await paging.page(
        session, disputes.claim_links(query, caller, {"owner": event_id}), kind_of(ClaimLink).sorts, query
    )
    return answers.page(request, page, ClaimLinkRead)


@router.post(
    "/events/{event}/claim-links",
    status_code=201,
    response_model=with_remarks(ClaimLinkRead),
    responses=created(ClaimLinkRead),
)
async def create_claim_link(
    event: EventAt, data: ClaimLinkCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Say how one claim stands to another."""
    return await once(answers.stored(*await creating.claim_link(session, caller, event, data)))


@router.patch("/claim-links/{claim_link}", response_model=with_remarks(ClaimLinkRead), responses=CHANGE)
async def change_claim_link(
    claim_link: ClaimLinkAt, data: ClaimLinkChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Correct a link's relation."""
    return answers.changed(*await changing.change(session, caller, ClaimLink, claim_link, data, if_match=if_match))


add_routes(router, "/claims/{claim}", Claim, ClaimAt)
add_routes(router, "/claim-links/{claim_link}", ClaimLink, ClaimLinkAt)
