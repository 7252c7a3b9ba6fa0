ALTER TABLE document
    ADD COLUMN retracted text,
    ADD COLUMN retracted_from timestamptz,
    ADD COLUMN retracted_to timestamptz,
    ADD COLUMN retracted_reason text,
    ADD COLUMN retraction_url text,
    DROP CONSTRAINT ck_document_lifecycle,
    ADD CONSTRAINT ck_document_lifecycle CHECK (lifecycle IN ('live', 'edited', 'deleted', 'unreachable', 'retracted')),
    ADD CONSTRAINT ck_document_retracted_length CHECK (length(retracted) BETWEEN 1 AND 100),
    ADD CONSTRAINT ck_document_retracted_reason_length CHECK (length(retracted_reason) BETWEEN 1 AND 5000),
    ADD CONSTRAINT ck_document_retraction_url_length CHECK (length(retraction_url) BETWEEN 1 AND 4000),
    ADD CONSTRAINT ck_document_retracted_bounds CHECK (
        num_nulls(retracted, retracted_from, retracted_to) IN (0, 3) AND retracted_from < retracted_to),
    ADD CONSTRAINT ck_document_retraction CHECK (
        (lifecycle = 'retracted') = (retracted IS NOT NULL)
        AND (retracted IS NOT NULL OR num_nonnulls(retracted_reason, retraction_url) = 0));
ALTER TABLE statement
    ADD COLUMN withdrawn_by text,
    ADD CONSTRAINT ck_statement_withdrawn_by CHECK (withdrawn_by IN ('source', 'document')),
    DROP CONSTRAINT ck_statement_withdrawal,
    ADD CONSTRAINT ck_statement_withdrawal CHECK (
        withdrawn IS NOT NULL OR num_nonnulls(withdrawn_reason, withdrawn_document_id, withdrawn_by) = 0);
