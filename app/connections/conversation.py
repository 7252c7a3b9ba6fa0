"""Statements of one transaction, sent one after the other and waited for together.

Who stores asks in turns: what is there already, and then that what is new is stored. Of the second nothing is needed
but that it succeeds. So it is only sent, by psycopg's pipeline: while the database is at work the next question is put
together, and what it says to both comes in one go.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncRawCursor
from psycopg.pq import PipelineStatus

from app.connections import askers
from app.connections.guarded import Guarded


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement that was sent."""

    query: str
    cursor: AsyncRawCursor[Any]

    async def rows(self) -> list[Any]:
        """The rows that it gave, as named tuples. Expects that it was waited for."""
        return await askers.rows(self.cursor, self.query)


class Conversation:
    """What one transaction says to the database on its connection, and is told."""

    def __init__(self, connection: Guarded) -> None:
        self.connection = connection
        self._asking = askers.raw_cursor(connection)
        self._pipeline = AsyncExitStack()

    async def send(self, query: str, values: Sequence[Any]) -> Sent:
        """Have a statement with `$1` be run. What it raises is raised by what is sent, asked or heard after it."""
        if self.connection.statements == 1:
            await self._pipeline.enter_async_context(self.connection.pipeline())
        self.connection.statements += 1
        sent = Sent(query, askers.raw_cursor(self.connection))
        await sent.cursor.execute(query, values)
        return sent

    async def ask(self, query: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a statement with `$1`, as named tuples. Raises psycopg's errors."""
        await self._asking.execute(query, values)
        await self.hear()
        return await askers.rows(self._asking, query)

    async def hear(self) -> None:
        """Wait for all that was sent. Raises psycopg's errors."""
        if self.connection.statements > 1:
            try:
                await self._pipeline.aclose()
            finally:
                self.connection.statements = 1

    async def give_up(self) -> None:
        """Leave what was sent to be undone: the connection is as it was before, or it is closed."""
        try:
            with suppress(psycopg.Error):
                await self.hear()
        finally:
            if self.connection.pgconn.pipeline_status != PipelineStatus.OFF:
                self.connection.pgconn.finish()
