"""Coarse times: what is read, what is refused, and what always holds."""

import string
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import soaking
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app import times


def _shown(words: str) -> tuple[str, str]:
    start, end = times.span(words)
    return start.strftime("%Y-%m-%dT%H:%M"), end.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2023", "2023-01-01T00:00", "2024-01-01T00:00"),
        ("2023-12", "2023-12-01T00:00", "2024-01-01T00:00"),
        ("2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"),
        ("2023-08-09T13:24+03:00", "2023-08-09T10:24", "2023-08-09T10:25"),
        ("2023-08-09t13:24z", "2023-08-09T13:24", "2023-08-09T13:25"),
        ("2023-08-09T23:30-0500", "2023-08-10T04:30", "2023-08-10T04:31"),
        ("2023-08~", "2023-08-01T00:00", "2023-09-01T00:00"),
        ("2023?-~08-09%", "2023-08-09T00:00", "2023-08-10T00:00"),
        ("2023-08-XX", "2023-08-01T00:00", "2023-09-01T00:00"),
        ("2024-03-1X", "2024-03-10T00:00", "2024-03-20T00:00"),
        ("2023-12-3X", "2023-12-30T00:00", "2024-01-01T00:00"),
        ("2023-1X", "2023-10-01T00:00", "2024-01-01T00:00"),
        ("202X", "2020-01-01T00:00", "2030-01-01T00:00"),
        ("202X-02-29", "2020-02-29T00:00", "2028-03-01T00:00"),
        ("2023-XX-31", "2023-01-31T00:00", "2024-01-01T00:00"),
        ("2023-21", "2023-03-01T00:00", "2023-06-01T00:00"),
        ("2023-24", "2023-12-01T00:00", "2024-03-01T00:00"),
        ("2023-36", "2023-10-01T00:00", "2024-01-01T00:00"),
        ("2023-08-09/2023-08-09", "2023-08-09T00:00", "2023-08-10T00:00"),
        ("2023-08-09T10:00Z/2023-08~", "2023-08-09T10:00", "2023-09-01T00:00"),
        ("1000-01-01T00:00+14:00", "0999-12-31T10:00", "0999-12-31T10:01"),
        ("9998-12-31T23:59-14:00", "9999-01-01T13:59", "9999-01-01T14:00"),
    ],
)
def test_what_a_coarse_time_stands_for(words: str, start: str, end: str) -> None:
    assert _shown(words) == (
        start.lstrip("0") if start[:1] == "0" else start,
        end.lstrip("0") if end[:1] == "0" else end,
    )


@pytest.mark.parametrize(
    ("codes", "starts"),
    [
        ((21, 22, 23, 24), ("2023-03", "2023-06", "2023-09", "2023-12", "2024-03")),
        ((25, 26, 27, 28), ("2023-03", "2023-06", "2023-09", "2023-12", "2024-03")),
        ((31, 32, 29, 30), ("2023-03", "2023-06", "2023-09", "2023-12", "2024-03")),
        ((33, 34, 35, 36), ("2023-01", "2023-04", "2023-07", "2023-10", "2024-01")),
        ((37, 38, 39), ("2023-01", "2023-05", "2023-09", "2024-01")),
        ((40, 41), ("2023-01", "2023-07", "2024-01")),
    ],
)
def test_parts_of_a_year_follow_each_other(codes: tuple[int, ...], starts: tuple[str, ...]) -> None:
    """By their numbers in EDTF: seasons of no half of the earth, the northern and the southern; quarters and so on."""
    for code, bounds in zip(codes, pairwise(starts), strict=True):
        assert _shown(f"2023-{code}") == tuple(f"{month}-01T00:00" for month in bounds), code


@pytest.mark.parametrize("words", ["2023-08-09T13:24:05Z", "2023-08-09T13:24:05.123456789Z", "2023-08-09T13:24:05,5Z"])
def test_a_moment_is_as_long_as_it_is_exact(words: str) -> None:
    start, end = times.span(words)
    assert (end - start).total_seconds() == (1 if words.endswith("05Z") else 0.000001)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "",
            "yesterday",
            "2023-8-9",
            "23-08-09",
            "2023-13",
            "2023-00-00",
            "2023-02-29",
            "2023-20",
            "2023-42",
            "2023-21-01",
        ),
        *("2023-08-09T24:00Z", "2023-08-09T23:59:60Z", "2023-08-09T23:60Z", "2023-08-09T13:24", "2023-08-09 13:24Z"),
        *("2023-08-09T13:24+24:00", "2023-08-09T13:24+03:99", "2023-08-09T13:24+3"),
        *(
            "0001",
            "0999",
            "9999",
            "XXXX",
            "9XXX",
            "0001-01-01T00:00+14:00",
            "9999-12-31T23:59-12:00",
            "-2023",
            "Y20230",
        ),
        *("2023/..", "../2023", "2023/", "/2023", "/", "2023/2024/2025", "2023-08-10/2023-08-09", "2024-01-01/2023"),
        *(
            "٢٠٢٣-٠٨-٠٩",
            "２０２３",
            "2023-08-٠٩T13:24Z",
            "2023-08-09T13:24Z\n",
            "2023\n",
            " 2023",
            "2023-?",
            "?",
            "{2023}",
        ),
    ],
)
def test_what_is_no_coarse_time(words: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        times.span(words)


# --- other spellings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        *(
            (words, "2023-08-09")
            for words in ("2023/08/09", "2023/8/9", "20230809", "2023-8-9", "2023.08.09", "2023.8.9")
        ),
        *(
            (words, "2023-08-09")
            for words in ("٢٠٢٣-٠٨-٠٩", "۲۰۲۳/۸/۹", "２０２３－０８－０９", "२०२३-०८-०९", " 2023‑08‑09 ")
        ),
        *((words, "2023-08-09") for words in ("\u200f2023-08-09\u200e", "+2023-08-09", "2023−8−9")),
        *((words, "2023-08") for words in ("2023/08", "2023/8", "2023-8", "2023-08-00", "2023/08/00", "20230800")),
        *((words, "2023") for words in ("2023-00", "2023-00-00", "20230000", "+2023-00-00T00:00:00Z")),
        *((words, "2019-11") for words in ("2019-11-00", "2019-11-00T00:00:00Z", "+2019-11-00T00:00Z", "٢٠١٩-١١-٠٠")),
        ("2023-08-09 13:24Z", "2023-08-09T13:24Z"),
        ("2023/08/09 13:24+03:00", "2023-08-09T13:24+03:00"),
        ("20230809T132405Z", "2023-08-09T13:24:05Z"),
        ("20230809T1324+0300", "2023-08-09T13:24+0300"),
        ("2023-8-9T13:24+03", "2023-08-09T13:24+03:00"),
        ("2023-08-09T13:24 03:00", "2023-08-09T13:24+03:00"),  # as a plus in a URL arrives
        ("2023-08-09 13:24:05 0330", "2023-08-09T13:24:05+0330"),
        ("2023-08-09T13:24 03:00/2023-08-10T08:00 03", "2023-08-09T13:24+03:00/2023-08-10T08:00+03:00"),
        ("2023-08-09T13:24:05.25Z", "2023-08-09T13:24:05.25Z"),
        ("2023-8-9/2023-8-11", "2023-08-09/2023-08-11"),
        ("2022/2023", "2022/2023"),
        *((words, "2024-01-24") for words in ("24/01/2024", "01/24/2024", "24.01.2024", "24-1-2024", "24 01 2024")),
        *((words, "2024-01-24") for words in ("24 January 2024", "Jan 24, 2024", "Wednesday, 24th January 2024")),
        *((words, "2024-01-24") for words in ("24 de enero de 2024", "24. Januar 2024", "24 janvier 2024")),
        *((words, "2024-01-24") for words in ("24 января 2024 г.", "24 січня 2024 р.", "٢٤/٠١/٢٠٢٤")),
        *((words, "2024-01") for words in ("January 2024", "январь 2024", "enero de 2024")),
        ("5-5-2023", "2023-05-05"),  # whichever of the two is the day
        ("08/13/2023 10:00Z", "2023-08-13T10:00Z"),
        ("24.01.2024, 13:00+03:00", "2024-01-24T13:00+03:00"),
        ("24 January 2024 at 9:05 +0300", "2024-01-24T09:05+0300"),
        ("24.01.2024/26.01.2024", "2024-01-24/2024-01-26"),
        ("9 August 2023/11 August 2023", "2023-08-09/2023-08-11"),
        ("2023-08-00/2023-09", "2023-08/2023-09"),
        *((words, words) for words in ("2023", "2023-08~", "2023-08-XX", "2023-21", "202X", "2023?-~08-09%")),
    ],
)
def test_other_spellings_of_one_time_are_read(written: str, stored: str) -> None:
    assert times.read(written) == stored
    assert times.read(stored) == stored


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("09.08.2023", "2023-08-09 or 2023-09-08"),
        ("03/04/2024", "2024-04-03 or 2024-03-04"),
        ("08/13/2023 10:00", "offset"),
        ("24/01/24", "not a date: 2023-08-09"),
        ("24 Foo 2024", "not a date: 2023-08-09"),
        ("31 June 2024", "no such day"),
        ("٠٩/٠٨/٢٠٢٣", "2023-08-09 or 2023-09-08"),
        ("31.31.2023", "no such day"),
        ("2023-08-09/..", "interval"),
        ("../2023-08-09", "interval"),
        ("2023-08-09/", "interval"),
        *(
            (words, "not a date: 2023-08-09")
            for words in ("202308", "2023809", "09.08.23", "2023–08–09", "2023²", "2023-08T10:00Z")
        ),
        ("2023-00-09", "no such day"),
        ("2023-08-00T13:24Z", "no such day"),
        ("0000-00-00", "year"),
        ("2023/13/01", "no such day"),
        ("2023-08-09 13:24", "offset"),
    ],
)
def test_what_could_be_two_times_is_refused_with_what_to_write(written: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        times.read(written)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        *(
            (words, times.EPOCH)
            for words in ("1970-01-01T00:00Z", "1970-01-01T03:00+03:00", "1969-12-31T19:00:00-05:00")
        ),
        *((words, times.EPOCH) for words in ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00Z/1970-01-02")),
        *((words, None) for words in ("1970-01-01", "1970-01-01T00:01Z", "1000", "1812-09-07", "19XX")),
        *((words, times.AHEAD) for words in ("2567-05-02", "2567", "9998", "2024-05-02/2567-05-04", "2024/2567")),
    ],
)
def test_what_can_not_have_been_said_then(words: str, why: str | None) -> None:
    assert times.impossible(words) == why
    assert times.is_epoch(words) == (why == times.EPOCH)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        *((words, times.BEFORE_PAGES) for words in ("1990", "1970-01-01", "1990-12-31T23:59Z", "198X", "1989/1990")),
        *((words, None) for words in ("1991", "1991-01-01", "199X", "19XX", "1990-12-31T23:59-01:00", "1989/1991")),
    ],
)
def test_no_page_is_older_than_pages(words: str, why: str | None) -> None:
    assert times.impossible(words, of_page=True) == why
    assert times.impossible(words) is None


def test_what_is_ahead_by_no_more_than_a_day_may_be_so_by_another_clock() -> None:
    now = datetime.now(UTC)
    for ahead, refused in ((timedelta(hours=23), False), (timedelta(hours=25), True)):
        moment = now + ahead
        assert (times.impossible(moment.isoformat()) is not None) == refused
        assert (times.impossible_moment(moment) is not None) == refused
    assert times.impossible(str(now.year)) is None
    assert times.impossible(f"{now.year - 1}/{now.year}") is None
    assert times.impossible(str(now.year + 1)) == times.AHEAD


_DATES = st.from_regex(
    r"[12][0-9X]{3}(-[0-9X]{2}(-[0-9X]{2}(T[0-2][0-9]:[0-5][0-9](Z|[+-][01][0-9]:[0-5][0-9]))?)?)?[?~%]?",
    fullmatch=True,
)
_NEAR = st.text(string.digits + "X?~%./-TZ:+,", max_size=60)


@given(st.one_of(_DATES, st.tuples(_DATES, _DATES).map("/".join), _NEAR, st.text(max_size=100)))
@example("X" * 100)
@example("?" * 100)
@example("2023-08-09T10:00:00." + "1" * 80)
@example("/" * 100)
@settings(max_examples=soaking.times(300))
def test_every_string_is_a_span_or_refused_at_once(words: str) -> None:
    began = time.perf_counter()
    try:
        start, end = times.span.__wrapped__(words)
    except ValueError:
        pass
    else:
        assert start < end
        assert start.utcoffset() == end.utcoffset() == timedelta(0)
        assert 999 <= start.year <= end.year <= 9999
        if "T" not in words:
            assert (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0)
    try:
        read = times.read.__wrapped__(words)
    except ValueError:
        pass
    else:
        # What is stored is read as it stands, and means what it did.
        assert times.read(read) == read
        assert times.impossible(read) in (None, times.EPOCH, times.AHEAD)
        with suppress(ValueError):
            assert times.span(words) == times.span(read)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("earlier", "later", "is_before"),
    [
        ("2023-08-08", "2023-08-09", True),
        ("2023-08-09", "2023-08-09", False),
        ("2023-08", "2023-08-09", False),
        ("2023-08-09T12:00Z", "2023-08-09T12:01Z", True),
        ("2023-08-09T12:00Z", "2023-08-09T14:00+03:00", False),
        # It was the 9th already where it was said.
        ("2023-08-08T22:00Z", "2023-08-09", False),
        ("2023-08-08T09:00Z", "2023-08-09", True),
    ],
)
def test_what_is_before_wherever_a_day_is(earlier: str, later: str, is_before: bool) -> None:
    assert times.is_before(earlier, later) == is_before
