-- Full text search. Every text that can be found has a row in search_entry, kept by triggers; why not a generated column of
-- each table: docs/decisions/0009-search.md. Nothing here is a record, and `SELECT search_rebuild()` makes all of it anew.

-- --- words ------------------------------------------------------------------------------------------------------------

-- What is written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese; and Korean, whose endings no
-- stemmer knows. The class of its characters, for regular expressions: the same as `UNSPACED` in app/texts/scripts.py, which
-- a test holds together with this one.
CREATE FUNCTION search_unspaced() RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql RETURN
    '[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]';

-- One form for what looks alike, and nothing left that the parser would take for an address, a file, a decimal number or a
-- hyphenated word. What is written without spaces becomes pairs of characters: ABC is AB BC C.
CREATE FUNCTION search_clean(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    unspaced CONSTANT text := search_unspaced();
    clean text := regexp_replace(
        lower(CASE WHEN octet_length(words) = length(words) THEN words
            ELSE regexp_replace(normalize(words, NFKC), '[\u00ad\u200b-\u200f\u2060\ufeff]', '', 'g') END),
        '[]!"#$%&''()*+,./:;<=>?@\\^_`{|}~\u02bc[-]', ' ', 'g');
BEGIN
    IF clean ~ unspaced THEN
        clean := regexp_replace(clean, '(' || unspaced || '+)', ' \1 ', 'g');
        clean := regexp_replace(clean, '(?<=' || unspaced || ')(' || unspaced || ')', '\1 \1', 'g');
    END IF;
    RETURN clean;
END $$;

-- Without accents, vowel points and ligatures. й stays й: it is a letter of its own, and Russian endings have it; ё is е.
CREATE FUNCTION search_bare(clean text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN CASE WHEN octet_length(clean) = length(clean) THEN clean ELSE
        replace(replace(replace(translate(normalize(regexp_replace(normalize(clean, NFKD),
            '[\u0300-\u0305\u0307-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]|(?<!и)\u0306',
            '', 'g'), NFC), 'łøđħı', 'lodhi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe') END;

-- PostgreSQL's own configurations, as far as 15 has them. Where nobody says the language, Latin words are stemmed as English
-- and others as Russian: that is what the configuration for Russian does.
CREATE FUNCTION search_config(language text) RETURNS regconfig IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN CASE lower(split_part(coalesce(language, 'und'), '-', 1))
        WHEN 'ar' THEN 'arabic'::regconfig WHEN 'hy' THEN 'armenian'::regconfig WHEN 'eu' THEN 'basque'::regconfig
        WHEN 'ca' THEN 'catalan'::regconfig WHEN 'da' THEN 'danish'::regconfig WHEN 'nl' THEN 'dutch'::regconfig
        WHEN 'en' THEN 'english'::regconfig WHEN 'fi' THEN 'finnish'::regconfig WHEN 'fr' THEN 'french'::regconfig
        WHEN 'de' THEN 'german'::regconfig WHEN 'el' THEN 'greek'::regconfig WHEN 'hi' THEN 'hindi'::regconfig
        WHEN 'hu' THEN 'hungarian'::regconfig WHEN 'id' THEN 'indonesian'::regconfig WHEN 'ga' THEN 'irish'::regconfig
        WHEN 'it' THEN 'italian'::regconfig WHEN 'lt' THEN 'lithuanian'::regconfig WHEN 'ne' THEN 'nepali'::regconfig
        WHEN 'no' THEN 'norwegian'::regconfig WHEN 'nb' THEN 'norwegian'::regconfig WHEN 'nn' THEN 'norwegian'::regconfig
        WHEN 'pt' THEN 'portuguese'::regconfig WHEN 'ro' THEN 'romanian'::regconfig WHEN 'ru' THEN 'russian'::regconfig
        WHEN 'sr' THEN 'serbian'::regconfig WHEN 'es' THEN 'spanish'::regconfig WHEN 'sv' THEN 'swedish'::regconfig
        WHEN 'ta' THEN 'tamil'::regconfig WHEN 'tr' THEN 'turkish'::regconfig WHEN 'yi' THEN 'yiddish'::regconfig
        WHEN 'und' THEN 'russian'::regconfig ELSE 'simple'::regconfig END;

-- Those of one language, or all of them.
CREATE FUNCTION search_configs(language text) RETURNS SETOF regconfig IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT search_config(language) WHERE language IS NOT NULL
    UNION ALL
    SELECT unnest(ARRAY['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french',
        'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian',
        'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish']::regconfig[])
    WHERE language IS NULL
$$;

-- Each word stemmed as it is written, the accents then taken off the stem; and without its accents from the start, as
-- somebody may type it. A text with more different words than a tsvector holds is found by those of its first half.
CREATE FUNCTION search_vector(config regconfig, words text) RETURNS tsvector IMMUTABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
    clean CONSTANT text := search_clean(words);
    bare CONSTANT text := search_bare(clean);
    found tsvector;
BEGIN
    BEGIN
        found := to_tsvector(config, bare);
        IF bare <> clean THEN
            -- Of a mark that stands on no letter nothing is left.
            found := (regexp_replace(search_bare(to_tsvector(config, clean)::text), '(^| )'''':[0-9,]+', '', 'g') || ' ' || found::text)::tsvector;
        END IF;
        IF pg_column_size(found) <= 900000 THEN    -- of at most 1 MB; there is more to come, and in other weights
            RETURN found;
        END IF;
    EXCEPTION WHEN program_limit_exceeded THEN
        NULL;
    END;
    RETURN search_vector(config, left(words, length(words) / 2));
END $$;

CREATE FUNCTION search_added(vector tsvector, more tsvector) RETURNS tsvector IMMUTABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
    RETURN vector || more;
EXCEPTION WHEN program_limit_exceeded THEN
    RETURN vector;
END $$;
CREATE AGGREGATE search_sum(tsvector) (sfunc = search_added, stype = tsvector, initcond = '');

-- --- questions --------------------------------------------------------------------------------------------------------
-- Queries are put together as texts, and become a tsquery at the end.

-- These words one after the other, each as it may stand in a vector; null where all of them are stop words. The last character
-- of what is written without spaces may go on: alone it is the beginning of any pair, after another it is in their pair.
CREATE FUNCTION search_phrase(config regconfig, words text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
    unspaced CONSTANT text := search_unspaced();
    clean CONSTANT text := regexp_replace(btrim(search_clean(words)), '(?<=' || unspaced || ') ' || unspaced || '$', '');
    open CONSTANT text := CASE WHEN clean ~ ('(^|\s)' || unspaced || '$') THEN ':*' ELSE '' END;
    written CONSTANT text := search_bare(phraseto_tsquery(config, clean)::text);
    bare CONSTANT text := phraseto_tsquery(config, search_bare(clean))::text;
BEGIN
    RETURN CASE
        WHEN written IN (bare, '') OR strpos(written, '''''') > 0 THEN nullif(bare, '') || open
        WHEN bare = '' THEN written
        ELSE format('(%s%s) | (%s%s)', written, open, bare, open) END;
END $$;

-- `groups`: [[{"words": "…", "unwanted": false}, …], …]; one group has to fit, and all of its terms. A text is only asked in
-- its own language, which the first lexeme of its vector names: so a stop word of one language may be missing in that one
-- alone. `ranking` has the wanted words without that; null where there is nothing to look for.
CREATE FUNCTION search_query(language text, groups jsonb, OUT matching text, OUT ranking text) IMMUTABLE LANGUAGE sql AS $$
    WITH branch AS (
        SELECT config, string_agg(format('(%s)', q), ' & ' ORDER BY place) FILTER (WHERE NOT unwanted) AS wanted,
            coalesce(string_agg(format(' & !(%s)', q), '' ORDER BY place) FILTER (WHERE unwanted), '') AS unwanted
        FROM search_configs(language) config
        CROSS JOIN jsonb_array_elements(groups) WITH ORDINALITY g(terms, nth)
        CROSS JOIN jsonb_array_elements(terms) WITH ORDINALITY t(term, place)
        CROSS JOIN LATERAL (SELECT search_phrase(config, term->>'words') AS q, (term->>'unwanted')::boolean AS unwanted) p
        WHERE q IS NOT NULL GROUP BY config, nth)
    SELECT string_agg(format('(%s) & %s%s', configs, wanted, unwanted), ' | '), string_agg(DISTINCT wanted, ' | ')
    FROM (
        SELECT string_agg(quote_literal('=' || config), ' | ') AS configs, wanted, unwanted
        FROM branch WHERE wanted IS NOT NULL GROUP BY wanted, unwanted) b
$$;

-- Each of these words as it may stand in a vector.
CREATE FUNCTION search_lexemes(language text, words text) RETURNS SETOF text ROWS 20 IMMUTABLE LANGUAGE sql AS $$
    SELECT DISTINCT lexeme FROM search_configs(language) config CROSS JOIN LATERAL unnest(tsvector_to_array(search_vector(config, words))) lexeme
$$;

-- --- what can be found ------------------------------------------------------------------------------------------------

-- What is found by which words of whom: `part` is the record in whose `field` they stand, `owner` the event, claim, statement
-- or document that it is part of, `id` what that was merged into (of an event itself: who may know depends on who asks). A
-- wording is in its document's language where nobody says another; so is what was read of it, unless translated from that.
CREATE VIEW search_words AS
    SELECT 'event' AS source, 'event' AS type, e.id, e.id AS owner, e.id AS part, e.id AS event_id, f.*
    FROM event e CROSS JOIN LATERAL (VALUES
        (1, 'title', 'A'::"char", e.language, e.title), (2, 'place_name', 'B', e.language, e.place_name),
        (3, 'tags', 'B', e.language, array_to_string(e.tags, ', ')), (4, 'summary', 'C', e.language, e.summary)
    ) f(nth, field, weight, language, words)
    UNION ALL
    SELECT 'claim', 'claim', CASE WHEN c.merged_into IS NULL THEN c.id ELSE claim_root(c.id) END, c.id, c.id, c.event_id, f.*
    FROM claim c CROSS JOIN LATERAL (
        SELECT 1, 'text', 'A'::"char", c.language, c.text
        UNION ALL SELECT 2, 'translations', 'B', t.key, t.value FROM jsonb_each_text(c.translations) t) f
    UNION ALL
    SELECT 'appearance', 'statement', a.statement_id, a.statement_id, a.id, a.event_id, f.*
    FROM appearance a CROSS JOIN LATERAL (VALUES
        (1, 'wording', 'A'::"char", coalesce(a.language, (SELECT d.language FROM document d WHERE d.id = a.document_id)), a.wording),
        (2, 'translation', 'B', a.translation_language, a.translation)
    ) f(nth, field, weight, language, words)
    UNION ALL
    SELECT 'document', 'document', CASE WHEN d.merged_into IS NULL THEN d.id ELSE document_root(d.id) END, d.id, d.id, NULL, f.*
    FROM document d CROSS JOIN LATERAL (VALUES
        (1, 'title', 'A'::"char", d.language, d.title), (2, 'byline', 'B', d.language, d.byline)
    ) f(nth, field, weight, language, words)
    UNION ALL
    SELECT 'document_version', 'document', CASE WHEN d.merged_into IS NULL THEN d.id ELSE document_root(d.id) END, d.id, v.id, NULL, f.*
    FROM document_version v JOIN document d ON d.id = v.document_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN v.translated_from IS NULL OR split_part(lower(v.translated_from), '-', 1) <> split_part(lower(d.language), '-', 1)
            THEN d.language END) l(language)
    CROSS JOIN LATERAL (VALUES
        (1, 'headline', 'A'::"char", l.language, v.headline), (2, 'text', 'D', l.language, v.text)
    ) f(nth, field, weight, language, words);

-- One row for each language that a part has words in; `language` is the first subtag, `und` where nobody says it.
CREATE TABLE search_entry (
    type text NOT NULL,
    id uuid NOT NULL,
    owner uuid NOT NULL,
    part uuid NOT NULL,
    language text NOT NULL,
    event_id uuid,
    vector tsvector NOT NULL,
    CONSTRAINT pk_search_entry PRIMARY KEY (part, type, language)
);
CREATE INDEX ix_search_entry_event_id ON search_entry (event_id);
CREATE INDEX ix_search_entry_id ON search_entry (id);
-- Every search reads the index's pending list, and the writer that fills it up moves it into the index under the ledger's
-- lock: so it is kept short (512 kB).
CREATE INDEX ix_search_entry_vector ON search_entry USING gin (vector) WITH (gin_pending_list_limit = 512);

-- Of a long text the first 400,000 characters are indexed: at worst that takes a second, in which others wait for the lock.
CREATE FUNCTION search_store(source text, parts uuid[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO search_entry (type, id, owner, part, language, event_id, vector)
    SELECT type, id, owner, part, base, event_id, quote_literal('=' || search_config(base))::tsvector || vector
    FROM (
        SELECT type, id, owner, part, event_id, lower(split_part(coalesce(language, 'und'), '-', 1)) AS base,
            search_sum(setweight(search_vector(search_config(language), left(words, 400000)), weight) ORDER BY nth) AS vector
        FROM search_words w WHERE w.source = search_store.source AND part = ANY (parts) AND words <> ''
        GROUP BY type, id, owner, part, event_id, base) s
    WHERE vector <> ''
$$;

CREATE FUNCTION search_again(source text, parts uuid[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM search_entry WHERE part = ANY (parts);
    SELECT search_store(source, parts);
$$;

-- A record's id never changes. Merging moves all that was merged into it before; a document's language is also that of its
-- texts, and of wordings in it.
CREATE FUNCTION search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM search_store(TG_TABLE_NAME, (SELECT array_agg(id) FROM after_rows));
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM search_entry WHERE part IN (SELECT id FROM before_rows);
        RETURN NULL;
    END IF;
    PERFORM search_again(TG_TABLE_NAME, (SELECT array_agg(id) FROM before_rows));
    IF TG_TABLE_NAME = 'claim' THEN
        changed := ARRAY(SELECT claim_kin(id) FROM after_rows a JOIN before_rows b USING (id) WHERE a.merged_into IS DISTINCT FROM b.merged_into);
        PERFORM search_again('claim', changed);
    ELSIF TG_TABLE_NAME = 'document' THEN
        changed := ARRAY(SELECT document_kin(id) FROM after_rows a JOIN before_rows b USING (id) WHERE a.merged_into IS DISTINCT FROM b.merged_into);
        PERFORM search_again('document', changed);
        changed := changed || ARRAY(SELECT id FROM after_rows a JOIN before_rows b USING (id) WHERE a.language IS DISTINCT FROM b.language);
        PERFORM search_again('document_version', ARRAY(SELECT id FROM document_version WHERE document_id = ANY (changed)));
        PERFORM search_again('appearance', ARRAY(SELECT id FROM appearance WHERE document_id = ANY (changed) AND language IS NULL));
    END IF;
    RETURN NULL;
END $$;

-- Where the nth word of a text begins, counted as in its vector; 0: it has fewer. What belongs to a word beside letters and
-- digits is `WORD_MARKS` in app/texts/scripts.py.
CREATE FUNCTION search_place(words text, nth integer) RETURNS integer IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN regexp_instr(words, search_unspaced() || '|((?!' || search_unspaced() || ')[[:alnum:]\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff])+', 1, nth);

-- At most `size` characters of a field, from `start` on: where most of the words stand that are looked for. Fields follow each
-- other in a vector, and each has the next weight.
CREATE FUNCTION search_excerpt(vector tsvector, weight "char", words text, whole text[], beginnings text[], size integer, OUT start integer, OUT excerpt text)
    IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    start := 1;
    IF length(words) > size THEN
        WITH place AS (
            SELECT lexeme, p.nth, p.weight FROM unnest(search_excerpt.vector) v CROSS JOIN LATERAL unnest(v.positions, v.weights) p(nth, weight)
        ), fit AS (
            SELECT nth, count(*) OVER (ORDER BY nth RANGE BETWEEN CURRENT ROW AND 30 FOLLOWING) AS near FROM place
            WHERE place.weight = search_excerpt.weight::text
                AND (lexeme = ANY (whole) OR EXISTS (SELECT FROM unnest(beginnings) b WHERE starts_with(lexeme, b))))
        SELECT search_place(words, nth - (SELECT coalesce(max(b.nth), 0) FROM place b WHERE b.weight < search_excerpt.weight::text)) - size / 4
            INTO start FROM fit ORDER BY near DESC, nth LIMIT 1;
        start := greatest(1, coalesce(start, 1));
    END IF;
    excerpt := substr(words, start, size);
END $$;

-- Index everything anew, as after an upgrade of PostgreSQL that stems otherwise.
CREATE FUNCTION search_rebuild() RETURNS void LANGUAGE sql AS $$
    DELETE FROM search_entry;
    SELECT search_store(source, array_agg(part)) FROM (SELECT DISTINCT source, part FROM search_words) w GROUP BY source;
$$;

DO $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['event', 'claim', 'appearance', 'document', 'document_version'] LOOP
        EXECUTE format('CREATE TRIGGER d_search_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep()', kept);
        EXECUTE format('CREATE TRIGGER d_search_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep()', kept);
        EXECUTE format('CREATE TRIGGER d_search_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep()', kept);
    END LOOP;
END $$;
SELECT search_rebuild();
