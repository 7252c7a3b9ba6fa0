-- For `updated_since`, which the other lists have already.
CREATE INDEX ix_source_updated_at_id ON source (updated_at, id);
CREATE INDEX ix_question_updated_at_id ON question (updated_at, id);
