from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers, negotiation
from app.api.deps import DocumentAt, KeptDrawing, Reader, Router
from app.api.records import MERGED, READ
from app.models import Document
from app.schemas.pictures.audits import AuditRead
from app.schemas.pictures.dossiers import PictureQuery
from app.services import records
from app.services.pictures import audits, moments

router = Router("pictures")


@router.get("/documents/{document}/audit", response_model=AuditRead, responses=READ | MERGED, summary="Read an audit")
async def get_audit(
    request: Request,
    document: DocumentAt,
    query: Annotated[PictureQuery, Query()],
    caller: Reader,
    session: KeptDrawing,
) -> Response:
    """One document with all that it carries, of every event.

    Where its quotations stand in its text; what it states in nobody's name; what in it can't be true together.
    """
    document_id = (await records.locate(session, caller, Document, document)).id
    words = negotiation.wording(request, query.lang)
    viewpoint = await moments.resolve(session, caller, query.as_of, query.said_before, wording=words)
    tag = await audits.etag(session, document_id, viewpoint)
    answers.check_modified(request, tag, words.language)
    return await answers.picture(await audits.audit(session, document_id, viewpoint), tag, words.language)
