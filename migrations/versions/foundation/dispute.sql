-- What is in dispute: questions, claims, statements and where they are found, assessments.

CREATE TABLE question (
    event_id uuid NOT NULL,
    text text,
    language text,
    kind text DEFAULT 'other' NOT NULL,
    answer text DEFAULT 'open' NOT NULL,
    measure text,
    subject text,
    unit text,
    evolving boolean DEFAULT false NOT NULL,
    single_answer boolean DEFAULT false NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_question PRIMARY KEY (id),
    CONSTRAINT ck_question_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_question_version CHECK (version >= 1),
    CONSTRAINT ck_question_text_length CHECK (length(text) BETWEEN 1 AND 5000),
    CONSTRAINT ck_question_subject_length CHECK (length(subject) BETWEEN 1 AND 500),
    CONSTRAINT ck_question_unit_length CHECK (length(unit) BETWEEN 1 AND 500),
    CONSTRAINT ck_question_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_question_kind CHECK (kind IN ('cause', 'responsibility', 'occurrence', 'casualties', 'damage', 'identity', 'place', 'time', 'intent', 'other')),
    CONSTRAINT ck_question_answer CHECK (answer IN ('open', 'quantity')),
    CONSTRAINT ck_question_measure CHECK (measure IN ('killed', 'injured', 'seriously_injured', 'hospitalised', 'in_intensive_care', 'sought_help', 'missing', 'trapped', 'detained', 'displaced', 'buildings_damaged', 'buildings_destroyed', 'launched', 'intercepted', 'distance', 'duration', 'amount', 'other')),
    CONSTRAINT ck_question_quantity CHECK (CASE answer WHEN 'quantity' THEN measure IS NOT NULL AND unit IS NOT NULL ELSE num_nonnulls(measure, subject, unit) = 0 AND text IS NOT NULL END),
    CONSTRAINT uq_question_event_id_id UNIQUE (event_id, id),
    CONSTRAINT fk_question_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT uq_question_ref UNIQUE (ref)
);
CREATE INDEX ix_question_created_at_id ON question (created_at, id);
CREATE INDEX ix_question_same ON question (event_id, digest_of(fold(text)));

CREATE TABLE claim (
    event_id uuid NOT NULL,
    question_id uuid,
    text text,
    language text,
    translations jsonb DEFAULT '{}' NOT NULL,
    accuses text,
    qualifier text,
    min double precision,
    max double precision,
    of_id uuid,
    merged_into uuid,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_claim PRIMARY KEY (id),
    CONSTRAINT ck_claim_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_claim_version CHECK (version >= 1),
    CONSTRAINT ck_claim_text_length CHECK (length(text) BETWEEN 1 AND 5000),
    CONSTRAINT ck_claim_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_claim_accuses CHECK (accuses ~ '^[a-z0-9_-]{1,64}$'),
    CONSTRAINT ck_claim_qualifier CHECK (qualifier IN ('exact', 'about', 'at_least', 'more_than', 'at_most', 'fewer_than', 'between', 'dozens', 'hundreds', 'unknown', 'none')),
    CONSTRAINT ck_claim_translations CHECK (jsonb_typeof(translations) = 'object'),
    CONSTRAINT ck_claim_text_or_figure CHECK (num_nonnulls(text, qualifier) = 1),
    CONSTRAINT ck_claim_figure_answers CHECK (qualifier IS NULL OR question_id IS NOT NULL),
    CONSTRAINT ck_claim_of_figure CHECK (of_id IS NULL OR qualifier IS NOT NULL),
    CONSTRAINT ck_claim_of CHECK (of_id <> id),
    CONSTRAINT ck_claim_merge CHECK (merged_into <> id),
    CONSTRAINT ck_claim_range CHECK (min BETWEEN 0 AND 1000000000000000 AND max BETWEEN 0 AND 1000000000000000 AND min <= max),
    CONSTRAINT ck_claim_figure CHECK (CASE WHEN qualifier IN ('exact', 'about') THEN min IS NOT NULL AND max IS NOT NULL AND min = max WHEN qualifier = 'between' THEN min IS NOT NULL AND max IS NOT NULL WHEN qualifier IN ('at_least', 'more_than') THEN min IS NOT NULL AND max IS NULL WHEN qualifier IN ('at_most', 'fewer_than') THEN max IS NOT NULL AND min IS NULL ELSE min IS NULL AND max IS NULL END),
    CONSTRAINT fk_claim_event_id_question_id FOREIGN KEY(event_id, question_id) REFERENCES question (event_id, id),
    CONSTRAINT fk_claim_event_id_of_id FOREIGN KEY(event_id, of_id) REFERENCES claim (event_id, id),
    CONSTRAINT fk_claim_event_id_merged_into FOREIGN KEY(event_id, merged_into) REFERENCES claim (event_id, id),
    CONSTRAINT uq_claim_event_id_id UNIQUE (event_id, id),
    CONSTRAINT fk_claim_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT uq_claim_ref UNIQUE (ref)
);
CREATE INDEX ix_claim_created_at_id ON claim (created_at, id);
CREATE INDEX ix_claim_merged_into ON claim (merged_into);
CREATE INDEX ix_claim_of_id ON claim (of_id);
CREATE INDEX ix_claim_question_id ON claim (question_id);
CREATE INDEX ix_claim_same ON claim (coalesce(question_id, event_id), digest_of(fold(text)));
CREATE INDEX ix_claim_updated_at_id ON claim (updated_at, id);

CREATE TABLE claim_link (
    event_id uuid NOT NULL,
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    relation text NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_claim_link PRIMARY KEY (id),
    CONSTRAINT ck_claim_link_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_claim_link_version CHECK (version >= 1),
    CONSTRAINT ck_claim_link_relation CHECK (relation IN ('contradicts', 'supports', 'refines', 'compatible', 'same_as')),
    CONSTRAINT ck_claim_link_ends CHECK (from_id <> to_id),
    CONSTRAINT fk_claim_link_event_id_from_id FOREIGN KEY(event_id, from_id) REFERENCES claim (event_id, id),
    CONSTRAINT fk_claim_link_event_id_to_id FOREIGN KEY(event_id, to_id) REFERENCES claim (event_id, id),
    CONSTRAINT uq_claim_link_from_id_to_id_relation UNIQUE (from_id, to_id, relation),
    CONSTRAINT fk_claim_link_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT uq_claim_link_ref UNIQUE (ref)
);
CREATE INDEX ix_claim_link_created_at_id ON claim_link (created_at, id);
CREATE INDEX ix_claim_link_event_id ON claim_link (event_id);
CREATE INDEX ix_claim_link_to_id ON claim_link (to_id);

CREATE TABLE statement (
    event_id uuid NOT NULL,
    claim_id uuid,
    question_id uuid,
    source_id uuid,
    stance text DEFAULT 'support' NOT NULL,
    act text,
    explicitness text DEFAULT 'explicit' NOT NULL,
    certainty text,
    basis text,
    said text,
    said_from timestamptz,
    said_to timestamptz,
    recheck_at timestamptz,
    credibility smallint,
    supersedes_id uuid,
    withdrawn text,
    withdrawn_from timestamptz,
    withdrawn_to timestamptz,
    withdrawn_reason text,
    withdrawn_document_id uuid,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_statement PRIMARY KEY (id),
    CONSTRAINT ck_statement_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_statement_version CHECK (version >= 1),
    CONSTRAINT ck_statement_stance CHECK (stance IN ('support', 'deny', 'query', 'comment', 'no_comment', 'no_information')),
    CONSTRAINT ck_statement_act CHECK (act IN ('accuse', 'claim_responsibility', 'predict', 'warn', 'correct')),
    CONSTRAINT ck_statement_explicitness CHECK (explicitness IN ('explicit', 'implied', 'inferred')),
    CONSTRAINT ck_statement_certainty CHECK (certainty IN ('certain', 'somewhat_certain', 'uncertain')),
    CONSTRAINT ck_statement_basis CHECK (basis IN ('first_hand', 'official_record', 'hearsay', 'picture', 'reasoning', 'unknown')),
    CONSTRAINT ck_statement_said_length CHECK (length(said) BETWEEN 1 AND 100),
    CONSTRAINT ck_statement_withdrawn_length CHECK (length(withdrawn) BETWEEN 1 AND 100),
    CONSTRAINT ck_statement_withdrawn_reason_length CHECK (length(withdrawn_reason) BETWEEN 1 AND 5000),
    CONSTRAINT ck_statement_said_bounds CHECK (num_nulls(said, said_from, said_to) IN (0, 3) AND said_from < said_to),
    CONSTRAINT ck_statement_withdrawn_bounds CHECK (num_nulls(withdrawn, withdrawn_from, withdrawn_to) IN (0, 3) AND withdrawn_from < withdrawn_to),
    CONSTRAINT ck_statement_about CHECK (num_nonnulls(claim_id, question_id) = 1),
    CONSTRAINT ck_statement_question_stance CHECK (question_id IS NULL OR stance IN ('query', 'no_comment', 'no_information')),
    CONSTRAINT ck_statement_credibility CHECK (credibility BETWEEN 1 AND 6),
    CONSTRAINT ck_statement_supersedes CHECK (supersedes_id <> id),
    CONSTRAINT ck_statement_withdrawal CHECK (withdrawn IS NOT NULL OR num_nonnulls(withdrawn_reason, withdrawn_document_id) = 0),
    CONSTRAINT fk_statement_event_id_claim_id FOREIGN KEY(event_id, claim_id) REFERENCES claim (event_id, id),
    CONSTRAINT fk_statement_event_id_question_id FOREIGN KEY(event_id, question_id) REFERENCES question (event_id, id),
    CONSTRAINT fk_statement_event_id_supersedes_id FOREIGN KEY(event_id, supersedes_id) REFERENCES statement (event_id, id),
    CONSTRAINT uq_statement_event_id_id UNIQUE (event_id, id),
    CONSTRAINT fk_statement_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT fk_statement_source_id FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT fk_statement_withdrawn_document_id FOREIGN KEY(withdrawn_document_id) REFERENCES document (id),
    CONSTRAINT uq_statement_ref UNIQUE (ref)
);
CREATE INDEX ix_statement_claim_id ON statement (claim_id);
CREATE INDEX ix_statement_created_at_id ON statement (created_at, id);
CREATE INDEX ix_statement_event_id ON statement (event_id);
CREATE INDEX ix_statement_question_id ON statement (question_id);
CREATE INDEX ix_statement_recheck_at ON statement (recheck_at);
CREATE INDEX ix_statement_said_from_id ON statement (said_from, id);
CREATE INDEX ix_statement_same ON statement (coalesce(claim_id, question_id), source_id);
CREATE INDEX ix_statement_source_id ON statement (source_id);
CREATE INDEX ix_statement_supersedes_id ON statement (supersedes_id);
CREATE INDEX ix_statement_updated_at_id ON statement (updated_at, id);
CREATE INDEX ix_statement_withdrawn_document_id ON statement (withdrawn_document_id);

CREATE TABLE appearance (
    event_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    document_id uuid,
    version_id uuid,
    report_id uuid,
    wording text,
    language text,
    translation text,
    translation_language text,
    quoted boolean DEFAULT false NOT NULL,
    cue text,
    framing text,
    attribution text,
    location text,
    selector jsonb,
    fidelity text DEFAULT 'unchecked' NOT NULL,
    note text,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_appearance PRIMARY KEY (id),
    CONSTRAINT ck_appearance_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_appearance_version CHECK (version >= 1),
    CONSTRAINT ck_appearance_wording_length CHECK (length(wording) BETWEEN 1 AND 20000),
    CONSTRAINT ck_appearance_translation_length CHECK (length(translation) BETWEEN 1 AND 20000),
    CONSTRAINT ck_appearance_cue_length CHECK (length(cue) BETWEEN 1 AND 500),
    CONSTRAINT ck_appearance_note_length CHECK (length(note) BETWEEN 1 AND 5000),
    CONSTRAINT ck_appearance_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_appearance_translation_language CHECK (translation_language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_appearance_framing CHECK (framing IN ('neutral', 'doubting', 'scare_quoted', 'insinuating')),
    CONSTRAINT ck_appearance_attribution CHECK (attribution IN ('clear', 'ambiguous')),
    CONSTRAINT ck_appearance_location CHECK (location IN ('headline', 'body', 'caption', 'media')),
    CONSTRAINT ck_appearance_fidelity CHECK (fidelity IN ('verbatim', 'edited', 'translated', 'paraphrase', 'drifted', 'not_found', 'unchecked')),
    CONSTRAINT ck_appearance_selector CHECK (jsonb_typeof(selector) = 'object'),
    CONSTRAINT ck_appearance_version_of CHECK (version_id IS NULL OR document_id IS NOT NULL),
    CONSTRAINT fk_appearance_event_id_statement_id FOREIGN KEY(event_id, statement_id) REFERENCES statement (event_id, id),
    CONSTRAINT fk_appearance_document_id_version_id FOREIGN KEY(document_id, version_id) REFERENCES document_version (document_id, id),
    CONSTRAINT uq_appearance_event_id_id UNIQUE (event_id, id),
    CONSTRAINT fk_appearance_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT fk_appearance_document_id FOREIGN KEY(document_id) REFERENCES document (id),
    CONSTRAINT fk_appearance_report_id FOREIGN KEY(report_id) REFERENCES report (id),
    CONSTRAINT uq_appearance_ref UNIQUE (ref)
);
CREATE INDEX ix_appearance_created_at_id ON appearance (created_at, id);
CREATE INDEX ix_appearance_document_id ON appearance (document_id);
CREATE INDEX ix_appearance_event_id ON appearance (event_id);
CREATE INDEX ix_appearance_report_id ON appearance (report_id);
CREATE INDEX ix_appearance_statement_id ON appearance (statement_id);
CREATE INDEX ix_appearance_version_id ON appearance (version_id);

CREATE TABLE appearance_hop (
    event_id uuid NOT NULL,
    appearance_id uuid NOT NULL,
    step smallint NOT NULL,
    source_id uuid NOT NULL,
    disclosure text DEFAULT 'named' NOT NULL,
    how_known text DEFAULT 'declared' NOT NULL,
    score double precision,
    state text DEFAULT 'confirmed' NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_appearance_hop PRIMARY KEY (id),
    CONSTRAINT ck_appearance_hop_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_appearance_hop_version CHECK (version >= 1),
    CONSTRAINT ck_appearance_hop_disclosure CHECK (disclosure IN ('named', 'role_only', 'anonymous', 'group')),
    CONSTRAINT ck_appearance_hop_how_known CHECK (how_known IN ('declared', 'similarity', 'editor')),
    CONSTRAINT ck_appearance_hop_state CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    CONSTRAINT ck_appearance_hop_step CHECK (step BETWEEN 1 AND 20),
    CONSTRAINT ck_appearance_hop_score CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT fk_appearance_hop_event_id_appearance_id FOREIGN KEY(event_id, appearance_id) REFERENCES appearance (event_id, id),
    CONSTRAINT uq_appearance_hop_appearance_id_step UNIQUE (appearance_id, step),
    CONSTRAINT fk_appearance_hop_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT fk_appearance_hop_source_id FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT uq_appearance_hop_ref UNIQUE (ref)
);
CREATE INDEX ix_appearance_hop_created_at_id ON appearance_hop (created_at, id);
CREATE INDEX ix_appearance_hop_event_id ON appearance_hop (event_id);
CREATE INDEX ix_appearance_hop_source_id ON appearance_hop (source_id);

CREATE TABLE assessment (
    event_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    author_id uuid NOT NULL,
    scheme text NOT NULL,
    rating text NOT NULL,
    label text,
    rating_value double precision,
    best_rating double precision,
    worst_rating double precision,
    explanation text,
    url text,
    language text,
    made text,
    made_from timestamptz,
    made_to timestamptz,
    settles boolean DEFAULT false NOT NULL,
    supersedes_id uuid,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_assessment PRIMARY KEY (id),
    CONSTRAINT ck_assessment_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_assessment_version CHECK (version >= 1),
    CONSTRAINT ck_assessment_label_length CHECK (length(label) BETWEEN 1 AND 500),
    CONSTRAINT ck_assessment_explanation_length CHECK (length(explanation) BETWEEN 1 AND 20000),
    CONSTRAINT ck_assessment_url_length CHECK (length(url) BETWEEN 1 AND 4000),
    CONSTRAINT ck_assessment_made_length CHECK (length(made) BETWEEN 1 AND 100),
    CONSTRAINT ck_assessment_language CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    CONSTRAINT ck_assessment_made_bounds CHECK (num_nulls(made, made_from, made_to) IN (0, 3) AND made_from < made_to),
    CONSTRAINT ck_assessment_scheme CHECK (scheme IN ('claimreview', 'averitec', 'airwars', 'veracity')),
    CONSTRAINT ck_assessment_rating CHECK (CASE scheme WHEN 'claimreview' THEN rating IN ('true', 'mostly_true', 'mixture', 'mostly_false', 'false', 'unproven', 'satire', 'other') WHEN 'averitec' THEN rating IN ('supported', 'refuted', 'not_enough_evidence', 'conflicting_evidence') WHEN 'airwars' THEN rating IN ('confirmed', 'fair', 'weak', 'contested', 'discounted') WHEN 'veracity' THEN rating IN ('true', 'false', 'unverified') END),
    CONSTRAINT ck_assessment_numbers CHECK (rating_value BETWEEN -1000000000000000 AND 1000000000000000 AND best_rating BETWEEN -1000000000000000 AND 1000000000000000 AND worst_rating BETWEEN -1000000000000000 AND 1000000000000000),
    CONSTRAINT ck_assessment_settles CHECK (NOT settles OR rating IN ('true', 'mostly_true', 'supported', 'confirmed')),
    CONSTRAINT ck_assessment_supersedes CHECK (supersedes_id <> id),
    CONSTRAINT fk_assessment_event_id_claim_id FOREIGN KEY(event_id, claim_id) REFERENCES claim (event_id, id),
    CONSTRAINT fk_assessment_event_id_supersedes_id FOREIGN KEY(event_id, supersedes_id) REFERENCES assessment (event_id, id),
    CONSTRAINT uq_assessment_event_id_id UNIQUE (event_id, id),
    CONSTRAINT fk_assessment_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT fk_assessment_author_id FOREIGN KEY(author_id) REFERENCES source (id),
    CONSTRAINT uq_assessment_ref UNIQUE (ref)
);
CREATE INDEX ix_assessment_author_id ON assessment (author_id);
CREATE INDEX ix_assessment_claim_id ON assessment (claim_id);
CREATE INDEX ix_assessment_created_at_id ON assessment (created_at, id);
CREATE INDEX ix_assessment_event_id ON assessment (event_id);
CREATE INDEX ix_assessment_supersedes_id ON assessment (supersedes_id);
CREATE INDEX ix_assessment_updated_at_id ON assessment (updated_at, id);

CREATE TABLE assessment_document (
    event_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    document_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ref text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_assessment_document PRIMARY KEY (id),
    CONSTRAINT ck_assessment_document_ref CHECK (ref ~ '^[A-Za-z0-9._:~@-]{1,200}$'),
    CONSTRAINT ck_assessment_document_version CHECK (version >= 1),
    CONSTRAINT fk_assessment_document_event_id_assessment_id FOREIGN KEY(event_id, assessment_id) REFERENCES assessment (event_id, id),
    CONSTRAINT uq_assessment_document_assessment_id_document_id UNIQUE (assessment_id, document_id),
    CONSTRAINT fk_assessment_document_event_id FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT fk_assessment_document_document_id FOREIGN KEY(document_id) REFERENCES document (id),
    CONSTRAINT uq_assessment_document_ref UNIQUE (ref)
);
CREATE INDEX ix_assessment_document_created_at_id ON assessment_document (created_at, id);
CREATE INDEX ix_assessment_document_document_id ON assessment_document (document_id);
CREATE INDEX ix_assessment_document_event_id ON assessment_document (event_id);
