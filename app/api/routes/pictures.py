from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.api import answers, negotiation
from app.api.deps import DocumentAt, DrawingAndListing, EventAt, KeptDrawing, Reader, Router
from app.api.problems import documented
from app.api.records import MERGED, READ
from app.database import Askable
from app.derive.pictures import labels
from app.models import Document
from app.schemas.common import Viewed
from app.schemas.pictures.audits import AuditRead
from app.schemas.pictures.diffs import DiffQuery, DiffRead
from app.schemas.pictures.dossiers import DossierQuery, DossierRead, PictureQuery, TimelineRead
from app.schemas.pictures.figures import FiguresQuery, FiguresRead
from app.schemas.pictures.matrices import MatrixQuery, MatrixRead
from app.schemas.pictures.news import NewsQuery, NewsRead
from app.schemas.pictures.word_labels import WordLabels, WordLabelsQuery
from app.services import records
from app.services.access import Caller
from app.services.pictures import audits, diffs, moments, news
from app.services.pictures.moments import Viewpoint

router = Router("pictures")


@router.get("/words", response_model=WordLabels, responses=documented(), summary="Read labels for words")
async def get_words(request: Request, query: Annotated[WordLabelsQuery, Query()], _caller: Reader) -> Response:
    """What a page shows instead of the words of closed lists, in the reader's language."""
    words = negotiation.wording(request, query.lang)
    return answers.labels(labels.closed_words(words), words.language)


@router.get("/events/{event}/dossier", response_model=DossierRead, responses=READ | MERGED, summary="Read a dossier")
async def get_dossier(
    request: Request, event: EventAt, query: Annotated[DossierQuery, Query()], caller: Reader, session: KeptDrawing
) -> Response:
    """The whole event in one answer.

    Sources and documents stand once, in maps by id.
    """
    return await _picture(request, event, query, caller, session=session, draw=moments.dossier, order=query.order)


@router.get("/events/{event}/timeline", response_model=TimelineRead, responses=READ | MERGED, summary="Read a timeline")
async def get_timeline(
    request: Request, event: EventAt, query: Annotated[PictureQuery, Query()], caller: Reader, session: KeptDrawing
) -> Response:
    """What was said, withdrawn, replaced and assessed, in the order of when that was."""
    return await _picture(request, event, query, caller, session=session, draw=moments.timeline)


@router.get("/events/{event}/figures", response_model=FiguresRead, responses=READ | MERGED, summary="Read figures")
async def get_figures(
    request: Request, event: EventAt, query: Annotated[FiguresQuery, Query()], caller: Reader, session: KeptDrawing
) -> Response:
    """Who gave which number when, and the range that was left open at each moment."""
    details = {"measure": query.measure, "subject": query.subject}
    return await _picture(request, event, query, caller, session=session, draw=moments.figures, **details)


@router.get("/events/{event}/matrix", response_model=MatrixRead, responses=READ | MERGED, summary="Read a matrix")
async def get_matrix(
    request: Request, event: EventAt, query: Annotated[MatrixQuery, Query()], caller: Reader, session: KeptDrawing
) -> Response:
    """Question by question: which side, or source, says what, or has not answered."""
    details = {"question": query.question, "by": query.by}
    return await _picture(request, event, query, caller, session=session, draw=moments.matrix, **details)


async def _picture(
    request: Request,
    event: str,
    query: PictureQuery,
    caller: Caller,
    *,
    session: Askable,
    draw: Callable[..., Awaitable[bytes]],
    **details: str | None,
) -> Response:
    """A picture of an event with its ETag; nothing is loaded where the caller has it already.

    `details`: what this kind of picture takes beside the viewpoint.
    """
    view = query.view if isinstance(query, Viewed) else "full"
    words = negotiation.wording(request, query.lang)
    event_read, viewpoint = await moments.find(session, caller, event, query, words)
    # Callers keep ETags: the function's name, and the order of the details, are a part of them.
    tag = await moments.etag(session, event_read, viewpoint, f"{draw.__name__} {view} {details}")
    answers.check_modified(request, tag, words.language)

    def finish(answer: BaseModel) -> bytes:
        return answers.write_picture(_told(answer, viewpoint), view)

    body = await draw(session, event_read.id, viewpoint, finish, **details)
    return answers.written_picture(body, tag, words.language)


def _told(answer: BaseModel, viewpoint: Viewpoint) -> BaseModel:
    """The picture, with what is to be known of the time that it was asked for by."""
    return answer if viewpoint.hint is None else answer.model_copy(update={"hint": viewpoint.hint})


@router.get("/events/{event}/diff", response_model=DiffRead, responses=READ | MERGED, summary="Read what changed")
async def get_diff(
    request: Request, event: EventAt, query: Annotated[DiffQuery, Query()], caller: Reader, session: KeptDrawing
) -> Response:
    """What changed between two moments: of what was recorded, or of what had been said.

    Statements, claims and questions, standings, statuses and figures; and for each question the same in words.
    """
    event_read = await moments.event_at(session, caller, event)
    words = negotiation.wording(request, query.lang)
    comparison = await diffs.resolve(session, caller, query, words)
    tag = await diffs.etag(session, event_read, comparison)
    answers.check_modified(request, tag, words.language)
    return await answers.picture(await diffs.diff(session, event_read, comparison), tag, words.language)


@router.get("/documents/{document}/audit", response_model=AuditRead, responses=READ | MERGED, summary="Read an audit")
async def get_audit(
    request: Request,
    document: DocumentAt,
    query: Annotated[PictureQuery, Query()],
    caller: Reader,
    session: KeptDrawing,
) -> Response:
    """One document with all that it carries, of every event."""
    document_id = (await records.locate(session, caller, Document, document)).id
    words = negotiation.wording(request, query.lang)
    viewpoint = await moments.resolve(session, caller, query.as_of, query.said_before, wording=words)
    tag = await audits.etag(session, document_id, viewpoint)
    answers.check_modified(request, tag, words.language)
    audit = _told(await audits.audit(session, document_id, viewpoint), viewpoint)
    return await answers.picture(audit, tag, words.language)


@router.get("/events/{event}/news", response_model=NewsRead, responses=READ | MERGED, summary="Read what is new")
async def get_news(
    request: Request, event: EventAt, query: Annotated[NewsQuery, Query()], caller: Reader, session: DrawingAndListing
) -> Response:
    """What is new since somebody last looked, in plain words: for digests and messages.

    Send the `position` of this answer as `since` the next time.
    """
    words = negotiation.wording(request, query.lang)
    event_read = await moments.event_at(session, caller, event)
    return answers.of_now(await news.news(session, caller, event_read, query, words), words.language)
