"""Track records of sources: over all events in which one spoke of what has been settled since."""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from app import threads
from app.database import Askable, ask
from app.derive import ordering
from app.derive.pictures import track_record
from app.derive.rules.rows import View
from app.errors import Forbidden
from app.schemas.pictures.side_maps import SideMap
from app.schemas.pictures.track_records import TrackEntry, TrackRecordRead
from app.schemas.sources import SourceRead
from app.services.access import Caller
from app.services.pictures import loading, moments

# How many events are read at once: a family that speaks in more of them has its record drawn in several steps.
_EVENTS_AT_ONCE: Final = 50
# All that may be of one family, whichever way merges and parents lead: which statements are is for the rules to say.
_EVENTS: Final = text("""
WITH RECURSIVE up(id) AS (
    SELECT CAST(:source AS uuid) UNION
    SELECT n.id FROM up JOIN source s ON s.id = up.id CROSS JOIN LATERAL (VALUES (s.parent_id), (s.merged_into)) n(id)
    WHERE n.id IS NOT NULL),
kin(id) AS (
    SELECT id FROM up UNION
    SELECT n.id FROM kin CROSS JOIN LATERAL (
        SELECT s.id FROM source s WHERE s.parent_id = kin.id UNION ALL
        SELECT s.id FROM source s WHERE s.merged_into = kin.id) n),
spoken(id) AS (
    SELECT s.event_id FROM kin JOIN statement s ON s.source_id = kin.id UNION
    SELECT h.event_id FROM kin JOIN appearance_hop h ON h.source_id = kin.id),
settled(id) AS (SELECT event_root(id) FROM (SELECT DISTINCT event_id AS id FROM assessment WHERE settles) e)
SELECT DISTINCT root.id FROM spoken CROSS JOIN LATERAL (SELECT event_root(spoken.id) AS id) root
JOIN settled ON settled.id = root.id WHERE CAST(:all AS boolean) OR is_public(root.id) ORDER BY root.id""")
_IS_THERE: Final = text("SELECT id FROM source WHERE id = CAST(:source AS uuid)")


async def etag(session: Askable, caller: Caller, source_id: UUID, said_before: str | None) -> str:
    """The strong entity tag of a record, quoted."""
    scopes = caller.may("read"), caller.may("confidential")
    return await moments.etag_of_all(session, "record", source_id, said_before, *scopes)


async def record(session: Askable, caller: Caller, source_id: UUID, said_before: str | None) -> TrackRecordRead:
    """What a source that the caller may see, or its family, said of open questions that were settled later.

    Raises Forbidden for a protected source that the caller may not see.
    """
    if not await ask(session, _IS_THERE, {"source": source_id}):
        raise Forbidden("The record of a protected source needs the scope confidential.", scopes=["confidential"])
    until = None if said_before is None else moments.time_span("said_before", said_before).end
    view = View(said_before, until, "family", caller.may("read"), caller.may("confidential"))
    event_ids = [row.id for row in await ask(session, _EVENTS, {"source": source_id, "all": view.restricted})]
    entries: list[TrackEntry] = []
    sources: dict[UUID, SourceRead] = {}
    family: UUID | None = None
    for start in range(0, len(event_ids), _EVENTS_AT_ONCE):
        event_id, *further_ids = event_ids[start : start + _EVENTS_AT_ONCE]
        rows = await loading.load(session, event_id, None, *further_ids)
        event_entries, named_sources, family = await threads.run(track_record.entries, rows, view, source_id)
        entries += event_entries
        sources |= named_sources
    sources = ordering.side_map(sources)
    entries.sort(key=lambda entry: _order(entry, sources))
    verdicts = [entry.verdict for entry in entries]
    return TrackRecordRead.model_construct(
        position=str(await moments.head(session)),
        said_before=said_before,
        source_id=source_id,
        family_id=family,
        right=verdicts.count("right"),
        wrong=verdicts.count("wrong"),
        unscored=verdicts.count("unscored"),
        entries=entries,
        sources=sources,
    )


def _order(entry: TrackEntry, sources: SideMap) -> tuple[object, ...]:
    whose = ordering.source(sources[entry.source_id])
    times = entry.effective_from, entry.effective_to
    return *times, entry.claim or "", whose, entry.stance, entry.event_title, entry.question or "", entry.statement_id
