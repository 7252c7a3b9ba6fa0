-- What "the same" is compared by, and small helpers. No extension is needed.

DO $$ BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RAISE EXCEPTION 'Counterclaim needs PostgreSQL 15 or newer';
    END IF;
    IF getdatabaseencoding() <> 'UTF8' THEN
        RAISE EXCEPTION 'the database must have the encoding UTF8: CREATE DATABASE … ENCODING ''UTF8'' TEMPLATE template0';
    END IF;
    IF lower('ÉЖ') <> 'éж' THEN
        RAISE EXCEPTION 'the database''s locale does not know letters beyond ASCII: CREATE DATABASE … LOCALE ''C.UTF-8'' TEMPLATE template0';
    END IF;
END $$;

-- Case and white space folded, spaces that do not break included: \s knows only some of them, depending on the locale.
CREATE FUNCTION fold(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN lower(btrim(regexp_replace(words, '[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g')));

-- Accents too.
CREATE FUNCTION fold_name(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN fold(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g'));

-- Every name a source goes by, folded.
CREATE FUNCTION source_names(name text, aliases jsonb) RETURNS text[] IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN ARRAY(
        SELECT DISTINCT fold_name(n) FROM (
            SELECT name AS n UNION ALL SELECT a->>'name' FROM jsonb_path_query(aliases, '$[*]') a
        ) every WHERE n IS NOT NULL ORDER BY 1);

-- A text of any length as an index entry. convert_to is immutable in a database whose encoding never changes.
CREATE FUNCTION digest_of(words text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN sha256(convert_to(words, 'UTF8'));
