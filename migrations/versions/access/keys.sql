-- A key's token is replaced by another of the same key: the one before goes on until `previous_until`.

ALTER TABLE api_key
    ADD COLUMN owner text,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN rotated_at timestamptz,
    ADD COLUMN last_used_at timestamptz,
    ADD COLUMN previous_sha256 bytea,
    ADD COLUMN previous_until timestamptz,
    ADD CONSTRAINT uq_api_key_previous_sha256 UNIQUE (previous_sha256),
    ADD CONSTRAINT ck_api_key_owner_length CHECK (length(owner) BETWEEN 1 AND 500),
    ADD CONSTRAINT ck_api_key_scopes CHECK (scopes <@ ARRAY['read', 'ingest', 'edit', 'assess', 'confidential', 'admin']),
    ADD CONSTRAINT ck_api_key_previous CHECK (num_nulls(previous_sha256, previous_until) IN (0, 2));
