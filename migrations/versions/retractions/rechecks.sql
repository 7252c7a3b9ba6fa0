-- Whether all documents in which a statement is found were retracted, under whatever ids: as `last_retraction` in app/derive/rules/dates.py
-- has it, and docs/decisions/0029-retractions.md.
CREATE FUNCTION only_in_retracted(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM appearance a WHERE a.statement_id = wanted) AND NOT EXISTS (
        SELECT FROM appearance a WHERE a.statement_id = wanted AND NOT EXISTS (
            SELECT FROM document d WHERE d.id IN (SELECT document_kin(a.document_id)) AND d.retracted IS NOT NULL));
END $$;

-- Whether a statement still has to be asked about again. Not if it was withdrawn or superseded, if it stands only in reports
-- that were retracted (nor does what stands only there answer anything), if its family has taken
-- back the same stance toward the claim since, or if its family has answered since: said something later about the claim
-- or its question that stands. Another non-answer is none, unless it has a time of its own to ask again; and on one day an
-- answer comes after a non-answer. It is asked for each row of a page: planning it anew would take longer than running it.
CREATE OR REPLACE FUNCTION asks_again(wanted uuid) RETURNS boolean STABLE COST 10000 LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    own statement;
    about uuid;
    asked uuid;
    began timestamptz;
    family uuid[];
BEGIN
    SELECT * INTO own FROM statement WHERE id = wanted;
    IF own.withdrawn IS NOT NULL OR only_in_retracted(wanted) OR EXISTS (
        SELECT FROM statement s WHERE s.supersedes_id = wanted AND s.withdrawn_by IS DISTINCT FROM 'document'
        AND (s.withdrawn IS NOT NULL OR NOT only_in_retracted(s.id))) THEN
        RETURN false;
    END IF;
    about := claim_root(own.claim_id);
    asked := coalesce(own.question_id, (SELECT c.question_id FROM claim c WHERE c.id = about));
    began := coalesce(own.said_from, (SELECT e.since FROM effective_said(wanted) e), own.created_at);
    family := ARRAY(
        WITH RECURSIVE kin(id) AS (
            SELECT source_family(own.source_id) UNION SELECT n.id FROM kin CROSS JOIN LATERAL (
                SELECT s.id FROM source s WHERE s.merged_into = kin.id
                UNION ALL SELECT s.id FROM source s WHERE s.parent_id = kin.id AND s.merged_into IS NULL OFFSET 0) n)
        SELECT id FROM kin);
    -- The fences (OFFSET 0) keep the planner to one look-up for each value.
    RETURN NOT EXISTS (
        WITH RECURSIVE subject(id) AS (
            SELECT unnest(ARRAY[about, asked])
            UNION SELECT c.id FROM claim c WHERE c.question_id = asked AND c.merged_into IS NULL
            UNION SELECT n.id FROM subject CROSS JOIN LATERAL (
                SELECT c.id FROM claim c WHERE c.merged_into = subject.id OFFSET 0) n)
        SELECT FROM subject
        CROSS JOIN LATERAL (
            SELECT * FROM statement s
            WHERE coalesce(s.claim_id, s.question_id) = subject.id AND s.source_id = ANY (family) OFFSET 0) later
        CROSS JOIN LATERAL (SELECT later.stance NOT IN ('query', 'no_comment', 'no_information')) l(answers)
        CROSS JOIN LATERAL (
            SELECT coalesce(later.said_from, (SELECT e.since FROM effective_said(later.id) e), later.created_at)) said(since)
        WHERE later.id <> wanted AND later.explicitness = 'explicit' AND CASE
            WHEN later.withdrawn IS NOT NULL
                -- What the document alone took back says nothing of the source's other words.
                THEN later.withdrawn_by IS DISTINCT FROM 'document' AND later.stance = own.stance AND claim_root(later.claim_id) = about AND later.withdrawn_from > began
            WHEN NOT l.answers AND later.recheck_at IS NULL THEN false
            WHEN l.answers AND own.stance IN ('query', 'no_comment', 'no_information')
                THEN date_trunc('day', said.since, 'UTC') >= date_trunc('day', began, 'UTC')
            ELSE said.since > began END
        AND (later.withdrawn IS NOT NULL OR NOT only_in_retracted(later.id)));
END $$;
