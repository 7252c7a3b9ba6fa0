"""Whether what is given as a name describes nobody in particular: "several websites", "Posts on Facebook", «Соцмережі».

It is decided by words (`description_words`): for platforms, for posts and those who post, for unknown, for how many. A
plural without a proper name beside it is no name, either. In doubt it is a description, for a name that everybody's
words are put under makes one source of many; but what has the word of a body in it ("Posts and Telegraph Ministry"),
or names a platform alone ("Facebook"), is a name. People of whom it is told what they are, and whose, are nobody in
particular either: "US officials", «місцеві жителі», "a resident of Kyiv". And bodies and offices that every country or
town has ("the police", "Bürgermeister") are no names where nothing tells which (`people_words`).

What stands where a name is lacking ("N/A", "null", «н/д») is none, and neither are signs or a number alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from babel import Locale

from app.texts.who import chinese_descriptions, people_words
from app.texts.who import description_words as data

_WORD: Final = re.compile(r"[^\W_]+")
_INITIAL: Final = re.compile(r"\s*[^\W\d_]\.")
_LETTERS: Final = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ы": "ы", "\u200c": None, "ł": "l", "ı": "i"})
_ARTICLE: Final = re.compile(r"^(?:وال|بال|ال|ה)(?=\w{3})")


def _folded(word: str) -> str:
    """A word without case, accents, the Arabic or Hebrew article and half-spaces."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_LETTERS)
    return _ARTICLE.sub("", letters)


def _listed(words: str) -> frozenset[str]:
    return frozenset(_folded(word) for word in words.replace("\u200c", "").replace("'", " ").split())


def _phrases(lines: str, separator: str) -> frozenset[str]:
    return frozenset(" ".join(map(_folded, _WORD.findall(phrase))) for phrase in lines.split(separator))


_PEOPLE, _PERSONS = _listed(people_words.PEOPLE), _listed(people_words.PERSONS)
_RESIDENTS, _IN_OFFICE = _listed(people_words.RESIDENTS), _listed(people_words.IN_OFFICE)
_AT_THE_END, _ONE_AT_THE_END = _listed(people_words.AT_THE_END), _listed(people_words.ONE_AT_THE_END)
_COUNTRIES, _SIDES = tuple(_listed(people_words.COUNTRIES)), _listed(people_words.SIDES)
_OF_A_COUNTRY, _OF_A_PLACE = _phrases(people_words.OF_A_COUNTRY, ";"), _phrases(people_words.OF_A_PLACE, ";")
_ANY_OF_THEM: Final = _listed(people_words.ANY_OF_THEM)
# A magazine and a heading of forms, if they stand alone.
_PEOPLE_IF_SAID_MORE: Final = frozenset({"people", "persons"})

_PLATFORMS = _listed(data.PLATFORMS)
_PLURALS, _SINGULARS = _listed(data.PLURALS) | _PEOPLE, _listed(data.SINGULARS) | _PERSONS
_UNKNOWN, _QUANTIFIERS = _listed(data.UNKNOWN), _listed(data.QUANTIFIERS)
_SETTINGS, _FILLERS, _BODIES = _listed(data.SETTINGS), _listed(data.FILLERS), _listed(data.BODIES)
_INDEFINITE, _AND = _listed(data.INDEFINITE), _listed(data.AND)
_LACKING: Final = _phrases(data.LACKING, "\n") - {""}
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
def describes(name: str) -> Literal["role_only", "group", "anonymous"] | None:
    """What is described where this is no name: an office or body, several, or somebody unknown. None: a name."""
    if is_lacking(name) or is_wordless(name):
        return "anonymous"
    words, written = _words(name)
    if not words or not _WITHOUT.isdisjoint(words):
        return None
    if is_any_body(name):
        return "role_only"
    last = len(words) - 1
    strange = [
        nth
        for nth, word in enumerate(words)
        if word not in _LISTED or (nth == last and _is_acronym(word, written[nth], among=written))
    ]
    is_description = (
        _are_people(words, written, strange, has_comma="," in name)
        or _is_one_of_them(words, written, strange, has_comma="," in name)
        or (not _has_name_of_body(words, written) and _is_described(words, written, strange))
    )
    if not is_description:
        return chinese_descriptions.describes(name)
    if not _IN_OFFICE.isdisjoint(words) and _UNKNOWN.isdisjoint(words):
        return "role_only"
    # Some words are of one and of many (`user`, in German): beside an article of one, or unknown, it is one.
    of_many = _PLURALS - _SINGULARS if not (_ONE | _UNKNOWN).isdisjoint(words) else _PLURALS
    return "anonymous" if (of_many | _QUANTIFIERS | _PEOPLE_IF_SAID_MORE).isdisjoint(words) else "group"


def is_any_body(name: str) -> bool:
    """Whether it is a body or an office alone, of which every country or town has one: `the hospital`, «мэр»."""
    return is_any_country_s(name) or _bare(_words(name)[0]) in _OF_A_PLACE or chinese_descriptions.is_any_body(name)


def is_any_country_s(name: str) -> bool:
    """Whether it is a body or an office that every country has once, and nothing tells whose: `the police`, «армия»."""
    return _bare(_words(name)[0]) in _OF_A_COUNTRY or chinese_descriptions.is_any_country_s(name)


def _words(name: str) -> tuple[list[str], list[str]]:
    """The words as they are compared, and as they are written."""
    name = name.replace("\u200c", "")
    matches = list(_WORD.finditer(name))
    # What stands behind a hyphen begins no name of its own: `pro-Kremlin`.
    written = [match[0] if name[match.start() - 1 : match.start()] != "-" else match[0].lower() for match in matches]
    words = [_folded(word) for word in written]
    if _INITIAL.match(name) and words[0] in _INDEFINITE:  # an initial, and no article
        words[0] += "."
    return words, written


def _bare(words: Sequence[str]) -> str:
    """Without articles and what does not tell which body it is. `city hall` keeps what makes it one."""
    phrase = " ".join(words)
    if phrase in _OF_A_PLACE:
        return phrase
    return " ".join(word for word in words if word not in _ANY_OF_THEM)


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


def _is_acronym(word: str, letters: str, among: Sequence[str]) -> bool:
    """Whether a small word is none, where it joins nothing: the `OU` of a body, beside words not all in capitals."""
    is_small = word in _FILLERS and word not in _SIDES
    return is_small and len(word) > 1 and letters.isupper() and not all(map(str.isupper, among))


def _has_name_of_body(words: Sequence[str], written: Sequence[str]) -> bool:
    return any(word in _BODIES and not letters[0].islower() for word, letters in zip(words, written, strict=True))


def _is_described(words: list[str], written: list[str], strange: list[int]) -> bool:
    is_description = _of_listed_words(words) if not strange else _beside_strange_words(words, written, strange)
    return is_description or _is_somebody(words, written, strange)


@lru_cache(maxsize=1)
def _english_countries() -> frozenset[str]:
    return _phrases("\n".join(Locale("en").territories.values()), "\n")


def _is_of_a_country(word: str) -> bool:
    return word in _SIDES or word.startswith(_COUNTRIES)


def _are_people(words: list[str], written: list[str], strange: list[int], *, has_comma: bool) -> bool:
    """Whether they are people of a country or a side: `US officials`, `Pentagon officials`, `people familiar with it`.

    No name ends in a small noun, where what people are stands last; and with a country's name behind it they have one:
    `Refugees Libya`.
    """
    is_title = written[0][0].isupper() and not has_comma
    if is_title and words[0] in _AT_THE_END and " ".join(words[1:]) in _english_countries():
        return False
    strange_words = [words[nth] for nth in strange]
    if not _PEOPLE.isdisjoint(words) and strange_words and all(map(_is_of_a_country, strange_words)):
        return True
    if words[0] in _RESIDENTS or (words[-1] in _AT_THE_END and written[-1][0].islower()):
        return True
    return (
        words[0] in _PEOPLE_IF_SAID_MORE
        and all(
            letters[0].islower() or _is_of_a_country(word) for word, letters in zip(words[1:], written[1:], strict=True)
        )
        and len(words) > _ATTRIBUTES
    )


def _is_one_of_them(words: list[str], written: list[str], strange: list[int], *, has_comma: bool) -> bool:
    """Whether it is one of such people: `US official`, `a resident of Kyiv`, `eine Augenzeugin`, «очевидец из Киева».

    Behind a comma stands a name.
    """
    if has_comma or len(words) == 1:
        return False
    if words[-1] in _ONE_AT_THE_END and written[-1][0].islower():
        return True
    is_indefinite = words[0] in _INDEFINITE
    if is_indefinite and words[-1] in _PERSONS:
        return True
    of_a_country = bool(strange) and all(_is_of_a_country(words[nth]) for nth in strange)
    if of_a_country and words[0] in _PERSONS and not any(written[nth][0].isupper() for nth in strange):
        return True
    first = 1 if is_indefinite else 0
    persons = [nth for nth, word in enumerate(words[: first + _ATTRIBUTES + 1]) if word in _PERSONS]
    if not persons or not (is_indefinite or written[0][0].islower()):
        return False
    behind = words[persons[0] + 1 : persons[0] + 2]
    return (is_indefinite and of_a_country) or bool(behind and behind[0] in _FILLERS)


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
