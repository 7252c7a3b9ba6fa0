-- What can be found by which words is stored with each write: in PL/pgSQL, which keeps its plan. The plan is the same for
-- every kind: of the view's branches only the one is read that `source` names.
CREATE OR REPLACE FUNCTION search_store(source text, parts uuid[]) RETURNS void LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    -- Of a long text the first 400,000 characters are indexed: at worst that takes a second, in which others wait for the lock.
    INSERT INTO search_entry (type, id, owner, part, language, event_id, vector)
    SELECT type, id, owner, part, base, event_id, quote_literal('=' || search_config(base))::tsvector || vector
    FROM (
        SELECT type, id, owner, part, event_id, lower(split_part(coalesce(language, 'und'), '-', 1)) AS base,
            search_sum(setweight(search_vector(search_config(language), left(words, 400000)), weight) ORDER BY nth) AS vector
        FROM search_words w WHERE w.source = search_store.source AND part = ANY (parts) AND words <> ''
        GROUP BY type, id, owner, part, event_id, base) s
    WHERE vector <> '';
END $$;

CREATE OR REPLACE FUNCTION search_again(source text, parts uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_entry WHERE part = ANY (parts);
    PERFORM search_store(source, parts);
END $$;
