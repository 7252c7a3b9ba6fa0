"""Whether what is given as a name describes nobody in particular: "several websites", "Posts on Facebook", «Соцмережі».

It is decided by words (`description_words`): for platforms, for posts and those who post, for unknown, for how many. A
plural without a proper name beside it is no name, either. In doubt it is a description, for a name that everybody's
words are put under makes one source of many; but what has the word of a body in it ("Posts and Telegraph Ministry"),
or names a platform alone ("Facebook"), is a name.

What stands where a name is lacking ("N/A", "null", «н/д») is none, and neither are signs or a number alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from app.texts.who import description_words as data

_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ы": "ы", "\u200c": None, "ł": "l", "ı": "i"})
_ARTICLE: Final = re.compile(r"^(?:وال|بال|ال)(?=\w{3})")


def _folded(word: str) -> str:
    """A word without case, accents, the Arabic article and half-spaces."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_LETTERS)
    return _ARTICLE.sub("", letters)


def _listed(words: str) -> frozenset[str]:
    return frozenset(_folded(word) for word in words.replace("\u200c", "").replace("'", " ").split())


_PLATFORMS, _PLURALS, _SINGULARS = _listed(data.PLATFORMS), _listed(data.PLURALS), _listed(data.SINGULARS)
_UNKNOWN, _QUANTIFIERS = _listed(data.UNKNOWN), _listed(data.QUANTIFIERS)
_SETTINGS, _FILLERS, _BODIES = _listed(data.SETTINGS), _listed(data.FILLERS), _listed(data.BODIES)
_INDEFINITE, _AND = _listed(data.INDEFINITE), _listed(data.AND)
_LACKING: Final = frozenset(" ".join(map(_folded, _WORD.findall(line))) for line in data.LACKING.split("\n") if line)
# Those of two letters: with a slash, or small as no initials are.
_LACKING_SHORT: Final = frozenset(" ".join(letters) for letters in data.LACKING_SHORT.split())
# So programs write it; with a capital first these are names.
_LACKING_SMALL: Final = frozenset({"nan", "nil"})
# Two numbers make a name: 1+1.
_SUM: Final = re.compile(r"\d\s*[+&×*]\s*\d")
# "Médecins sans frontières": so bodies are called, and nobody is described.
_WITHOUT: Final = frozenset({"sans", "ohne", "sin", "senza", "sem", "bez", "без", "بلا", "بدون"})
_ATTRIBUTES: Final = 2  # words that stand before whom they describe: `a senior police official`
_LISTED: Final = _PLATFORMS | _PLURALS | _SINGULARS | _UNKNOWN | _QUANTIFIERS | _SETTINGS | _FILLERS
# Who posts, and what is posted; where; how many, whatever the word means beside.
_MANY, _SOMEWHERE, _HOW_MANY = _PLURALS - _PLATFORMS, _PLATFORMS | _SETTINGS, _QUANTIFIERS - _FILLERS
_ONE: Final = _listed("a an un une uno una um uma ein eine einer bir один одна")
# Before such a word stands where somebody is, not who.
_PLACE_AFTER: Final = frozenset(
    {"in", "from", "across", "en", "au", "dans", "aus", "em", "no", "na", "w", "z", "в", "из", "у", "з", "nel"}
)


@lru_cache(maxsize=4096)
def describes(name: str) -> Literal["group", "anonymous"] | None:
    """What is described where this is no name: several, or somebody unknown. None: it is a name."""
    if is_lacking(name) or is_wordless(name):
        return "anonymous"
    name = name.replace("\u200c", "")
    matches = list(_WORD.finditer(name))
    # What stands behind a hyphen begins no name of its own: `pro-Kremlin`.
    written = [match[0] if name[match.start() - 1 : match.start()] != "-" else match[0].lower() for match in matches]
    words = [_folded(word) for word in written]
    if (
        not words
        or not _WITHOUT.isdisjoint(words)
        or any(word in _BODIES and not letters[0].islower() for word, letters in zip(words, written, strict=True))
    ):
        return None
    strange = [nth for nth, word in enumerate(words) if word not in _LISTED]
    is_description = _of_listed_words(words) if not strange else _beside_strange_words(words, written, strange)
    if not is_description and not _is_somebody(words, written, strange):
        return None
    # Some words are of one and of many (`user`, in German): beside an article of one, or unknown, it is one.
    of_many = _PLURALS - _SINGULARS if not (_ONE | _UNKNOWN).isdisjoint(words) else _PLURALS
    return "anonymous" if (of_many | _QUANTIFIERS).isdisjoint(words) else "group"


def is_wordless(name: str) -> bool:
    """Whether it is signs or a number alone. Of an outlet or a channel that may be the name."""
    return not any(map(str.isalpha, name)) and not _SUM.search(name)


def is_lacking(name: str) -> bool:
    """Whether it says that there is no name to tell."""
    written = _WORD.findall(name.replace("\u200c", ""))
    phrase = " ".join(map(_folded, written))
    if phrase in _LACKING_SHORT:
        return "/" in name or written[0].islower()
    return phrase in _LACKING or (phrase in _LACKING_SMALL and not written[0].istitle())


def _of_listed_words(in_order: Sequence[str]) -> bool:
    words = set(in_order)
    if words & (_UNKNOWN | _MANY) or (len(words & _PLATFORMS) > 1 and words & _AND):
        return True
    if in_order[0] in _INDEFINITE and words & _SINGULARS:
        return True
    met_somewhere = words & (_SOMEWHERE | _QUANTIFIERS)
    return bool(words & _SINGULARS and met_somewhere) or bool(words & _QUANTIFIERS)


def _beside_strange_words(words: list[str], written: list[str], strange: list[int]) -> bool:
    """Whether several are described, with words beside that are in no list. A capital letter there begins a name."""
    names_nobody = not _UNKNOWN.isdisjoint(words[:1])
    many = not _MANY.isdisjoint(words)
    somewhere = not _SOMEWHERE.isdisjoint(words)
    if many and words[0] in _HOW_MANY:
        return True
    capitals = [
        nth
        for nth in strange
        if nth > 0 and (written[nth][0].isupper() or written[nth].isdecimal()) and words[nth - 1] not in _PLACE_AFTER
    ]
    if capitals or (0 in strange and written[0][0].isupper() and not (many and somewhere)):
        return False
    # No name begins with a small letter: "ukrainian sites".
    unnamed = somewhere or words[0] in _PLURALS or written[0][0].islower()
    return names_nobody or (many and unnamed and _is_said_of_many(words, written, strange))


def _is_somebody(words: list[str], written: list[str], strange: list[int]) -> bool:
    """Whether it is one of a kind, in small letters: `a source`, `a spokesman for the mayor`, «источник в полиции»."""
    first = 1 if words[0] in _INDEFINITE and len(words) > 1 else 0
    return (
        not _SINGULARS.isdisjoint(words[first : first + _ATTRIBUTES + 1])
        and not written[first][0].isupper()
        and all(written[nth][0].islower() for nth in strange)
    )


def _is_said_of_many(words: list[str], written: list[str], strange: list[int]) -> bool:
    """Without capitals (Arabic, Persian) a strange word may be a name: a platform has to be there, too."""
    cased = all(written[nth][0].islower() or written[nth][0].isupper() for nth in strange)
    return cased or not _SOMEWHERE.isdisjoint(words)
