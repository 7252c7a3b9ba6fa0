"""What is new, for people: printed, or sent to whoever wants to be told."""
