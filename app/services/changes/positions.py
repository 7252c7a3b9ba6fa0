"""Positions of callers: where to go on from, and what to say to one that is not on this chain."""

import re
import time
from typing import Any, Final

from sqlalchemy import text

from app.database import Askable, Database, ask
from app.errors import Fork, Invalid
from app.schemas.pictures.changes import POSITION, CheckpointRead
from app.services.pictures import moments
from app.services.pictures.heads import Heads
from app.services.pictures.moments import Position

BEGINNING: Final = Position(0, bytes(4))
_POSITION: Final = re.compile(POSITION, re.ASCII)
_MOST_STEPS: Final = 62  # of two, four, eight … changes back
_HASHES: Final = text("SELECT seq, hash FROM change WHERE seq = ANY(CAST(:seqs AS bigint[])) ORDER BY seq DESC")
_HEAD: Final = text(
    "SELECT seq, hash, CASE WHEN seq > 0 THEN recorded_at END AS recorded_at FROM ledger_head"
)  # before the first change it is -infinity


async def checkpoint(asker: Askable) -> CheckpointRead:
    """The ledger's newest change."""
    head = (await ask(asker, _HEAD))[0]
    position = Position(head.seq, head.hash or bytes(4))
    return CheckpointRead(position=str(position), seq=head.seq, hash=head.hash.hex(), recorded_at=head.recorded_at)


async def newest(database: Database, heads: Heads) -> Position:
    """Many ask at once for it, whom one query answers."""
    await heads.know(database, time.monotonic())
    seq, last_hash = heads.head
    return Position(seq, last_hash) if seq else BEGINNING


async def since(asker: Askable, words: str) -> Position:
    """The position that changes are asked for after: the first of those given, or the last at the end of a time.

    Raises Invalid where it can't be read, and Fork for a position that is not on this chain.
    """
    places = words.replace(" ", "").split(",")
    if not all(map(_POSITION.fullmatch, places)):
        if len(places) > 1:
            raise Invalid.parameter("since", "positions have commas between them, as 1234-0a1b2c3d,1024-4e5f6a7b")
        if words.isdecimal() and len(words) != len("2023"):
            raise Invalid.parameter("since", "a position has the beginning of its hash, too: 1234-0a1b2c3d")
        return (await moments.moment_at(asker, words, "since")).position or BEGINNING
    holding = await _holding(asker, places)
    if places[0] in holding:
        return holding[places[0]]
    raise await fork(asker, places[0], holding)


async def fork(asker: Askable, lost: str, holding: dict[str, Position] | None = None) -> Fork:
    """What to say of a position that is not on this chain; `holding`: those that the caller knows, too, and are."""
    head = (await ask(asker, _HEAD))[0]
    start = min(int(lost.partition("-")[0]), head.seq + 1)
    seqs = [start - 2**step for step in range(_MOST_STEPS) if start - 2**step > 0]
    earlier = await ask(asker, _HASHES, {"seqs": seqs})
    common = max(holding.values(), default=None) if holding else None
    extra: dict[str, Any] = {
        "position": str(Position(head.seq, head.hash or bytes(4))),
        "common": None if common is None else str(common),
        "checkpoints": [str(Position(row.seq, row.hash)) for row in earlier],
    }
    says = f"The last of yours that is on it is {common}: forget what came after it, and go on from there."
    if common is None:
        says = (
            "Go on from the newest of `checkpoints` that you know, or send, as `since`, further positions that you "
            "know: `common` then names the last that holds. If none does, begin anew."
        )
    return Fork(
        "This position is not on this ledger: it is another's, or the database was restored and has lost it. " + says,
        **extra,
    )


async def _holding(asker: Askable, places: list[str]) -> dict[str, Position]:
    """Those of these positions that are on this chain."""
    rows = await ask(asker, _HASHES, {"seqs": [int(words.partition("-")[0]) for words in places]})
    stored = {str(position): position for position in (BEGINNING, *(Position(row.seq, row.hash) for row in rows))}
    return {words: stored[words] for words in places if words in stored}
