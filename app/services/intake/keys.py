"""The SQL that finds duplicates, one statement per table: for each draft its key, and the stored record that has it.

The rules are the table "Matching" of docs/decisions/0002-matching.md. Every statement gives rows of
(draft, key, hit, hit_ref, via, owner); two drafts of one body with one key are the same, too. What was merged is found,
and its target is the hit; questions and claims that two merged events both have are one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import TextClause, text

from app.connections.written import DIALECT
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
    Event,
    EventLink,
    Question,
    Report,
    SourceLink,
    Statement,
    table_of,
)
from app.services.intake import storing
from app.services.intake.drafts import Draft
from app.services.intake.foreign_keys import hints
from app.services.intake.storing import drafted

# The statements by kind, and by the column in which a draft needs a value for them; None: the statement for all other
# drafts. Where there is none for these, they are new. No list of kinds: each has a rule of its own of what is the same.
STATEMENTS_OF: Final[dict[type[Base], dict[str | None, TextClause]]] = defaultdict(dict)


def _matching(
    model: type[Base],
    key: str,
    stored: str,
    owner: str = "NULL::uuid",
    joins: str = "",
    *,
    drafts: str = "",
    with_value_in: str | None = None,
) -> TextClause:
    """For each draft `d` its key, and the first record `t` that `stored` selects for it (`via`: before any merge)."""
    table = model.__tablename__
    root = "m.id"
    if "merged_into" in table_of(model).columns:  # a function takes longer to call than all else that is asked here
        root = f"CASE WHEN m.merged_into IS NULL THEN m.id ELSE {table}_root(m.id) END"
    query = text(
        f"SELECT d.id AS draft, jsonb_build_array({key})::text AS key, h.id AS hit, h.ref AS hit_ref, "  # noqa: S608
        f"m.id AS via, {owner} AS owner FROM {drafts or drafted(model)} {joins} LEFT JOIN LATERAL (SELECT t.* FROM ("
        f"SELECT * FROM {table} t WHERE redacted = '{{}}') t {stored} LIMIT 1) m ON true "
        f"LEFT JOIN {table} h ON h.id = {root}"
    )
    STATEMENTS_OF[model][with_value_in] = query
    return query


# As one value: the index of both would be walked from the oldest record of all, until one fits.
_OLDEST: Final = "ORDER BY (t.created_at, t.id)"


# --- what a key needs -------------------------------------------------------------------------------------------------
def rows(drafts: Iterable[Draft]) -> str:  # for these statements
    return storing.as_json({"id": draft.id, **draft.values, **hints(draft)} for draft in drafts)


def _other(table: str, condition: str) -> str:
    return f"(SELECT true FROM {table} o WHERE {condition} LIMIT 1) IS NOT NULL"  # noqa: S608


def _was_merged(table: str, row: str) -> str:
    """Whether a row that is read anyway was merged into another one, or another one into it."""
    return f"({row}.merged_into IS NOT NULL OR {_other(table, f'o.merged_into = {row}.id')})"


def _merged(table: str, id_: str) -> str:
    return f"(SELECT {_was_merged(table, 'm')} FROM {table} m WHERE m.id = {id_})"  # noqa: S608


# --- table by table --------------------------------------------------------------------------------------------------
# What is the same say functions of the database, which keep their plans.
_same_claims: Final = "SELECT same_claims({})".format
_ABOUT: Final = "(SELECT same_claims(d.claim_id) UNION ALL SELECT unnest(answer_places(d.question_id, NULL)))"
_DOCUMENT: Final = "(r->>'document')::uuid"

DOCUMENTS: Final = _matching(
    Document,
    "coalesce(d.page_key, r->>'sha256', d.id::text)",
    # Look-ups by index: an OR of them would read every document. The canonical URL is asked for what got no page key,
    # because it came in by plain SQL. An array: of a table that was never analysed all would be read, too.
    f"""WHERE t.id = ANY (ARRAY(
        SELECT u.id FROM document u WHERE digest_of(u.page_key) = digest_of(d.page_key)
        UNION ALL SELECT u.id FROM document u WHERE digest_of(u.canonical_url) = digest_of(d.canonical_url)
        UNION ALL SELECT v.document_id FROM document_version v JOIN document u ON u.id = v.document_id
        WHERE v.sha256 = (r->>'sha256')::bytea AND u.url IS NULL AND d.url IS NULL)) {_OLDEST}""",  # noqa: S608
)

_matching(
    DocumentVersion,
    """d.document_id, d.sha256::text, CASE WHEN d.sha256 IS NULL THEN jsonb_build_array(d.headline, d.archive_url) END,
    CASE WHEN r ? 'part_told' THEN d.part END""",
    """WHERE t.document_id IN (SELECT document_kin(d.document_id)) AND t.sha256 IS NOT DISTINCT FROM d.sha256
    AND (NOT r ? 'part_told' OR t.part IS NOT DISTINCT FROM d.part)
    AND (t.sha256 IS NOT NULL
        OR (t.headline IS NOT DISTINCT FROM d.headline AND t.archive_url IS NOT DISTINCT FROM d.archive_url))
    ORDER BY t.document_id <> d.document_id, t.created_at, t.id""",
    "m.document_id",
)

_matching(Event, "d.slug", "WHERE t.slug = d.slug", with_value_in="slug")

# The events of the drafts `d`, each with all that it became and was by merges, its target first: looked for once.
_KIN: Final = f"""e AS MATERIALIZED (
    SELECT id, CASE WHEN {_merged("event", "a.id")} THEN ARRAY(SELECT event_kin(a.id)) ELSE ARRAY[a.id] END AS kin
    FROM (SELECT DISTINCT event_id AS id FROM d) a)"""  # noqa: S608
_OPEN_QUESTION: Final = "t.event_id = ANY (d.kin) AND t.measure IS NULL AND digest_of(fold(t.text)) = d.text"

_matching(
    Question,
    """event_root(d.event_id), d.measure, fold(d.subject), fold(d.unit),
    CASE WHEN told_apart_by_text(d.measure) THEN r->>'folded' END""",
    f"WHERE t.id = ANY (ARRAY(SELECT questions_like(d.event_id, d.measure, d.text, d.subject, d.unit))) {_OLDEST}",
    "m.event_id",
    with_value_in="measure",
)
_matching(
    Question,
    "d.kin[1], d.text",
    f"WHERE {_OPEN_QUESTION} {_OLDEST}",
    "m.event_id",
    drafts=f"""(
    WITH d AS MATERIALIZED (
        SELECT id, event_id, digest_of(folded) AS text
        FROM json_to_recordset(CAST(:rows AS json)) AS (id uuid, event_id uuid, folded text)),
    {_KIN}
    SELECT d.id, text, kin FROM d LEFT JOIN e ON e.id = event_id) d""",  # noqa: S608
)

QUESTIONS: Final = frozenset(STATEMENTS_OF[Question].values())

# Each draft with the places where it may stand already: looked for once for each question, and each event.
# LEFT: the join fits all, but would be taken for one that fits hardly any, and the drafts read anew for each.
# A claim without a language fits any, and takes the first that a draft tells: another draft's is another claim, then.
_PLACED_CLAIMS: Final = f"""(
    WITH d AS MATERIALIZED (
        SELECT id, question_id, event_id, coalesce(question_id, event_id) AS about, asked,
            digest_of(folded) AS text, language_key(language) AS language, nth
        FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
            id uuid, question_id uuid, event_id uuid, language text, folded text, asked text)) WITH ORDINALITY
            AS r (id, question_id, event_id, language, folded, asked, nth)),
    {_KIN},
    p AS MATERIALIZED (
        SELECT about, coalesce(question_id, kin[1]) AS place,
            CASE WHEN question_id IS NULL THEN kin WHEN asked IS NULL THEN answer_places(question_id, NULL)
                ELSE ARRAY(SELECT t.id FROM question t WHERE t.redacted = '{{}}' AND {_OPEN_QUESTION}) END AS places
        FROM (SELECT a.*, kin FROM (
            SELECT DISTINCT ON (about) about, question_id, event_id, asked, digest_of(asked) AS text FROM d
            ORDER BY about, asked) a LEFT JOIN e ON e.id = event_id) d)
    SELECT d.id, text, language, places, place,
        first_value(language) OVER (PARTITION BY place, text ORDER BY language IS NULL, nth) AS first_language
    FROM d LEFT JOIN p USING (about)) d"""  # noqa: S608
_matching(
    Claim,
    "d.place, d.text, coalesce(d.language, d.first_language)",
    """WHERE coalesce(t.question_id, t.event_id) = ANY (d.places)
    AND digest_of(fold(t.text)) = d.text
    AND CASE WHEN language_key(t.language) IS NULL THEN coalesce(d.language = d.first_language, true)
        ELSE coalesce(d.language = language_key(t.language), true) END
    ORDER BY language_key(t.language) IS NOT DISTINCT FROM d.language DESC, t.created_at, t.id""",
    "h.event_id",
    drafts=_PLACED_CLAIMS,
)
_matching(
    Claim,
    "d.question_id, d.qualifier, d.min, d.max, coalesce(claim_root(d.of_id), d.of_id)",
    f"""WHERE t.id = ANY (ARRAY(
        SELECT figures_like(d.question_id, d.event_id, d.qualifier, d.min, d.max, d.of_id))) {_OLDEST}""",
    "h.event_id",
    with_value_in="qualifier",
)

# One source may have said more of one claim than can be read one by one. So statements are asked for by the very
# expressions of the index of claim, speaker and time, and for one of each at a time: then no other index is taken, and
# all three are used, whatever is known of the table. No source has this id, and nothing is said then.
_NOBODY: Final = "'00000000-0000-0000-0000-000000000000'::uuid"
_NEVER: Final = "'infinity'::timestamptz"
_STORED: Final = "(SELECT * FROM statement t WHERE redacted = '{}') t"


def _said(subject: str, speaker: str, since: str) -> str:
    return (
        f"coalesce(t.claim_id, t.question_id) = {subject} AND coalesce(t.source_id, {_NOBODY}) = {speaker} "
        f"AND coalesce(t.said_from, {_NEVER}) = {since}"
    )


# Of those that were said without a time when it was, once however many of the drafts `d` may be the same: by their
# documents, and what these were merged with.
_UNDATED: Final = f"""
    SELECT t.*, o.about, o.speaker, p.documents,
        coalesce(f.since, p.published[1], p.read) AS since, coalesce(f.until, p.published[2], p.read) AS until
    FROM (SELECT DISTINCT about, speaker FROM d) o
    CROSS JOIN LATERAL (
        SELECT id, ref, event_id, stance, explicitness, created_at FROM {_STORED}
        WHERE {_said("o.about", "o.speaker", _NEVER)} AND said IS NULL OFFSET 0) t
    CROSS JOIN LATERAL (
        SELECT array_agg(x.id) AS documents, bool_or(x.is_merged) AS is_merged, min(x.read) AS read,
            min(ARRAY[x.published_from, x.published_to]) FILTER (WHERE x.published IS NOT NULL) AS published
        FROM appearance a CROSS JOIN LATERAL (
            SELECT x.*, {_was_merged("document", "x")} AS is_merged,
                CASE WHEN x.published IS NULL THEN (
                    SELECT min(v.retrieved_at) FROM document_version v WHERE v.document_id = x.id) END AS read
            FROM document x WHERE x.id = a.document_id OFFSET 0) x
        WHERE a.statement_id = t.id) p
    LEFT JOIN LATERAL (SELECT f.* FROM effective_said(t.id) f WHERE p.is_merged) f ON true"""  # noqa: S608
_SAME_ACT: Final = "t.stance = d.stance AND t.explicitness = d.explicitness"
_SAME_UNDATED: Final = f"t.about = d.about AND t.speaker = d.speaker AND {_SAME_ACT}"
_IN_DOCUMENT: Final = _other("appearance", "o.statement_id = t.id AND o.document_id = t.document")
_HITS: Final = f"""
    SELECT DISTINCT ON (draft) draft, id, ref, event_id FROM (
        SELECT d.id AS draft, nameless, document, t.id, t.ref, t.event_id, t.created_at FROM d CROSS JOIN LATERAL (
            SELECT * FROM {_STORED} WHERE {_said("d.about", "d.speaker", "d.since")} AND said_to = d.until
            AND {_SAME_ACT} OFFSET 0) t
        UNION ALL SELECT d.id, nameless, document, t.id, t.ref, t.event_id, t.created_at FROM d JOIN undated t
            ON {_SAME_UNDATED} AND coalesce(t.since, {_NEVER}) = coalesce(d.since, {_NEVER})
            AND coalesce(t.until, {_NEVER}) = coalesce(d.until, {_NEVER})
        UNION ALL SELECT d.id, nameless, d.document, t.id, t.ref, t.event_id, t.created_at
            FROM d JOIN (SELECT u.*, unnest(documents) AS document FROM undated u) t
            ON {_SAME_UNDATED} AND t.document = d.document WHERE d.said IS NULL) t
    WHERE CASE WHEN nameless IS NOT TRUE THEN true
        WHEN document IS NULL
        THEN NOT EXISTS (SELECT FROM appearance a WHERE a.statement_id = t.id AND a.document_id IS NOT NULL)
        ELSE {_IN_DOCUMENT} END
    ORDER BY draft, created_at, id"""  # noqa: S608

_DOCUMENT_KIN: Final = f"""CASE WHEN {_DOCUMENT} IS NULL THEN ARRAY[NULL::uuid]
    ELSE ARRAY(SELECT document_kin({_DOCUMENT})) END"""
# `since` and `until`: when the draft was said, by its own word or its document's.
STATEMENTS: Final = text(f"""
WITH drafts AS MATERIALIZED (
    SELECT d.id, d.source_id, d.stance, d.explicitness, d.said, coalesce(d.claim_id, d.question_id) AS about,
        coalesce(d.said_from, p.published_from, v.read) AS since, coalesce(d.said_to, p.published_to, v.read) AS until,
        coalesce(r ? 'nameless', false) AS nameless, {_DOCUMENT} AS document, k.documents, ARRAY{_ABOUT} AS abouts,
        CASE WHEN d.source_id IS NULL THEN ARRAY[{_NOBODY}] ELSE ARRAY(SELECT source_kin(d.source_id)) END AS speakers
    FROM {drafted(Statement)} CROSS JOIN LATERAL (SELECT {_DOCUMENT_KIN} AS documents OFFSET 0) k
    CROSS JOIN LATERAL (
        SELECT min(v.retrieved_at) AS read FROM document_version v WHERE v.document_id = ANY (k.documents)) v
    LEFT JOIN LATERAL (
        SELECT x.published_from, x.published_to FROM document x
        WHERE x.id = ANY (k.documents) AND x.published IS NOT NULL ORDER BY 1, 2 LIMIT 1) p ON true),
d AS MATERIALIZED (
    SELECT id, stance, explicitness, said, since, until, nameless, o.about, speaker, o.document
    FROM drafts CROSS JOIN unnest(speakers) AS speaker
    CROSS JOIN LATERAL (SELECT about, document FROM unnest(abouts) about CROSS JOIN unnest(documents) document) o),
undated AS MATERIALIZED ({_UNDATED}),
hits AS MATERIALIZED ({_HITS})
SELECT d.id AS draft, m.id AS hit, m.ref AS hit_ref, m.id AS via, m.event_id AS owner,
    jsonb_build_array(about, source_id, stance, explicitness, since, until,
        CASE WHEN nameless THEN coalesce(document::text, '') END)::text AS key
FROM drafts d LEFT JOIN hits m ON m.draft = d.id""")  # noqa: S608
STATEMENTS_OF[Statement][None] = STATEMENTS


# The quick SQL for nearly all statements: it compares ids, and does not follow merges. A draft is `tangled` if its
# source, document, claim, question or event was merged, or if another claim or question says the same. Then the SQL
# above, which is slow, has to be run for it. Rows come only for drafts with a hit, drafts whose key another draft has,
# too, and drafts about the same as a tangled one. A draft without a row is new, and no other draft has its key.
# What tangles is looked for by its index, whatever was known of the tables when the plan was made (LIMIT 1, OFFSET 0).
_BESIDE: Final = "o.event_id = q.event_id AND o.id <> q.id AND"
_SAME_WORDS: Final = """coalesce(o.question_id, o.event_id) = coalesce(c.question_id, c.event_id)
    AND digest_of(fold(o.text)) = digest_of(coalesce(b.folded, fold(c.text))) AND o.id <> c.id"""
_SAME_FIGURE: Final = """o.question_id = c.question_id AND o.qualifier = c.qualifier AND o.id <> c.id
    AND o.min IS NOT DISTINCT FROM c.min AND o.max IS NOT DISTINCT FROM c.max AND num_nulls(o.of_id, c.of_id) <> 1"""
_TANGLED: Final = f"""
    SELECT id FROM (SELECT DISTINCT source_id AS id FROM d) s WHERE {_merged("source", "s.id")}
    UNION ALL SELECT id FROM (SELECT DISTINCT document AS id FROM d) p WHERE {_merged("document", "p.id")}
    UNION ALL SELECT id FROM (SELECT DISTINCT event_id AS id FROM d) e WHERE {_merged("event", "e.id")}
    UNION ALL SELECT c.id FROM (SELECT DISTINCT ON (claim_id) claim_id AS id, folded FROM d) b
    CROSS JOIN LATERAL (SELECT * FROM claim WHERE id = b.id OFFSET 0) c
    WHERE {_was_merged("claim", "c")} OR {_other("claim", _SAME_WORDS)} OR {_other("claim", _SAME_FIGURE)}
    UNION ALL SELECT q.id FROM (SELECT DISTINCT question_id AS id FROM d) b
    CROSS JOIN LATERAL (SELECT * FROM question WHERE id = b.id OFFSET 0) q
    WHERE {_other("question", f"{_BESIDE} o.measure = q.measure")}
        OR {_other("question", f"{_BESIDE} digest_of(fold(o.text)) = digest_of(fold(q.text))")}"""  # noqa: S608


# With their types, as `json_to_recordset` needs them.
_TYPED_COLUMNS: Final = ", ".join(
    f"{column.name} {column.type.compile(DIALECT)}" for column in storing.written_columns(Statement)
)


_DIRECT: Final = f"""
WITH d AS MATERIALIZED (
    SELECT d.*, coalesce(claim_id, question_id) AS about, coalesce(source_id, {_NOBODY}) AS speaker,
        coalesce(d.said_from, p.published_from, v.read) AS since, coalesce(d.said_to, p.published_to, v.read) AS until
    FROM json_to_recordset(CAST(:rows AS json)) AS d(
        {_TYPED_COLUMNS}, document uuid, nameless boolean, folded text)
    LEFT JOIN LATERAL (
        SELECT published_from, published_to FROM document WHERE id = d.document AND d.said IS NULL OFFSET 0) p ON true
    LEFT JOIN LATERAL (
        SELECT min(retrieved_at) AS read FROM document_version
        WHERE document_id = d.document AND d.said IS NULL AND p.published_from IS NULL OFFSET 0) v ON true),
tangled AS MATERIALIZED ({_TANGLED}),
undated AS MATERIALIZED ({_UNDATED}),
hits AS MATERIALIZED ({_HITS}),
told AS (
    SELECT d.id, about, d.source_id, d.stance, d.explicitness, since, until, nameless, document,
        m.id AS hit, m.ref AS hit_ref, m.event_id AS owner,
        about IN (SELECT id FROM tangled) OR d.event_id IN (SELECT id FROM tangled)
            OR coalesce(d.source_id IN (SELECT id FROM tangled), false)
            OR coalesce(d.document IN (SELECT id FROM tangled), false) AS tangled,
        count(*) OVER (
            PARTITION BY about, d.source_id, d.stance, d.explicitness, since, until, nameless,
            CASE WHEN nameless THEN d.document END) AS alike
    FROM d LEFT JOIN hits m ON m.draft = d.id),
known AS MATERIALIZED (
    SELECT id AS draft, hit, hit_ref, hit AS via, owner, tangled,
        jsonb_build_array(
            about, source_id, stance, explicitness, since, until,
            CASE WHEN nameless THEN coalesce(document::text, '') END)::text AS key
    FROM told
    WHERE hit IS NOT NULL OR alike > 1 OR about IN (SELECT about FROM told WHERE tangled))"""  # noqa: S608
_KNOWN: Final = "SELECT * FROM known"
DIRECT_STATEMENTS: Final = text(f"{_DIRECT} {_KNOWN}")

# The same, which also stores the drafts without a row, in their order: these are sent, and read, only once.
_STORING: Final = f", stored AS ({storing.inserting(Statement, 'd WHERE id NOT IN (SELECT draft FROM known)')})"  # noqa: S608
STORING_STATEMENTS: Final = text(f"{_DIRECT}{_STORING} {_KNOWN}")

_matching(
    Appearance,
    "d.statement_id, d.document_id, fold(d.wording)",
    f"""WHERE t.statement_id = d.statement_id AND fold(t.wording) IS NOT DISTINCT FROM fold(d.wording)
    AND CASE WHEN d.document_id IS NULL THEN t.document_id IS NULL
        ELSE t.document_id IN (SELECT document_kin(d.document_id)) END {_OLDEST}""",
    "m.event_id",
)

_matching(
    Assessment,
    "d.claim_id, d.author_id, d.scheme, coalesce(d.url_key, d.url), d.made",
    f"""WHERE t.claim_id IN ({_same_claims("d.claim_id")}) AND t.author_id IN (SELECT source_kin(d.author_id))
    AND t.scheme = d.scheme AND t.made IS NOT DISTINCT FROM d.made
    AND coalesce(t.url_key, t.url) IS NOT DISTINCT FROM coalesce(d.url_key, d.url) {_OLDEST}""",  # noqa: S608
    "m.event_id",
)
_matching(
    AssessmentDocument,
    "d.assessment_id, d.document_id",
    "WHERE t.assessment_id = d.assessment_id AND t.document_id IN (SELECT document_kin(d.document_id))",
    "m.event_id",
)

_matching(Report, "encode(d.sha256, 'hex')", f"WHERE d.ref IS NULL AND t.ref IS NULL AND t.sha256 = d.sha256 {_OLDEST}")

_LINK: Final = "d.from_id, d.to_id, d.relation"


def _ends(kin: Callable[[str], str]) -> str:
    return (
        f"WHERE t.from_id IN ({kin('d.from_id')}) AND t.to_id IN ({kin('d.to_id')}) "
        f"AND t.relation = d.relation {_OLDEST}"
    )


# Between sources a link has no direction.
_matching(
    SourceLink,
    "least(d.from_id, d.to_id), greatest(d.from_id, d.to_id), d.relation",
    f"""WHERE t.id = ANY (ARRAY(
        SELECT l.id FROM source_link l WHERE l.from_id IN (SELECT source_kin(d.from_id))
            AND l.to_id IN (SELECT source_kin(d.to_id))
        UNION ALL SELECT l.id FROM source_link l WHERE l.from_id IN (SELECT source_kin(d.to_id))
            AND l.to_id IN (SELECT source_kin(d.from_id))))
    AND t.relation = d.relation {_OLDEST}""",  # noqa: S608
)
_matching(DocumentLink, _LINK, _ends("SELECT document_kin({})".format))
_matching(EventLink, _LINK, _ends("SELECT event_kin({})".format))
_matching(ClaimLink, _LINK, _ends(_same_claims), "m.event_id")
