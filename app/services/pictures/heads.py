"""How far the ledger is, as one process knows it, and what an answer rests on: whether it still holds is asked of that.

Streams and long polls wait here, too: one reader for all of them, and only while somebody waits.

A picture of events holds until one of them, or the directory of sources and documents, changes, or what of that is
public: `moments.etag` names them. All else holds until the ledger moves. What was redacted moves nothing, and is
counted by itself; nor does the database's clock, when it is set back.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.database import Askable, Database, ask
from app.flights import Flights

# More changes than this at once, or more events, and all is forgotten.
_MOST_CHANGES: Final = 5_000
_MOST_EVENTS: Final = 50_000
_WATCH_SECONDS: Final = 0.25  # between two looks, while somebody waits
# An event's pictures change with what is filed under it; with a link that leads to it; and when another is merged into
# it, or into one that was.
_READ: Final = text("""
SELECT h.seq, h.hash, h.directory, h.redactions,
    CAST(h.held + ledger_behind(h.recorded_at, statement_timestamp()) AS text) AS stretches,
    (SELECT hash FROM change WHERE seq = :seq) AS hash_then, ARRAY(
    SELECT DISTINCT moved.id FROM change c CROSS JOIN LATERAL (VALUES
        (c.event_id),
        (CAST(CASE c.type WHEN 'event_link' THEN c.record->>'to_id' WHEN 'event' THEN c.record->>'merged_into' END
            AS uuid))) moved(id)
    WHERE c.seq > :seq AND h.seq - :seq <= :most AND moved.id IS NOT NULL) AS events
FROM ledger_head h""")
_EVENTS: Final = "rests_on_events"
_ALL: Final = "rests_on_all"


class Stamp(NamedTuple):
    """How far the ledger was known to be; `era`: since when nothing had to be forgotten."""

    era: int
    seq: int


class Heads:
    """What a process knows of the ledger: its position, and which events moved since it began to look."""

    def __init__(self) -> None:
        self.stamp = Stamp(0, -1)
        self.known_at = -1.0
        """By `time.monotonic`: all that was committed by then is known."""
        self._hash = b""
        self._directory = self._redactions = 0
        self._stretches = "{}"  # of time, in which answers have a hint (`moments.moment_at`)
        self._directory_moved = 0  # known at which seq, as those of events
        self._events: dict[UUID, int] = {}
        self._reading = Flights[None]()
        self._moved = asyncio.Event()
        self._waiting = 0
        self._watching: asyncio.Task[None] | None = None
        self.is_over = False
        """Whether the process was told to end: nobody is to wait any more."""

    def let_go(self) -> None:
        """Wake all who wait, for good: the process ends."""
        self.is_over = True
        self._moved.set()

    async def know(self, database: Database, since: float) -> None:
        """Know all that had been committed at a moment of `time.monotonic`: many wait together for one query."""
        while self.known_at < since:
            flight = self._reading.join("") or self._reading.start("", partial(self._read, database))
            await flight.landed()

    def renew(self, database: Database) -> None:
        """Begin to know what has been committed by now, for those who ask later: nobody waits for it yet."""
        if self._reading.join("") is None:
            self._reading.start("", partial(self._read, database))

    @property
    def head(self) -> tuple[int, bytes]:
        """The number and the hash of the newest change that is known."""
        return self.stamp.seq, self._hash

    def hold(self, stamp: Stamp, events: Iterable[UUID] | None) -> bool:
        """Whether what was read when this was known, or later, is still the same; `events`: what it rests on alone."""
        if stamp == self.stamp:
            return True
        if events is None or stamp.era != self.stamp.era or self._directory_moved > stamp.seq:
            return False
        return all(self._events.get(id_, 0) <= stamp.seq for id_ in events)

    async def wait(self, database: Database, stamp: Stamp, events: Iterable[UUID] | None, seconds: float) -> bool:
        """Wait until what was read when this was known may be another, at most so long; whether it may.

        `events`: what it rests on alone. Nothing is held meanwhile but a place in memory. Ends at once when `is_over`.
        """
        if self.is_over:
            return False
        self._waiting += 1
        try:
            if self._watching is None or self._watching.done() or self._watching.get_loop() is not _loop():
                self._watching = _loop().create_task(self._watch(database))
            async with asyncio.timeout(seconds):
                while self.hold(stamp, events):
                    await self._moved.wait()
                    if self.is_over:
                        return False
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    async def _watch(self, database: Database) -> None:
        """Look again and again, for as long as somebody waits; a database that is away is waited for, too."""
        while self._waiting:
            with suppress(SQLAlchemyError, OSError):
                await self.know(database, time.monotonic())
            await asyncio.sleep(_WATCH_SECONDS)

    async def _read(self, database: Database) -> None:
        began = time.monotonic()
        before = self.stamp
        head = (await ask(database.asking(), _READ, {"seq": before.seq, "most": _MOST_CHANGES}))[0]
        # A database that was restored, or is another, has another change at the place where this one was.
        is_same = head.seq >= before.seq and self._hash == (head.hash_then if before.seq else b"")
        is_little = head.seq - before.seq <= _MOST_CHANGES and len(self._events) <= _MOST_EVENTS
        counted = (head.redactions, head.stretches)
        if is_same and is_little and counted == (self._redactions, self._stretches):
            self.stamp = Stamp(before.era, head.seq)
            self._events |= dict.fromkeys(head.events, head.seq)
            if head.directory != self._directory:
                self._directory_moved = head.seq
        else:
            self.stamp = Stamp(before.era + 1, head.seq)
            self._events, self._directory_moved = {}, 0
        self._hash, self._directory = head.hash, head.directory
        self._redactions, self._stretches = counted
        self.known_at = began
        if self.stamp != before:
            self._moved.set()  # for those that wait now
            self._moved = asyncio.Event()


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


# --- what an answer rests on: noted while it is made -----------------------------------------------------------------


def rest_on(session: Askable, events: Iterable[UUID]) -> None:
    """Note that what is read in this session shows these events, and nothing else but sources and documents."""
    session.info.setdefault(_EVENTS, set()).update(events)


def rest_on_all(session: Askable) -> None:
    """Note that any change may matter to what is read in this session, whatever else is noted."""
    session.info[_ALL] = True


def events_under(info: Mapping[Any, Any]) -> frozenset[UUID] | None:
    """What the session with this `info` rested on. None: on the whole ledger."""
    return None if _ALL in info or _EVENTS not in info else frozenset(info[_EVENTS])
