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


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        *(("UK", "GB"), ("el", "GR"), (" uk ", "GB"), ("U.S.", "US"), ("U.K.", "GB"), ("u.s.a.", "US")),
        *((name, "RU") for name in ("Russia", "RUSSIA", "Россия", "Росія", "روسيا", "俄罗斯", "Russland", "Rusia")),
        *(("RUS", "RU"), ("643", "RU"), ("GBR", "GB"), ("Russian Federation", "RU")),
        *((name, "DE") for name in ("Germany", "Allemagne", "Німеччина", "Deutschland")),
        *(("Great Britain", "GB"), ("United Kingdom", "GB"), ("Côte d'Ivoire", "CI"), ("Cote d’Ivoire", "CI")),
        *(("Türkiye", "TR"), ("Turkey", "TR"), ("Turkei", "TR"), ("Niger", "NE"), ("Guinea", "GN")),
    ],
)
def test_what_only_one_country_is_called_is_taken(sent: str, code: str) -> None:
    assert countries.check(sent) == code


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        *(("Rossia", ["RU"]), ("UR", ["RU"]), ("Untied Kingdom", ["GB"]), ("Ukrain", ["UA"])),
        *(("ZR", ["CD"]), ("DD", ["DE"]), ("SU", ["RU"])),
        *(("Congo", ["CD", "CG"]), ("Korea", ["KP", "KR"])),
    ],
)
def test_what_may_be_a_slip_or_two_countries_is_told_the_codes(words: str, codes: list[str]) -> None:
    with pytest.raises(ValueError, match="two letters in ISO 3166-1") as refused:
        countries.check(words)
    assert all(f"{code} (" in str(refused.value) for code in codes)


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
