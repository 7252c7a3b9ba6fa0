"""Connections for single statements, apart from SQLAlchemy: what it does around one takes longer than all else."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.pq import TransactionStatus
from psycopg.rows import RowMaker, namedtuple_row, tuple_row
from psycopg.types.json import set_json_loads
from pydantic_core import from_json

from app.turns import Turns

_STATEMENTS: Final = 1_000  # of which it is known what their columns are called
_row_makers: Final[dict[str, RowMaker[Any]]] = {}


def raw_cursor(connection: AsyncConnection[Any]) -> AsyncRawCursor[Any]:
    """A cursor for statements with `$1`, whose rows `rows` fetches."""
    return AsyncRawCursor(connection, row_factory=tuple_row)


async def rows(cursor: AsyncRawCursor[Any], query: str) -> list[Any]:
    """The rows of what was asked, as named tuples; none of what gives none.

    psycopg asks what each column is called every time, which takes as long as reading a row.
    """
    if not (cursor.pgresult and cursor.pgresult.nfields):
        return []
    make = _row_makers.get(query)
    if make is None:
        if len(_row_makers) >= _STATEMENTS:
            _row_makers.clear()
        make = _row_makers[query] = namedtuple_row(cursor)
    return [make(row) for row in await cursor.fetchall()]


def let_rest(resting: list[AsyncRawCursor[Any]], cursor: AsyncRawCursor[Any]) -> None:
    """Keep a connection for whoever asks next, unless it was lost, or left in the middle."""
    if cursor.connection.pgconn.transaction_status == TransactionStatus.IDLE:
        resting.append(cursor)
    else:
        cursor.connection.pgconn.finish()


async def close(resting: list[AsyncRawCursor[Any]]) -> None:
    while resting:
        await resting.pop().connection.close()


class Askers:
    """Connections in autocommit, each lent for one statement. They are opened as they are needed, and stay."""

    def __init__(self, turns: Turns, connect: Callable[[], Awaitable[AsyncConnection[Any]]]) -> None:
        """`turns`: as many as there are connections at most; `connect` opens one."""
        self.opened = 0
        self._turns = turns
        self._connect = connect
        self._resting: list[AsyncRawCursor[Any]] = []

    async def ask(self, query: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a statement with `$1`, as named tuples.

        Only for what reads: it is asked again if its connection was lost. Raises psycopg's errors, and Unavailable
        where too many ask at once.
        """
        await self._turns.take()
        began = time.monotonic()
        try:
            if self._resting:
                cursor = self._resting.pop()  # the last used: so as few are used as are needed
                try:
                    return await self._run(cursor, query, values)
                except psycopg.OperationalError:
                    if not cursor.connection.closed:
                        raise
            # There was none, or the server was restarted while it rested.
            return await self._run(await self._open(), query, values)
        finally:
            self._turns.give_back(time.monotonic() - began)

    async def _run(self, cursor: AsyncRawCursor[Any], query: str, values: Sequence[Any]) -> list[Any]:
        try:
            await cursor.execute(query, values)
            return await rows(cursor, query)
        finally:
            let_rest(self._resting, cursor)

    async def _open(self) -> AsyncRawCursor[Any]:
        connection = await self._connect()
        self.opened += 1
        set_json_loads(from_json, connection)  # in a third of the time
        return raw_cursor(connection)

    async def dispose(self) -> None:
        """Close all that rest."""
        await close(self._resting)
