"""What is no longer there: redacting records, and telling of those that were deleted or redacted."""
