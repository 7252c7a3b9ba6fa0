"""A folded text in which pieces of quotations are looked up; what that needs is made when it is asked for."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from app.texts.folding import DASH, MARK, FoldedText
from app.texts.quoting import fuzzy, negations
from app.texts.quoting.fuzzy import Words
from app.texts.quoting.noise import MAYBE_DASH, breaks_word
from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED

MOST_PLACES_OF_A_PIECE: Final = 1_000  # only a text of a few words again and again has more

_NUMBER: Final = re.compile(r"\d[.,]\d")  # 43 does not stand in 43,000, nor 5 in 0.5
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
_OF_CONTRACTION: Final = re.compile(f"n{MARK}t(?![^\\W_])")  # "can" does not stand in "can't"
_INTERRUPTS: Final = re.compile(rf"{MARK}|[.,;:!?…] ?{DASH}")
_DASH_IN_WORD: Final = re.compile(rf"(?<=[^\W_])[{DASH}{MAYBE_DASH}](?=[^\W_])")


class Piece(NamedTuple):
    """What stands between two gaps. An end is open where an editor's bracket touches it: `[H]e said`."""

    words: str
    open_start: bool = False
    open_end: bool = False


class Stretch(NamedTuple):
    """In the folded text."""

    start: int
    end: int
    verbatim: bool


# Equal only to itself: it is made for one text and kept no longer.
@dataclass(frozen=True, eq=False)
class SearchedText:
    folded: FoldedText
    broken: frozenset[int] = frozenset()
    """Where a line's end had broken a word: a dash may belong there."""

    @cached_property
    def words(self) -> Words:
        return fuzzy.split(self.folded)

    @cached_property
    def marks(self) -> list[int]:
        """The words, by index, before which a quotation mark stands; or a dash behind punctuation."""
        starts = self.words.starts
        return sorted({bisect_left(starts, mark.end()) for mark in _INTERRUPTS.finditer(self.folded.folded)})

    @cached_property
    def _negations(self) -> list[tuple[int, int]]:
        return negations.places(self.folded.folded, self.words)

    @cached_property
    def _solid(self) -> tuple[str, list[int]]:
        """Without the dashes in words; and where each character stands in `folded`."""
        folded, indexes, end = self.folded.folded, list[int](), 0
        for dash in _DASH_IN_WORD.finditer(folded):
            indexes.extend(range(end, dash.start()))
            end = dash.end()
        indexes.extend(range(end, len(folded)))
        return _DASH_IN_WORD.sub("", folded), indexes

    def stretches(self, piece: Piece) -> Iterator[Stretch]:
        """Where a piece stands word for word, in the order of the text."""
        for start, end in self._places(piece.words):
            if self.may_part(start, is_open=piece.open_start) and self.may_part(end, is_open=piece.open_end):
                yield Stretch(start, end, verbatim=True)

    def may_have(self, words: str) -> bool:
        """Whether it is worth while to look for them: one search says no to most."""
        return self._has_maybe_dashes(words) or words in self.folded.folded

    def _has_maybe_dashes(self, words: str) -> bool:
        return MAYBE_DASH in words or (DASH in words and bool(self.broken))

    def _places(self, words: str) -> Iterator[tuple[int, int]]:
        if self._has_maybe_dashes(words):
            yield from self._places_in_solid(words)
            return
        start = self.folded.folded.find(words) if words else -1
        for _ in range(MOST_PLACES_OF_A_PIECE):
            if start < 0:
                return
            yield start, start + len(words)
            start = self.folded.folded.find(words, start + 1)

    def _places_in_solid(self, words: str) -> Iterator[tuple[int, int]]:
        solid, indexes = self._solid
        sought = _DASH_IN_WORD.sub("", words)
        at = solid.find(sought) if sought else -1
        for _ in range(MOST_PLACES_OF_A_PIECE):
            if at < 0:
                return
            start, end = indexes[at], indexes[at + len(sought) - 1] + 1
            if self._has_dashes_of(words, start, end):
                yield start, end
            at = solid.find(sought, at + 1)

    def _has_dashes_of(self, words: str, start: int, end: int) -> bool:
        """Whether words and stretch have the same dashes, but for those that the end of a line may have made."""
        folded = self.folded.folded
        for character in words:
            if start < end and folded[start] == character:
                start += 1
            elif character == MAYBE_DASH:
                start += start < end and folded[start] == DASH
            elif character != DASH or start not in self.broken:
                return False
        return start == end

    def may_part(self, at: int, *, is_open: bool = False) -> bool:
        """Whether words may part here: not inside of one, where a script parts them at all; never before an accent."""
        words_only = self.folded.words_only
        if at in (0, len(words_only)):
            return True
        before, after = words_only[at - 1], words_only[at]
        if before == " " or after == " ":
            folded, positions = self.folded.folded, self.folded.positions
            if folded[at] == MARK and _OF_CONTRACTION.match(folded, at - 1):
                return False
            if breaks_word(self.folded.text, positions[at - 1] + 1, positions[at]):
                return False
            return not any(_NUMBER.match(folded, start) for start in (at - 2, at - 1) if start >= 0)
        if fuzzy.is_accent(after):
            return False
        return is_open or bool(_UNSPACED.match(before) or _UNSPACED.match(after))

    def is_negated(self, start: int, end: int) -> bool:
        """Whether a negation stands there, be it in part."""
        nth = bisect_left(self._negations, (start, start))
        if nth and self._negations[nth - 1][1] > start:
            nth -= 1
        return start < end and nth < len(self._negations) and self._negations[nth][0] < end
