"""Letters that look alike in two scripts: typed on the wrong keyboard, they stand in the middle of a word of another.

Only inside a word of mixed scripts are they folded: into the script in which every letter of the word can be read;
where it can in both, into the one that is not Latin. A word in one script is never touched: "сор" is not "cop".
"""

import re
from typing import Final

LATIN_LETTERS: Final = "a-z\u00df-\u00f6\u00f8-\u024f"
GREEK_LETTERS: Final = "\u03ac-\u03ff"
CYRILLIC_LETTERS: Final = "\u0430-\u052f"
# As they are folded, so of either case: `b` stands for В, `h` for Н. `m` is not taken for the Greek sign of a
# millionth.
LATIN_AND_CYRILLIC: Final = ("abcehijkmopstxy", "авсеніјкморѕтху")
LATIN_AND_GREEK: Final = ("abehiknoptxyz", "αβεηικνορτχυζ")

WORD: Final = f"[{LATIN_LETTERS}{GREEK_LETTERS}{CYRILLIC_LETTERS}\u0300-\u036f]+"
_OTHER: Final = f"[{GREEK_LETTERS}{CYRILLIC_LETTERS}]"
MIXED: Final = f"[{LATIN_LETTERS}][\u0300-\u036f]*{_OTHER}|{_OTHER}[\u0300-\u036f]*[{LATIN_LETTERS}]"
_WORD: Final = re.compile(WORD)
_MIXED: Final = re.compile(MIXED)
_LATIN: Final = re.compile(f"[{LATIN_LETTERS}]")
_GREEK: Final = re.compile(f"[{GREEK_LETTERS}]")
_CYRILLIC: Final = re.compile(f"[{CYRILLIC_LETTERS}]")


def fold(folded: str) -> str:
    """A folded text with its words of mixed scripts in one."""
    if folded.isascii() or not _LATIN.search(folded) or not _MIXED.search(folded):
        return folded
    return _WORD.sub(lambda word: _unmixed(word[0]), folded)


def _unmixed(word: str) -> str:
    latin, greek, cyrillic = _LATIN.findall(word), _GREEK.findall(word), _CYRILLIC.findall(word)
    if not latin or bool(greek) == bool(cyrillic):
        return word
    latins, others = LATIN_AND_CYRILLIC if cyrillic else LATIN_AND_GREEK
    if set(latin) <= set(latins):
        return word.translate(str.maketrans(latins, others))
    return word.translate(str.maketrans(others, latins)) if set(greek or cyrillic) <= set(others) else word
