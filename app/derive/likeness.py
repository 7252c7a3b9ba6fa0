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
from rapidfuzz.distance import LCSseq, Levenshtein

from app.derive.folding import UNSPACED, Folded

MOST_CHANGED: Final = 1 / 3
FEWEST_WORDS: Final = 4
FEWEST_LETTERS: Final = 10
ALIKE: Final = 0.6  # two words of which this much is the same are forms of one word

_WORD: Final = re.compile(f"[{UNSPACED}]|[^ {UNSPACED}]+")
_ANCHORS: Final = 24  # rarest words of a quotation, whose places say where to look closer
_COMMON: Final = 200  # a word that stands in more places says nothing
_WINDOWS: Final = 3  # places that are looked at closer


class Words(NamedTuple):
    """The words of a folded text."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    where: dict[str, list[int]]
    """Of each word, which of the words it is."""


class Likeness(NamedTuple):
    changed: float
    """The part of the words that differ."""
    start: int
    end: int


def words(folded: Folded) -> Words:
    found = Words([], [], [], defaultdict(list))
    for nth, word in enumerate(_WORD.finditer(folded.parted)):
        found.words.append(word[0])
        found.starts.append(word.start())
        found.ends.append(word.end())
        found.where[word[0]].append(nth)
    return found


def is_accent(character: str) -> bool:
    return unicodedata.combining(character) != 0


def near(text: Words, piece: str) -> list[tuple[int, int]]:
    """Where in the folded text the words of a folded piece nearly stand, the likest first."""
    quote = _WORD.findall(_parted(piece))
    if _size(quote) < FEWEST_WORDS:
        return []
    found = {likeness for start, end in _windows(text, quote) if (likeness := _in_window(text, quote, start, end))}
    return [(likeness.start, likeness.end) for likeness in sorted(found)]


def _parted(piece: str) -> str:
    return "".join(" " if unicodedata.category(character)[0] in "ZPSC" else character for character in piece)


def _size(several: list[str]) -> float:
    return sum(0.5 if re.match(f"[{UNSPACED}]", word) else 1 for word in several)


def _windows(text: Words, quote: list[str]) -> list[tuple[int, int]]:
    """The stretches of the text, in words, where most of the quotation's rarer words stand as far apart as in it."""
    known = [(len(text.where[word]), nth) for nth, word in enumerate(quote) if word in text.where]
    rare = sorted(pair for pair in known if pair[0] <= _COMMON)[:_ANCHORS]
    width = max(4, len(quote) // 2)
    shifts: Counter[int] = Counter()
    for _, nth in rare:
        # Shifts that are nearly the same may stand on both sides of a border: so each counts in two overlapping bands.
        bands = {2 * ((at - nth) // width) for at in text.where[quote[nth]]}
        bands |= {2 * ((at - nth + width // 2) // width) - 1 for at in text.where[quote[nth]]}
        shifts.update(bands)
    likeliest = sorted(shifts, key=lambda band: (-shifts[band], band))[:_WINDOWS]
    return [(max(0, band * width // 2 - width), (band + 2) * width // 2 + len(quote) + width) for band in likeliest]


def _in_window(text: Words, quote: list[str], start: int, end: int) -> Likeness | None:
    """The stretch of this window that is most like the quotation, if it is like enough."""
    window = text.words[start:end]
    pairs = [
        (block.src_start + n, block.dest_start + n)
        for block in LCSseq.opcodes(quote, window)
        if block.tag == "equal"
        for n in range(block.src_end - block.src_start)
    ]
    if not pairs:
        return None
    first, last = _densest(pairs)
    (quoted, here), (quoted_to, to) = pairs[first], pairs[last]
    while quoted and here and _alike(quote[quoted - 1], window[here - 1]):
        quoted, here = quoted - 1, here - 1
    while quoted_to + 1 < len(quote) and to + 1 < len(window) and _alike(quote[quoted_to + 1], window[to + 1]):
        quoted_to, to = quoted_to + 1, to + 1
    changed, letters = _changed(quote, window[here : to + 1])
    if changed > MOST_CHANGED or letters < FEWEST_LETTERS:
        return None
    return Likeness(changed, text.starts[start + here], text.ends[start + to])


def _densest(pairs: list[tuple[int, int]]) -> tuple[int, int]:
    """Of the words that stand in both, the stretch with most of them and least between; a stray one is left out."""
    best, best_score = (0, 0), 1
    begin, score = 0, 1
    for nth in range(1, len(pairs)):
        skipped = (pairs[nth][1] - pairs[nth - 1][1]) - (pairs[nth][0] - pairs[nth - 1][0])
        score += 1 - max(0, skipped)
        if score < 1:
            begin, score = nth, 1
        if score > best_score:
            best, best_score = (begin, nth), score
    return best


def _changed(quote: list[str], there: list[str]) -> tuple[float, int]:
    """The part of the words that differ; and how many letters the others have, an ideograph counting for two."""
    cost, kept = 0.0, 0
    for block in Levenshtein.opcodes(quote, there):
        if block.tag == "equal":
            kept += sum(_letters(word) for word in quote[block.src_start : block.src_end])
        elif block.tag == "replace":
            both = zip(quote[block.src_start : block.src_end], there[block.dest_start : block.dest_end], strict=True)
            for one, other in both:
                likeness = fuzz.ratio(one, other) / 100
                cost += 1 - likeness if likeness >= ALIKE else 1
                kept += _letters(one) if likeness >= ALIKE else 0
        else:
            cost += (block.src_end - block.src_start) + (block.dest_end - block.dest_start)
    return cost / max(len(quote), len(there)), kept


def _letters(word: str) -> int:
    return 2 if re.match(f"[{UNSPACED}]", word) else len(word)


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(one, other) >= 100 * ALIKE
