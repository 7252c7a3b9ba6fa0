-- As before, but that what was redacted is the same as nothing else.
CREATE OR REPLACE FUNCTION questions_like(event_id uuid, measure text, words text, subject text, unit text) RETURNS SETOF uuid
    ROWS 2 STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    text_key CONSTANT bytea := digest_of(fold(words));
    events CONSTANT uuid[] := ARRAY(SELECT event_kin(questions_like.event_id));
BEGIN
    IF measure IS NULL THEN
        RETURN QUERY SELECT q.id FROM question q
        WHERE q.event_id = ANY (events) AND q.redacted = '{}' AND q.measure IS NULL AND digest_of(fold(q.text)) = text_key;
    ELSE
        RETURN QUERY SELECT q.id FROM question q
        WHERE q.event_id = ANY (events) AND q.redacted = '{}' AND q.measure = questions_like.measure
            AND fold(q.subject) IS NOT DISTINCT FROM fold(questions_like.subject)
            AND fold(q.unit) IS NOT DISTINCT FROM fold(questions_like.unit)
            AND (NOT told_apart_by_text(questions_like.measure) OR fold(q.text) IS NOT DISTINCT FROM fold(words));
    END IF;
END $$;

CREATE OR REPLACE FUNCTION figures_like(
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
        AND c.redacted = '{}' AND c.min IS NOT DISTINCT FROM low AND c.max IS NOT DISTINCT FROM high
        AND CASE WHEN figures_like.of_id IS NULL THEN c.of_id IS NULL ELSE c.of_id = ANY (wholes) END;
END $$;

CREATE OR REPLACE FUNCTION same_claims(wanted uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    own claim;
    places uuid[];
    text_key bytea;
BEGIN
    SELECT * INTO own FROM claim WHERE id = wanted;
    text_key := digest_of(fold(own.text));
    places := answer_places(own.question_id, own.event_id);
    RETURN QUERY SELECT claim_kin(same.id) FROM (
        SELECT wanted AS id
        UNION SELECT c.id FROM claim c
        WHERE coalesce(c.question_id, c.event_id) = ANY (places) AND digest_of(fold(c.text)) = text_key
            AND coalesce(language_key(c.language) = language_key(own.language), true)
        UNION SELECT figures_like(own.question_id, own.event_id, CASE WHEN own.redacted = '{}' THEN own.qualifier END, own.min, own.max, own.of_id)) same;
END $$;
