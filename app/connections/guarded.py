"""Connections that no silence holds: whoever waits for the database waits for so long, and has then lost it.

The database ends what takes it long by itself (`statement_timeout`). That does not help where it can't be heard: its
machine is gone, or something between drops what is sent. TCP finds that out only where nothing takes the bytes.
"""

import asyncio
import os
import socket
import time
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from app.connections import beside

CONNECT_SECONDS: Final = 3
# Of libpq. What the URL says of them comes before.
WIRE: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_REMEMBERED_SECONDS: Final = 2.0  # for which a database that did not answer is not connected to again
_IN_SILENCE_SECONDS: Final = 1.0  # that whoever has a connection waits then


class Unanswered:
    """When the database last did not answer: so that a request which asks several times does not wait each time.

    One that answers others meanwhile is not silent: a commit may wait for a standby, and who reads does not.
    """

    def __init__(self) -> None:
        self._noted_at = self._heard_at = -_REMEMBERED_SECONDS

    def hear(self) -> None:
        self._heard_at = time.monotonic()

    def note(self, since: float) -> None:
        """Note that somebody was not answered since then, by `time.monotonic`."""
        if self._heard_at < since:
            self._noted_at = time.monotonic()

    def is_recent(self) -> bool:
        return self._heard_at < self._noted_at > time.monotonic() - _REMEMBERED_SECONDS


class Guarded(AsyncConnection[Any]):
    """A connection that is cut when an answer takes longer than `seconds`."""

    seconds = 10.0
    statements = 1
    """Whose answers are waited for at once: each may take so long."""
    silence = Unanswered()
    _waits_since: float | None = None
    """By the loop's clock, which is `time.monotonic`; None: nobody waits."""
    _patient_until = 0.0
    _watch: asyncio.TimerHandle | None = None

    async def wait(self, *arguments: Any, **named: Any) -> Any:
        """All waiting for the server passes here."""
        loop = asyncio.get_running_loop()
        seconds = min(self.seconds, _IN_SILENCE_SECONDS) if self.silence.is_recent() else self.seconds
        self._waits_since = loop.time()
        self._patient_until = self._waits_since + seconds * self.statements
        # One timer for many waits, most of which are short: it looks again at its end.
        if self._watch is None or self._watch.when() > self._patient_until:
            self._look_later(loop)
        if (beside_it := beside.noting()) is not None:
            beside_it.begin(self._waits_since)
        try:
            answer = await super().wait(*arguments, **named)
        finally:
            self._waits_since = None
            if beside_it is not None:
                beside_it.end()
        self.silence.hear()
        return answer

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = loop.call_at(self._patient_until, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watch = None
        if self._waits_since is None:
            return
        if loop.time() < self._patient_until:
            self._look_later(loop)
        else:
            self._cut(self._waits_since)

    def _cut(self, began: float) -> None:
        """End the connection as if the server had: whoever waits has lost it, and knows what to do then."""
        self.silence.note(began)
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self.fileno())) as own_end:
            own_end.shutdown(socket.SHUT_RDWR)


async def connect(silence: Unanswered, seconds: float, setting: str = "", **options: Any) -> Guarded:
    """A connection on which an answer may take so long; `setting`: what is asked on it first.

    Raises psycopg's errors: at once, if the database did not answer a moment ago.
    """
    if silence.is_recent():
        raise psycopg.OperationalError("the database did not answer a moment ago")
    began = time.monotonic()
    try:
        connection = await Guarded.connect(**options)
    except psycopg.errors.ConnectionTimeout:
        silence.note(began)
        raise
    connection.seconds, connection.silence = seconds, silence
    if setting:
        autocommit = connection.autocommit
        try:
            await connection.set_autocommit(True)
            await connection.execute(setting, prepare=False)
            await connection.set_autocommit(autocommit)
        except BaseException:  # also of whoever is cancelled
            connection.pgconn.finish()
            raise
    return connection
