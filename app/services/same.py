"""When does "the same" come again? One statement a table: for each draft its key, and the stored record that has it.

The rules are the table "Matching" of docs/decisions/0002-matching.md. Every statement gives rows of
(draft, key, hit, hit_ref, event_id); two drafts of one body with one key are the same, too.
"""

from typing import Final

from sqlalchemy import TextClause, text

from app.models import (
    Appearance,
    Assessment,
    AssessmentDocument,
    Base,
    Claim,
    ClaimLink,
    Document,
    DocumentLink,
    DocumentVersion,
    EventLink,
    Question,
    Report,
    Source,
    Statement,
)
from app.services.storing import drafted
from app.vocabulary import MEASURES_TOLD_APART_BY_TEXT


def _matching(model: type[Base], key: str, found: str, scoped: str = "NULL::uuid", joins: str = "") -> TextClause:
    """For each draft `d` its key, and the oldest record that `found` selects for it."""
    return text(
        f"SELECT d.id AS draft, jsonb_build_array({key})::text AS key, m.id AS hit, m.ref AS hit_ref, {scoped} AS event_id "  # noqa: S608
        f"FROM {drafted(model)} {joins} "
        f"LEFT JOIN LATERAL (SELECT t.* FROM {model.__tablename__} t {found} ORDER BY t.created_at, t.id LIMIT 1) m ON true"
    )


# A name finds whoever bears it as name or alias; and whoever's name is one of the draft's aliases. Two aliases alone
# are not enough: more than one ministry is "the ministry". Never a confidential source.
NAMED_SOURCES: Final = text(
    "SELECT d.id AS draft, fold_name(d.name) AS name, source_names(d.name, d.aliases) AS names, "  # noqa: S608
    "s.id AS hit, s.ref AS hit_ref, s.kind "
    f"FROM {drafted(Source)} LEFT JOIN LATERAL ("
    "  SELECT DISTINCT ON (root.id) root.id, root.ref, t.kind FROM source t"
    "  CROSS JOIN LATERAL (SELECT x.id, x.ref FROM source x WHERE x.id = source_root(t.id)) root"
    "  WHERE t.names && source_names(d.name, coalesce(d.aliases, '[]'))"
    "  AND (fold_name(d.name) = ANY (t.names) OR fold_name(t.name) = ANY (source_names(d.name, coalesce(d.aliases, '[]'))))"
    "  AND (t.disclosure = 'named' OR t.kind IN ('outlet', 'agency', 'channel'))"
    "  AND (d.kind IS NULL OR t.kind = d.kind) AND NOT t.confidential ORDER BY root.id) s ON true ORDER BY d.id, s.id"
)

# Among those who speak or pass on in the same document; without one, about the same claim or question.
UNNAMED_SOURCES: Final = _matching(
    Source,
    "r->>'within', d.disclosure, d.kind, fold_name(d.name), fold(d.role), d.party, d.parent_id",
    """WHERE NOT t.confidential AND t.disclosure = coalesce(d.disclosure, 'named') AND (d.kind IS NULL OR t.kind = d.kind)
    AND fold_name(t.name) IS NOT DISTINCT FROM fold_name(d.name) AND fold(t.role) IS NOT DISTINCT FROM fold(d.role)
    AND (d.party IS NULL OR t.party = d.party) AND (d.parent_id IS NULL OR t.parent_id IN (SELECT source_kin(d.parent_id)))
    AND t.id IN (
        SELECT s.source_id FROM appearance a JOIN statement s ON s.id = a.statement_id
        WHERE a.document_id IN (SELECT document_kin((r->>'document')::uuid))
        UNION SELECT h.source_id FROM appearance a JOIN appearance_hop h ON h.appearance_id = a.id
        WHERE a.document_id IN (SELECT document_kin((r->>'document')::uuid))
        UNION SELECT s.source_id FROM statement s WHERE r->>'document' IS NULL
        AND coalesce(s.claim_id, s.question_id) IN (SELECT claim_kin((r->>'about')::uuid) UNION SELECT (r->>'about')::uuid)
        UNION SELECT x.author_id FROM assessment x WHERE r->>'document' IS NULL
        AND x.claim_id IN (SELECT claim_kin((r->>'about')::uuid)))""",
)

DOCUMENTS: Final = _matching(
    Document,
    "CASE WHEN d.canonical_url IS NOT NULL THEN d.canonical_url WHEN r ? 'sha256' THEN r->>'sha256' ELSE d.id::text END",
    """WHERE digest_of(t.canonical_url) = digest_of(d.canonical_url)
    OR (d.url IS NULL AND t.url IS NULL
        AND t.id IN (SELECT v.document_id FROM document_version v WHERE v.sha256 = (r->>'sha256')::bytea))""",
)

VERSIONS: Final = _matching(
    DocumentVersion,
    "d.document_id, coalesce(encode(d.sha256, 'hex'), d.headline || '|' || coalesce(d.archive_url, ''), d.archive_url, '')",
    """WHERE t.document_id IN (SELECT document_kin(d.document_id)) AND t.sha256 IS NOT DISTINCT FROM d.sha256
    AND (t.sha256 IS NOT NULL OR (t.headline IS NOT DISTINCT FROM d.headline AND t.archive_url IS NOT DISTINCT FROM d.archive_url))""",
)

QUESTIONS: Final = _matching(
    Question,
    f"""event_root(d.event_id), d.measure, fold(d.subject), fold(d.unit),
    CASE WHEN d.measure IS NULL OR d.measure IN {MEASURES_TOLD_APART_BY_TEXT} THEN fold(d.text) END""",
    f"""WHERE t.event_id IN (SELECT event_kin(d.event_id)) AND t.measure IS NOT DISTINCT FROM d.measure
    AND fold(t.subject) IS NOT DISTINCT FROM fold(d.subject) AND fold(t.unit) IS NOT DISTINCT FROM fold(d.unit)
    AND (d.measure NOT IN {MEASURES_TOLD_APART_BY_TEXT} OR fold(t.text) IS NOT DISTINCT FROM fold(d.text))
    AND (d.measure IS NOT NULL OR digest_of(fold(t.text)) = digest_of(fold(d.text)))""",  # noqa: S608
    "m.event_id",
)

CLAIMS: Final = _matching(
    Claim,
    "coalesce(d.question_id, event_root(d.event_id)), digest_of(fold(d.text)), d.language, d.qualifier, d.min, d.max",
    """WHERE coalesce(t.question_id, t.event_id) IN (SELECT coalesce(d.question_id, k) FROM event_kin(d.event_id) k)
    AND digest_of(fold(t.text)) = digest_of(fold(d.text)) AND t.language IS NOT DISTINCT FROM d.language""",
    "m.event_id",
)
FIGURES: Final = _matching(
    Claim,
    "d.question_id, d.qualifier, d.min, d.max",
    """WHERE t.question_id = d.question_id AND t.qualifier = d.qualifier
    AND t.min IS NOT DISTINCT FROM d.min AND t.max IS NOT DISTINCT FROM d.max""",
    "m.event_id",
)

# `since` and `until`: when the draft was said, by its own word or its document's.
_EFFECTIVE: Final = """CROSS JOIN LATERAL (
    SELECT coalesce(d.said_from, p.published_from, v.read) AS since, coalesce(d.said_to, p.published_to, v.read) AS until
    FROM (SELECT min(v.retrieved_at) AS read FROM document_version v
          WHERE v.document_id IN (SELECT document_kin((r->>'document')::uuid))) v
    LEFT JOIN LATERAL (
        SELECT x.published_from, x.published_to FROM document x
        WHERE x.id IN (SELECT document_kin((r->>'document')::uuid)) AND x.published IS NOT NULL ORDER BY 1, 2 LIMIT 1) p ON true) e"""
_STATEMENT_KEY: Final = """coalesce(d.claim_id, d.question_id), d.source_id, d.stance, d.explicitness, e.since, e.until,
    CASE WHEN r ? 'nameless' THEN coalesce(r->>'document', '') END"""
_SAME_ACT: Final = """AND t.stance = d.stance AND t.explicitness = d.explicitness
    AND ((SELECT (f.since, f.until) IS NOT DISTINCT FROM (e.since, e.until) FROM effective_said(t.id) f)
         OR (t.said IS NULL AND d.said IS NULL AND EXISTS (SELECT FROM appearance a WHERE a.statement_id = t.id
             AND a.document_id IN (SELECT document_kin((r->>'document')::uuid)))))
    AND CASE WHEN NOT r ? 'nameless' THEN true
        WHEN r->>'document' IS NULL THEN NOT EXISTS (SELECT FROM appearance a WHERE a.statement_id = t.id AND a.document_id IS NOT NULL)
        ELSE EXISTS (SELECT FROM appearance a WHERE a.statement_id = t.id
                     AND a.document_id IN (SELECT document_kin((r->>'document')::uuid))) END"""
_ABOUT: Final = """coalesce(t.claim_id, t.question_id) IN (
    SELECT claim_kin(d.claim_id) UNION ALL SELECT d.question_id WHERE d.question_id IS NOT NULL)"""

STATEMENTS: Final = _matching(
    Statement,
    _STATEMENT_KEY,
    f"WHERE {_ABOUT} AND t.source_id IN (SELECT source_kin(d.source_id)) {_SAME_ACT}",
    "m.event_id",
    _EFFECTIVE,
)
SOURCELESS_STATEMENTS: Final = _matching(
    Statement, _STATEMENT_KEY, f"WHERE {_ABOUT} AND t.source_id IS NULL {_SAME_ACT}", "m.event_id", _EFFECTIVE
)

APPEARANCES: Final = _matching(
    Appearance,
    "d.statement_id, d.document_id, fold(d.wording)",
    """WHERE t.statement_id = d.statement_id AND fold(t.wording) IS NOT DISTINCT FROM fold(d.wording)
    AND CASE WHEN d.document_id IS NULL THEN t.document_id IS NULL ELSE t.document_id IN (SELECT document_kin(d.document_id)) END""",
    "m.event_id",
)

ASSESSMENTS: Final = _matching(
    Assessment,
    "d.claim_id, d.author_id, d.scheme, d.url, d.made",
    """WHERE t.claim_id IN (SELECT claim_kin(d.claim_id)) AND t.author_id IN (SELECT source_kin(d.author_id))
    AND t.scheme = d.scheme AND t.url IS NOT DISTINCT FROM d.url AND t.made IS NOT DISTINCT FROM d.made""",
    "m.event_id",
)

REPORTS: Final = _matching(Report, "encode(d.sha256, 'hex')", "WHERE d.ref IS NULL AND t.ref IS NULL AND t.sha256 = d.sha256")

_ENDS: Final = "WHERE t.from_id = d.from_id AND t.to_id = d.to_id AND t.relation = d.relation"
DOCUMENT_LINKS: Final = _matching(DocumentLink, "d.from_id, d.to_id, d.relation", _ENDS)
EVENT_LINKS: Final = _matching(EventLink, "d.from_id, d.to_id, d.relation", _ENDS)
CLAIM_LINKS: Final = _matching(ClaimLink, "d.from_id, d.to_id, d.relation", _ENDS, "m.event_id")
EVIDENCE: Final = _matching(
    AssessmentDocument,
    "d.assessment_id, d.document_id",
    "WHERE t.assessment_id = d.assessment_id AND t.document_id IN (SELECT document_kin(d.document_id))",
    "m.event_id",
)
