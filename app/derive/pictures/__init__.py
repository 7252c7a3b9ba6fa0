"""Show: one decided event as the answers that readers get."""
