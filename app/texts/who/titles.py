"""What stands before a person's name, titles, ranks and offices; and what stands behind it, as degrees.

The library's list has every word that may stand in a title, of which many begin the names of bodies, too: "National",
"US", "Federal". Such words are a title only before one that is a person's: "US Secretary of State Jo Doe" has one, "US
Defence Ministry" has none.
"""

import re
from collections.abc import Sequence
from typing import Final

from nameparser.config.titles import TITLES

from app.texts.who import title_words as data


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


# Of the library's, those that say what kind of office it is, and name nobody by themselves.
_NO_PERSON: Final = _listed(
    "a1c advertising air analytics appellate army award-winning ballet banner baseball behavioral bench biblical blues"
    " british burlesque business celebrity charge chargé civil classical computer corporate credit criminal customs"
    " d'affaires designated discovery district division docket english excellent exec executive familie family federal"
    " field film financial first flag flying foreign grand group hereditary high information intelligence judicial"
    " king's kingdom knowledge law legal literary marketing mathematics met military most municipal mystery national"
    " navy operating opera petty police political presiding prime private pro queen's radio rear right risk rock royal"
    " saint sainte security social soccer software special st staff state states strategy supreme tax technical"
    " television theater theatre travel uk united us vice voice warrant wing"
)
# In the library's list, and as often what somebody is called.
_GIVEN_NAMES: Final = _listed("mahdi sultan")
# Not in the library's list.
_NO_PERSON_EITHER: Final = _listed(data.NO_PERSON)
_PERSONS: Final = {
    title for title in TITLES if not title[0].isdigit()
} - _NO_PERSON - _NO_PERSON_EITHER - _GIVEN_NAMES | _listed(data.PERSONS)
_OFFICE: Final = re.compile(f".+(?:{'|'.join(sorted(_listed(data.OFFICES)))})")
_AFTER: Final = _listed(data.AFTER)
_LEADING: Final = _PERSONS | _NO_PERSON | _NO_PERSON_EITHER
_KEPT: Final = 2  # words of a name that no title takes away
_SHORT_AND_LONG: Final = data.SHORT.casefold().split()
LONG: Final = dict(zip(_SHORT_AND_LONG[::2], _SHORT_AND_LONG[1::2], strict=True))
"""Of each title that is written short the whole word."""


def length(words: Sequence[str]) -> int:
    """How many words, given in lower case, are a title before the name of a person. Two are always left."""
    title = 0
    for nth, word in enumerate(words[:-_KEPT]):
        is_office = word in _PERSONS or _OFFICE.fullmatch(word) is not None
        if word not in _LEADING and not is_office:
            break
        if is_office:
            title = nth + 1
    return title


def end(words: Sequence[str]) -> int:
    """How many words there are before degrees and the like. Two are always left."""
    last = len(words)
    while last > _KEPT and words[last - 1] in _AFTER:
        last -= 1
    return last
