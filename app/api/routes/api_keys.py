from datetime import timedelta
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.api import answers
from app.api.deps import NEVER_KEPT, Admin, Router, Session, Writing
from app.api.problems import documented
from app.api.records import READ, WRITE
from app.errors import Forbidden
from app.schemas.api_keys import ApiKeyCreate, ApiKeyMade, ApiKeyQuery, ApiKeyRead, ApiKeyRotate
from app.schemas.common import Page
from app.services import access, paging
from app.services.access import Caller
from app.services.paging import Listing

log = structlog.get_logger()
router = Router("keys")
_SORTS = {"created_at": "created_at"}
KeyAt = Annotated[UUID, Path(alias="key", description="Which key.")]


@router.get("/keys", response_model=Page[ApiKeyRead], responses=documented(Forbidden))
async def list_keys(
    request: Request, query: Annotated[ApiKeyQuery, Query()], _caller: Admin, session: Session
) -> Response:
    """Who may call, and who might before."""
    page = await paging.page(session, Listing(access.listing()), _SORTS, query)
    return answers.page(request, page, ApiKeyRead)


@router.post("/keys", status_code=201, response_model=ApiKeyMade, responses=WRITE, dependencies=[NEVER_KEPT])
async def create_key(data: ApiKeyCreate, caller: Admin, session: Writing) -> Response:
    """Make a key. Its token is told this once."""
    new = await access.create(session, caller, data.name, data.scopes, data.owner, data.expires_at)
    _log("key created", new.key["id"], caller, session)
    return answers.secret(ApiKeyMade(**new.key, token=new.token), 201, f"/v1/keys/{new.key['id']}")


@router.get("/keys/{key}", response_model=ApiKeyRead, responses=READ | documented(Forbidden))
async def get_key(key: KeyAt, _caller: Admin, session: Session) -> Response:
    """What is told of a key."""
    return answers.record(ApiKeyRead.model_validate(await access.get(session, key)))


@router.post("/keys/{key}/rotate", response_model=ApiKeyMade, responses=WRITE, dependencies=[NEVER_KEPT])
async def rotate_key(key: KeyAt, data: ApiKeyRotate, caller: Admin, session: Writing) -> Response:
    """Give it another token, which is told this once."""
    new = await access.rotate(session, caller, key, timedelta(seconds=data.overlap or 0), data.expires_at)
    _log("key rotated", key, caller, session)
    return answers.secret(ApiKeyMade(**new.key, token=new.token))


@router.delete("/keys/{key}", status_code=204, responses=WRITE)
async def revoke_key(key: KeyAt, caller: Admin, session: Writing) -> Response:
    """Revoke it: a second later it calls nowhere. It stays in the list."""
    await access.revoke(session, key)
    _log("key revoked", key, caller, session)
    return Response(status_code=204)


def _log(done: str, key_id: UUID, caller: Caller, session: AsyncSession) -> None:
    """Note who did it: keys are no records, of which the ledger would tell."""
    log.info(done, key=str(key_id), by=caller.name, reason=session.info["signature"].reason)
