"""Connections: one pool for reading, a small one for writing, and the transaction that holds the ledger's lock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from app.settings import Settings

# The same numbers as in the ledger's triggers.
_LOCK: Final = text(
    "SELECT pg_advisory_xact_lock(20230809, 1), set_config('counterclaim.actor', :actor, true), "
    "set_config('counterclaim.reason', :reason, true), set_config('counterclaim.request', :request, true)"
)
_REASON: Final = text("SELECT set_config('counterclaim.reason', :reason, true)")
MIGRATION_LOCK: Final = {"class": 20230809, "key": 2}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who changes something, in which request, and why: what the ledger notes beside each change."""

    actor: str
    request_id: str = ""
    reason: str = ""


class _LedgerSession(Session):
    """A session whose every transaction begins with the ledger's lock: nothing can be read for a write before it."""


@event.listens_for(_LedgerSession, "after_begin")
def _lock_first(session: Session, _transaction: object, connection: Connection) -> None:
    signed: Signature = session.info["signature"]
    connection.execute(_LOCK, {"actor": signed.actor, "request": signed.request_id, "reason": signed.reason})


@dataclass(frozen=True, slots=True)
class Database:
    """The two engines of a process, and what opens sessions on them."""

    readers: AsyncEngine
    writers: AsyncEngine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One snapshot for all that is read; nothing can be written."""
        async with async_sessionmaker(self.readers, expire_on_commit=False)() as session, session.begin():
            yield session

    @asynccontextmanager
    async def writing(self, signature: Signature) -> AsyncIterator[AsyncSession]:
        """One transaction: kept if the block ends, undone if it raises.

        The lock is taken with the first statement, not when the block begins, so that what is only computed holds up
        nobody.
        """
        sessions = async_sessionmaker(
            self.writers, sync_session_class=_LedgerSession, expire_on_commit=False, info={"signature": signature}
        )
        async with sessions() as session, session.begin():
            yield session

    async def dispose(self) -> None:
        await self.readers.dispose()
        await self.writers.dispose()


def connect(settings: Settings) -> Database:
    """Engines on the settings' database; nothing is connected yet."""
    common: dict[str, Any] = {"pool_pre_ping": True, "pool_timeout": 5}
    readers = create_async_engine(
        settings.database_url,
        pool_size=settings.readers,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        **common,
    )
    writers = create_async_engine(settings.database_url, pool_size=settings.writers, max_overflow=0, **common)
    return Database(readers, writers)


async def reasoned(session: AsyncSession, reason: str) -> None:
    """What the ledger notes as the reason of the changes that follow in this transaction."""
    await session.execute(_REASON, {"reason": reason})


async def unreasoned(session: AsyncSession) -> None:
    """Note again the caller's own reason."""
    signed: Signature = session.info["signature"]
    await reasoned(session, signed.reason)


def utcnow() -> datetime:
    return datetime.now(UTC)
