"""Where in a text most words of a quotation stand, in their order: so a quotation that was edited is still found.

Words are compared, not characters: one word put in place of another is one change, however long it is. Of a script
without spaces each character is a word that counts half. At most a third of the words may differ (`MOST_CHANGED`); an
ending that was inflected is a small part of a change. A quotation of fewer than four words, or with fewer than ten
letters left unchanged, would be met by chance, and is not looked for here.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from app.texts.folding import UNSPACED, Folded

MOST_CHANGED: Final = 1 / 3
FEWEST_WORDS: Final = 4
FEWEST_LETTERS: Final = 10
ALIKE: Final = 0.6  # two words of which this much is the same are forms of one word
SHORTEST_FORM: Final = 4  # letters

_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(f"[{UNSPACED}]|[^ {UNSPACED}]+")
_ANCHORS: Final = 24  # rarest words of a quotation, whose places say where to look closer
_COMMON: Final = 200  # a word that stands in more places says nothing
_BANDS: Final = 8  # places that are looked at closer
_CLOSEST: Final = 3  # and those of them where the words are compared one by one
_STEPS: Final = 32  # in which a long quotation is moved along a place


class Words(NamedTuple):
    """The words of a folded text."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    where: dict[str, list[int]]
    """Of each word, which of the words it is."""
    coded: str
    """A character for each word: so whole stretches are compared as strings."""
    codes: dict[str, str]


class Likeness(NamedTuple):
    changed: float
    """The part of the words that differ."""
    start: int
    end: int


def words(folded: Folded) -> Words:
    found = [(word[0], *word.span()) for word in _WORD.finditer(folded.parted)]
    where = defaultdict[str, list[int]](list)
    for nth, (word, _, _) in enumerate(found):
        where[word].append(nth)
    codes = {word: chr(nth) for nth, word in enumerate(where, 1)}
    coded = "".join([codes[word] for word, _, _ in found])
    return Words([w for w, _, _ in found], [s for _, s, _ in found], [e for _, _, e in found], where, coded, codes)


def is_accent(character: str) -> bool:
    return unicodedata.combining(character) != 0


def near(text: Words, piece: str) -> list[tuple[int, int]]:
    """Where in the folded text the words of a folded piece nearly stand, the likest first."""
    quote = _WORD.findall(_parted(piece))
    if _size(quote) < FEWEST_WORDS:
        return []
    coded = "".join([text.codes.get(word, "\0") for word in quote])
    closest = sorted({_closest(text, coded, *band) for band in _bands(text, quote)})[:_CLOSEST]
    found = {likeness for _, start in closest if (likeness := _compared(text, quote, coded, start))}
    return [(likeness.start, likeness.end) for likeness in sorted(found)]


def _parted(piece: str) -> str:
    return "".join(" " if unicodedata.category(character)[0] in "ZPSC" else character for character in piece)


def _size(several: list[str]) -> float:
    return sum(0.5 if re.match(f"[{UNSPACED}]", word) else 1 for word in several)


def _bands(text: Words, quote: list[str]) -> list[tuple[int, int]]:
    """Between which of the text's words the quotation may begin: where most of its rarer words stand as in it."""
    known = [(len(text.where[word]), nth) for nth, word in enumerate(quote) if word in text.where]
    width = max(4, len(quote) // 2)
    shifts: Counter[int] = Counter()
    for _, nth in sorted(pair for pair in known if pair[0] <= _COMMON)[:_ANCHORS]:
        # Shifts that are nearly the same may stand on both sides of a border: so each counts in two overlapping bands.
        bands = {2 * ((at - nth) // width) for at in text.where[quote[nth]]}
        bands |= {2 * ((at - nth + width // 2) // width) - 1 for at in text.where[quote[nth]]}
        shifts.update(bands)
    likeliest = sorted(shifts, key=lambda band: (-shifts[band], band))[:_BANDS]
    return [(max(0, band * width // 2), max(0, (band + 2) * width // 2) + 1) for band in likeliest]


def _closest(text: Words, coded: str, start: int, end: int) -> tuple[int, int]:
    """How many words differ where the quotation fits best in a band, and where that is."""
    size = len(coded)
    return min(
        (Levenshtein.distance(coded, text.coded[at : at + size]), at)
        for at in range(start, end, 1 + (end - start) // _STEPS)
    )


def _compared(text: Words, quote: list[str], coded: str, start: int) -> Likeness | None:
    """The stretch about here that is most like the quotation, the shortest such; None if it is not like enough."""
    size, room = len(coded), len(coded) // 2 + 1

    def cost(first: int, last: int) -> tuple[float, int]:
        return Levenshtein.distance(coded, text.coded[first:last]) / max(size, last - first), last - first

    step = 1 + size // (4 * _STEPS)
    end = min(range(start + 1, min(start + size + room, len(text.coded)) + 1, step), key=lambda last: cost(start, last))
    first = min(range(max(0, start - room), end, step), key=lambda first: cost(first, end))
    last = min(range(first + 1, min(end + room, len(text.coded)) + 1, step), key=lambda last: cost(first, last))
    blocks = Levenshtein.opcodes(coded, text.coded[first:last])
    lacking = blocks[0].src_end if blocks[0].tag == "delete" else 0
    while lacking and first and _alike(quote[lacking - 1], text.words[first - 1]):
        lacking, first = lacking - 1, first - 1
    lacking = blocks[-1].src_start if blocks[-1].tag == "delete" else size
    while lacking < size and last < len(text.words) and _alike(quote[lacking], text.words[last]):
        lacking, last = lacking + 1, last + 1
    changed, letters = _changed(quote, text.words[first:last])
    if changed > MOST_CHANGED or letters < FEWEST_LETTERS:
        return None
    return Likeness(changed, text.starts[first], text.ends[last - 1])


def _changed(quote: list[str], there: list[str]) -> tuple[float, int]:
    """The part of the words that differ; and how many letters the others have, an ideograph counting for two."""
    cost, kept = 0.0, 0
    for block in Levenshtein.opcodes(quote, there):
        if block.tag == "equal":
            kept += sum(_letters(word) for word in quote[block.src_start : block.src_end])
        elif block.tag == "replace":
            both = zip(quote[block.src_start : block.src_end], there[block.dest_start : block.dest_end], strict=True)
            for one, other in both:
                likeness = _likeness(one, other)
                cost += 1 - likeness
                kept += _letters(one) if likeness else 0
        else:
            cost += (block.src_end - block.src_start) + (block.dest_end - block.dest_start)
    return cost / max(len(quote), len(there)), kept


def _letters(word: str) -> int:
    return 2 if re.match(f"[{UNSPACED}]", word) else len(word)


def _alike(one: str, other: str) -> bool:
    return one == other or _likeness(one, other) > 0


def _likeness(one: str, other: str) -> float:
    """How much of two words is the same, where they may be forms of one: no numbers, nor short ones (`не`, `нет`)."""
    if min(len(one), len(other)) < SHORTEST_FORM or _DIGIT.search(one + other):
        return 0
    likeness = fuzz.ratio(one, other) / 100
    return likeness if likeness >= ALIKE else 0
