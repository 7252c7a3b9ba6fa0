-- Questions and claims that are the same (docs/decisions/0002-matching.md). In PL/pgSQL, which keeps its plans: written out
-- in each statement that asks, planning took far longer than finding.

-- What of these is counted in one unit does not tell: the question's words do.
CREATE FUNCTION told_apart_by_text(measure text) RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN measure IN ('distance', 'duration', 'amount', 'other');

-- Open ones are found by index: texts are folded too slowly to try each.
CREATE FUNCTION questions_like(event_id uuid, measure text, words text, subject text, unit text) RETURNS SETOF uuid
    ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    events CONSTANT uuid[] := ARRAY(SELECT event_kin(questions_like.event_id));
BEGIN
    IF measure IS NULL THEN
        RETURN QUERY SELECT q.id FROM question q
        WHERE q.event_id = ANY (events) AND q.measure IS NULL AND digest_of(fold(q.text)) = digest_of(fold(words));
    ELSE
        RETURN QUERY SELECT q.id FROM question q
        WHERE q.event_id = ANY (events) AND q.measure = questions_like.measure
            AND fold(q.subject) IS NOT DISTINCT FROM fold(questions_like.subject)
            AND fold(q.unit) IS NOT DISTINCT FROM fold(questions_like.unit)
            AND (NOT told_apart_by_text(questions_like.measure) OR fold(q.text) IS NOT DISTINCT FROM fold(words));
    END IF;
END $$;

-- Where claims stand that answer the same question; or none, like one that asks without, about the same event.
CREATE FUNCTION answer_places(question_id uuid, event_id uuid) RETURNS uuid[] STABLE LANGUAGE plpgsql AS $$
BEGIN
    IF question_id IS NULL THEN
        RETURN ARRAY(SELECT event_kin(answer_places.event_id));
    END IF;
    RETURN ARRAY(
        SELECT questions_like(q.event_id, q.measure, q.text, q.subject, q.unit)
        FROM question q WHERE q.id = answer_places.question_id);
END $$;

-- The same numbers, of the same whole: of one claim, of merged ones, or of two that merged events both have.
CREATE FUNCTION figures_like(
    question_id uuid, event_id uuid, qualifier text, low double precision, high double precision, of_id uuid
) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    places CONSTANT uuid[] := answer_places(question_id, event_id);
    wholes uuid[];
BEGIN
    IF of_id IS NOT NULL THEN
        wholes := ARRAY(
            SELECT claim_kin(figures_like.of_id) UNION ALL SELECT w.id FROM claim v JOIN claim w
                ON coalesce(w.question_id, w.event_id) = ANY (answer_places(v.question_id, v.event_id))
                AND w.qualifier = v.qualifier AND w.min IS NOT DISTINCT FROM v.min AND w.max IS NOT DISTINCT FROM v.max
                AND (w.of_id IS NULL) = (v.of_id IS NULL)
            WHERE v.id = figures_like.of_id);
    END IF;
    RETURN QUERY SELECT c.id FROM claim c
    WHERE coalesce(c.question_id, c.event_id) = ANY (places) AND c.qualifier = figures_like.qualifier
        AND c.min IS NOT DISTINCT FROM low AND c.max IS NOT DISTINCT FROM high
        AND CASE WHEN figures_like.of_id IS NULL THEN c.of_id IS NULL ELSE c.of_id = ANY (wholes) END;
END $$;

-- Every claim that is the same as this one, itself included.
CREATE FUNCTION same_claims(wanted uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    own claim;
    places uuid[];
BEGIN
    SELECT * INTO own FROM claim WHERE id = wanted;
    places := answer_places(own.question_id, own.event_id);
    RETURN QUERY SELECT claim_kin(same.id) FROM (
        SELECT wanted AS id
        UNION SELECT c.id FROM claim c
        WHERE coalesce(c.question_id, c.event_id) = ANY (places) AND digest_of(fold(c.text)) = digest_of(fold(own.text))
            AND coalesce(language_key(c.language) = language_key(own.language), true)
        UNION SELECT figures_like(own.question_id, own.event_id, own.qualifier, own.min, own.max, own.of_id)) same;
END $$;

-- Who speaks, passes on or judges in a document; without one, about a claim or question.
CREATE FUNCTION speakers_there(document_id uuid, about uuid) RETURNS SETOF uuid ROWS 5 STABLE LANGUAGE plpgsql AS $$
DECLARE
    documents uuid[];
    claims uuid[];
BEGIN
    IF document_id IS NOT NULL THEN
        documents := ARRAY(SELECT document_kin(speakers_there.document_id));
        RETURN QUERY SELECT s.source_id FROM appearance a JOIN statement s ON s.id = a.statement_id WHERE a.document_id = ANY (documents)
            UNION SELECT h.source_id FROM appearance a JOIN appearance_hop h ON h.appearance_id = a.id WHERE a.document_id = ANY (documents);
    END IF;
    IF about IS NOT NULL THEN
        claims := ARRAY(SELECT same_claims(about));
        RETURN QUERY SELECT v.source_id FROM (
                SELECT about AS id UNION SELECT s.id FROM statement s
                WHERE coalesce(s.claim_id, s.question_id) = ANY (claims || answer_places(about, NULL))) said
            JOIN statement s ON s.id = said.id LEFT JOIN appearance a ON a.statement_id = s.id LEFT JOIN appearance_hop h ON h.appearance_id = a.id
            CROSS JOIN LATERAL (VALUES (s.source_id), (h.source_id)) v(source_id)
            WHERE a.document_id IS NULL
            UNION SELECT x.author_id FROM assessment x WHERE x.claim_id = ANY (claims);
    END IF;
END $$;
