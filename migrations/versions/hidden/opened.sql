-- A document that was merged is shown in the pictures of others while a public event cites it (docs/decisions/0038): that one begins
-- or ceases to, or is opened or closed, may touch every picture, as a change of the directory does.

-- Which documents were ever merged.
CREATE INDEX ix_change_merged_document ON change (record_id) WHERE type = 'document' AND (record->>'merged_into') IS NOT NULL;

-- Whether some of these records, in a public event or in one that is gone, cite in their column `cites` a document that was
-- ever merged. For each by its index (OFFSET 0), also in tables that were never analysed; the event is asked of few.
CREATE FUNCTION ledger_opens(citing jsonb[], cites text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM (
            SELECT (c->>'event_id')::uuid AS event_id FROM unnest(citing) c CROSS JOIN LATERAL (
                SELECT FROM change m WHERE m.record_id = (c->>cites)::uuid AND m.type = 'document'
                    AND (m.record->>'merged_into') IS NOT NULL OFFSET 0) merged OFFSET 0) by_event
        WHERE is_public(event_id) IS NOT FALSE);
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
    cites text := CASE TG_TABLE_NAME WHEN 'appearance' THEN 'document_id' WHEN 'assessment_document' THEN 'document_id' WHEN 'statement' THEN 'withdrawn_document_id' END;
    citing jsonb[];
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
        moves := citing IS NOT NULL AND (cardinality(citing) > 1 OR citing[1]->>cites IS NOT NULL) AND ledger_opens(citing, cites);
    ELSIF TG_TABLE_NAME = 'event' AND verb = 'update' THEN
        moves := EXISTS (SELECT FROM after_rows a JOIN before_rows b USING (id) WHERE a.visibility <> b.visibility);
    END IF;

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

-- As before: the trigger writes as the owner, and looks for its tables nowhere else.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_write() SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
END $$;
