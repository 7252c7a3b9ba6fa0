"""Dates as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import times
from app.imports import written_dates


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2021-03-04", "2021-03-04"),
        ("20210304", "2021-03-04"),
        ("2021", "2021"),
        ("2021-03", "2021-03"),
        ("2021/3/4", "2021-03-04"),
        ("2017-03-01 20:30:17 UTC", "2017-03-01T20:30:17Z"),
        ("2025-04-28T19:23:46Z", "2025-04-28T19:23:46Z"),
        ("2025-04-03T00:00:00Z", "2025-04-03"),
        ("2025-04-03T00:00:00+00:00", "2025-04-03"),
        ("2021-03-04T00:00:00+03:00", "2021-03-04T00:00:00+03:00"),
        ("2021-03-04T10:00:00+0300", "2021-03-04T10:00:00+03:00"),
        ("2021-03-04T10:00:00.000Z", "2021-03-04T10:00:00Z"),
        ("2021-03-04T10:00:00.1234567Z", "2021-03-04T10:00:00.123456Z"),
        ("2021-03-04 9:05 GMT", "2021-03-04T09:05Z"),
        ("Thu, 04 Mar 2021 10:00:00 +0100", "2021-03-04T10:00:00+01:00"),
        ("March 4, 2021", "2021-03-04"),
        ("Thursday, March 4th, 2021", "2021-03-04"),
        ("4 mars 2021", "2021-03-04"),
        ("4 de marzo de 2021", "2021-03-04"),
        ("4. März 2021", "2021-03-04"),
        ("1er juin 2021", "2021-06-01"),
        ("25/04/2021", "2021-04-25"),
        ("4.25.2021", "2021-04-25"),
        ("04-04-2021", "2021-04-04"),
        ("2019-11-00", "2019-11"),
        ("2019-00-00", "2019"),
        ("+2019-11-00T00:00:00Z", "2019-11"),
        ("2019/11/00", "2019-11"),
        ("00/11/2019", "2019-11"),
        ("2019", "2019"),
        ("2021-8-9", "2021-08-09"),
        ("+2021-03-04T00:00:00Z", "2021-03-04"),
        ("٢٠٢١-٠٣-٠٤", "2021-03-04"),
        ("۲۵/۰۴/۲۰۲۱", "2021-04-25"),
        ("२०२१-०३-०४", "2021-03-04"),
        ("２０２１／０３／０４", "2021-03-04"),
        ("٢٠٢١", "2021"),
        ("\u200f٢٠٢١-٠٣-٠٤T10:00:00Z", "2021-03-04T10:00:00Z"),
        ("March ٤, ٢٠٢١", "2021-03-04"),
        ("1970-01-01", "1970-01-01"),
        ("1970-01-01T00:00:01Z", "1970-01-01T00:00:01Z"),
    ],
)
def test_what_can_be_one_day_only_is_read(words: str, found: str) -> None:
    assert written_dates.read(words) == (found, None)


@pytest.mark.parametrize(
    "words",
    [
        "1970-01-01T00:00:00Z", "1970-01-01T00:00Z", "1970-01-01T00:00:00.000+00:00", "1970-01-01T03:00:00+03:00",
        "1969-12-31T19:00:00-05:00", "1970-01-01 05:30:00 +0530", "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01 Jan 1970 01:00:00 +0100", "1970-01-01 00:00:00 UTC", "1970-01-01T00:00:00", "1970-01-01 01:00",
        "1969-12-31 19:00:00", "19700101T00:00:00Z", "١٩٧٠-٠١-٠١T٠٠:٠٠:٠٠Z",
    ],
)  # fmt: skip
def test_the_moment_from_which_computers_count_is_none(words: str) -> None:
    assert written_dates.read(words) == (None, written_dates.EPOCH)


def test_nor_is_it_one_in_a_format_that_is_given() -> None:
    assert written_dates.read("01/01/1970 01:00 +0100", ("%d/%m/%Y %H:%M %z",)) == (None, written_dates.EPOCH)
    assert written_dates.read("01/02/1970", ("%d/%m/%Y",)) == ("1970-02-01", None)


@pytest.mark.parametrize("words", ["2020-10-07 20:05", "2020-10-07T20:05:00", "2020-10-07 20:05 CET"])
def test_of_a_time_without_its_offset_the_day_is_taken(words: str) -> None:
    assert written_dates.read(words) == ("2020-10-07", written_dates.NO_OFFSET)


@pytest.mark.parametrize("words", ["03/04/2021", "3.4.2021", "03-04-21", "25/04/21"])
def test_what_could_be_two_days_is_none(words: str) -> None:
    assert written_dates.read(words) == (None, written_dates.AMBIGUOUS)


@pytest.mark.parametrize(
    "words",
    [
        "yesterday",
        "2021-13-45",
        "31 February 2021",
        "99/99/2021",
        "0001-01-01T00:00:00Z",
        "1614816000",
        "-",
        "0000-00-00",
        "2021-00-04x",
        "2019-13-00",
    ],
)
def test_what_is_no_date_is_none(words: str) -> None:
    assert written_dates.read(words) == (None, written_dates.UNREADABLE)


def test_formats_that_are_given_go_first() -> None:
    assert written_dates.read("03/04/2021", ("%d/%m/%Y",)) == ("2021-04-03", None)
    assert written_dates.read("03/04/2021 10:00", ("%m/%d/%Y %H:%M",)) == ("2021-03-04", written_dates.NO_OFFSET)
    assert written_dates.read("03/04/2021 10:00 +0200", ("%m/%d/%Y %H:%M %z",)) == ("2021-03-04T10:00:00+02:00", None)
    assert written_dates.read("4 May 2021", ("%d/%m/%Y",)) == ("2021-05-04", None)


@given(st.text())
def test_whatever_is_read_the_service_takes(words: str) -> None:
    found, why = written_dates.read(words)
    assert found or why
    if found:
        times.span(found)
