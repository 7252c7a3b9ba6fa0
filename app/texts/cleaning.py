"""Texts as they are kept: in NFC, without what PostgreSQL, JSON or XML could not hold, and no longer than they may be.

Also no longer than they may become: one character can be decomposed into eighteen, and what compares texts does that.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

# The code points that Unicode will never give to a character.
_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)
)
_FORBIDDEN: Final = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")
_SLICE: Final = 20_000  # characters of which a step is done at once: meanwhile no other thread has a turn
_LINE_BREAKS: Final = {0x0B: "\n", 0x0C: "\n"}
# Marks on one letter, at most: to bring n of them into their order takes n² steps. Unicode's own bound is 30 (UAX 15).
_MARKS_IN_A_ROW: Final = 100
_OTHER_MARKS: Final = "\u0f73\u0f75\u0f81\uff9e\uff9f"  # which become marks when they are decomposed
# Letters that become one with what stands before them: vowels and ends of Korean syllables, vowel signs of India.
_JOINING: Final = frozenset(
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1b35\U00011127"
    "\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930"
    + "".join(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
).union(_OTHER_MARKS)
# The blocks with all characters that become more than three when they are decomposed (NFKD): ﷺ, ㌖, ㈝, Ⅷ, ᾇ.
_LONG_FORM: Final = re.compile("[\u1f82-\u1faf\u2057-\u2487\u2a0c\u320e-\u33d8\ufdf2-\ufdfc]")
# As long as Korean syllables and letters with two accents become; a few long forms may stand in any text.
_TIMES_AS_LONG: Final = 3
_CHARACTERS_MORE: Final = 100

# What turns the order round in which a text is shown, or takes no room in it. Thai, Lao, Burmese and Khmer part words
# by one of these, and flags are made of some.
_MISLEADING: Final = re.compile(
    "(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b|[\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]"
)


def clean(words: str) -> str:
    """The text in NFC. Raises ValueError at a control character, half a surrogate pair or a noncharacter.

    A form feed, as where a page of a PDF ends, and a vertical tab break the line.
    """
    if words.isascii() and words.isprintable():
        return words
    slices = list(_slices(words))
    for start, part in slices:
        if forbidden := _FORBIDDEN.search(part):
            place = start + forbidden.start()
            raise ValueError(f"a control character (U+{ord(forbidden[0]):04X}) stands at character {place}")
    if len(words) > _MARKS_IN_A_ROW and not words.isascii():
        characters = set[str]()
        for _, part in slices:
            characters.update(part)
        _check_marks(slices, characters)
        _check_decomposed(words, slices, characters)
    if "\x0b" in words or "\x0c" in words:
        slices = [(start, part.translate(_LINE_BREAKS)) for start, part in slices]
    return "".join([unicodedata.normalize("NFC", part) for _, part in slices])


def cut(words: str, index: int) -> int:
    """The first place from there on where a text may be cut: both parts are composed and decomposed as the whole is."""
    while index < len(words) and (unicodedata.combining(words[index]) or words[index] in _JOINING):
        index += 1
    return min(index, len(words))


def _slices(words: str) -> Iterator[tuple[int, str]]:
    """Parts of a text, each with where it begins: nearly always one."""
    start = 0
    while start < len(words):
        end = cut(words, start + _SLICE)
        yield start, words[start:end]
        start = end


def _check_marks(slices: Iterable[tuple[int, str]], characters: set[str]) -> None:
    marks = [character for character in characters if unicodedata.combining(character) or character in _OTHER_MARKS]
    too_many = re.compile(f"[{''.join(marks)}]{{{_MARKS_IN_A_ROW + 1}}}") if marks else None
    for start, part in slices if too_many else ():
        if too_many and (row := too_many.search(part)):
            raise ValueError(
                f"more than {_MARKS_IN_A_ROW} combining marks in a row stand at character {start + row.start()}: "
                "a letter has a few"
            )


def _check_decomposed(words: str, slices: Iterable[tuple[int, str]], characters: set[str]) -> None:
    lengths = {
        character: len(unicodedata.normalize("NFKD", character))
        for character in characters
        if character >= "\u1f82" and _LONG_FORM.match(character)
    }
    extra = sum(words.count(character) * (length - _TIMES_AS_LONG) for character, length in lengths.items())
    # All others become at most three; how many they really become is asked only where that could be too many.
    if extra > _CHARACTERS_MORE and _decomposed_length(slices) > _TIMES_AS_LONG * len(words) + _CHARACTERS_MORE:
        longest = max(lengths, key=lambda character: lengths[character])
        raise ValueError(
            f"decomposed (NFKD), as texts are compared, it becomes more than {_TIMES_AS_LONG} times as long, by "
            f"characters such as U+{ord(longest):04X}: write them out"
        )


def _decomposed_length(slices: Iterable[tuple[int, str]]) -> int:
    counts = Counter[str]()
    for _, part in slices:
        counts.update(part)
    return sum(len(unicodedata.normalize("NFKD", character)) * count for character, count in counts.items())


def line(words: str) -> str:
    """One line: runs of white space become one space."""
    return " ".join(clean(words).split())


def block(words: str) -> str:
    """What may be several lines, without white space at its ends."""
    return clean(words).strip()


def visible(words: str) -> str:
    r"""The text for somebody to read, with what would mislead them written out: `\u202e`.

    Marks of direction and joiners stay, as names of many scripts have them.
    """
    if words.isascii():
        return words
    return _MISLEADING.sub(lambda sign: sign[0].encode("unicode_escape").decode(), words)
