-- Whether something was redacted of the record that another one points at. Asked for few rows, and only in a ledger that has redactions:
-- as a function, so that no statement that might ask is planned with all that it would look up.
CREATE FUNCTION is_redacted(kind text, id uuid) RETURNS boolean STABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
    CASE kind
        WHEN 'event' THEN RETURN EXISTS (SELECT FROM event r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'source' THEN RETURN EXISTS (SELECT FROM source r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'document' THEN RETURN EXISTS (SELECT FROM document r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'document_version' THEN RETURN EXISTS (SELECT FROM document_version r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'report' THEN RETURN EXISTS (SELECT FROM report r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'question' THEN RETURN EXISTS (SELECT FROM question r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'claim' THEN RETURN EXISTS (SELECT FROM claim r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'statement' THEN RETURN EXISTS (SELECT FROM statement r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'appearance' THEN RETURN EXISTS (SELECT FROM appearance r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
        WHEN 'assessment' THEN RETURN EXISTS (SELECT FROM assessment r WHERE r.id = is_redacted.id AND r.redacted <> '{}');
    END CASE;
END $$;
