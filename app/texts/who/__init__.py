"""Who is meant: whose an address is, and what is no name."""
