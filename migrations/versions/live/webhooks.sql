-- Where changes are sent, and what became of each attempt. No records: the ledger has none of it.

CREATE TABLE webhook (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    key_id uuid NOT NULL,
    url text NOT NULL,
    filter text DEFAULT '' NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    generation integer DEFAULT 1 NOT NULL,
    previous_until timestamptz,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    until_seq bigint,
    until_hash bytea,
    attempts integer DEFAULT 0 NOT NULL,
    failing_since timestamptz,
    next_at timestamptz,
    disabled_reason text,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_webhook PRIMARY KEY (id),
    CONSTRAINT fk_webhook_key_id FOREIGN KEY (key_id) REFERENCES api_key (id),
    CONSTRAINT ck_webhook_url_length CHECK (length(url) BETWEEN 1 AND 4000),
    CONSTRAINT ck_webhook_disabled_reason CHECK (disabled_reason IN ('gone', 'failing', 'key', 'fork', 'by_hand')),
    CONSTRAINT ck_webhook_until CHECK (num_nulls(until_seq, until_hash) IN (0, 2))
);
CREATE INDEX ix_webhook_key_id ON webhook (key_id);

CREATE TABLE webhook_delivery (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    webhook_id uuid NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    message_id text NOT NULL,
    type text NOT NULL,
    since text,
    position text,
    changes integer NOT NULL,
    sha256 bytea NOT NULL,
    attempt integer NOT NULL,
    status smallint,
    error text,
    milliseconds integer NOT NULL,
    CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
    CONSTRAINT fk_webhook_delivery_webhook_id FOREIGN KEY (webhook_id) REFERENCES webhook (id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_delivery_type CHECK (type IN ('changes', 'test')),
    CONSTRAINT ck_webhook_delivery_sha256 CHECK (length(sha256) = 32)
);
CREATE INDEX ix_webhook_delivery_webhook_id_created_at ON webhook_delivery (webhook_id, created_at);
