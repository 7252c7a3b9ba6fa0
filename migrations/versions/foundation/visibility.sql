-- What is public: what a public event cites. And the mask of a confidential source.

CREATE FUNCTION is_public(event_id uuid) RETURNS boolean STABLE LANGUAGE sql
    RETURN (SELECT visibility = 'public' FROM event e WHERE e.id = is_public.event_id);

-- plpgsql, because it keeps its plans: these are asked for each row of a page. A few look-ups by index each.
-- A document is also public as the merge target of one that is.
CREATE FUNCTION document_is_public(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM appearance a JOIN event e ON e.id = a.event_id WHERE a.document_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM assessment_document a JOIN event e ON e.id = a.event_id WHERE a.document_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM statement s JOIN event e ON e.id = s.event_id WHERE s.withdrawn_document_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM document d WHERE d.merged_into = wanted AND document_is_public(d.id));
END $$;

-- A source is also public as the parent or merge target of one that is, unless that one is confidential: whom a masked
-- source belongs to is not told by who else is listed.
CREATE FUNCTION source_is_public(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM statement s JOIN event e ON e.id = s.event_id WHERE s.source_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM appearance_hop h JOIN event e ON e.id = h.event_id WHERE h.source_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM assessment a JOIN event e ON e.id = a.event_id WHERE a.author_id = wanted AND e.visibility = 'public')
        OR EXISTS (SELECT FROM document d WHERE d.publisher_id = wanted AND document_is_public(d.id))
        OR EXISTS (SELECT FROM source s WHERE s.parent_id = wanted AND NOT s.confidential AND source_is_public(s.id))
        OR EXISTS (SELECT FROM source s WHERE s.merged_into = wanted AND NOT s.confidential AND source_is_public(s.id));
END $$;

-- The id under which a confidential source appears in one event to whoever may not see it.
CREATE FUNCTION masked(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE sql
    RETURN (SELECT overlay(overlay(encode(substring(sha256(secret || uuid_send(event_id) || uuid_send(source_id)) FROM 1 FOR 16), 'hex')
        PLACING '8' FROM 13 FOR 1) PLACING '8' FROM 17 FOR 1)::uuid FROM instance);

-- A source as such a caller may name it: masked where it is confidential, and where nobody knows any more.
CREATE FUNCTION shown_source(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE sql
    RETURN CASE WHEN (SELECT NOT confidential FROM source s WHERE s.id = source_id) THEN source_id ELSE masked(event_id, source_id) END;

-- Each confidential source in each event where it speaks, passes on or judges.
CREATE VIEW mask AS
    SELECT masked(e.id, s.id) AS id, s.id AS source_id, e.id AS event_id, e.visibility, e.created_at
    FROM source s
    CROSS JOIN LATERAL (
        SELECT event_id FROM statement WHERE source_id = s.id
        UNION SELECT event_id FROM appearance_hop WHERE source_id = s.id
        UNION SELECT event_id FROM assessment WHERE author_id = s.id) cited
    JOIN event e ON e.id = cited.event_id
    WHERE s.confidential;
