"""Connections: pools for reading and drawing, small ones for writing and exports; the transaction that holds the lock.

What is asked has its limits by kind: how many at once, with a line in front that stays short (`turns`), how long the
database may take for a statement, and how long it may be silent (`guarded`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import psycopg
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from app.connections import commits, engines, sessions
from app.connections.askers import Askers
from app.connections.conversation import Conversation, Sent
from app.connections.engines import ReadKind
from app.connections.gathering import Gatherings
from app.connections.guarded import Unanswered
from app.connections.places import Places
from app.connections.sessions import LedgerSession, SearchSession
from app.connections.transactions import ReadTransaction, Transactions
from app.connections.written import FixedStatement, written
from app.errors import Unavailable
from app.settings import Settings
from app.telling import request_notes
from app.turns import Turns

# An export may take long in all: whoever streams it sets a bound of its own.
_OF_EXPORTS: Final = text(
    "SELECT set_config('statement_timeout', :limit, true), set_config('idle_in_transaction_session_timeout', '0', true)"
)
_TOO_MUCH: Final = (
    f"This search took longer than the {engines.SEARCH_SECONDS} s that one may take: give fewer or rarer words, narrow "
    "it, or leave out what is counted (`facets`, `count`)."
)
_WAITING: Final = text(
    "SELECT EXISTS (SELECT FROM pg_locks "
    "WHERE locktype = 'advisory' AND classid = 20230809 AND objid = 1 AND NOT granted)"
)
_ASKERS: Final = 10  # connections for statements of a millisecond: more than that wait in line
LEDGER_LOCK: Final = {"class": 20230809, "key": 1}
MIGRATION_LOCK: Final = {"class": 20230809, "key": 2}
SENDER_LOCK: Final = {"class": 20230809, "key": 3}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who changes something, in which request, and why: what the ledger notes beside each change."""

    actor: str
    request_id: str = ""
    reason: str = ""


@dataclass(slots=True)
class OwnWrites:
    """What a process itself has written: its readers see that at once, whatever else they have not heard of."""

    ended: float = -1.0
    """When the last one did, by `time.monotonic`."""


@dataclass(frozen=True, slots=True)
class Database:
    """The engines of a process, and what opens sessions on them."""

    readers: AsyncEngine
    drawers: Transactions
    """Of whoever reads what pictures are drawn from."""
    writers: AsyncEngine
    exporters: AsyncEngine
    askers: Askers
    prober: Askers
    """Asks whether the database is there, whatever others wait for."""
    turns: Mapping[ReadKind, Turns]
    places: Places
    own_writes: OwnWrites = field(default_factory=OwnWrites)
    gatherings: Gatherings = field(default_factory=Gatherings)
    """Of bodies that are stored together."""

    @asynccontextmanager
    async def reading(self, what_for: ReadKind = "reads") -> AsyncIterator[AsyncSession]:
        """One snapshot for all that is read; nothing can be written. Raises Unavailable where too many do the same."""
        kind = SearchSession if what_for == "searches" else Session
        try:
            async with (
                asyncio.timeout(engines.SEARCH_SECONDS if what_for == "searches" else None),
                AsyncExitStack() as turn,
                AsyncSession(self.readers, sync_session_class=kind, expire_on_commit=False) as session,
                _ended_by_commit(session),
            ):
                await turn.enter_async_context(self.turns[what_for].turn())
                session.info.update(turn=turn, database=self)
                yield session
        except TimeoutError:
            if what_for != "searches":
                raise
            raise Unavailable(_TOO_MUCH) from None

    @asynccontextmanager
    async def drawing(self) -> AsyncIterator[ReadTransaction]:
        """As `reading`, for what pictures are drawn from: `ask` takes it as it takes a session."""
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(self.turns["pictures"].turn())
            transaction = ReadTransaction(self.drawers, {"turn": turn, "database": self})
            try:
                yield transaction
            finally:
                await end_read(transaction)

    def asking(self) -> "Asking":
        """For single statements that need no snapshot: `ask` takes it as it takes a session."""
        return Asking(self)

    @asynccontextmanager
    async def exporting(self) -> AsyncIterator[AsyncSession]:
        """One snapshot that may last long. There are few at once, apart from all readers."""
        async with AsyncSession(self.exporters, expire_on_commit=False) as session, session.begin():
            await session.execute(_OF_EXPORTS, {"limit": f"{engines.EXPORT_SECONDS}s"})
            yield session

    @asynccontextmanager
    async def writing(self, signature: Signature) -> AsyncIterator[AsyncSession]:
        """One transaction: kept if the block ends, undone if it raises.

        The lock is taken with the first statement, not when the block begins: computing before it holds up nobody.
        """
        opened = AsyncSession(
            self.writers,
            sync_session_class=LedgerSession,
            expire_on_commit=False,
            info={"signature": signature, "database": self},
        )
        try:
            with commits.told() as end:
                async with opened as session, session.begin():
                    async with sessions.heard_out(session):
                        yield session
                    end.is_reached = True
        finally:  # whatever came of it: a commit whose answer was lost may have been one
            self.own_writes.ended = time.monotonic()

    async def probe(self) -> None:
        """Ask whether the database is there: on a connection for that alone, and for a short while."""
        try:
            await self.prober.ask("SELECT 1", ())
        except psycopg.Error as error:
            raise sessions.wrapped(error, "SELECT 1") from error

    async def dispose(self) -> None:
        for engine in (self.readers, self.exporters, self.writers):
            await engine.dispose()
        for connections in (self.askers, self.prober):
            await connections.dispose()
        await self.drawers.dispose()


@dataclass(frozen=True, slots=True)
class Asking:
    """What one statement after the other is asked by, each by itself, in autocommit: no connection is held between."""

    database: Database
    info: dict[Any, Any] = field(default_factory=dict)
    """As of a session: what is noted while it is used."""


Askable: TypeAlias = AsyncSession | Asking | ReadTransaction
"""What `ask` asks by."""
_AskFor: TypeAlias = Callable[[str, Any], Awaitable[list[Any]]]


def connect(settings: Settings) -> Database:
    """Engines on the settings' database; nothing is connected yet."""
    silence = Unanswered()
    turns = engines.turns_at_reading(settings)
    readers = engines.readers(settings, silence, sum(kind.places for kind in turns.values()))
    exporters = engines.exporters(settings, silence, Turns("exports", settings.exporters, 1))
    # READ COMMITTED: what others committed while the lock was waited for has to be seen. Few: one writes at a time.
    writers = engines.writers(settings, silence, Turns("writes", settings.writers, 0.02))
    look_ups, prober = (
        engines.askers(settings, silence, Turns(kind, connections, 0.002))
        for kind, connections in (("look-ups", _ASKERS), ("probes", 1))
    )
    for engine in (readers, writers, exporters):
        event.listen(engine.sync_engine, "before_cursor_execute", _count_statement, retval=True)
    sessions.wait_for_what_was_sent(writers)
    drawers = engines.drawers(settings, silence)
    return Database(readers, drawers, writers, exporters, look_ups, prober, turns, Places(settings.exporters))


def _count_statement(_connection: Any, _cursor: Any, query: str, values: Any, *_: Any) -> tuple[str, Any]:
    """Count a statement to the request that it is asked for."""
    if note := request_notes.under_way.get():
        note.statements += 1
    return query, values


@asynccontextmanager
async def foreseeing(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """A session for reading ahead, on another connection, before a writing session's first statement takes the lock.

    For what takes long to compute and should be ready by then. What is read may have changed when the lock is held.
    Whoever computes for long ends the transaction first (`end_read`); the next statement begins another.
    """
    database: Database = session.info["database"]
    async with database.reading() as reading:
        yield reading


def asking_ahead(session: AsyncSession) -> Asking:
    """`foreseeing` by single statements, which need not be of one moment: without a transaction to begin and to end."""
    database: Database = session.info["database"]
    return database.asking()


@asynccontextmanager
async def _ended_by_commit(reading: AsyncSession) -> AsyncIterator[None]:
    """End the transaction of a session for reading with a commit also where the request is refused, or is a 304.

    After a rollback psycopg has the connection forget what it has prepared, and PostgreSQL plans every statement anew.
    """
    try:
        yield
    except SQLAlchemyError:
        raise
    except Exception:
        await reading.commit()
        raise
    await reading.commit()


# --- one fixed statement ---------------------------------------------------------------------------------------------


async def ask(session: Askable, statement: FixedStatement, parameters: Mapping[str, Any] | None = None) -> list[Any]:
    """Run one fixed statement, the same object each time, in the session's transaction; its rows as named tuples.

    Raises what `session.execute` would, also for what was sent before.
    """
    query, values = _bound(statement, parameters or {})
    if isinstance(session, Asking):
        return await _ask_apart(session.database, session.database.askers.ask, query, values)
    if isinstance(session, ReadTransaction):
        return await _ask_apart(session.info["database"], session.ask, query, values)
    return await sessions.converse(session, query, values, Conversation.ask)


async def send(session: AsyncSession, statement: FixedStatement, parameters: Mapping[str, Any]) -> Sent:
    """As `ask`, in a transaction that writes, but nobody waits: what it raises is raised by what comes after it.

    Its rows can be had when that was asked, or after `hear`.
    """
    return await sessions.converse(session, *_bound(statement, parameters), Conversation.send)


async def ask_all(
    session: AsyncSession, questions: Sequence[tuple[FixedStatement, Mapping[str, Any]]]
) -> list[list[Any]]:
    """As `ask`, in a transaction that writes, several statements in one go: the rows of each."""
    if len(questions) == 1:
        return [await ask(session, *questions[0])]
    sent = [await send(session, *question) for question in questions]
    await hear(session)
    return [await statement.rows() for statement in sent]


async def hear(session: AsyncSession) -> None:
    """Wait for all that was sent in the session's transaction. Raises what it raised."""
    await sessions.hear(session)


def _bound(statement: FixedStatement, parameters: Mapping[str, Any]) -> tuple[str, list[Any]]:
    query, names, constants = written(statement)
    value_of = {**constants, **parameters}
    return query, [value_of[name] for name in names]


async def _ask_apart(database: Database, ask_for: _AskFor, query: str, values: Any) -> list[Any]:
    query, values = sessions.seen(database.readers.sync_engine.dispatch, None, None, query, values)
    try:
        return await ask_for(query, values)
    except psycopg.Error as error:
        raise sessions.wrapped(error, query) from error


async def end_read(session: Askable) -> None:
    """End the transaction of a session for reading: what follows is computed, for longer than one may be idle.

    A session that writes is left alone: only whoever opened it may end its transaction.
    """
    if isinstance(session, ReadTransaction):
        try:
            await session.end()
        except psycopg.Error as error:
            raise sessions.wrapped(error, "COMMIT") from error
    elif not isinstance(session, Asking) and not is_writing(session):
        await session.commit()


async def take_large_turn(session: Askable) -> None:
    """Wait until nobody else draws a large picture; until this session's end nobody does. Raises Unavailable.

    Exports, of which there are few at once, wait for nobody.
    """
    turn: AsyncExitStack | None = session.info.get("turn")
    if turn is not None and not session.info.get("is_large"):
        database: Database = session.info["database"]
        await turn.enter_async_context(database.places.large_pictures.turn())
        session.info["is_large"] = True


async def end_turn(session: AsyncSession) -> None:
    """Give the place of a session for reading to others: what follows asks nothing by it."""
    turn: AsyncExitStack = session.info["turn"]
    await turn.aclose()


def is_writing(session: Askable) -> bool:
    """Whether others may wait for the lock that it holds, so that nothing should be done in it that can be left."""
    return "signature" in session.info


def turn_for_texts(session: Askable) -> AbstractAsyncContextManager[None]:
    """A turn at what takes long with the texts of a body, and asks the database for little.

    Not to be taken while the lock is held: others would wait for both. Raises Unavailable.
    """
    database: Database = session.database if isinstance(session, Asking) else session.info["database"]
    return database.places.texts.turn()


async def set_reason(session: AsyncSession, reason: str | None = None) -> None:
    """Set the reason that the ledger notes for the changes after this in the transaction. None: the request's own."""
    signed: Signature = session.info["signature"]
    await send(session, sessions.REASON, {"reason": signed.reason if reason is None else reason})


async def waited_for(session: AsyncSession) -> bool:
    """Whether anybody waits for the ledger's lock, which this session holds; in other processes, too."""
    return bool((await ask(session, _WAITING))[0][0])


def utcnow() -> datetime:
    return datetime.now(UTC)
