"""Coarse times: one EDTF or ISO string, and the half-open span of UTC that it stands for.

Of the Extended Date/Time Format this reads dates with anything left out (`2023-08-XX`, `2024-03-1X`, `202X`) or in
doubt (`2023-08~`), seasons and parts of years, and intervals with both ends. Written here because the `edtf` package
takes 10 ms for each, prints what it can't read, and refuses much that is valid.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?([Zz]|[+-]\d\d:?[0-5]\d)?", re.ASCII
)
_DATE: Final = re.compile(r"([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?")
# A mark of doubt, before or after a part, does not change what a date covers.
_DOUBT: Final = re.compile(r"[?~%](?=\d|X|-|$)")
_DIGITS: Final = re.compile(r"\d{1,4}", re.ASCII)
# A day at either end of these years still has bounds that a timestamp with any offset can hold.
_YEARS: Final = (1000, 9998)
_LEAP_YEAR: Final = 2000
# First month and number of months. A winter (a southern summer) belongs to the year in which it begins.
_NORTH: Final = {21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3)}
_SOUTH: Final = {29: (9, 3), 30: (12, 3), 31: (3, 3), 32: (6, 3)}
_QUARTERS: Final = {33: (1, 3), 34: (4, 3), 35: (7, 3), 36: (10, 3)}
_THIRDS_AND_HALVES: Final = {37: (1, 4), 38: (5, 4), 39: (9, 4), 40: (1, 6), 41: (7, 6)}
_SEASONS: Final = (
    _NORTH | {code + 4: months for code, months in _NORTH.items()} | _SOUTH | _QUARTERS | _THIRDS_AND_HALVES
)


class Span(NamedTuple):
    """Half-open, in UTC: a day ends at the next midnight."""

    start: datetime
    end: datetime


@lru_cache(maxsize=4096)
def span(words: str) -> Span:
    """What a coarse time stands for; a moment stands for its own minute, second or microsecond.

    Takes `2023`, `2023-08`, `2023-08-09`, `2023-08-09T13:24+03:00`, EDTF's uncertain and unspecified dates and
    seasons (`2023-08~`, `2023-08-XX`, `2023-21`), and intervals of any of them. Raises ValueError, with a
    sentence for the caller.
    """
    first, slash, second = words.partition("/")
    if not slash:
        return _moment(moment) if (moment := _MOMENT.fullmatch(words)) else _date(words)
    if "/" in second or not {first, second}.isdisjoint({"", ".."}):
        raise ValueError("an interval has two ends, both known: 2023-08-09/2023-08-11")
    start, end = span(first).start, span(second).end
    if start >= end:
        raise ValueError("the interval ends before it begins")
    return Span(start, end)


def _moment(match: re.Match[str]) -> Span:
    day, hour, minute, second, fraction, offset = match.groups()
    if offset is None:
        raise ValueError("a time of day needs its offset from UTC: 2023-08-09T13:24+03:00 or …Z")
    offset = "+00:00" if offset in "Zz" else offset
    exact = f"{second or '00'}.{(fraction or '').ljust(6, '0')}"
    try:
        start = datetime.fromisoformat(f"{day}T{hour}:{minute}:{exact}{offset}")
    except ValueError:
        raise ValueError("there is no such day or time of day") from None
    _check_year(start.year)
    start = start.astimezone(UTC)
    length = timedelta(microseconds=1) if fraction else timedelta(seconds=1) if second else timedelta(minutes=1)
    return Span(start, start + length)


def _date(words: str) -> Span:
    """The first to the last of the days that fit."""
    match = _DATE.fullmatch(_DOUBT.sub("", words))
    if match is None:
        raise ValueError("not a date: 2023-08-09, 2023-08, 2023-08-09T13:24+03:00, or EDTF such as 2023-08~")
    year, month, day = match.groups()
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    _check_year(first)
    _check_year(last)
    if month and day is None and _DIGITS.fullmatch(month) and int(month) in _SEASONS:
        first_month, months = _SEASONS[int(month)]
        return Span(_first_of(first, first_month), _first_of(last, first_month + months))
    # A day that not even a leap year has is in none of up to 9,000 years: so none of them is gone through.
    possible = bool(_days_of(_LEAP_YEAR, month, day))
    years = [number for number in range(first, last + 1) if _fits(number, year)] if possible else []
    start = next((days[0] for number in years if (days := _days_of(number, month, day))), None)
    end = next((days[-1] for number in reversed(years) if (days := _days_of(number, month, day))), None)
    if start is None or end is None:
        raise ValueError("there is no such day")
    return Span(start, end + timedelta(days=1))


def _days_of(year: int, month: str | None, day: str | None) -> list[datetime]:
    """The days of a year that fit the patterns."""
    return [
        datetime(year, month_number, day_number, tzinfo=UTC)
        for month_number in range(1, 13)
        if _fits(month_number, month)
        for day_number in range(1, _month_days(year, month_number) + 1)
        if _fits(day_number, day)
    ]


def _fits(number: int, pattern: str | None) -> bool:
    """Whether the digits are those of the pattern, where it has one."""
    digits = str(number).rjust(len(pattern or ""), "0")
    return pattern is None or all(sign in ("X", digit) for sign, digit in zip(pattern, digits, strict=True))


def _first_of(year: int, month: int) -> datetime:
    """The first of a month, counted on into the next year."""
    return datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)


def _month_days(year: int, month: int) -> int:
    return (_first_of(year, month + 1) - _first_of(year, month)).days


def _check_year(year: int) -> None:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(f"the year must be {_YEARS[0]} to {_YEARS[1]}")
