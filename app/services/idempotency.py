"""Answers kept under an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), and given again for a day.

Key, effect and answer commit together: the answer is stored as the last thing of the transaction that it tells of.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Interval, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Gone, Invalid
from app.models import IdempotencyKey
from app.services.access import Caller

HEADER: Final = "Idempotency-Key"
# What decides how much an answer shows.
_SEEING: Final = frozenset({"read", "confidential"})
_ID: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request under a key: hashes of who asks for what, and of the body; and which scopes for reading it has."""

    asked: bytes
    body: bytes
    sees: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was sent: its headers but for those that each answer gets anew."""

    status: int
    headers: dict[str, str]
    answer: bytes


class Replayed(Exception):  # noqa: N818  (no error: the request was answered before)
    """The answer to give again, instead of doing the same once more."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__()
        self.kept = kept


def keyed_request(caller: Caller, path: str, key: str, body: bytes) -> KeyedRequest:
    """Name a request. `key` is as the header has it: the same in quotes and without."""
    if key.startswith('"'):
        key = re.sub(r"\\(.)", r"\1", key[1:-1])
    who = json.dumps([caller.name, path, key]).encode()
    return KeyedRequest(hashlib.sha256(who).digest(), hashlib.sha256(body).digest(), _SEEING & caller.scopes)


async def check(session: AsyncSession, request: KeyedRequest) -> None:
    """Look whether this was answered before.

    Raises Replayed; Invalid for another body; Gone where the answer may no longer be shown to this caller.
    """
    row = IdempotencyKey
    query = select(row.body, row.sees, row.status, row.headers, row.answer).where(
        row.asked == request.asked,
        row.kept_at >= func.clock_timestamp() - literal("24 hours").cast(Interval()),
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return
    if found.body != request.body:
        raise Invalid.parameter(HEADER, "this key came with another body before; a new request needs a new key")
    if found.answer is None or not set(found.sees) <= request.sees:
        raise Gone(
            "This was done before, under the same Idempotency-Key. Its answer is no longer shown: something in it was "
            "deleted or hidden since."
        )
    raise Replayed(KeptAnswer(found.status, found.headers, found.answer))


async def keep(session: AsyncSession, request: KeyedRequest, kept: KeptAnswer) -> None:
    """Store the answer in the transaction that it tells of. Raises as `check` does where another was faster."""
    values = {
        "asked": request.asked,
        "body": request.body,
        "sees": sorted(request.sees),
        "shown": [UUID(one.decode()) for one in dict.fromkeys(_ID.findall(kept.answer))],
        "status": kept.status,
        "headers": kept.headers,
        "answer": kept.answer,
    }
    new = insert(IdempotencyKey).values(values).on_conflict_do_nothing().returning(IdempotencyKey.asked)
    if await session.scalar(new) is None:
        await check(session, request)
