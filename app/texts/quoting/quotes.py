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
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import langcodes

from app.texts import languages
from app.texts.folding import DASH, ELLIPSIS, MARK, FoldedText, fold, region
from app.texts.languages import UNDETERMINED
from app.texts.quoting import fuzzy, interruptions, negations, noise
from app.texts.quoting.noise import MAYBE_DASH
from app.texts.quoting.searched import Piece, SearchedText, Stretch
from app.vocabulary import Fidelity

CONTEXT: Final = 32  # code points of the text before and after a quotation
# Characters of the folded text that a gap may jump over: a page; for a piece of a word or two, a sentence.
REACH_CHARACTERS, SHORT_REACH_CHARACTERS = 2_000, 200
SHORT_PIECE_CHARACTERS: Final = 12  # a longer piece has the long reach
MOST_GAPS_OF_A_QUOTATION: Final = 20
SENTENCE_CHARACTERS: Final = 60  # before or after a quotation, for which an editor's bracket at its end may stand

_GAP: Final = re.compile(rf"\[[^\[\]]*\]|\({ELLIPSIS}\)|<{ELLIPSIS}>|/{ELLIPSIS}/|{ELLIPSIS}")
_CUT: Final = re.compile(r"[\[(]\s*(?:…|\.{3,}|&hellip;|&#8230;)\s*[\])]\s*\Z")
_EDGE: Final = f" {MARK}{DASH}{ELLIPSIS}.,;:!。、،؛।<>"
_ENDS_SENTENCE: Final = re.compile(rf"[.!?。؟।]|{MARK}(?![^\W_])")
_PART_OF_WORD: Final = re.compile(r"[^\W\d_]+\Z")


class Quote(NamedTuple):
    """What an appearance says of its words."""

    wording: str | None
    quoted: bool
    language: str | None = None
    translation: str | None = None
    translation_language: str | None = None
    location: str | None = None

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> "Quote":
        """That of an appearance's columns, some of which may be left out."""
        wording, quoted, *where_and_language = map(columns.get, cls._fields)
        return cls(wording, bool(quoted), *where_and_language)


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


class _Editors(NamedTuple):
    words: str
    are_glued: bool
    """To a word that is quoted."""


class _GapAndPiece(NamedTuple):
    editors: str
    """What brackets put into the gap before the piece."""
    piece: Piece | None


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
    """Whether both are known, and are one language in one script: `nb` and `no`, but not `zh-Hans` and `zh-TW`.

    What is the same in another script can't be found letter by letter.
    """
    if first is None or second is None or None in (languages.key(first), languages.key(second)):
        return False
    scripts = {langcodes.Language.get(tag).maximize().script for tag in (first, second)}
    return languages.key(first) == languages.key(second) and len(scripts) == 1


# --- where words stand -----------------------------------------------------------------------------------------------


def locate(
    quotations: Collection[str], text: str, may_look_closer: Callable[[str], bool] = lambda _: True
) -> dict[str, Spot | None]:
    """Where each of these stands in the text, word for word at the first such place, else most like it.

    `may_look_closer`: whether one that does not stand there as it is may be looked for, which takes long; else nothing
    is said of it.
    """
    page = SearchedText(fold(text))
    stretches, sought = dict[str, Stretch | None](), dict[str, list[str]]()
    for words in quotations:
        folded = fold(words)
        forms = [_unmarked(folded.folded.strip(" "))]
        stretches[words] = _unbroken(page, forms[0])
        if stretches[words] is None and not may_look_closer(words):
            del stretches[words]
        elif stretches[words] is None:
            quieted = noise.of_words(folded)
            sought[words] = forms if quieted is None else [*forms, _unmarked(quieted.strip(" "))]
    if sought:
        stretches |= _quietly_located(page, sought)
    return {words: None if stretch is None else _spot(page.folded, stretch) for words, stretch in stretches.items()}


def _quietly_located(page: SearchedText, sought: Mapping[str, list[str]]) -> dict[str, Stretch | None]:
    """As `locate`, by the forms of each quotation, for those that do not stand in the text as they are.

    Places in another form of the text are given as places in `page`.
    """
    quieted = (noise.quiet(page.folded), noise.lowered(page.folded))
    pages = [page, *(SearchedText(text.page, text.broken) for text in quieted if text is not None)]
    stretches = dict[str, Stretch | None]()
    for words, forms in sought.items():
        tries = [(tried, form) for tried in pages for form in forms]
        untried = tries[1:]  # the first is what `locate` has tried
        hit = next(((tried, stretch) for tried, form in untried if (stretch := _unbroken(tried, form))), None)
        for tried, form in tries if hit is None else ():
            stretch = _chained(tried, form, exactly=True)
            if stretch is not None and (hit is None or stretch.verbatim):
                hit = tried, stretch
            if stretch is not None and stretch.verbatim:
                break
        if hit is None:
            # Words are compared where most of them are whole.
            tried, form = pages[min(1, len(pages) - 1)], forms[-1].replace(MAYBE_DASH, "")
            stretch = _chained(tried, form, exactly=False)
            hit = None if stretch is None else (tried, stretch)
        stretches[words] = None if hit is None else _in_page(page, *hit)
    return stretches


def _in_page(page: SearchedText, quieted: SearchedText, stretch: Stretch) -> Stretch:
    """The place in the page of what was found in it without its noise."""
    positions = page.folded.positions
    start = bisect_left(positions, quieted.folded.positions[stretch.start])
    end = bisect_right(positions, quieted.folded.positions[stretch.end - 1])
    return Stretch(start, end, stretch.verbatim)


def _unmarked(folded: str) -> str:
    """Without the quotation marks around it."""
    if len(folded) > 2 and folded[0] == folded[-1] == MARK:  # noqa: PLR2004  (both marks and something between)
        return folded[1:-1]
    return folded


def _unbroken(page: SearchedText, folded: str) -> Stretch | None:
    """Where it stands as it is; else without the punctuation at its ends."""
    stripped = folded.strip(_EDGE)
    for words in dict.fromkeys((folded, stripped)) if page.may_have(stripped) else ():
        for stretch in page.stretches(Piece(words)):
            return stretch
    return None


def _pieces(folded: str) -> list[_GapAndPiece]:
    """What stands between the gaps, each with the gap before it; the last may be a gap alone."""
    pieces, gap_end, open_start, editors = list[_GapAndPiece](), 0, False, ""
    for gap in [*_GAP.finditer(folded), None]:
        between_gaps = folded[gap_end : gap.start() if gap else len(folded)]
        is_bracket = gap is not None and gap[0][0] == "[" and ELLIPSIS not in gap[0]
        words = between_gaps.strip(_EDGE)
        if words:
            open_ends = open_start and between_gaps[0] == words[0], is_bracket and between_gaps[-1] == words[-1]
            pieces.append(_GapAndPiece(editors, Piece(words, *open_ends)))
            editors = ""
        if gap is not None:
            gap_end, open_start = gap.end(), is_bracket
            editors += f" {gap[0][1:-1]}" if is_bracket else ""
    if editors:
        pieces.append(_GapAndPiece(editors, None))
    return pieces


def _chained(page: SearchedText, form: str, *, exactly: bool) -> Stretch | None:
    """The first stretch of the text with all the pieces in their order, each within reach of the one before."""
    gaps = _pieces(form)
    pieces = [(gap, piece) for gap, piece in gaps if piece is not None]
    is_unbroken = gaps == [("", Piece(form.strip(_EDGE)))]  # it has been looked for as it is
    if not pieces or len(pieces) > MOST_GAPS_OF_A_QUOTATION + 1 or (exactly and is_unbroken):
        return None
    chains: list[Stretch] = []
    for nth, (editors, piece) in enumerate(pieces):
        stretches = [] if is_unbroken else list(page.stretches(piece))
        if not stretches and not exactly:
            stretches = _nearly(page, piece)
        if not stretches:
            return None
        if nth:
            reach = _reach(min(len(piece.words), len(pieces[nth - 1][1].words)))
            is_glued = piece.open_start or pieces[nth - 1][1].open_end
            stretches = _lengthened(page, chains, stretches, reach, _Editors(editors, is_glued))
        elif editors:
            stretches = [_after_editor(page, stretch, _Editors(editors, piece.open_start)) for stretch in stretches]
        chains = stretches
    if gaps[-1].piece is None:
        last = _Editors(gaps[-1].editors, pieces[-1][1].open_end)
        chains = [_before_editor(page, stretch, last) for stretch in chains]
    return min(chains, key=lambda chain: (not chain.verbatim, chain.start, chain.end), default=None)


def _reach(shorter: int) -> int:
    """How far a gap may reach, by the length of the shorter of the pieces beside it."""
    return SHORT_REACH_CHARACTERS if shorter < SHORT_PIECE_CHARACTERS else REACH_CHARACTERS


def _nearly(page: SearchedText, piece: Piece) -> list[Stretch]:
    """Where most of the words stand; else where all of them do, interrupted by others outside of the marks."""
    spans = fuzzy.near(page.words, piece.words)
    quote = [] if spans else fuzzy.words_of(piece.words)
    if fuzzy.are_enough(quote):
        spans = list(interruptions.places(page, quote, _reach))
    return [Stretch(*span, verbatim=False) for span in spans]


def _lengthened(
    page: SearchedText, chains: list[Stretch], stretches: list[Stretch], reach: int, editors: _Editors
) -> list[Stretch]:
    """Each place as the end of the shortest chain that it can follow; without those that follow none.

    What a gap leaves out or an editor puts in may be anything but a negation.
    """
    ends = sorted(((chain.end, chain.start, chain.verbatim) for chain in chains), key=lambda end: end[0])
    lengthened = []
    for stretch in stretches:
        last = bisect_left(ends, stretch.start + 1, key=lambda end: end[0]) - 1
        if last >= 0 and ends[last][0] >= stretch.start - reach:
            end, start, verbatim = ends[last]
            verbatim = verbatim and stretch.verbatim
            verbatim = verbatim and _agrees(page, end, stretch.start, editors)
            verbatim = verbatim and not _is_turned(page, end, stretch.start, editors)
            lengthened.append(Stretch(start, stretch.end, verbatim))
    return lengthened


# --- what editors put in ---------------------------------------------------------------------------------------------


def _is_negated(page: SearchedText, editors: str) -> bool:
    folded = fold(editors)
    return bool(negations.places(folded.folded, fuzzy.split(folded), page.words.occurrences.keys()))


def _agrees(page: SearchedText, start: int, end: int, editors: _Editors) -> bool:
    """Whether text and editor both negate there, or neither does.

    What the editor only wrote otherwise of a word that is quoted (`[N]ot one`, `noth[ing]`) is no word of its own.
    """
    words = editors.words.split()
    if editors.are_glued and words:
        folded = page.folded.folded
        if folded.endswith(words[-1], start, end) and not page.may_part(end):
            end -= len(words.pop())
        if words and folded.startswith(words[0], start, end) and not page.may_part(start):
            start += len(words.pop(0))
    return page.is_negated(start, end) is _is_negated(page, " ".join(words))


def _after_editor(page: SearchedText, stretch: Stretch, editors: _Editors) -> Stretch:
    """A bracket before all that is quoted stands for the words before it: these say as well whether it was so."""
    folded = page.folded.folded
    begin = max(0, stretch.start - SENTENCE_CHARACTERS)
    for end in _ENDS_SENTENCE.finditer(folded, begin, stretch.start):
        begin = end.end()
    agrees = _agrees(page, begin, stretch.start, editors) and not _is_turned(page, begin, stretch.start, editors)
    return stretch._replace(verbatim=stretch.verbatim and agrees)


def _before_editor(page: SearchedText, stretch: Stretch, editors: _Editors) -> Stretch:
    """The same of one behind it."""
    end = _ENDS_SENTENCE.search(page.folded.folded, stretch.end, stretch.end + SENTENCE_CHARACTERS)
    until = end.start() if end else min(len(page.folded.folded), stretch.end + SENTENCE_CHARACTERS)
    return stretch._replace(verbatim=stretch.verbatim and _agrees(page, stretch.end, until, editors))


def _is_turned(page: SearchedText, start: int, end: int, editors: _Editors) -> bool:
    """Whether an editor has put in or taken out a part that makes the opposite of a word: `[un]clear`."""
    if not editors.are_glued:
        return False
    parts = editors.words.split()
    left_out = _PART_OF_WORD.search(page.folded.words_only, start, end)
    part_there = left_out[0] if left_out and not page.may_part(end) else ""
    parts_put_in = {part for part in parts if negations.glued(part)}
    return bool(parts_put_in - {part_there}) or (negations.glued(part_there) and part_there not in parts)


def _spot(page: FoldedText, stretch: Stretch) -> Spot:
    start, end = region(page, stretch.start, stretch.end)
    text = page.text
    return Spot(
        stretch.verbatim, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT], start, end
    )
