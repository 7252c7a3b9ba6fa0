"""Coarse times: one EDTF or ISO string, and the half-open span of UTC that it stands for."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from edtf import EDTFObject, parse_edtf
from edtf.parser import EDTFParseException
from edtf.parser.parser_classes import Date, Interval, Level1Interval, Level2Interval, UnspecifiedIntervalSection

# Only what can be a date reaches the grammar of `edtf`, which takes milliseconds and recurses on brackets.
_EDTF_SHAPE: Final = re.compile(r"[0-9X?~%./-]{4,60}")
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
_PLAIN: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
# A day at either end of these years still has bounds that a timestamp with any offset can hold.
_YEARS: Final = (1000, 9998)


class Span(NamedTuple):
    """Half-open, in UTC: a day ends at the next midnight."""

    start: datetime
    end: datetime


def span(words: str) -> Span:
    """The span a coarse time stands for; a moment stands for its own minute, second or microsecond.

    Takes `2023`, `2023-08`, `2023-08-09`, `2023-08-09T13:24+03:00`, EDTF's uncertain and unspecified dates and
    seasons (`2023-08~`, `2023-08-XX`, `2023-21`), and intervals of any of them. Raises ValueError, with a
    sentence for the caller.
    """
    first, slash, second = words.partition("/")
    if slash and _usual(first) and _usual(second):
        start, end = span(first).start, span(second).end
        if start >= end:
            raise ValueError("the interval ends before it begins")
        return Span(start, end)
    if moment := _MOMENT.fullmatch(words):
        return _moment(moment)
    if plain := _PLAIN.fullmatch(words):
        return _calendar(*(int(part) if part else None for part in plain.groups()))
    return _edtf(words)


def _usual(words: str) -> bool:
    return bool(_MOMENT.fullmatch(words) or _PLAIN.fullmatch(words))


def _moment(found: re.Match[str]) -> Span:
    day, hour, minute, second, fraction, offset = found.groups()
    if offset is None:
        raise ValueError("a time of day needs its offset from UTC: 2023-08-09T13:24+03:00 or …Z")
    offset = "+00:00" if offset in "Zz" else offset
    try:
        start = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}.{(fraction or '').ljust(6, '0')}{offset}")
    except ValueError:
        raise ValueError("there is no such day or time of day") from None
    _within(start.year)
    start = start.astimezone(UTC)
    length = timedelta(microseconds=1) if fraction else timedelta(seconds=1) if second else timedelta(minutes=1)
    return Span(start, start + length)


def _calendar(year: int | None, month: int | None = None, day: int | None = None) -> Span:
    _within(year or 0)
    if month is not None and 21 <= month <= 41:  # noqa: PLR2004  (EDTF's seasons, quarters …)
        return _edtf(f"{year:04}-{month}")
    try:
        start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
    except ValueError:
        raise ValueError("there is no such day") from None
    if day is not None:
        return Span(start, start + timedelta(days=1))
    after = (start.year, start.month + 1) if month and month < 12 else (start.year + 1, 1)  # noqa: PLR2004
    return Span(start, datetime(*after, 1, tzinfo=UTC))


@lru_cache(maxsize=4096)
def _edtf(words: str) -> Span:
    if not _EDTF_SHAPE.fullmatch(words):
        raise ValueError("not a date: 2023-08-09, 2023-08, 2023-08-09T13:24+03:00, or EDTF such as 2023-08~")
    try:
        found = parse_edtf(words)
        if not isinstance(found, EDTFObject) or _open(found):
            raise ValueError  # noqa: TRY004, TRY301  (the same sentence for all that can't be used)
        start, end = _day(found.lower_strict()), _day(found.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ValueError("not a date that can be used: EDTF, with both ends known and in the years 1000 to 9998") from None
    if start > end:
        raise ValueError("the interval ends before it begins")
    return Span(start, end + timedelta(days=1))


def _open(found: EDTFObject) -> bool:
    """Whether an end of an interval is missing: an open or unknown end gives no bound."""
    if not isinstance(found, Interval | Level1Interval | Level2Interval):
        return False
    ends = (found.lower, found.upper)
    return any(isinstance(end, UnspecifiedIntervalSection) or (isinstance(end, Date) and not end.year) for end in ends)


def _day(fields: object) -> datetime:
    if not isinstance(fields, tuple):
        raise TypeError
    year, month, day = (int(part) for part in fields[:3])
    _within(year)
    return datetime(year, month, day, tzinfo=UTC)


def _within(year: int) -> None:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(f"the year must be {_YEARS[0]} to {_YEARS[1]}")
