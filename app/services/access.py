"""Who calls, and what they may do: by a key of this service, or by a token of the identity provider it trusts."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import Select, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app import tokens
from app.database import Askable, Database, ask, utcnow
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from app.flights import Flights
from app.models import ApiKey, table_of
from app.vocabulary import Scope, words

_MOST_KEYS: Final = 1_000  # that a process remembers
# By its id, and by its hashes those that were made before they had ids in them.
_HOLDER: Final = text("""
SELECT id, name, scopes, sha256, CASE WHEN previous_until > clock_timestamp() THEN previous_sha256 END AS previous,
    expires_at <= clock_timestamp() AS expired,
    last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute' AS unnoted
FROM api_key WHERE (id = :id OR sha256 = :digest OR previous_sha256 = :digest) AND revoked_at IS NULL""")
# Its commit waits for no standby: where one is missing, connections would be held for nothing.
_USED: Final = text("""
UPDATE api_key SET last_used_at = clock_timestamp()
WHERE set_config('synchronous_commit', 'off', true) = 'off' AND id = :id
AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute') RETURNING id""")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a key, or `ANYBODY`."""

    name: str = ""
    """The key's, which the ledger notes as the actor of a change."""
    scopes: frozenset[str] = frozenset()

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


ANYBODY: Final = Caller()
"""An anonymous caller: whoever sends no key."""

# Reads a token of the identity provider: its bearer's name and scopes. Raises Unauthorized.
TokenReader: TypeAlias = Callable[[str], Awaitable[tuple[str, frozenset[str]]]]


def digest(token: str) -> bytes:
    """What is kept of a token: plain SHA-256, for its secret is random."""
    return hashlib.sha256(token.encode()).digest()


async def find(session: Askable, token: str) -> Caller:
    """Who has this key. Raises Unauthorized."""
    return _caller(await _holder(session, token))


def _caller(holder: Any) -> Caller:
    return Caller(holder.name, frozenset(holder.scopes))


async def _holder(session: Askable, token: str) -> Any:
    """The row of this key. Raises Unauthorized."""
    try:
        key_id = tokens.key_id(token)
    except ValueError:
        raise Unauthorized(_MISTYPED if tokens.is_meant(token) else _NO_KEY, error="invalid_token") from None
    token_digest = digest(token)
    for holder in await ask(session, _HOLDER, {"id": key_id, "digest": token_digest}):
        # Both are compared, so that the time tells nothing of either.
        is_latest = hmac.compare_digest(token_digest, holder.sha256)
        is_previous = hmac.compare_digest(token_digest, holder.previous or b"")
        if is_latest or is_previous:
            if holder.expired:
                raise Unauthorized("The key has expired.", error="invalid_token")
            return holder
    raise Unauthorized("The key is not known, or was revoked.", error="invalid_token")


_MISTYPED: Final = "The key is mistyped or not whole: its checksum does not fit."
_NO_KEY: Final = "This is no key of this service: they begin with cc_."


class Keys:
    """Who has which key, as a process knows it: each is looked up at most once in a while, however often it calls."""

    def __init__(self, seconds: float = 1.0, read_token: TokenReader | None = None) -> None:
        """`seconds`: for how long a key that was revoked may still call; `read_token`: for what is no key of ours."""
        self._seconds = seconds
        self._read_token = read_token
        self._found: dict[bytes, tuple[Caller, float]] = {}
        self._looking_up = Flights[Caller]()
        self._noting = set[asyncio.Task[None]]()

    async def find(self, database: Database, token: str) -> Caller:
        """Who has this key. Raises Unauthorized."""
        token_digest, since = digest(token), time.monotonic() - self._seconds
        caller, known_at = self._found.get(token_digest, (ANYBODY, -1.0))
        if known_at >= since:
            return caller
        flight = self._looking_up.join(token_digest)
        if flight is None or flight.began < since:
            flight = self._looking_up.start(token_digest, partial(self._look_up, database, token, token_digest))
        return await flight.landed()

    async def _look_up(self, database: Database, token: str, token_digest: bytes) -> Caller:
        began = time.monotonic()
        self._found.pop(token_digest, None)
        if self._read_token is not None and not tokens.is_meant(token):
            caller = Caller(*await self._read_token(token))
        else:
            holder = await _holder(database.asking(), token)
            caller = _caller(holder)
            if holder.unnoted:
                self._note_use(database, holder.id)
        if len(self._found) >= _MOST_KEYS:
            self._found.clear()
        self._found[token_digest] = caller, began
        return caller

    def _note_use(self, database: Database, key_id: UUID) -> None:
        """Note that the key was used, in a task of its own: the request need not wait for it."""
        task = asyncio.get_running_loop().create_task(_use(database, key_id))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)


async def _use(database: Database, key_id: UUID) -> None:
    with suppress(SQLAlchemyError, OSError):  # nothing rests on it
        # Though it writes: asked again after its connection was lost, it finds that it is noted.
        await ask(database.asking(), _USED, {"id": key_id})


# --- keys are no records: the ledger has none of this -----------------------------------------------------------------

OPERATOR: Final = Caller("operator", frozenset(words(Scope)))
"""Whoever has the command line."""
_KEYS: Final = table_of(ApiKey)
_TOLD: Final = [column for column in _KEYS.c if not column.name.endswith("sha256")]


class NewToken(NamedTuple):
    """What is told of a key, and its token, which nobody can tell again."""

    key: dict[str, Any]
    token: str


def listing() -> Select[*tuple[Any, ...]]:
    """All keys, those that were revoked too."""
    return select(*_TOLD)


async def create(  # noqa: PLR0917
    session: AsyncSession,
    giver: Caller,
    name: str,
    scopes: Iterable[str],
    owner: str | None = None,
    expires_at: datetime | None = None,
) -> NewToken:
    """Make a key with these scopes. Raises Conflict if the name is taken, Forbidden for more than the giver may."""
    asked_scopes = frozenset(scopes)
    _check_given(giver, asked_scopes)
    _check_ahead(expires_at)
    key_id = uuid4()
    token = tokens.new(key_id)
    values = {
        "id": key_id,
        "name": name,
        "scopes": [scope for scope in words(Scope) if scope in asked_scopes],
        "owner": owner,
        "expires_at": expires_at,
    }
    try:
        row = await session.execute(insert(_KEYS).values(sha256=digest(token), **values).returning(*_TOLD))
    except IntegrityError as error:
        raise Conflict(
            f"A key with the name {name} exists; rotate it, revoke it or choose another name.",
            errors=[{"pointer": "/name", "detail": "a key that was not revoked has this name"}],
        ) from error
    return NewToken(dict(row.mappings().one()), token)


async def get(session: AsyncSession, key_id: UUID) -> dict[str, Any]:
    """What is told of a key. Raises NotFound."""
    row = (await session.execute(listing().where(_KEYS.c.id == key_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such key.")
    return dict(row)


async def named(session: AsyncSession, name: str) -> UUID | None:
    """The id of the key of this name that is not revoked."""
    return await session.scalar(select(_KEYS.c.id).where(_KEYS.c.name == name, _KEYS.c.revoked_at.is_(None)))


async def rotate(
    session: AsyncSession, giver: Caller, key_id: UUID, overlap: timedelta, expires_at: datetime | None = None
) -> NewToken:
    """Give a key another token; the one that it had goes on for as long as `overlap`.

    Raises NotFound; Conflict for one that was revoked or has expired; Forbidden for one that may more than the giver.
    """
    key = await get(session, key_id)
    if key["revoked_at"] is not None:
        raise Conflict("The key was revoked: make another.")
    _check_given(giver, key["scopes"])
    _check_ahead(expires_at)
    if expires_at is None and key["expires_at"] is not None and key["expires_at"] <= utcnow():
        raise Conflict("The key has expired: say until when it goes on, as `expires_at`.")
    token = tokens.new(key_id)
    goes_on = bool(overlap)
    values: dict[str, Any] = {
        "sha256": digest(token),
        "previous_sha256": _KEYS.c.sha256 if goes_on else None,
        "previous_until": func.clock_timestamp() + overlap if goes_on else None,
        "rotated_at": func.clock_timestamp(),
    }
    if expires_at is not None:
        values["expires_at"] = expires_at
    row = await session.execute(update(_KEYS).where(_KEYS.c.id == key_id).values(values).returning(*_TOLD))
    return NewToken(dict(row.mappings().one()), token)


async def revoke(session: AsyncSession, key_id: UUID) -> None:
    """Take all rights from a key, from then on. Raises NotFound."""
    key = await get(session, key_id)
    if key["revoked_at"] is None:
        await session.execute(update(_KEYS).where(_KEYS.c.id == key_id).values(revoked_at=func.clock_timestamp()))


def _check_given(giver: Caller, scopes: Iterable[str]) -> None:
    """Nobody gives more than they have: also not by the new token of a key that may do more."""
    if extra_scopes := sorted(set(scopes) - giver.scopes):
        raise Forbidden(f"Your key can't give what it has not: {', '.join(extra_scopes)}.", scopes=extra_scopes)


def _check_ahead(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= utcnow():
        raise Invalid.at("/expires_at", "a time that lies ahead is needed")
