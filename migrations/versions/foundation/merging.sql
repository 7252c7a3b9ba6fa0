-- Merging moves no rows: a record's kin are all that were merged into the same one, itself included.

CREATE FUNCTION source_root(of uuid) RETURNS uuid STABLE LANGUAGE sql RETURN (
    WITH RECURSIVE up(id, next) AS (
        SELECT id, merged_into FROM source WHERE id = of UNION ALL SELECT s.id, s.merged_into FROM up JOIN source s ON s.id = up.next)
    SELECT id FROM up WHERE next IS NULL);
CREATE FUNCTION document_root(of uuid) RETURNS uuid STABLE LANGUAGE sql RETURN (
    WITH RECURSIVE up(id, next) AS (
        SELECT id, merged_into FROM document WHERE id = of UNION ALL SELECT d.id, d.merged_into FROM up JOIN document d ON d.id = up.next)
    SELECT id FROM up WHERE next IS NULL);
CREATE FUNCTION event_root(of uuid) RETURNS uuid STABLE LANGUAGE sql RETURN (
    WITH RECURSIVE up(id, next) AS (
        SELECT id, merged_into FROM event WHERE id = of UNION ALL SELECT e.id, e.merged_into FROM up JOIN event e ON e.id = up.next)
    SELECT id FROM up WHERE next IS NULL);
CREATE FUNCTION claim_root(of uuid) RETURNS uuid STABLE LANGUAGE sql RETURN (
    WITH RECURSIVE up(id, next) AS (
        SELECT id, merged_into FROM claim WHERE id = of UNION ALL SELECT c.id, c.merged_into FROM up JOIN claim c ON c.id = up.next)
    SELECT id FROM up WHERE next IS NULL);

CREATE FUNCTION source_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE sql BEGIN ATOMIC
    WITH RECURSIVE kin(id) AS (SELECT source_root(of) UNION ALL SELECT s.id FROM kin JOIN source s ON s.merged_into = kin.id) SELECT id FROM kin;
END;
CREATE FUNCTION document_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE sql BEGIN ATOMIC
    WITH RECURSIVE kin(id) AS (SELECT document_root(of) UNION ALL SELECT d.id FROM kin JOIN document d ON d.merged_into = kin.id) SELECT id FROM kin;
END;
CREATE FUNCTION event_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE sql BEGIN ATOMIC
    WITH RECURSIVE kin(id) AS (SELECT event_root(of) UNION ALL SELECT e.id FROM kin JOIN event e ON e.merged_into = kin.id) SELECT id FROM kin;
END;
CREATE FUNCTION claim_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE sql BEGIN ATOMIC
    WITH RECURSIVE kin(id) AS (SELECT claim_root(of) UNION ALL SELECT c.id FROM kin JOIN claim c ON c.merged_into = kin.id) SELECT id FROM kin;
END;

-- When a statement was said: its own word for it, else the earliest publication among its documents, else when one was
-- first read.
CREATE FUNCTION effective_said(statement_id uuid, OUT since timestamptz, OUT until timestamptz) STABLE LANGUAGE sql BEGIN ATOMIC
    SELECT coalesce(s.said_from, p.published_from, r.retrieved_at), coalesce(s.said_to, p.published_to, r.retrieved_at)
    FROM statement s
    LEFT JOIN LATERAL (
        SELECT d.published_from, d.published_to FROM appearance a
        CROSS JOIN LATERAL document_kin(a.document_id) k JOIN document d ON d.id = k
        WHERE a.statement_id = s.id AND d.published IS NOT NULL ORDER BY 1, 2 LIMIT 1) p ON s.said IS NULL
    LEFT JOIN LATERAL (
        SELECT min(v.retrieved_at) AS retrieved_at FROM appearance a
        CROSS JOIN LATERAL document_kin(a.document_id) k JOIN document_version v ON v.document_id = k
        WHERE a.statement_id = s.id) r ON s.said IS NULL AND p.published_from IS NULL
    WHERE s.id = effective_said.statement_id;
END;
