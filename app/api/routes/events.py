from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    EventAt,
    EventLinkAt,
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
from app.api.records import CHANGE, MERGED, READ, WRITE, add_routes, created, with_remarks
from app.models import Event, EventLink
from app.schemas.common import Merge, Page
from app.schemas.events import (
    EventChange,
    EventCreate,
    EventLinkChange,
    EventLinkCreate,
    EventLinkQuery,
    EventLinkRead,
    EventQuery,
    EventRead,
)
from app.schemas.kinds import kind_of
from app.services import changing, paging, records
from app.services.intake.bodies import creating
from app.services.lists import disputes, existing

router = Router("events")


@router.get("/events", response_model=Page[EventRead], responses=documented())
async def list_events(
    request: Request, query: Annotated[EventQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """What happened: the events that are kept here."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, disputes.events(query, caller, ids), kind_of(Event).sorts, query)
    return answers.page(request, page, EventRead, view=query.view)


@router.post("/events", status_code=201, response_model=with_remarks(EventRead), responses=created(EventRead))
async def create_event(data: EventCreate, caller: Ingester, session: Writing, once: Once) -> Response:
    """Record an event, or find it by ref or slug."""
    return await once(answers.stored(*await creating.event(session, caller, data)))


@router.patch("/events/{event}", response_model=with_remarks(EventRead), responses=CHANGE)
async def change_event(
    event: EventAt, data: EventChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields."""
    return answers.changed(*await changing.change(session, caller, Event, event, data, if_match=if_match))


@router.post("/events/{event}/merge", response_model=with_remarks(EventRead), responses=WRITE)
async def merge_event(event: EventAt, data: Merge, caller: Writer, session: Writing, once: Once) -> Response:
    """Say that two events are one; a PATCH of `merged_into` undoes it."""
    return await once(answers.changed(*await changing.merge(session, caller, Event, event, data.into)))


@router.get("/events/{event}/event-links", response_model=Page[EventLinkRead], responses=READ | MERGED)
async def list_event_links(
    request: Request, event: EventAt, query: Annotated[EventLinkQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """The events that this one is linked to, from either side."""
    event_id = (await records.locate(session, caller, Event, event)).id
    page = await paging.page(
        session, disputes.event_links(query, caller, {"owner": event_id}), kind_of(EventLink).sorts, query
    )
    return answers.page(request, page, EventLinkRead)


@router.post(
    "/events/{event}/event-links",
    status_code=201,
    response_model=with_remarks(EventLinkRead),
    responses=created(EventLinkRead),
)
async def create_event_link(
    event: EventAt, data: EventLinkCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Link this event to what came before, followed, or happened at the same site."""
    return await once(answers.stored(*await creating.event_link(session, caller, event, data)))


@router.patch("/event-links/{event_link}", response_model=with_remarks(EventLinkRead), responses=CHANGE)
async def change_event_link(
    event_link: EventLinkAt, data: EventLinkChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Correct a link's relation."""
    return answers.changed(*await changing.change(session, caller, EventLink, event_link, data, if_match=if_match))


add_routes(router, "/events/{event}", Event, EventAt)
add_routes(router, "/event-links/{event_link}", EventLink, EventLinkAt)
