"""Countries by their codes in ISO 3166-1, and which code was meant where something else stands."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.core import get_global
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from app.texts import folding
from app.vocabulary import COUNTRIES, COUNTRY_SYNONYMS, country_key

# Those in which most names of countries come. CLDR has them all; each takes some milliseconds to load.
LANGUAGES: Final = (
    *("en", "fr", "de", "es", "it", "pt", "pl", "tr", "ru", "uk", "ar", "fa"),
    *("nl", "sv", "cs", "ro", "el", "he", "zh", "zh-Hant", "ja", "ko", "hi", "sr", "hu", "id"),
)
_LIKE_ENOUGH: Final = 75  # of 100
_CHANCE: Final = 5
_NAME_CHARACTERS: Final = 100
_NEAREST: Final = 3  # that are named
# What people write that no language of CLDR has.
_ALSO_CALLED: Final = {
    **dict.fromkeys(("Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"), "GB"),
    **dict.fromkeys(("United States of America", "America"), "US"),
    **dict.fromkeys(("Russian Federation", "Российская Федерация"), "RU"),
    **dict.fromkeys(("Holland", "The Netherlands"), "NL"),
    "Czech Republic": "CZ",
    "Turkey": "TR",
    "Ivory Coast": "CI",
    "Burma": "MM",
    "Palestine": "PS",
    "Holy See": "VA",
    **dict.fromkeys(("Congo", "Конго", "刚果"), "CD CG"),
    **dict.fromkeys(("Korea", "Корея", "Corée", "Corea"), "KP KR"),
}
# As keys of parties these are read so; as a country they are its code, or none.
_ABBREVIATED: Final = {"US": "US", "USA": "US", "UK": "GB", "UAE": "AE", "DPRK": "KP", "PRC": "CN"}
_CODE: Final = re.compile("[A-Z]{2}")


def check(words: str) -> str:
    """The code of a country, also for a name or another code that only one has.

    Raises ValueError, with the codes that may be meant.
    """
    code = words.strip().upper()
    code = COUNTRY_SYNONYMS.get(code, code)
    if code in COUNTRIES:
        return code
    # Two letters may be a slip of the keys.
    meant = () if _CODE.fullmatch(code) else _exactly(words)
    if len(meant) == 1:
        return meant[0]
    needed = "a country is its two letters in ISO 3166-1"
    suggested = [f"{code} ({names_in('en')[code]})" for code in nearest(words)]
    raise ValueError(f"{needed}: {' or '.join(suggested)}?" if suggested else f"{needed}, such as RU")


def spellings(code: str) -> tuple[str, ...]:
    """A code and those that were taken for it before they were mapped."""
    current = country_key(code) or code
    return (current, *(synonym for synonym, code in COUNTRY_SYNONYMS.items() if code == current))


def nearest(words: str) -> tuple[str, ...]:
    """The codes that may be meant, the likeliest first: by another code, by name in many languages, by likeness."""
    if codes := _exactly(words):
        return codes[:_NEAREST]
    code = words.strip().upper().replace(".", "")
    if _CODE.fullmatch(code):
        return _alike(code)
    name = _folded(words[:_NAME_CHARACTERS])
    return _likely(name, fuzz.ratio) or _likely(name, fuzz.token_set_ratio)


def _exactly(words: str) -> tuple[str, ...]:
    """The codes of the countries that have this code, or this very name in some language."""
    code = words.strip().upper().replace(".", "")
    code = COUNTRY_SYNONYMS.get(code, code)
    if code in COUNTRIES:
        return (code,)
    if len(words) > _NAME_CHARACTERS:
        return ()
    return _by_other_codes().get(code) or _by_name().get(_folded(words), ())


def _likely(name: str, likeness: Callable[..., float]) -> tuple[str, ...]:
    """The codes of the names that are most like this one; what is much less like than the best is chance."""
    likely = process.extract(name, list(_by_name()), scorer=likeness, score_cutoff=_LIKE_ENOUGH, limit=2 * _NEAREST)
    codes = [code for candidate, score, _ in likely if score > likely[0][1] - _CHANCE for code in _by_name()[candidate]]
    return tuple(dict.fromkeys(codes))[:_NEAREST]


def _alike(code: str) -> tuple[str, ...]:
    """Codes with one slip of the keys: two letters exchanged first, then those with the same first letter."""
    neighbours = [country for country in sorted(COUNTRIES) if OSA.distance(code, country) == 1]
    neighbours.sort(key=lambda country: (country != code[::-1], country[0] != code[0]))
    return tuple(neighbours[:_NEAREST])


def _folded(name: str) -> str:
    return folding.name(name)


# CLDR's names are read when somebody writes no code for the first time: nobody else needs them.


@lru_cache(maxsize=1)
def _by_other_codes() -> dict[str, tuple[str, ...]]:
    """Codes of three letters, numbers, and codes of what is no more, with the codes of today."""
    return {
        alias: codes
        for alias, today in get_global("territory_aliases").items()
        if (codes := tuple(code for code in today if code in COUNTRIES))
    }


@lru_cache
def names_in(language: str) -> Mapping[str, str]:
    """The names of countries by code, and of what else has a code there; each language takes some milliseconds once."""
    return MappingProxyType(Locale.parse(language, sep="-").territories)


def also_called() -> Iterator[tuple[str, str]]:
    """What people call countries beside their names, each with its one code."""
    yield from ((name, codes) for name, codes in _ALSO_CALLED.items() if codes in COUNTRIES)
    yield from ((name, code) for name, code in _ABBREVIATED.items())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[str, ...]]:
    codes = defaultdict[str, set[str]](set)
    for language in LANGUAGES:
        for code, name in names_in(language).items():
            if code in COUNTRIES:
                codes[_folded(name)].add(code)
    for name, also in _ALSO_CALLED.items():
        codes[_folded(name)].update(also.split())
    return {name: tuple(sorted(of_name)) for name, of_name in codes.items()}
