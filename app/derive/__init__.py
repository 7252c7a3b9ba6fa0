"""The rules: from one event's rows to its pictures. Pure: no database, no clock, no order of insertion."""

from typing import Final

# Part of every picture's ETag: raised whenever a rule or the shape of a picture changes.
RULES: Final = 2
