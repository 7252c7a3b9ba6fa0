-- What was changed since, as the other lists have it.
CREATE INDEX ix_source_updated_at_id ON source (updated_at, id);
CREATE INDEX ix_question_updated_at_id ON question (updated_at, id);
