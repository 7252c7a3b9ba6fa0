"""Connections to the database, and their limits: how many at once, and how long each may take."""
