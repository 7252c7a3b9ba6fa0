"""Fingerprints of texts: how much two have in common, three words by three, and which is a copy of which."""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from math import sqrt
from typing import Final, NamedTuple

from app.texts import folding
from app.texts.scripts import DROPPED_MARKS, IDEOGRAPHS, SOUTHEAST_ASIAN

# Fingerprints are stored: whoever changes what a word is, here, in `folding` or in `scripts`, has to make those anew
# that it changes.

_UNSPACED: Final = SOUTHEAST_ASIAN + IDEOGRAPHS
# Vowel signs of India's scripts are no letters to `\w`, but end no word.
_WORDS: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:[\u0900-\u0dff][^\W{_UNSPACED}]*)*")
_ASCII_WORDS: Final = re.compile(r"\w+", re.ASCII)  # the same of what is ASCII, in a quarter of the time
# In scripts that put no space between words each character stands alone, and several make up what a word is elsewhere:
# two in Chinese and Japanese, four in Thai, Lao, Burmese and Khmer.
_WORD_WEIGHT, _IDEOGRAPH_WEIGHT, _LETTER_WEIGHT = 4, 2, 1
_SHINGLE_WEIGHT: Final = 3 * _WORD_WEIGHT
_IS_IDEOGRAPH: Final = re.compile(f"[{IDEOGRAPHS}]")
_IS_LETTER: Final = re.compile(f"[{SOUTHEAST_ASIAN}]")
_DROPPED: Final = re.compile(f"[{DROPPED_MARKS}]")

FEWEST_SHINGLES: Final = 30
"""Texts of fewer have no fingerprint: two short posts may well be alike by chance, or by what they quote. Only whether
they are the same is asked."""
MOST_HASHES: Final = 400
"""Of a longer text's hashes the lowest so many are kept: as many as fit into a row beside the rest of it."""
MOST_MARKS: Final = 16
"""So many of the lowest are what a copy is looked for by. Two texts that have a third of all in common share one in all
but 2 cases of 1,000."""
_HIGHEST_HASH: Final = 2**32 - 1
# Whom a post answers, and where it leads: who says nothing else has copied nobody.
_ADDRESSES: Final = re.compile(r"(?<!\w)@[\w.-]+|https?://[!-~]+", re.ASCII)
_WHOLE_TEXT_BYTES: Final = 7


class Fingerprint(NamedTuple):
    hashes: tuple[int, ...]
    """The lowest of a text's, in their order: all, if it is no longer than most articles; none, if it is too short."""
    whole_mark: int | None
    """One mark more, of the whole text: texts have the same if they are equal as folded.

    None for one that is empty, or only says whom it answers or where it leads. Higher than any mark of a shingle."""


class DocumentDates(NamedTuple):
    """When a document was published (half-open, where that is known), read and recorded; its id as a last resort."""

    published_from: datetime | None
    published_to: datetime | None
    retrieved_at: datetime
    created_at: datetime
    id: str


def read(text: str) -> Fingerprint:
    """The print of a text of any length, in short steps."""
    lowest, folded = list[int](), list[str]()
    for hashes, tidied in _stretches(text):
        lowest = sorted({*lowest, *hashes})[:MOST_HASHES]
        folded.append(tidied)
    is_long_enough = len(lowest) >= FEWEST_SHINGLES
    return Fingerprint(tuple(lowest) if is_long_enough else (), _mark(folding.without_ends("".join(folded))))


def fingerprint(text: str) -> tuple[int, ...]:
    """The hashes of its print."""
    return read(text).hashes


def shingles(text: str) -> frozenset[int]:
    """Hashes of every three words that follow each other, as they are folded; accents and punctuation do not count."""
    return frozenset([hash_ for hashes, _ in _stretches(text) for hash_ in hashes])


def _stretches(text: str) -> Iterator[tuple[list[int], str]]:
    """Of each part of a text, the shingles that end there, and how it is folded."""
    words = list[str]()
    for stretch in folding.stretches(f" {text}"):  # as whole texts stand
        letters = folding.letters(stretch)
        words += _ASCII_WORDS.findall(letters) if letters.isascii() else _WORDS.findall(_DROPPED.sub("", letters))
        hashes, words = _hashes(words)
        yield hashes, folding.tidied(letters)


def _hashes(words: list[str]) -> tuple[list[int], list[str]]:
    """The shingles of these words, and those of them with which the next ones begin."""
    are_long = min(map(len, words), default=2) > 1
    weights = [] if are_long else [_WORD_WEIGHT if len(word) > 1 else _weight(word) for word in words]
    if min(weights, default=_WORD_WEIGHT) == _WORD_WEIGHT:  # as nearly everywhere
        encoded = [word.encode() for word in words]
        threes = zip(encoded, encoded[1:], encoded[2:], strict=False)
        return [zlib.crc32(b"%b %b %b" % three) for three in threes], words[-2:]
    # A window over the words that moves on by one, and takes in as many as make three words.
    hashes, start, end, weight = list[int](), 0, 0, 0
    for start, first_weight in enumerate(weights):
        while weight < _SHINGLE_WEIGHT and end < len(words):
            weight += weights[end]
            end += 1
        if weight < _SHINGLE_WEIGHT:
            break
        hashes.append(zlib.crc32(" ".join(words[start:end]).encode()))
        weight -= first_weight
    return hashes, words[start:]


def _weight(character: str) -> int:
    if _IS_IDEOGRAPH.match(character):
        return _IDEOGRAPH_WEIGHT
    return _LETTER_WEIGHT if _IS_LETTER.match(character) else _WORD_WEIGHT


def _mark(folded: str) -> int | None:
    if not _says_something(folded):
        return None
    digest = hashlib.sha256(folded.encode()).digest()
    return _HIGHEST_HASH + 1 + int.from_bytes(digest[:_WHOLE_TEXT_BYTES])


def _says_something(folded: str) -> bool:
    """Whether there is more than addresses."""
    if "@" not in folded and "://" not in folded:  # as nearly everywhere
        return bool(folded.strip())
    return any(_ADDRESSES.sub("", stretch).strip() for stretch in folding.stretches(folded))


def are_equal(first: Iterable[int], second: Iterable[int]) -> bool:
    """Whether two texts are equal as folded, by their marks."""
    whole_texts = [{mark for mark in marks if mark > _HIGHEST_HASH} for marks in (first, second)]
    return not whole_texts[0].isdisjoint(whole_texts[1])


def score(first: AbstractSet[int], second: AbstractSet[int]) -> float:
    """0 to 1: of each text the part that is also in the other; of the two parts the geometric mean.

    A text that was doubled in length, or cut by half, has 0.71; one that is quoted whole in another four times as
    long has 0.5.
    """
    return len(first & second) / sqrt(len(first) * len(second)) if first and second else 0.0


def likeness(first: tuple[int, ...], second: tuple[int, ...], *, left_out: AbstractSet[int] = frozenset()) -> float:
    """The score of two texts by their fingerprints: exact where both are whole, else within a few hundredths.

    Up to the lower of their last hashes, neither fingerprint lacks a hash of its text. `left_out`: what is no likeness.
    """
    last_shared = min(print_[-1] if len(print_) == MOST_HASHES else _HIGHEST_HASH for print_ in (first, second))
    return score(
        {hash_ for hash_ in first if hash_ <= last_shared} - left_out,
        {hash_ for hash_ in second if hash_ <= last_shared} - left_out,
    )


def pack(print_: tuple[int, ...]) -> bytes:
    """The bytes to store: four a hash, the lowest byte first."""
    return struct.pack(f"<{len(print_)}I", *print_)


def unpack(stored: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(stored) // 4}I", stored)


def later_of(first: DocumentDates, second: DocumentDates) -> DocumentDates:
    """Which of two documents was made out of the other: the one published later.

    Where that is not known, or not exactly enough, the one read later, then the one recorded later.
    """
    for early, late in ((first, second), (second, first)):
        earlier_to, later_from = early.published_to, late.published_from
        if earlier_to and later_from and earlier_to <= later_from:
            return late
    return max(first, second, key=lambda dates: dates[2:])
