"""Find records by their words, and claims that say nearly the same."""
