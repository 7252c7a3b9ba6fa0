"""The past is served as it was: for any history, `as_of` a position gives what was served at that position."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import make
import pytest
import soaking
from histories import ACTIONS, Archive
from hypothesis import given, settings
from hypothesis import strategies as st
from viewers import event_read

from app.database import Database, connect
from app.derive.pictures import dossier as derived
from app.derive.rules.rows import Rows, View
from app.errors import NotFound
from app.services.pictures import assembling, loading, moments
from app.services.pictures.moments import Viewpoint
from app.settings import Settings

# Everything; what the public sees, and what of that had been said by one day; and who has one scope of the two.
VIEWS = (
    View(restricted=True, confidential=True),
    View("2023-08-09", moments.time_span("said_before", "2023-08-09").end),
    View(),
    View(restricted=True),
    View(confidential=True),
)
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 10_000)), min_size=12, max_size=25)
Told = tuple[str, bytes, frozenset[UUID]]
"""To a viewer: the position of what is shown to them, their dossier, and what of it was hidden then."""
Served = tuple[Told, ...]


class Reader:
    """Connections on one loop of their own, for a test that is no coroutine."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database: Database = connect(Settings(database_url=url))

    def close(self) -> None:
        self.runner.run(self.database.dispose())
        self.runner.close()

    def read(self, event: UUID, seq: int | None = None) -> Served | None:
        return self.runner.run(self._read(event, seq))

    def etags(self, event: UUID) -> list[str]:
        return self.runner.run(self._etags(event))

    async def _read(self, event: UUID, seq: int | None) -> Served | None:
        async with self.database.reading() as session:
            try:
                loaded = await loading.read(session, event, seq)
            except NotFound:
                return None
            positions = [str(await moments.position(session, loaded, seq, view)) for view in VIEWS]
        found = assembling.rows(loaded)
        return tuple(
            (position, derived.dossier(found, view, position).model_dump_json().encode(), hidden(found, view))
            for view, position in zip(VIEWS, positions, strict=True)
        )

    async def _etags(self, event: UUID) -> list[str]:
        async with self.database.reading() as session:
            shown = await event_read(session, event)
            return [await moments.etag(session, shown, Viewpoint(None, view)) for view in VIEWS]


def undated(told: Told) -> bytes:
    """The dossier without its position."""
    return told[1].replace(told[0].encode(), b"")


def hidden(rows: Rows, view: View) -> frozenset[UUID]:
    """What of the rows is hidden from this viewer as long as no public event cites it: that is asked of now."""
    return frozenset() if view.restricted else rows.restricted


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    one = Reader(database_url)
    yield one
    one.close()


@settings(max_examples=soaking.times(2, few=1))
@given(steps=STEPS)
def test_the_past_is_served_as_it_was(
    reader: Reader, psql: make.Connection, steps: list[tuple[tuple[str, str], int]]
) -> None:
    archive = Archive(psql)
    served: dict[tuple[UUID, int, str, frozenset[UUID]], bytes] = {}
    tagged: dict[str, tuple[str, bytes]] = {}
    heads: dict[tuple[UUID, int], Served] = {}
    last = 0
    for action, seed in steps:
        archive.step(*action, seed)
        last, before = _head(psql), last
        for event in archive.ids["event"][: 3 if last > before else 0]:
            now = reader.read(event)
            assert now is not None
            heads[event, last] = now
            # One ETag: one picture. One position, too, while the same is hidden.
            for viewer, (tag, (position, answer, unseen)) in enumerate(zip(reader.etags(event), now, strict=True)):
                if event in unseen:  # who may not see the event itself is refused
                    continue
                assert served.setdefault((event, viewer, position, unseen), answer) == answer
                assert tagged.setdefault(f"{event} {tag}", (position, answer)) == (position, answer)
    for (event, viewer, position, unseen), answer in served.items():
        then = reader.read(event, int(position.partition("-")[0]))
        assert then is not None
        told = position, answer, unseen
        assert undated(then[viewer]) == undated(told) or then[viewer][2] != unseen
        assert then[viewer] == told or viewer > 0 or then[viewer][2] != unseen
    for (event, seq), now in heads.items():
        then = reader.read(event, seq)
        assert then is not None
        for viewer in (viewer for viewer in range(len(VIEWS)) if event not in then[viewer][2]):
            _is_served_again(reader, event, viewer, now[viewer], then[viewer])


def _is_served_again(reader: Reader, event: UUID, viewer: int, told: Told, told_then: Told) -> None:
    """`told`: what was served when that was now; `told_then`: what is served of that moment later."""
    if told[2] == told_then[2]:
        assert undated(told) == undated(told_then)
    # Where something was opened or hidden since, others may be shown another position, which leads to the same.
    if told[0] != told_then[0]:
        assert viewer > 0
        there = reader.read(event, int(told_then[0].partition("-")[0]))
        assert there is not None
        assert there[viewer] == told_then


def _head(connection: make.Connection) -> int:
    row: Any = connection.execute("SELECT seq FROM ledger_head").fetchone()
    return int(row[0])
