-- Nobody rewrites the past, except that a redaction empties record, salt and reason (the digest, and so the chain, stays).
CREATE OR REPLACE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.record IS NULL AND NEW.salt IS NULL AND (NEW.reason IS NULL OR NEW.reason IS NOT DISTINCT FROM OLD.reason)
       AND (NEW.seq, NEW.recorded_at, NEW.actor, NEW.request_id, NEW.type, NEW.record_id, NEW.event_id, NEW.op, NEW.version, NEW.digest, NEW.hash)
           IS NOT DISTINCT FROM
           (OLD.seq, OLD.recorded_at, OLD.actor, OLD.request_id, OLD.type, OLD.record_id, OLD.event_id, OLD.op, OLD.version, OLD.digest, OLD.hash)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the ledger keeps every change as it was' USING ERRCODE = 'feature_not_supported';
END $$;

-- Counts the redaction. And of a record that is deleted, whose table can tell nothing of it, writes the change that it is:
-- deleted still, with no more than who may know of it follows from.
DROP TRIGGER redacted ON change;
CREATE OR REPLACE FUNCTION ledger_redacted() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
    head ledger_head;  at timestamptz;  n bigint;
    who text := coalesce(setting('actor'), session_user);
    why text := setting('reason');  request text := setting('request');
BEGIN
    UPDATE ledger_head SET redactions = redactions + 1 RETURNING * INTO head;
    at := greatest(clock_timestamp(), head.recorded_at);
    WITH ended AS (
        SELECT b.type, b.record_id, b.event_id, b.version + 1 AS version,
            (SELECT jsonb_object_agg(key, value) FROM jsonb_each(b.record) WHERE key IN ('id', 'event_id', 'from_id', 'to_id', 'confidential', 'visibility'))
            || jsonb_build_object('version', b.version + 1, 'redacted', jsonb_build_array('record')) AS record
        FROM before_rows b
        WHERE b.op = 'delete' AND b.record IS NOT NULL
            AND NOT EXISTS (SELECT FROM change c WHERE c.record_id = b.record_id AND c.type = b.type AND c.seq > b.seq)
    ), line AS (
        SELECT head.seq + row_number() OVER (ORDER BY type, record_id) AS seq, type, record_id, event_id, version, record, salt,
            sha256(salt || convert_to(record::text, 'UTF8')) AS digest
        FROM (SELECT *, uuid_send(gen_random_uuid()) AS salt FROM ended OFFSET 0) salted
    ), written AS (
        INSERT INTO change
        SELECT seq, at, who, why, request, type, record_id, event_id, 'delete', version, record, salt, digest,
            ledger_chain(head.hash, ledger_payload_in_utc(seq, at, who, type, record_id, event_id, 'delete', version, digest)) OVER (ORDER BY seq)
        FROM line RETURNING seq, hash, type, event_id, CASE WHEN type = 'event_link' THEN (record->>'to_id')::uuid END AS linked
    ), moved AS (
        UPDATE ledger_head h SET seq = last.seq, recorded_at = at, hash = last.hash,
            directory = coalesce((SELECT max(w.seq) FROM written w WHERE w.type IN ('source', 'document', 'document_link', 'source_link')), h.directory)
        FROM (SELECT seq, hash FROM written ORDER BY seq DESC LIMIT 1) last
    )
    INSERT INTO event_head
        SELECT touched, max(seq) FROM (SELECT event_id AS touched, seq FROM written UNION ALL SELECT linked, seq FROM written) t
        WHERE touched IS NOT NULL GROUP BY touched ORDER BY touched
        ON CONFLICT (event_id) DO UPDATE SET seq = excluded.seq;
    RETURN NULL;
END $$;
CREATE TRIGGER redacted AFTER UPDATE ON change REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_redacted();

-- Empties the ledger of records: of `kept` but for their last change, which tells what is left; of `gone` altogether, but
-- for the change above. Gives how many changes were emptied.
CREATE FUNCTION ledger_redact(kept uuid[], gone uuid[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE emptied bigint;
BEGIN
    UPDATE change c SET record = NULL, salt = NULL, reason = NULL
    WHERE c.record_id = ANY (kept || gone) AND c.record IS NOT NULL
        AND (EXISTS (SELECT FROM change l WHERE l.record_id = c.record_id AND l.seq > c.seq)
            OR (c.record_id = ANY (gone) AND NOT coalesce(c.record->'redacted' @> '["record"]', false)));
    GET DIAGNOSTICS emptied = ROW_COUNT;
    RETURN emptied;
END $$;
-- As `ledger_write`: whatever whoever calls it looks for tables in.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_redact(uuid[], uuid[]) SET search_path = %I, pg_temp', current_schema());
END $$;
