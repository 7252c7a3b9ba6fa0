"""Whether two names may be those of one: in other scripts, in another order, with a part left out.

It only says *may*: an editor decides. Numbers must be the same (a 5th and a 6th brigade are two), and so must letters
that stand alone (witness A, witness E) and first and last names: two brothers of one surname are two. Handles and hosts
(`@kestrel_7`, `kestrel.example`) are spelled in one way only: two of these are compared word by word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, islice, product
from typing import Final, NamedTuple

from anyascii import anyascii
from nameparser.config.particles import PARTICLES

from app.texts import folding
from app.texts.sounds import Sound, alike, sound
from app.texts.who import description_words, identifiers, name_scripts, titles


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CAMEL: Final = re.compile("(?<=[a-z])(?=[A-Z])")
# `McDonald` and `Mc Donald`, `DeSantis` and `De Santis`.
_GLUED: Final = re.compile("(?<![^\\W_])(Mc|Mac|De|Di|Del|La|Le|Van|Von)(?=[A-Z][a-z])")
# In Hebrew what looks like a quotation mark makes an abbreviation of what it stands in.
_GERSHAYIM: Final = re.compile("(?<=[א-ת])'(?=[א-ת])")
# Of `5th`, `3ème`, `92-га` the letters only say that it is an ordinal.
_ORDINAL: Final = re.compile(
    r"(?<![^\W_])(\d+)(?:[a-zß-ÿ\u0400-\u04ff]{1,3}|[-\u2010\u2011][\u0430-\u045f]{1,3})(?![^\W_])"
)
_DIGITS: Final = re.compile(r"\d+")
# Words that are left out of names as they come: articles and what joins words, beside the particles of surnames.
_LEFT_OUT: Final = _listed(
    "of the and for a an et und der die das den du des les la le los las el al il i y e o in im at zu zur für pour по в"
    " и на та і й для из ال"
)
# Karim's father, "Abu Karim", is not Karim, nor are those of that surname: never left out.
_FATHER: Final = {"abu": "abu", "abou": "abu", "abo": "abu", "aboo": "abu", "أبو": "أبو", "ابو": "أبو"}
# What makes another name of a word that stands alone ("San Marco"), and is left out where there are more.
_PARTICLES: Final = {particle.strip("-'’") for particle in PARTICLES} - _LEFT_OUT - _FATHER.keys()
# No part of anybody's name, though it may stand there: "Rima Facebook".
_PLATFORMS: Final = _listed(description_words.PLATFORMS.casefold())
# "Servant of", with a name of God; written as one word or as several, its article as it sounds before the next letter.
_SERVANT: Final = re.compile(
    r"abdu?|abd[aeiou](?:l|sh(?=sh)|([rsntdz])(?=\1))?(?P<of>[a-z]{2,})?|عبد(?:ال(?P<whom>.{2,}))?"
)
_GENERATIONS: Final = re.compile("jr|sr|junior|senior|(?=..)x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_SIGNS: Final = str.maketrans("\u0456\u0445\u03b9\u03c7", "ixix")  # of Cyrillic and Greek
# How these sound at their end.
_PATRONYMIC: Final = ("viC", "vna", "iCna", "iliC", "kusmiC", "nikitiC", "fomiC", "lukiC", "ogli", "oglu", "kisi")
_FRENCH_ENDING: Final = re.compile("(?<=[^aeiou])ine$")
_MOST_PARTS: Final = 8  # words of a name that are looked at
_PAIRED_PARTS: Final = 5  # of a name with more, no part is left out
_JOINED_PARTS: Final = 3  # of a name, of which two may be one word
_FIRST_SOUNDS: Final = 4  # ways to read each word that it is looked for by
_MOST_READINGS: Final = 16  # and of all its words together
_KEY_CHARACTERS: Final = 100
# Before keys by which names with vowels and names without find each other.
_WITH_VOWELS, _WITHOUT_VOWELS = "~", "^"


class NamePart(NamedTuple):
    word: str
    """In lower case."""
    sound: Sound
    script: str
    initial: bool
    patronymic: bool


class Letter(NamedTuple):
    part: NamePart
    dotted: bool
    """As an initial is: C. and K. may stand for one name that is spelled in two ways."""


class Name(NamedTuple):
    parts: tuple[NamePart, ...]
    """Without articles and particles."""
    numbers: frozenset[str]
    """Ordinals, and what tells father and son apart."""
    letters: tuple[Letter, ...]
    """Those that stand alone, be it as initials: of what joins words, like Spanish y, only where it is a capital."""
    end: Letter | None
    """Its last word, whether it is a letter or not: of "Witness A" the letter."""
    title: int
    """How many of the parts are a title, if it is a person's name."""
    identifier: tuple[str, ...]
    """The words of a handle, or of a host's name without a language."""

    def of(self, *, person: bool) -> tuple[NamePart, ...]:
        return self.parts[self.title :] if person else self.parts


class Likeness(NamedTuple):
    score: float
    reason: str


SCRIPTS: Final = Likeness(0.9, "the name in another script")
SPELLING: Final = Likeness(0.9, "another spelling of the name")
ORDER: Final = Likeness(0.85, "the words of the name in another order")
TITLE: Final = Likeness(0.85, "a title left out")
LEFT_OUT: Final = Likeness(0.75, "a middle name or patronymic left out")


@lru_cache(maxsize=65536)
def read(name: str) -> Name:
    name, identifies = identifiers.read(_GERSHAYIM.sub("", folding.visible(name).strip()))
    words = list(_words(_ORDINAL.sub(r"\1", _GLUED.sub(r"\1 ", name))))
    numbers = {"".join(str(unicodedata.digit(digit)) for digit in run) for run in _DIGITS.findall(name)}
    # What a name begins with is none: Xi Jinping.
    generations = {word for word, _ in words[1:] if _GENERATIONS.fullmatch(word.translate(_ROMAN_SIGNS))}
    numbers |= {word.translate(_ROMAN_SIGNS) for word in generations}
    worded = [(_FATHER.get(word, word), script) for word, script in words if word and word not in generations]
    worded = worded[: titles.end([word for word, _ in worded])]
    # Beside a surname alone the title is all that tells more, so it counts, however it is written: Gov. Olsen.
    for nth, (word, script) in enumerate(worded[:-1]):
        if word not in titles.LONG:
            break
        worded[nth] = titles.LONG[word], script
    telling = [(word, script) for word, script in worded if word not in _LEFT_OUT] or worded
    without_particles = [(word, script) for word, script in telling if word not in _PARTICLES]
    if len(without_particles) > 1:
        telling = without_particles
    parts = tuple(_part(word, script) for word, script in _compounds(telling)[:_MOST_PARTS])
    identifier = tuple(_WORD.findall(name.casefold())) if identifies else ()
    spaced = name_scripts.spaced(unicodedata.normalize("NFC", name))
    letters = tuple(_letters(spaced))
    last = [*_words(spaced)][-1:]
    end = Letter(_part(*last[0]), name.endswith(".")) if last and last[0][0] else None
    return Name(parts, frozenset(numbers), letters, end, titles.length([part.word for part in parts]), identifier)


def _letters(name: str) -> Iterator[Letter]:
    words = [match for match in _WORD.finditer(name) if len(_DIGITS.sub("", match[0])) == 1]
    words = [match for match in words if name_scripts.of_word(_DIGITS.sub("", match[0])) not in name_scripts.UNSPACED]
    for match in words[:_MOST_PARTS]:
        word, script = next(_words(match[0]))
        before, behind = name[: match.start()][-1:], name[match.end() :][:1]
        # What has signs beside it is a part of a syllable, as in Hindi.
        is_syllable = any(unicodedata.category(sign).startswith("M") for sign in before + behind)
        joins = word in _LEFT_OUT and not match[0].isupper() and _WORD.search(name, match.end())
        if word.isalpha() and not is_syllable and not joins:
            yield Letter(_part(word, script), behind == ".")


def _words(name: str) -> Iterator[tuple[str, str]]:
    """Each in lower case and without digits, with its script."""
    for match in _WORD.finditer(name):
        word, script = _DIGITS.sub("", match[0]), name_scripts.of_word(match[0])
        if script in name_scripts.UNSPACED:
            # Of a person's the first is the surname, and Latin letters write the others as one word.
            surname, *given_names = _CAMEL.split(anyascii(word).strip())
            yield from ((part.lower(), script) for part in (surname, "".join(given_names)) if part)
        else:
            folded = unicodedata.normalize("NFC", word.replace("'", "").casefold())
            plain = (letter for letter in folded if unicodedata.category(letter) != "Mn")
            yield "".join(plain), script


def _compounds(words: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """With a servant or father, and whose he is, as one word, without the article that may stand between."""
    compounds = list[tuple[str, str]]()
    beginning = ""
    for word, script in words:
        match = _SERVANT.fullmatch(word)
        if beginning:
            compounds[-1] = (beginning + word.removeprefix("ال"), script)
        else:
            compounds.append((_servant(match), script) if match else (word, script))
        if beginning:
            beginning = ""
        elif word in _FATHER:
            beginning = word
        elif match and not match["of"] and not match["whom"]:
            beginning = _servant(match)
    return compounds


def _servant(match: re.Match[str]) -> str:
    whom = match["of"] or match["whom"] or ""
    return ("abda" if match[0].isascii() else "عبد") + whom


def _part(word: str, script: str) -> NamePart:
    heard = sound(unicodedata.normalize("NFC", folding.letters(word)))
    return NamePart(word, heard, script, len(word) == 1, any(form.endswith(_PATRONYMIC) for form in heard.forms))


def _may_be_joined(shorter: Sequence[NamePart], longer: Sequence[NamePart]) -> bool:
    """Whether two words of the longer may be one of the shorter, by their consonants: their sounds take far longer."""
    if len(shorter) != _JOINED_PARTS - 1 or len(longer) != _JOINED_PARTS:
        return False
    names = shorter, longer
    if any(part.sound.pattern is not None for parts in names for part in parts):
        consonants = [[part.sound.bones for part in parts] for parts in names]
    else:
        consonants = [[part.sound.skeletons for part in parts] for parts in names]
    joined = {*_keys_of_joined([readings[0] for readings in consonants[1]])}
    return any(" ".join(sorted(reading)) in joined for reading in product(*consonants[0]))


def _joined(parts: Sequence[NamePart]) -> list[tuple[NamePart, ...]]:
    """A name of three words with two of them as one: `Xi Jin-ping` is Xi Jinping."""
    if len(parts) != _JOINED_PARTS or any(part.initial for part in parts):
        return []
    first, second, third = parts
    return [
        (first, _part(second.word + third.word, second.script)),
        (_part(first.word + second.word, first.script), third),
    ]


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
    words = read(name)
    numbered = "".join(f"#{number}" for number in sorted(words.numbers))
    groups: list[Sequence[NamePart]] = [words.parts]
    joined: Sequence[NamePart] = ()
    if person:
        untitled = words.parts[words.title :]
        groups += [untitled] if words.title else []
        groups += combinations(untitled, 2) if 2 < len(untitled) <= _PAIRED_PARTS else []  # noqa: PLR2004
        joined = untitled if len(untitled) == _JOINED_PARTS else ()
    distinct_keys = dict.fromkeys(key for group in groups for key in _keys(group, mark))
    distinct_keys |= dict.fromkeys(_keys_of_joined([part.sound.skeletons[0] for part in joined]))
    distinct_keys |= dict.fromkeys(mark + key for key in _keys_of_joined([part.sound.bones[0] for part in joined]))
    telling = [key for key in distinct_keys if key.strip(" ~^")]
    if not telling:  # signs and numbers: 1+1
        return [f"={folding.name(name)}"[:_KEY_CHARACTERS]]
    return [key[:_KEY_CHARACTERS] + numbered[:_KEY_CHARACTERS] for key in telling]


def _keys_of_joined(consonants: Sequence[str]) -> Iterator[str]:
    """As `_keys` of what `_joined` gives has them, but quicker."""
    if consonants:
        first, second, third = consonants
        yield from (" ".join(sorted((first, end))) for end in _as_one(second, third))
        yield from (" ".join(sorted((start, third))) for start in _as_one(first, second))


def _as_one(start: str, end: str) -> tuple[str, ...]:
    """Where one consonant meets another, they are one, unless there was a vowel between them."""
    return (start + end, start + end[1:]) if start[-1:] == end[:1] else (start + end,)


def _keys(parts: Sequence[NamePart], mark: str) -> Iterator[str]:
    ways = _FIRST_SOUNDS if len(parts) <= _PAIRED_PARTS else 1
    for reading in islice(product(*(part.sound.skeletons[:ways] for part in parts)), _MOST_READINGS):
        yield " ".join(sorted(reading))
    # Of a name without vowels, and of one with them, what the other can be found by.
    for bones in islice(product(*(part.sound.bones[:ways] for part in parts)), _MOST_READINGS):
        yield mark + " ".join(sorted(bones))


# --- comparing -------------------------------------------------------------------------------------------------------


def likeness(first: str, second: str, *, person: bool) -> Likeness | None:
    """How two names that are not written alike may be one; None: they are two.

    `person`: both may be people's, of whom middle names are left out.
    """
    names = sorted((read(first), read(second)), key=lambda name: len(name.of(person=person)))
    if all(name.identifier for name in names):
        return SPELLING if names[0].identifier == names[1].identifier else None
    if told_apart(*names):
        return None
    return _compared(names, person=person)


def told_apart(first: Name, second: Name) -> bool:
    """Whether a number or a letter that stands alone tells that they are two, however alike all else is.

    A letter at the end must stand in both (witness A, witness E). Before that it may be an initial, which is left out.
    """
    if first.numbers != second.numbers:
        return True
    for name, compared_name in ((first, second), (second, first)):
        letter = name.end if name.end in name.letters else None
        if letter is not None and not letter.dotted:
            words = (*compared_name.letters, *filter(None, [compared_name.end]))
            if not any(_is_one_letter(letter, word) for word in words):
                return True
    letters, unpaired = map(list, sorted((first.letters, second.letters), key=len))
    for letter in letters:
        nth = next((nth for nth, compared in enumerate(unpaired) if _is_one_letter(letter, compared)), None)
        if nth is None:
            return True
        del unpaired[nth]
    return False


def _is_one_letter(letter: Letter, compared: Letter) -> bool:
    """C and K are two, however they sound, unless they are initials; in another script a letter may be two: Ж, Zh."""
    part, compared_part = letter.part, compared.part
    if part.word == compared_part.word:
        return True
    if part.script == compared_part.script and not (letter.dotted and compared.dotted):
        return False
    same_in_ascii = anyascii(part.word).lower() == anyascii(compared_part.word).lower()
    return same_in_ascii or alike(part.sound, compared_part.sound, loosely=False)


def _compared(names: Sequence[Name], *, person: bool) -> Likeness | None:
    """Part by part. Expects the shorter one first."""
    shorter, longer = (name.of(person=person) for name in names)
    if person and _may_be_joined(shorter, longer):
        joined = (parts for parts in _joined(longer) if _places(shorter, parts, loosely=False) is not None)
        longer = next(joined, longer)
    places = _places(shorter, longer, loosely=person and len(shorter) > 1) if shorter else None
    titled = [person and name.title > 0 for name in names]
    if places is None:
        return None
    if len(shorter) < len(longer):
        return _lacking(shorter, longer, places, titled=titled[1]) if person else None
    if any(part.script != longer[position].script for part, position in zip(shorter, places, strict=True)):
        return SCRIPTS
    if places != sorted(places):
        return ORDER
    return TITLE if titled[0] != titled[1] else SPELLING


def _places(shorter: Sequence[NamePart], longer: Sequence[NamePart], *, loosely: bool) -> list[int] | None:
    """For each part of the one name, where it stands in the other; None: one stands nowhere."""
    places = list[int]()
    for nth, part in enumerate(shorter):
        free = [position for position in range(len(longer)) if position not in places]
        # Where a name has a part twice, the one at the same position goes before.
        nearest_first = sorted((longer[position].word != part.word, abs(position - nth), position) for position in free)
        position = next(
            (
                position
                for *_, position in nearest_first
                if _is_one(part, longer[position], loosely=loosely, surnames=min(nth, position) > 0)
            ),
            None,
        )
        if position is None:
            return None
        places.append(position)
    return places


def _is_one(part: NamePart, compared: NamePart, *, loosely: bool, surnames: bool) -> bool:
    if part.word == compared.word:
        return True
    sounds = [_of_surname(word.word) if surnames else word.sound for word in (part, compared)]
    return alike(*sounds, loosely=loosely or part.script != compared.script)


def _of_surname(word: str) -> Sound:
    """French writes `Poutine`. Of a given name the last letter tells men and women apart."""
    return sound(_FRENCH_ENDING.sub("in", word) if word.endswith("ine") else word)


def _lacking(
    shorter: Sequence[NamePart], longer: Sequence[NamePart], places: Sequence[int], *, titled: bool
) -> Likeness | None:
    """What the longer name of a person has more; None: what may be another's. `titled`: it began with a title."""
    if sum(part.word not in _PLATFORMS for part in shorter) < 2:  # noqa: PLR2004
        return None
    # What an office is of stands behind it: "Minister of Defence".
    if titled and sorted(places) == [*range(len(longer) - len(shorter), len(longer))]:
        return TITLE
    left_out = [position for position in range(len(longer)) if position not in places]
    if any(part.initial for part in shorter) or not all(
        longer[position].initial or longer[position].patronymic or 0 < position < len(longer) - 1
        for position in left_out
    ):
        return None
    return LEFT_OUT
