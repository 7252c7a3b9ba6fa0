"""The one folding: whatever is compared, is compared as it is folded here.

`whole` is for whole texts: claims, questions, subjects, units, roles, wordings. `name` is for names, where accents do
not count. `fold` is for a text in which something is looked for, with the way back to each position. All three do the
same to the same characters (`characters`).
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from app.texts import characters, cleaning, lookalikes
from app.texts.characters import ARABIC_LETTERS, DASH, ELLIPSIS, MARK, SPACED_ACCENT
from app.texts.repertoire import UNASSIGNED
from app.texts.scripts import ACCENTS
from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED

__all__ = [
    "DASH",
    "ELLIPSIS",
    "MARK",
    "FoldedText",
    "fold",
    "letters",
    "name",
    "region",
    "signs",
    "stretches",
    "tidied",
    "visible",
    "whole",
    "words_only",
]

# A half-space between two Arabic letters, whatever else stands there that shows nothing.
_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
)
HALF_SPACE: Final = f"(?<=[{ARABIC_LETTERS}])[{_INVISIBLE}]*\u200c[\u200c{_INVISIBLE}]*(?=[{ARABIC_LETTERS}])"
_HALF_SPACE: Final = re.compile(HALF_SPACE)
# A Cyrillic vowel may bear a stress, ё is е, and the i of İ keeps no point.
STRESS: Final = "(?<=[аеиоуыэюяіє])[\u0300\u0301]+|(?<=е)\u0308[\u0300\u0301]*|(?<=і\u0308)[\u0300\u0301]+|(?<=i)\u0307"
# A run of quotation marks, dashes or dots becomes one, without the white space around it. White space counts for
# nothing before : ; ! ? as in French, and where a script has none.
_TIDIED: Final = re.compile(
    rf" *({MARK})[ {MARK}]*| *({DASH})[ {DASH}]*| *(?:(\.)(?: *\.)+|({ELLIPSIS}))[ .{ELLIPSIS}]*"
    rf"| +(?=[:;!?{UNSPACED}])|(?<=[{UNSPACED}]) +|( ) +"
    rf"|{STRESS}"
)
# Where one of these may be: finds it fast, for there are many spaces, and most are left as they are.
_SUSPECT: Final = re.compile(
    rf"[ {MARK}\{DASH}{ELLIPSIS}.\u0300\u0301\u0307\u0308](?<!(?<=[^ {MARK}\{DASH}{ELLIPSIS}{UNSPACED}]) "
    rf"(?=[^ {MARK}\{DASH}{ELLIPSIS}.:;!?{UNSPACED}]))"
)
_ACCENT: Final = re.compile(f"[{ACCENTS}]")
_SPACED_ACCENT: Final = re.compile(SPACED_ACCENT)
_FRACTION: Final = re.compile("[.,][0-9]")
# Letters with a stroke through them: accents, though Unicode does not take them for any.
STROKES: Final = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t"}
_STROKES: Final = str.maketrans(STROKES)
_UNKNOWN: Final = re.compile(f"[{UNASSIGNED}]+")
# Characters of a long text that are folded at once: meanwhile no other thread has a turn.
_STRETCH: Final = 10_000
_PLACES: Final = array("I", range(2 * _STRETCH))  # to copy from: to count them takes ten times as long
# Where a text is cut into parts that are folded as the whole is: at a space between two words whose letters are folded
# to letters, or between two letters of a script without spaces. Where there is no such place, wherever it may be.
_PLAIN: Final = (
    "0-9A-Za-z\u00e0-\u00f6\u0391-\u03a9\u03b1-\u03c9\u0410-\u044f\u0531-\u0556\u0561-\u0586\u05d0-\u05ea\u0621-\u063a"
    "\u0641-\u064a\u0904-\u0939\u10d0-\u10fa\u1200-\u135a\uac00-\ud7a3"
)
_SEVERAL_A_WORD: Final = "\u0e01-\u0e2e\u0e81-\u0eae\u1000-\u1021\u1780-\u17a2\u3400-\u4dbf\u4e00-\u9fff"
_CUT: Final = re.compile(rf"(?<=[{_PLAIN}])[ \n](?=[{_PLAIN}])|(?<=[{_SEVERAL_A_WORD}])(?=[{_SEVERAL_A_WORD}])")


@dataclass(frozen=True, slots=True)
class FoldedText:
    text: str
    """As it was."""
    folded: str
    positions: "array[int]"
    """Of each character of `folded`: the code point of `text` that it comes from."""
    words_only: str
    """`folded` with a space for all that is no letter, digit or sign on one."""


# --- whole texts -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def whole(text: str) -> str:
    """Of two texts that say the same in the same words the same: they are one text in other signs."""
    return without_ends(signs(_standing_free(text)))


@lru_cache(maxsize=4096)
def name(text: str) -> str:
    """Of two spellings of a name the same."""
    return without_ends(_ACCENT.sub("", signs(_standing_free(text))).translate(_STROKES))


def _standing_free(text: str) -> str:
    """With a space before it, which counts for nothing: an accent at its start is an apostrophe without its space.

    Only of a whole text is that known; pieces of quotations begin anywhere.
    """
    return f" {text}"


def visible(text: str) -> str:
    """For whoever reads words as they are written: in NFKC, without what shows nothing, with one mark for all.

    A word of mixed scripts is in one.
    """
    text = _HALF_SPACE.sub(" ", text) if "\u200c" in text else text
    text = "".join(characters.shown(character) for character in text)
    text = _SPACED_ACCENT.sub("'", unicodedata.normalize("NFKD", text))
    lower = text.lower()
    if len(lower) == len(text) and (unmixed := lookalikes.fold(lower)) != lower:
        text = "".join(
            letter if letter.lower() == read else read.upper() if letter.isupper() else read
            for letter, read in zip(text, unmixed, strict=True)
        )
    return unicodedata.normalize("NFC", text)


def letters(text: str) -> str:
    """Each character folded, but punctuation and white space left as they are: for whoever counts words alone."""
    return "".join([lookalikes.fold(_characters(stretch)) for stretch in stretches(text)])


def signs(text: str) -> str:
    """Folded, but with what stands at either end; accents follow their letters."""
    return "".join([tidied(lookalikes.fold(_characters(stretch))) for stretch in stretches(text)])


def stretches(text: str) -> Iterator[str]:
    """Parts of a text that are folded as the whole is: nearly always one."""
    start = 0
    while start < len(text):
        end = min(start + _STRETCH, len(text))
        if end < len(text):
            cut = _CUT.search(text, end, end + _STRETCH)
            end = cut.start() if cut else cleaning.cut(text, end)
        yield text[start:end]
        start = end


def tidied(raw: str) -> str:
    """What `letters` gives, with its punctuation and white space folded, too."""
    parts, last = list[str](), 0
    for untidy in _untidy(raw):
        parts += raw[last : untidy.start()], _stand_in(untidy)
        last = untidy.end()
    return "".join([*parts, raw[last:]])


def _untidy(raw: str) -> Iterator[re.Match[str]]:
    """What is tidied, in its order."""
    last = 0
    for suspect in _SUSPECT.finditer(raw):
        # What was tidied already may have had further suspects in it.
        if suspect.start() >= last and (untidy := _TIDIED.match(raw, suspect.start())):
            last = untidy.end()
            yield untidy


def _stand_in(untidy: re.Match[str]) -> str:
    """A group says what stands for the run; without one it goes."""
    if not untidy.lastindex:
        return ""
    return ELLIPSIS if untidy[untidy.lastindex] == "." else untidy[untidy.lastindex]


def without_ends(folded: str) -> str:
    """Without punctuation and brackets at both ends; .5 keeps its point."""
    start, end = 0, len(folded)
    while start < end and characters.is_end_mark(folded[start]) and not _FRACTION.match(folded, start):
        start += 1
    while end > start and characters.is_end_mark(folded[end - 1]):
        end -= 1
    return folded[start:end] or folded.strip(" ")


# --- texts in which something is looked for --------------------------------------------------------------------------


def fold(text: str) -> FoldedText:
    """Folded as all that is compared, punctuation at its ends left: what is looked for may stand anywhere."""
    parts, positions, start = list[str](), array("I"), 0
    for stretch in stretches(text):
        parts.append(_fold(stretch, start, positions))
        start += len(stretch)
    return FoldedText(text, "".join(parts), positions, "".join(map(words_only, parts)))


def _fold(text: str, offset: int, positions: "array[int]") -> str:
    """Fold a part of a text that begins at `offset`, and note where each character comes from."""
    raw, raw_positions = _placed_characters(text, offset)
    raw = lookalikes.fold(raw)
    parts, last = list[str](), 0
    for untidy in _untidy(raw):
        parts.append(raw[last : untidy.start()])
        positions.extend(raw_positions[last : untidy.start()])
        last = untidy.end()
        if untidy.lastindex:
            parts.append(_stand_in(untidy))
            positions.append(raw_positions[untidy.start(untidy.lastindex)])
    positions.extend(raw_positions[last:])
    return "".join([*parts, raw[last:]])


def words_only(folded: str) -> str:
    """With a space for all that is no letter, digit or sign on one."""
    if folded.isascii():  # a table of all is several times as fast
        return folded.translate(_ASCII_WORDS_ONLY)
    return folded.translate({ord(character): " " for character in set(folded) if _parts_words(character)})


def _parts_words(character: str) -> bool:
    return unicodedata.category(character)[0] in "ZPSC"


_ASCII_WORDS_ONLY: Final = {code: " " for code in range(128) if _parts_words(chr(code))}


def region(folded: FoldedText, start: int, end: int) -> tuple[int, int]:
    """Where in the text, in code points, a stretch of its folded form stands; with the signs on its last letter."""
    first, last = folded.positions[start], folded.positions[end - 1] + 1
    while last < len(folded.text) and (unicodedata.combining(folded.text[last]) or not _each(folded.text[last])):
        last += 1
    return first, last


# --- characters ------------------------------------------------------------------------------------------------------


class _Each(dict[str, str]):
    """The table, made as it is asked for."""

    def __missing__(self, character: str) -> str:
        self[character] = folded = characters.fold(character)
        return folded


_EACH: Final = _Each()
# A table of all is several times as fast as one that is asked for each.
_ASCII: Final = {code: characters.fold(chr(code)) for code in range(128)}


def _characters(text: str) -> str:
    """Decomposed, each character folded. What Unicode 14 does not know is left as it is, and parts all else."""
    if text.isascii():
        return text.translate(_ASCII)
    text = _HALF_SPACE.sub(" ", text) if "\u200c" in text else text
    different = set(text)
    # In a class of hundreds of ranges each look-up takes long: each character is looked up once.
    if not any(map(characters.is_unknown, different)):
        return _folded(text)
    ends = [0, *(end for unknown in _UNKNOWN.finditer(text) for end in unknown.span()), len(text)]
    return "".join(
        text[start:end] if nth % 2 else _folded(text[start:end]) for nth, (start, end) in enumerate(pairwise(ends))
    )


def _folded(text: str) -> str:
    # Last: an accent may stand on any white space, and what shows nothing may stand between the two.
    return _SPACED_ACCENT.sub(MARK, "".join(map(_EACH.__getitem__, unicodedata.normalize("NFKD", text))))


@lru_cache(maxsize=2**15)
def _each(character: str) -> str:
    return _characters(character)


def _placed_characters(text: str, offset: int) -> tuple[str, "array[int]"]:
    """The same, and where each comes from."""
    if text.isascii():  # of which each becomes one
        return text.translate(_ASCII), _places(offset, offset + len(text))
    if "\u200c" in text:
        text = _HALF_SPACE.sub(lambda gap: " " * len(gap[0]), text)
    folds = {character: _each(character) for character in set(text)}
    raw = "".join([folds[character] for character in text])
    # Only where marks meet can their order be another one, and only on a space is one an apostrophe.
    if not _marks_meet(text, folds) or raw == _characters(text):
        sizes = {character: len(fold_) for character, fold_ in folds.items() if len(fold_) != 1}
        return raw, _positions(text, sizes, offset)
    # Marks on one letter stand in an order of their own: letter by letter, then.
    positions, raw = array("I"), ""
    for start, end in pairwise([*_starts(text, folds), len(text)]):
        cluster = _characters(text[start:end])
        raw += cluster
        positions.extend(offset + min(start + nth, end - 1) for nth in range(len(cluster)))
    return raw, positions


def _marks_meet(text: str, folds: Mapping[str, str]) -> bool:
    """Whether a mark stands behind another one or white space, perhaps with what shows nothing between."""
    decomposed = {character: unicodedata.normalize("NFKD", character) for character in folds}
    marks = [character for character, parts in decomposed.items() if unicodedata.combining(parts[0])]
    if not marks:
        return False
    before = [
        character
        for character, parts in decomposed.items()
        if unicodedata.combining(parts[-1]) or " " in folds[character] or not folds[character]
    ]
    return re.search(f"[{re.escape(''.join(before))}][{re.escape(''.join(marks))}]", text) is not None


def _starts(text: str, folds: Mapping[str, str]) -> list[int]:
    """Where each letter begins: at what is no mark and shows something."""
    marked = [
        not folds[character] or unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) for character in text
    ]
    return [nth for nth, is_mark in enumerate(marked) if nth == 0 or not is_mark]


def _positions(text: str, sizes: Mapping[str, int], offset: int) -> "array[int]":
    """Where each folded character comes from; `sizes`: of those that do not become just one."""
    positions, last = array("I"), 0
    for match in re.finditer(f"[{re.escape(''.join(sizes))}]", text) if sizes else ():
        positions.extend(_places(offset + last, offset + match.start()))
        positions.extend([offset + match.start()] * sizes[match[0]])
        last = match.end()
    positions.extend(_places(offset + last, offset + len(text)))
    return positions


def _places(start: int, end: int) -> "array[int]":
    return _PLACES[start:end] if end <= len(_PLACES) else array("I", range(start, end))
