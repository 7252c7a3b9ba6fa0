"""Single values: cleaned, and held against what the service takes, so that one bad field costs no fact-check."""

import html
import re
import unicodedata
from typing import Any, Final

import langcodes
from pydantic import TypeAdapter, ValidationError

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

# What the service refuses in a text.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# With its semicolon: `AT&T` and `?a=1&copy=2` are none.
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", re.ASCII)
# Scripts that tell languages apart, by the first word of their letters' names in Unicode.
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
    """The text without control characters."""
    return _CONTROL.sub("", words or "").strip()


def taken(kind: TypeAdapter[Any], value: object, where: str, field: str, notes: Notes) -> Any:
    """The value as the service takes it; None where there is none, or it is refused, which is noted."""
    if value is None or value == "":
        return None
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        notes.append(Unused(where, short(value), f"{field}: {why}"))
        return None


def when(value: object, where: str, field: str, notes: Notes, formats: tuple[str, ...] = ()) -> str | None:
    words = clean(value)
    if not words:
        return None
    found, why = written_dates.read(words, formats)
    if why:
        notes.append(Unused(where, short(words), f"{field}: {why}"))
    return found


def number(value: object, where: str, field: str, notes: Notes) -> float | None:
    """A number, also as a text: `5`, `"2.5"`; not `4,5`, which is two in some places."""
    return None if isinstance(value, bool) else taken(NUMBER, clean(value), where, field, notes)


def language(tag: object, words: str, where: str, field: str, notes: Notes) -> str | None:
    """The language, unless the words are plainly in another script than it is written in."""
    found = taken(LANGUAGE, clean(tag).replace("_", "-"), where, field, notes)
    if found is None:
        return None
    script = _SCRIPTS.get(langcodes.get(found).maximize().script or "")
    letters = [unicodedata.name(one, "").split(" ")[0] for one in words if one.isalpha()]
    own, told = letters.count(script or ""), sum(one in _SCRIPTS.values() for one in letters)
    if script and told and not own:
        notes.append(Unused(where, f"{found}: {short(words, 100)}", f"{field}: the words are in another script"))
        return None
    return str(found)
