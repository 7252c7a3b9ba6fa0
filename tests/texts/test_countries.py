"""Codes of ISO 3166-1 are taken, what means one of them is told, and everything else is refused."""

import re
from contextlib import suppress

import babel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.texts import countries
from app.vocabulary import COUNTRIES, COUNTRY_SYNONYMS

# What CLDR names beside countries: regions, unions, places that ISO has only reserved, and no place at all.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


def test_the_list_is_that_of_cldr_without_what_is_no_country() -> None:
    named = {str(code) for code in babel.Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))}
    assert named - NO_COUNTRIES == COUNTRIES
    assert len(COUNTRIES) == 250
    assert not COUNTRIES & COUNTRY_SYNONYMS.keys()
    assert set(COUNTRY_SYNONYMS.values()) <= COUNTRIES


@given(st.sampled_from(sorted(COUNTRIES)), st.sampled_from([str.lower, str.upper, str.title, " {} ".format]))
def test_a_code_is_taken_in_any_case(code: str, spelt: object) -> None:
    assert callable(spelt)
    assert countries.check(spelt(code)) == code


@pytest.mark.parametrize(("sent", "code"), [("UK", "GB"), ("el", "GR"), (" uk ", "GB")])
def test_what_others_write_is_taken(sent: str, code: str) -> None:
    assert countries.check(sent) == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Russia", "RU"),
        ("RUSSIA", "RU"),
        ("Россия", "RU"),
        ("Росія", "RU"),
        ("روسيا", "RU"),
        ("俄罗斯", "RU"),
        ("Russland", "RU"),
        ("Rusia", "RU"),
        ("Rossia", "RU"),
        ("RUS", "RU"),
        ("643", "RU"),
        ("UR", "RU"),
        ("Germany", "DE"),
        ("Allemagne", "DE"),
        ("Німеччина", "DE"),
        ("Deutschland", "DE"),
        ("Great Britain", "GB"),
        ("United Kingdom", "GB"),
        ("GBR", "GB"),
        ("Untied Kingdom", "GB"),
        ("Ukraina", "UA"),
        ("Ukrain", "UA"),
        ("Côte d'Ivoire", "CI"),
        ("Cote d’Ivoire", "CI"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Turkei", "TR"),
        ("ZR", "CD"),
        ("DD", "DE"),
        ("SU", "RU"),
        ("U.S.", "US"),
        ("U.K.", "GB"),
        ("Congo", "CD"),
        ("Congo", "CG"),
        ("Korea", "KP"),
        ("Korea", "KR"),
    ],
)
def test_who_writes_something_else_is_told_the_code(words: str, code: str) -> None:
    with pytest.raises(ValueError, match="two letters in ISO 3166-1") as refused:
        countries.check(words)
    assert f"{code} (" in str(refused.value)


@pytest.mark.parametrize(
    "words", ["XX", "ZZ", "QQ", "EU", "", " ", "1", "qwertyuiop", "??", "R", "RU UA", "x" * 10_000]
)
def test_what_is_no_country_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="two letters in ISO 3166-1"):
        countries.check(words)


@given(st.text())
def test_nothing_else_is_ever_taken(words: str) -> None:
    with suppress(ValueError):
        assert countries.check(words) in COUNTRIES


def test_older_codes_are_found_with_those_of_today() -> None:
    assert set(countries.spellings("GB")) == set(countries.spellings("UK")) == {"GB", "UK"}
    assert countries.spellings("XX") == ("XX",)
