"""A number as a text has it: `74`, `2.5`, `12 000`, `1,200,000`, in the digits of any script."""

import re
import unicodedata
from typing import Final

_PLAIN: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
# Groups of three. One group after a comma may be a fraction to some, and a point parts thousands in half of Europe.
_GROUPED: Final = re.compile(
    r"[+-]?\d{1,3}(?:([ '\u2019\u00a0\u202f])\d{3}(?:\1\d{3})*|(?:,\d{3}){2,})(?:\.\d+)?", re.ASCII
)
_DOUBTFUL: Final = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_BETWEEN_GROUPS: Final = re.compile("[ ,'\u2019\u00a0\u202f]")
_CHARACTERS: Final = 400


def number(words: str) -> float | None:
    """The number; None for what is none, or may be two. Raises ValueError where it tells which two."""
    words = words.strip()
    if len(words) > _CHARACTERS:
        return None
    if not words.isascii():
        words = "".join(str(unicodedata.decimal(character, character)) for character in words)
    if _PLAIN.fullmatch(words):
        return float(words)
    if _GROUPED.fullmatch(words):
        return float(_BETWEEN_GROUPS.sub("", words))
    if _DOUBTFUL.fullmatch(words):
        joint, pointed = words.replace(",", ""), words.replace(",", ".")
        raise ValueError(f"is it {joint} or {pointed}? Write a number without a comma")
    return None
