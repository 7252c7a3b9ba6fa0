"""Whether a quotation stands in a text, and where. The words for what is found are those of `vocabulary.Fidelity`.

- `verbatim`: word for word. Typography does not count (`folding`), nor punctuation at either end. What the wording
  marks as its own change does not count either: where it has `…`, `[…]` or `[he]`, the text may have anything, as long
  as all that stands between such marks is there word for word, in order and close together.
- `edited`: most of the words stand there, and some were changed, left out or put in without a mark (`fuzzy`).
- `translated`: the wording is in another language than the text, and its recorded translation stands there, be it
  edited.
- `not_found`: none of this.
- `unchecked`: nothing could be looked up. There is no text; or the wording is in another language than the text, and no
  translation in the text's language is recorded; or it was heard or seen (location `media`) and is not in the text; or
  it is not in a text that is known to be but a part.
- `paraphrase`: what is not given as a quotation is not looked up.

A language that is not given is taken to be that of the other side; `und` (undetermined) is no other's.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import langcodes

from app.texts import fuzzy
from app.texts.folding import DASH, ELLIPSIS, MARK, FoldedText, fold, region
from app.texts.fuzzy import Words
from app.texts.scripts import UNSPACED_IN_QUOTES as UNSPACED
from app.vocabulary import Fidelity

UNDETERMINED: Final = "und"
CONTEXT: Final = 32  # code points of the text before and after a quotation
# Characters of the folded text that a gap may jump over: a page; for a piece of a word or two, a sentence.
REACH_CHARACTERS, SHORT_REACH_CHARACTERS = 2_000, 200
SHORT_PIECE_CHARACTERS: Final = 12  # a longer piece has the long reach
MOST_GAPS_OF_A_QUOTATION: Final = 20
MOST_PLACES_OF_A_PIECE: Final = 1_000  # only a text of a few words again and again has more

_GAP: Final = re.compile(rf"\[[^\[\]]*\]|\({ELLIPSIS}\)|<{ELLIPSIS}>|{ELLIPSIS}")
_CUT: Final = re.compile(r"[\[(]\s*(?:…|\.{3,})\s*[\])]\s*\Z")
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
    """Where words stand in a text: a W3C TextQuoteSelector with positions in code points, and how."""

    verbatim: bool
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


class _Stretch(NamedTuple):
    """In the folded text."""

    start: int
    end: int
    verbatim: bool


# --- the verdict -----------------------------------------------------------------------------------------------------


def texts_to_find(quote: Quote, language: str | None) -> list[str]:
    """The texts that `verdict` may ask for, in its order; `language`: of the text."""
    if not quote.quoted or quote.wording is None:
        return []
    texts = [quote.wording]
    is_translated_back = language == UNDETERMINED or not _differ(quote.translation_language, language)
    if quote.translation is not None and is_translated_back and not _is_one_language(quote.language, language):
        texts.append(quote.translation)
    return texts


def verdict(
    quote: Quote,
    language: str | None,
    find: Callable[[str], Spot | None] | None,
    *,
    headline: str | None = None,
    is_part: bool = False,
) -> Verdict:
    """The fidelity of a quotation to a text, and its place in it.

    `find` tells where each of `texts_to_find` is in the text; None: there is no text.

    What stands in the headline alone has no place in the text; what is not in a text that is but a part (`is_part`) may
    stand in the rest.
    """
    if quote.wording is None:
        return Verdict("unchecked")
    if not quote.quoted:
        return Verdict("paraphrase")
    if find is None:
        return Verdict("unchecked")
    texts = texts_to_find(quote, language)
    for nth, words in enumerate(texts):
        if (spot := find(words)) is not None:
            return Verdict(_fidelity(nth, spot), spot)
    if headline is not None:
        for nth, spot in enumerate(locate(texts, headline).values()):
            if spot is not None:
                return Verdict(_fidelity(nth, spot))
    has_translation = language != UNDETERMINED and len(texts) > 1
    # What was heard or seen, or is in another language than the text, may well be there: it can't be told.
    elsewhere = quote.location == "media" or (_differ(quote.language, language) and not has_translation)
    return Verdict("unchecked" if elsewhere or is_part else "not_found")


def is_cut(text: str) -> bool:
    """Whether a text ends in a bracketed ellipsis, as feeds end their excerpts: it is a part.

    A bare ellipsis is no such sign: posts and last sentences end in one, too.
    """
    return _CUT.search(text, max(0, len(text) - CONTEXT)) is not None


def _fidelity(nth: int, spot: Spot) -> Fidelity:
    """The first of the texts to find is the wording, the second its translation."""
    return "translated" if nth else "verbatim" if spot.verbatim else "edited"


def _differ(first: str | None, second: str | None) -> bool:
    return first is not None and second is not None and not _is_one_language(first, second)


@lru_cache(maxsize=1024)
def _is_one_language(first: str | None, second: str | None) -> bool:
    """Whether both are known, and are one language in one script: `pt` and `pt-BR`, but not `zh-Hans` and `zh-TW`."""
    if first is None or second is None or UNDETERMINED in (first, second):
        return False
    full = [langcodes.Language.get(tag).maximize() for tag in (first, second)]
    return len({(tag.language, tag.script) for tag in full}) == 1


# --- where words stand -----------------------------------------------------------------------------------------------


def locate(quotations: Collection[str], text: str) -> dict[str, Spot | None]:
    """Where each of these stands in the text, word for word at the first such place, else most like it."""
    page = fold(text)
    spots, folded_rest = dict[str, Spot | None](), dict[str, str]()
    for words in quotations:
        folded = _unmarked(fold(words).folded.strip(" "))
        stretch = _unbroken(page, folded)
        if stretch is None:
            folded_rest[words] = folded
        spots[words] = None if stretch is None else _spot(page, stretch)
    if folded_rest:
        pieces_of = {words: _pieces(folded) for words, folded in folded_rest.items()}
        page_words = fuzzy.split(page)
        for words, pieces in pieces_of.items():
            stretch = _chained(page, page_words, pieces)
            spots[words] = None if stretch is None else _spot(page, stretch)
    return spots


def _unmarked(folded: str) -> str:
    """Without the quotation marks around it."""
    if len(folded) > 2 and folded[0] == folded[-1] == MARK:  # noqa: PLR2004  (both marks and something between)
        return folded[1:-1]
    return folded


def _unbroken(page: FoldedText, folded: str) -> _Stretch | None:
    """Where it stands as it is; else without the punctuation at its ends."""
    for words in dict.fromkeys((folded, folded.strip(_EDGE))):
        for stretch in _stretches(page, _Piece(words)):
            return stretch
    return None


def _pieces(folded: str) -> list[_Piece]:
    """What stands between the gaps."""
    pieces, gap_end, open_start = list[_Piece](), 0, False
    for gap in [*_GAP.finditer(folded), None]:
        between_gaps = folded[gap_end : gap.start() if gap else len(folded)]
        is_bracket = gap is not None and gap[0][0] == "[" and ELLIPSIS not in gap[0]
        words = between_gaps.strip(_EDGE)
        if words:
            open_ends = open_start and between_gaps[0] == words[0], is_bracket and between_gaps[-1] == words[-1]
            pieces.append(_Piece(words, *open_ends))
        if gap is not None:
            gap_end, open_start = gap.end(), is_bracket
    return pieces


def _stretches(page: FoldedText, piece: _Piece) -> Iterator[_Stretch]:
    """Where a piece stands word for word, in the order of the text."""
    if not piece.words:
        return
    start = page.folded.find(piece.words)
    for _ in range(MOST_PLACES_OF_A_PIECE):
        if start < 0:
            return
        end = start + len(piece.words)
        if _may_part(page, start, is_open=piece.open_start) and _may_part(page, end, is_open=piece.open_end):
            yield _Stretch(start, end, verbatim=True)
        start = page.folded.find(piece.words, start + 1)


def _may_part(page: FoldedText, at: int, *, is_open: bool) -> bool:
    """Whether words may part here: not inside of one, where a script parts them at all; never before an accent."""
    if at in (0, len(page.words_only)):
        return True
    before, after = page.words_only[at - 1], page.words_only[at]
    if before == " " or after == " ":
        return not any(_NUMBER.match(page.folded, start) for start in (at - 2, at - 1) if start >= 0)
    if fuzzy.is_accent(after):
        return False
    return is_open or bool(_UNSPACED.match(before) or _UNSPACED.match(after))


def _chained(page: FoldedText, page_words: Words, pieces: list[_Piece]) -> _Stretch | None:
    """The first stretch of the text with all the pieces in their order, each within reach of the one before."""
    if not pieces or len(pieces) > MOST_GAPS_OF_A_QUOTATION + 1:
        return None
    chains: list[_Stretch] = []
    for nth, piece in enumerate(pieces):
        stretches = list(_stretches(page, piece))
        if not stretches:
            stretches = [_Stretch(*span, verbatim=False) for span in fuzzy.near(page_words, piece.words)]
        if not stretches:
            return None
        if nth:
            shorter = min(len(piece.words), len(pieces[nth - 1].words))
            reach = SHORT_REACH_CHARACTERS if shorter < SHORT_PIECE_CHARACTERS else REACH_CHARACTERS
            stretches = _lengthened(chains, stretches, reach)
        chains = stretches
    return min(chains, key=lambda chain: (not chain.verbatim, chain.start, chain.end), default=None)


def _lengthened(chains: list[_Stretch], stretches: list[_Stretch], reach: int) -> list[_Stretch]:
    """Each place as the end of the shortest chain that it can follow; without those that follow none."""
    ends = sorted(((chain.end, chain.start, chain.verbatim) for chain in chains), key=lambda end: end[0])
    lengthened = []
    for stretch in stretches:
        last = bisect_left(ends, stretch.start + 1, key=lambda end: end[0]) - 1
        if last >= 0 and ends[last][0] >= stretch.start - reach:
            _, start, verbatim = ends[last]
            lengthened.append(_Stretch(start, stretch.end, stretch.verbatim and verbatim))
    return lengthened


def _spot(page: FoldedText, stretch: _Stretch) -> Spot:
    start, end = region(page, stretch.start, stretch.end)
    text = page.text
    return Spot(
        stretch.verbatim, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT], start, end
    )
