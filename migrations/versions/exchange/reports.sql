-- What a report's deliveries created, apart from appearances, which name their report. Many reports come in one request now,
-- so the ledger's request id does not tell it. Older reports came one in a request: of them it is what that one created.
ALTER TABLE report ADD COLUMN made uuid[];
UPDATE report r SET made = ARRAY(
    SELECT c.record_id FROM change c
    WHERE c.op = 'insert' AND c.type IN ('claim', 'statement', 'claim_link', 'assessment')
    AND c.request_id IN (SELECT d.request_id FROM change d WHERE d.record_id = r.id)
    ORDER BY c.seq);
ALTER TABLE report ALTER COLUMN made SET DEFAULT '{}', ALTER COLUMN made SET NOT NULL;
