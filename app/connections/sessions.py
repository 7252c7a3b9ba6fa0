"""Sessions of SQLAlchemy: how their transactions begin, and statements in them that pass it by.

Those go by psycopg alone: what SQLAlchemy does around a statement of a few rows takes twice as long as all else.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from app.connections import engines
from app.connections.conversation import Conversation
from app.connections.written import DIALECT, written
from app.telling import metrics

T = TypeVar("T")

# 20230809 is the class of this service's advisory locks, 1 the ledger's: the same numbers as in its triggers.
# One plan for all values, and no table read as a whole: what writes look up is found by indexes, and a plan, which
# stays for the life of a connection, may be made while tables are empty.
_BEGIN: Final = (
    "BEGIN; SELECT pg_advisory_xact_lock(20230809, 1), set_config('counterclaim.actor', %(actor)s, true), "
    "set_config('counterclaim.request', %(request)s, true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)
_OF_SEARCHES: Final = f"SET LOCAL statement_timeout = '{engines.SEARCH_SECONDS}s'"
_SENT: Final = "statements that were sent together"
_NONE: Final = (None, None, None)
_conversations: Final = WeakKeyDictionary[Connection, Conversation]()
REASON: Final = text("SELECT set_config('counterclaim.reason', :reason, true)")


class LedgerSession(Session):
    """A session whose transactions begin with the ledger's lock, so that nothing is read for a write before it."""


class SearchSession(Session):
    """A session in which no statement takes long."""


@event.listens_for(SearchSession, "after_begin")
def _limit_statements(_session: Session, _transaction: object, connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    try:
        await_only(raw.execute(_OF_SEARCHES))
    except psycopg.Error as error:
        raise _failed(connection, raw, error, _OF_SEARCHES) from error


@event.listens_for(LedgerSession, "after_begin")
def _begin_with_lock(session: Session, _transaction: object, connection: Connection) -> None:
    """Begin the transaction, which psycopg leaves to us on these connections, and take the lock, in one message."""
    signed: Any = session.info["signature"]
    raw: Any = connection.connection.driver_connection
    # Of the client: it writes the values into the text. Only so are two statements one message.
    cursor = psycopg.AsyncClientCursor(raw)
    values: Any = {"actor": signed.actor, "request": signed.request_id}
    query, values = seen(connection.engine.dispatch, connection, cursor, _BEGIN, values)
    began = time.monotonic()
    try:
        await_only(cursor.execute(query, values))
        if signed.reason:  # somebody's words: these are in no text of a query
            await_only(psycopg.AsyncRawCursor(raw).execute(written(REASON)[0], [signed.reason]))
    except psycopg.Error as error:
        raise _failed(connection, raw, error, query) from error
    metrics.LEDGER_WAITS.observe(time.monotonic() - began)


# --- statements that pass SQLAlchemy by ------------------------------------------------------------------------------


def wait_for_what_was_sent(engine: AsyncEngine) -> None:
    """Have SQLAlchemy's own statements on these connections wait for those that were sent: it knows no pipelines."""

    @event.listens_for(engine.sync_engine, "before_execute")
    def hear(connection: Connection, *_: object) -> None:
        if (conversation := _conversations.get(connection)) is not None:
            try:
                await_only(conversation.hear())
            except psycopg.Error as error:
                raise _failed(connection, conversation.connection, error, _SENT) from error


async def converse(
    session: AsyncSession, query: str, values: Any, method: Callable[[Conversation, str, Any], Awaitable[T]]
) -> T:
    """Ask, or send, a statement with `$1` in the session's transaction. Raises what `session.execute` would."""
    connection, conversation = await _conversation(session)
    sync: Any = connection.sync_connection
    query, values = seen(sync.engine.dispatch, sync, None, query, values)
    try:
        return await method(conversation, query, values)
    except psycopg.Error as error:
        raise await connection.run_sync(_failed, conversation.connection, error, query) from error


async def hear(session: AsyncSession) -> None:
    """Wait for what was sent in the session's transaction. Raises what was raised by it."""
    _, connection, conversation = session.info.get("conversation", _NONE)
    if conversation is None:
        return
    try:
        await conversation.hear()
    except psycopg.Error as error:
        raise await connection.run_sync(_failed, conversation.connection, error, _SENT) from error


@asynccontextmanager
async def heard_out(session: AsyncSession) -> AsyncIterator[None]:
    """Around what is done in a transaction: at its end all that was sent is done; where it is undone, given up."""
    try:
        yield
        await hear(session)
    except BaseException:
        _, connection, conversation = session.info.get("conversation", _NONE)
        if conversation is not None:
            try:
                await conversation.give_up()
            finally:
                if conversation.connection.closed:
                    await connection.invalidate()
        raise


async def _conversation(session: AsyncSession) -> tuple[AsyncConnection, Conversation]:
    """That of the session's transaction, which it begins if there is none."""
    transaction, connection, conversation = session.info.get("conversation", _NONE)
    if transaction is None or transaction is not session.sync_session.get_transaction():
        connection = await session.connection()
        sync: Any = connection.sync_connection
        conversation = _conversations[sync] = Conversation(sync.connection.driver_connection)
        session.info["conversation"] = (session.sync_session.get_transaction(), connection, conversation)
    return connection, conversation


def _failed(
    connection: Connection, raw: psycopg.AsyncConnection[Any], error: psycopg.Error, query: str
) -> StatementError:
    """What to raise, where the connection may be lost: then SQLAlchemy is told so."""
    if raw.closed:
        connection.invalidate(error)
    return wrapped(error, query)


def wrapped(error: psycopg.Error, query: str) -> StatementError:
    """The error that SQLAlchemy would raise."""
    return DBAPIError.instance(query, None, error, psycopg.Error, dialect=DIALECT)


def seen(dispatch: Any, connection: Connection | None, cursor: Any, query: str, values: Any) -> tuple[str, Any]:
    """Have whoever listens to the engine hear of this as of any other statement."""
    for listener in dispatch.before_cursor_execute:
        query, values = listener(connection, cursor, query, values, None, False)
    return query, values
