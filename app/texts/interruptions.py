"""Quotations that the text interrupts: `"We did not fire," Duarte said, "and we will prove it"`.

What stands between two quoted pieces, outside the marks, is a gap; the wording does not mark it. Of dialogues that are
written with dashes, a dash is such a mark where punctuation stands before it.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.texts.folding import DASH, MARK
from app.texts.pages import Page

_BREAKS_OFF: Final = re.compile(rf"[.,;:!?…]*{MARK}[.,;:!?]?|[.,;:!?…]+{DASH}")
_RESUMES: Final = re.compile(rf"{MARK}|(?<=[.,;:!?…]){DASH}")
_PUNCTUATION: Final = f" .,;:!?…{MARK}{DASH}"
_ENDS_OF_WORDS: Final = re.compile(r"(?<=[^\W_])(?=\W|$)")
_SURELY_CHANCE: Final = 4  # words: a beginning that is shorter stands in many places
_MOST_PLACES: Final = 50
_MOST_TIMES: Final = 5  # that one quotation is interrupted


def places(page: Page, words: str, reach: int, short_reach: int, short_piece: int) -> Iterator[tuple[int, int]]:
    """Where all these words stand in their order, though interrupted. How far a gap may reach is the caller's rule."""
    folded = page.folded.folded
    if MARK not in folded and DASH not in folded:
        return
    ends = [match.start() for match in _ENDS_OF_WORDS.finditer(words)][:-1]
    # The longest beginning that stands anywhere: none that is shorter is interrupted there.
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if words[: ends[middle - 1]] in folded else (low, middle - 1)
    shortest = low if low > _SURELY_CHANCE else 1
    for nth in range(low, shortest - 1, -1):
        size = ends[nth - 1]
        start = folded.find(words[:size])
        for _ in range(_MOST_PLACES):
            if start < 0:
                break
            breaking = _BREAKS_OFF.match(folded, start + size)
            if breaking is not None and page.may_part(start):
                piece_reach = short_reach if size < short_piece else reach
                limits = (piece_reach, short_reach, short_piece)
                end = _resumed(page, words[size:].strip(_PUNCTUATION), breaking.end(), limits, _MOST_TIMES)
                if end is not None:
                    yield start, end
            start = folded.find(words[:size], start + 1)


def _resumed(page: Page, words: str, after: int, limits: tuple[int, int, int], times: int) -> int | None:
    """Where the rest of the words ends, if it goes on after another mark; it may be interrupted again."""
    folded, (reach, short_reach, short_piece) = page.folded.folded, limits
    begins = words[: next((match.start() for match in _ENDS_OF_WORDS.finditer(words)), len(words))]
    for mark in _RESUMES.finditer(folded, after, min(len(folded), after + reach)):
        start = mark.end()
        if not begins or not folded.startswith(begins, start):
            continue
        size = _common(folded, start, words)
        if size == len(words):
            if page.may_part(start + size) and (size >= short_piece or start <= after + short_reach):
                return start + size
        elif times > 1:
            size = max((match.start() for match in _ENDS_OF_WORDS.finditer(words) if match.start() <= size), default=0)
            breaking = _BREAKS_OFF.match(folded, start + size)
            if size and breaking is not None:
                left = words[size:].strip(_PUNCTUATION)
                end = _resumed(page, left, breaking.end(), limits, times - 1)
                if end is not None:
                    return end
    return None


def _common(folded: str, start: int, words: str) -> int:
    """How many characters of the words stand there."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if folded.startswith(words[:middle], start) else (low, middle - 1)
    return low
