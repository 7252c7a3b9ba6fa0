-- Whom a source belongs to in the end: the top of its line of parents, after merges. Where that line closes a circle, the
-- lowest id on the circle.
CREATE FUNCTION source_family(of uuid) RETURNS uuid STABLE LANGUAGE sql RETURN (
    WITH RECURSIVE up(id, step) AS (
        SELECT source_root(of), 0
        UNION ALL SELECT source_root(s.parent_id), step + 1 FROM up JOIN source s ON s.id = up.id WHERE s.parent_id IS NOT NULL
    ) CYCLE id SET again USING path
    SELECT id FROM up
    WHERE step >= coalesce((SELECT first.step FROM up first JOIN up closing USING (id) WHERE closing.again AND NOT first.again), 0)
    ORDER BY CASE WHEN (SELECT bool_or(again) FROM up) THEN 0 ELSE -step END, id LIMIT 1);

-- Whether a statement still has to be asked about again. Not if it was withdrawn or superseded, if its family has taken
-- back the same stance toward the claim since, or if its family has answered since: said something later about the claim
-- or its question that stands. Another non-answer is none, unless it has a time of its own to ask again; and on one day an
-- answer comes after a non-answer. It is asked for each row of a page: planning it anew would take longer than running it.
CREATE FUNCTION asks_again(wanted uuid) RETURNS boolean STABLE COST 10000 LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    own statement;
    about uuid;
    asked uuid;
    began timestamptz;
    family uuid[];
BEGIN
    SELECT * INTO own FROM statement WHERE id = wanted;
    IF own.withdrawn IS NOT NULL OR EXISTS (SELECT FROM statement s WHERE s.supersedes_id = wanted) THEN
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
                THEN later.stance = own.stance AND claim_root(later.claim_id) = about AND later.withdrawn_from > began
            WHEN NOT l.answers AND later.recheck_at IS NULL THEN false
            WHEN l.answers AND own.stance IN ('query', 'no_comment', 'no_information')
                THEN date_trunc('day', said.since, 'UTC') >= date_trunc('day', began, 'UTC')
            ELSE said.since > began END);
END $$;
