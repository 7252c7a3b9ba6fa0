"""The one table of characters: what each is folded to before texts are compared, in Python and in the database.

A text is decomposed first (NFKD), so a table of what does not decompose is enough. Accents stay: they are characters
of their own then, and whoever compares names takes them off.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from app.texts.repertoire import UNASSIGNED

# What stands for every quotation mark and apostrophe, dash and ellipsis.
MARK, DASH, ELLIPSIS = '"', "-", "…"

# Beside what Unicode itself calls an opening or closing quotation mark: straight ones, primes, apostrophes that are
# letters, accents in their place, Hebrew, Armenian, East Asian.
_MARKS: Final = frozenset("\"'`´„‚＂＇ʼʻʽʹʺˮˈʾʿ՚′″‵‶「」『』｢｣〝〞〟﹁﹂﹃﹄《》〈〉׳״❛❜❝❞❮❯❟❠ꞌ")
_DASHES: Final = frozenset("−⁃˗─━➖")
# Ways of writing one letter: the two i of Turkish; those of Arabic, Persian, Urdu and Kurdish keyboards (the Arabic one
# stands for them, for stemmers know it); and of one sign.
_LETTERS: Final = {
    "ı": "i",
    "ی": "ي", "ى": "ي", "ې": "ي",
    "ک": "ك", "ڪ": "ك",
    "ہ": "ه", "ە": "ه", "ۃ": "ة",
    "،": ",", "٬": ",", "٫": ".", "۔": ".", "؛": ";", "؟": "?", "٪": "%",
    "⋯": ELLIPSIS, "\u2800": " ",
}  # fmt: skip
# Signs that a text may have or lack: Hebrew points, Arabic vowel signs (but not hamza, which makes another letter) and
# the stroke that stretches a word, what chooses among shapes of a character, fillers that show nothing.
_UNWRITTEN: Final = re.compile(
    "[\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f"
    "\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# Arabic letters and what stands on them: between two of these a zero-width non-joiner parts as a space does.
ARABIC_LETTERS: Final = (
    "\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u0870-\u0887\u0889-\u088e\u0898-\u08e1\u08e3-\u08ff\ufb50-\ufbb1\ufbd3-\ufd3d"
    "\ufd50-\ufdfb\ufe70-\ufefc"
)
# An accent in the place of an apostrophe, as it is folded: a space, once any white space, and an accent on it.
SPACED_ACCENT: Final = " [\u0301\u0313](?![\u0300-\u036f])"
_UNKNOWN: Final = re.compile(f"[{UNASSIGNED}]")
# Punctuation at either end of a whole text, beside quotation marks and all of Unicode's brackets.
_END_MARKS: Final = " .,;:!?…¡¿‽⸮。、।॥։՝՜՞׃።፣፤፥፧፨។៕၊။།༎܀܁܂᠂᠃ꓸ꓿꘎꘏"


@cache
def is_unknown(character: str) -> bool:
    """Whether Unicode 14 does not know it."""
    return _UNKNOWN.match(character) is not None


@cache
def fold(character: str) -> str:
    """What stands for a character that does not decompose: itself, another, or nothing."""
    if is_unknown(character):
        return character
    if (stand_in := _stand_in(character)) is not None:
        return stand_in
    lower = unicodedata.normalize("NFKD", character.casefold())
    return character if lower == character else "".join(fold(part) for part in lower)


def _stand_in(character: str) -> str | None:
    """One sign for all of its class, a space, or nothing. None: it is only a letter or a sign."""
    kind = unicodedata.category(character)
    if character in _MARKS or kind in ("Pi", "Pf"):
        return MARK
    if character in _DASHES or kind == "Pd":
        return DASH
    if character.isspace() or kind[0] == "Z":
        return " "
    if kind == "Cf" or _UNWRITTEN.match(character):
        return ""
    return str(unicodedata.decimal(character)) if kind == "Nd" else _LETTERS.get(character)


@cache
def shown(character: str) -> str:
    """Itself; an apostrophe for every mark, and nothing for what a text may have or lack unseen."""
    if unicodedata.category(character) == "Cf" or _UNWRITTEN.match(character):
        return ""
    return "'" if _stand_in(character) == MARK else character


def is_end_mark(character: str) -> bool:
    """Whether it counts for nothing at either end of a whole, folded text."""
    if character in _END_MARKS or character == MARK:
        return True
    return unicodedata.category(character) in ("Ps", "Pe") and not is_unknown(character)
