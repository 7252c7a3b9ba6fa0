"""What became of what was sent: noted in one short transaction, with where the webhook goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database, Signature, ask
from app.models import WebhookDelivery, table_of
from app.services.pictures.moments import Position
from app.vocabulary import WebhookEnd, WebhookMessage

_DELIVERIES: Final = table_of(WebhookDelivery)
_SHOWN: Final = 100  # deliveries of one webhook
_ADD: Final = text("""
INSERT INTO webhook_delivery (webhook_id, message_id, type, since, position, changes, sha256, attempt, status, error,
    milliseconds)
SELECT id, :message_id, :type, :since, :position, :changes, :sha256, :attempt, CAST(:status AS smallint), :error,
    :milliseconds
FROM webhook WHERE id = :webhook_id
RETURNING id""")
_FORGET: Final = text("""
DELETE FROM webhook_delivery WHERE webhook_id = :webhook_id AND created_at < clock_timestamp() - interval '30 days'""")
# Where somebody changed the webhook meanwhile, what they said stays.
_TAKEN: Final = text("""
UPDATE webhook SET seq = :end_seq, hash = :end_hash, until_seq = NULL, until_hash = NULL, attempts = 0,
    failing_since = NULL, next_at = NULL
WHERE id = :id AND version = :version AND seq = :seq""")
_FAILED: Final = text("""
UPDATE webhook SET until_seq = :end_seq, until_hash = :end_hash, attempts = attempts + 1,
    failing_since = coalesce(failing_since, clock_timestamp()), next_at = CAST(:next_at AS timestamptz)
WHERE id = :id AND version = :version AND seq = :seq""")
_DISABLED: Final = text("""
UPDATE webhook SET disabled_reason = :reason, next_at = NULL
WHERE id = :id AND version = :version AND disabled_reason IS NULL""")
SIGNATURE: Final = Signature("webhooks")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was sent once, and what came of it."""

    message_id: str
    type: WebhookMessage
    changes: int
    sha256: bytes
    attempt: int
    status: int | None
    error: str | None
    milliseconds: int
    since: str | None = None
    position: str | None = None
    retry_after: float = 0.0
    """Seconds that the receiver asks to be left alone for."""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def is_gone(self) -> bool:
        return self.status == 410  # noqa: PLR2004


async def latest(session: AsyncSession, webhook_id: UUID, limit: int = _SHOWN) -> Sequence[Mapping[Any, Any]]:
    """What was tried last, the newest first."""
    query = select(*_DELIVERIES.c).where(_DELIVERIES.c.webhook_id == webhook_id)
    newest = query.order_by(_DELIVERIES.c.created_at.desc(), _DELIVERIES.c.id.desc()).limit(limit)
    return (await session.execute(newest)).mappings().all()


async def add(session: AsyncSession, webhook_id: UUID, attempt: Attempt) -> UUID | None:
    """Log an attempt, and forget those of more than 30 days ago. None: the webhook is gone."""
    values = {name: getattr(attempt, name) for name in Attempt.__slots__ if name != "retry_after"}
    rows = await ask(session, _ADD, values | {"webhook_id": webhook_id})
    await ask(session, _FORGET, {"webhook_id": webhook_id})
    delivery_id: UUID | None = rows[0].id if rows else None
    return delivery_id


async def note(  # noqa: PLR0917
    database: Database,
    webhook: Any,
    attempt: Attempt,
    end: Position,
    next_at: datetime | None,
    reason: WebhookEnd | None,
) -> None:
    """Note an attempt: taken, or when it is tried again, or why it is not."""
    bound = {"id": webhook.id, "version": webhook.version}
    progress = bound | {"seq": webhook.seq, "end_seq": end.seq, "end_hash": end.hash}
    async with database.writing(SIGNATURE) as session:
        if await add(session, webhook.id, attempt) is None:
            return
        if attempt.is_taken:
            await ask(session, _TAKEN, progress)
        else:
            await ask(session, _FAILED, progress | {"next_at": next_at})
        if reason:
            await ask(session, _DISABLED, bound | {"reason": reason})


async def skip(database: Database, webhook: Any, end: Position) -> None:
    """Note that up to here there is nothing for it."""
    async with database.writing(SIGNATURE) as session:
        bound = {"id": webhook.id, "version": webhook.version, "seq": webhook.seq}
        await ask(session, _TAKEN, bound | {"end_seq": end.seq, "end_hash": end.hash})


async def disable(database: Database, webhook: Any, reason: WebhookEnd) -> None:
    """Send nothing more to it."""
    async with database.writing(SIGNATURE) as session:
        await ask(session, _DISABLED, {"id": webhook.id, "version": webhook.version, "reason": reason})
