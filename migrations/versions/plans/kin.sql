-- All that were merged into one record, itself included. Nearly every record is alone: that is asked first. Others are found by
-- their index also in tables that were never analysed, for each by itself (OFFSET 0): all rows were read there for each call.

CREATE OR REPLACE FUNCTION source_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    root CONSTANT uuid := source_root(of);
BEGIN
    RETURN NEXT root;
    IF EXISTS (SELECT FROM source WHERE merged_into = root) THEN
        RETURN QUERY WITH RECURSIVE kin(id) AS (
            SELECT t.id FROM source t WHERE t.merged_into = root UNION ALL SELECT t.id FROM kin CROSS JOIN LATERAL (
                SELECT m.id FROM source m WHERE m.merged_into = kin.id OFFSET 0) t) SELECT id FROM kin;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION document_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    root CONSTANT uuid := document_root(of);
BEGIN
    RETURN NEXT root;
    IF EXISTS (SELECT FROM document WHERE merged_into = root) THEN
        RETURN QUERY WITH RECURSIVE kin(id) AS (
            SELECT t.id FROM document t WHERE t.merged_into = root UNION ALL SELECT t.id FROM kin CROSS JOIN LATERAL (
                SELECT m.id FROM document m WHERE m.merged_into = kin.id OFFSET 0) t) SELECT id FROM kin;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION event_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    root CONSTANT uuid := event_root(of);
BEGIN
    RETURN NEXT root;
    IF EXISTS (SELECT FROM event WHERE merged_into = root) THEN
        RETURN QUERY WITH RECURSIVE kin(id) AS (
            SELECT t.id FROM event t WHERE t.merged_into = root UNION ALL SELECT t.id FROM kin CROSS JOIN LATERAL (
                SELECT m.id FROM event m WHERE m.merged_into = kin.id OFFSET 0) t) SELECT id FROM kin;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION claim_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
DECLARE
    root CONSTANT uuid := claim_root(of);
BEGIN
    RETURN NEXT root;
    IF EXISTS (SELECT FROM claim WHERE merged_into = root) THEN
        RETURN QUERY WITH RECURSIVE kin(id) AS (
            SELECT t.id FROM claim t WHERE t.merged_into = root UNION ALL SELECT t.id FROM kin CROSS JOIN LATERAL (
                SELECT m.id FROM claim m WHERE m.merged_into = kin.id OFFSET 0) t) SELECT id FROM kin;
    END IF;
END $$;

-- With one plan for all calls: for each list of events another was made, which took longer than finding. The text is folded
-- before: functions in SQL are prepared anew by each statement that calls them.
CREATE OR REPLACE FUNCTION questions_like(event_id uuid, measure text, words text, subject text, unit text) RETURNS SETOF uuid
    ROWS 2 STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    text_key CONSTANT bytea := digest_of(fold(words));
    events CONSTANT uuid[] := ARRAY(SELECT event_kin(questions_like.event_id));
BEGIN
    IF measure IS NULL THEN
        RETURN QUERY SELECT q.id FROM question q
        WHERE q.event_id = ANY (events) AND q.measure IS NULL AND digest_of(fold(q.text)) = text_key;
    ELSE
        RETURN QUERY SELECT q.id FROM question q
        WHERE q.event_id = ANY (events) AND q.measure = questions_like.measure
            AND fold(q.subject) IS NOT DISTINCT FROM fold(questions_like.subject)
            AND fold(q.unit) IS NOT DISTINCT FROM fold(questions_like.unit)
            AND (NOT told_apart_by_text(questions_like.measure) OR fold(q.text) IS NOT DISTINCT FROM fold(words));
    END IF;
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
        UNION SELECT figures_like(own.question_id, own.event_id, own.qualifier, own.min, own.max, own.of_id)) same;
END $$;

-- Of nothing nothing is asked: what is known to find nothing was planned anew for each call.
ALTER FUNCTION source_root STRICT;
ALTER FUNCTION document_root STRICT;
ALTER FUNCTION event_root STRICT;
ALTER FUNCTION claim_root STRICT;
