"""Coarse times: one EDTF or ISO string, and the half-open span of UTC that it stands for.

`read` takes other spellings that can mean but one time, and gives the one that is stored; `span` knows that one alone;
`impossible` says why something can't have been said, published, read, made or withdrawn then.

Of the Extended Date/Time Format this reads dates with anything left out (`2023-08-XX`, `2024-03-1X`, `202X`) or in
doubt (`2023-08~`), seasons and parts of years, and intervals with both ends. Written here because the `edtf` package
takes 10 ms for each, prints what it can't read, and refuses much that is valid.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from app import months

_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?([Zz]|[+-]\d\d:?[0-5]\d)?", re.ASCII
)
_DATE: Final = re.compile(r"([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?")
# A mark of doubt, before or after a part, does not change what a date covers.
_DOUBT: Final = re.compile(r"[?~%](?=\d|X|-|$)")
# --- other spellings. Where the year stands first, none can be two days
_ALONE: Final = re.compile(
    r"\+?(\d{4})([-/.]?)(\d{1,2})(?:\2(\d{1,2}))?(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d)([.,]\d+)?)?(.*))?", re.ASCII
)
_SEVERAL_SLASHES: Final = re.compile(r"\d{4}/\d{1,2}(?:/\d{1,2})?(?:[Tt ].*)?", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})(?:(?:,|[Tt]|,? ) *(\d\d:?\d\d[^/]*))?", re.ASCII)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}/\d{1,2}/\d{2}", re.ASCII)
_NO_NUMBER: Final = re.compile(r"(\d{4})(?:-00(?:-00)?|-(\d\d)-00)", re.ASCII)
_HOURS: Final = re.compile(r"[+-]\d\d", re.ASCII)
# A plus in a URL is a space when it arrives; no minus is lost that way.
_LOST_PLUS: Final = re.compile(r"([Tt ]\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?) (?=\d\d(?::?\d\d)?(?:/|$))", re.ASCII)
# What most send, which is the spelling that is stored.
_STORED: Final = re.compile(
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])"
    r"(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)
_DIGITS_OF_MONTH_AND_DAY: Final = 4
_MIDNIGHT: Final = re.compile(r"[Tt]00:00(?::00(?:[.,]0+)?)?(?:[Zz]|[+-]00:?00)?", re.ASCII)
# Hyphens that are no minus of ASCII's; full-width signs. No long dash: between two years it is "to".
_PLAIN: Final = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2212": "-", "－": "-", "／": "/", "．": ".", "：": ":"})
_CLOCKS_DIFFER: Final = timedelta(days=1)  # what lies no further ahead may have been by somebody's clock
_ZONES_DIFFER: Final = timedelta(hours=14)  # by so much a day begins earlier or later than in UTC
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_FIRST_PAGE: Final = datetime(1991, 1, 1, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS: Final = "2023-08-09, 2023-08, 2023-08-09T13:24+03:00, or EDTF such as 2023-08~"

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


# Why a time can't be.
AHEAD: Final = "it lies ahead: by the service's clock it has not come yet"
BEFORE_PAGES: Final = "there were no pages before 1991; what is no page is stored without its URL"
EPOCH: Final = "1970-01-01T00:00Z is what programs write where no time was told: leave it out (the day is 1970-01-01)"


class Span(NamedTuple):
    """Half-open, in UTC: a day ends at the next midnight."""

    start: datetime
    end: datetime


def rfc3339(moment: datetime) -> str:
    """A moment in UTC, to the part of a second that it has: `2023-08-09T10:24:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- what was written ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def read(words: str) -> str:
    """A coarse time in the spelling that is stored, of any spelling that can mean but one time.

    `2023/08/09`, `20230809`, `2023-8-9` and `9 August 2023` are 2023-08-09, `24/01/2024` is 2024-01-24, digits of every
    script are digits, and zeros are what was not told: `2019-11-00` is 2019-11. Raises ValueError, with the right
    spelling of what could be two days.
    """
    if _STORED.fullmatch(words):
        span(words)
        return words
    written = plain(words)
    if match := _YEAR_LAST.fullmatch(written):
        written = _year_first(match)
    if "/" in written and not _SEVERAL_SLASHES.fullmatch(written):
        time = "/".join(_one(end) for end in written.split("/"))
    else:
        time = _one(written)
    span(time)
    return time


def plain(words: str) -> str:
    """With ASCII's digits and signs, without what can't be seen."""
    if words.isascii():
        return _LOST_PLUS.sub(r"\1+", words.strip())
    visible = "".join(character for character in words.strip() if unicodedata.category(character) != "Cf")
    digits = {ord(digit): str(unicodedata.decimal(digit)) for digit in set(visible) if digit.isdecimal()}
    return _LOST_PLUS.sub(r"\1+", visible.translate(_PLAIN).translate(digits))


def _one(words: str) -> str:
    """One end of an interval, or all there is."""
    words = _year_first(match) if (match := _YEAR_LAST.fullmatch(words)) else months.year_first(words)
    match = _ALONE.fullmatch(words)
    if match is None:
        return _without_zeros(words)
    year, joint, month, day, hour, minute, second, fraction, offset = match.groups()
    # `202311` may be November 2023, or the 11th of a March; a time of day is none of a month.
    if (not joint and len(month + (day or "")) < _DIGITS_OF_MONTH_AND_DAY) or (day is None and hour is not None):
        return words
    time = "-".join(part.rjust(2, "0") for part in (year, month, day) if part is not None)
    if hour is not None:
        time += f"T{hour}:{minute}" + (f":{second}{fraction or ''}" if second else "")
        time += f"{offset}:00" if _HOURS.fullmatch(offset) else offset.strip()
    return _without_zeros(time)


def _without_zeros(time: str) -> str:
    """Zeros for a month or a day are what was not told; midnight of no day is no time of day."""
    date_, clock = time[:10], time[10:]
    match = _NO_NUMBER.fullmatch(date_) if not clock or _MIDNIGHT.fullmatch(clock) else None
    if match is None or (match[1] == "0000"):
        return time
    return match[1] if match[2] is None else f"{match[1]}-{match[2]}"


def _year_first(match: re.Match[str]) -> str:
    """`24.01.2024` with the year first: the day is what can be no month. `09.08.2023` may be two days."""
    first, last, year = int(match[1]), int(match[3]), int(match[4])
    days = []
    for month, day in ((last, first), (first, last)):
        try:
            days.append(date(year, month, day).isoformat())
        except ValueError:
            continue
    if not days:
        raise ValueError("there is no such day; and the year comes first: 2023-08-09")
    if len(set(days)) > 1:
        doubt = "whether the day or the month stands first, it doesn't tell"
        raise ValueError(f"the year comes first: {' or '.join(days)}: {doubt}")
    return f"{days[0]} {match[5]}" if match[5] else days[0]


def is_epoch(words: str) -> bool:
    """Whether a time is the instant from which computers count: where none was told, programs write that one.

    In whatever zone it is written. The day 1970-01-01 is a day.
    """
    return any(_is_written_epoch(end, span(end).start) for end in words.split("/"))


def _is_written_epoch(words: str, start: datetime) -> bool:
    return is_epoch_instant(start) and _MOMENT.fullmatch(words) is not None


def is_epoch_instant(moment: datetime) -> bool:
    return moment == _EPOCH


def impossible(words: str, *, of_page: bool = False) -> str | None:
    """Why nothing can have been said, published, read, made or withdrawn then, in words for the caller; None: it can.

    `words`: as `read` gives them; `of_page`: of a document with a URL.
    """
    for end in words.split("/"):
        start = span(end).start
        if _is_written_epoch(end, start):
            return EPOCH
        if _lies_ahead(start):
            return AHEAD
    return BEFORE_PAGES if of_page and is_before_pages(words) else None


def impossible_moment(moment: datetime) -> str | None:
    """The same of an instant."""
    if is_epoch_instant(moment):
        return EPOCH
    return AHEAD if _lies_ahead(moment) else None


def _lies_ahead(moment: datetime) -> bool:
    return moment > datetime.now(UTC) + _CLOCKS_DIFFER


def is_before_pages(time: datetime | str) -> bool:
    """Of a coarse time: whether all of it is."""
    return span(time).end <= _FIRST_PAGE if isinstance(time, str) else time < _FIRST_PAGE


def is_before(earlier: str, later: str) -> bool:
    """Whether all of one coarse time lies before the other, wherever on earth the day is that one of them may be."""
    is_day_beside_moment = ("T" in earlier) != ("T" in later)
    return span(earlier).end + (_ZONES_DIFFER if is_day_beside_moment else timedelta()) <= span(later).start


# --- what it stands for ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def span(words: str) -> Span:
    """What a coarse time stands for; a moment stands for its whole minute, second or microsecond.

    Takes `2023`, `2023-08`, `2023-08-09`, `2023-08-09T13:24+03:00`, EDTF's uncertain and unspecified dates and
    seasons (`2023-08~`, `2023-08-XX`, `2023-21`), and intervals of any of them. Raises ValueError, with a
    sentence for the caller.
    """
    first, slash, second = words.partition("/")
    if _SHORT_YEAR.fullmatch(words):
        raise ValueError(f"not a date: {_FORMS}")
    if not slash:
        return _moment(moment) if (moment := _MOMENT.fullmatch(words)) else _date(words)
    if "/" in second or not {first, second}.isdisjoint({"", ".."}):
        raise ValueError("an interval has two ends, both known: 2023-08-09/2023-08-11; one that is open has no bounds")
    start, end = span(first).start, span(second).end
    if start >= end:
        raise ValueError("the interval ends before it begins")
    return Span(start, end)


def _moment(match: re.Match[str]) -> Span:
    day, hour, minute, second, fraction, offset = match.groups()
    if offset is None:
        raise ValueError("a time of day needs its offset from UTC: 2023-08-09T13:24+03:00 or …Z")
    offset = "+00:00" if offset in "Zz" else offset
    exact = f"{second or '00'}.{fraction.ljust(6, '0')}" if fraction else second or "00"
    try:
        start = datetime.fromisoformat(f"{day}T{hour}:{minute}:{exact}{offset}")
    except ValueError:
        raise ValueError("there is no such day or time of day") from None
    _check_year(start.year)
    start = start.astimezone(UTC)
    return Span(start, start + (_MICROSECOND if fraction else _SECOND if second else _MINUTE))


def _date(words: str) -> Span:
    """The first to the last of the days that fit."""
    match = _DATE.fullmatch(_DOUBT.sub("", words))
    if match is None:
        raise ValueError(f"not a date: {_FORMS}")
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
