-- What a report's deliveries made, apart from appearances, which name their report: many reports come in one request, so
-- the request alone does not tell it any more. Of reports from before it is what was made in the requests that were they.
ALTER TABLE report ADD COLUMN made uuid[];
UPDATE report r SET made = ARRAY(
    SELECT c.record_id FROM change c
    WHERE c.op = 'insert' AND c.type IN ('claim', 'statement', 'claim_link', 'assessment')
    AND c.request_id IN (SELECT d.request_id FROM change d WHERE d.record_id = r.id)
    ORDER BY c.seq);
ALTER TABLE report ALTER COLUMN made SET DEFAULT '{}', ALTER COLUMN made SET NOT NULL;
