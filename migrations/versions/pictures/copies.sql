-- Texts that are copies of each other. Both tables hold only what can be computed again from the texts: no ledger.

-- What was found in each text when it was stored: the lowest hashes of its shingles (see app/texts/fingerprints.py), the
-- lowest few of them once more as numbers to look by, and the agencies that it credits, each with a score.
CREATE TABLE text_print (
    version_id uuid NOT NULL,
    marks bigint[] NOT NULL,
    hashes bytea NOT NULL,
    credits jsonb NOT NULL,
    CONSTRAINT pk_text_print PRIMARY KEY (version_id),
    CONSTRAINT fk_text_print_version_id FOREIGN KEY (version_id) REFERENCES document_version (id) ON DELETE CASCADE
);

-- The marks of each text under each event that cites its document: who shares a mark there may be a copy. By event,
-- because the marks of what every page of a site carries are shared by all its pages.
CREATE TABLE text_mark (
    event_id uuid NOT NULL,
    mark bigint NOT NULL,
    version_id uuid NOT NULL,
    CONSTRAINT pk_text_mark PRIMARY KEY (event_id, mark, version_id),
    CONSTRAINT fk_text_mark_event_id FOREIGN KEY (event_id) REFERENCES event (id) ON DELETE CASCADE,
    CONSTRAINT fk_text_mark_version_id FOREIGN KEY (version_id) REFERENCES text_print (version_id) ON DELETE CASCADE
);
CREATE INDEX ix_text_mark_version_id_event_id ON text_mark (version_id, event_id);

-- What waits for an editor.
CREATE INDEX ix_document_link_proposed ON document_link (created_at, id) WHERE state = 'proposed';
