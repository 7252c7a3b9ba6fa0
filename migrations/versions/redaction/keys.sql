-- What was redacted does not come back unnoticed: what it could be found by is kept as a keyed hash, which tells nothing to
-- whoever does not know the word already, and is compared with what is new.

-- `scope`: of a record of an event, the event: texts are folded only where something was redacted.
CREATE TABLE redaction_key (
    digest bytea NOT NULL,
    record_id uuid NOT NULL,
    scope uuid,
    CONSTRAINT pk_redaction_key PRIMARY KEY (digest)
);
CREATE INDEX ix_redaction_key_scope ON redaction_key (scope);

CREATE FUNCTION redaction_digest(words text) RETURNS bytea STABLE LANGUAGE sql
    RETURN (SELECT sha256(secret || convert_to(words, 'UTF8')) FROM instance);

-- One key of several parts; null where a part that must be there is missing.
CREATE FUNCTION redaction_words(VARIADIC parts text[]) RETURNS text IMMUTABLE LANGUAGE sql
    RETURN to_json(parts)::text;

-- What a record, as JSON, would be found by if it came again; `sought`: for one that comes, and may go by another word than
-- the one that was redacted. A ref of its own says that a name or a title is another's. `whole`: not the ref alone.
CREATE FUNCTION redaction_keys(type text, r jsonb, sought boolean, whole boolean) RETURNS SETOF text STABLE LANGUAGE plpgsql AS $$
DECLARE
    own_ref CONSTANT boolean := sought AND r->>'ref' IS NOT NULL;
    events uuid[];
BEGIN
    IF r->'redacted' @> '["record"]' THEN RETURN; END IF;
    IF r->>'ref' IS NOT NULL THEN RETURN NEXT redaction_words('ref', type, r->>'ref'); END IF;
    IF NOT whole THEN RETURN; END IF;
    IF type IN ('question', 'claim') THEN
        events := CASE WHEN sought THEN ARRAY(SELECT event_kin((r->>'event_id')::uuid)) ELSE ARRAY[(r->>'event_id')::uuid] END;
    END IF;
    CASE type
    WHEN 'source' THEN
        IF r->>'disclosure' = 'named' AND NOT own_ref THEN
            -- As sources are matched: by the name of one, be it the other's name or alias.
            RETURN QUERY SELECT redaction_words('source', v.how, fold_name(v.words)) FROM (
                SELECT 'name' AS how, r->>'name' AS words
                UNION ALL SELECT 'alias', r->>'name' WHERE sought
                UNION ALL SELECT CASE WHEN sought THEN 'name' ELSE 'alias' END, a->>'name'
                    FROM jsonb_path_query(coalesce(r->'aliases', '[]'), '$[*]') a) v
            WHERE v.words IS NOT NULL;
        ELSIF NOT sought AND num_nonnulls(r->>'name', r->>'role') > 0 THEN
            -- One without a name is told by where it speaks.
            RETURN QUERY SELECT DISTINCT redaction_words('speaker', a.document_id::text, fold_name(r->>'name'), fold(r->>'role'))
            FROM statement s JOIN appearance a ON a.statement_id = s.id
            WHERE s.source_id = (r->>'id')::uuid AND a.document_id IS NOT NULL;
        END IF;
    WHEN 'document' THEN
        RETURN QUERY SELECT redaction_words('page', v.how, v.words)
        FROM (VALUES ('key', r->>'page_key'), ('url', r->>'url'), ('url', r->>'canonical_url')) v(how, words) WHERE v.words IS NOT NULL;
    WHEN 'document_version' THEN
        IF r->>'sha256' IS NOT NULL THEN
            RETURN NEXT redaction_words('text', r->>'document_id', r->>'sha256');
            -- A document without an address is known by its text.
            IF NOT EXISTS (SELECT FROM document d WHERE d.id = (r->>'document_id')::uuid AND d.url IS NOT NULL) THEN
                RETURN NEXT redaction_words('text', 'alone', r->>'sha256');
            END IF;
        END IF;
    WHEN 'event' THEN
        RETURN NEXT redaction_words('ref', type, 'slug', r->>'slug');
        IF NOT own_ref THEN RETURN NEXT redaction_words('title', fold(r->>'title')); END IF;
    WHEN 'question' THEN
        RETURN QUERY SELECT CASE WHEN r->>'measure' IS NULL THEN redaction_words('question', e::text, fold(r->>'text'))
            ELSE redaction_words('question', e::text, r->>'measure', fold(r->>'subject'), fold(r->>'unit'),
                CASE WHEN told_apart_by_text(r->>'measure') THEN fold(r->>'text') END) END
        FROM unnest(events) e;
    WHEN 'claim' THEN
        IF r->>'qualifier' IS NOT NULL THEN
            RETURN NEXT redaction_words('figure', r->>'question_id', r->>'qualifier', r->>'min', r->>'max', r->>'of_id');
        ELSE
            RETURN QUERY SELECT redaction_words('claim', e::text, fold(r->>'text')) FROM unnest(events) e;
        END IF;
    WHEN 'statement' THEN
        IF r->>'source_id' IS NOT NULL AND r->>'said' IS NOT NULL THEN
            RETURN NEXT redaction_words('said', redaction_about(r), source_root((r->>'source_id')::uuid)::text, r->>'stance', r->>'explicitness', r->>'said');
        END IF;
        IF NOT sought THEN
            RETURN QUERY SELECT redaction_stated(r, a.document_id) FROM appearance a
            WHERE a.statement_id = (r->>'id')::uuid AND a.document_id IS NOT NULL;
        END IF;
    WHEN 'appearance' THEN
        IF r->>'wording' IS NOT NULL THEN RETURN NEXT redaction_words('words', r->>'statement_id', fold(r->>'wording')); END IF;
        IF sought AND r->>'document_id' IS NOT NULL THEN
            RETURN QUERY SELECT v.words FROM statement s LEFT JOIN source o ON o.id = s.source_id
            CROSS JOIN LATERAL (VALUES
                (redaction_stated(to_jsonb(s), (r->>'document_id')::uuid)),
                (CASE WHEN o.disclosure <> 'named' THEN redaction_words('speaker', r->>'document_id', fold_name(o.name), fold(o.role)) END)) v(words)
            WHERE s.id = (r->>'statement_id')::uuid AND v.words IS NOT NULL;
        END IF;
    WHEN 'assessment' THEN
        RETURN QUERY SELECT DISTINCT redaction_words('assessment', claim_root((r->>'claim_id')::uuid)::text, source_root((r->>'author_id')::uuid)::text,
            r->>'scheme', v.words, r->>'made') FROM (VALUES (r->>'url_key'), (r->>'url')) v(words);
    WHEN 'source_link', 'document_link', 'event_link', 'claim_link' THEN
        -- What is found by likeness nobody has said: it may be found again.
        IF NOT (coalesce(r->>'state', '') = 'proposed' AND r->>'how_known' IN ('name', 'similarity')) THEN
            RETURN NEXT CASE WHEN type = 'source_link'
                THEN redaction_words(type, least(r->>'from_id', r->>'to_id'), greatest(r->>'from_id', r->>'to_id'))
                ELSE redaction_words(type, r->>'from_id', r->>'to_id', r->>'relation') END;
        END IF;
    WHEN 'appearance_hop' THEN
        IF NOT (r->>'state' = 'proposed' AND r->>'how_known' = 'similarity') THEN
            RETURN NEXT redaction_words('hop', r->>'appearance_id', r->>'source_id');
        END IF;
    WHEN 'assessment_document' THEN RETURN NEXT redaction_words('evidence', r->>'assessment_id', r->>'document_id');
    ELSE NULL;
    END CASE;
END $$;

-- What a statement is about, after merges.
CREATE FUNCTION redaction_about(statement jsonb) RETURNS text STABLE LANGUAGE sql
    RETURN coalesce(claim_root((statement->>'claim_id')::uuid)::text, statement->>'question_id');

-- A statement where it stands: of one that tells no time of its own, or no source, that says which it is.
CREATE FUNCTION redaction_stated(statement jsonb, document_id uuid) RETURNS text STABLE LANGUAGE sql
    RETURN redaction_words('stated', redaction_about(statement), source_root((statement->>'source_id')::uuid)::text, statement->>'stance',
        statement->>'explicitness', document_root(document_id)::text);

-- What of these records was redacted before: whoever stores it is told so. And what was redacted gets no new words.
CREATE FUNCTION redaction_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    back uuid[];
    whole boolean := true;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(a.id) INTO back FROM after_rows a JOIN before_rows b USING (id)
        WHERE b.redacted <> '{}' AND EXISTS (
            SELECT FROM jsonb_each(to_jsonb(a)) n WHERE n.key NOT IN ('version', 'updated_at')
                AND n.value <> 'null' AND n.value <> '{}' AND n.value <> '[]' AND n.value IS DISTINCT FROM to_jsonb(b)->n.key);
    ELSIF EXISTS (SELECT FROM after_rows WHERE redacted <> '{}') THEN
        UPDATE ledger_head SET redactions = redactions + 1;  -- from an export: what points at it says so
    END IF;
    IF back IS NULL AND EXISTS (SELECT FROM redaction_key) THEN
        IF TG_ARGV[0] = 'in_event' THEN
            whole := EXISTS (
                SELECT FROM (SELECT DISTINCT (to_jsonb(a)->>'event_id')::uuid AS id FROM after_rows a) e
                CROSS JOIN LATERAL event_kin(e.id) k JOIN redaction_key r ON r.scope = k);
        END IF;
        IF TG_OP = 'INSERT' THEN
            SELECT array_agg(DISTINCT a.id) INTO back FROM after_rows a
            CROSS JOIN LATERAL redaction_keys(TG_TABLE_NAME, to_jsonb(a), true, whole) k
            JOIN redaction_key r ON r.digest = redaction_digest(k);
        ELSE
            SELECT array_agg(DISTINCT a.id) INTO back FROM after_rows a JOIN before_rows b USING (id)
            CROSS JOIN LATERAL redaction_keys(TG_TABLE_NAME, to_jsonb(a), true, whole) k
            JOIN redaction_key r ON r.digest = redaction_digest(k)
            WHERE a.version <> b.version AND k NOT IN (SELECT redaction_keys(TG_TABLE_NAME, to_jsonb(b), true, whole));
        END IF;
    END IF;
    IF back IS NOT NULL THEN
        RAISE EXCEPTION 'it was redacted' USING ERRCODE = 'CC410', DETAIL = array_to_string(back, ',');
    END IF;
    RETURN NULL;
END $$;
-- As the owner: whoever serves has no right to write the ledger's head.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION redaction_check() SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE EXECUTE ON FUNCTION redaction_check() FROM PUBLIC;

DO $$
DECLARE kept text; place text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['source', 'source_link', 'document', 'document_version', 'document_link', 'report', 'event',
        'event_link', 'question', 'claim', 'claim_link', 'statement', 'appearance', 'appearance_hop', 'assessment', 'assessment_document'] LOOP
        place := CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = kept::regclass AND attname = 'event_id') THEN 'in_event' ELSE '' END;
        EXECUTE format('CREATE TRIGGER f_redacted_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION redaction_check(%L)', kept, place);
        EXECUTE format('CREATE TRIGGER f_redacted_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION redaction_check(%L)', kept, place);
    END LOOP;
END $$;
