"""Events that are loaded at once have each the rows that it has when it is loaded alone."""

from collections.abc import AsyncIterator
from dataclasses import fields
from random import Random
from typing import Any

import make
import pytest
import soaking
from histories import ACTIONS, Archive
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import connect
from app.derive.pictures import digest, dossier, latest_figures
from app.derive.rules.rows import Rows, View
from app.services.pictures import loading, parting
from app.settings import Settings

VIEWS = (View(restricted=True, confidential=True), View())
# What happens makes events, sources and documents of several events lean on each other.
LEANING = tuple((verb, table) for verb, table in ACTIONS if verb != "delete")


@pytest.fixture
async def session(database_url: str) -> AsyncIterator[AsyncSession]:
    database = connect(Settings(database_url=database_url))
    async with database.reading() as one:
        yield one
    await database.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(6))
async def test_events_loaded_at_once_are_as_loaded_alone(
    session: AsyncSession, psql: make.Connection, seed: int
) -> None:
    archive, random = Archive(psql), Random(seed)
    for _ in range(60):
        archive.step(*random.choice(LEANING), random.randrange(10_000))
    event_ids = archive.ids["event"]
    at_once = await loading.load(session, event_ids[0], None, *event_ids[1:])
    parted = {rows.event_id: rows for rows in parting.part(at_once, event_ids)}
    for event_id in event_ids:
        alone = await loading.load(session, event_id)
        assert laid_out(parted[event_id]) == laid_out(alone)
        for view in VIEWS:
            whole = dossier.dossier(alone, view, "").questions
            assert dossier.questions(parted[event_id], view) == whole
            told = digest.digest(parted[event_id], view)
            assert sum(told.statuses.values()) == len(whole)
            says = {question.id: latest_figures.latest(question).says for question in whole}
            assert all(toll.says == says[toll.question_id] for toll in told.tolls)


def laid_out(rows: Rows) -> dict[str, Any]:
    """Without the order, in which they are in neither."""
    parts = {field.name: getattr(rows, field.name) for field in fields(rows)}
    return {
        name: sorted(part, key=lambda record: str(record.id)) if isinstance(part, list) else part
        for name, part in parts.items()
    }
