-- Whether another claim says the same figure.
CREATE INDEX ix_claim_same_figure ON claim (question_id, qualifier, min, max) WHERE qualifier IS NOT NULL;
