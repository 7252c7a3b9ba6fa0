-- Who speaks, what was published, what happened; and who may call.

CREATE TABLE source (
    name text,
    aliases jsonb DEFAULT '[]' NOT NULL,
    kind text DEFAULT 'other' NOT NULL,
    disclosure text DEFAULT 'named' NOT NULL,
    role text,
    party text,
    parent_id uuid,
    country text,
    language text,
    url text,
    reliability text,
    confidential boolean DEFAULT false NOT NULL,
    external_ids jsonb DEFAULT '{}' NOT NULL,
    notes text,
    merged_into uuid,
    names text[] GENERATED ALWAYS AS (source_names(name, aliases)) STORED NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_source PRIMARY KEY (id),
    CONSTRAINT ck_source_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_source_version CHECK (version >= 1),
    CONSTRAINT ck_source_name_length CHECK (length(name) BETWEEN 1 AND 500),
    CONSTRAINT ck_source_role_length CHECK (length(role) BETWEEN 1 AND 500),
    CONSTRAINT ck_source_notes_length CHECK (length(notes) BETWEEN 1 AND 5000),
    CONSTRAINT ck_source_url_length CHECK (length(url) BETWEEN 1 AND 4000),
    CONSTRAINT ck_source_kind CHECK (kind IN ('person', 'official', 'authority', 'military', 'court', 'company', 'ngo', 'expert', 'witness', 'group', 'outlet', 'agency', 'channel', 'account', 'sensor', 'other')),
    CONSTRAINT ck_source_disclosure CHECK (disclosure IN ('named', 'role_only', 'anonymous', 'group')),
    CONSTRAINT ck_source_reliability CHECK (reliability IN ('A', 'B', 'C', 'D', 'E', 'F')),
    CONSTRAINT ck_source_party CHECK (party ~ '^[a-z0-9_-]{1,64}$'),
    CONSTRAINT ck_source_country CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT ck_source_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_source_aliases CHECK (jsonb_typeof(aliases) = 'array'),
    CONSTRAINT ck_source_external_ids CHECK (jsonb_typeof(external_ids) = 'object'),
    CONSTRAINT ck_source_named CHECK (disclosure <> 'named' OR name IS NOT NULL),
    CONSTRAINT ck_source_parent CHECK (parent_id <> id),
    CONSTRAINT ck_source_merge CHECK (merged_into <> id),
    CONSTRAINT fk_source_parent_id FOREIGN KEY(parent_id) REFERENCES source (id),
    CONSTRAINT fk_source_merged_into FOREIGN KEY(merged_into) REFERENCES source (id),
    CONSTRAINT uq_source_ref UNIQUE (ref)
);
CREATE INDEX ix_source_created_at_id ON source (created_at, id);
CREATE INDEX ix_source_merged_into ON source (merged_into);
CREATE INDEX ix_source_names ON source USING gin (names);
CREATE INDEX ix_source_parent_id ON source (parent_id);
CREATE INDEX ix_source_party ON source (party);

CREATE TABLE document (
    url text,
    canonical_url text,
    publisher_id uuid,
    title text,
    byline text,
    language text,
    kind text DEFAULT 'article' NOT NULL,
    published text,
    published_from timestamptz,
    published_to timestamptz,
    lifecycle text DEFAULT 'live' NOT NULL,
    external_ids jsonb DEFAULT '{}' NOT NULL,
    merged_into uuid,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_document PRIMARY KEY (id),
    CONSTRAINT ck_document_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_document_version CHECK (version >= 1),
    CONSTRAINT ck_document_url_length CHECK (length(url) BETWEEN 1 AND 4000),
    CONSTRAINT ck_document_canonical_url_length CHECK (length(canonical_url) BETWEEN 1 AND 4000),
    CONSTRAINT ck_document_title_length CHECK (length(title) BETWEEN 1 AND 500),
    CONSTRAINT ck_document_byline_length CHECK (length(byline) BETWEEN 1 AND 500),
    CONSTRAINT ck_document_published_length CHECK (length(published) BETWEEN 1 AND 100),
    CONSTRAINT ck_document_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_document_kind CHECK (kind IN ('article', 'post', 'video', 'image', 'audio', 'press_release', 'transcript', 'report', 'court_record', 'dataset', 'other')),
    CONSTRAINT ck_document_lifecycle CHECK (lifecycle IN ('live', 'edited', 'deleted', 'unreachable')),
    CONSTRAINT ck_document_published_bounds CHECK (num_nulls(published, published_from, published_to) IN (0, 3) AND published_from < published_to),
    CONSTRAINT ck_document_external_ids CHECK (jsonb_typeof(external_ids) = 'object'),
    CONSTRAINT ck_document_merge CHECK (merged_into <> id),
    CONSTRAINT fk_document_publisher_id FOREIGN KEY(publisher_id) REFERENCES source (id),
    CONSTRAINT fk_document_merged_into FOREIGN KEY(merged_into) REFERENCES document (id),
    CONSTRAINT uq_document_ref UNIQUE (ref)
);
CREATE INDEX ix_document_created_at_id ON document (created_at, id);
CREATE INDEX ix_document_merged_into ON document (merged_into);
CREATE INDEX ix_document_published_from ON document (published_from);
CREATE INDEX ix_document_publisher_id ON document (publisher_id);
CREATE INDEX ix_document_updated_at_id ON document (updated_at, id);
CREATE UNIQUE INDEX uq_document_canonical_url ON document (digest_of(canonical_url));

CREATE TABLE document_version (
    document_id uuid NOT NULL,
    retrieved_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    headline text,
    text text,
    sha256 bytea,
    archive_url text,
    http_status smallint,
    translated_from text,
    translator text,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_document_version PRIMARY KEY (id),
    CONSTRAINT ck_document_version_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_document_version_version CHECK (version >= 1),
    CONSTRAINT ck_document_version_headline_length CHECK (length(headline) BETWEEN 1 AND 500),
    CONSTRAINT ck_document_version_translator_length CHECK (length(translator) BETWEEN 1 AND 500),
    CONSTRAINT ck_document_version_text_length CHECK (length(text) BETWEEN 1 AND 1000000),
    CONSTRAINT ck_document_version_archive_url_length CHECK (length(archive_url) BETWEEN 1 AND 4000),
    CONSTRAINT ck_document_version_translated_from CHECK (translated_from ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_document_version_http_status CHECK (http_status BETWEEN 100 AND 599),
    CONSTRAINT ck_document_version_sha256 CHECK (num_nulls(text, sha256) IN (0, 2) AND sha256 = sha256(convert_to(text, 'UTF8'))),
    CONSTRAINT uq_document_version_document_id_id UNIQUE (document_id, id),
    CONSTRAINT uq_document_version_document_id_sha256 UNIQUE (document_id, sha256),
    CONSTRAINT fk_document_version_document_id FOREIGN KEY(document_id) REFERENCES document (id),
    CONSTRAINT uq_document_version_ref UNIQUE (ref)
);
CREATE INDEX ix_document_version_created_at_id ON document_version (created_at, id);
CREATE INDEX ix_document_version_sha256 ON document_version (sha256);

CREATE TABLE document_link (
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    relation text NOT NULL,
    how_known text DEFAULT 'declared' NOT NULL,
    score double precision,
    state text DEFAULT 'confirmed' NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_document_link PRIMARY KEY (id),
    CONSTRAINT ck_document_link_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_document_link_version CHECK (version >= 1),
    CONSTRAINT ck_document_link_relation CHECK (relation IN ('syndicated_from', 'translation_of', 'quotes', 'rewrites', 'revision_of', 'reply_to')),
    CONSTRAINT ck_document_link_how_known CHECK (how_known IN ('declared', 'similarity', 'editor')),
    CONSTRAINT ck_document_link_state CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    CONSTRAINT ck_document_link_ends CHECK (from_id <> to_id),
    CONSTRAINT ck_document_link_score CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT uq_document_link_from_id_to_id_relation UNIQUE (from_id, to_id, relation),
    CONSTRAINT fk_document_link_from_id FOREIGN KEY(from_id) REFERENCES document (id),
    CONSTRAINT fk_document_link_to_id FOREIGN KEY(to_id) REFERENCES document (id),
    CONSTRAINT uq_document_link_ref UNIQUE (ref)
);
CREATE INDEX ix_document_link_created_at_id ON document_link (created_at, id);
CREATE INDEX ix_document_link_to_id ON document_link (to_id);

CREATE TABLE report (
    document_id uuid,
    sent_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    sha256 bytea NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_report PRIMARY KEY (id),
    CONSTRAINT ck_report_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_report_version CHECK (version >= 1),
    CONSTRAINT fk_report_document_id FOREIGN KEY(document_id) REFERENCES document (id),
    CONSTRAINT uq_report_ref UNIQUE (ref)
);
CREATE INDEX ix_report_created_at_id ON report (created_at, id);
CREATE INDEX ix_report_document_id ON report (document_id);
CREATE INDEX ix_report_sha256 ON report (sha256);

CREATE TABLE event (
    slug text NOT NULL,
    title text NOT NULL,
    summary text,
    language text,
    kind text,
    occurred text,
    occurred_from timestamptz,
    occurred_to timestamptz,
    place_name text,
    country text,
    latitude double precision,
    longitude double precision,
    place_precision text,
    parent_id uuid,
    visibility text DEFAULT 'public' NOT NULL,
    tags text[] DEFAULT '{}' NOT NULL,
    external_ids jsonb DEFAULT '{}' NOT NULL,
    merged_into uuid,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (id),
    CONSTRAINT ck_event_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_event_version CHECK (version >= 1),
    CONSTRAINT ck_event_slug CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT ck_event_slug_length CHECK (length(slug) BETWEEN 1 AND 120),
    CONSTRAINT ck_event_title_length CHECK (length(title) BETWEEN 1 AND 500),
    CONSTRAINT ck_event_place_name_length CHECK (length(place_name) BETWEEN 1 AND 500),
    CONSTRAINT ck_event_summary_length CHECK (length(summary) BETWEEN 1 AND 20000),
    CONSTRAINT ck_event_occurred_length CHECK (length(occurred) BETWEEN 1 AND 100),
    CONSTRAINT ck_event_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_event_kind CHECK (kind ~ '^[a-z0-9_-]{1,64}$'),
    CONSTRAINT ck_event_country CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT ck_event_occurred_bounds CHECK (num_nulls(occurred, occurred_from, occurred_to) IN (0, 3) AND occurred_from < occurred_to),
    CONSTRAINT ck_event_place_precision CHECK (place_precision IN ('exact', 'vicinity', 'locality', 'town', 'district', 'region', 'country')),
    CONSTRAINT ck_event_visibility CHECK (visibility IN ('public', 'restricted')),
    CONSTRAINT ck_event_latitude CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT ck_event_longitude CHECK (longitude BETWEEN -180 AND 180),
    CONSTRAINT ck_event_point CHECK (num_nulls(latitude, longitude) IN (0, 2)),
    CONSTRAINT ck_event_external_ids CHECK (jsonb_typeof(external_ids) = 'object'),
    CONSTRAINT ck_event_parent CHECK (parent_id <> id),
    CONSTRAINT ck_event_merge CHECK (merged_into <> id),
    CONSTRAINT uq_event_slug UNIQUE (slug),
    CONSTRAINT fk_event_parent_id FOREIGN KEY(parent_id) REFERENCES event (id),
    CONSTRAINT fk_event_merged_into FOREIGN KEY(merged_into) REFERENCES event (id),
    CONSTRAINT uq_event_ref UNIQUE (ref)
);
CREATE INDEX ix_event_created_at_id ON event (created_at, id);
CREATE INDEX ix_event_merged_into ON event (merged_into);
CREATE INDEX ix_event_occurred_from_id ON event (occurred_from, id);
CREATE INDEX ix_event_parent_id ON event (parent_id);
CREATE INDEX ix_event_tags ON event USING gin (tags);
CREATE INDEX ix_event_updated_at_id ON event (updated_at, id);

CREATE TABLE event_link (
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    relation text NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_event_link PRIMARY KEY (id),
    CONSTRAINT ck_event_link_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_event_link_version CHECK (version >= 1),
    CONSTRAINT ck_event_link_relation CHECK (relation IN ('preceded_by', 'same_site', 'follow_up', 'related')),
    CONSTRAINT ck_event_link_ends CHECK (from_id <> to_id),
    CONSTRAINT uq_event_link_from_id_to_id_relation UNIQUE (from_id, to_id, relation),
    CONSTRAINT fk_event_link_from_id FOREIGN KEY(from_id) REFERENCES event (id),
    CONSTRAINT fk_event_link_to_id FOREIGN KEY(to_id) REFERENCES event (id),
    CONSTRAINT uq_event_link_ref UNIQUE (ref)
);
CREATE INDEX ix_event_link_created_at_id ON event_link (created_at, id);
CREATE INDEX ix_event_link_to_id ON event_link (to_id);

CREATE TABLE api_key (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    scopes text[] DEFAULT '{}' NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT ck_api_key_name_length CHECK (length(name) BETWEEN 1 AND 500),
    CONSTRAINT uq_api_key_name UNIQUE (name),
    CONSTRAINT uq_api_key_sha256 UNIQUE (sha256)
);

CREATE TABLE instance (
    one boolean DEFAULT 'true' NOT NULL,
    secret bytea NOT NULL,
    CONSTRAINT pk_instance PRIMARY KEY (one)
);
