"""Decide: what is in force, whose it is, what contradicts it, and where that leaves a claim."""
