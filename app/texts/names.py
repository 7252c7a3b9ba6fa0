"""Whether two names may be those of one: in other scripts, in another order, with a part left out.

It only says *may*: an editor decides. Numbers must be the same (a 5th and a 6th brigade are two), and so must first and
last names: two brothers of one surname are two.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import Final, NamedTuple

from anyascii import anyascii
from nameparser.config.particles import PARTICLES
from nameparser.config.titles import TITLES

from app.texts.sounds import Sound, alike, sound


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD: Final = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_APOSTROPHES: Final = re.compile("['’ʼ`]")
_CAMEL: Final = re.compile("(?<=[a-z])(?=[A-Z])")
# Words that are left out of names as they come: articles and what joins words, beside the particles of surnames.
_LEFT_OUT: Final = {particle.strip("-'’") for particle in PARTICLES} | _listed(
    "of the and for a an et und der die das den du des les la le los las el il i y e o of in im at zu zur für pour по в"
    " и на та і й для из ال"
)
_GENERATIONS: Final = _listed("jr sr junior senior ii iii iv vi vii viii ix xi xii")
# Beside those that the library knows, military ranks and offices first.
_TITLES: Final = {title for title in TITLES if not title[0].isdigit()} | _listed(
    "sen rep gov lt sgt cpt герр генерал полковник майор капитан президент министр губернатор мэр доктор профессор сэр"
    " подполковник лейтенант général colonel commandant président ministre maire docteur professeur monsieur madame"
    " herr frau oberst präsident minister bürgermeister presidente ministro alcalde doctor coronel generale colonnello"
    " sindaco señor señora signor signora senhor senhora doutor bay bayan sayın الرئيس الوزير اللواء العميد العقيد"
    " السيد السيدة"
)
# How these sound at their end.
_PATRONYMIC: Final = ("viC", "vna", "iCna", "iliC", "kusmiC", "nikitiC", "fomiC", "lukiC", "ogli", "oglu", "kisi")
_MOST_PARTS: Final = 8  # words of a name that are looked at
_PAIRED_PARTS: Final = 5  # of a name with more, no part is left out
_FIRST_SOUNDS: Final = 3  # ways to read each word that it is looked for by
_KEY_CHARACTERS: Final = 100
# Before keys by which names with vowels and names without find each other.
_WITH_VOWELS, _WITHOUT_VOWELS = "~", "^"
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


class NamePart(NamedTuple):
    word: str
    """In lower case."""
    sound: Sound
    script: str
    initial: bool
    patronymic: bool


class Name(NamedTuple):
    parts: tuple[NamePart, ...]
    """Without titles and particles."""
    numbers: frozenset[str]
    """Ordinals, and what tells father and son apart."""


class Likeness(NamedTuple):
    score: float
    reason: str


SCRIPTS: Final = Likeness(0.9, "the name in another script")
SPELLING: Final = Likeness(0.9, "another spelling of the name")
ORDER: Final = Likeness(0.85, "the words of the name in another order")
LEFT_OUT: Final = Likeness(0.75, "a middle name or patronymic left out")


@lru_cache(maxsize=65536)
def read(name: str) -> Name:
    words = list(_words(name))
    while len(words) > 2 and words[0][0] in _TITLES:  # noqa: PLR2004
        words.pop(0)
    numbers = {re.sub(r"\D", "", word) or word for word, _ in words if _is_number(word)}
    worded = [(word, script) for word, script in words if word and not _is_number(word)]
    telling = [(word, script) for word, script in worded if word not in _LEFT_OUT] or worded
    return Name(tuple(_part(word, script) for word, script in telling[:_MOST_PARTS]), frozenset(numbers))


def _words(name: str) -> Iterator[tuple[str, str]]:
    """Each in lower case, with its script."""
    for match in _WORD.finditer(unicodedata.normalize("NFKC", name)):
        word, script = match[0], _script(match[0])
        if script in _UNSPACED:
            yield from ((part.lower(), script) for part in _CAMEL.split(anyascii(word)))
        else:
            folded = unicodedata.normalize("NFC", word.casefold())
            plain = (letter for letter in _APOSTROPHES.sub("", folded) if unicodedata.category(letter) != "Mn")
            yield "".join(plain), script


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word) or word in _GENERATIONS


def _part(word: str, script: str) -> NamePart:
    heard = sound(word)
    return NamePart(word, heard, script, len(word) == 1, any(form.endswith(_PATRONYMIC) for form in heard.forms))


@lru_cache(maxsize=65536)
def _script(word: str) -> str:
    letter = next((letter for letter in word if letter.isalpha()), "0")
    return unicodedata.name(letter, "").split(" ")[0]


# --- to look for it by -----------------------------------------------------------------------------------------------


def keys(name: str, *, person: bool) -> list[str]:
    """What it is found by; `person`: it may be a person's."""
    return _grouped(name, _WITHOUT_VOWELS if _lacks_vowels(name) else _WITH_VOWELS, person=person)


def sought(name: str, *, person: bool) -> list[str]:
    """Of the `keys` of other names, those of which a name that may be the same has one at least."""
    return _grouped(name, _WITH_VOWELS if _lacks_vowels(name) else _WITHOUT_VOWELS, person=person)


def _lacks_vowels(name: str) -> bool:
    return any(part.sound.pattern is not None for part in read(name).parts)


def _grouped(name: str, mark: str, *, person: bool) -> list[str]:
    parts, numbers = read(name)
    numbered = "".join(f"#{number}" for number in sorted(numbers))
    groups: list[Sequence[NamePart]] = [parts]
    if person and 2 < len(parts) <= _PAIRED_PARTS:  # noqa: PLR2004
        groups += combinations(parts, 2)
    distinct_keys = dict.fromkeys(key for group in groups for key in _keys(group, mark))
    return [key[:_KEY_CHARACTERS] + numbered[:_KEY_CHARACTERS] for key in distinct_keys if key.strip(" ~^")]


def _keys(parts: Sequence[NamePart], mark: str) -> Iterator[str]:
    readings = [part.sound.skeletons[:_FIRST_SOUNDS] for part in parts]
    if len(parts) > _PAIRED_PARTS:
        readings = [reading[:1] for reading in readings]
    for reading in product(*readings):
        yield " ".join(sorted(reading))
    # Of a name without vowels, and of one with them, what the other can be found by.
    for bones in product(*(part.sound.bones[:1] for part in parts)):
        yield mark + " ".join(sorted(bones))


# --- comparing -------------------------------------------------------------------------------------------------------


def likeness(first: str, second: str, *, person: bool) -> Likeness | None:
    """How two names that are not written alike may be one; None: they are two.

    `person`: both may be people's, of whom middle names are left out.
    """
    shorter, longer = sorted((read(first), read(second)), key=lambda name: len(name.parts))
    if not shorter.parts or shorter.numbers != longer.numbers:
        return None
    loosely = person and len(shorter.parts) > 1
    places = _places(shorter.parts, longer.parts, loosely=loosely)
    if places is None:
        return None
    if len(shorter.parts) < len(longer.parts):
        return LEFT_OUT if person and _may_lack(shorter.parts, longer.parts, places) else None
    if any(part.script != longer.parts[position].script for part, position in zip(shorter.parts, places, strict=True)):
        return SCRIPTS
    return SPELLING if places == sorted(places) else ORDER


def _places(shorter: Sequence[NamePart], longer: Sequence[NamePart], *, loosely: bool) -> list[int] | None:
    """For each part of the one name, where it stands in the other; None: one stands nowhere."""
    places = list[int]()
    for nth, part in enumerate(shorter):
        free = [position for position in range(len(longer)) if position not in places]
        # Where a name has a part twice, the one at the same position goes before.
        nearest_first = sorted((longer[position].word != part.word, abs(position - nth), position) for position in free)
        position = next(
            (position for *_, position in nearest_first if _is_one(part, longer[position], loosely=loosely)), None
        )
        if position is None:
            return None
        places.append(position)
    return places


def _is_one(part: NamePart, compared: NamePart, *, loosely: bool) -> bool:
    return part.word == compared.word or alike(
        part.sound, compared.sound, loosely=loosely or part.script != compared.script
    )


def _may_lack(shorter: Sequence[NamePart], longer: Sequence[NamePart], places: Sequence[int]) -> bool:
    """Whether what the shorter name lacks is a middle name, an initial or a patronymic of the longer."""
    if len(shorter) < 2:  # noqa: PLR2004
        return False
    left_out = [position for position in range(len(longer)) if position not in places]
    return all(
        longer[position].initial or longer[position].patronymic or 0 < position < len(longer) - 1
        for position in left_out
    ) and not any(part.initial for part in shorter)
