-- Which events have a settled question: asked for every track record.
CREATE INDEX ix_assessment_settled ON assessment (event_id) WHERE settles;
