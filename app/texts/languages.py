"""Whether two languages fit: one is not told, or both are the same but for region, script and kind (`nb` and `no`)."""

from collections import defaultdict
from functools import lru_cache
from typing import Final

import langcodes
from babel import Locale
from babel.core import get_global
from langcodes import data_dicts

from app.texts import countries, folding

UNDETERMINED: Final = "und"


@lru_cache(maxsize=1024)
def key(tag: str | None) -> str | None:
    """The language that a tag belongs to, by CLDR's data: `no` of `nb`, `ar` of `arz`, `zh` of `cmn-Hant`.

    None: not told, or not known.
    """
    primary = (tag or UNDETERMINED).split("-", 1)[0].lower()
    primary = KEYS.get(primary, primary)
    return None if primary == UNDETERMINED else primary


def fit(first: str | None, second: str | None) -> bool:
    first, second = key(first), key(second)
    return first is None or second is None or first == second


@lru_cache(maxsize=1024)
def codes(tag: str) -> tuple[str, ...]:
    """The primary subtags under which texts in this language may be stored: `no`, `nb` and `nn` of any of them."""
    key_ = key(tag) or tag.split("-", 1)[0].lower()
    return (key_, *(code for code in _CODES_BY_KEY.get(key_, ()) if langcodes.standardize_tag(code) == code))


def codes_of(tags: str) -> list[str]:
    """The same for several languages, with commas."""
    return list(dict.fromkeys(code for tag in tags.split(",") for code in codes(tag)))


def _keys() -> dict[str, str]:
    """Of each code of a language that is one of another, or another's old or longer code: that one."""
    replaced = {code: tag.split("-", 1)[0] for code, tag in data_dicts.LANGUAGE_REPLACEMENTS.items() if code.isalpha()}
    replaced |= {longer: code for code, longer in data_dicts.LANGUAGE_ALPHA3_BIBLIOGRAPHIC.items()}
    # Serbo-Croatian is the wider language of Serbian, and replaced by it.
    wider = {code: replaced.get(language, language) for code, language in data_dicts.MACROLANGUAGES.items()}
    keys = {}
    for code in {*replaced, *wider}:
        key_ = replaced.get(code, code)
        key_ = replaced.get(key_, key_)
        keys[code] = wider.get(key_, key_)
    return {code: key_ for code, key_ in sorted(keys.items()) if code != key_}


KEYS: Final = _keys()
_CODES_BY_KEY: Final = {wider: [code for code, key_ in KEYS.items() if key_ == wider] for wider in {*KEYS.values()}}


def of_country(code: str) -> str | None:
    """The language that most speak in a country, by CLDR, of its two letters: `uk` of `UA`; None: no such country."""
    likely = get_global("likely_subtags").get(f"und_{code.upper()}")
    return likely.split("_", 1)[0] if likely else None


def hint(tag: str) -> str:
    """What to say of a tag that is none, but a country's."""
    language = of_country(tag) if tag.isalpha() else None
    return f"; `{tag.upper()}` is a country: did you mean the language `{language}`?" if language else ""


def named(words: str) -> str | None:
    """The code of the one language that has this name, in some language; None where none has it, or several."""
    codes_of_name = _by_name().get(folding.name(words), set())
    return next(iter(codes_of_name)) if len(codes_of_name) == 1 else None


@lru_cache(maxsize=1)
def _by_name() -> dict[str, set[str]]:
    """CLDR's names of languages, which are read when somebody writes one for the first time."""
    codes_by_name = defaultdict[str, set[str]](set)
    for language in countries.LANGUAGES:
        for code, name in Locale.parse(language, sep="-").languages.items():
            if code.isalpha():
                codes_by_name[folding.name(name)].add(code)
    return dict(codes_by_name)
