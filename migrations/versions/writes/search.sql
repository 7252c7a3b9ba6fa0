-- What can be found by which words: one statement for each table, planned once, that reads this table's rows alone.

DO $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['event', 'claim', 'appearance', 'document', 'document_version'] LOOP
        EXECUTE format($function$
CREATE FUNCTION search_store_%1$s(parts uuid[]) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $body$
BEGIN
    -- Of a long text the first 400,000 characters are indexed: at worst that takes a second, in which others wait for the lock.
    -- Each row by its index (OFFSET 0), also in tables that were never analysed.
    INSERT INTO search_entry (type, id, owner, part, language, event_id, vector)
    SELECT type, id, owner, part, base, event_id, quote_literal('=' || search_config(base))::tsvector || vector
    FROM (
        SELECT type, w.id, owner, part, event_id, lower(split_part(coalesce(language, 'und'), '-', 1)) AS base,
            search_sum(setweight(search_vector(search_config(language), left(words, 400000)), weight) ORDER BY nth) AS vector
        FROM unnest(parts) p(wanted)
        CROSS JOIN LATERAL (SELECT * FROM search_words s WHERE s.source = %1$L AND s.part = wanted OFFSET 0) w
        WHERE words <> '' GROUP BY type, w.id, owner, part, event_id, base) s
    WHERE vector <> '';
END $body$
        $function$, kept);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION search_store(source text, parts uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE source
        WHEN 'event' THEN PERFORM search_store_event(parts);
        WHEN 'claim' THEN PERFORM search_store_claim(parts);
        WHEN 'appearance' THEN PERFORM search_store_appearance(parts);
        WHEN 'document' THEN PERFORM search_store_document(parts);
        WHEN 'document_version' THEN PERFORM search_store_document_version(parts);
    END CASE;
END $$;

CREATE OR REPLACE FUNCTION search_lexemes(language text, words text) RETURNS SETOF text ROWS 20 IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT DISTINCT lexeme FROM search_configs(language) config
        CROSS JOIN LATERAL unnest(tsvector_to_array(search_vector(config, words))) lexeme;
END $$;
