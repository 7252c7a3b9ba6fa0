"""Whether a quotation stands in a text, and where. The words for what is found are those of `vocabulary.Fidelity`.

- `verbatim`: word for word. Typography does not count (`folding`), nor punctuation at either end. What the wording
  marks as its own change does not count either: where it has `…`, `[…]` or `[he]`, the text may have anything, as long
  as all that stands between such marks is there word for word, in order and close together.
- `edited`: most of the words stand there, and some were changed, left out or put in without a mark (`likeness`).
- `translated`: the wording is in another language than the text, and its recorded translation stands there, be it
  edited.
- `not_found`: none of this.
- `unchecked`: nothing could be looked up. There is no text; or the wording is in another language than the text, and no
  translation in the text's language is recorded; or it was heard or seen (location `media`) and is not in the text.
- `paraphrase`: what is not given as a quotation is not looked up.

A language that is not given is taken to be that of the other side; `und` is one that is not told, and is no other's.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import langcodes

from app.texts import fuzzy
from app.texts.folding import DASH, ELLIPSIS, MARK, UNSPACED, Folded, fold, region
from app.texts.fuzzy import Words
from app.vocabulary import Fidelity

UNTOLD: Final = "und"
CONTEXT: Final = 32  # code points of the text before and after a quotation
# Characters of the folded text that a gap may jump over: a page; for a piece of a word or two, a sentence.
REACH, SHORT_REACH = 2_000, 200
SHORT: Final = 12  # characters that make a piece short
MOST_GAPS: Final = 20
MOST_PLACES: Final = 1_000  # where one piece is looked at; only a text of a few words again and again has more

_GAP: Final = re.compile(rf"\[[^\[\]]*\]|\({ELLIPSIS}\)|<{ELLIPSIS}>|{ELLIPSIS}")
_EDGE: Final = f" {MARK}{DASH}{ELLIPSIS}.,;:!。、،؛।"
_NUMBER: Final = re.compile(r"\d[.,]\d")  # 43 does not stand in 43,000, nor 5 in 0.5
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")


class Quote(NamedTuple):
    """What an appearance says of its words."""

    wording: str | None
    quoted: bool
    language: str | None = None
    translation: str | None = None
    translation_language: str | None = None
    location: str | None = None


class Spot(NamedTuple):
    """Where words stand in a text: W3C TextQuoteSelector with positions in code points."""

    same: bool
    """Word for word."""
    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


class Verdict(NamedTuple):
    fidelity: Fidelity
    spot: Spot | None = None


class _Piece(NamedTuple):
    """What stands between two gaps. An end is open where an editor's bracket touches it: `[H]e said`."""

    words: str
    open_start: bool = False
    open_end: bool = False


class _Place(NamedTuple):
    """In the folded text."""

    start: int
    end: int
    same: bool


# --- the verdict -----------------------------------------------------------------------------------------------------


def looked_up(quote: Quote, language: str | None) -> list[str]:
    """The texts that `verdict` may ask for, in its order; `language`: of the text."""
    if not quote.quoted or quote.wording is None:
        return []
    asked = [quote.wording]
    in_text = language == UNTOLD or not _differ(quote.translation_language, language)
    if quote.translation is not None and in_text and not _same(quote.language, language):
        asked.append(quote.translation)
    return asked


def verdict(
    quote: Quote, language: str | None, found: Callable[[str], Spot | None] | None, *, headline: str | None = None
) -> Verdict:
    """What becomes of a quotation in a text. `found` tells where each of `looked_up` stands in it; None: no text.

    What stands in the headline alone has no place in the text.
    """
    if quote.wording is None:
        return Verdict("unchecked")
    if not quote.quoted:
        return Verdict("paraphrase")
    if found is None:
        return Verdict("unchecked")
    for nth, words in enumerate(looked_up(quote, language)):
        if (spot := found(words)) is not None:
            return Verdict(_fidelity(nth, spot), spot)
    if headline is not None:
        there = located(looked_up(quote, language), headline)
        for nth, spot in enumerate(there.values()):
            if spot is not None:
                return Verdict(_fidelity(nth, spot))
    tried = language != UNTOLD and len(looked_up(quote, language)) > 1
    elsewhere = quote.location == "media" or (_differ(quote.language, language) and not tried)
    return Verdict("unchecked" if elsewhere else "not_found")


def _fidelity(nth: int, spot: Spot) -> Fidelity:
    """`nth` of the texts that were looked up was found: the wording, or its translation."""
    return "translated" if nth else "verbatim" if spot.same else "edited"


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and not _same(one, other)


@lru_cache(maxsize=1024)
def _same(one: str | None, other: str | None) -> bool:
    """Whether both are known, and are one language in one script: `pt` and `pt-BR`, but not `zh-Hans` and `zh-TW`."""
    if one is None or other is None or UNTOLD in (one, other):
        return False
    full = [langcodes.Language.get(tag).maximize() for tag in (one, other)]
    return len({(tag.language, tag.script) for tag in full}) == 1


# --- where words stand -----------------------------------------------------------------------------------------------


def located(asked: Collection[str], text: str) -> dict[str, Spot | None]:
    """Where each of these stands in the text, word for word at the first such place, else most like it."""
    page = fold(text)
    found, rest = dict[str, Spot | None](), dict[str, str]()
    for words in asked:
        folded = _unmarked(fold(words).folded.strip(" "))
        place = _whole(page, folded)
        if place is None:
            rest[words] = folded
        found[words] = None if place is None else _spot(page, place)
    if rest:
        sought = {words: _pieces(folded) for words, folded in rest.items()}
        text_words = fuzzy.words(page)
        for words, pieces in sought.items():
            place = _chained(page, text_words, pieces)
            found[words] = None if place is None else _spot(page, place)
    return found


def _unmarked(folded: str) -> str:
    """Without the quotation marks around it."""
    if len(folded) > 2 and folded[0] == folded[-1] == MARK:  # noqa: PLR2004  (both marks and something between)
        return folded[1:-1]
    return folded


def _whole(page: Folded, folded: str) -> _Place | None:
    """Where it stands as it is; else without the punctuation at its ends."""
    for words in dict.fromkeys((folded, folded.strip(_EDGE))):
        for place in _places(page, _Piece(words)):
            return place
    return None


def _pieces(folded: str) -> list[_Piece]:
    """What stands between the gaps."""
    found, last, open_start = list[_Piece](), 0, False
    for gap in [*_GAP.finditer(folded), None]:
        part = folded[last : gap.start() if gap else len(folded)]
        bracket = gap is not None and gap[0][0] == "[" and ELLIPSIS not in gap[0]
        words = part.strip(_EDGE)
        if words:
            touched = open_start and part[0] == words[0], bracket and part[-1] == words[-1]
            found.append(_Piece(words, *touched))
        if gap is not None:
            last, open_start = gap.end(), bracket
    return found


def _places(page: Folded, piece: _Piece) -> Iterator[_Place]:
    """Where a piece stands word for word, in the order of the text."""
    if not piece.words:
        return
    start = page.folded.find(piece.words)
    for _ in range(MOST_PLACES):
        if start < 0:
            return
        end = start + len(piece.words)
        if _parts(page, start, is_open=piece.open_start) and _parts(page, end, is_open=piece.open_end):
            yield _Place(start, end, same=True)
        start = page.folded.find(piece.words, start + 1)


def _parts(page: Folded, at: int, *, is_open: bool) -> bool:
    """Whether words may part here: not inside of one, where a script parts them at all; never before an accent."""
    if at in (0, len(page.parted)):
        return True
    before, after = page.parted[at - 1], page.parted[at]
    if before == " " or after == " ":
        return not any(_NUMBER.match(page.folded, start) for start in (at - 2, at - 1) if start >= 0)
    if fuzzy.is_accent(after):
        return False
    return is_open or bool(_UNSPACED.match(before) or _UNSPACED.match(after))


def _chained(page: Folded, text_words: Words, pieces: list[_Piece]) -> _Place | None:
    """The first stretch of the text with all the pieces in their order, each within reach of the one before."""
    if not pieces or len(pieces) > MOST_GAPS + 1:
        return None
    chains: list[_Place] = []
    for nth, piece in enumerate(pieces):
        places = list(_places(page, piece)) or [
            _Place(*near, same=False) for near in fuzzy.near(text_words, piece.words)
        ]
        if not places:
            return None
        if nth:
            reach = SHORT_REACH if min(len(piece.words), len(pieces[nth - 1].words)) < SHORT else REACH
            places = _following(chains, places, reach)
        chains = places
    return min(chains, key=lambda one: (not one.same, one.start, one.end), default=None)


def _following(chains: list[_Place], places: list[_Place], reach: int) -> list[_Place]:
    """Each place as the end of the shortest chain that it can follow; without those that follow none."""
    ends = sorted(((chain.end, chain.start, chain.same) for chain in chains), key=lambda end: end[0])
    found = []
    for place in places:
        last = bisect_left(ends, place.start + 1, key=lambda end: end[0]) - 1
        if last >= 0 and ends[last][0] >= place.start - reach:
            found.append(_Place(ends[last][1], place.end, place.same and ends[last][2]))
    return found


def _spot(page: Folded, place: _Place) -> Spot:
    start, end = region(page, place.start, place.end)
    text = page.text
    return Spot(
        place.same, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT], start, end
    )
