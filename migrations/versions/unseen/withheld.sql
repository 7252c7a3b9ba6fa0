-- What restricted events have and no public one does: for callers without the scope `read` it is not there. What nothing cites
-- is nobody's: it can't be read, and is found by whoever names it.

-- Most databases have no restricted event; then nothing is withheld.
CREATE INDEX ix_event_restricted ON event (id) WHERE visibility = 'restricted';

-- First what ends the question for nearly all, at the first row that is found; last whether it is public, which may be asked
-- of all that a source has published. What cites a record is looked up by its index, and the event of each: in tables that were
-- never analysed a join may begin with all events.
CREATE FUNCTION document_is_withheld(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM event WHERE visibility = 'restricted')
        AND NOT EXISTS (
            SELECT FROM appearance a WHERE a.document_id = wanted AND (SELECT visibility = 'public' FROM event e WHERE e.id = a.event_id))
        AND document_is_restricted(wanted) AND NOT document_is_public(wanted);
END $$;

-- Also what a report about a restricted event brought, and what its documents were said to be made of.
CREATE FUNCTION document_is_restricted(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN document_is_cited_restricted(wanted)
        OR EXISTS (SELECT FROM document d WHERE d.merged_into = wanted AND document_is_restricted(d.id))
        OR EXISTS (
            SELECT FROM document_link l WHERE l.to_id = wanted AND l.how_known = 'declared' AND document_is_cited_restricted(l.from_id));
END $$;
CREATE FUNCTION document_is_cited_restricted(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
            SELECT FROM appearance a WHERE a.document_id = wanted AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = a.event_id))
        OR EXISTS (
            SELECT FROM assessment_document a
            WHERE a.document_id = wanted AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = a.event_id))
        OR EXISTS (
            SELECT FROM statement s
            WHERE s.withdrawn_document_id = wanted AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = s.event_id))
        OR EXISTS (
            SELECT FROM report r CROSS JOIN LATERAL (
                SELECT FROM mention m
                WHERE m.report_id = r.id AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = m.record_id) LIMIT 1) m
            WHERE r.document_id = wanted);
END $$;

-- Of what a source has published the first twenty are asked: where a restricted event had it first, its documents are there.
CREATE FUNCTION source_is_withheld(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM event WHERE visibility = 'restricted')
        AND NOT EXISTS (
            SELECT FROM statement s WHERE s.source_id = wanted AND (SELECT visibility = 'public' FROM event e WHERE e.id = s.event_id))
        AND NOT EXISTS (
            SELECT FROM (SELECT id FROM document WHERE publisher_id = wanted LIMIT 20) d CROSS JOIN LATERAL (
                SELECT FROM appearance a
                WHERE a.document_id = d.id AND (SELECT visibility = 'public' FROM event e WHERE e.id = a.event_id) LIMIT 1) a)
        AND source_is_restricted(wanted) AND NOT source_is_public(wanted);
END $$;
CREATE FUNCTION source_is_restricted(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
            SELECT FROM statement s WHERE s.source_id = wanted AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = s.event_id))
        OR EXISTS (
            SELECT FROM appearance_hop h
            WHERE h.source_id = wanted AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = h.event_id))
        OR EXISTS (
            SELECT FROM assessment a WHERE a.author_id = wanted AND (SELECT visibility = 'restricted' FROM event e WHERE e.id = a.event_id))
        OR EXISTS (
            SELECT FROM (SELECT id FROM document WHERE publisher_id = wanted LIMIT 20) d WHERE document_is_restricted(d.id))
        OR EXISTS (SELECT FROM source s WHERE s.parent_id = wanted AND source_is_restricted(s.id))
        OR EXISTS (SELECT FROM source s WHERE s.merged_into = wanted AND source_is_restricted(s.id));
END $$;
