-- Words that are searched for are folded as all that is compared (app/texts/folding.py).

-- One form for what looks alike, and nothing left that the parser would take for an address, a file, a decimal number or a
-- hyphenated word. What is written without spaces becomes pairs of characters: ABC is AB BC C. Accents stay for the stemmers,
-- and so does the Turkish ı, whatever stands for it meanwhile.
CREATE OR REPLACE FUNCTION search_clean(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    unspaced CONSTANT text := search_unspaced();
    clean text := lower(words);
BEGIN
    IF octet_length(clean) <> length(clean) THEN
        clean := translate(normalize(fold_lookalikes(fold_characters(translate(clean, 'ı', U&'\0001'))), NFC), U&'\0001', 'ı');
    END IF;
    clean := regexp_replace(clean, '[]!"#$%&''()*+,./:;<=>?@\\^_`{|}~…[-]', ' ', 'g');
    IF clean ~ unspaced THEN
        clean := regexp_replace(clean, '(' || unspaced || '+)', ' \1 ', 'g');
        clean := regexp_replace(clean, '(?<=' || unspaced || ')(' || unspaced || ')', '\1 \1', 'g');
    END IF;
    RETURN clean;
END $$;
