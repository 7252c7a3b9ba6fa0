"""What a feed tells of an event: how it is, and what the newest days of recording did to it."""

from datetime import datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import end_read
from app.derive.diff import snapshots, verdict_changes
from app.derive.diff.snapshots import SnapshotPair
from app.derive.rules.construct import built
from app.derive.rules.rows import Rows
from app.errors import NotFound
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.pictures.exports import DayMoves
from app.services.pictures import moments
from app.services.pictures.moments import Asked, Position

# For how many days moves are told, and of how many statements together: each day is a dossier that has to be drawn.
DAYS: Final = 10
DRAWN: Final = 3_000
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


async def feed(session: AsyncSession, event_id: UUID, wanted: Asked) -> tuple[DossierRead, list[DayMoves]]:
    """The event as it is, and day by day what moved. Raises NotFound."""
    now = await moments.loaded(session, event_id, wanted)
    most = max(1, min(DAYS, DRAWN // (1 + len(now[0].statements))))
    days = (await session.execute(_DAYS, {"event": event_id, "most": most})).all()
    first = [None if day.seq_before is None else Position(day.seq_before, day.hash_before) for day in days[:1]]
    ends = [*first, *(Position(day.seq, day.hash) for day in days)]
    then = [await _loaded(session, event_id, end and Asked(end, wanted.view)) for end in ends]
    await end_read(session)
    drawn = [snapshots.snapshot(one and moments.drawn(*one)) for one in then]
    moved = [
        _moved(day.day, day.recorded_at, SnapshotPair(*two)) for day, two in zip(days, pairwise(drawn), strict=True)
    ]
    return moments.drawn(*now, wanted), moved


async def _loaded(session: AsyncSession, event_id: UUID, at: Asked | None) -> tuple[Rows, Position, Asked] | None:
    """What a picture at an end of a day is drawn from; None: the event was not there."""
    try:
        return None if at is None else (*await moments.loaded(session, event_id, at), at)
    except NotFound:
        return None


def _moved(day: datetime, at: datetime, pair: SnapshotPair) -> DayMoves:
    return built(
        DayMoves,
        day=f"{day:%Y-%m-%d}",
        at=at,
        standings=verdict_changes.standings(pair),
        statuses=verdict_changes.statuses(pair),
    )
