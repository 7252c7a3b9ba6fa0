"""The rows that show statements or assessments of a list, of however many events: in two statements of SQL."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.derive.rules.rows import Rows, View
from app.services.access import Caller
from app.services.pictures import assembling, loading
from app.texts.messages.wording import ENGLISH, Wording

# The assessments :assessments, the statements :statements and those that these supersede; what all are about, and where
# the statements are found; what each claim and event was merged into, and what a figure is part of.
_SAID: Final = loading.in_parts("""
WITH RECURSIVE said(id) AS (SELECT unnest(CAST(:statements AS uuid[]))),
spoken(id) AS (
    SELECT id FROM said
    UNION SELECT s.supersedes_id FROM said x JOIN statement s ON s.id = x.id WHERE s.supersedes_id IS NOT NULL),
about(kind, id) AS (
    (SELECT CAST('spoken' AS text), id FROM spoken
    UNION ALL SELECT v.kind, v.id FROM assessment r
        CROSS JOIN LATERAL (VALUES ('event', r.event_id), ('claim', r.claim_id)) v(kind, id)
        WHERE r.id = ANY(CAST(:assessments AS uuid[])))
    UNION SELECT n.kind, n.id FROM about a CROSS JOIN LATERAL (
        SELECT v.kind, v.id FROM statement s
            CROSS JOIN LATERAL (VALUES ('event', s.event_id), ('claim', s.claim_id), ('question', s.question_id))
            v(kind, id) WHERE a.kind = 'spoken' AND s.id = a.id
        UNION ALL SELECT v.kind, v.id FROM claim c
            CROSS JOIN LATERAL (VALUES ('event', c.event_id), ('question', c.question_id), ('claim', c.merged_into),
                ('claim', c.of_id)) v(kind, id) WHERE a.kind = 'claim' AND c.id = a.id
        UNION ALL SELECT 'event', q.event_id FROM question q WHERE a.kind = 'question' AND q.id = a.id
        UNION ALL SELECT 'event', e.merged_into FROM event e WHERE a.kind = 'event' AND e.id = a.id
    ) n(kind, id) WHERE n.id IS NOT NULL)
SELECT 'statement' AS type, to_json(s)::text AS record FROM spoken x JOIN statement s ON s.id = x.id
UNION ALL SELECT a.kind, r.record FROM about a CROSS JOIN LATERAL (
    SELECT to_json(e)::text AS record FROM event e WHERE a.kind = 'event' AND e.id = a.id
    UNION ALL SELECT to_json(c)::text FROM claim c WHERE a.kind = 'claim' AND c.id = a.id
    UNION ALL SELECT to_json(q)::text FROM question q WHERE a.kind = 'question' AND q.id = a.id) r
UNION ALL SELECT 'assessment', to_json(r)::text FROM assessment r WHERE r.id = ANY(CAST(:assessments AS uuid[]))
UNION ALL SELECT 'assessment_document', to_json(d)::text FROM assessment_document d
    WHERE d.assessment_id = ANY(CAST(:assessments AS uuid[]))
UNION ALL SELECT 'appearance', to_json(a)::text FROM said x JOIN appearance a ON a.statement_id = x.id
UNION ALL SELECT 'appearance_hop', to_json(h)::text FROM said x
    JOIN appearance a ON a.statement_id = x.id JOIN appearance_hop h ON h.appearance_id = a.id""")


def view(caller: Caller, wording: Wording = ENGLISH) -> View:
    """What is shown now, of all that had been said."""
    return View(restricted=caller.may("read"), confidential=caller.may("confidential"), wording=wording)


async def load(session: AsyncSession, statement_ids: Sequence[UUID] = (), assessment_ids: Sequence[UUID] = ()) -> Rows:
    """The rows of these, of which there is one at least; what else their events have is not among them."""
    asked_for = {"statements": list(statement_ids), "assessments": list(assessment_ids)}
    loaded = await loading.records(session, _SAID, asked_for)
    event_ids = frozenset(UUID(event["id"]) for event in loaded["event"])
    restricted = frozenset(UUID(event["id"]) for event in loaded["event"] if event["visibility"] != "public")
    whole = await loading.with_cited(session, loaded, next(iter(event_ids)), event_ids, restricted)
    return await threads.run(assembling.rows, whole)
