"""Queries, writes, and the rules that need the database."""
