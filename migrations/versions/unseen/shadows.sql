-- Of sources and documents, how many that bore the same ref or URL whoever sent them could not see. It says nothing of what
-- they are, and would tell of the others: so it is no part of the record in the ledger, and the triggers leave it out.
ALTER TABLE source ADD COLUMN shadow smallint DEFAULT 0 NOT NULL;
ALTER TABLE source DROP CONSTRAINT uq_source_ref;
ALTER TABLE source ADD CONSTRAINT uq_source_ref UNIQUE (ref, shadow);
DROP TRIGGER a_lock ON source;
DROP TRIGGER b_touch ON source;
DROP TRIGGER c_insert ON source;
DROP TRIGGER c_update ON source;
DROP TRIGGER c_delete ON source;
SELECT ledger_keep('source', 'names', 'shadow');

ALTER TABLE document ADD COLUMN shadow smallint DEFAULT 0 NOT NULL;
ALTER TABLE document DROP CONSTRAINT uq_document_ref;
ALTER TABLE document ADD CONSTRAINT uq_document_ref UNIQUE (ref, shadow);
DROP INDEX uq_document_canonical_url;
CREATE UNIQUE INDEX uq_document_canonical_url ON document (digest_of(canonical_url), shadow);
DROP TRIGGER a_lock ON document;
DROP TRIGGER b_touch ON document;
DROP TRIGGER c_insert ON document;
DROP TRIGGER c_update ON document;
DROP TRIGGER c_delete ON document;
SELECT ledger_keep('document', 'page_key', 'shadow');
