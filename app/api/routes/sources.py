from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import IfMatch, Ingester, Once, Reader, Route, Session, SourceAt, Writer, Writing
from app.api.problems import documented
from app.api.records import CHANGE, MERGED, READ, WRITE, add_routes, created
from app.models import Source
from app.schemas.common import Merge, Page
from app.schemas.kinds import kind_of
from app.schemas.pictures.track_records import TrackRecordQuery, TrackRecordRead
from app.schemas.sources import SourceChange, SourceCreate, SourceQuery, SourceRead
from app.services import changing, lists, paging, records
from app.services.intake import creating
from app.services.pictures import track_records

router = APIRouter(prefix="/sources", tags=["sources"], route_class=Route)


@router.get("", response_model=Page[SourceRead], responses=documented())
async def list_sources(
    request: Request, query: Annotated[SourceQuery, Query()], caller: Reader, session: Session
) -> Response:
    """Everybody who speaks or publishes."""
    page = await paging.page(session, lists.sources(query, caller), kind_of(Source).sorts, query)
    return answers.page(request, page, SourceRead)


@router.post("", status_code=201, response_model=SourceRead, responses=created(SourceRead))
async def create_source(data: SourceCreate, caller: Ingester, session: Writing, once: Once) -> Response:
    """Record a source, or find the one with this ref, or this name and kind."""
    return await once(answers.stored(*await creating.source(session, caller, data)))


@router.patch("/{source}", response_model=SourceRead, responses=CHANGE)
async def change_source(
    source: SourceAt, data: SourceChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields (RFC 7396): what is not given stays, a null empties a field."""
    return answers.record(await changing.change(session, caller, Source, source, data, if_match=if_match))


@router.get("/{source}/record", response_model=TrackRecordRead, responses=READ | MERGED, summary="Read a track record")
async def get_track_record(
    request: Request,
    source: SourceAt,
    query: Annotated[TrackRecordQuery, Query()],
    caller: Reader,
    session: Session,
) -> Response:
    """What the source, or whom it belongs to, had said of open questions that were settled later: right or wrong."""
    source_id = (await records.get(session, caller, Source, source)).id
    tag = await track_records.etag(session, caller, source_id, query.said_before)
    answers.check_modified(request, tag)
    return answers.picture(await track_records.record(session, caller, source_id, query.said_before), tag)


@router.post("/{source}/merge", response_model=SourceRead, responses=WRITE)
async def merge_source(source: SourceAt, data: Merge, caller: Writer, session: Writing, once: Once) -> Response:
    """Say that two sources are one. No row moves: readers of the other see what both said; a PATCH undoes it."""
    return await once(answers.record(await records.merge(session, caller, Source, source, data.into)))


add_routes(router, "/{source}", Source, SourceAt)
