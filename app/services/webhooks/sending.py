"""One attempt to deliver a message, over the network, which the services have nowhere else."""

import hashlib
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
from sqlalchemy import text

from app import fetching
from app.database import Askable, ask
from app.fetching import FetchError, Limits
from app.schemas.pictures.webhooks import WebhookBody
from app.services.webhooks import signing
from app.services.webhooks.deliveries import Attempt
from app.settings import Settings
from app.telling import metrics

_SECONDS: Final = 15.0  # for an attempt, to the head of its answer
_ERROR_CHARACTERS: Final = 300
_MOST_RETRY_AFTER: Final = 86_400.0
# Beside the webhook, all that decides whether and how it is sent to at this moment.
READ: Final = text("""
SELECT w.*, k.name AS key, k.scopes,
    k.revoked_at IS NULL AND coalesce(k.expires_at > clock_timestamp(), true) AS is_key_valid,
    w.previous_until > clock_timestamp() AS has_previous, i.secret AS instance_secret,
    w.next_at > clock_timestamp() AS is_early
FROM webhook w JOIN api_key k ON k.id = w.key_id CROSS JOIN instance i WHERE w.id = :id""")
# Nothing of a record, and nothing of who changed it.
_LEFT_OUT: Final = {"data": {"items": {"__all__": {"record", "actor", "reason"}}}}


async def read(asker: Askable, webhook_id: Any) -> Any:
    """The webhook as `READ` has it; None: it is gone."""
    rows = await ask(asker, READ, {"id": webhook_id})
    return rows[0] if rows else None


def client() -> httpx.AsyncClient:
    """What attempts are made by. Making it takes long: it reads the machine's certificates."""
    # trust_env: a proxy from the environment would connect for us, past the check of the address.
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SECONDS)


def secrets(webhook: Any) -> list[bytes]:
    """Those that sign, the newest first."""
    generations = [webhook.generation, *([webhook.generation - 1] if webhook.has_previous else [])]
    return [signing.secret(webhook.instance_secret, webhook.id, generation) for generation in generations]


async def send(  # noqa: PLR0917
    http: httpx.AsyncClient,
    settings: Settings,
    webhook: Any,
    message_id: str,
    body: WebhookBody,
    headers: Mapping[str, str] | None = None,
) -> Attempt:
    """Send a message once, whatever comes of it. `headers`: beside those of the standard."""
    written = body.model_dump_json(exclude=_LEFT_OUT, by_alias=True, exclude_none=True).encode()
    signed = signing.headers(message_id, int(time.time()), written, secrets(webhook))
    limits = Limits(seconds=_SECONDS, private=settings.webhook_private)
    began = time.monotonic()
    status, error, retry_after = None, None, 0.0
    try:
        all_headers = {"Content-Type": "application/json", **signed, **(headers or {})}
        response = await fetching.post(http, webhook.url, written, all_headers, limits)
    except FetchError as failure:
        error = f"{failure}"[:_ERROR_CHARACTERS]
    else:
        status, seconds = response.status_code, response.headers.get("retry-after", "")
        retry_after = min(float(seconds[:10]), _MOST_RETRY_AFTER) if seconds.isdecimal() else 0.0
    attempt = Attempt(
        message_id=message_id,
        type=body.type,
        changes=len(body.data.items),
        sha256=hashlib.sha256(written).digest(),
        attempt=webhook.attempts + 1 if body.type == "changes" else 0,
        status=status,
        error=error,
        milliseconds=round((time.monotonic() - began) * 1000),
        since=body.data.since,
        position=body.data.position,
        retry_after=retry_after,
    )
    metrics.WEBHOOK_DELIVERIES.labels("taken" if attempt.is_taken else "failed").inc()
    return attempt
