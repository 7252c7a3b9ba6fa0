-- What an answer that is kept may no longer show: a source that is confidential now, or was merged into one that is, with what
-- was merged into it, and their links.
CREATE OR REPLACE FUNCTION idempotency_confidential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM idempotency_forget(ARRAY(
        WITH hidden AS (
            SELECT DISTINCT k.id FROM after_rows a JOIN before_rows b USING (id) CROSS JOIN LATERAL source_kin(a.id) k(id)
            WHERE a.confidential AND NOT b.confidential
                OR a.merged_into IS DISTINCT FROM b.merged_into AND (SELECT confidential FROM source r WHERE r.id = source_root(a.id)))
        SELECT id FROM hidden
        UNION SELECT l.id FROM hidden h JOIN source_link l ON l.from_id = h.id
        UNION SELECT l.id FROM hidden h JOIN source_link l ON l.to_id = h.id));
    RETURN NULL;
END $$;
