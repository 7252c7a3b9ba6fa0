"""Fuzzy search: where in a text most words of a quotation stand, in their order; so one that was edited is found.

Words are compared, not characters: one word put in place of another is one change, however long it is. Of a script
without spaces each character is a word that counts half. At most a third of the words may differ (`MOST_CHANGED`); an
ending that was inflected is a small part of a change. A quotation of fewer than four words, or with fewer than ten
letters left unchanged, would be met by chance, and is not looked for here.

How alike two claims are as a whole is another question: `alike`.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from app.texts.folding import FoldedText, words_only
from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED

MOST_CHANGED: Final = 1 / 3  # of the words
FEWEST_WORDS: Final = 4  # of a quotation that is looked for: a shorter one would be met by chance
FEWEST_LETTERS: Final = 10  # that must stand there unchanged
FORMS_ALIKE: Final = 0.6  # two words of which this much is the same are forms of one word
SHORTEST_FORM: Final = 4  # letters

_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(f"[{UNSPACED}]|[^ {UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
_ANCHORS: Final = 24  # rarest words of a quotation, whose places say where to look closer
_ANCHOR_PLACES: Final = 200  # a word that stands in more places says nothing
_BANDS: Final = 8  # stretches of the text that are looked at closer
_BEST_MATCHES: Final = 3  # and those of them where the words are compared one by one
_STEPS: Final = 32  # in which a long quotation is moved along a stretch


class Words(NamedTuple):
    """The words of a folded text."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    occurrences: dict[str, list[int]]
    """By word: its indexes in `words`."""
    coded: str
    """A character for each word: so whole stretches are compared as strings."""
    codes: dict[str, str]


class NearMatch(NamedTuple):
    changed: float
    """The part of the words that differ: 0 to 1."""
    start: int
    """In the folded text."""
    end: int


def split(folded: FoldedText) -> Words:
    words, starts = list[str](), list[int]()
    for match in _WORD.finditer(
        folded.words_only
    ):  # one by one, for others have their turn between two steps of Python
        words.append(match[0])
        starts.append(match.start())
    ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
    occurrences = defaultdict[str, list[int]](list)
    for nth, word in enumerate(words):
        occurrences[word].append(nth)
    codes = {word: chr(nth) for nth, word in enumerate(occurrences, 1)}
    coded = "".join([codes[word] for word in words])
    return Words(words, starts, ends, occurrences, coded, codes)


def is_accent(character: str) -> bool:
    return unicodedata.combining(character) != 0


def words_of(piece: str) -> list[str]:
    return _WORD.findall(words_only(piece))


def are_enough(quote: list[str]) -> bool:
    """Whether these words do not meet by chance."""
    return sum(0.5 if _IS_UNSPACED.match(word) else 1 for word in quote) >= FEWEST_WORDS


def near(text: Words, piece: str) -> list[tuple[int, int]]:
    """Where in the folded text the words of a folded piece nearly stand, the likest first."""
    quote = words_of(piece)
    if not are_enough(quote) or len(text.words) < len(quote) * (1 - MOST_CHANGED):
        return []
    coded = "".join([text.codes.get(word, "\0") for word in quote])
    closest = sorted({_closest(text, coded, *band) for band in _bands(text, quote)})[:_BEST_MATCHES]
    matches = {match for _, start in closest if (match := _best_match(text, quote, coded, start))}
    return [(match.start, match.end) for match in sorted(matches)]


def _bands(text: Words, quote: list[str]) -> list[tuple[int, int]]:
    """The ranges of word indexes where the quotation may begin: most of its rarer words vote for these."""
    frequencies = [(len(text.occurrences[word]), nth) for nth, word in enumerate(quote) if word in text.occurrences]
    anchors = sorted(pair for pair in frequencies if pair[0] <= _ANCHOR_PLACES)[:_ANCHORS]
    width = max(4, len(quote) // 2)
    # Each place of an anchor votes for the shift that would bring the quotation there.
    votes: Counter[int] = Counter()
    for _, nth in anchors:
        # Shifts that are nearly the same may stand on both sides of a border: so each counts in two overlapping bands.
        bands = {2 * ((at - nth) // width) for at in text.occurrences[quote[nth]]}
        bands |= {2 * ((at - nth + width // 2) // width) - 1 for at in text.occurrences[quote[nth]]}
        votes.update(bands)
    likeliest = sorted(votes, key=lambda band: (-votes[band], band))[:_BANDS]
    return [(max(0, band * width // 2), max(0, (band + 2) * width // 2) + 1) for band in likeliest]


def _closest(text: Words, coded: str, start: int, end: int) -> tuple[int, int]:
    """How many words differ where the quotation fits best in a band, and where that is."""
    size = len(coded)
    return min(
        (Levenshtein.distance(coded, text.coded[at : at + size]), at)
        for at in range(start, end, 1 + (end - start) // _STEPS)
    )


def _best_match(text: Words, quote: list[str], coded: str, start: int) -> NearMatch | None:
    """The stretch near `start` that differs least from the quotation, the shortest such. None: they differ too much."""
    size, room = len(coded), len(coded) // 2 + 1

    def cost(start: int, end: int) -> tuple[float, int]:
        return Levenshtein.distance(coded, text.coded[start:end]) / max(size, end - start), end - start

    # First the end, then the begin, then the end again: to try all pairs of both would take the square of the time.
    step = 1 + size // (4 * _STEPS)
    ends = range(start + 1, min(start + size + room, len(text.coded)) + 1, step)
    near_end = min(ends, key=lambda end: cost(start, end))
    begin = min(range(max(0, start - room), near_end, step), key=lambda begin: cost(begin, near_end))
    ends = range(begin + 1, min(near_end + room, len(text.coded)) + 1, step)
    end = min(ends, key=lambda end: cost(begin, end))
    # Words at either end of the quotation that the stretch lacks may stand just outside in another form.
    blocks = Levenshtein.opcodes(coded, text.coded[begin:end])
    quote_begin = blocks[0].src_end if blocks[0].tag == "delete" else 0
    while quote_begin and begin and _are_forms_of_one(quote[quote_begin - 1], text.words[begin - 1]):
        quote_begin, begin = quote_begin - 1, begin - 1
    quote_end = blocks[-1].src_start if blocks[-1].tag == "delete" else size
    while quote_end < size and end < len(text.words) and _are_forms_of_one(quote[quote_end], text.words[end]):
        quote_end, end = quote_end + 1, end + 1
    changed, letters = _changed(quote, text.words[begin:end])
    if changed > MOST_CHANGED or letters < FEWEST_LETTERS:
        return None
    return NearMatch(changed, text.starts[begin], text.ends[end - 1])


def _changed(quote: list[str], stretch: list[str]) -> tuple[float, int]:
    """The part of the words that differ; and how many letters the others have, an ideograph counting for two."""
    cost, unchanged_letters = 0.0, 0
    for block in Levenshtein.opcodes(quote, stretch):
        quoted, present = quote[block.src_start : block.src_end], stretch[block.dest_start : block.dest_end]
        if block.tag == "equal":
            unchanged_letters += sum(_letters(word) for word in quoted)
        elif block.tag == "replace":
            for word, replacement in zip(quoted, present, strict=True):
                likeness = _likeness(word, replacement)
                cost += 1 - likeness
                unchanged_letters += _letters(word) if likeness else 0
        else:
            cost += len(quoted) + len(present)
    return cost / max(len(quote), len(stretch)), unchanged_letters


def _letters(word: str) -> int:
    return 2 if _IS_UNSPACED.match(word) else len(word)


def _are_forms_of_one(first: str, second: str) -> bool:
    return first == second or _likeness(first, second) > 0


def _likeness(first: str, second: str) -> float:
    """How much of two words is the same, where they may be forms of one: no numbers, nor short ones (`не`, `нет`)."""
    if min(len(first), len(second)) < SHORTEST_FORM or _DIGIT.search(first + second):
        return 0
    likeness = fuzz.ratio(first, second) / 100
    return likeness if likeness >= FORMS_ALIKE else 0
