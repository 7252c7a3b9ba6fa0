-- `redacted` says of a record whether it was redacted: then it is {record}, and what is left is no more than what others
-- stand on. All that was there before says nothing new by it.
DO $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['source', 'source_link', 'document', 'document_version', 'document_link', 'report', 'event',
        'event_link', 'question', 'claim', 'claim_link', 'statement', 'appearance', 'appearance_hop', 'assessment', 'assessment_document'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN redacted text[] DEFAULT ''{}'' NOT NULL', kept);
    END LOOP;
END $$;

-- A text that was read never changes, but it can be redacted.
CREATE OR REPLACE FUNCTION version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.redacted = '{record}' AND num_nonnulls(NEW.text, NEW.headline, NEW.sha256, NEW.archive_url) = 0 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a document version never changes; store another' USING ERRCODE = 'feature_not_supported';
END $$;

-- Of an answer that is no longer shown not even a hash of what was asked stays.
CREATE OR REPLACE FUNCTION idempotency_forget(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE idempotency_key SET status = NULL, headers = NULL, answer = NULL, shown = '{}', body = sha256('') WHERE shown && ids
$$;
