-- Where quotations stand in the texts.

-- A selector is W3C's TextQuoteSelector, whole, with positions in code points of the text that version_id names.
ALTER TABLE appearance
    DROP CONSTRAINT ck_appearance_selector,
    ADD CONSTRAINT ck_appearance_selector CHECK (CASE
        WHEN selector IS NULL THEN true
        WHEN jsonb_typeof(selector) = 'object' AND selector ?& '{exact,prefix,suffix,start,end}'
            AND jsonb_typeof(selector->'exact') = 'string' AND jsonb_typeof(selector->'prefix') = 'string'
            AND jsonb_typeof(selector->'suffix') = 'string' AND jsonb_typeof(selector->'start') = 'number'
            AND jsonb_typeof(selector->'end') = 'number'
        THEN selector - '{exact,prefix,suffix,start,end}'::text[] = '{}' AND (selector->'start')::numeric >= 0
            AND scale(trim_scale((selector->'start')::numeric)) = 0 AND length(selector->>'exact') > 0
            AND (selector->'end')::numeric - (selector->'start')::numeric = length(selector->>'exact')
        ELSE false END),
    ADD CONSTRAINT ck_appearance_selected CHECK (selector IS NULL OR version_id IS NOT NULL);

-- Which events cited a document, at whatever time: for the audit of a document in the past.
CREATE INDEX ix_change_appears_in ON change ((record->>'document_id')) WHERE type = 'appearance';
