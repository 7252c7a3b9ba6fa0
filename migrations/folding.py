"""The SQL of texts/folding, made of the same table: `python migrations/folding.py` prints it, for a migration to keep.

`fold` is `folding.whole`, `fold_name` is `folding.name`, `language_key` is `languages.key`. They use nothing that a
locale or a later Unicode changes: lower case is a table, too, and what Unicode 14 does not know stays as it is.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from app.texts import characters, languages, lookalikes
from app.texts.characters import DASH, ELLIPSIS, MARK
from app.texts.folding import HALF_SPACE, STRESS, STROKES
from app.texts.repertoire import UNASSIGNED
from app.texts.scripts import ACCENTS
from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED

# Characters below this one are common enough to be looked up in every text that has more than ASCII.
_COMMON: Final = "\u0700"
_COMMON_RUN: Final = 100
_LAST_OF_FOUR_DIGITS: Final = 0xFFFF

_TEMPLATE: Final = Path(__file__).with_suffix(".sql")


def functions() -> str:
    table = {character: folded for character in _all() if (folded := _folded(character)) != character}
    dropped = [character for character, folded in table.items() if not folded]
    beyond = {character: folded for character, folded in table.items() if folded and not character.isascii()}
    ascii_ = {
        character: folded for character, folded in table.items() if character.isascii() and not character.isupper()
    }
    if any(character in table for folded in beyond.values() for character in folded):
        raise ValueError("what stands for a character must not be folded itself, or folding would not end")
    values = {
        "half_space": _escaped(HALF_SPACE),
        "spaced_accent": _escaped(characters.SPACED_ACCENT),
        "perhaps_unassigned": "^" + _ranges(_assigned_and_common()),
        "unassigned": _short(UNASSIGNED),
        "dropped": _ranges(dropped),
        "known": _ranges(beyond),
        "table": json.dumps(beyond).replace("'", "''"),
        "ascii": _pair(ascii_),
        "word": f"({_escaped(lookalikes.WORD)})",
        "word_character": _escaped(lookalikes.WORD).removesuffix("+"),
        "mixed": _escaped(lookalikes.MIXED),
        "latin_letters": _escaped(lookalikes.LATIN_LETTERS),
        "greek_letters": _escaped(lookalikes.GREEK_LETTERS),
        "cyrillic_letters": _escaped(lookalikes.CYRILLIC_LETTERS),
        "latins_of_cyrillic": lookalikes.LATIN_AND_CYRILLIC[0],
        "cyrillics": lookalikes.LATIN_AND_CYRILLIC[1],
        "latins_of_greek": lookalikes.LATIN_AND_GREEK[0],
        "greeks": lookalikes.LATIN_AND_GREEK[1],
        "UNSPACED": _escaped(UNSPACED),
        "stress": _escaped(STRESS),
        "ends": _ranges(filter(characters.is_end_mark, _all())),
        "accents": _escaped(ACCENTS),
        "strokes": _pair(STROKES),
        "languages": "{" + ", ".join(f'"{code}": "{key}"' for code, key in languages.KEYS.items()) + "}",
        "MARK": MARK,
        "DASH": DASH,
        "ELLIPSIS": ELLIPSIS,
    }
    sql = _TEMPLATE.read_text(encoding="utf-8")
    for name, value in values.items():
        sql = sql.replace("{" + name + "}", value)
    return sql


@cache
def _all() -> list[str]:
    """What Unicode 14 knows, but for NUL, halves of surrogate pairs and what is for private use."""
    unknown = re.compile(f"[{UNASSIGNED}\0\ud800-\uf8ff\U000f0000-\U0010ffff]")
    return [character for character in map(chr, range(sys.maxunicode + 1)) if not unknown.match(character)]


def _folded(character: str) -> str:
    """What decomposes is not looked up."""
    return characters.fold(character) if unicodedata.is_normalized("NFKD", character) else character


def _assigned_and_common() -> list[str]:
    """Runs of characters without a gap: a text of these alone needs no closer look."""
    runs: list[list[str]] = []
    for character in _all():
        if not runs or ord(runs[-1][-1]) + 1 != ord(character):
            runs.append([])
        runs[-1].append(character)
    return [character for run in runs if len(run) >= _COMMON_RUN or run[0] < _COMMON for character in run]


def _ranges(members: Iterable[str]) -> str:
    """The inside of a class of characters for regular expressions."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, members)):
        if runs and runs[-1][1] + 1 == code:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(_escape(first) if first == last else f"{_escape(first)}-{_escape(last)}" for first, last in runs)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"


def _escaped(pattern: str) -> str:
    """A regular expression with what is not ASCII in escapes, as PostgreSQL reads them."""
    return "".join(character if character.isascii() else _escape(ord(character)) for character in pattern)


def _short(pattern: str) -> str:
    return pattern.replace("\\U0000", "\\u")


def _pair(table: Mapping[str, str]) -> str:
    """Two literals for `translate`."""
    return ", ".join(_literal("".join(side)) for side in (table.keys(), table.values()))


def _literal(text: str) -> str:
    escaped = "".join(
        {"'": "''", "\\": "\\\\"}.get(character, character) if " " <= character <= "~" else _unicode(ord(character))
        for character in text
    )
    return f"U&'{escaped}'"


def _unicode(code: int) -> str:
    return f"\\{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\+{code:06x}"


if __name__ == "__main__":
    sys.stdout.write(functions())
