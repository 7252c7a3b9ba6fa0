-- The ledger: every change numbered without gaps, in commit order, and chained by hashes.

CREATE TABLE change (
    seq bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text,
    request_id text,
    type text NOT NULL,
    record_id uuid NOT NULL,
    event_id uuid,
    op text NOT NULL,
    version integer NOT NULL,
    record jsonb,
    salt bytea,
    digest bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (seq),
    CONSTRAINT ck_change_op CHECK (op IN ('insert', 'update', 'delete'))
);
CREATE INDEX ix_change_directory ON change (seq) WHERE type IN ('source', 'document', 'document_link') AND (op <> 'insert' OR type = 'document_link');
CREATE INDEX ix_change_event_id_seq ON change (event_id, seq);
CREATE INDEX ix_change_from ON change ((record->>'from_id'), seq) WHERE type = 'document_link';
CREATE INDEX ix_change_gone ON change ((record->>'ref')) WHERE op = 'delete';
CREATE INDEX ix_change_merged_into ON change ((record->>'merged_into'), seq) WHERE (record->>'merged_into') IS NOT NULL;
CREATE INDEX ix_change_record_id_seq ON change (record_id, seq);
CREATE INDEX ix_change_recorded_at_seq ON change (recorded_at, seq);
CREATE INDEX ix_change_to ON change ((record->>'to_id'), seq) WHERE type IN ('event_link', 'document_link');
CREATE INDEX ix_change_version_of ON change ((record->>'document_id'), seq) WHERE type = 'document_version';

CREATE TABLE ledger_head (
    one boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    directory bigint NOT NULL,
    CONSTRAINT pk_ledger_head PRIMARY KEY (one),
    CONSTRAINT ck_ledger_head_one CHECK (one)
);

CREATE TABLE event_head (
    event_id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT pk_event_head PRIMARY KEY (event_id)
);

INSERT INTO ledger_head VALUES (true, 0, '', '-infinity', 0);

CREATE FUNCTION setting(name text) RETURNS text STABLE LANGUAGE sql       -- '' after first use in a session, hence nullif
    RETURN nullif(current_setting('counterclaim.' || name, true), '');

-- The chain as a window aggregate: one pass over a batch, no loop.
CREATE FUNCTION ledger_link(state bytea, seed bytea, payload bytea) RETURNS bytea IMMUTABLE LANGUAGE sql
    RETURN sha256(coalesce(state, seed) || payload);
CREATE AGGREGATE ledger_chain (seed bytea, payload bytea) (sfunc = ledger_link, stype = bytea);

CREATE FUNCTION ledger_payload(seq bigint, recorded_at timestamptz, actor text, type text, record_id uuid, event_id uuid, op text, version int, digest bytea)
    RETURNS bytea STABLE LANGUAGE sql SET timezone = 'UTC'
    RETURN convert_to(jsonb_build_array(seq, recorded_at, actor, type, record_id, event_id, op, version, encode(digest, 'hex'))::text, 'UTF8');

-- Before anything else, also for a plain UPDATE in psql: one writer at a time, and no deadlock between row locks and this one.
CREATE FUNCTION ledger_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'TRUNCATE would leave no trace in the ledger; DELETE instead' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM pg_advisory_xact_lock(20230809, 1);
    RETURN NULL;
END $$;

-- version and updated_at belong to the database; an update that changes nothing keeps both. Generated columns are not yet
-- computed in NEW, so they are left out of the comparison (as of the record).
CREATE FUNCTION ledger_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE omitted text[] := coalesce(TG_ARGV, '{}');
BEGIN
    IF (NEW.id, to_jsonb(NEW)->'event_id', to_jsonb(NEW)->'from_id', to_jsonb(NEW)->'to_id')
       IS DISTINCT FROM (OLD.id, to_jsonb(OLD)->'event_id', to_jsonb(OLD)->'from_id', to_jsonb(OLD)->'to_id') THEN
        RAISE EXCEPTION 'the id and event_id of a record and the ends of a link never change' USING ERRCODE = 'feature_not_supported';
    END IF;
    NEW.version := OLD.version;
    NEW.updated_at := OLD.updated_at;
    IF to_jsonb(NEW) - omitted IS DISTINCT FROM to_jsonb(OLD) - omitted THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

-- A new version changes the pictures that show its document: only where something cites it, in its own name or in that of
-- a document merged with it. Most versions are stored before anything cites them, and then no picture has to be made anew.
CREATE FUNCTION ledger_cited(versions jsonb[]) RETURNS boolean STABLE LANGUAGE sql
    RETURN (
        WITH RECURSIVE shown(id) AS (
            SELECT DISTINCT (v->>'document_id')::uuid FROM unnest(versions) v
            UNION
            SELECT next.id FROM shown JOIN document d ON d.id = shown.id OR d.merged_into = shown.id
            CROSS JOIN LATERAL (VALUES (d.id), (d.merged_into)) next(id) WHERE next.id IS NOT NULL)
        SELECT EXISTS (SELECT FROM appearance a JOIN shown ON a.document_id = shown.id)
            OR EXISTS (SELECT FROM assessment_document a JOIN shown ON a.document_id = shown.id)
            OR EXISTS (SELECT FROM statement s JOIN shown ON s.withdrawn_document_id = shown.id));

-- The record as it was stored: in UTC, and whatever the session's other output settings.
CREATE FUNCTION ledger_write() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' SET bytea_output = 'hex' SET extra_float_digits = 1 AS $$
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
        directory = CASE WHEN TG_TABLE_NAME = 'document_link' OR (verb <> 'insert' AND TG_TABLE_NAME IN ('source', 'document'))
            OR (TG_TABLE_NAME = 'document_version' AND ledger_cited(records)) THEN h.seq ELSE h.directory END;
    INSERT INTO event_head
        SELECT touched, max(seq) FROM (
            SELECT c.event_id AS touched, c.seq FROM change c WHERE c.seq > base
            UNION ALL SELECT (c.record->>'to_id')::uuid, c.seq FROM change c WHERE c.seq > base AND c.type = 'event_link') t
        WHERE touched IS NOT NULL GROUP BY touched ORDER BY touched
        ON CONFLICT (event_id) DO UPDATE SET seq = excluded.seq;
    RETURN NULL;
END $$;

-- Nobody rewrites the past, except that a redaction empties record and salt (the digest, and so the chain, stays). And only
-- ledger_write() adds to it: a change put there by hand would take the next one's number.
CREATE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.record IS NULL AND NEW.salt IS NULL
       AND (NEW.seq, NEW.recorded_at, NEW.actor, NEW.reason, NEW.request_id, NEW.type, NEW.record_id, NEW.event_id, NEW.op, NEW.version, NEW.digest, NEW.hash)
           IS NOT DISTINCT FROM
           (OLD.seq, OLD.recorded_at, OLD.actor, OLD.reason, OLD.request_id, OLD.type, OLD.record_id, OLD.event_id, OLD.op, OLD.version, OLD.digest, OLD.hash)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the ledger keeps every change as it was' USING ERRCODE = 'feature_not_supported';
END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON change FOR EACH ROW EXECUTE FUNCTION ledger_guard();
CREATE TRIGGER guard_insert BEFORE INSERT ON change FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_guard();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON change FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard();

-- Puts a record table under the ledger; `omitted` columns (generated ones; the text of a document version, which never changes) stay out of `record`.
CREATE FUNCTION ledger_keep(kept regclass, VARIADIC omitted text[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE args text := (SELECT coalesce(string_agg(quote_literal(c), ', '), '') FROM unnest(omitted) c);
BEGIN
    EXECUTE format('CREATE TRIGGER a_lock BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION ledger_lock()', kept);
    EXECUTE format('CREATE TRIGGER b_touch BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION ledger_touch(%s)', kept, args);
    EXECUTE format('CREATE TRIGGER c_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_write(%s)', kept, args);
    EXECUTE format('CREATE TRIGGER c_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_write(%s)', kept, args);
    EXECUTE format('CREATE TRIGGER c_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_write(%s)', kept, args);
END $$;

-- A payload with something else in one of its places.
CREATE FUNCTION ledger_with(payload bytea, place integer, given jsonb) RETURNS bytea STABLE LANGUAGE sql
    RETURN convert_to(jsonb_set(convert_from(payload, 'UTF8')::jsonb, ARRAY[place::text], given)::text, 'UTF8');

-- The walk: what is wrong with the chain, change by change, in their order; nothing comes back from a whole ledger.
-- Whether two were swapped is asked of the first thirty broken changes only: each is tried in the place of each.
CREATE FUNCTION ledger_verify(most integer DEFAULT 1000) RETURNS TABLE (bad_seq bigint, fault text) LANGUAGE sql STABLE AS $$
    WITH walked AS (
        SELECT seq, hash, digest, num_nonnulls(record, salt) > 0 AS kept, sha256(salt || convert_to(record::text, 'UTF8')) AS content,
               lag(seq, 1, 0::bigint) OVER w AS before, lag(hash, 1, ''::bytea) OVER w AS seed,
               ledger_payload(seq, recorded_at, actor, type, record_id, event_id, op, version, digest) AS payload
        FROM change WINDOW w AS (ORDER BY seq)
    ), bad AS (
        SELECT *, sha256(seed || payload) AS expected FROM walked
        WHERE seq <> before + 1 OR hash <> sha256(seed || payload) OR (kept AND digest IS DISTINCT FROM content)
        ORDER BY seq LIMIT most
    ), few AS (SELECT * FROM bad ORDER BY seq LIMIT 30),
    swapped AS (
        SELECT place, partner FROM few a JOIN few b ON a.seq < b.seq CROSS JOIN LATERAL (VALUES (a.seq, b.seq), (b.seq, a.seq)) v(place, partner)
        WHERE sha256(a.seed || ledger_with(b.payload, 0, to_jsonb(a.seq))) IN (a.hash, b.hash)          -- with their hashes or without
            OR sha256(a.seed || ledger_with(a.payload, 8, to_jsonb(encode(b.digest, 'hex')))) = a.hash  -- their records with digest
            OR (a.digest = b.content AND b.digest = a.content)                                         -- their records alone
    ),
    -- What follows a broken change but is chained to what should stand there is itself as it was.
    innocent AS (
        SELECT r.seq FROM few r JOIN few b ON b.seq <> r.seq AND r.hash IN (sha256(b.hash || r.payload), sha256(b.expected || r.payload))
    ),
    last AS (SELECT seq, hash, recorded_at FROM change ORDER BY seq DESC LIMIT 1)
    SELECT seq, fault FROM (
        SELECT CASE WHEN seq < 1 THEN seq ELSE before + 1 END AS seq, CASE
            WHEN seq < 1 THEN 'it stands before the first change'
            WHEN seq = before + 2 THEN 'it is missing'
            ELSE format('the changes %s to %s are missing', before + 1, seq - 1) END AS fault
        FROM bad WHERE seq <> before + 1
        UNION ALL
        SELECT place, format('it changed places with change %s', partner) FROM swapped
        UNION ALL
        SELECT seq, 'it was altered: its hash is not that of what it says and of the change before it'
        FROM bad WHERE seq = before + 1 AND hash <> expected AND seq NOT IN (SELECT place FROM swapped UNION ALL SELECT seq FROM innocent)
        UNION ALL
        SELECT seq, 'its record was altered: it is not the one its digest was made of'
        FROM bad WHERE kept AND digest IS DISTINCT FROM content AND seq NOT IN (SELECT place FROM swapped)
        UNION ALL
        SELECT seq, fault FROM (
            SELECT CASE WHEN h.seq > coalesce(l.seq, 0) THEN coalesce(l.seq, 0) + 1 END AS seq, CASE
                WHEN h.seq IS NULL THEN 'the ledger''s head is gone'
                WHEN h.seq = coalesce(l.seq, 0) + 1 THEN 'it is missing: the head counts it'
                WHEN h.seq > coalesce(l.seq, 0) THEN format('the changes %s to %s are missing: the head counts them', coalesce(l.seq, 0) + 1, h.seq)
                WHEN h.seq < l.seq THEN format('the head was altered: it stops at change %s', h.seq)
                WHEN h.hash <> coalesce(l.hash, '') AND h.hash NOT IN (SELECT hash FROM bad UNION ALL SELECT expected FROM bad)
                    THEN 'the head was altered: its hash is not the last change''s'
                WHEN h.recorded_at <> coalesce(l.recorded_at, '-infinity') AND NOT EXISTS (SELECT FROM bad WHERE bad.seq = l.seq)
                    THEN 'the head was altered: its time is not the last change''s'
            END AS fault FROM (VALUES (1)) one LEFT JOIN ledger_head h ON true LEFT JOIN last l ON true
        ) head WHERE fault IS NOT NULL
    ) faults ORDER BY seq LIMIT most
$$;
