from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from starlette.responses import Response

from app import errors
from app.api import answers
from app.api.deps import NEVER_KEPT, Connected, Follower, Router, Session, Writing
from app.api.problems import documented
from app.api.records import READ, WRITE
from app.schemas.pictures.webhooks import (
    WebhookDeliveryRead,
    WebhookInput,
    WebhookList,
    WebhookRead,
)
from app.services.webhooks import deliveries, hooks
from app.settings import Settings
from app.telling.request_notes import RequestNote

router = Router("webhooks")
_LISTED = documented(errors.Forbidden)
WebhookAt = Annotated[UUID, Path(alias="webhook", description="Which.")]


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


@router.get("/webhooks", response_model=WebhookList, responses=_LISTED)
async def list_webhooks(caller: Follower, session: Session) -> Response:
    """Your key's; with `admin` all."""
    rows = await hooks.all_of(session, caller)
    return answers.whole_list(WebhookList(items=[WebhookRead.model_validate(row) for row in rows]))


@router.post("/webhooks", status_code=201, response_model=WebhookRead, responses=WRITE, dependencies=[NEVER_KEPT])
async def create_webhook(
    request: Request, data: WebhookInput, caller: Follower, database: Connected, session: Writing
) -> Response:
    """Have changes sent."""
    planned = await hooks.plan(database, caller, data)
    webhook = WebhookRead(**await hooks.create(session, caller, _settings(request), data, planned))
    return answers.secret(webhook, 201, f"/v1/webhooks/{webhook.id}")


@router.get("/webhooks/{webhook}", response_model=WebhookRead, responses=READ | _LISTED)
async def get_webhook(webhook: WebhookAt, caller: Follower, session: Session) -> Response:
    """With what was tried lately."""
    row = await hooks.get(session, caller, webhook)
    log = await deliveries.latest(session, webhook)
    return answers.parts(WebhookRead.model_validate({**row, "deliveries": log}), created=False)


@router.patch("/webhooks/{webhook}", response_model=WebhookRead, responses=WRITE)
async def change_webhook(
    request: Request,
    webhook: WebhookAt,
    data: WebhookInput,
    caller: Follower,
    database: Connected,
    *,
    session: Writing,
) -> Response:
    """Also: send again, stop, go on."""
    planned = await hooks.plan(database, caller, data)
    row = await hooks.change(session, caller, _settings(request), webhook, data, planned=planned)
    return answers.secret(WebhookRead.model_validate(row))


@router.delete("/webhooks/{webhook}", status_code=204, responses=WRITE)
async def delete_webhook(webhook: WebhookAt, caller: Follower, session: Writing) -> Response:
    """With its log."""
    await hooks.delete(session, caller, webhook)
    return Response(status_code=204)


@router.post("/webhooks/{webhook}/test", response_model=WebhookDeliveryRead, responses=WRITE, dependencies=[NEVER_KEPT])
async def try_webhook(request: Request, webhook: WebhookAt, caller: Follower, database: Connected) -> Response:
    """Send a message of type `test`."""
    async with database.reading() as session:
        await hooks.get(session, caller, webhook)
    note: RequestNote = request.scope["state"]["note"]
    headers = {"traceparent": note.trace.header} if note.trace else {}
    row = await hooks.test(database, _settings(request), webhook, headers)
    return answers.parts(WebhookDeliveryRead.model_validate(row), created=False)
