"""Coarse times: what is read, what is refused, and what always holds."""

import string
import time
from datetime import timedelta

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
    assert time.perf_counter() - began < 0.5
