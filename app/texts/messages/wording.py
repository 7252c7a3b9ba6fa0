"""Sentences, names of parties and countries, and times, in the language that a caller reads.

The words stand in the catalogues beside this file (`en.po`, `fr.po` …), by code: a page that has `{code, parts}` finds
its message in them in the same way. Where `parts` have a `count`, the catalogue's rule picks the plural. A message may
have variants, which are tried first: `CODE.one` and `CODE.two` for these counts, `CODE.only` for a total of 1, and
`CODE.NAME` where the part NAME, which is optional, is there.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from gettext import GNUTranslations
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, get_args

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.texts import countries, folding
from app.vocabulary import COUNTRIES, AnswerLanguage

Part = str | int | list[str]
PartyLabels = Mapping[str, Mapping[str, str]]
"""By party, its name in each language."""
NO_LABELS: Final[PartyLabels] = MappingProxyType({})
_FOLDER: Final = Path(__file__).parent
# Of English the form that newsrooms of all countries read: 9 August 2023.
_LOCALES: Final[dict[AnswerLanguage, str]] = {"en": "en_001", "fr": "fr", "ru": "ru", "uk": "uk"}
# A day, a month, or a moment with its offset from UTC; what is neither one, nor two, nor one in doubt is shown as it is
# stored.
_TIME: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-(\d\d)(?:T(\d\d:\d\d)[\d:.]*(Z|[+-]\d\d:\d\d)?)?)?", re.ASCII)
# EDTF's marks behind a time, and the messages of what they mean.
_DOUBTS: Final = {"~": "time_about", "?": "time_uncertain", "%": "time_uncertain"}
_NUMBERS: Final[dict[object, str]] = {1: "one", 2: "two"}


# Part of every picture's ETag, too: whoever asks again after an update is not told that nothing has changed.
EDITION: Final = sha256(b"".join(path.read_bytes() for path in sorted(_FOLDER.glob("*.po")))).hexdigest()[:12]


class Wording(NamedTuple):
    """In which words a caller is answered. Its `repr` goes into ETags."""

    language: AnswerLanguage = "en"
    labels: PartyLabels = NO_LABELS


ENGLISH: Final = Wording()


def say(wording: Wording, code: str, parts: Mapping[str, Part] = MappingProxyType({})) -> str:
    """The message of a code with these parts. Raises KeyError for a code that has none."""
    count = parts.get("count")
    counted = count if isinstance(count, int) else None
    template = _template(wording.language, code, counted, parts.get("total") == 1, tuple(parts))
    return template.format(**{name: _worded(wording, name, value) for name, value in parts.items()})


def party(wording: Wording, key: str) -> str:
    """What a party is called: as the settings have it, else as a country of that name is, else as it is stored."""
    label = wording.labels.get(key, {}).get(wording.language)
    if label is not None:
        return label
    code = _country_called(key)
    return key if code is None else country(wording, code)


def country(wording: Wording, code: str) -> str:
    """The name of a country by its code in ISO 3166-1."""
    return countries.names_in(wording.language).get(code, code)


def joined(wording: Wording, sentences: Iterable[str]) -> str:
    """Parts of one sentence: `2 sources support it; 1 denial`. French has a space before the semicolon."""
    return ("\u00a0; " if wording.language == "fr" else "; ").join(sentences)


def listed(wording: Wording, names: list[str]) -> str:
    """`A, B and C`, each once."""
    return format_list(list(dict.fromkeys(names)), locale=_locale(wording.language))


def number(wording: Wording, value: float) -> str:
    """`1,200.5` with the signs of the language: `1 200,5`."""
    signs = _locale(wording.language).number_symbols["latn"]
    return f"{value:,.15g}".translate({ord(","): signs["group"], ord("."): signs["decimal"]})


def time(wording: Wording, words: str) -> str:
    """A coarse time: `9 August 2023`, `August 2023`, `9 August 2023, 13:00 UTC+03:00`, `about August 2023`.

    Of two it is between them: `8 August 2023 – 9 August 2023`, `9 August 2023, 06:00–12:00 UTC+03:00`.
    """
    if "/" in words:
        return _between(wording, *words.split("/", 1))
    if words[-1:] in _DOUBTS and _TIME.fullmatch(words[:-1]):
        return say(wording, _DOUBTS[words[-1]], {"time": time(wording, words[:-1])})
    match = _TIME.fullmatch(words)
    if match is None:
        return words
    year, month, day, clock, offset = match.groups()
    start = date(int(year), int(month), int(day or 1))
    if day is None:
        return format_skeleton("yMMMM", start, locale=_locale(wording.language))
    shown = format_date(start, "long", locale=_locale(wording.language))
    zone = f" {'UTC' if offset == 'Z' else f'UTC{offset}'}" if offset else ""
    return f"{shown}, {clock}{zone}" if clock else shown


def _between(wording: Wording, first: str, last: str) -> str:
    """Two times, the day and the offset said once where they are the same."""
    starts, ends = _TIME.fullmatch(first), _TIME.fullmatch(last)
    if starts and ends and starts[4] and ends[4] and starts.group(1, 2, 3, 5) == ends.group(1, 2, 3, 5):
        return time(wording, first).replace(f", {starts[4]}", f", {starts[4]}–{ends[4]}")
    return f"{time(wording, first)} – {time(wording, last)}"


def _worded(wording: Wording, name: str, value: Part) -> str:
    if isinstance(value, list):
        return listed(wording, value)
    if name == "party":
        return party(wording, str(value))
    return time(wording, str(value)) if name == "at" else str(value)


def _variants(count: int | None, *, is_only: bool, names: tuple[str, ...]) -> tuple[str, ...]:
    """The endings of the codes that fit parts of these names, the most special first; `is_only`: of a total of 1."""
    numbers = ["only"] if is_only else [_NUMBERS[count]] if count in _NUMBERS else []
    optional = [name for name in ("party", "role", "at", "document") if name in names]
    endings = [".".join(("", *numbers, *optional)), *(f".{name}" for name in (*numbers, *optional))]
    return tuple(dict.fromkeys(endings))


@lru_cache(maxsize=1024)
def _template(language: AnswerLanguage, code: str, count: int | None, is_only: bool, names: tuple[str, ...]) -> str:
    catalogue = translations(language)
    for key in (*(code + ending for ending in _variants(count, is_only=is_only, names=names)), code):
        # Of a message with plurals `gettext` gives the singular: so that comes second.
        words = key if count is None else catalogue.ngettext(key, key, count)
        words = catalogue.gettext(key) if words == key else words
        if words != key:
            return words
    raise KeyError(code)


@lru_cache
def translations(language: AnswerLanguage) -> GNUTranslations:
    """The catalogue of a language: messages by code."""
    compiled = BytesIO()
    with (_FOLDER / f"{language}.po").open("rb") as catalogue:
        write_mo(compiled, read_po(catalogue))
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache(maxsize=1024)
def _country_called(name: str) -> str | None:
    """Of `united_states` or `usa`, too: the key of a party has no spaces."""
    return _country_codes().get(folding.name(name.replace("_", " ").replace("-", " ")))


@lru_cache
def _country_codes() -> dict[str, str]:
    """Of names in the languages of answers, folded: parties are mostly called after countries."""
    names = (
        (name, code) for language in get_args(AnswerLanguage) for code, name in countries.names_in(language).items()
    )
    return {folding.name(name): code for name, code in names if code in COUNTRIES} | {
        folding.name(name): code for name, code in countries.also_called() if code in COUNTRIES
    }


@lru_cache
def _locale(language: AnswerLanguage) -> Locale:
    return Locale.parse(_LOCALES[language])
