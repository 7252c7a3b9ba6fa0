"""Keys for tests, as the operator makes and revokes them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import ApiKey
from app.services import access
from app.services.access import OPERATOR
from app.vocabulary import Scope, words


async def make_key(session: AsyncSession, name: str, scopes: Iterable[str] = words(Scope)) -> str:
    """The token of a new key, which may do everything unless it is told otherwise.

    Its use is noted already, for centuries: nothing is written while a test counts what is asked.
    """
    new = await access.create(session, OPERATOR, name, scopes)
    await session.execute(
        update(ApiKey).where(ApiKey.name == name).values(last_used_at=datetime(3000, 1, 1, tzinfo=UTC))
    )
    return new.token


async def revoke_key(session: AsyncSession, name: str) -> None:
    key_id = await access.named(session, name)
    assert key_id is not None
    await access.revoke(session, key_id)
