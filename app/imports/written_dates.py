"""Dates as people and programs write them. What could be two days is refused."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from app import months, times

_ISO: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:(?:[Tt]|\s+)(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(.*))?", re.ASCII
)
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)
_UTC: Final = ("Z", "UTC", "GMT")
_NUMBERS: Final = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})", re.ASCII)

UNREADABLE: Final = "a date that can't be read"
AMBIGUOUS: Final = "a date that could be two: day and month can't be told apart"
EPOCH: Final = "1970-01-01T00:00Z, which programs write where no time is told: left out"
NO_OFFSET: Final = "a time of day without its offset from UTC: only the day is taken"


def read(words: str, formats: tuple[str, ...] = ()) -> tuple[str | None, str | None]:
    """A coarse time as the service takes it, and what to note: (time, None), (time, note) or (None, note).

    `formats`: strptime's, tried first; what they give without an offset is a day. Midnight in UTC to the second is a
    day: programs that know no dates without a time write it so.
    """
    words = " ".join(times.plain(words).split()).removeprefix("+")
    for form in formats:
        try:
            parsed = datetime.strptime(words, form)  # noqa: DTZ007  (an offset may be in the format)
        except ValueError:
            continue
        return _moment(parsed, clocked="%H" in form or "%I" in form)
    for reader in (_iso, _named, _numbers, _mail):
        value, why = reader(words)
        if value or why:
            return value, why
    return _coarse(words)


def _coarse(words: str) -> tuple[str | None, str | None]:
    """What the service itself takes: `2023`, `2023-08`, EDTF; zeros are what is not told: `2019-11-00` is 2019-11."""
    try:
        return times.read(words), None
    except ValueError:
        return None, UNREADABLE


def _checked(words: str, why: str | None = None) -> tuple[str | None, str | None]:
    value, wrong = _coarse(words)
    return value, wrong or why


def _moment(moment: datetime, *, clocked: bool) -> tuple[str | None, str | None]:
    if clocked and _may_be_epoch(moment):
        return None, EPOCH
    if not clocked:
        return _checked(moment.date().isoformat())
    if moment.tzinfo is None:
        return _checked(moment.date().isoformat(), NO_OFFSET)
    return _checked(moment.isoformat())


def _may_be_epoch(moment: datetime) -> bool:
    """Whether it is the instant from which computers count, or may be: without its offset, in some zone there is."""
    if moment.tzinfo is not None:
        return times.is_epoch_instant(moment)
    since = moment.replace(tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    return -timedelta(hours=12) <= since <= timedelta(hours=14) and not since % timedelta(minutes=15)


def _iso(words: str) -> tuple[str | None, str | None]:
    match = _ISO.fullmatch(words)
    if match is None:
        return None, None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    on = f"{year}-{month}-{day}"
    if hour is None:
        return _checked(on)
    offset = _OFFSET.fullmatch(zone)
    if _is_epoch(f"{on}T{hour.rjust(2, '0')}:{minute}:{second or '00'}", zone.upper() in _UTC, offset, fraction):
        return None, EPOCH
    if zone.upper() not in _UTC and offset is None:
        return _checked(on, NO_OFFSET)
    offset_written = (
        f"{offset[1]}{offset[2]}:{offset[3] or '00'}" if offset and int(offset[2] + (offset[3] or "")) else "Z"
    )
    if offset_written == "Z" and not int(f"{hour}{minute}{second or 0}{fraction or 0}"):
        return _checked(on)
    exact = f":{second}{'.' + fraction[:6] if fraction and int(fraction) else ''}" if second else ""
    return _checked(f"{on}T{hour.rjust(2, '0')}:{minute}{exact}{offset_written}")


def _is_epoch(written: str, in_utc: bool, offset: re.Match[str] | None, fraction: str | None) -> bool:
    zone = f"{offset[1]}{offset[2]}:{offset[3] or '00'}" if offset else "+00:00" if in_utc else ""
    try:
        return not int(fraction or 0) and _may_be_epoch(datetime.fromisoformat(written + zone))
    except ValueError:
        return False


def _day(year: int, month: int, day: int) -> tuple[str | None, str | None]:
    try:
        return _checked(date(year, month, day).isoformat())
    except ValueError:
        return None, UNREADABLE


def _named(words: str) -> tuple[str | None, str | None]:
    """With the name of its month."""
    written = months.day(words)
    return _day(*written) if written else (None, None)


def _numbers(words: str) -> tuple[str | None, str | None]:
    """`2021/03/04`, `25/04/2021`, `4.4.2021`; never `03/04/2021`."""
    match = _NUMBERS.fullmatch(words)
    if match is None:
        return None, None
    first_number, middle_number, last_number = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == len("2021"):
        return _checked(f"{match[1]}-{middle_number:02}-{last_number:02}")
    if len(match[4]) != len("2021"):
        return None, AMBIGUOUS
    if not first_number:  # a day that is not told
        return _checked(f"{match[4]}-{middle_number:02}-00")
    day_and_month = (first_number, middle_number), (middle_number, first_number)
    months = {(day, month) for day, month in day_and_month if 1 <= month <= 12}  # noqa: PLR2004
    if len(months) > 1:
        return None, AMBIGUOUS
    return next((_day(last_number, month, day) for day, month in months), (None, UNREADABLE))


def _mail(words: str) -> tuple[str | None, str | None]:
    """As in mails and feeds: `Thu, 04 Mar 2021 10:00:00 +0100`."""
    try:
        moment = parsedate_to_datetime(words)
    except (ValueError, TypeError, IndexError):
        return None, None
    return _moment(moment, clocked=True)
