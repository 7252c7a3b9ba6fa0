"""Copies found: what a new text shares with the other texts about the same events, as links that an editor decides on.

Everything costs the same however much an event has: texts are compared by fingerprints that were made before the
ledger's lock was taken, and only those that share a mark are.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import reasoned, unreasoned
from app.derive import copies
from app.derive import credits as wire
from app.derive.copies import Origin
from app.models import Appearance, AssessmentDocument, DocumentLink, DocumentVersion, TextPrint
from app.schemas.documents import VersionCreate
from app.services import storing
from app.services.drafts import Batch, Draft, Reading, sha256
from app.vocabulary import LIKELY_COPY, SURE_COPY

FOUND: Final = "the texts are alike"
_COMPARED: Final = 20  # texts at most that a new one is compared with: those with the most marks in common
_PROPOSED: Final = 5  # links at most that one text proposes: of a hundred copies not each needs a link to each
_VERSIONS: Final = 10  # of one document that are looked for: the latest

# The tables below are read and written by their own columns; what callers send is only ever bound.
_KEEP: Final = text(f"INSERT INTO text_print SELECT d.* FROM {storing.drafted(TextPrint)}")  # noqa: S608

# Note the marks of each document's texts under every event that cites it, and give the pairs that are new.
_MARK: Final = text("""
WITH kin AS (
    SELECT DISTINCT root, k.id FROM (
        SELECT DISTINCT document_root(id) AS root FROM unnest(CAST(:documents AS uuid[])) d(id)) r
    CROSS JOIN LATERAL document_kin(root) k(id)),
cited AS (
    SELECT root, a.event_id FROM kin JOIN appearance a ON a.document_id = kin.id
    UNION SELECT root, a.event_id FROM kin JOIN assessment_document a ON a.document_id = kin.id),
texts AS (
    SELECT root, p.version_id, p.marks,
        row_number() OVER (PARTITION BY root ORDER BY v.created_at DESC, v.id DESC) AS place
    FROM kin JOIN document_version v ON v.document_id = kin.id JOIN text_print p ON p.version_id = v.id
    WHERE p.marks <> '{}'),
new AS (
    SELECT c.event_id, t.version_id, t.marks FROM cited c JOIN texts t USING (root)
    WHERE t.place <= :versions AND NOT EXISTS (
        SELECT FROM text_mark m WHERE m.version_id = t.version_id AND m.event_id = c.event_id)),
kept AS (INSERT INTO text_mark (event_id, mark, version_id) SELECT event_id, unnest(marks), version_id FROM new)
SELECT event_id, version_id FROM new
""")

# For each of these texts itself, and the texts of other documents of the same events that share the most marks with it.
_COMPARABLE: Final = text("""
WITH new AS (SELECT * FROM unnest(CAST(:events AS uuid[]), CAST(:versions AS uuid[])) n(event_id, version_id)),
mine AS (
    SELECT v.id, document_root(v.document_id) AS root, p.marks
    FROM (SELECT DISTINCT version_id FROM new) n JOIN document_version v ON v.id = n.version_id
    JOIN text_print p ON p.version_id = v.id),
events AS (
    SELECT DISTINCT n.version_id AS mine, k.id FROM new n CROSS JOIN LATERAL event_kin(n.event_id) k(id)),
shared AS (
    SELECT mine.id AS mine, m.version_id AS theirs, count(DISTINCT m.mark) AS marks
    FROM mine JOIN events e ON e.mine = mine.id CROSS JOIN LATERAL (
        SELECT * FROM text_mark WHERE event_id = e.id AND mark = ANY(mine.marks) OFFSET 0) m
    GROUP BY 1, 2),
ranked AS (
    SELECT s.mine, s.theirs, row_number() OVER (PARTITION BY s.mine ORDER BY s.marks DESC, s.theirs) AS place
    FROM (SELECT DISTINCT ON (s.mine, v.document_id) s.*, v.document_id
        FROM shared s JOIN document_version v ON v.id = s.theirs
        WHERE v.document_id NOT IN (SELECT document_kin(root) FROM mine WHERE mine.id = s.mine)
        ORDER BY s.mine, v.document_id, s.marks DESC, s.theirs) s),
pairs AS (
    SELECT r.mine, r.theirs FROM ranked r JOIN document_version v ON v.id = r.theirs
    WHERE r.place <= :most AND EXISTS (
        SELECT FROM document_kin(v.document_id) k(id) JOIN events e ON e.mine = r.mine
        WHERE EXISTS (SELECT FROM appearance a WHERE a.document_id = k.id AND a.event_id = e.id)
        OR EXISTS (SELECT FROM assessment_document a WHERE a.document_id = k.id AND a.event_id = e.id))
    UNION ALL SELECT id, id FROM mine)
SELECT pairs.mine, pairs.theirs, root.id AS document, p.hashes, e.published_from, e.published_to, v.retrieved_at,
    root.created_at
FROM pairs JOIN text_print p ON p.version_id = pairs.theirs JOIN document_version v ON v.id = pairs.theirs
JOIN document root ON root.id = document_root(v.document_id)
LEFT JOIN LATERAL (
    SELECT x.published_from, x.published_to FROM document x
    WHERE x.id IN (SELECT document_kin(root.id)) AND x.published IS NOT NULL ORDER BY 1, 2 LIMIT 1) e ON true
ORDER BY pairs.mine, root.created_at, root.id
""")

# Never where somebody or something has said already how the two depend on each other, be it that they do not.
_LINK: Final = text(f"""
INSERT INTO document_link (id, from_id, to_id, relation, how_known, score, state)
SELECT d.id, d.from_id, d.to_id, d.relation, 'similarity', d.score, 'proposed' FROM {storing.drafted(DocumentLink)}
WHERE NOT EXISTS (
    SELECT FROM document_kin(d.from_id) f(id) CROSS JOIN document_kin(d.to_id) t(id)
    JOIN document_link l ON (l.from_id = f.id AND l.to_id = t.id) OR (l.from_id = t.id AND l.to_id = f.id))
""")  # noqa: S608


# --- before the lock -------------------------------------------------------------------------------------------------


async def begin(body: BaseModel) -> Batch:
    """A batch for this body that knows what is in its texts. That takes a while, in a thread, before any query."""
    texts = list(_texts(body))
    return Batch(readings=await asyncio.to_thread(_read, texts)) if texts else Batch()


def _texts(value: Any) -> Iterator[VersionCreate]:
    if isinstance(value, VersionCreate) and value.text is not None:
        yield value
    if isinstance(value, BaseModel):
        value = [getattr(value, name) for name in value.model_fields_set]
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _read(texts: Sequence[VersionCreate]) -> dict[bytes, Reading]:
    found: dict[bytes, Reading] = {}
    for one in texts:
        words = one.text or ""
        credited = [*wire.in_text(words), *(wire.in_headline(one.headline) if one.headline else ())]
        scores = {credit.agency: credit.score for credit in sorted(credited, key=lambda credit: credit.score)}
        found[sha256(words)] = Reading(copies.fingerprint(words), scores)
    return found


# --- under it --------------------------------------------------------------------------------------------------------


async def propose(session: AsyncSession, batch: Batch) -> None:
    """Keep what was found in the texts that are new, and compare what is new under some event."""
    versions = [draft for draft in batch.drafts[DocumentVersion] if draft.outcome == "created"]
    rows = [row for draft in versions if (row := _row(draft, batch))]
    if rows:
        await session.execute(_KEEP, {"rows": storing.as_json(rows)})
    cited = [draft for model in (Appearance, AssessmentDocument) for draft in batch.drafts[model]]
    touched = {draft.values["document_id"] for draft in versions}
    touched |= {draft.value("document_id") for draft in cited if draft.outcome == "created"} - {None}
    await compare(session, touched)


def _row(draft: Draft, batch: Batch) -> dict[str, Any] | None:
    reading = batch.readings.get(draft.value("sha256"))
    if reading is None or not (reading.hashes or reading.credits):
        return None
    marks = list(reading.hashes[: copies.MARKS])
    return {
        "version_id": draft.id,
        "marks": marks,
        "hashes": copies.packed(reading.hashes),
        "credits": reading.credits,
    }


async def compare(session: AsyncSession, documents: Collection[UUID]) -> None:
    """Compare the texts of these documents with those of others, for each event that cites them only now."""
    if not documents:
        return
    new = (await session.execute(_MARK, {"documents": list(documents), "versions": _VERSIONS})).all()
    if not new:
        return
    given = {"events": [pair.event_id for pair in new], "versions": [pair.version_id for pair in new]}
    links = _links((await session.execute(_COMPARABLE, given | {"most": _COMPARED})).all())
    if links:
        await reasoned(session, FOUND)
        await session.execute(_LINK, {"rows": storing.as_json(links)})
        await unreasoned(session)


def _links(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """The best pairs of each document, as links: from what was made out of the other."""
    own = {row.theirs: row for row in rows if row.theirs == row.mine}
    prints = {row.theirs: copies.unpacked(row.hashes) for row in rows}
    found: dict[frozenset[UUID], tuple[float, Row[Any], Row[Any]]] = {}
    for other in rows:
        mine = own[other.mine]
        if mine.document != other.document:
            pair = frozenset((mine.document, other.document))
            score = copies.likeness(prints[mine.theirs], prints[other.theirs])
            if score >= LIKELY_COPY and (pair not in found or score > found[pair][0]):
                found[pair] = (score, mine, other)
    links, made = [], dict[UUID, int]()
    for score, mine, other in sorted(found.values(), key=lambda one: -one[0]):
        made[mine.document] = made.get(mine.document, 0) + 1
        if made[mine.document] <= _PROPOSED:
            links.append(_link(round(score, 2), mine, other))
    return links


def _link(score: float, mine: Row[Any], other: Row[Any]) -> dict[str, Any]:
    one, two = (
        Origin(row.published_from, row.published_to, row.retrieved_at, row.created_at, str(row.document))
        for row in (mine, other)
    )
    start, end = (mine, other) if copies.later(one, two) is one else (other, mine)
    return {
        "id": uuid7(),
        "from_id": start.document,
        "to_id": end.document,
        "relation": "syndicated_from" if score >= SURE_COPY else "rewrites",
        "score": score,
    }
