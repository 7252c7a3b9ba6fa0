-- What is hidden moves no picture of those from whom it is hidden (docs/decisions/0038). Of each change that may touch pictures of
-- other events than its own the ledger keeps, beside the chain, what a caller needs to be shown it: nothing (0), `read` (1), or
-- `confidential` (2). Where that can't be decided cheaply it is nothing. What came before is for all.
ALTER TABLE change ADD COLUMN needs smallint DEFAULT 0 NOT NULL;

-- The same as `directory` for those who have `read`, and for those who have neither scope; and the last change by which something
-- hidden may have been opened: of what was hidden before nobody has decided whether it still is, so that this moves all pictures once.
ALTER TABLE ledger_head ADD COLUMN directory_read bigint DEFAULT 0 NOT NULL;
ALTER TABLE ledger_head ADD COLUMN directory_public bigint DEFAULT 0 NOT NULL;
ALTER TABLE ledger_head ADD COLUMN opened bigint DEFAULT 0 NOT NULL;
UPDATE ledger_head SET directory = seq, directory_read = seq, directory_public = seq, opened = seq;

-- The last change of an event for those who lack `read`: without those of links to restricted events.
ALTER TABLE event_head ADD COLUMN public_seq bigint;
UPDATE event_head SET public_seq = seq;
ALTER TABLE event_head ALTER COLUMN public_seq SET NOT NULL;

DROP INDEX ix_change_directory;
CREATE INDEX ix_change_directory ON change (needs, seq)
    WHERE type IN ('source', 'document', 'document_link', 'source_link') AND (op <> 'insert' OR type IN ('document_link', 'source_link'));

CREATE OR REPLACE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.record IS NULL AND NEW.salt IS NULL AND (NEW.reason IS NULL OR NEW.reason IS NOT DISTINCT FROM OLD.reason)
       AND (NEW.seq, NEW.recorded_at, NEW.actor, NEW.request_id, NEW.type, NEW.record_id, NEW.event_id, NEW.op, NEW.version, NEW.digest, NEW.hash, NEW.needs)
           IS NOT DISTINCT FROM
           (OLD.seq, OLD.recorded_at, OLD.actor, OLD.request_id, OLD.type, OLD.record_id, OLD.event_id, OLD.op, OLD.version, OLD.digest, OLD.hash, OLD.needs)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the ledger keeps every change as it was' USING ERRCODE = 'feature_not_supported';
END $$;

-- Whether sources, or documents, may bear on the picture of a public event: one leads to them, over whatever lies between.
-- Restricted events count that were merged, or that others were merged into: their sources stay in pictures, to be counted. The
-- nearest thousand places are asked, each by its index (OFFSET 0); where there are more, one may.
CREATE FUNCTION ledger_bears(kind text, ids uuid[]) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    -- What ends the question for nearly all.
    IF kind = 'source' AND EXISTS (
            SELECT FROM unnest(ids) i(id) CROSS JOIN LATERAL (
                SELECT FROM statement s WHERE s.source_id = i.id AND (SELECT visibility = 'public' FROM event e WHERE e.id = s.event_id) LIMIT 1) s)
        OR kind = 'document' AND EXISTS (
            SELECT FROM unnest(ids) i(id) CROSS JOIN LATERAL (
                SELECT FROM appearance a WHERE a.document_id = i.id AND (SELECT visibility = 'public' FROM event e WHERE e.id = a.event_id) LIMIT 1) a)
    THEN RETURN true; END IF;
    RETURN EXISTS (
        WITH RECURSIVE way(kind, id) AS (
            SELECT ledger_bears.kind, unnest(ids)
            UNION SELECT n.kind, n.id FROM way w CROSS JOIN LATERAL (
                SELECT 'source', s.id FROM source s WHERE w.kind = 'source' AND s.parent_id = w.id
                UNION ALL SELECT 'source', s.id FROM source s WHERE w.kind = 'source' AND s.merged_into = w.id
                UNION ALL SELECT 'source', s.merged_into FROM source s WHERE w.kind = 'source' AND s.id = w.id
                UNION ALL SELECT 'document', d.id FROM document d WHERE w.kind = 'source' AND d.publisher_id = w.id
                UNION ALL SELECT 'document', d.id FROM document d WHERE w.kind = 'document' AND d.merged_into = w.id
                UNION ALL SELECT 'document', d.merged_into FROM document d WHERE w.kind = 'document' AND d.id = w.id
                UNION ALL SELECT 'document', l.from_id FROM document_link l WHERE w.kind = 'document' AND l.to_id = w.id
                OFFSET 0) n(kind, id) WHERE n.id IS NOT NULL)
        SELECT FROM (
            SELECT c.event_id, row_number() OVER () AS nth FROM way w LEFT JOIN LATERAL (
                SELECT s.event_id FROM statement s WHERE w.kind = 'source' AND s.source_id = w.id
                UNION ALL SELECT h.event_id FROM appearance_hop h WHERE w.kind = 'source' AND h.source_id = w.id
                UNION ALL SELECT a.event_id FROM assessment a WHERE w.kind = 'source' AND a.author_id = w.id
                UNION ALL SELECT a.event_id FROM appearance a WHERE w.kind = 'document' AND a.document_id = w.id
                UNION ALL SELECT a.event_id FROM assessment_document a WHERE w.kind = 'document' AND a.document_id = w.id
                UNION ALL SELECT s.event_id FROM statement s WHERE w.kind = 'document' AND s.withdrawn_document_id = w.id
                OFFSET 0) c ON true LIMIT 1000) place
        WHERE nth = 1000 OR EXISTS (
            SELECT FROM event e WHERE e.id = place.event_id
            AND (e.visibility = 'public' OR e.merged_into IS NOT NULL OR EXISTS (SELECT FROM event m WHERE m.merged_into = e.id))));
END $$;

-- What a caller needs to be shown these changes of the directory in a picture; `befores`: the same records before, if they were.
-- Of a protected source nobody else is shown, and nothing follows from, what `unseen` has: but of a role or of an ambiguous
-- mention, whose name decides whether it may be another one. And a link of one is not there for others.
CREATE FUNCTION ledger_needs(kind text, records jsonb[], befores jsonb[]) RETURNS smallint STABLE LANGUAGE plpgsql AS $$
DECLARE
    unseen CONSTANT text[] := '{ref,name,aliases,role,party,country,language,url,reliability,external_ids,notes,version,updated_at}';
    ids uuid[];  of text := kind;
BEGIN
    IF kind = 'source_link' THEN
        records := ARRAY(SELECT r FROM unnest(records) r WHERE protector((r->>'from_id')::uuid) IS NULL AND protector((r->>'to_id')::uuid) IS NULL);
        RETURN CASE
            WHEN records = '{}' THEN 2
            WHEN EXISTS (
                SELECT FROM unnest(records) r
                WHERE ledger_bears('source', ARRAY[(r->>'from_id')::uuid]) AND ledger_bears('source', ARRAY[(r->>'to_id')::uuid])) THEN 0
            ELSE 1 END;
    ELSIF kind = 'document_link' THEN
        of := 'document';  ids := ARRAY(SELECT (r->>'from_id')::uuid FROM unnest(records) r);
    ELSIF kind = 'document_version' THEN
        of := 'document';  ids := ARRAY(SELECT (r->>'document_id')::uuid FROM unnest(records) r);
    ELSE
        IF kind = 'source' THEN
            records := ARRAY(
                SELECT r FROM unnest(records) r
                WHERE (r->>'disclosure' = 'role_only') OR (r->>'placed')::boolean OR protector((r->>'id')::uuid) IS NULL
                    OR NOT EXISTS (SELECT FROM unnest(befores) b WHERE b->'id' = r->'id' AND b - unseen = r - unseen));
            IF records = '{}' THEN RETURN 2; END IF;
        END IF;
        -- What it was merged into shows it no longer.
        ids := ARRAY(SELECT (r->>'id')::uuid FROM unnest(records) r
            UNION SELECT (b->>'merged_into')::uuid FROM unnest(befores) b WHERE b->'id' IN (SELECT r->'id' FROM unnest(records) r) AND b->>'merged_into' IS NOT NULL);
    END IF;
    RETURN CASE WHEN ledger_bears(of, ids) THEN 0 ELSE 1 END;
END $$;

-- The record as it was stored: in UTC, and whatever the session's other output settings. The plans are made once, and are
-- good for however many rows.
CREATE OR REPLACE FUNCTION ledger_write() RETURNS trigger LANGUAGE plpgsql
    SET timezone = 'UTC' SET bytea_output = 'hex' SET extra_float_digits = 1 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    omitted text[] := coalesce(TG_ARGV, '{}');
    records jsonb[];  n bigint;  head ledger_head;  at timestamptz;  moves boolean;  opens boolean := false;  needed smallint := 0;
    who text := coalesce(setting('actor'), session_user);  verb text := lower(TG_OP);
    why text := setting('reason');  request text := setting('request');
    owner text := CASE TG_TABLE_NAME WHEN 'event' THEN 'id' WHEN 'event_link' THEN 'from_id' ELSE 'event_id' END;
    cites text := CASE TG_TABLE_NAME WHEN 'appearance' THEN 'document_id' WHEN 'assessment_document' THEN 'document_id' WHEN 'statement' THEN 'withdrawn_document_id' END;
    citing jsonb[];  befores jsonb[];
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
    SELECT * INTO head FROM ledger_head FOR NO KEY UPDATE;
    at := greatest(clock_timestamp(), head.recorded_at);
    moves := TG_TABLE_NAME IN ('document_link', 'source_link') OR (verb <> 'insert' AND TG_TABLE_NAME IN ('source', 'document'))
        OR (TG_TABLE_NAME = 'document_version' AND ledger_cited(records));
    IF cites IS NOT NULL THEN
        citing := records;
        IF verb = 'update' THEN
            SELECT array_agg(c) INTO citing FROM after_rows a JOIN before_rows b USING (id) CROSS JOIN LATERAL (VALUES (to_jsonb(a)), (to_jsonb(b))) v(c)
                WHERE to_jsonb(a)->cites IS DISTINCT FROM to_jsonb(b)->cites;
        END IF;
        -- A single statement hardly ever cites where it was withdrawn: then nothing is asked.
        opens := citing IS NOT NULL AND (cardinality(citing) > 1 OR citing[1]->>cites IS NOT NULL) AND ledger_opens(citing, cites);
    ELSIF TG_TABLE_NAME = 'event' AND verb = 'update' THEN
        opens := EXISTS (SELECT FROM after_rows a JOIN before_rows b USING (id) WHERE a.visibility <> b.visibility);
    ELSIF TG_TABLE_NAME = 'event_link' THEN
        needed := CASE WHEN EXISTS (
            SELECT FROM unnest(records) r WHERE is_public((r->>'from_id')::uuid) IS NOT FALSE AND is_public((r->>'to_id')::uuid) IS NOT FALSE) THEN 0 ELSE 1 END;
    ELSIF moves THEN
        -- Who is protected is asked of now, in pictures of the past, too.
        IF TG_TABLE_NAME = 'source' AND verb = 'update' THEN
            opens := EXISTS (
                SELECT FROM after_rows a JOIN before_rows b USING (id)
                WHERE a.confidential <> b.confidential
                    OR a.merged_into IS DISTINCT FROM b.merged_into AND (protector(a.merged_into) IS NOT NULL OR protector(b.merged_into) IS NOT NULL));
        ELSIF TG_TABLE_NAME = 'source' THEN
            opens := EXISTS (SELECT FROM before_rows b WHERE b.confidential OR protector(b.merged_into) IS NOT NULL);
        END IF;
        -- Most databases have nothing that is hidden.
        IF NOT opens AND (EXISTS (SELECT FROM event WHERE visibility = 'restricted') OR EXISTS (SELECT FROM source WHERE confidential)) THEN
            IF verb <> 'insert' THEN
                SELECT array_agg(to_jsonb(b) - omitted) INTO befores FROM before_rows b;
            END IF;
            needed := ledger_needs(TG_TABLE_NAME, records, befores);
        END IF;
    END IF;
    moves := moves OR opens;

    WITH line AS (
        SELECT head.seq + nth AS seq, (record->>'id')::uuid AS id, (record->>owner)::uuid AS event_id, (record->>'version')::int AS version,
               record, salt, sha256(salt || convert_to(record::text, 'UTF8')) AS digest
        FROM (SELECT record, nth, uuid_send(gen_random_uuid()) AS salt FROM unnest(records) WITH ORDINALITY AS r(record, nth) OFFSET 0) salted
    ), written AS (
        INSERT INTO change
        SELECT seq, at, who, why, request, TG_TABLE_NAME, id, event_id, verb, version, record, salt, digest,
               ledger_chain(head.hash, ledger_payload_in_utc(seq, at, who, TG_TABLE_NAME, id, event_id, verb, version, digest)) OVER (ORDER BY seq), needed
        FROM line
        RETURNING seq, hash, event_id, CASE WHEN type = 'event_link' THEN (record->>'to_id')::uuid END AS linked
    ), moved AS (
        UPDATE ledger_head h SET seq = head.seq + n, recorded_at = at, hash = (SELECT w.hash FROM written w WHERE w.seq = head.seq + n),
            directory = CASE WHEN moves THEN head.seq + n ELSE h.directory END,
            directory_read = CASE WHEN moves AND needed < 2 THEN head.seq + n ELSE h.directory_read END,
            directory_public = CASE WHEN moves AND needed < 1 THEN head.seq + n ELSE h.directory_public END,
            opened = CASE WHEN opens THEN head.seq + n ELSE h.opened END
    )
    INSERT INTO event_head AS h
        SELECT touched, max(seq), CASE WHEN needed < 1 THEN max(seq) ELSE 0 END
        FROM (SELECT event_id AS touched, seq FROM written UNION ALL SELECT linked, seq FROM written) t
        WHERE touched IS NOT NULL GROUP BY touched ORDER BY touched
        ON CONFLICT (event_id) DO UPDATE SET seq = excluded.seq, public_seq = greatest(h.public_seq, excluded.public_seq);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_redacted() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
    head ledger_head;  at timestamptz;  n bigint;
    who text := coalesce(setting('actor'), session_user);
    why text := setting('reason');  request text := setting('request');
BEGIN
    UPDATE ledger_head SET redactions = redactions + 1 RETURNING * INTO head;
    at := greatest(clock_timestamp(), head.recorded_at);
    WITH ended AS (
        SELECT b.type, b.record_id, b.event_id, b.needs, b.version + 1 AS version,
            (SELECT jsonb_object_agg(key, value) FROM jsonb_each(b.record) WHERE key IN ('id', 'event_id', 'from_id', 'to_id', 'confidential', 'visibility'))
            || jsonb_build_object('version', b.version + 1, 'redacted', jsonb_build_array('record')) AS record
        FROM before_rows b
        WHERE b.op = 'delete' AND b.record IS NOT NULL
            AND NOT EXISTS (SELECT FROM change c WHERE c.record_id = b.record_id AND c.type = b.type AND c.seq > b.seq)
    ), line AS (
        SELECT head.seq + row_number() OVER (ORDER BY type, record_id) AS seq, type, record_id, event_id, needs, version, record, salt,
            sha256(salt || convert_to(record::text, 'UTF8')) AS digest
        FROM (SELECT *, uuid_send(gen_random_uuid()) AS salt FROM ended OFFSET 0) salted
    ), written AS (
        INSERT INTO change
        SELECT seq, at, who, why, request, type, record_id, event_id, 'delete', version, record, salt, digest,
            ledger_chain(head.hash, ledger_payload_in_utc(seq, at, who, type, record_id, event_id, 'delete', version, digest)) OVER (ORDER BY seq), needs
        FROM line RETURNING seq, hash, type, event_id, CASE WHEN type = 'event_link' THEN (record->>'to_id')::uuid END AS linked
    ), moved AS (
        UPDATE ledger_head h SET seq = last.seq, recorded_at = at, hash = last.hash, directory = coalesce(last.moved, h.directory),
            directory_read = coalesce(last.moved, h.directory_read), directory_public = coalesce(last.moved, h.directory_public)
        FROM (
            SELECT seq, hash, (SELECT max(w.seq) FROM written w WHERE w.type IN ('source', 'document', 'document_link', 'source_link')) AS moved
            FROM written ORDER BY seq DESC LIMIT 1) last
    )
    INSERT INTO event_head
        SELECT touched, max(seq), max(seq) FROM (SELECT event_id AS touched, seq FROM written UNION ALL SELECT linked, seq FROM written) t
        WHERE touched IS NOT NULL GROUP BY touched ORDER BY touched
        ON CONFLICT (event_id) DO UPDATE SET seq = excluded.seq, public_seq = excluded.public_seq;
    RETURN NULL;
END $$;

-- As before: the trigger writes as the owner, and looks for its tables nowhere else.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_write() SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
END $$;
