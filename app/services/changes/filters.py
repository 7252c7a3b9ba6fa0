"""What narrows changes: a filter with its addresses looked up, and the SQL that keeps what fits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.schemas.pictures.changes import ChangesFilter
from app.services.access import Caller
from app.services.lists import existing, narrowing


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes. None, or empty: all."""

    types: tuple[str, ...] | None = None
    ops: tuple[str, ...] | None = None
    events: tuple[UUID, ...] | None = None
    question: UUID | None = None
    party: str | None = None
    moved: frozenset[str] = frozenset()

    @property
    def narrows_changes(self) -> bool:
        """Whether it asks for more of a change than where it is and what it moved."""
        return (self.types, self.ops, self.party) != (None, None, None)

    @property
    def bound(self) -> dict[str, Any]:
        """The parameters of `CANDIDATES`. What moved is asked whatever was changed."""
        by_question = self.question if not self.moved else None
        return {
            "types": None if self.types is None else list(self.types),
            "ops": None if self.ops is None else list(self.ops),
            "events": None if self.events is None else list(self.events),
            "question": by_question,
        }


def names_records(query: ChangesFilter) -> bool:
    """Whether something has to be looked up for it."""
    return any(getattr(query, name, None) for name in ("event", "question", "party"))


def plain(query: ChangesFilter, event_id: UUID | None = None) -> Filter:
    """The filter that the parameters ask for, but for the records that they name."""
    return Filter(
        types=tuple(query.type.split(",")) if query.type else None,
        ops=tuple(query.op.split(",")) if query.op else None,
        events=None if event_id is None else (event_id,),
        party=query.party,
        moved=frozenset(query.moved.split(",")) if query.moved else frozenset(),
    )


async def read(session: AsyncSession, caller: Caller, query: ChangesFilter, event_id: UUID | None = None) -> Filter:
    """The filter that the parameters ask for; `event_id`: that of the path. Raises Invalid for what is not there."""
    ids = await existing.find(session, caller, query)
    chosen = plain(query, event_id)
    if "event" in ids:
        chosen = replace(chosen, events=tuple(dict.fromkeys(ids["event"])))
    if "question" in ids:
        chosen = replace(chosen, question=ids["question"][0])
    return chosen


async def roots(session: AsyncSession, events: Sequence[UUID]) -> Sequence[UUID]:
    """What became of these events after all merges."""
    ids = func.unnest(literal(list(events), ARRAY(Uuid()))).column_valued("id")
    return (await session.scalars(select(func.event_root(ids)))).all()


# --- which changes fit -----------------------------------------------------------------------------------------------

# Those of the changes after :since that may fit, at most :most of the next :span; and whether :since is on this chain.
# A row comes also where nothing fits. `act` is the statement or assessment that a change is of or in, as it is now or
# was last; then come the claims, the questions that these answer, after a merge, too, and the sources whose word it is.
CANDIDATES: Final = text("""
WITH head AS (
    SELECT seq, hash, (SELECT hash FROM change WHERE seq = CAST(:since AS bigint)) AS hash_since,
        least(seq, CAST(:since AS bigint) + CAST(:span AS integer)) AS until
    FROM ledger_head),
following AS (SELECT event_kin(id) AS id FROM unnest(CAST(:events AS uuid[])) id)
SELECT h.seq AS head, h.hash_since, h.until, u.hash AS until_hash, fitting.*
FROM head h LEFT JOIN change u ON u.seq = h.until LEFT JOIN LATERAL (
    SELECT c.seq, c.hash, c.recorded_at, c.request_id, c.type, c.record_id, c.event_id, c.op,
        c.version, c.record->>'accuses' AS accuses, c.record->>'party' AS party,
        questions.ids AS question_ids, sources.ids AS source_ids
    FROM change c
    CROSS JOIN LATERAL (SELECT CAST(CASE c.type
        WHEN 'appearance' THEN c.record->>'statement_id'
        WHEN 'assessment_document' THEN c.record->>'assessment_id'
        WHEN 'appearance_hop' THEN (SELECT l.record->>'statement_id' FROM change l
            WHERE l.record_id = CAST(c.record->>'appearance_id' AS uuid) ORDER BY l.seq DESC LIMIT 1)
        END AS uuid) AS id) part_of
    CROSS JOIN LATERAL (SELECT CASE WHEN c.type IN ('statement', 'assessment') THEN c.record ELSE
        (SELECT l.record FROM change l WHERE l.record_id = part_of.id ORDER BY l.seq DESC LIMIT 1) END AS record) act
    CROSS JOIN LATERAL (SELECT CASE c.type WHEN 'claim' THEN ARRAY[c.record_id]
        WHEN 'claim_link' THEN ARRAY[CAST(c.record->>'from_id' AS uuid), CAST(c.record->>'to_id' AS uuid)]
        ELSE ARRAY[CAST(act.record->>'claim_id' AS uuid)] END AS ids) claims
    CROSS JOIN LATERAL (SELECT ARRAY(
        SELECT CAST(about.id AS uuid) FROM (
            SELECT act.record->>'question_id' AS id
            UNION SELECT c.record_id::text WHERE c.type = 'question'
            UNION SELECT c.record->>'question_id' WHERE c.type = 'claim'
            UNION SELECT v.record->>'question_id' FROM unnest(claims.ids) x(id) CROSS JOIN LATERAL (
                SELECT l.record FROM change l WHERE l.record_id = x.id ORDER BY l.seq DESC LIMIT 1) k
            CROSS JOIN LATERAL (VALUES (k.record), ((SELECT l.record FROM change l
                WHERE l.record_id = CAST(k.record->>'merged_into' AS uuid) ORDER BY l.seq DESC LIMIT 1))) v(record)
            ) about WHERE about.id IS NOT NULL) AS ids) questions
    CROSS JOIN LATERAL (SELECT array_remove(CASE c.type WHEN 'source' THEN ARRAY[c.record_id]
        WHEN 'source_link' THEN ARRAY[CAST(c.record->>'from_id' AS uuid), CAST(c.record->>'to_id' AS uuid)]
        WHEN 'document' THEN ARRAY[CAST(c.record->>'publisher_id' AS uuid)]
        WHEN 'appearance_hop' THEN
            ARRAY[CAST(c.record->>'source_id' AS uuid), CAST(act.record->>'source_id' AS uuid)]
        ELSE ARRAY[CAST(act.record->>'source_id' AS uuid), CAST(act.record->>'author_id' AS uuid)]
        END, NULL) AS ids) sources
    WHERE c.seq > CAST(:since AS bigint) AND c.seq <= h.until
        AND (CAST(:types AS text[]) IS NULL OR c.type = ANY (CAST(:types AS text[])))
        AND (CAST(:ops AS text[]) IS NULL OR c.op = ANY (CAST(:ops AS text[])))
        AND (CAST(:events AS uuid[]) IS NULL OR c.event_id IN (SELECT id FROM following)
            OR (c.type = 'event_link' AND CAST(c.record->>'to_id' AS uuid) IN (SELECT id FROM following))
            OR (c.event_id IS NULL AND EXISTS (
                SELECT FROM following f CROSS JOIN (VALUES
                    (CASE WHEN c.type IN ('source', 'document') THEN c.record_id END),
                    (CAST(c.record->>'document_id' AS uuid)),
                    (CAST(c.record->>'from_id' AS uuid)), (CAST(c.record->>'to_id' AS uuid))) d(id)
                WHERE EXISTS (SELECT FROM statement s
                        WHERE s.event_id = f.id AND d.id IN (s.source_id, s.withdrawn_document_id))
                    OR EXISTS (SELECT FROM appearance_hop s WHERE s.event_id = f.id AND s.source_id = d.id)
                    OR EXISTS (SELECT FROM assessment s WHERE s.event_id = f.id AND s.author_id = d.id)
                    OR EXISTS (SELECT FROM appearance s WHERE s.event_id = f.id AND s.document_id = d.id)
                    OR EXISTS (SELECT FROM assessment_document s WHERE s.event_id = f.id AND s.document_id = d.id))))
        AND (CAST(:question AS uuid) IS NULL OR CAST(:question AS uuid) = ANY (questions.ids))
    ORDER BY c.seq LIMIT CAST(:most AS integer)) fitting ON true
ORDER BY fitting.seq""")


def on_side(caller: Caller, party: str) -> Select[Any]:
    """Select those of the sources :ids that are on this side, as far as the caller may know."""
    sides = narrowing.on_sides(caller, party)
    return select(sides.c.id).where(sides.c.id == any_(bindparam("ids", None, ARRAY(Uuid()))))
