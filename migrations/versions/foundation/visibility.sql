-- What is public: what a public event cites. And the mask of a confidential source.

CREATE FUNCTION is_public(event_id uuid) RETURNS boolean STABLE LANGUAGE sql
    RETURN (SELECT visibility = 'public' FROM event e WHERE e.id = is_public.event_id);

CREATE FUNCTION document_is_public(of uuid) RETURNS boolean STABLE LANGUAGE sql RETURN EXISTS (
    SELECT FROM document_kin(of) k WHERE
        EXISTS (SELECT FROM appearance a WHERE a.document_id = k AND is_public(a.event_id))
        OR EXISTS (SELECT FROM assessment_document a WHERE a.document_id = k AND is_public(a.event_id))
        OR EXISTS (SELECT FROM statement s WHERE s.withdrawn_document_id = k AND is_public(s.event_id)));

-- A source is also public as the parent or merge target of one that is.
CREATE FUNCTION source_is_public(of uuid) RETURNS boolean STABLE LANGUAGE sql RETURN (
    WITH RECURSIVE below(id) AS (
        SELECT source_kin(of) UNION SELECT s.id FROM below JOIN source s ON s.parent_id = below.id OR s.merged_into = below.id)
    SELECT EXISTS (SELECT FROM below WHERE
        EXISTS (SELECT FROM statement s WHERE s.source_id = below.id AND is_public(s.event_id))
        OR EXISTS (SELECT FROM appearance_hop h WHERE h.source_id = below.id AND is_public(h.event_id))
        OR EXISTS (SELECT FROM assessment a WHERE a.author_id = below.id AND is_public(a.event_id))
        OR EXISTS (SELECT FROM document d WHERE d.publisher_id = below.id AND document_is_public(d.id))));

-- The id under which a confidential source appears in one event to whoever may not see it.
CREATE FUNCTION masked(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE sql
    RETURN (SELECT overlay(overlay(encode(substring(sha256(secret || uuid_send(event_id) || uuid_send(source_id)) FROM 1 FOR 16), 'hex')
        PLACING '8' FROM 13 FOR 1) PLACING '8' FROM 17 FOR 1)::uuid FROM instance);

-- A source as such a caller may name it: masked where it is confidential.
CREATE FUNCTION shown_source(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE sql
    RETURN CASE WHEN (SELECT confidential FROM source s WHERE s.id = source_id) THEN masked(event_id, source_id) ELSE source_id END;

-- Where each source speaks, passes on or judges.
CREATE VIEW citation AS
    SELECT event_id, source_id FROM statement WHERE source_id IS NOT NULL
    UNION SELECT event_id, source_id FROM appearance_hop
    UNION SELECT event_id, author_id FROM assessment;
