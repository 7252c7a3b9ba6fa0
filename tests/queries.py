"""What the service asks of PostgreSQL: a recorder on its engines."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from app.database import Database


@dataclass
class Recording:
    """What was sent while it ran, on all engines of a database together."""

    statements: list[str] = field(default_factory=list)
    """As they were sent, with places for their parameters."""
    transactions: list[str] = field(default_factory=list)
    """How each ended, in the order of their ends: `readers commit`, `writers rollback`."""

    @property
    def counts(self) -> tuple[int, int]:
        """How many statements, in how many transactions. What is asked in autocommit is a statement without one."""
        return len(self.statements), len(self.transactions)


@contextmanager
def recorded(database: Database) -> Iterator[Recording]:
    """Note what is asked through these engines. What a new connection, or the pool's ping, asks is not noted."""
    recording = Recording()
    with ExitStack() as listeners:
        for name in ("readers", "writers", "exporters"):
            engine = getattr(database, name).sync_engine
            listeners.enter_context(_listening(engine, "before_cursor_execute", _noting(recording)))
            for occasion in ("commit", "rollback"):
                ending = _ending(recording, f"{name} {occasion}")
                listeners.enter_context(_listening(engine, occasion, ending))
        listeners.enter_context(_noting_drawers(database, recording))
        yield recording


@contextmanager
def _noting_drawers(database: Database, recording: Recording) -> Iterator[None]:
    """They have no engine that could be listened to, and commit whatever happens."""
    end = database.drawers.end

    async def end_and_note(cursor: Any) -> None:
        recording.transactions.append("drawers commit")
        await end(cursor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.drawers, "end", end_and_note)
        yield


@contextmanager
def _listening(engine: Engine, occasion: str, listener: Callable[..., None]) -> Iterator[None]:
    event.listen(engine, occasion, listener)
    try:
        yield
    finally:
        event.remove(engine, occasion, listener)


def _noting(recording: Recording) -> Callable[..., None]:
    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        recording.statements.append(statement)

    return note


def _ending(recording: Recording, name: str) -> Callable[[Connection], None]:
    def end(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            recording.transactions.append(name)

    return end
