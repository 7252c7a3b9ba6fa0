"""Answers kept under an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), and replayed for a day.

Key, effect and answer commit together: storing the answer is the last statement of the transaction that it answers.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Askable, ask
from app.errors import Gone, Invalid
from app.models import IdempotencyKey
from app.services.access import Caller

HEADER: Final = "Idempotency-Key"
# The scopes that decide how much an answer shows.
_READING_SCOPES: Final = frozenset({"read", "confidential"})
# What hides a record by itself empties the answer (triggers); that nothing in public tells of a source or document any
# more is found out when the answer is asked for again.
_ANSWERED: Final = text("""
SELECT body, sees, status, headers, answer, NOT CAST(:read AS boolean) AND EXISTS (
    SELECT FROM unnest(shown) s(id) WHERE source_is_withheld(s.id) OR document_is_withheld(s.id)) AS is_withheld
FROM idempotency_key WHERE asked = :asked AND kept_at >= clock_timestamp() - interval '24 hours'""")
_ID: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request under a key."""

    name_hash: bytes
    """SHA-256 of the caller, the path and the key."""
    body_hash: bytes
    """SHA-256."""
    scopes: frozenset[str]
    """The caller's scopes for reading."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was sent, without the headers that every answer gets anew."""

    status: int
    headers: dict[str, str]
    body: bytes


class Replayed(Exception):  # noqa: N818  (no error: the request was answered before)
    """The answer to give again, instead of doing the same again."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__()
        self.answer = answer


def keyed_request(caller: Caller, path: str, key: str, body: bytes) -> KeyedRequest:
    """`key` is as the header has it; in quotes it is the same key as without."""
    if key.startswith('"'):
        key = re.sub(r"\\(.)", r"\1", key[1:-1])
    name = json.dumps([caller.name, path, key]).encode()
    return KeyedRequest(hashlib.sha256(name).digest(), hashlib.sha256(body).digest(), _READING_SCOPES & caller.scopes)


async def check(session: Askable, request: KeyedRequest) -> None:
    """Look whether this was answered before.

    Raises Replayed; Invalid for another body; Gone where the answer may no longer be shown to this caller. Of one that
    is shown to nobody the body is not known any more, either.
    """
    rows = await ask(session, _ANSWERED, {"asked": request.name_hash, "read": "read" in request.scopes})
    if not rows:
        return
    answered = rows[0]
    if answered.answer is not None and answered.body != request.body_hash:
        raise Invalid.parameter(HEADER, "this key came with another body before; a new request needs a new key")
    if answered.answer is None or answered.is_withheld or not set(answered.sees) <= request.scopes:
        raise Gone(
            "This was done before, under the same Idempotency-Key. Its answer is no longer shown: something in it was "
            "deleted or hidden since."
        )
    raise Replayed(KeptAnswer(answered.status, answered.headers, answered.answer))


async def keep(session: AsyncSession, request: KeyedRequest, answer: KeptAnswer) -> None:
    """Store the answer in the transaction that it answers. Raises as `check` does if the same request was faster."""
    values = {
        "asked": request.name_hash,
        "body": request.body_hash,
        "sees": sorted(request.scopes),
        # Triggers empty the answer when one of these records is deleted or hidden.
        "shown": [UUID(id_.decode()) for id_ in dict.fromkeys(_ID.findall(answer.body))],
        "status": answer.status,
        "headers": answer.headers,
        "answer": answer.body,
    }
    new = insert(IdempotencyKey).values(values).on_conflict_do_nothing().returning(IdempotencyKey.asked)
    if await session.scalar(new) is None:
        await check(session, request)
