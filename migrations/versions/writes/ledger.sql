-- The ledger with fewer statements for each write, all of them planned once. What it writes is the same, byte for byte.

-- PL/pgSQL: a function in SQL that can't be laid into the statement that calls it is planned anew each time that one runs.
CREATE OR REPLACE FUNCTION ledger_link(state bytea, seed bytea, payload bytea) RETURNS bytea IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN sha256(coalesce(state, seed) || payload);
END $$;

-- What is chained of a change, where the time zone is UTC already; this one is laid into the statement that calls it.
CREATE FUNCTION ledger_payload_in_utc(seq bigint, recorded_at timestamptz, actor text, type text, record_id uuid, event_id uuid, op text, version int, digest bytea)
    RETURNS bytea STABLE LANGUAGE sql
    RETURN convert_to(jsonb_build_array(seq, recorded_at, actor, type, record_id, event_id, op, version, encode(digest, 'hex'))::text, 'UTF8');
CREATE OR REPLACE FUNCTION ledger_payload(seq bigint, recorded_at timestamptz, actor text, type text, record_id uuid, event_id uuid, op text, version int, digest bytea)
    RETURNS bytea STABLE LANGUAGE sql SET timezone = 'UTC'
    RETURN ledger_payload_in_utc(seq, recorded_at, actor, type, record_id, event_id, op, version, digest);

-- version and updated_at belong to the database; an update that changes nothing keeps both. Generated columns are not yet
-- computed in NEW, so they are left out of the comparison (as of the record).
CREATE OR REPLACE FUNCTION ledger_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    omitted text[] := coalesce(TG_ARGV, '{}');
    before jsonb := to_jsonb(OLD) - omitted;
    after jsonb;
BEGIN
    NEW.version := OLD.version;
    NEW.updated_at := OLD.updated_at;
    after := to_jsonb(NEW) - omitted;
    IF after IS DISTINCT FROM before THEN
        IF (after->'id', after->'event_id', after->'from_id', after->'to_id')
           IS DISTINCT FROM (before->'id', before->'event_id', before->'from_id', before->'to_id') THEN
            RAISE EXCEPTION 'the id and event_id of a record and the ends of a link never change' USING ERRCODE = 'feature_not_supported';
        END IF;
        NEW.version := OLD.version + 1;
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

-- Whether something cites the document of a version, in its own name or in that of one merged with it. For each by its
-- index (OFFSET 0), also in tables that were never analysed.
CREATE OR REPLACE FUNCTION ledger_cited(versions jsonb[]) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM (
            SELECT DISTINCT document_kin(cited) AS id FROM (SELECT DISTINCT (v->>'document_id')::uuid AS cited FROM unnest(versions) v) v) shown
        CROSS JOIN LATERAL (
            SELECT FROM appearance a WHERE a.document_id = shown.id
            UNION ALL SELECT FROM assessment_document a WHERE a.document_id = shown.id
            UNION ALL SELECT FROM statement s WHERE s.withdrawn_document_id = shown.id OFFSET 0) citing);
END $$;

-- The record as it was stored: in UTC, and whatever the session's other output settings. The plans are made once, and are
-- good for however many rows.
CREATE OR REPLACE FUNCTION ledger_write() RETURNS trigger LANGUAGE plpgsql
    SET timezone = 'UTC' SET bytea_output = 'hex' SET extra_float_digits = 1 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    omitted text[] := coalesce(TG_ARGV, '{}');
    records jsonb[];  n bigint;  head ledger_head;  at timestamptz;  moves boolean;
    who text := coalesce(setting('actor'), session_user);  verb text := lower(TG_OP);
    why text := setting('reason');  request text := setting('request');
    owner text := CASE TG_TABLE_NAME WHEN 'event' THEN 'id' WHEN 'event_link' THEN 'from_id' ELSE 'event_id' END;
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

    WITH line AS (
        SELECT head.seq + nth AS seq, (record->>'id')::uuid AS id, (record->>owner)::uuid AS event_id, (record->>'version')::int AS version,
               record, salt, sha256(salt || convert_to(record::text, 'UTF8')) AS digest
        FROM (SELECT record, nth, uuid_send(gen_random_uuid()) AS salt FROM unnest(records) WITH ORDINALITY AS r(record, nth) OFFSET 0) salted
    ), written AS (
        INSERT INTO change
        SELECT seq, at, who, why, request, TG_TABLE_NAME, id, event_id, verb, version, record, salt, digest,
               ledger_chain(head.hash, ledger_payload_in_utc(seq, at, who, TG_TABLE_NAME, id, event_id, verb, version, digest)) OVER (ORDER BY seq)
        FROM line
        RETURNING seq, hash, event_id, CASE WHEN type = 'event_link' THEN (record->>'to_id')::uuid END AS linked
    ), moved AS (
        UPDATE ledger_head h SET seq = head.seq + n, recorded_at = at, hash = (SELECT w.hash FROM written w WHERE w.seq = head.seq + n),
            directory = CASE WHEN moves THEN head.seq + n ELSE h.directory END
    )
    INSERT INTO event_head
        SELECT touched, max(seq) FROM (SELECT event_id AS touched, seq FROM written UNION ALL SELECT linked, seq FROM written) t
        WHERE touched IS NOT NULL GROUP BY touched ORDER BY touched
        ON CONFLICT (event_id) DO UPDATE SET seq = excluded.seq;
    RETURN NULL;
END $$;
