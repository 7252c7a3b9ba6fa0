"""Single values, cleaned and checked as the service would, so that one bad field costs no fact-check."""

import html
import re
import unicodedata
from typing import Any, Final

import langcodes
from pydantic import TypeAdapter, ValidationError

from app import times
from app.imports import written_dates
from app.imports.checks import Notes, Unused, short
from app.schemas.fields import Key, Language, Name, Number, Prose, Url, Verbatim, Wording

NAME: Final = TypeAdapter[str](Name)
PROSE: Final = TypeAdapter[str](Prose)
WORDING: Final = TypeAdapter[str](Wording)
TEXT: Final = TypeAdapter[str](Verbatim)
URL: Final = TypeAdapter[str](Url)
LANGUAGE: Final = TypeAdapter[str](Language)
KEY: Final = TypeAdapter[str](Key)
NUMBER: Final = TypeAdapter[float](Number)

IMPOSSIBLE: Final = "a time that can't be, left out"

# Control characters that part words: line, page and vertical breaks, separators of files and groups.
_BREAKS: Final = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
# Characters that the service refuses in a text.
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Only with the semicolon: `AT&T` and `?a=1&copy=2` have no entity.
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", re.ASCII)
# ISO 15924 codes of scripts, and the first word of the Unicode names of their letters.
_SCRIPTS: Final = {
    "Latn": "LATIN", "Arab": "ARABIC", "Cyrl": "CYRILLIC", "Grek": "GREEK", "Hebr": "HEBREW", "Deva": "DEVANAGARI",
    "Beng": "BENGALI", "Thai": "THAI", "Ethi": "ETHIOPIC", "Sinh": "SINHALA", "Taml": "TAMIL",
}  # fmt: skip


def clean(value: object) -> str:
    """A text without entities and control characters; empty for what is none."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return printable(_ENTITY.sub(lambda found: html.unescape(found[0]), str(value)))


def printable(words: str | None) -> str:
    """The text without control characters; those that part words are line breaks."""
    return _CONTROL.sub("", _BREAKS.sub("\n", words or "")).strip()


def accepted(kind: TypeAdapter[Any], value: object, location: str, field: str, notes: Notes) -> Any:
    """The value as the service takes it; None where there is none, or the service would refuse it, which is noted."""
    if value is None or value == "":
        return None
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        notes.append(Unused(location, short(value), f"{field}: {why}"))
        return None


def coarse_time(
    value: object,
    location: str,
    field: str,
    notes: Notes,
    formats: tuple[str, ...] = (),
    *,
    of_page: bool = False,
) -> str | None:
    """The time as the service takes it; None where there is none, it can't be read or can't be, which is noted.

    `formats`: as `written_dates.read` takes them; `of_page`: of something that stands on the web.
    """
    words = clean(value)
    if not words:
        return None
    time, why = written_dates.read(words, formats)
    if time is not None and (impossible := times.impossible(time, of_page=of_page)):
        time, why = None, f"{IMPOSSIBLE}: {impossible}"
    if why:
        notes.append(Unused(location, short(words), f"{field}: {why}"))
    return time


def number(value: object, location: str, field: str, notes: Notes) -> float | None:
    """A number, also as a text: `5`, `"2.5"`; not `4,5`, which is two numbers to some."""
    text = "" if isinstance(value, bool) else clean(value)
    if text.lstrip("+-").casefold() in ("nan", "inf", "infinity"):
        notes.append(Unused(location, short(text), f"{field}: no number"))
        return None
    number_accepted: float | None = accepted(NUMBER, text, location, field, notes)
    return number_accepted


def language(tag: object, words: str, location: str, field: str, notes: Notes) -> str | None:
    """The language; None, and a note, where no letter of the words is in its script."""
    tag_accepted = accepted(LANGUAGE, clean(tag).replace("_", "-"), location, field, notes)
    if tag_accepted is None:
        return None
    script = _SCRIPTS.get(langcodes.get(tag_accepted).maximize().script or "")
    letters = [unicodedata.name(letter, "").split(" ")[0] for letter in words if letter.isalpha()]
    in_script, in_known_script = letters.count(script or ""), sum(letter in _SCRIPTS.values() for letter in letters)
    if script and in_known_script and not in_script:
        notes.append(
            Unused(location, f"{tag_accepted}: {short(words, 100)}", f"{field}: the words are in another script")
        )
        return None
    return str(tag_accepted)
