"""What a feed shows of an event: its dossier, and what moved on the newest days on which something was recorded."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from app import threads
from app.database import Askable, ask, end_read
from app.derive.diff import snapshots, verdict_changes
from app.derive.diff.snapshots import SnapshotPair
from app.derive.rules.construct import built
from app.derive.rules.rows import Rows
from app.errors import NotFound
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.pictures.exports import DayMoves
from app.services.pictures import moments
from app.services.pictures.moments import Position, Viewpoint

# For how many days a feed says what moved, and with how many statements in all: each day is a dossier to draw.
FEED_DAYS: Final = 10
STATEMENTS_DRAWN: Final = 3_000
# The newest days on which something about the event was recorded: its last change there, and that before the day.
_DAYS: Final = text("""
SELECT day, last.seq, last.hash, last.recorded_at, before.seq AS seq_before, before.hash AS hash_before
FROM (
    SELECT date_trunc('day', recorded_at AT TIME ZONE 'UTC') AS day, max(seq) AS seq FROM change
    WHERE event_id IN (SELECT event_kin(:event)) GROUP BY 1 ORDER BY 1 DESC LIMIT :most) days
JOIN change last USING (seq)
LEFT JOIN LATERAL (
    SELECT seq, hash FROM change WHERE recorded_at < day AT TIME ZONE 'UTC'
    ORDER BY recorded_at DESC, seq DESC LIMIT 1) before ON true
ORDER BY day""")


async def feed(session: Askable, event_id: UUID, viewpoint: Viewpoint) -> tuple[DossierRead, list[DayMoves]]:
    """The event as it is, and day by day what moved. Raises NotFound."""
    rows, shown_position = await moments.load(session, event_id, viewpoint)
    day_count = max(1, min(FEED_DAYS, STATEMENTS_DRAWN // (1 + len(rows.statements))))
    days = await ask(session, _DAYS, {"event": event_id, "most": day_count})
    # Each day begins where the one before it ended; where the first begins comes with its row.
    start = [None if day.seq_before is None else Position(day.seq_before, day.hash_before) for day in days[:1]]
    positions = [*start, *(Position(day.seq, day.hash) for day in days)]
    viewpoints = [position and Viewpoint(position, viewpoint.view) for position in positions]
    loaded = [await _load(session, event_id, day_end) for day_end in viewpoints]
    await end_read(session)
    return await threads.run(_draw, rows, shown_position, viewpoint, days, loaded)


def _draw(
    rows: Rows,
    shown_position: Position,
    viewpoint: Viewpoint,
    days: Sequence[Row[Any]],
    loaded: list[tuple[Rows, Position, Viewpoint] | None],
) -> tuple[DossierRead, list[DayMoves]]:
    """`loaded`: of the moment before the first of the days, and of the end of each."""
    day_ends = [snapshots.snapshot(arguments and moments.draw_dossier(*arguments)) for arguments in loaded]
    moves = [
        _moves(day.day, day.recorded_at, SnapshotPair(day_before, day_after))
        for day, (day_before, day_after) in zip(days, pairwise(day_ends), strict=True)
    ]
    return moments.draw_dossier(rows, shown_position, viewpoint), moves


async def _load(
    session: Askable, event_id: UUID, viewpoint: Viewpoint | None
) -> tuple[Rows, Position, Viewpoint] | None:
    """The arguments of `draw_dossier` for the end of a day. None: there was no such event yet."""
    try:
        return None if viewpoint is None else (*await moments.load(session, event_id, viewpoint), viewpoint)
    except NotFound:
        return None


def _moves(day: datetime, at: datetime, pair: SnapshotPair) -> DayMoves:
    return built(
        DayMoves,
        day=f"{day:%Y-%m-%d}",
        at=at,
        standings=verdict_changes.standings(pair),
        statuses=verdict_changes.statuses(pair),
    )
