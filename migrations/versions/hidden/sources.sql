-- Who is protected: a confidential source, and whatever was merged into one (docs/decisions/0038).

-- The first confidential one on a source's way of merges, itself included; null: nothing on it is hidden.
CREATE FUNCTION protector(source_id uuid) RETURNS uuid STABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
    step uuid := source_id;
    hides boolean;
    next uuid;
BEGIN
    WHILE step IS NOT NULL LOOP
        SELECT confidential, merged_into INTO hides, next FROM source WHERE id = step;
        IF hides THEN
            RETURN step;
        END IF;
        step := next;
    END LOOP;
    RETURN NULL;
END $$;

-- All that a confidential source protects: itself, and what was merged into it without being confidential itself.
CREATE FUNCTION veiled(of uuid) RETURNS SETOF uuid ROWS 2 STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT of;
    IF EXISTS (SELECT FROM source WHERE merged_into = of AND NOT confidential) THEN
        RETURN QUERY WITH RECURSIVE under(id) AS (
            SELECT s.id FROM source s WHERE s.merged_into = of AND NOT s.confidential UNION ALL SELECT t.id FROM under CROSS JOIN LATERAL (
                SELECT s.id FROM source s WHERE s.merged_into = under.id AND NOT s.confidential OFFSET 0) t) SELECT id FROM under;
    END IF;
END $$;

-- A source as such a caller may name it: under the mask of who protects it, and under one of its own where nobody knows any more.
CREATE OR REPLACE FUNCTION shown_source(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
DECLARE
    hides boolean;
    target uuid;
    hidden_by uuid;
BEGIN
    SELECT s.confidential, s.merged_into INTO hides, target FROM source s WHERE s.id = shown_source.source_id;
    IF NOT hides AND target IS NULL THEN
        RETURN source_id;
    END IF;
    hidden_by := CASE WHEN hides IS NULL THEN source_id ELSE protector(source_id) END;
    RETURN CASE WHEN hidden_by IS NULL THEN source_id ELSE masked(event_id, hidden_by) END;
END $$;

-- Each confidential source in each event where it, or what it protects, speaks, passes on or judges.
CREATE OR REPLACE VIEW mask AS
    SELECT masked(e.id, s.id) AS id, s.id AS source_id, e.id AS event_id, e.visibility, e.created_at
    FROM source s
    CROSS JOIN LATERAL (
        SELECT t.event_id FROM veiled(s.id) v JOIN statement t ON t.source_id = v
        UNION SELECT h.event_id FROM veiled(s.id) v JOIN appearance_hop h ON h.source_id = v
        UNION SELECT a.event_id FROM veiled(s.id) v JOIN assessment a ON a.author_id = v) cited
    JOIN event e ON e.id = cited.event_id
    WHERE s.confidential;

-- A source is also public as the parent or merge target of one that is, unless that one is protected: whom a masked source
-- belongs to is not told by who else is listed.
CREATE OR REPLACE FUNCTION source_is_public(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM statement s JOIN event e ON e.id = s.event_id WHERE s.source_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM appearance_hop h JOIN event e ON e.id = h.event_id WHERE h.source_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM assessment a JOIN event e ON e.id = a.event_id WHERE a.author_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM document d WHERE d.publisher_id = wanted AND document_is_public(d.id))
        OR EXISTS (SELECT FROM source s WHERE s.parent_id = wanted AND NOT s.confidential AND protector(s.id) IS NULL AND source_is_public(s.id))
        OR EXISTS (SELECT FROM source s WHERE s.merged_into = wanted AND NOT s.confidential AND source_is_public(s.id));
END $$;

-- What an answer that is kept may no longer show: sources that became protected, and their links.
CREATE OR REPLACE FUNCTION idempotency_confidential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM idempotency_forget(ARRAY(
        WITH changed AS (
            SELECT id FROM after_rows a JOIN before_rows b USING (id)
            WHERE (a.confidential AND NOT b.confidential) OR (a.merged_into IS DISTINCT FROM b.merged_into AND protector(a.id) IS NOT NULL)),
        hidden AS (SELECT veiled(id) AS id FROM changed)
        SELECT id FROM hidden
        UNION SELECT l.id FROM hidden h JOIN source_link l ON l.from_id = h.id
        UNION SELECT l.id FROM hidden h JOIN source_link l ON l.to_id = h.id));
    RETURN NULL;
END $$;

-- What a key is called to whoever may not know its name: the same in all of one event, or of one record outside of events.
CREATE FUNCTION pseudonym(place uuid, actor text) RETURNS text STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT 'key-' || left(encode(sha256(secret || uuid_send(place) || convert_to(actor, 'UTF8')), 'hex'), 12) FROM instance);
END $$;
