"""What an operator is told: the log, the metrics, and what is noted of a request until it can be told."""
