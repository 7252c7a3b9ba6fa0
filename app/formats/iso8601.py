"""Coarse times for formats that know only ISO 8601."""

import re
from datetime import datetime
from typing import Final

from app import times

_ISO: Final = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII)


def iso(words: str | None, start: datetime | None) -> str | None:
    """The words, where they are a date or time of ISO 8601; else the beginning of the span that they stand for."""
    if words is not None and _ISO.fullmatch(words):
        return words
    return None if start is None else times.rfc3339(start)
