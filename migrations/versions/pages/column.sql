-- Which page a document's URL means. It follows from the URL, and so is no part of the record in the ledger: the triggers
-- are made anew to leave it out.
ALTER TABLE document ADD COLUMN page_key text
    CONSTRAINT ck_document_page_key_length CHECK (length(page_key) BETWEEN 1 AND 4000);
DROP TRIGGER a_lock ON document;
DROP TRIGGER b_touch ON document;
DROP TRIGGER c_insert ON document;
DROP TRIGGER c_update ON document;
DROP TRIGGER c_delete ON document;
SELECT ledger_keep('document', 'page_key');
-- The same of the page on which an assessment stands.
ALTER TABLE assessment ADD COLUMN url_key text
    CONSTRAINT ck_assessment_url_key_length CHECK (length(url_key) BETWEEN 1 AND 4000);
DROP TRIGGER a_lock ON assessment;
DROP TRIGGER b_touch ON assessment;
DROP TRIGGER c_insert ON assessment;
DROP TRIGGER c_update ON assessment;
DROP TRIGGER c_delete ON assessment;
SELECT ledger_keep('assessment', 'url_key');
