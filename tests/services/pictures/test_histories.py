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
from app.derive.rules.rows import View
from app.errors import NotFound
from app.services.pictures import loading, moments
from app.services.pictures.moments import Viewpoint
from app.settings import Settings

# Everything; and what the public sees of what had been said by one day.
VIEWS = (
    View(restricted=True, confidential=True),
    View("2023-08-09", moments.time_span("said_before", "2023-08-09").end),
)
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 10_000)), min_size=12, max_size=25)
Served = tuple[tuple[str, bytes], ...]
"""To each of the viewers: the position of what is shown to them, and their dossier."""


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
                found = await loading.load(session, event, seq)
            except NotFound:
                return None
            positions = [str(await moments.position(session, found, seq, view)) for view in VIEWS]
        return tuple(
            (position, derived.dossier(found, view, position).model_dump_json().encode())
            for view, position in zip(VIEWS, positions, strict=True)
        )

    async def _etags(self, event: UUID) -> list[str]:
        async with self.database.reading() as session:
            shown = await event_read(session, event)
            return [await moments.etag(session, shown, Viewpoint(None, view)) for view in VIEWS]


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    one = Reader(database_url)
    yield one
    one.close()


@settings(max_examples=soaking.times(5))
@given(steps=STEPS)
def test_the_past_is_served_as_it_was(
    reader: Reader, psql: make.Connection, steps: list[tuple[tuple[str, str], int]]
) -> None:
    archive = Archive(psql)
    served: dict[tuple[UUID, int, str], bytes] = {}
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
            # One position, one ETag: one picture.
            for viewer, (tag, (position, answer)) in enumerate(zip(reader.etags(event), now, strict=True)):
                assert served.setdefault((event, viewer, position), answer) == answer
                assert tagged.setdefault(f"{event} {tag}", (position, answer)) == (position, answer)
    for (event, viewer, position), answer in served.items():
        then = reader.read(event, int(position.partition("-")[0]))
        assert then is not None
        assert then[viewer] == (position, answer)
    for (event, seq), now in heads.items():
        assert reader.read(event, seq) == now


def _head(connection: make.Connection) -> int:
    row: Any = connection.execute("SELECT seq FROM ledger_head").fetchone()
    return int(row[0])
