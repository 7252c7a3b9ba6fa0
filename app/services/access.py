"""Keys, and the callers they belong to: who calls, and what they may do."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Askable, Database, ask, utcnow
from app.errors import Conflict, Unauthorized
from app.flights import Flights
from app.models import ApiKey
from app.vocabulary import Scope, words

_PREFIX: Final = "cc_"
_MOST_KEYS: Final = 1_000  # that a process remembers
_HOLDER: Final = text("SELECT name, scopes FROM api_key WHERE sha256 = :digest AND revoked_at IS NULL")


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


def _digest(token: str) -> bytes:
    """Plain SHA-256: a token is 256 random bits, so that nobody can guess one, however fast the hash."""
    return hashlib.sha256(token.encode()).digest()


def is_key(token: str) -> bool:
    """Whether a token looks like a key of this service."""
    return token.startswith(_PREFIX)


async def find(session: Askable, token: str) -> Caller:
    """Who has this key. Raises Unauthorized."""
    rows = await ask(session, _HOLDER, {"digest": _digest(token)})
    if not rows:
        raise Unauthorized(
            "The key is not known, or was revoked.", {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        )
    return Caller(rows[0].name, frozenset(rows[0].scopes))


class Keys:
    """Who has which key, as a process knows it: each is looked up at most once in a while, however often it calls."""

    def __init__(self, seconds: float = 1.0) -> None:
        """`seconds`: for how long a key that was revoked may still call."""
        self._seconds = seconds
        self._found: dict[bytes, tuple[Caller, float]] = {}
        self._looking_up = Flights[Caller]()

    async def find(self, database: Database, token: str) -> Caller:
        """Who has this key. Raises Unauthorized."""
        digest, since = _digest(token), time.monotonic() - self._seconds
        caller, known_at = self._found.get(digest, (ANYBODY, -1.0))
        if known_at >= since:
            return caller
        flight = self._looking_up.join(digest)
        if flight is None or flight.began < since:
            flight = self._looking_up.start(digest, partial(self._look_up, database, token, digest))
        return await flight.landed()

    async def _look_up(self, database: Database, token: str, digest: bytes) -> Caller:
        began = time.monotonic()
        self._found.pop(digest, None)
        caller = await find(database.asking(), token)
        if len(self._found) >= _MOST_KEYS:
            self._found.clear()
        self._found[digest] = caller, began
        return caller


async def create(session: AsyncSession, name: str) -> str:
    """A new key with all scopes; only its hash is stored. Raises Conflict if the name is taken."""
    token = _PREFIX + secrets.token_urlsafe(32)
    try:
        await session.execute(insert(ApiKey).values(name=name, sha256=_digest(token), scopes=list(words(Scope))))
    except IntegrityError as error:
        raise Conflict(f"A key with the name {name} exists; revoke it or choose another name.") from error
    return token


async def listing(session: AsyncSession) -> list[ApiKey]:
    return list(await session.scalars(select(ApiKey).order_by(ApiKey.created_at)))


async def revoke(session: AsyncSession, name: str) -> bool:
    """Revoke a key. False if there is none of this name that is not revoked yet."""
    query = update(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)).values(revoked_at=utcnow())
    return bool((await session.execute(query.returning(ApiKey.id))).all())
