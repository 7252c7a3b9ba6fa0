"""Fold a text for comparison with quotations: without its typography, and with the way back to each position."""

import re
import unicodedata
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED

# What stands for every quotation mark, dash and ellipsis.
MARK, DASH, ELLIPSIS = '"', "-", "…"

# Beside what Unicode itself calls an opening or closing quotation mark: straight ones, primes, apostrophes that are
# letters, accents in their place, Hebrew, Armenian, East Asian.
_MARKS: Final = frozenset("\"'`´„‚＂＇ʼʻʽʹʺˮ′″‵‶「」『』｢｣〝〞〟﹁﹂﹃﹄《》〈〉׳״՚❛❜❝❞❮❯")
_DASHES: Final = frozenset("−⁃˗─━")
# Ways of writing one letter: е for ё, the two Turkish i.
_LETTERS: Final[Mapping[str, str]] = {"ё": "е", "Ё": "е", "İ": "i", "ı": "i"}
# Signs that a text may have or lack: Hebrew points, Arabic vowel signs (but not hamza, which makes another letter) and
# the stroke that stretches a word, what chooses among shapes of a character.
_UNWRITTEN: Final = re.compile(
    "[\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670"
    "\u06d6-\u06ed\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# Runs become one; white space counts for nothing around marks, dashes and ellipses, before : ; ! ? as in French, and
# where a script has none; a Cyrillic vowel may bear a stress.
_TIDIED: Final = re.compile(
    rf" *({MARK})[ {MARK}]*| *({DASH})[ {DASH}]*| *(?:(\.)(?: ?\.)+|({ELLIPSIS}))[ .{ELLIPSIS}]*"
    rf"| +(?=[:;!?{UNSPACED}])|(?<=[{UNSPACED}]) +|( ) +|(?<=[\u0400-\u04ff])[\u0300\u0301]"
)
# Where one of these may be: finds it fast, for there are many spaces, and most are left as they are.
_SUSPECT: Final = re.compile(
    rf"[ {MARK}\{DASH}{ELLIPSIS}.\u0300\u0301](?<!(?<=[^ {MARK}\{DASH}{ELLIPSIS}{UNSPACED}]) "
    rf"(?=[^ {MARK}\{DASH}{ELLIPSIS}.:;!?{UNSPACED}]))"
)


@dataclass(frozen=True, slots=True)
class FoldedText:
    text: str
    """As it was."""
    folded: str
    positions: "array[int]"
    """Of each character of `folded`: the code point of `text` that it comes from."""
    words_only: str
    """`folded` with a space for all that is no letter, digit or sign on one."""


def fold(text: str) -> FoldedText:
    """NFKD and case folded, quotation marks, dashes, ellipses and white space made alike."""
    folds = {character: _folded(character) for character in set(text)}
    raw = "".join([folds[character] for character in text])
    raw_positions = _positions(text, {character: len(fold_) for character, fold_ in folds.items() if len(fold_) != 1})
    parts, positions, last = list[str](), array("I"), 0
    for suspect in _SUSPECT.finditer(raw):
        # What was tidied already may have had further suspects in it.
        untidy = _TIDIED.match(raw, suspect.start()) if suspect.start() >= last else None
        if untidy is None:
            continue
        parts.append(raw[last : untidy.start()])
        positions.extend(raw_positions[last : untidy.start()])
        last = untidy.end()
        if untidy.lastindex:  # a group says what stands for the run; without one it goes
            parts.append(ELLIPSIS if untidy[untidy.lastindex] == "." else untidy[untidy.lastindex])
            positions.append(raw_positions[untidy.start(untidy.lastindex)])
    parts.append(raw[last:])
    positions.extend(raw_positions[last:])
    folded = "".join(parts)
    return FoldedText(text, folded, positions, words_only(folded))


def words_only(folded: str) -> str:
    """With a space for all that is no letter, digit or sign on one."""
    parting = {ord(character): " " for character in set(folded) if unicodedata.category(character)[0] in "ZPSC"}
    return folded.translate(parting)


def _positions(text: str, sizes: Mapping[str, int]) -> "array[int]":
    """Where each folded character comes from; `sizes`: of those that do not become just one."""
    positions, last = array("I"), 0
    for match in re.finditer(f"[{re.escape(''.join(sizes))}]", text) if sizes else ():
        positions.extend(range(last, match.start()))
        positions.extend([match.start()] * sizes[match[0]])
        last = match.end()
    positions.extend(range(last, len(text)))
    return positions


def region(folded: FoldedText, start: int, end: int) -> tuple[int, int]:
    """Where in the text, in code points, a stretch of its folded form stands; with the signs on its last letter."""
    first, last = folded.positions[start], folded.positions[end - 1] + 1
    while last < len(folded.text) and (unicodedata.combining(folded.text[last]) or _UNWRITTEN.match(folded.text[last])):
        last += 1
    return first, last


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    if (stand_in := _stand_in(character)) is not None:
        return stand_in
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    if len(plain) > 1:  # of a sign that stands alone, the space that bears it is no white space
        plain = plain.replace(" ", "")
    return "".join(part if (stand_in := _stand_in(part)) is None else stand_in for part in plain)


def _stand_in(character: str) -> str | None:
    """What a character is folded to: one sign for all of its class, a space, or nothing. None: it stays as it is."""
    kind = unicodedata.category(character)
    if character in _LETTERS:
        return _LETTERS[character]
    if character in _MARKS or kind in ("Pi", "Pf"):
        return MARK
    if character in _DASHES or kind == "Pd":
        return DASH
    if character in "…⋯":
        return ELLIPSIS
    if character.isspace() or kind[0] == "Z":
        return " "
    return "" if kind == "Cf" or _UNWRITTEN.match(character) else None
