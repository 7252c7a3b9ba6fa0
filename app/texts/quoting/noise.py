"""What stands in a text and is none of its words: reference marks, marks that only open a paragraph, broken lines.

`quiet` takes them out of a folded text. Positions are kept: a place in what is left is a place in the text.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from app.texts.folding import DASH, ELLIPSIS, MARK, FoldedText
from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED
from app.texts.scripts import WORD_MARKS

# In a folded quotation: a dash that may be one of its word, or only the end of a line.
MAYBE_DASH: Final = "\u00ad"

_BREAK: Final = r"[ \t\u00a0]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])\s*"
# A word that goes on in the next line: hyphens of all kinds, soft ones, what reading machines make of those.
_HYPHENS: Final = r"[-\u00ad\u2010-\u2015\u058a\u05be\u2027\u2212\u2e17\u30fb\ufe63\uff0d¬]"
_BROKEN: Final = re.compile(rf"{_HYPHENS}(?<=(?:[^\W\d_]|[{WORD_MARKS}]){_HYPHENS}){_BREAK}(?=[^\W\d_])")
_LONGEST_BREAK: Final = 16  # characters that are looked at, of which most are white space
# The first sign of a line, where it is no letter: if folding makes a mark of it, it opens a paragraph.
_LINE_BEGINS: Final = re.compile(r"(?:\A|[\n\r\x0b\x0c\x85\u2028\u2029])[ \t\u00a0\u3000\u200b-\u200f\ufeff]*([^\w\s])")
_NUMBERS: Final = (
    r"\[(?:(?:notes?|nb|n|fn|ref|anm|прим|сноска|lower-alpha|注釈?|註|주)\.? ?)?\d{1,3}(?:[,;\u2013-] ?\d{1,3})*\]"
)
# [12] and the like: on a word, or before what ends a sentence. A bracket with a letter may be an editor's, `plant[s]`.
_NUMBERED: Final = re.compile(
    rf"(?<=[^\s\[(])(?:{_NUMBERS}(?::\d{{1,4}})?)+(?:(?![^\W\d_])|(?=[{UNSPACED}]))|"
    rf"[ \u00a0](?:{_NUMBERS})+(?=[.,;:!?…\"”’»)]|\s*(?:\n|\Z))|(?<=[.!?…”»])[ \u00a0](?:{_NUMBERS})+(?=\s)",
    re.IGNORECASE,
)
_LETTERED: Final = re.compile(
    r"(?<=[^\s\[(])\[[a-cа-вα-γ]\](?![^\W\d_])|(?<=[.,;:!?…\"”’»)\]])\[[^\W\d_]\](?![^\W\d_])", re.IGNORECASE
)
_SUPERSCRIPT: Final = "[⁰¹²³⁴-⁹†‡]"
_RAISED: Final = re.compile(rf"{_SUPERSCRIPT}(?<=[^\s\d⁰¹²³⁴-⁹†‡]{_SUPERSCRIPT})(?:[ ,]?{_SUPERSCRIPT})*(?![^\W_])")
_UNIT: Final = re.compile(r"(?:^|[\s\d/.,(])(?:[kcdmn]?m|[mc]?s|ft|yd|mi|in|[кдс]?м|мм|с)$")
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
# A number that only its raised place told from the word before it, where a page was read without its shape.
_LOWERED: Final = re.compile(
    r"[1-9](?:(?<=[^\W\d_]{3}[1-9])\d?(?!\w)(?![.,]\d)|(?<=[^\W\d_]{2}[.,;:!?\"”»)][1-9])\d?(?=\s|\Z))"
)


@dataclass(frozen=True, slots=True)
class Quiet:
    page: FoldedText
    broken: frozenset[int]
    """Where, in what is folded, a word was joined that a line had broken: there may have been a dash."""


def quiet(page: FoldedText) -> Quiet | None:
    """Without all that is none of its words; None: there is nothing of that in it."""
    return _cut(page, sorted(chain(_breaks(page.text), _openings(page), _references(page.text), _letters(page.text))))


def lowered(page: FoldedText) -> Quiet | None:
    """The same, also without numbers that may be reference marks: `order1`."""
    numbers = [
        (match.start(), match.end(), False)
        for match in _LOWERED.finditer(page.text)
        if not page.text[match.start() - 3 : match.start()].isalpha()
        or page.text[match.start() - 3 : match.start()].islower()
    ]
    if not numbers:
        return None
    spans = chain(_breaks(page.text), _openings(page), _references(page.text), _letters(page.text), numbers)
    return _cut(page, sorted(spans))


def breaks_word(text: str, before: int, after: int) -> bool:
    """Whether a word that a line breaks stands on both sides of a place, between these two characters of the text."""
    broken = _BROKEN.search(text, max(0, before - 2), after + _LONGEST_BREAK)
    return broken is not None and (broken.end() == after or broken.start() == before)


def of_words(words: FoldedText) -> str | None:
    """A folded quotation without noise, and with MAYBE_DASH where a line breaks a word; None: it has none of that."""
    cuts = _cut(words, sorted(chain(_openings(words), _references(words.text))))
    quieted = words if cuts is None else cuts.page
    folded, end = list[str](), 0
    for start, stop, _ in _breaks(words.text):
        low, high = bisect_left(quieted.positions, start), bisect_left(quieted.positions, stop)
        folded += [quieted.folded[end:low], MAYBE_DASH]
        end = high
    if cuts is None and not folded:
        return None
    return "".join([*folded, quieted.folded[end:]])


# --- where it is, in the text as it was ------------------------------------------------------------------------------

# Start, end, and whether a word is joined there.
_Span = tuple[int, int, bool]


def _breaks(text: str) -> Iterator[_Span]:
    return ((match.start(), match.end(), True) for match in _BROKEN.finditer(text))


def _openings(page: FoldedText) -> Iterator[_Span]:
    for match in _LINE_BEGINS.finditer(page.text):
        at = bisect_left(page.positions, match.start(1))
        if at < len(page.folded) and page.folded[at] == MARK and page.positions[at] == match.start(1):
            yield match.start(1), match.end(1), False


def _references(text: str) -> Iterator[_Span]:
    if "[" in text:
        for match in _NUMBERED.finditer(text):
            yield match.start(), match.end(), False
    for match in _RAISED.finditer(text):
        if not _UNIT.search(text, max(0, match.start() - 4), match.start()):
            yield match.start(), match.end(), False


def _letters(text: str) -> Iterator[_Span]:
    if "[" in text:
        for match in _LETTERED.finditer(text):
            yield match.start(), match.end(), False


def _cut(page: FoldedText, spans: list[_Span]) -> Quiet | None:
    """Without these stretches of the text. A mark at the beginning of a paragraph leaves the space before it."""
    folded, words_only, positions, broken = list[str](), list[str](), array("I"), set[int]()
    end = 0
    for start, stop, joins in spans:
        low, high = bisect_left(page.positions, start), bisect_left(page.positions, stop)
        if low < end or low == high:
            continue
        folded.append(page.folded[end:low])
        words_only.append(page.words_only[end:low])
        positions.extend(page.positions[end:low])
        before = page.folded[low - 1] if low else " "
        if joins:
            broken.add(len(positions))
        elif page.folded[low:high] == MARK:
            if before not in (" ", MARK, DASH, ELLIPSIS) and not _UNSPACED.search(
                before + page.folded[high : high + 1]
            ):
                folded.append(" ")
                words_only.append(" ")
                positions.append(page.positions[low])
        elif before in (" ", MARK, DASH, ELLIPSIS) and page.folded[high : high + 1] == " ":
            high += 1  # folding leaves no space there
        end = high
    if not end:
        return None
    folded.append(page.folded[end:])
    words_only.append(page.words_only[end:])
    positions.extend(page.positions[end:])
    return Quiet(FoldedText(page.text, "".join(folded), positions, "".join(words_only)), frozenset(broken))
