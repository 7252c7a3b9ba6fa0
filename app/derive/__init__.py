"""What follows from the rows of one event: rules decide, pictures show, diff compares. No database, no clock."""

from typing import Final

# Part of every picture's ETag: raised whenever a rule or the shape of a picture changes. That words of its sentences
# changed, the catalogues' own tag tells.
RULES: Final = 36
