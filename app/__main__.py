"""`python -m app`: the same as `counterclaim`."""

from app.cli import app

app()
