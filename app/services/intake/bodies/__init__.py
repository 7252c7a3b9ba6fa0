"""What bodies say, laid out as drafts, and what became of each part: one door for each kind of body."""
