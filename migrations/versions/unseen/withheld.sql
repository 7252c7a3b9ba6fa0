-- What restricted events have and no public one does: for callers without the scope `read` it is not there. What nothing cites
-- is nobody's: it can't be read, and is found by whoever names it.

-- Most databases have no restricted event; then nothing is withheld.
CREATE INDEX ix_event_restricted ON event (id) WHERE visibility = 'restricted';

-- First what ends the question for nearly all, at the first row that is found; last whether it is public, which may be asked
-- of all that a source has published.
CREATE FUNCTION document_is_withheld(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM event WHERE visibility = 'restricted')
        AND NOT EXISTS (SELECT FROM appearance a JOIN event e ON e.id = a.event_id WHERE a.document_id = wanted AND e.visibility = 'public')
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
    RETURN EXISTS (SELECT FROM appearance a JOIN event e ON e.id = a.event_id WHERE a.document_id = wanted AND e.visibility = 'restricted')
        OR EXISTS (SELECT FROM assessment_document a JOIN event e ON e.id = a.event_id WHERE a.document_id = wanted AND e.visibility = 'restricted')
        OR EXISTS (SELECT FROM statement s JOIN event e ON e.id = s.event_id WHERE s.withdrawn_document_id = wanted AND e.visibility = 'restricted')
        OR EXISTS (
            SELECT FROM report r JOIN mention m ON m.report_id = r.id JOIN event e ON e.id = m.record_id
            WHERE r.document_id = wanted AND e.visibility = 'restricted');
END $$;

-- Of what a source has published the first hundred are asked: where a restricted event had it first, its documents are there.
CREATE FUNCTION source_is_withheld(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM event WHERE visibility = 'restricted')
        AND NOT EXISTS (SELECT FROM statement s JOIN event e ON e.id = s.event_id WHERE s.source_id = wanted AND e.visibility = 'public')
        AND source_is_restricted(wanted) AND NOT source_is_public(wanted);
END $$;
CREATE FUNCTION source_is_restricted(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM statement s JOIN event e ON e.id = s.event_id WHERE s.source_id = wanted AND e.visibility = 'restricted')
        OR EXISTS (SELECT FROM appearance_hop h JOIN event e ON e.id = h.event_id WHERE h.source_id = wanted AND e.visibility = 'restricted')
        OR EXISTS (SELECT FROM assessment a JOIN event e ON e.id = a.event_id WHERE a.author_id = wanted AND e.visibility = 'restricted')
        OR EXISTS (
            SELECT FROM (SELECT id FROM document WHERE publisher_id = wanted LIMIT 100) d WHERE document_is_restricted(d.id))
        OR EXISTS (SELECT FROM source s WHERE s.parent_id = wanted AND source_is_restricted(s.id))
        OR EXISTS (SELECT FROM source s WHERE s.merged_into = wanted AND source_is_restricted(s.id));
END $$;
