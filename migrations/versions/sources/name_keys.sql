-- What sources are looked for by where their names may be those of one: see app/texts/names.py, which makes them.
CREATE TABLE source_name_key (
    key text NOT NULL,
    source_id uuid NOT NULL,
    CONSTRAINT pk_source_name_key PRIMARY KEY (key, source_id),
    CONSTRAINT fk_source_name_key_source_id FOREIGN KEY (source_id) REFERENCES source (id) ON DELETE CASCADE
);
CREATE INDEX ix_source_name_key_source_id ON source_name_key (source_id);

-- Each look for a name reads the list of what is not sorted in yet: 4 ms, where that may grow to 4 MB.
ALTER INDEX ix_source_names SET (fastupdate = off);
SELECT gin_clean_pending_list('ix_source_names');
