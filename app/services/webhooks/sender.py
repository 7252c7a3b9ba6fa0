"""The sender: one worker has its lock and sends to all webhooks, to each in the order of the ledger.

A delivery is acknowledged after it was taken: whoever dies before is followed by one that sends the same again.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.connections import engines
from app.database import SENDER_LOCK, Database, ask, utcnow
from app.errors import Fork, Problem
from app.schemas.pictures.changes import ChangeRead
from app.schemas.pictures.webhooks import WebhookBody, WebhookChanges
from app.services.access import Caller
from app.services.changes import feed
from app.services.pictures.heads import Heads
from app.services.pictures.moments import Position
from app.services.webhooks import deliveries, hooks, sending
from app.services.webhooks.deliveries import Attempt
from app.settings import Settings
from app.telling import metrics
from app.texts.messages import party_labels
from app.texts.messages.wording import PartyLabels
from app.vocabulary import WebhookEnd

log = structlog.get_logger()
_LOOK_SECONDS: Final = 1.0  # after which one is looked for that is due, and whether the lock is free
_ITEMS: Final = 100  # changes of a delivery
_AT_ONCE: Final = 16  # deliveries, each to another webhook
_LAST_SECONDS: Final = 5.0  # for what is under way when the process ends
_UNNOTED: Final = 10_000  # changes that fit nothing are skipped over, before that is noted
_TRY: Final = "SELECT pg_try_advisory_lock(%(class)s, %(key)s)"
_AWAY: Final = (Problem, SQLAlchemyError, psycopg.Error, OSError)
_ANY: Final = text("SELECT EXISTS (SELECT FROM webhook WHERE disabled_reason IS NULL) AS is_any")
# Also those whose key has ended, to be disabled.
_DUE: Final = text("""
SELECT w.id, w.seq, w.version, h.seq AS head, w.is_key_valid
FROM (SELECT webhook.*, revoked_at IS NULL AND coalesce(expires_at > clock_timestamp(), true) AS is_key_valid
    FROM webhook JOIN api_key k ON k.id = key_id) w CROSS JOIN ledger_head h
WHERE w.disabled_reason IS NULL AND (NOT w.is_key_valid
    OR ((w.next_at IS NULL OR w.next_at <= clock_timestamp()) AND w.seq < h.seq))""")


@dataclass(slots=True)
class Sender:
    """What one process sends with."""

    database: Database
    settings: Settings
    heads: Heads
    labels: PartyLabels
    http: httpx.AsyncClient = field(default_factory=sending.client)
    scanned: dict[UUID, tuple[int, int, Position]] = field(default_factory=dict)
    """By webhook: its version and position, and up to where beyond that nothing fits."""
    under_way: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def start(self, webhook: Any) -> Position:
        """After which change the next one is looked for."""
        version, seq, position = self.scanned.get(webhook.id, (0, 0, _NOWHERE))
        if (version, seq) == (webhook.version, webhook.seq):
            return position
        return Position(webhook.seq, webhook.hash)


_NOWHERE: Final = Position(0, bytes(4))


async def run(database: Database, settings: Settings, heads: Heads) -> None:
    """Send while this process has the lock, and else wait for it. Ends with the heads, or when it is cancelled."""
    while not heads.is_over:
        try:
            if (await ask(database.asking(), _ANY))[0].is_any:
                await _send_with_lock(database, settings, heads)
        except _AWAY:
            pass  # it is asked again
        except Exception as error:  # whatever it is, others are to be sent to
            log.exception("unforeseen", error=repr(error)[:1000])
        await asyncio.sleep(_LOOK_SECONDS)


async def _send_with_lock(database: Database, settings: Settings, heads: Heads) -> None:
    """Take the lock if it is free, and send for as long as its connection stays."""
    connection = await engines.holder(settings)
    sender: Sender | None = None
    try:
        row = await (await connection.execute(_TRY, SENDER_LOCK)).fetchone()
        if row is None or not row[0]:
            return
        sender = await asyncio.to_thread(Sender, database, settings, heads, party_labels.read(settings.party_labels))
        metrics.WEBHOOK_SENDERS.set(1)
        while not heads.is_over:
            stamp = heads.stamp  # before anything is read
            await connection.execute("SELECT 1")
            await _start_due(sender)
            await heads.wait(database, stamp, None, _LOOK_SECONDS)
    finally:
        metrics.WEBHOOK_SENDERS.set(0)
        if sender:
            tasks = list(sender.under_way.values())
            if tasks and heads.is_over:  # what is taken now need not be sent again
                await asyncio.wait(tasks, timeout=_LAST_SECONDS)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await sender.http.aclose()
        await connection.close()


async def _start_due(sender: Sender) -> None:
    for webhook in await ask(sender.database.asking(), _DUE):
        if webhook.id not in sender.under_way and _is_behind(sender, webhook):
            task = asyncio.create_task(_deliver_all(sender, webhook.id))
            sender.under_way[webhook.id] = task
            task.add_done_callback(lambda _, id_=webhook.id: sender.under_way.pop(id_, None))  # type: ignore[misc]


def _is_behind(sender: Sender, webhook: Any) -> bool:
    """Whether there is something to do."""
    if not webhook.is_key_valid:
        return True
    version, seq, position = sender.scanned.get(webhook.id, (0, 0, _NOWHERE))
    return (version, seq) != (webhook.version, webhook.seq) or position.seq < webhook.head


async def _deliver_all(sender: Sender, webhook_id: UUID) -> None:
    """Deliver to one webhook, one after the other, until there is nothing more, or one is not taken."""
    try:
        while not sender.heads.is_over and await _deliver(sender, webhook_id):
            pass
    except _AWAY as error:  # it is tried again
        log.warning("webhook not sent", webhook=str(webhook_id), error=repr(error)[:300])
    except Exception as error:
        log.exception("unforeseen", webhook=str(webhook_id), error=repr(error)[:1000])


async def _deliver(sender: Sender, webhook_id: UUID) -> bool:
    """Deliver what comes next, seen with the rights that the key has now; whether there may be more."""
    webhook = await sending.read(sender.database.asking(), webhook_id)
    if webhook is None or webhook.disabled_reason is not None:
        return False
    if not webhook.is_key_valid:
        await _disable(sender, webhook, "key")
        return False
    if webhook.is_early:
        return False
    start, caller = sender.start(webhook), Caller(webhook.key, frozenset(webhook.scopes))
    try:
        words = hooks.wording(webhook.filter, sender.labels)
        batch = await feed.after(sender.database, caller, hooks.chosen(webhook.filter), start, _ITEMS, wording=words)
    except Fork:
        await _disable(sender, webhook, "fork")
        return False
    changes, end = batch.items, batch.position
    if webhook.until_seq is not None and webhook.until_seq < end.seq:  # again what was not taken, and no more
        end = Position(webhook.until_seq, webhook.until_hash)
        changes = [change for change in changes if _seq(change) <= end.seq]
    if not changes:
        sender.scanned[webhook.id] = webhook.version, webhook.seq, end
        if end.seq - webhook.seq > _UNNOTED:
            await deliveries.skip(sender.database, webhook, end)
        return batch.more or end.seq < batch.position.seq
    async with sender.places:
        attempt = await sending.send(
            sender.http, sender.settings, webhook, _message_id(webhook, end), _body(webhook, changes, end)
        )
    next_at, reason = _afterwards(sender.settings, webhook, attempt)
    await deliveries.note(sender.database, webhook, attempt, end, next_at, reason)
    line = {"webhook": str(webhook.id), "message": attempt.message_id, "status": attempt.status}
    log.info("webhook sent", **line, error=attempt.error, ms=attempt.milliseconds, disabled=reason)
    return attempt.is_taken


def _seq(change: ChangeRead) -> int:
    return int(change.position.partition("-")[0])


def _message_id(webhook: Any, end: Position) -> str:
    """The same each time that the same is sent."""
    return f"msg_{webhook.id.hex}_{webhook.seq}_{end.seq}"


def _body(webhook: Any, changes: list[ChangeRead], end: Position) -> WebhookBody:
    since = str(Position(webhook.seq, webhook.hash))
    data = WebhookChanges(webhook=webhook.id, since=since, position=str(end), items=changes)
    return WebhookBody(type="changes", timestamp=changes[-1].recorded_at, data=data)


def _afterwards(settings: Settings, webhook: Any, attempt: Attempt) -> tuple[datetime | None, WebhookEnd | None]:
    """When what was not taken is tried again, or why it is not."""
    if attempt.is_taken:
        return None, None
    if attempt.is_gone:
        return None, "gone"
    schedule = settings.webhook_schedule
    if webhook.attempts >= len(schedule):
        return None, "failing"
    # By chance a fifth earlier or later, so that those which failed together do not come together again.
    seconds = max(schedule[webhook.attempts] * random.uniform(0.8, 1.2), attempt.retry_after)  # noqa: S311
    return utcnow() + timedelta(seconds=seconds), None


async def _disable(sender: Sender, webhook: Any, reason: WebhookEnd) -> None:
    await deliveries.disable(sender.database, webhook, reason)
    log.warning("webhook disabled", webhook=str(webhook.id), reason=reason)
