-- By what questions and claims are found: as they are folded now.
DROP INDEX ix_question_same;
CREATE INDEX ix_question_same ON question (event_id, digest_of(fold(text)));
DROP INDEX ix_claim_same;
CREATE INDEX ix_claim_same ON claim (coalesce(question_id, event_id), digest_of(fold(text)));
