-- Answers to requests that bore an Idempotency-Key, for a day. No record, and nothing that the ledger keeps.

-- `asked` is a hash of who asked, where, and under which key; `body` of what was sent. An answer that may no longer be
-- shown is emptied, and its row stays: what it answered is not done a second time. `sees`: the scopes for reading that
-- the caller had; `shown`: every id in the answer.
CREATE TABLE idempotency_key (
    asked bytea NOT NULL,
    body bytea NOT NULL,
    kept_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    sees text[] NOT NULL,
    shown uuid[] NOT NULL,
    status smallint,
    headers jsonb,
    answer bytea,
    CONSTRAINT pk_idempotency_key PRIMARY KEY (asked),
    CONSTRAINT ck_idempotency_key_asked CHECK (length(asked) = 32),
    CONSTRAINT ck_idempotency_key_body CHECK (length(body) = 32),
    CONSTRAINT ck_idempotency_key_status CHECK (status BETWEEN 200 AND 299),
    CONSTRAINT ck_idempotency_key_headers CHECK (jsonb_typeof(headers) = 'object'),
    CONSTRAINT ck_idempotency_key_whole CHECK (num_nulls(status, headers, answer) IN (0, 3))
);
CREATE INDEX ix_idempotency_key_kept_at ON idempotency_key (kept_at);
-- Every deletion of a record reads the index's pending list, row by row: so that is kept short (64 kB).
CREATE INDEX ix_idempotency_key_shown ON idempotency_key USING gin (shown) WITH (gin_pending_list_limit = 64);

-- Each new answer deletes up to a hundred of the oldest that have expired: so they go faster than they come.
CREATE FUNCTION idempotency_expire() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE over CONSTANT timestamptz := clock_timestamp() - interval '24 hours';
BEGIN
    DELETE FROM idempotency_key WHERE kept_at < over AND (asked = NEW.asked
        OR asked = ANY (ARRAY(SELECT k.asked FROM idempotency_key k WHERE k.kept_at < over ORDER BY k.kept_at LIMIT 100)));
    RETURN NEW;
END $$;
CREATE TRIGGER expire BEFORE INSERT ON idempotency_key FOR EACH ROW EXECUTE FUNCTION idempotency_expire();

CREATE FUNCTION idempotency_forget(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE idempotency_key SET status = NULL, headers = NULL, answer = NULL, shown = '{}' WHERE shown && ids
$$;

CREATE FUNCTION idempotency_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM idempotency_forget((SELECT array_agg(id) FROM before_rows));
    RETURN NULL;
END $$;

CREATE FUNCTION idempotency_confidential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM idempotency_forget((SELECT array_agg(id) FROM after_rows a JOIN before_rows b USING (id) WHERE a.confidential AND NOT b.confidential));
    RETURN NULL;
END $$;

-- Restricting an event hides all that belongs to it, and the sources and documents that it alone had made public.
CREATE FUNCTION idempotency_restricted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hidden CONSTANT uuid[] := ARRAY(
        SELECT id FROM after_rows a JOIN before_rows b USING (id) WHERE a.visibility = 'restricted' AND b.visibility <> 'restricted');
BEGIN
    IF hidden = '{}' THEN RETURN NULL; END IF;
    PERFORM idempotency_forget(ARRAY(
        WITH RECURSIVE paper(id) AS (
            SELECT document_id FROM appearance WHERE event_id = ANY (hidden)
            UNION SELECT document_id FROM assessment_document WHERE event_id = ANY (hidden)
            UNION SELECT withdrawn_document_id FROM statement WHERE event_id = ANY (hidden)
            UNION SELECT d.merged_into FROM paper p JOIN document d ON d.id = p.id
        ), voice(id) AS (
            SELECT source_id FROM statement WHERE event_id = ANY (hidden)
            UNION SELECT source_id FROM appearance_hop WHERE event_id = ANY (hidden)
            UNION SELECT author_id FROM assessment WHERE event_id = ANY (hidden)
            UNION SELECT d.publisher_id FROM paper p JOIN document d ON d.id = p.id
            UNION SELECT up FROM voice v JOIN source s ON s.id = v.id CROSS JOIN LATERAL (VALUES (s.parent_id), (s.merged_into)) above(up)
        ), hidden_paper AS (SELECT id FROM paper WHERE NOT document_is_public(id))
        SELECT unnest(hidden)
        UNION SELECT id FROM event_link WHERE from_id = ANY (hidden) OR to_id = ANY (hidden)
        UNION SELECT id FROM question WHERE event_id = ANY (hidden)
        UNION SELECT id FROM claim WHERE event_id = ANY (hidden)
        UNION SELECT id FROM claim_link WHERE event_id = ANY (hidden)
        UNION SELECT id FROM statement WHERE event_id = ANY (hidden)
        UNION SELECT id FROM appearance WHERE event_id = ANY (hidden)
        UNION SELECT id FROM appearance_hop WHERE event_id = ANY (hidden)
        UNION SELECT id FROM assessment WHERE event_id = ANY (hidden)
        UNION SELECT id FROM voice WHERE NOT source_is_public(id)
        UNION SELECT id FROM hidden_paper
        UNION SELECT v.id FROM hidden_paper p JOIN document_version v ON v.document_id = p.id
        UNION SELECT l.id FROM hidden_paper p JOIN document_link l ON p.id IN (l.from_id, l.to_id)));
    RETURN NULL;
END $$;

-- A redaction empties lines of the ledger: answers that show the record are emptied, too.
CREATE FUNCTION idempotency_redacted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM idempotency_forget((SELECT array_agg(DISTINCT record_id) FROM after_rows WHERE record IS NULL));
    RETURN NULL;
END $$;

DO $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['source', 'document', 'document_version', 'document_link', 'report', 'event', 'event_link',
        'question', 'claim', 'claim_link', 'statement', 'appearance', 'appearance_hop', 'assessment', 'assessment_document'] LOOP
        EXECUTE format('CREATE TRIGGER e_forget AFTER DELETE ON %I REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION idempotency_deleted()', kept);
    END LOOP;
END $$;
CREATE TRIGGER e_forget_hidden AFTER UPDATE ON event REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION idempotency_restricted();
CREATE TRIGGER e_forget_hidden AFTER UPDATE ON source REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION idempotency_confidential();
CREATE TRIGGER e_forget AFTER UPDATE ON change REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION idempotency_redacted();
