"""Compare: one event at two moments."""
