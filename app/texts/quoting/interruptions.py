"""Quotations that the text interrupts: `"We did not fire," Duarte said, "and we will prove it"`.

What stands between two quoted pieces, outside the marks, is a gap; the wording does not mark it. In a dialogue that is
written with dashes, a dash is such a mark where punctuation stands before it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final, NamedTuple

from app.texts.quoting.fuzzy import Words
from app.texts.quoting.searched import SearchedText

_MOST_PLACES: Final = 30  # where a quotation may begin
_MOST_TRIES: Final = 200  # for one quotation
_MOST_TIMES: Final = 3  # that it is interrupted
_RESUMED_WORDS: Final = 3  # behind an interruption, before the next
_FEWEST_WORDS: Final = 4  # of the quotation, for each time


class _Interrupted(NamedTuple):
    """For one quotation; words are told by their index."""

    words: Words
    marks: list[int]
    """The words of the text before which a mark stands."""
    quote: list[str]
    coded: str
    resumed: dict[int, list[int]]
    """By word of the quotation: where in the text it stands behind a mark, with those that follow."""
    reach: Callable[[int], int]
    tries: Iterator[int]


def places(page: SearchedText, quote: list[str], reach: Callable[[int], int]) -> Iterator[tuple[int, int]]:
    """Where these words stand in their order, though interrupted; `reach`: over what, by the shorter piece's length."""
    words = page.words
    if not page.marks or not all(word in words.occurrences for word in quote):
        return
    coded = "".join([words.codes[word] for word in quote])
    if not _may_be(page, quote, coded):
        return
    times = min(_MOST_TIMES, len(quote) // _FEWEST_WORDS)
    search = _Interrupted(words, page.marks, quote, coded, {}, reach, count())
    for first in _beginnings(search):
        last = _last(search, 0, first, times)
        if last is not None:
            yield words.starts[first], words.ends[last]


def _may_be(page: SearchedText, quote: list[str], coded: str) -> bool:
    """Whether the rarest word stands anywhere with its neighbours, or with a mark in their place."""
    words, marks, last = page.words, page.marks, len(quote) - 1
    rarest = min(range(len(quote)), key=lambda nth: len(words.occurrences[quote[nth]]))
    before, after = coded[max(0, rarest - 1) : rarest], coded[rarest + 1 : rarest + 2]

    def marked(nth: int) -> bool:
        next_mark = bisect_left(marks, nth)
        return next_mark < len(marks) and marks[next_mark] == nth

    return any(
        (rarest == 0 or words.coded[max(0, nth - 1) : nth] == before or marked(nth))
        and (rarest == last or words.coded[nth + 1 : nth + 2] == after or marked(nth + 1))
        for nth in words.occurrences[quote[rarest]]
    )


def _beginnings(search: _Interrupted) -> list[int]:
    """Where a mark stands behind the first word, or the first two; or where the first three words stand."""
    text, coded, marks, firsts = search.words.coded, search.coded, search.marks, set[int]()
    if _resumed(search, 1):
        firsts |= {mark - 1 for mark in marks if mark and text[mark - 1] == coded[0]}
    if _resumed(search, 2):
        firsts |= {mark - 2 for mark in marks if mark > 1 and text[mark - 2 : mark] == coded[:2]}
    at = text.find(coded[:3])
    for _ in range(_MOST_PLACES):
        if at < 0:
            break
        firsts.add(at)
        at = text.find(coded[:3], at + 1)
    return sorted(firsts)


def _last(search: _Interrupted, offset: int, first: int, times: int) -> int | None:
    """Which word of the text is the last of the quotation's, if its word at the offset is the first of these."""
    words, marks, coded = search.words, search.marks, search.coded
    if words.coded.startswith(coded[offset:], first):
        return first + len(coded) - offset - 1
    if not times or next(search.tries) > _MOST_TRIES:
        return None
    for nth in range(bisect_right(marks, first), len(marks)):
        mark = marks[nth]
        part = offset + mark - first
        if part >= len(coded) or not words.coded.startswith(coded[offset:part], first):
            break
        resumed = _resumed(search, part)
        end = words.ends[mark - 1]
        limit = end + search.reach(min(end - words.starts[first], len(" ".join(search.quote[part:]))))
        for resuming in resumed[
            bisect_left(resumed, mark) : bisect_right(resumed, bisect_right(words.starts, limit) - 1)
        ]:
            last = _last(search, part, resuming, times - 1)
            if last is not None:
                return last
    return None


def _resumed(search: _Interrupted, part: int) -> list[int]:
    if part not in search.resumed:
        begins = search.coded[part : part + _RESUMED_WORDS]
        search.resumed[part] = [mark for mark in search.marks if search.words.coded.startswith(begins, mark)]
    return search.resumed[part]
