"""Connections for transactions that only read, apart from SQLAlchemy: it takes as long around one as six statements."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor

from app.connections import askers

_BEGIN: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Transactions:
    """Connections in autocommit, each lent for one transaction. They are opened as they are needed, and stay.

    Whoever begins one has a place among as many as there may be.
    """

    def __init__(self, connect: Callable[[], Awaitable[AsyncConnection[Any]]]) -> None:
        """`connect` opens one."""
        self.opened = self.lent = 0
        self._connect = connect
        self._resting: list[AsyncRawCursor[Any]] = []

    async def begin(self) -> AsyncRawCursor[Any]:
        """A cursor in a transaction, for whoever gives it back by `end`. Raises psycopg's errors."""
        self.lent += 1
        try:
            if self._resting:
                cursor = self._resting.pop()  # the last used: so as few are used as are needed
                try:
                    return await _begun(cursor)
                except psycopg.OperationalError:
                    await self.dispose()  # the server was restarted while they rested
            self.opened += 1
            return await _begun(askers.raw_cursor(await self._connect()))
        except BaseException:
            self.lent -= 1
            raise

    async def end(self, cursor: AsyncRawCursor[Any]) -> None:
        """End its transaction by a commit, also where a statement has failed: then it is undone.

        After a rollback psycopg has a connection forget what it has prepared. Raises psycopg's errors.
        """
        self.lent -= 1
        try:
            if not cursor.connection.closed:
                await cursor.execute("COMMIT", prepare=False)
        finally:
            askers.let_rest(self._resting, cursor)

    async def dispose(self) -> None:
        """Close all that rest."""
        await askers.close(self._resting)


class ReadTransaction:
    """A transaction that reads. It begins with its first statement, and another one with the first after its end."""

    def __init__(self, connections: Transactions, info: dict[Any, Any]) -> None:
        """`info`: as of a session, what is noted while it is used."""
        self.info = info
        self._connections = connections
        self._cursor: AsyncRawCursor[Any] | None = None

    async def ask(self, query: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a statement with `$1`, as named tuples. Raises psycopg's errors."""
        if self._cursor is None:
            self._cursor = await self._connections.begin()
        await self._cursor.execute(query, values)
        return await askers.rows(self._cursor, query)

    async def end(self) -> None:
        """Raises psycopg's errors."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            await self._connections.end(cursor)


async def _begun(cursor: AsyncRawCursor[Any]) -> AsyncRawCursor[Any]:
    try:
        await cursor.execute(_BEGIN, prepare=False)
    except BaseException:
        cursor.connection.pgconn.finish()
        raise
    return cursor
