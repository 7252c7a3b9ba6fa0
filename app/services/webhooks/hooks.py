"""Webhooks made, listed, changed and rotated. They belong to keys; whoever has `admin` sees and changes all."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import ada_url
from pydantic import TypeAdapter
from sqlalchemy import Select, func, insert, select, text, true, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Askable, Database, ask, utcnow
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import ApiKey, Webhook, table_of
from app.schemas.pictures.webhooks import WebhookBody, WebhookChanges, WebhookInput, narrowing
from app.services.access import Caller
from app.services.changes import filters, positions
from app.services.changes.filters import Filter
from app.services.pictures.moments import Position
from app.services.webhooks import deliveries, sending, signing
from app.settings import Settings
from app.texts.messages.wording import PartyLabels, Wording
from app.vocabulary import AnswerLanguage

_LANGUAGE: Final[TypeAdapter[AnswerLanguage]] = TypeAdapter(AnswerLanguage)
MOST_WEBHOOKS: Final = 20  # of a key
_WEBHOOKS, _KEYS = table_of(Webhook), table_of(ApiKey)
_OWNER: Final = text("""
SELECT k.id, (SELECT count(*) FROM webhook WHERE key_id = k.id) AS webhooks, h.seq, h.hash
FROM api_key k CROSS JOIN ledger_head h WHERE k.name = :name AND k.revoked_at IS NULL""")
_INSTANCE_SECRET: Final = text("SELECT secret FROM instance")


class WebhookPlan(NamedTuple):
    """What is asked of a webhook, looked up before anything is written."""

    filter: str | None
    since: Position | None


# --- what narrows its changes ----------------------------------------------------------------------------------------


def chosen(stored: str) -> Filter:
    """The filter of a webhook, from what is stored of it."""
    parameters = dict(parse_qsl(stored))
    lists = {name: tuple(words.split(",")) for name, words in parameters.items()}
    return Filter(
        types=lists.get("type"),
        ops=lists.get("op"),
        events=tuple(UUID(id_) for id_ in lists["event"]) if "event" in lists else None,
        question=UUID(parameters["question"]) if "question" in parameters else None,
        party=parameters.get("party"),
        moved=frozenset(lists.get("moved", ())),
    )


def wording(stored: str, labels: PartyLabels) -> Wording:
    """The words in which a webhook is told what moved."""
    language = dict(parse_qsl(stored)).get("lang", "en")
    return Wording(_LANGUAGE.validate_python(language), labels)


def _stored(read: Filter, lang: str | None) -> str:
    """The other way: addresses have become ids."""
    lists = {"type": read.types, "op": read.ops, "event": read.events, "moved": sorted(read.moved) or None}
    parameters = {name: ",".join(map(str, values)) for name, values in lists.items() if values is not None}
    parameters |= {"question": str(read.question)} if read.question else {}
    parameters |= {"party": read.party} if read.party else {}
    parameters |= {"lang": lang} if lang else {}
    return urlencode(parameters, safe=",")


async def plan(database: Database, caller: Caller, data: WebhookInput) -> WebhookPlan:
    """What is asked for. Raises Invalid for what is not there, and Fork for a position that is not on this chain."""
    stored = None
    if data.filter is not None:
        async with database.reading() as session:
            query = narrowing(data.filter)
            stored = _stored(await filters.read(session, caller, query), query.lang)
    since = None if data.since is None else await positions.since(database.asking(), data.since)
    return WebhookPlan(stored, since)


# --- made and changed ------------------------------------------------------------------------------------------------


async def all_of(session: AsyncSession, caller: Caller) -> Sequence[Mapping[Any, Any]]:
    """The webhooks that the caller may see, the oldest first."""
    return (await session.execute(_told(caller).order_by(_WEBHOOKS.c.created_at, _WEBHOOKS.c.id))).mappings().all()


def _told(caller: Caller) -> Select[*tuple[Any, ...]]:
    """Select the webhooks that the caller may see, as they are told of."""
    columns = [column for column in _WEBHOOKS.c if column.name not in ("seq", "hash")]
    position = func.concat(_WEBHOOKS.c.seq, "-", func.left(func.encode(_WEBHOOKS.c.hash, "hex"), 8))
    is_own = true() if caller.may("admin") else (_KEYS.c.name == caller.name) & _KEYS.c.revoked_at.is_(None)
    enabled = _WEBHOOKS.c.disabled_reason.is_(None).label("enabled")
    return (
        select(*columns, position.label("position"), enabled, _KEYS.c.name.label("key"))
        .join_from(_WEBHOOKS, _KEYS, _KEYS.c.id == _WEBHOOKS.c.key_id)
        .where(is_own)
    )


async def get(session: AsyncSession, caller: Caller, webhook_id: UUID) -> dict[str, Any]:
    """What is told of a webhook. Raises NotFound: also for that of another key."""
    row = (await session.execute(_told(caller).where(_WEBHOOKS.c.id == webhook_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such webhook of your key.")
    return dict(row)


async def create(
    session: AsyncSession, caller: Caller, settings: Settings, data: WebhookInput, planned: WebhookPlan
) -> dict[str, Any]:
    """Make a webhook of the caller's key; what is told of it, with its secret."""
    if data.url is None:
        raise Invalid.at("/url", "an address is needed")
    if data.rotate is not None or data.enabled is False:
        raise Invalid.at("/rotate" if data.enabled is not False else "/enabled", "a new webhook is not changed yet")
    _check_address(settings, data.url)
    owners = await ask(session, _OWNER, {"name": caller.name})
    if not owners:
        raise Forbidden("A webhook belongs to a key of this service, and you call without one.")
    if owners[0].webhooks >= MOST_WEBHOOKS:
        raise Conflict(f"A key has at most {MOST_WEBHOOKS} webhooks; delete one.")
    newest = Position(owners[0].seq, owners[0].hash) if owners[0].seq else positions.BEGINNING
    webhook_id, start = uuid4(), planned.since or newest
    values = {"id": webhook_id, "key_id": owners[0].id, "url": data.url, "filter": planned.filter or ""}
    await session.execute(insert(_WEBHOOKS).values(values | {"seq": start.seq, "hash": start.hash}))
    return await get(session, caller, webhook_id) | {"secret": await _secret(session, webhook_id, 1)}


async def change(
    session: AsyncSession,
    caller: Caller,
    settings: Settings,
    webhook_id: UUID,
    data: WebhookInput,
    *,
    planned: WebhookPlan,
) -> dict[str, Any]:
    """Change what is given. Whatever it is, what was not taken is tried at once."""
    await get(session, caller, webhook_id)
    values: dict[str, Any] = {"version": _WEBHOOKS.c.version + 1, "next_at": None, "attempts": 0}
    values |= {"until_seq": None, "until_hash": None, "failing_since": None}
    if data.url is not None:
        _check_address(settings, data.url)
        values["url"] = data.url
    if planned.since is not None:
        values |= {"seq": planned.since.seq, "hash": planned.since.hash}
    if data.enabled is not None:
        reason = None if data.enabled else "by_hand"
        values["disabled_reason"] = reason
    if planned.filter is not None:
        values["filter"] = planned.filter
    if data.rotate is not None:
        until = func.clock_timestamp() + timedelta(seconds=data.rotate) if data.rotate else None
        values |= {"generation": _WEBHOOKS.c.generation + 1, "previous_until": until}
    await session.execute(update(_WEBHOOKS).where(_WEBHOOKS.c.id == webhook_id).values(values))
    row = await get(session, caller, webhook_id)
    if data.rotate is not None:
        row["secret"] = await _secret(session, webhook_id, row["generation"])
    return row


async def delete(session: AsyncSession, caller: Caller, webhook_id: UUID) -> None:
    """Forget it, and its log."""
    await get(session, caller, webhook_id)
    await session.execute(sql_delete(_WEBHOOKS).where(_WEBHOOKS.c.id == webhook_id))


async def _secret(session: Askable, webhook_id: UUID, generation: int) -> str:
    instance = (await ask(session, _INSTANCE_SECRET))[0]
    return signing.written(signing.secret(instance.secret, webhook_id, generation))


def _check_address(settings: Settings, url: str) -> None:
    if ada_url.URL(url).protocol != "https:" and not settings.webhook_private:
        raise Invalid.at("/url", "an https address is needed: what is sent is for its receiver alone")


# --- tried out -------------------------------------------------------------------------------------------------------


async def test(database: Database, settings: Settings, webhook_id: UUID, headers: Mapping[str, str]) -> dict[str, Any]:
    """Send a message of type `test`, and say what came of it. Nothing of the webhook changes. Raises NotFound."""
    webhook = await sending.read(database.asking(), webhook_id)
    if webhook is None:
        raise NotFound("There is no such webhook of your key.")
    position = str(Position(webhook.seq, webhook.hash))
    data = WebhookChanges(webhook=webhook_id, since=position, position=position, items=[])
    body = WebhookBody(type="test", timestamp=utcnow(), data=data)
    async with sending.client() as http:
        attempt = await sending.send(http, settings, webhook, f"msg_{uuid4().hex}", body, headers)
    async with database.writing(deliveries.SIGNATURE) as session:
        await deliveries.add(session, webhook_id, attempt)
        return dict((await deliveries.latest(session, webhook_id, limit=1))[0])
