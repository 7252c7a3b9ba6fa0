from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    IfMatch,
    Ingester,
    KeptDrawing,
    KeptSession,
    Once,
    Reader,
    Router,
    SourceAt,
    SourceLinkAt,
    Writer,
    Writing,
)
from app.api.problems import documented
from app.api.records import CHANGE, MERGED, READ, WRITE, add_routes, created, with_remarks
from app.models import Source, SourceLink
from app.schemas.common import Merge, Page
from app.schemas.kinds import kind_of
from app.schemas.pictures.track_records import TrackRecordQuery, TrackRecordRead
from app.schemas.sources import (
    EverySourceLinkQuery,
    SourceChange,
    SourceCreate,
    SourceLinkChange,
    SourceLinkCreate,
    SourceLinkListed,
    SourceLinkQuery,
    SourceLinkRead,
    SourceQuery,
    SourceRead,
)
from app.services import paging, records, source_links
from app.services.intake.bodies import creating
from app.services.lists import directory, existing
from app.services.pictures import track_records

router = Router("sources")


@router.get("/sources", response_model=Page[SourceRead], responses=documented())
async def list_sources(
    request: Request, query: Annotated[SourceQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Everybody who speaks or publishes."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, directory.sources(query, caller, ids), kind_of(Source).sorts, query)
    return answers.page(request, page, SourceRead, view=query.view)


@router.post("/sources", status_code=201, response_model=with_remarks(SourceRead), responses=created(SourceRead))
async def create_source(data: SourceCreate, caller: Ingester, session: Writing, once: Once) -> Response:
    """Record a source, or find it by ref, or name and kind."""
    return await once(answers.stored(*await creating.source(session, caller, data)))


@router.patch("/sources/{source}", response_model=with_remarks(SourceRead), responses=CHANGE)
async def change_source(
    source: SourceAt, data: SourceChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields."""
    return answers.changed(*await source_links.change_source(session, caller, source, data, if_match=if_match))


@router.get(
    "/sources/{source}/record", response_model=TrackRecordRead, responses=READ | MERGED, summary="Read a track record"
)
async def get_track_record(
    request: Request,
    source: SourceAt,
    query: Annotated[TrackRecordQuery, Query()],
    caller: Reader,
    session: KeptDrawing,
) -> Response:
    """What the source's family had said of open questions that were settled later."""
    source_id = (await records.locate(session, caller, Source, source)).id
    tag = await track_records.etag(session, caller, source_id, query.said_before)
    answers.check_modified(request, tag)
    return await answers.picture(await track_records.record(session, caller, source_id, query.said_before), tag)


@router.post("/sources/{source}/merge", response_model=with_remarks(SourceRead), responses=WRITE)
async def merge_source(source: SourceAt, data: Merge, caller: Writer, session: Writing, once: Once) -> Response:
    """Say that two sources are one; a PATCH of `merged_into` undoes it."""
    return await once(answers.changed(*await source_links.merge(session, caller, source, data.into)))


@router.get("/sources/{source}/links", response_model=Page[SourceLinkListed], responses=READ | MERGED)
async def list_source_links(
    request: Request, source: SourceAt, query: Annotated[SourceLinkQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Who may be the same, and who is not, as an editor said."""
    source_id = (await records.locate(session, caller, Source, source)).id
    rows = directory.source_links(query, caller, {"owner": source_id})
    page = await paging.page(session, rows, kind_of(SourceLink).sorts, query)
    return answers.page(request, page, SourceLinkListed)


@router.post(
    "/sources/{source}/links",
    status_code=201,
    response_model=with_remarks(SourceLinkRead),
    responses=created(SourceLinkRead),
)
async def create_source_link(
    source: SourceAt, data: SourceLinkCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Say that a source may be the same as another, or is not."""
    return await once(answers.stored(*await creating.source_link(session, caller, source, data)))


@router.get("/source-links", response_model=Page[SourceLinkListed], responses=documented())
async def list_every_source_link(
    request: Request, query: Annotated[EverySourceLinkQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Who may be the same as whom; `state=proposed` is what waits for an editor."""
    sorts = {**kind_of(SourceLink).sorts, "consequence": "consequence"}
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, directory.every_source_link(query, caller, ids), sorts, query)
    return answers.page(request, page, SourceLinkListed)


@router.patch("/source-links/{source_link}", response_model=with_remarks(SourceLinkRead), responses=CHANGE)
async def change_source_link(
    source_link: SourceLinkAt, data: SourceLinkChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Confirm that two sources are the same, which merges them, or reject it."""
    return answers.changed(*await source_links.change(session, caller, source_link, data, if_match=if_match))


add_routes(router, "/sources/{source}", Source, SourceAt)
add_routes(router, "/source-links/{source_link}", SourceLink, SourceLinkAt)
