"""What changes moved: the standings and statuses of an event that are other ones after a step than before it.

A step is what one request changed, or one transaction of somebody without requests. What it moved is judged as a diff
of the event between the two moments judges it, as the caller may see the event now.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Asking, Database, ask, end_read
from app.derive.diff import snapshots, verdict_changes
from app.derive.diff.snapshots import Snapshot, SnapshotPair
from app.derive.pictures import dossier
from app.derive.rules.rows import View
from app.errors import NotFound
from app.models import Event
from app.schemas.pictures.changes import Moves
from app.services import records
from app.services.access import Caller
from app.services.changes.filters import Filter
from app.services.pictures import loading

_SPAN: Final = 500  # changes that are looked through at once; and on to the end of a step, if that is not too far
_LONGEST_STEP: Final = 20_000
_MOST_EVENTS: Final = 50  # the newest ones, that a change of a source or document is followed into
_ALL_EVENTS: Final = 1_000_000  # where the caller has named some, at most a hundred
_MOST_STEPS: Final = 10  # of an event that are told apart at once: of more, some are told as one
# The changes after :since that may move something, each with the step that it belongs to and the events that it may
# move; with how far was looked: to the end of a step. An event that was merged, or is no more, moves what it was merged
# into. Of sources and documents only the columns count that say who is one, on which side, and when it was said.
# `is_cut`: there are more events than a change is followed into; where some are :asked for, or a :question, only those.
_STEPS: Final = text("""
WITH RECURSIVE cut AS (
    SELECT least(h.seq, CAST(:since AS bigint) + CAST(:span AS integer)) AS seq FROM ledger_head h),
looked AS (SELECT coalesce((
    SELECT c.seq - 1 FROM cut JOIN change last ON last.seq = cut.seq
    JOIN change c ON c.seq > cut.seq AND c.seq <= cut.seq + CAST(:longest AS integer)
        AND coalesce(c.request_id, c.xmin::text) <> coalesce(last.request_id, last.xmin::text)
    ORDER BY c.seq LIMIT 1),
    (SELECT least(h.seq, cut.seq + CAST(:longest AS integer)) FROM ledger_head h, cut)) AS until),
stepping AS (
    SELECT c.seq, c.hash, c.recorded_at, c.type, c.op, c.event_id, c.record_id, c.record,
        coalesce(c.request_id, c.xmin::text) AS step, was.record AS record_before
    FROM change c CROSS JOIN looked LEFT JOIN LATERAL (
        SELECT l.record FROM change l WHERE c.event_id IS NULL AND l.record_id = c.record_id AND l.seq < c.seq
        ORDER BY l.seq DESC LIMIT 1) was ON true
    WHERE c.seq > CAST(:since AS bigint) AND c.seq <= looked.until),
directory AS (
    SELECT c.seq, d.kind, d.id FROM stepping c CROSS JOIN LATERAL (VALUES
        ('source', CASE WHEN c.type = 'source' THEN c.record_id END),
        ('source', CASE WHEN c.type = 'source_link' THEN CAST(c.record->>'from_id' AS uuid) END),
        ('source', CASE WHEN c.type = 'source_link' THEN CAST(c.record->>'to_id' AS uuid) END),
        ('document', CASE WHEN c.type = 'document' THEN c.record_id END),
        ('document', CASE WHEN c.type = 'document_link' THEN CAST(c.record->>'from_id' AS uuid) END),
        ('document', CASE WHEN c.type = 'document_link' THEN CAST(c.record->>'to_id' AS uuid) END)) d(kind, id)
    WHERE d.id IS NOT NULL AND (c.type IN ('source_link', 'document_link') OR (c.op <> 'insert'
        AND jsonb_build_array(c.op, c.record->'party', c.record->'parent_id', c.record->'kind', c.record->'disclosure',
            c.record->'merged_into', c.record->'confidential', c.record->'publisher_id', c.record->'published',
            c.record->'retracted', c.record->'lifecycle')
        IS DISTINCT FROM jsonb_build_array('update', c.record_before->'party', c.record_before->'parent_id',
            c.record_before->'kind', c.record_before->'disclosure', c.record_before->'merged_into',
            c.record_before->'confidential', c.record_before->'publisher_id', c.record_before->'published',
            c.record_before->'retracted', c.record_before->'lifecycle')))),
kin AS (
    SELECT seq, kind, id FROM directory
    UNION SELECT k.seq, n.kind, n.id FROM kin k CROSS JOIN LATERAL (
        SELECT 'source', s.id FROM source s WHERE k.kind = 'source' AND (s.parent_id = k.id OR s.merged_into = k.id)
        UNION ALL SELECT 'source', s.merged_into FROM source s WHERE k.kind = 'source' AND s.id = k.id
        UNION ALL SELECT 'document', d.id FROM document d WHERE k.kind = 'source' AND d.publisher_id = k.id
        UNION ALL SELECT 'document', d.id FROM document d WHERE k.kind = 'document' AND d.merged_into = k.id
        UNION ALL SELECT 'document', d.merged_into FROM document d WHERE k.kind = 'document' AND d.id = k.id
        ) n(kind, id) WHERE n.id IS NOT NULL),
asked AS (
    SELECT event_kin(id) AS id FROM unnest(CAST(:asked AS uuid[])) id
    UNION SELECT event_kin(event_id) FROM question WHERE id = CAST(:question AS uuid)),
citing AS (
    SELECT c.seq, n.event_id, n.nth FROM (SELECT DISTINCT seq FROM kin) c CROSS JOIN LATERAL (
        SELECT o.event_id, row_number() OVER (ORDER BY o.event_id DESC) AS nth FROM (
            SELECT DISTINCT e.event_id FROM kin k CROSS JOIN LATERAL (
                SELECT event_id FROM statement WHERE k.kind = 'source' AND source_id = k.id
                UNION SELECT event_id FROM appearance_hop WHERE k.kind = 'source' AND source_id = k.id
                UNION SELECT event_id FROM assessment WHERE k.kind = 'source' AND author_id = k.id
                UNION SELECT event_id FROM appearance WHERE k.kind = 'document' AND document_id = k.id
                UNION SELECT event_id FROM statement WHERE k.kind = 'document' AND withdrawn_document_id = k.id) e
            WHERE k.seq = c.seq) o
        WHERE ((CAST(:asked AS uuid[]) IS NULL AND CAST(:question AS uuid) IS NULL)
                OR o.event_id IN (SELECT id FROM asked))
            AND (CAST(:sees_all AS boolean) OR is_public(event_root(o.event_id)))) n
    WHERE n.nth <= CAST(:events AS integer) + 1)
SELECT l.until, u.hash AS until_hash, h.seq AS head, c.seq, c.hash, c.recorded_at, c.step,
    EXISTS (SELECT FROM citing WHERE citing.seq = c.seq AND nth > CAST(:events AS integer)) AS is_cut, ARRAY(
    SELECT DISTINCT event_root(about.id) FROM (
        SELECT c.event_id AS id WHERE c.type NOT IN ('event', 'event_link')
        UNION SELECT c.record_id WHERE c.type = 'event' AND c.record->>'merged_into' IS DISTINCT FROM (
            SELECT e.record->>'merged_into' FROM change e WHERE e.record_id = c.record_id AND e.seq < c.seq
            ORDER BY e.seq DESC LIMIT 1)
        UNION SELECT CAST(e.record->>'merged_into' AS uuid) FROM change e
            WHERE c.type = 'event' AND e.record_id = c.record_id AND e.seq < c.seq
        UNION SELECT event_id FROM citing WHERE citing.seq = c.seq AND nth <= CAST(:events AS integer)) about
    WHERE about.id IS NOT NULL) AS event_ids
FROM looked l CROSS JOIN ledger_head h LEFT JOIN change u ON u.seq = l.until LEFT JOIN stepping c ON true
ORDER BY c.seq""")
NOT_FOLLOWED: Final = Moves(standings=[], statuses=[], more_events=True)


@dataclass(frozen=True, slots=True)
class EventStep:
    """What one request changed of one event."""

    event_id: UUID
    before_seq: int
    """The last change before it."""
    end: Any
    """Its last change."""


@dataclass(frozen=True, slots=True)
class StepWindow:
    """How far was looked, and the steps up to there, event by event."""

    until: Any
    by_event: dict[UUID, list[EventStep]]
    cut: list[Any]
    """Changes that were not followed into all events that the caller may see."""


async def steps(asker: Asking, caller: Caller, chosen: Filter, since_seq: int) -> StepWindow:
    """The steps after a change, up to the end of one."""
    bounds: dict[str, Any] = {"since": since_seq, "span": _SPAN, "longest": _LONGEST_STEP}
    bounds |= {"sees_all": caller.may("read")}
    bounds |= {"asked": None if chosen.events is None else list(chosen.events), "question": chosen.question}
    bounds |= {"events": _MOST_EVENTS if chosen.events is None else _ALL_EVENTS}
    rows = await ask(asker, _STEPS, bounds)
    by_event: dict[UUID, list[EventStep]] = defaultdict(list)
    first_seqs: dict[str, int] = {}
    last_name = None
    for row in (row for row in rows if row.seq is not None):
        if row.step != last_name:
            first_seqs[row.step], last_name = row.seq, row.step
        for event_id in row.event_ids:
            step, earlier = EventStep(event_id, first_seqs[row.step] - 1, row), by_event[event_id]
            if earlier and earlier[-1].before_seq == step.before_seq:
                earlier.pop()
            earlier.append(step)
    fewer = {event_id: _fewer(of_event) for event_id, of_event in by_event.items()}
    return StepWindow(rows[0], fewer, [row for row in rows if row.is_cut])


def _fewer(of_event: Sequence[EventStep]) -> list[EventStep]:
    """As many as are told apart: of more, those beside each other are one."""
    size = -(-len(of_event) // _MOST_STEPS)
    runs = [of_event[start : start + size] for start in range(0, len(of_event), size)]
    return [EventStep(run[0].event_id, run[0].before_seq, run[-1].end) for run in runs]


async def seen_events(session: AsyncSession, caller: Caller, event_ids: Iterable[UUID]) -> list[UUID]:
    """Those of these events that the caller may see."""
    return sorted(await records.among_seen(session, caller, Event, event_ids))


async def moves(
    database: Database, view: View, of_event: Sequence[EventStep], chosen: Filter
) -> list[tuple[EventStep, Moves]]:
    """What each of these steps of one event moved, as far as that is asked for; without those that moved nothing."""
    moving = []
    seq, before = -1, snapshots.snapshot(None)
    for step in of_event:
        # Between two steps of an event nothing moves it.
        if seq < 0:
            before = await _snapshot(database, view, step.event_id, step.before_seq)
        seq = step.end.seq
        now = await _snapshot(database, view, step.event_id, seq)
        step_moves = await threads.run(_compare, SnapshotPair(before, now), chosen)
        if step_moves.standings or step_moves.statuses:
            moving.append((step, step_moves))
        before = now
    return moving


async def _snapshot(database: Database, view: View, event_id: UUID, seq: int) -> Snapshot:
    """The event as it was recorded then; empty, if it was not."""
    async with database.drawing() as session:
        try:
            rows = await loading.load(session, event_id, seq)
        except NotFound:
            return snapshots.snapshot(None)
        await end_read(session)
        # A place is held while it is drawn, too: what is loaded takes memory.
        return await threads.run(lambda: snapshots.snapshot(dossier.dossier(rows, view, ""), None, view.wording))


def _compare(pair: SnapshotPair, chosen: Filter) -> Moves:
    standings = verdict_changes.standings(pair) if "standing" in chosen.moved else []
    statuses = verdict_changes.statuses(pair) if "status" in chosen.moved else []
    if chosen.question is not None:
        standings = [moved for moved in standings if moved.question_id == chosen.question]
        statuses = [moved for moved in statuses if moved.question_id == chosen.question]
    return Moves(standings=standings, statuses=statuses)
