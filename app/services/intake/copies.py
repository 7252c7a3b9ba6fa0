"""Copies found: what a new text shares with the other texts about the same events, as links that an editor decides on.

Everything costs the same however much an event has: texts are compared by fingerprints that were made before the
ledger's lock was taken, and only those that share a mark are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import ask, set_reason
from app.models import Appearance, AssessmentDocument, DocumentVersion
from app.services.intake import storing
from app.services.intake.drafts import Batch, Drafts, TextFeatures
from app.texts import boilerplate, fingerprints
from app.texts import credits as wire
from app.texts.fingerprints import DocumentDates
from app.vocabulary import LIKELY_COPY, SURE_COPY

REASON: Final = "the texts are alike"
_THREAD_CHARACTERS: Final = 10_000  # two milliseconds
_TEXTS_COMPARED: Final = 20  # texts at most that a new one is compared with: those with the most marks in common
_LINKS_OF_A_TEXT: Final = 5  # links at most that one text proposes: of a hundred copies not each needs a link to each
_COMPARED_VERSIONS: Final = 10  # of one document, the latest
_TEXTS_OF_A_SITE: Final = 12  # in which boilerplate is looked for
# By the two documents, how alike they are, and the texts that are: the new one, and the other.
_Pairs: TypeAlias = dict[frozenset[UUID], tuple[float, Row[Any], Row[Any]]]

# A fence (OFFSET 0) keeps the planner to one look-up by index for each value, however large the tables.

# Keep the fingerprints of new texts; note the marks of each document's texts under every event that cites it, and give
# the pairs that are new.
_MARK: Final = text("""
WITH added AS (
    INSERT INTO text_print SELECT d.* FROM jsonb_populate_recordset(NULL::text_print, CAST(:rows AS jsonb)) AS d
    RETURNING version_id, marks),
asked AS MATERIALIZED (
    SELECT id, merged_into IS NOT NULL OR EXISTS (SELECT FROM document o WHERE o.merged_into = d.id) AS merged
    FROM document d WHERE id = ANY (CAST(:documents AS uuid[]))),
kin AS (
    SELECT id AS root, id FROM asked WHERE NOT merged
    UNION ALL SELECT root, k.id FROM (SELECT DISTINCT document_root(id) AS root FROM asked WHERE merged) r
    CROSS JOIN LATERAL document_kin(root) k(id)),
texts AS (
    SELECT root, version_id, marks,
        row_number() OVER (PARTITION BY root ORDER BY created_at DESC, version_id DESC) AS place
    FROM kin CROSS JOIN LATERAL (
        SELECT p.version_id, p.marks, v.created_at FROM document_version v CROSS JOIN LATERAL (
            SELECT version_id, marks FROM text_print WHERE version_id = v.id
            UNION ALL SELECT version_id, marks FROM added WHERE version_id = v.id) p
        WHERE v.document_id = kin.id AND p.marks <> '{}' OFFSET 0) p),
cited AS (
    SELECT DISTINCT root, event_id FROM kin JOIN (SELECT DISTINCT root FROM texts) t USING (root) CROSS JOIN LATERAL (
        SELECT event_id FROM appearance WHERE document_id = kin.id
        UNION SELECT event_id FROM assessment_document WHERE document_id = kin.id OFFSET 0) c),
new AS (
    SELECT c.event_id, t.version_id, t.marks FROM cited c JOIN texts t USING (root)
    WHERE t.place <= :versions AND NOT EXISTS (
        SELECT FROM text_mark m WHERE m.version_id = t.version_id AND m.event_id = c.event_id OFFSET 0)),
kept AS (INSERT INTO text_mark (event_id, mark, version_id) SELECT event_id, unnest(marks), version_id FROM new)
SELECT event_id, version_id FROM new
""")

# For each of these texts itself, and the texts of other documents of the same events that share the most marks with it.
# Of those that share one mark the first ones are enough: where more do, they are copies of each other, and these the
# oldest; or it is the mark of what every page of a site carries, and the copies share others, too.
_COMPARABLE: Final = text("""
WITH new AS (SELECT * FROM unnest(CAST(:events AS uuid[]), CAST(:versions AS uuid[])) n(event_id, version_id)),
mine AS MATERIALIZED (
    SELECT n.version_id AS id, p.marks, ARRAY(
        SELECT o.id FROM document_kin(v.document_id) k(id) CROSS JOIN LATERAL (
            SELECT id FROM document_version WHERE document_id = k.id OFFSET 0) o) AS own
    FROM (SELECT DISTINCT version_id FROM new) n
    CROSS JOIN LATERAL (SELECT document_id FROM document_version WHERE id = n.version_id OFFSET 0) v
    CROSS JOIN LATERAL (SELECT marks FROM text_print WHERE version_id = n.version_id OFFSET 0) p),
events AS MATERIALIZED (
    SELECT DISTINCT n.version_id AS mine, k.id FROM new n CROSS JOIN LATERAL event_kin(n.event_id) k(id)),
shared AS (
    SELECT mine.id AS mine, m.version_id AS theirs, count(*) AS marks
    FROM mine JOIN events e ON e.mine = mine.id CROSS JOIN LATERAL unnest(mine.marks) k(mark) CROSS JOIN LATERAL (
        SELECT version_id FROM text_mark
        WHERE event_id = e.id AND mark = k.mark AND version_id <> ALL(mine.own) ORDER BY version_id LIMIT 2 * :most) m
    GROUP BY 1, 2),
ranked AS (
    SELECT mine, theirs, document_id, row_number() OVER (PARTITION BY mine ORDER BY marks DESC, theirs) AS place FROM (
        SELECT DISTINCT ON (s.mine, v.document_id) s.*, v.document_id FROM shared s
        CROSS JOIN LATERAL (SELECT document_id FROM document_version WHERE id = s.theirs OFFSET 0) v
        ORDER BY s.mine, v.document_id, s.marks DESC, s.theirs) s),
pairs AS (
    SELECT r.mine, r.theirs FROM ranked r WHERE r.place <= :most AND EXISTS (
        SELECT FROM document_kin(r.document_id) k(id) JOIN events e ON e.mine = r.mine CROSS JOIN LATERAL (
            SELECT FROM appearance WHERE document_id = k.id AND event_id = e.id
            UNION ALL SELECT FROM assessment_document WHERE document_id = k.id AND event_id = e.id OFFSET 0) c OFFSET 0)
    UNION ALL SELECT id, id FROM mine)
SELECT pairs.mine, pairs.theirs, root.id AS document, p.marks, p.hashes, v.retrieved_at, root.created_at,
    CASE WHEN root.published IS NULL THEN d.published_from ELSE root.published_from END AS published_from,
    CASE WHEN root.published IS NULL THEN d.published_to ELSE root.published_to END AS published_to
FROM pairs
CROSS JOIN LATERAL (SELECT marks, hashes FROM text_print WHERE version_id = pairs.theirs OFFSET 0) p
CROSS JOIN LATERAL (SELECT document_id, retrieved_at FROM document_version WHERE id = pairs.theirs OFFSET 0) v
CROSS JOIN LATERAL (SELECT * FROM document WHERE id = v.document_id OFFSET 0) d
CROSS JOIN LATERAL (
    SELECT * FROM document
    WHERE id = CASE WHEN d.merged_into IS NULL THEN d.id ELSE document_root(d.id) END OFFSET 0) root
ORDER BY pairs.mine, root.created_at, root.id
""")

# What the latest documents of the same site say, and what each of these says itself.
_OF_SITES: Final = text("""
SELECT asked.id AS document, o.id, coalesce(o.title, v.headline) AS title, p.marks, p.hashes
FROM unnest(CAST(:documents AS uuid[])) asked(id)
CROSS JOIN LATERAL (SELECT id, title, page_key FROM document WHERE id = asked.id OFFSET 0) d
CROSS JOIN LATERAL (
    SELECT d.id, d.title UNION ALL (
        SELECT s.id, s.title FROM document s
        WHERE substring(s.page_key from '^//([^/?#]+)') = substring(d.page_key from '^//([^/?#]+)') AND s.id <> d.id
        ORDER BY s.id DESC LIMIT :most) OFFSET 0) o
CROSS JOIN LATERAL (
    SELECT id, headline FROM document_version WHERE document_id = o.id AND sha256 IS NOT NULL
    ORDER BY created_at DESC, id DESC LIMIT 1) v
CROSS JOIN LATERAL (SELECT marks, hashes FROM text_print WHERE version_id = v.id OFFSET 0) p
""")

# Never where somebody or something has said already how the two depend on each other, be it that they do not.
_LINK: Final = text("""
INSERT INTO document_link (id, from_id, to_id, relation, how_known, score, state)
SELECT d.id, d.from_id, d.to_id, d.relation, 'similarity', d.score, 'proposed'
FROM jsonb_populate_recordset(NULL::document_link, CAST(:rows AS jsonb)) AS d
WHERE NOT EXISTS (
    SELECT FROM document_kin(d.from_id) f(id) CROSS JOIN document_kin(d.to_id) t(id) CROSS JOIN LATERAL (
        SELECT FROM document_link l WHERE l.from_id = f.id AND l.to_id = t.id
        UNION ALL SELECT FROM document_link l WHERE l.from_id = t.id AND l.to_id = f.id OFFSET 0) l OFFSET 0)
RETURNING id, from_id, to_id, relation, score
""")


# --- before the lock -------------------------------------------------------------------------------------------------


def brings_much_text(batch: Batch) -> bool:
    """Whether its texts together take longer to be read than a thread takes to begin."""
    characters = sum(len(draft.value("text") or "") for draft in batch.drafts.get(DocumentVersion, ()))
    return characters > _THREAD_CHARACTERS


def fingerprint_texts(batch: Drafts) -> dict[bytes, TextFeatures]:
    """The fingerprints and credits of the texts that a body brings, by their sha256."""
    features: dict[bytes, TextFeatures] = {}
    for draft in batch.drafts.get(DocumentVersion, ()):
        if words := draft.value("text"):
            features[draft.values["sha256"]] = features_of(words, draft.value("headline"))
    return features


def features_of(words: str, headline: str | None) -> TextFeatures:
    credited = [*wire.in_text(words), *(wire.in_headline(headline) if headline else ())]
    scores = {credit.agency: credit.score for credit in sorted(credited, key=lambda credit: credit.score)}
    return TextFeatures(*fingerprints.read(words), scores)


# --- under it --------------------------------------------------------------------------------------------------------


async def propose(session: AsyncSession, batch: Batch) -> Sequence[Row[Any]]:
    """Store the features of new texts, and compare the documents that have a new text or are newly cited.

    Gives the links that are new.
    """
    versions = [draft for draft in batch.drafts[DocumentVersion] if draft.outcome == "created"]
    features = [(draft.id, batch.features.get(draft.value("sha256"))) for draft in versions]
    rows = [row for version_id, found_in_text in features if (row := print_row(version_id, found_in_text))]
    # The two kinds that cite a document about an event, as `cited` in _MARK has them.
    citing = [draft for model in (Appearance, AssessmentDocument) for draft in batch.drafts[model]]
    documents = {draft.values["document_id"] for draft in versions}
    documents |= {draft.value("document_id") for draft in citing if draft.outcome == "created"} - {None}
    documents -= batch.without_texts()
    return await compare(session, documents, rows, linking=not batch.from_export)


def print_row(version_id: UUID, features: TextFeatures | None) -> dict[str, Any] | None:
    """The row of `text_print`, if there is something to keep of a version's text."""
    if features is None or not (features.whole_mark or features.credits):
        return None
    marks = list(features.hashes[: fingerprints.MOST_MARKS])
    marks += [features.whole_mark] if features.whole_mark else []
    return {
        "version_id": version_id,
        "marks": marks,
        "hashes": fingerprints.pack(features.hashes),
        "credits": features.credits,
    }


async def compare(
    session: AsyncSession,
    documents: Collection[UUID],
    prints: Sequence[dict[str, Any]] = (),
    *,
    linking: bool = True,
) -> Sequence[Row[Any]]:
    """Compare the texts of these documents with those of others, for each event that cites them only now.

    `prints`: rows of `text_print` for those of their texts that are new. Without `linking` no links are proposed: an
    export brings its own. Gives the links that are new.
    """
    if not documents:
        return []
    texts = {"documents": list(documents), "versions": _COMPARED_VERSIONS, "rows": storing.as_json(prints)}
    new = await ask(session, _MARK, texts)
    if not new or not linking:
        return []
    pairs = {"events": [pair.event_id for pair in new], "versions": [pair.version_id for pair in new]}
    likely = _likely(await ask(session, _COMPARABLE, {**pairs, "most": _TEXTS_COMPARED}))
    if not likely:
        return []
    documents_alike = {"documents": list(frozenset().union(*likely)), "most": _TEXTS_OF_A_SITE}
    links = _links(_told_apart(likely, await ask(session, _OF_SITES, documents_alike)))
    return await propose_links(session, links, REASON)


async def propose_links(session: AsyncSession, links: Sequence[Mapping[str, Any]], reason: str) -> Sequence[Row[Any]]:
    """Store links, but for those between documents of which any link says something; gives those that are new."""
    if not links:
        return []
    await set_reason(session, reason)
    new_links = await ask(session, _LINK, {"rows": storing.as_json(links)})
    await set_reason(session)
    return new_links


def _likely(rows: Sequence[Row[Any]]) -> _Pairs:
    """The documents that are alike, each with its likest text."""
    new_texts = {row.theirs: row for row in rows if row.theirs == row.mine}
    prints = {row.theirs: fingerprints.unpack(row.hashes) for row in rows}
    pairs: _Pairs = {}
    for candidate in rows:
        new_text = new_texts[candidate.mine]
        if new_text.document != candidate.document:
            pair = frozenset((new_text.document, candidate.document))
            score = 1.0
            if not fingerprints.are_equal(new_text.marks, candidate.marks):
                score = fingerprints.likeness(prints[new_text.theirs], prints[candidate.theirs])
            if score >= LIKELY_COPY and (pair not in pairs or score > pairs[pair][0]):
                pairs[pair] = (score, new_text, candidate)
    return pairs


def _told_apart(pairs: _Pairs, rows: Sequence[Row[Any]]) -> _Pairs:
    """Those that are still alike without what many documents of their sites share."""
    texts_of_site: dict[UUID, dict[UUID, Row[Any]]] = defaultdict(dict)
    for row in rows:
        texts_of_site[row.document][row.id] = row
    remaining: _Pairs = {}
    for pair, (score, new_text, candidate) in pairs.items():
        remaining_score = score
        sides = [(text_, texts_of_site[text_.document]) for text_ in (new_text, candidate)]
        if fingerprints.are_equal(new_text.marks, candidate.marks):
            equal = [
                [row for row in texts.values() if fingerprints.are_equal(row.marks, text_.marks)]
                for text_, texts in sides
            ]
            if any(boilerplate.is_all([row.title for row in equal_texts]) for equal_texts in equal):
                continue
        else:
            shared = set[int]()
            for text_, texts in sides:
                neighbours = [set(fingerprints.unpack(row.hashes)) for row in texts.values() if row.id not in pair]
                shared |= boilerplate.shared(set(fingerprints.unpack(text_.hashes)), neighbours)
            prints = [fingerprints.unpack(text_.hashes) for text_ in (new_text, candidate)]
            remaining_score = min(score, fingerprints.likeness(*prints, left_out=shared))
        if remaining_score >= LIKELY_COPY:
            remaining[pair] = (remaining_score, new_text, candidate)
    return remaining


def _links(pairs: _Pairs) -> list[dict[str, Any]]:
    """The best pairs of each document, as links, each from the copy to what it was made of."""
    links, links_of = [], dict[UUID, int]()
    for score, new_text, candidate in sorted(pairs.values(), key=lambda pair: -pair[0]):
        links_of[new_text.document] = links_of.get(new_text.document, 0) + 1
        if links_of[new_text.document] <= _LINKS_OF_A_TEXT:
            links.append(_link(round(score, 2), new_text, candidate))
    return links


def _link(score: float, new_text: Row[Any], candidate: Row[Any]) -> dict[str, Any]:
    new, old = (
        DocumentDates(row.published_from, row.published_to, row.retrieved_at, row.created_at, str(row.document))
        for row in (new_text, candidate)
    )
    start, end = (new_text, candidate) if fingerprints.later_of(new, old) is new else (candidate, new_text)
    return {
        "id": uuid7(),
        "from_id": start.document,
        "to_id": end.document,
        "relation": "syndicated_from" if score >= SURE_COPY else "rewrites",
        "score": score,
    }
