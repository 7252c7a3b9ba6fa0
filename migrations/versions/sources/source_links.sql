-- Sources that may be the same: two records, until an editor has said.

CREATE TABLE source_link (
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    relation text DEFAULT 'same_as' NOT NULL,
    how_known text DEFAULT 'editor' NOT NULL,
    score double precision,
    reason text,
    state text DEFAULT 'proposed' NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_source_link PRIMARY KEY (id),
    CONSTRAINT ck_source_link_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_source_link_version CHECK (version >= 1),
    CONSTRAINT ck_source_link_relation CHECK (relation IN ('same_as')),
    CONSTRAINT ck_source_link_how_known CHECK (how_known IN ('name', 'editor')),
    CONSTRAINT ck_source_link_state CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    CONSTRAINT ck_source_link_reason_length CHECK (length(reason) BETWEEN 1 AND 5000),
    CONSTRAINT ck_source_link_ends CHECK (from_id <> to_id),
    CONSTRAINT ck_source_link_score CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT uq_source_link_from_id_to_id_relation UNIQUE (from_id, to_id, relation),
    CONSTRAINT fk_source_link_from_id FOREIGN KEY (from_id) REFERENCES source (id),
    CONSTRAINT fk_source_link_to_id FOREIGN KEY (to_id) REFERENCES source (id),
    CONSTRAINT uq_source_link_ref UNIQUE (ref)
);
CREATE INDEX ix_source_link_created_at_id ON source_link (created_at, id);
CREATE INDEX ix_source_link_to_id ON source_link (to_id);
CREATE INDEX ix_source_link_proposed ON source_link (created_at, id) WHERE state = 'proposed';
CREATE UNIQUE INDEX uq_source_link_pair ON source_link (least(from_id, to_id), greatest(from_id, to_id));

-- A link touches every picture in which its sources speak: it moves the directory, and is read out of the past by its end.
DROP INDEX ix_change_directory;
CREATE INDEX ix_change_directory ON change (seq) WHERE type IN ('source', 'document', 'document_link', 'source_link')
    AND (op <> 'insert' OR type IN ('document_link', 'source_link'));
DROP INDEX ix_change_from;
CREATE INDEX ix_change_from ON change ((record->>'from_id'), seq) WHERE type IN ('document_link', 'source_link');

-- The record as it was stored: in UTC, and whatever the session's other output settings.
CREATE OR REPLACE FUNCTION ledger_write() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' SET bytea_output = 'hex' SET extra_float_digits = 1 AS $$
DECLARE
    omitted text[] := coalesce(TG_ARGV, '{}');
    records jsonb[];  n bigint;  base bigint;  seed bytea;  at timestamptz;
    who text := coalesce(setting('actor'), session_user);  verb text := lower(TG_OP);
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(to_jsonb(a) - omitted ORDER BY a.id) INTO records FROM after_rows a;
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(to_jsonb(a) - omitted ORDER BY a.id) INTO records FROM after_rows a JOIN before_rows b USING (id) WHERE a.version <> b.version;
    ELSE
        SELECT array_agg(to_jsonb(b) - omitted ORDER BY b.id) INTO records FROM before_rows b;
    END IF;
    n := cardinality(records);
    IF n IS NULL THEN RETURN NULL; END IF;

    -- The head first: under REPEATABLE READ this fails with 40001 instead of a duplicate seq.
    UPDATE ledger_head h SET seq = h.seq + n, recorded_at = greatest(clock_timestamp(), h.recorded_at)
        RETURNING h.seq - n, h.hash, h.recorded_at INTO base, seed, at;

    INSERT INTO change
    SELECT seq, at, who, setting('reason'), setting('request'), TG_TABLE_NAME, id, event_id, verb, version, record, salt, digest,
           ledger_chain(seed, ledger_payload(seq, at, who, TG_TABLE_NAME, id, event_id, verb, version, digest)) OVER (ORDER BY seq)
    FROM (
        SELECT base + nth AS seq, (record->>'id')::uuid AS id, (record->>'version')::int AS version, record, salt,
               (record->>CASE TG_TABLE_NAME WHEN 'event' THEN 'id' WHEN 'event_link' THEN 'from_id' ELSE 'event_id' END)::uuid AS event_id,
               sha256(salt || convert_to(record::text, 'UTF8')) AS digest
        FROM (SELECT record, nth, uuid_send(gen_random_uuid()) AS salt FROM unnest(records) WITH ORDINALITY AS r(record, nth) OFFSET 0) salted
    ) numbered;

    UPDATE ledger_head h SET hash = (SELECT c.hash FROM change c WHERE c.seq = base + n),
        directory = CASE WHEN TG_TABLE_NAME IN ('document_link', 'source_link') OR (verb <> 'insert' AND TG_TABLE_NAME IN ('source', 'document'))
            OR (TG_TABLE_NAME = 'document_version' AND ledger_cited(records)) THEN h.seq ELSE h.directory END;
    INSERT INTO event_head
        SELECT touched, max(seq) FROM (
            SELECT c.event_id AS touched, c.seq FROM change c WHERE c.seq > base
            UNION ALL SELECT (c.record->>'to_id')::uuid, c.seq FROM change c WHERE c.seq > base AND c.type = 'event_link') t
        WHERE touched IS NOT NULL GROUP BY touched ORDER BY touched
        ON CONFLICT (event_id) DO UPDATE SET seq = excluded.seq;
    RETURN NULL;
END $$;

SELECT ledger_keep('source_link');

-- What an answer that is kept may no longer show: links of a source that became confidential, or that nobody may know any more.
CREATE TRIGGER e_forget AFTER DELETE ON source_link REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION idempotency_deleted();
CREATE OR REPLACE FUNCTION idempotency_confidential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM idempotency_forget(ARRAY(
        WITH hidden AS (SELECT id FROM after_rows a JOIN before_rows b USING (id) WHERE a.confidential AND NOT b.confidential)
        SELECT id FROM hidden
        UNION SELECT l.id FROM hidden h JOIN source_link l ON l.from_id = h.id
        UNION SELECT l.id FROM hidden h JOIN source_link l ON l.to_id = h.id));
    RETURN NULL;
END $$;

-- Restricting an event hides all that belongs to it, and the sources and documents that it alone had made public.
CREATE OR REPLACE FUNCTION idempotency_restricted() RETURNS trigger LANGUAGE plpgsql AS $$
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
        ), hidden_voice AS (SELECT id FROM voice WHERE NOT source_is_public(id)), hidden_paper AS (SELECT id FROM paper WHERE NOT document_is_public(id))
        SELECT unnest(hidden)
        UNION SELECT id FROM event_link WHERE from_id = ANY (hidden) OR to_id = ANY (hidden)
        UNION SELECT id FROM question WHERE event_id = ANY (hidden)
        UNION SELECT id FROM claim WHERE event_id = ANY (hidden)
        UNION SELECT id FROM claim_link WHERE event_id = ANY (hidden)
        UNION SELECT id FROM statement WHERE event_id = ANY (hidden)
        UNION SELECT id FROM appearance WHERE event_id = ANY (hidden)
        UNION SELECT id FROM appearance_hop WHERE event_id = ANY (hidden)
        UNION SELECT id FROM assessment WHERE event_id = ANY (hidden)
        UNION SELECT id FROM hidden_voice
        UNION SELECT l.id FROM hidden_voice v JOIN source_link l ON v.id IN (l.from_id, l.to_id)
        UNION SELECT id FROM hidden_paper
        UNION SELECT v.id FROM hidden_paper p JOIN document_version v ON v.document_id = p.id
        UNION SELECT l.id FROM hidden_paper p JOIN document_link l ON p.id IN (l.from_id, l.to_id)));
    RETURN NULL;
END $$;
