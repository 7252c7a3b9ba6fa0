from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import (
    DocumentAt,
    DocumentLinkAt,
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
from app.models import Document, DocumentLink, DocumentVersion
from app.schemas.common import Merge, Page
from app.schemas.documents import (
    DocumentChange,
    DocumentCreate,
    DocumentLinkChange,
    DocumentLinkCreate,
    DocumentLinkQuery,
    DocumentLinkRead,
    DocumentQuery,
    DocumentRead,
    EveryDocumentLinkQuery,
    VersionCreate,
    VersionQuery,
    VersionRead,
)
from app.schemas.kinds import kind_of
from app.services import changing, paging, records
from app.services.intake.bodies import creating
from app.services.lists import directory, existing

router = Router("documents")


@router.get("/documents", response_model=Page[DocumentRead], responses=documented())
async def list_documents(
    request: Request, query: Annotated[DocumentQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """Everything that was published and recorded here."""
    ids = await existing.find(session, caller, query)
    page = await paging.page(session, directory.documents(query, caller, ids), kind_of(Document).sorts, query)
    return answers.page(request, page, DocumentRead, view=query.view)


@router.post("/documents", status_code=201, response_model=with_remarks(DocumentRead), responses=created(DocumentRead))
async def create_document(data: DocumentCreate, caller: Ingester, session: Writing, once: Once) -> Response:
    """Record a document and what was read of it, or find it.

    A new text makes a version.
    """
    return await once(answers.stored(*await creating.document(session, caller, data)))


@router.patch("/documents/{document}", response_model=with_remarks(DocumentRead), responses=CHANGE)
async def change_document(
    document: DocumentAt, data: DocumentChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Change some fields."""
    return answers.changed(*await changing.change(session, caller, Document, document, data, if_match=if_match))


@router.post("/documents/{document}/merge", response_model=with_remarks(DocumentRead), responses=WRITE)
async def merge_document(document: DocumentAt, data: Merge, caller: Writer, session: Writing, once: Once) -> Response:
    """Say that two documents are one; a PATCH of `merged_into` undoes it."""
    return await once(answers.changed(*await changing.merge(session, caller, Document, document, data.into)))


@router.get("/documents/{document}/versions", response_model=Page[VersionRead], responses=READ | MERGED)
async def list_versions(
    request: Request,
    document: DocumentAt,
    query: Annotated[VersionQuery, Query()],
    caller: Reader,
    session: KeptSession,
) -> Response:
    """What was read of it, and when."""
    document_id = (await records.locate(session, caller, Document, document)).id
    rows = directory.versions(query, caller, {"owner": document_id})
    page = await paging.page(session, rows, kind_of(DocumentVersion).sorts, query)
    return answers.page(request, page, VersionRead)


@router.post(
    "/documents/{document}/versions",
    status_code=201,
    response_model=with_remarks(VersionRead),
    responses=created(VersionRead),
)
async def create_version(
    document: DocumentAt, data: VersionCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Record what was read of a document."""
    return await once(answers.stored(*await creating.version(session, caller, document, data), location=False))


@router.get("/documents/{document}/links", response_model=Page[DocumentLinkRead], responses=READ | MERGED)
async def list_document_links(
    request: Request,
    document: DocumentAt,
    query: Annotated[DocumentLinkQuery, Query()],
    caller: Reader,
    session: KeptSession,
) -> Response:
    """What it was made out of or answers, and what was made out of it."""
    document_id = (await records.locate(session, caller, Document, document)).id
    page = await paging.page(
        session, directory.document_links(query, caller, {"owner": document_id}), kind_of(DocumentLink).sorts, query
    )
    return answers.page(request, page, DocumentLinkRead)


@router.post(
    "/documents/{document}/links",
    status_code=201,
    response_model=with_remarks(DocumentLinkRead),
    responses=created(DocumentLinkRead),
)
async def create_document_link(
    document: DocumentAt, data: DocumentLinkCreate, caller: Ingester, session: Writing, once: Once
) -> Response:
    """Say how a document depends on another."""
    return await once(answers.stored(*await creating.document_link(session, caller, document, data)))


@router.get("/document-links", response_model=Page[DocumentLinkRead], responses=documented())
async def list_every_document_link(
    request: Request, query: Annotated[EveryDocumentLinkQuery, Query()], caller: Reader, session: KeptSession
) -> Response:
    """How documents depend on each other; `state=proposed` is what waits for an editor."""
    ids = await existing.find(session, caller, query)
    links = directory.every_document_link(query, caller, ids)
    page = await paging.page(session, links, kind_of(DocumentLink).sorts, query)
    return answers.page(request, page, DocumentLinkRead)


@router.patch("/document-links/{document_link}", response_model=with_remarks(DocumentLinkRead), responses=CHANGE)
async def change_document_link(
    document_link: DocumentLinkAt, data: DocumentLinkChange, caller: Writer, session: Writing, if_match: IfMatch = None
) -> Response:
    """Confirm, reject or correct a link."""
    return answers.changed(
        *await changing.change(session, caller, DocumentLink, document_link, data, if_match=if_match)
    )


add_routes(router, "/documents/{document}", Document, DocumentAt)
add_routes(router, "/document-links/{document_link}", DocumentLink, DocumentLinkAt)
