"""Where the words that a search found stand in a text: PostgreSQL stems each word, and says if it is one of those.

Its own `ts_headline` would know neither words without their accents nor pairs of characters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.texts.scripts import UNSPACED, WORD

Range = tuple[int, int]
_WORD: Final = re.compile(f"(?P<unspaced>[{UNSPACED}])|{WORD}")
_LEXEME: Final = re.compile(r"'([^']*)'(:\*)?")
_TO_TRIM: Final = 30  # characters at most, to begin and end an excerpt with a whole word

_STEMS: Final[TextClause] = text(
    "SELECT language, word, tsvector_to_array(search_vector(search_config(language), word)) AS lexemes "
    "FROM unnest(CAST(:languages AS text[]), CAST(:words AS text[])) AS w(language, word)"
)


@dataclass(frozen=True, slots=True)
class Lexemes:
    """The lexemes that a tsquery looks for: whole ones, and beginnings."""

    whole: list[str]
    beginnings: list[str]


def lexemes(query: str) -> Lexemes:
    """Parse the lexemes out of a tsquery as PostgreSQL writes it: `'drone' & 'warehou':*`."""
    matches = _LEXEME.findall(query)
    exact = {lexeme for lexeme, star in matches if not star}
    beginnings = {lexeme for lexeme, star in matches if star}
    return Lexemes(sorted(exact), sorted(beginnings))


async def ranges(session: AsyncSession, texts: Sequence[tuple[str | None, str]], lexemes: Lexemes) -> list[list[Range]]:
    """For each text (with its language), the begin and end of each word of it that is one of the lexemes."""
    words_by_language = sorted({(language or "und", word) for language, words in texts for word, *_ in _words(words)})
    parameters = {
        "languages": [language for language, _ in words_by_language],
        "words": [word for _, word in words_by_language],
    }
    whole_lexemes, beginnings = set(lexemes.whole), set(lexemes.beginnings)
    fit = {
        (row.language, row.word)
        for row in await session.execute(_STEMS, parameters)
        if not whole_lexemes.isdisjoint(row.lexemes) or (len(row.word) == 1 and not beginnings.isdisjoint(row.lexemes))
    }
    return [
        _joined([(start, end) for word, start, end in _words(words) if (language or "und", word) in fit])
        for language, words in texts
    ]


def _words(words: str) -> Iterator[tuple[str, int, int]]:
    """Every word with its begin and end; of what is written without spaces every character, and every pair."""
    matches = list(_WORD.finditer(words))
    for match in matches:
        yield match[0], match.start(), match.end()
    for first, second in pairwise(matches):
        if first["unspaced"] and second["unspaced"] and first.end() == second.start():
            yield first[0] + second[0], first.start(), second.end()


def _joined(ranges: list[Range]) -> list[Range]:
    """In their order; those that overlap are one."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def trimmed(excerpt: str, start: int, size: int, marked: list[Range]) -> tuple[str, int, list[Range]]:
    """An excerpt that begins at `start` (from 1) of a text of this size, without parts of words at its ends.

    Gives it with its beginning (from 0) and the ranges in it.
    """
    begin, end = 0, len(excerpt)
    if start > 1:
        space = excerpt.find(" ", 0, min(_TO_TRIM, marked[0][0]))
        begin = space + 1
    if start - 1 + len(excerpt) < size:
        space = excerpt.rfind(" ", max(end - _TO_TRIM, marked[-1][1]))
        end = space if space > 0 else end
    return (
        excerpt[begin:end],
        start - 1 + begin,
        [(range_start - begin, range_end - begin) for range_start, range_end in marked],
    )
