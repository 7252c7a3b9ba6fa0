-- What was merged. In PL/pgSQL: a function in SQL is planned anew by each statement that calls it, and in a list of columns
-- for each row; these keep their plans for as long as the connection lasts.

CREATE OR REPLACE FUNCTION source_root(of uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
DECLARE target uuid;
BEGIN
    LOOP
        SELECT merged_into INTO target FROM source WHERE id = of;
        IF target IS NULL THEN
            RETURN CASE WHEN FOUND THEN of END;
        END IF;
        of := target;
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION document_root(of uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
DECLARE target uuid;
BEGIN
    LOOP
        SELECT merged_into INTO target FROM document WHERE id = of;
        IF target IS NULL THEN
            RETURN CASE WHEN FOUND THEN of END;
        END IF;
        of := target;
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION event_root(of uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
DECLARE target uuid;
BEGIN
    LOOP
        SELECT merged_into INTO target FROM event WHERE id = of;
        IF target IS NULL THEN
            RETURN CASE WHEN FOUND THEN of END;
        END IF;
        of := target;
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION claim_root(of uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
DECLARE target uuid;
BEGIN
    LOOP
        SELECT merged_into INTO target FROM claim WHERE id = of;
        IF target IS NULL THEN
            RETURN CASE WHEN FOUND THEN of END;
        END IF;
        of := target;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION source_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY WITH RECURSIVE kin(id) AS (
        SELECT source_root(of) UNION ALL SELECT t.id FROM kin JOIN source t ON t.merged_into = kin.id) SELECT id FROM kin;
END $$;
CREATE OR REPLACE FUNCTION document_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY WITH RECURSIVE kin(id) AS (
        SELECT document_root(of) UNION ALL SELECT t.id FROM kin JOIN document t ON t.merged_into = kin.id) SELECT id FROM kin;
END $$;
CREATE OR REPLACE FUNCTION event_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY WITH RECURSIVE kin(id) AS (
        SELECT event_root(of) UNION ALL SELECT t.id FROM kin JOIN event t ON t.merged_into = kin.id) SELECT id FROM kin;
END $$;
CREATE OR REPLACE FUNCTION claim_kin(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY WITH RECURSIVE kin(id) AS (
        SELECT claim_root(of) UNION ALL SELECT t.id FROM kin JOIN claim t ON t.merged_into = kin.id) SELECT id FROM kin;
END $$;

-- When a statement was said: its own word for it, else the earliest publication among its documents, else when one was
-- first read.
CREATE OR REPLACE FUNCTION effective_said(statement_id uuid, OUT since timestamptz, OUT until timestamptz) STABLE LANGUAGE plpgsql AS $$
BEGIN
    SELECT s.said_from, s.said_to INTO since, until FROM statement s WHERE s.id = effective_said.statement_id AND s.said IS NOT NULL;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT d.published_from, d.published_to INTO since, until FROM appearance a
    CROSS JOIN LATERAL document_kin(a.document_id) k JOIN document d ON d.id = k
    WHERE a.statement_id = effective_said.statement_id AND d.published IS NOT NULL ORDER BY 1, 2 LIMIT 1;
    IF NOT FOUND THEN
        SELECT min(v.retrieved_at) INTO since FROM appearance a
        CROSS JOIN LATERAL document_kin(a.document_id) k JOIN document_version v ON v.document_id = k
        WHERE a.statement_id = effective_said.statement_id;
        until := since;
    END IF;
END $$;
