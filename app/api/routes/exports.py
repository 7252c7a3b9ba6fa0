"""Exports: pictures and records in other formats."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from fastapi import Path, Query, Request
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from app import threads
from app.api import answers, negotiation, streams
from app.api.deps import Connected, Drawing, EventAt, Exporting, Reader, Router
from app.api.problems import documented
from app.api.records import MERGED, READ
from app.database import Database
from app.derive.rules.rows import View
from app.errors import Invalid
from app.formats import assessed, atom, csv, flat, jsonld
from app.formats.cells import Row
from app.schemas.forms import misnamed
from app.schemas.pictures import slices
from app.schemas.pictures.dossiers import PictureQuery
from app.schemas.pictures.exports import (
    AssessmentsTableQuery,
    ColumnsQuery,
    CsvQuery,
    EventCollection,
    EventsCsvQuery,
    JsonLdQuery,
    MapQuery,
    StatementsTableQuery,
    TableQuery,
)
from app.services import exporting, maps, table_exports
from app.services.access import Caller
from app.services.lists import bearers, disputes, existing
from app.services.paging import Listing
from app.services.pictures import feeds, listing, moments
from app.services.records import Located
from app.texts.messages.wording import Wording

router = Router("exports")

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
JSON_LD: Final = "application/ld+json"
ATOM: Final = "application/atom+xml"
GEOJSON: Final = "application/geo+json"


class GeoJsonResponse(JSONResponse):
    media_type = GEOJSON


Responses: TypeAlias = dict[int | str, dict[str, Any]]


def _gives(media_type: str, says: str, schema: dict[str, Any]) -> Responses:
    return {200: {"description": says, "content": {media_type: {"schema": schema}}}}


FileFormat: TypeAlias = Annotated[Literal["csv", "ndjson"], Path(alias="format", description="Of the file.")]
RowsOf: TypeAlias = Callable[[AsyncSession], AsyncIterator[list[Row]]]

_TEXT: Final = {"type": "string"}
_LINES: Final = _gives(NDJSON, "One JSON object in each line.", _TEXT)
_TABLES: Final = {CSV: {"schema": _TEXT}, NDJSON: {"schema": _TEXT}}
_TABLE: Final[Responses] = {200: {"description": "As in RFC 4180, or an object a line.", "content": _TABLES}}


class _Table(NamedTuple):
    """A list as a table over all events."""

    name: str
    file_format: Literal["csv", "ndjson"]
    query: ColumnsQuery
    columns: Sequence[str]
    """All that there are."""
    rows: RowsOf


# --- pictures of one event -------------------------------------------------------------------------------------------


@router.get(
    "/events/{event}/export.csv",
    response_class=Response,
    responses=READ | MERGED | _gives(CSV, "RFC 4180, in UTF-8, with a header.", _TEXT),
    summary="Export an event as CSV",
)
async def export_csv(
    request: Request, event: EventAt, query: Annotated[CsvQuery, Query()], caller: Reader, session: Drawing
) -> Response:
    """A row for each statement: who says what, when, where, and where the claim stands."""
    words = negotiation.of_files(request, query.lang)
    columns = _columns(query.columns, csv.COLUMNS)
    event_read, viewpoint = await moments.find(session, caller, event, query, words)
    tag = await moments.etag(session, event_read, viewpoint, f"csv {query.safe} {query.bom} {query.columns}")
    answers.check_modified(request, tag)
    render = partial(csv.render, safe=query.safe, bom=query.bom, columns=columns)
    body = await moments.dossier(session, event_read.id, viewpoint, partial(slices.written_last, render))
    headers = _headers(tag, event_read, "csv") | _in_language(query)
    return Response(body, 200, headers, f"{CSV}; charset=utf-8; header=present")


@router.get(
    "/events/{event}/export.jsonld",
    response_class=Response,
    responses=READ | MERGED | _gives(JSON_LD, "JSON-LD 1.1.", {"type": "object"}),
    summary="Export an event as JSON-LD",
)
async def export_jsonld(
    request: Request, event: EventAt, query: Annotated[JsonLdQuery, Query()], caller: Reader, session: Drawing
) -> Response:
    """The event in the words of schema.org: Event, Claim, ClaimReview; a statement is an action of its source."""
    words = negotiation.of_files(request, query.lang)
    event_read, viewpoint = await moments.find(session, caller, event, query, words)
    tag = await moments.etag(session, event_read, viewpoint, "jsonld")
    answers.check_modified(request, tag)
    body = await moments.dossier(session, event_read.id, viewpoint, partial(slices.written_last, jsonld.render))
    return Response(body, 200, _headers(tag, event_read, "jsonld") | _in_language(query), JSON_LD)


@router.get(
    "/events/{event}/export.atom",
    response_class=Response,
    responses=READ | MERGED | _gives(ATOM, "RFC 4287.", _TEXT),
    summary="Follow an event as an Atom feed",
)
async def export_atom(request: Request, event: EventAt, caller: Reader, session: Drawing) -> Response:
    """The newest 100 changes, by when they were recorded.

    And of the newest ten days with changes, the standings and statuses that moved.
    """
    event_read, viewpoint = await moments.find(session, caller, event, PictureQuery())
    tag = await moments.etag(session, event_read, viewpoint, "atom")
    answers.check_modified(request, tag)
    body = await threads.run(atom.render, *await feeds.feed(session, event_read.id, viewpoint))
    return Response(body, 200, _headers(tag, event_read, "atom", "inline"), ATOM)


def _headers(tag: str, event: Located, ending: str, disposition: str = "attachment") -> dict[str, str]:
    return {"ETag": tag, "Content-Disposition": f'{disposition}; filename="{event.slug}.{ending}"'}


def _in_language(query: TableQuery | JsonLdQuery | MapQuery) -> dict[str, str]:
    return {"Content-Language": query.lang}  # and no Vary: the address alone decides


def _columns(parameter: str | None, columns: Sequence[str]) -> Sequence[str]:
    """Those that are asked for. Raises Invalid, with the nearest that there are."""
    if parameter is None:
        return columns
    names = [name.strip() for name in parameter.split(",")]
    for nth, name in enumerate(names, 1):
        if name not in columns:
            raise Invalid.parameter("columns", misnamed.no_such_column(name, nth, columns, csv.COLUMNS))
        if name in names[: nth - 1]:
            raise Invalid.parameter("columns", f"`{name}` is named twice")
    return names


# --- tables over many events, as a stream ----------------------------------------------------------------------------


@router.get(
    "/export.csv",
    response_class=Response,
    responses=documented() | _gives(CSV, "RFC 4180, in UTF-8, with a header.", _TEXT),
    summary="Export many events as CSV",
)
async def export_events_csv(
    request: Request,
    query: Annotated[EventsCsvQuery, Query()],
    caller: Reader,
    session: Exporting,
    database: Connected,
) -> Response:
    """The tables of several events in one: those named with `event`, or all that fit the filters of their list."""
    columns = _columns(query.columns, csv.COLUMNS)
    ids = await existing.find(session, caller, query)
    tag = await _etag_of_many(session, caller, f"csv {query!r}")
    answers.check_modified(request, tag)
    chosen = table_exports.events(query, disputes.events(query, caller, ids))
    words = negotiation.of_files(request, query.lang)
    lines = _events_table(database, chosen, listing.view(caller, words), columns, query)
    return await streams.stream(
        request, session, lines, _named(tag, "events.csv", query), f"{CSV}; charset=utf-8; header=present"
    )


@router.get(
    "/statements.{format}",
    response_class=Response,
    responses=documented() | _TABLE,
    summary="Export statements as CSV or NDJSON",
)
async def export_statements(
    request: Request,
    file_format: FileFormat,
    query: Annotated[StatementsTableQuery, Query()],
    *,
    caller: Reader,
    session: Exporting,
    database: Connected,
) -> Response:
    """All that fit the filters of their list, each with its event, question, claim, source and first document."""
    ids = await existing.find(session, caller, query)
    await bearers.find(session, caller, query.source)
    words = negotiation.of_files(request, query.lang)
    fitting = disputes.statements(query, caller, ids)
    rows = partial(table_exports.statements, fitting=fitting, query=query, view=listing.view(caller, words))
    table = _Table("statements", file_format, query, flat.COLUMNS, rows)
    return await _table(request, session, database, caller, table)


@router.get(
    "/assessments.{format}",
    response_class=Response,
    responses=documented() | _TABLE,
    summary="Export assessments as CSV or NDJSON",
)
async def export_assessments(
    request: Request,
    file_format: FileFormat,
    query: Annotated[AssessmentsTableQuery, Query()],
    *,
    caller: Reader,
    session: Exporting,
    database: Connected,
) -> Response:
    """All that fit the filters of their list, each with its author, claim, question and event."""
    ids = await existing.find(session, caller, query)
    words = negotiation.of_files(request, query.lang)
    fitting = disputes.assessments(query, caller, ids)
    rows = partial(table_exports.assessments, fitting=fitting, query=query, view=listing.view(caller, words))
    table = _Table("assessments", file_format, query, assessed.COLUMNS, rows)
    return await _table(request, session, database, caller, table)


async def _table(
    request: Request, session: AsyncSession, database: Database, caller: Caller, table: _Table
) -> Response:
    """What is no CSV has no apostrophes and no byte order mark."""
    query = table.query
    columns = _columns(query.columns, table.columns)
    if table.file_format == "ndjson":
        for name in ("safe", "bom"):
            if getattr(query, name):
                raise Invalid.parameter(name, "this is for CSV alone")
    tag = await _etag_of_many(session, caller, f"{table.name} {table.file_format} {query!r}")
    answers.check_modified(request, tag)
    headers = _named(tag, f"{table.name}.{table.file_format}", query)
    if table.file_format == "ndjson":
        return await streams.stream(request, session, _rows_as_ndjson(database, table.rows, columns), headers, NDJSON)
    lines = _rows_as_csv(database, table.rows, query, columns)
    return await streams.stream(request, session, lines, headers, f"{CSV}; charset=utf-8; header=present")


def _named(tag: str, name: str, query: TableQuery) -> dict[str, str]:
    return {"ETag": tag, "Content-Disposition": f'attachment; filename="{name}"', **_in_language(query)}


async def _events_table(
    database: Database, chosen: Listing, view: View, columns: Sequence[str], query: TableQuery
) -> AsyncGenerator[bytes]:
    yield csv.header(columns, safe=query.safe, bom=query.bom)
    async with database.exporting() as session:
        async for lines in table_exports.tables(session, chosen, view, columns, safe=query.safe):
            yield lines


async def _rows_as_csv(
    database: Database, rows: RowsOf, query: TableQuery, columns: Sequence[str]
) -> AsyncGenerator[bytes]:
    yield csv.header(columns, safe=query.safe, bom=query.bom)
    async with database.exporting() as session:
        async for some_rows in rows(session):
            yield csv.lines(some_rows, columns, safe=query.safe)


async def _rows_as_ndjson(database: Database, rows: RowsOf, columns: Sequence[str]) -> AsyncGenerator[bytes]:
    async with database.exporting() as session:
        async for some_rows in rows(session):
            yield b"".join(to_json(_known(row, columns)) + b"\n" for row in some_rows)


def _known(row: Row, columns: Sequence[str]) -> Row:
    """What is not known is null here, not an empty text as in a cell."""
    return {name: None if row.get(name) == "" else row.get(name) for name in columns}


# --- records, as a stream --------------------------------------------------------------------------------------------


@router.get(
    "/events/{event}/export.ndjson",
    response_class=Response,
    responses=READ | MERGED | _LINES,
    summary="Export an event as NDJSON",
)
async def export_ndjson(
    request: Request, event: EventAt, caller: Reader, session: Exporting, database: Connected
) -> Response:
    """All that the dossier is made of, as lines for `POST /v1/ingest`."""
    event_read, viewpoint = await moments.find(session, caller, event, PictureQuery())
    tag = await moments.etag(session, event_read, viewpoint, "ndjson")
    answers.check_modified(request, tag)
    return await streams.stream(
        request, session, _lines(database, caller, event_read.id), _headers(tag, event_read, "ndjson"), NDJSON
    )


@router.get("/export.ndjson", response_class=Response, responses=documented() | _LINES, summary="Export everything")
async def export_everything(request: Request, caller: Reader, session: Exporting, database: Connected) -> Response:
    """All that the caller may see, as lines for `POST /v1/ingest`, in one snapshot.

    Ingested by an admin key elsewhere they give the same pictures. It is no backup.
    """
    tag = await _etag_of_many(session, caller, "ndjson")
    answers.check_modified(request, tag)
    headers = {"ETag": tag, "Content-Disposition": 'attachment; filename="counterclaim.ndjson"'}
    return await streams.stream(request, session, _lines(database, caller, None), headers, NDJSON)


@router.get(
    "/events.geojson",
    response_model=EventCollection,
    response_class=GeoJsonResponse,
    responses=documented(),
    summary="Export events as GeoJSON",
)
async def export_geojson(
    request: Request, query: Annotated[MapQuery, Query()], caller: Reader, session: Exporting, database: Connected
) -> Response:
    """All events that fit the filters of their list, as a map."""
    ids = await existing.find(session, caller, query)
    tag = await _etag_of_many(session, caller, f"geojson {query!r}")
    answers.check_modified(request, tag)
    headers = {"ETag": tag, "Content-Disposition": 'inline; filename="events.geojson"', **_in_language(query)}
    words = negotiation.of_files(request, query.lang)
    features = _features(database, caller, query, disputes.events(query, caller, ids), words)
    return await streams.stream(request, session, features, headers, GEOJSON)


async def _etag_of_many(session: AsyncSession, caller: Caller, export: str) -> str:
    # A change between this and the snapshot that is streamed makes the tag too old, which costs one more reading.
    return await moments.etag_of_all(session, export, caller.may("read"), caller.may("confidential"))


async def _lines(database: Database, caller: Caller, event_id: UUID | None) -> AsyncGenerator[bytes]:
    async with database.exporting() as session:
        async for _, line in exporting.lines(session, caller, event_id):
            yield line


async def _features(
    database: Database, caller: Caller, query: MapQuery, fitting: Listing, words: Wording
) -> AsyncGenerator[bytes]:
    async with database.exporting() as session:
        async for part in maps.features(session, caller, query, fitting, words):
            yield part
