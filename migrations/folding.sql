-- Made by `python migrations/folding.py` of the table in app/texts/characters.py; not to be changed by hand.
-- Indexes call these functions, and PostgreSQL builds them without a search path: so a function in PL/pgSQL calls none of
-- the others, and functions in SQL, which name for good what they call, put them together.

-- Decomposed. What Unicode 14 does not know is left as it is, and parts all else, whatever this server knows.
CREATE OR REPLACE FUNCTION fold_decomposed(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    whole text := words;
BEGIN
    IF octet_length(words) = length(words) THEN
        RETURN words;
    END IF;
    IF whole ~ '\u200c' THEN
        whole := regexp_replace(whole, '{half_space}', ' ', 'g');
    END IF;
    IF whole ~ '[{perhaps_unassigned}]' THEN
        DECLARE
            unassigned CONSTANT text := '{unassigned}';
        BEGIN
            IF whole ~ ('[' || unassigned || ']') THEN
                RETURN (SELECT string_agg(CASE WHEN part[1] ~ ('[' || unassigned || ']') THEN part[1] ELSE normalize(part[1], NFKD) END, '' ORDER BY nth)
                    FROM regexp_matches(whole, '[' || unassigned || ']+|[^' || unassigned || ']+', 'g') WITH ORDINALITY parts(part, nth));
            END IF;
        END;
    END IF;
    RETURN normalize(whole, NFKD);
END $$;

-- In small letters, and only one for all that mean the same.
CREATE OR REPLACE FUNCTION fold_letters(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    folded text := words;  letter text;
BEGIN
    IF octet_length(words) <> length(words) THEN
        IF folded ~ '[{dropped}]' THEN
            folded := regexp_replace(folded, '[{dropped}]+', '', 'g');
        END IF;
        -- A text has few different capitals and signs: one after the other is faster than all of the table for each character.
        LOOP
            letter := substring(folded FROM '[{known}]');
            EXIT WHEN letter IS NULL;
            folded := replace(folded, letter, '{table}'::jsonb ->> letter);
        END LOOP;
    END IF;
    folded := translate(lower(folded COLLATE "C"), {ascii});
    -- Last: an accent may stand on any white space, and what shows nothing may stand between the two.
    IF octet_length(folded) <> length(folded) AND folded ~ '{spaced_accent}' THEN
        folded := regexp_replace(folded, '{spaced_accent}', '{MARK}', 'g');
    END IF;
    RETURN folded;
END $$;

-- Each character as it is compared.
CREATE OR REPLACE FUNCTION fold_characters(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN fold_letters(fold_decomposed(words));

-- A word of Latin and other letters is written in the one script in which all of them can be read, if there is one.
CREATE OR REPLACE FUNCTION fold_lookalikes(folded text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    word text;  latin text;  greek text;  cyrillic text;  other text;  latins text;  others text;  unmixed text;
BEGIN
    IF octet_length(folded) = length(folded) OR folded !~ '{mixed}' THEN
        RETURN folded;
    END IF;
    FOR word IN SELECT DISTINCT part[1] FROM regexp_matches(folded, '{word}', 'g') parts(part) WHERE part[1] ~ '{mixed}' LOOP
        latin := regexp_replace(word, '[^{latin_letters}]', '', 'g');
        greek := regexp_replace(word, '[^{greek_letters}]', '', 'g');
        cyrillic := regexp_replace(word, '[^{cyrillic_letters}]', '', 'g');
        other := greek || cyrillic;
        CONTINUE WHEN latin = '' OR (greek = '') = (cyrillic = '');
        latins := CASE WHEN greek = '' THEN '{latins_of_cyrillic}' ELSE '{latins_of_greek}' END;
        others := CASE WHEN greek = '' THEN '{cyrillics}' ELSE '{greeks}' END;
        unmixed := CASE WHEN translate(latin, latins, '') = '' THEN translate(word, latins, others)
            WHEN translate(other, others, '') = '' THEN translate(word, others, latins) ELSE word END;
        folded := regexp_replace(folded, '(?<!{word_character})' || word || '(?!{word_character})', unmixed, 'g');
    END LOOP;
    RETURN folded;
END $$;

-- Punctuation and white space made alike.
CREATE OR REPLACE FUNCTION fold_tidied(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    folded text := words;
BEGIN
    IF folded ~ '[{MARK}{ELLIPSIS}{DASH}]|\. *\.' THEN
        folded := regexp_replace(folded, ' *{MARK}[ {MARK}]*', '{MARK}', 'g');
        folded := regexp_replace(folded, ' *{DASH}[ {DASH}]*', '{DASH}', 'g');
        folded := regexp_replace(folded, ' *(?:\.(?: *\.)+|{ELLIPSIS})[ .{ELLIPSIS}]*', '{ELLIPSIS}', 'g');
    END IF;
    IF folded ~ '  | [:;!?]' THEN
        folded := regexp_replace(regexp_replace(folded, ' +', ' ', 'g'), ' (?=[:;!?])', '', 'g');
    END IF;
    IF octet_length(folded) <> length(folded) THEN
        IF folded ~ '[{UNSPACED}]' THEN
            folded := regexp_replace(regexp_replace(folded, ' (?=[{UNSPACED}])', '', 'g'), '(?<=[{UNSPACED}]) ', '', 'g');
        END IF;
        IF folded ~ '[\u0300\u0301\u0307\u0308]' THEN
            folded := regexp_replace(folded, '{stress}', '', 'g');
        END IF;
    END IF;
    RETURN folded;
END $$;
CREATE OR REPLACE FUNCTION fold_signs(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN fold_tidied(fold_lookalikes(fold_characters(words)));

-- Without punctuation, brackets and quotation marks at both ends, unless nothing else is left.
CREATE OR REPLACE FUNCTION fold_ends(folded text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN coalesce(nullif(regexp_replace(regexp_replace(folded, '^(?:(?![.,][0-9])[{ends}])+', ''), '[{ends}]+$', ''), ''), btrim(folded, ' '));

-- A whole text as it is compared, and a name: without accents. A space before it, as in Python: an accent at its beginning
-- is an apostrophe whose space was taken off.
CREATE OR REPLACE FUNCTION fold(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN fold_ends(fold_signs(' ' || words));
CREATE OR REPLACE FUNCTION fold_name(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
    RETURN fold_ends(translate(regexp_replace(fold_signs(' ' || words), '[{accents}]', '', 'g'), {strokes}));

-- The language that a tag belongs to; null where it is not told.
CREATE OR REPLACE FUNCTION language_key(tag text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN nullif(coalesce('{languages}'::jsonb ->> lower(split_part(tag, '-', 1)), lower(split_part(tag, '-', 1))), 'und');
