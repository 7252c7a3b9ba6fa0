"""How much two texts have in common, word group by word group: which is a copy of which."""

import re
import struct
import unicodedata
import zlib
from collections.abc import Set as AbstractSet
from datetime import datetime
from math import sqrt
from typing import Final, NamedTuple

# The scripts that put no space between words: each character stands alone, and several make up what a word is
# elsewhere, two in Chinese and Japanese, four in Thai, Lao, Burmese and Khmer.
_IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Vowel signs of India's scripts are no letters to `\w`, but end no word.
_WORDS: Final = re.compile(
    rf"[{_LETTERS}]|[{_IDEOGRAPHS}]|[^\W{_LETTERS}{_IDEOGRAPHS}]+(?:[\u0900-\u0dff][^\W{_LETTERS}{_IDEOGRAPHS}]*)*"
)
_WORD, _IDEOGRAPH, _LETTER = 4, 2, 1
_IS_IDEOGRAPH: Final = re.compile(f"[{_IDEOGRAPHS}]")
_IS_LETTER: Final = re.compile(f"[{_LETTERS}]")
_SHINGLE: Final = 3 * _WORD
_MARKS: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")

FEWEST: Final = 30
"""Texts of fewer shingles have no fingerprint: two short posts may well be alike by chance, or by what they quote."""
MOST: Final = 400
"""Of a longer text's hashes the lowest so many are kept: as many as fit into a row beside the rest of it."""
MARKS: Final = 16
"""So many of the lowest are what a copy is looked for by. Two texts that have a third of all in common share one in all
but 2 cases of 1,000."""
_HIGHEST: Final = 2**32 - 1


class Origin(NamedTuple):
    """When a document was published (half-open, where that is known), read and recorded; its id as a last resort."""

    published_from: datetime | None
    published_to: datetime | None
    retrieved_at: datetime
    created_at: datetime
    id: str


def shingles(text: str) -> frozenset[int]:
    """Hashes of every three words that follow each other; case, accents and punctuation do not count."""
    words = _WORDS.findall(_MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold())
    weights = [_WORD if len(word) > 1 else _weight(word) for word in words]
    found, end, weight = set[int](), 0, 0
    for start, own in enumerate(weights):
        while weight < _SHINGLE and end < len(words):
            weight += weights[end]
            end += 1
        if weight < _SHINGLE:
            break
        found.add(zlib.crc32(" ".join(words[start:end]).encode()))
        weight -= own
    return frozenset(found)


def _weight(character: str) -> int:
    if _IS_IDEOGRAPH.match(character):
        return _IDEOGRAPH
    return _LETTER if _IS_LETTER.match(character) else _WORD


def fingerprint(text: str) -> tuple[int, ...]:
    """The lowest of a text's hashes, in their order: all of them, if it is no longer than most articles.

    Nothing for a text that is too short.
    """
    found = shingles(text)
    return tuple(sorted(found)[:MOST]) if len(found) >= FEWEST else ()


def score(one: AbstractSet[int], other: AbstractSet[int]) -> float:
    """0 to 1: of each text the part that is also in the other; of the two parts the geometric mean.

    A text with as much again added to it, or cut by half, has 0.71; one that is quoted whole in another four times as
    long has 0.5.
    """
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The score of two texts by their fingerprints: exact where both are whole, else within a few hundredths.

    Up to the last hash of the one that was cut first, both have all that they have.
    """
    end = min(print_[-1] if len(print_) == MOST else _HIGHEST for print_ in (one, other))
    return score({h for h in one if h <= end}, {h for h in other if h <= end})


def packed(print_: tuple[int, ...]) -> bytes:
    """As it is stored: four bytes a hash, the lowest byte first."""
    return struct.pack(f"<{len(print_)}I", *print_)


def unpacked(stored: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(stored) // 4}I", stored)


def later(one: Origin, other: Origin) -> Origin:
    """Which of two documents was made out of the other: the one published later.

    Where that is not known, or not exactly enough, the one read later, then the one recorded later.
    """
    for early, late in ((one, other), (other, one)):
        if early.published_to and late.published_from and early.published_to <= late.published_from:
            return late
    return max(one, other, key=lambda it: it[2:])
