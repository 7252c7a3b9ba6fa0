"""How a word of a name sounds, roughly: one form for its spellings in other scripts and by other rules.

Names are written in Latin letters by many rules: Zelensky, Zelenskyy, Selenskyj; Müller, Mueller; Shevchenko,
Chevtchenko. What these rules differ in is made alike here. It is lossy on purpose: what sounds alike only *may* be one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Final, NamedTuple

from anyascii import anyascii

from app.texts.who import given_names

VOWELS: Final = "aeiou"
# What accents stand for where they are written out; without them is the other way of writing these letters.
_SPELLED: Final = str.maketrans(
    {
        **dict.fromkeys("čćç", "ch"),
        **dict.fromkeys("šśşș", "sh"),
        **dict.fromkeys("žźż", "zh"),
        "ä": "ae",
        "ó": "u",
        "ř": "rzh",
        "ö": "oe",
        "ü": "ue",
        "å": "aa",
        "ø": "oe",
        "đ": "dj",
        "ı": "i",
        "ğ": "g",
        "ə": "a",
    }
)
# Letters of Greek that sound otherwise together, and before another.
_GREEK: Final = (("αυ", "av"), ("ευ", "ev"), ("ου", "u"), ("γγ", "ng"), ("αι", "e"), ("ει", "i"), ("οι", "i"),
                 ("υ", "i"), ("η", "i"), ("χ", "h"))  # fmt: skip
# One sound at the beginning of a word; inside of it written as two, one way or the other.
_GREEK_VOICED: Final = {"μπ": ("b", "mp", "mb"), "ντ": ("d", "nt", "nd"), "γκ": ("g", "gk", "ng")}
_GREEK_Y: Final = re.compile("^γι(?=[αουω])")
_ACUTE: Final = "\u0301"
# Capitals stand for one sound: C for ch and ts, J for j as in English.
_SOUNDS: Final = (
    *(
        ("schtsch", "s"),
        ("szcz", "s"),
        ("shtch", "s"),
        ("shtsh", "s"),
        ("shch", "s"),
        ("tsch", "C"),
        ("tch", "C"),
        ("sch", "s"),
        ("dzh", "J"),
        ("tts", "C"),
        ("ttz", "C"),
    ),
    *(("dsh", "J"), ("dj", "J"), ("sh", "s"), ("zh", "s"), ("kh", "g"), ("ch", "C"), ("cz", "C"), ("ts", "C")),
    *(("tz", "C"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("dh", "d"), ("ck", "k"), ("qu", "k"), ("q", "k")),
    *(("x", "ks"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("gue", "ge"), ("gui", "gi"), ("ae", "a")),
    *(("oe", "o"), ("ue", "u"), ("z", "s")),
)
_SOFT_C: Final = re.compile("c(?=[eiy])")
_CH: Final = re.compile("(?<![ts])ch")
_FINAL_H: Final = re.compile("h$")
_FINAL_FF: Final = re.compile("(?<=[eo])ff$")
# `Johnson`, `Kahn`: nobody says it, but in `Bohdan`.
_MUTE_H: Final = re.compile("(?<=[aeiou])h(?=[bcdfgjklmnpqrstvwxz])")
_OTHERWISE: Final = (
    (re.compile("rz"), "zh"),
    (re.compile("(?<=[lnr])z"), "ts"),
    (re.compile("chtch"), "shch"),
    (re.compile("(?<=[^aeiou])ic$"), "ich"),
    (re.compile("^al(?=[bcdfghjkmnpqrstvwxyz][a-z]{4})"), ""),
)
_UKRAINIAN_ENDINGS: Final = {"ая": "а", "яя": "я", "ое": "е", "ее": "е", "ые": "і", "ие": "і"}
_RUSSIAN_ADJECTIVE: Final = re.compile(f"(?<=[а-яё]{{3}})(?:{'|'.join(_UKRAINIAN_ENDINGS)})$")
# What no ending tells men and women apart by: Belarusian writes as it speaks.
_ENKA: Final = re.compile("enka$")
_DOUBLED: Final = re.compile(r"(.)\1+")
_IE: Final = re.compile("ie")
_IO: Final = re.compile(f"(?<=[^{VOWELS}])io(?=.)")
# Scripts that leave vowels out: by letter, what may stand for it in a form, and what it is in a skeleton: one or more.
# Between two letters stands at most one short vowel.
_SHORT: Final = f"[{VOWELS}]?"
_Y: Final = "[ie]"
_ABJAD: Final = {
    letter: (pattern, bones)
    for letters, pattern, *bones in (
        ("اأإآءعעא", "", ""), ("بپ", "[bp]", "b"), ("ב", "[bv]", "b", ""), ("تطةטת", "t", "t"), ("ث", "[ts]", "t", "s"),
        ("ج", "[Jgis]", "s", "g", ""), ("ג", "[gJ]", "g", "s"), ("حخغهחה", "g", "g"), ("قكکگכךק", "[kg]", "g"),
        ("دד", "d", "d"), ("ذضظ", "[ds]", "d", "s"), ("رר", "r", "r"), ("زسصشזסש", "s", "s"),
        ("چצץ", "[Cs]", "s"), ("ف", "[fv]", "f", ""), ("פף", "[pf]", "f", "b"), ("لל", "l", "l"), ("مמם", "m", "m"),
        ("نנן", "n", "n"), ("وו", "[uov]", ""), ("يیי", _Y, ""), ("ى", "[aie]", ""), ("ئؤ", "", ""),
    )
    for letter in letters
}  # fmt: skip
# What these are at the end: a vowel, a consonant that Latin letters often lack, or a long vowel that is always written.
_AT_END: Final = {
    **dict.fromkeys("ةهה", (f"(?:[{VOWELS}]|g)", [""])),
    **dict.fromkeys("حח", ("g?", [""])),
    **dict.fromkeys("اאآى", (f"[{VOWELS}]", [""])),
    **dict.fromkeys("عע", (_SHORT, [""])),
}
_BONES: Final = str.maketrans({"p": "b", "k": "g", "C": "s", "J": "s", "v": None, **dict.fromkeys(VOWELS)})
_MOST_BONES: Final = 4  # ways to read what is written without vowels
_MOST_WAYS: Final = 64  # of which these are the different ones


class Sound(NamedTuple):
    """A word as it may sound."""

    forms: tuple[str, ...]
    """One for each way to read it, the likeliest first; none if it is written without its vowels."""
    pattern: str | None
    """What a form of the same word looks like, if it is written without its vowels."""
    skeletons: tuple[str, ...]
    """Its consonants, one for each form, to look for it by."""
    bones: tuple[str, ...]
    """Fewer of these, to look by across scripts with and without vowels."""


@lru_cache(maxsize=65536)
def sound(word: str) -> Sound:
    """Of a word in lower case, without white space."""
    if any(letter in _ABJAD for letter in word):
        return _without_vowels(word)
    forms = tuple(dict.fromkeys(form for spelling in _spellings(word) for form in _with_given_name(_form(spelling))))
    skeletons = tuple(dict.fromkeys(skeleton(form) for form in forms))
    return Sound(forms, None, skeletons, tuple(dict.fromkeys(_bones(form) for form in forms)))


def _bones(form: str) -> str:
    """What is left without vowels, which may have stood between two of one consonant."""
    return _DOUBLED.sub(r"\1", form.translate(_BONES))


def skeleton(form: str) -> str:
    """Its consonants; a form that has none as it is."""
    return "".join(letter for letter in form if letter not in VOWELS) or form


def alike(first: Sound, second: Sound, *, loosely: bool) -> bool:
    """Whether two words may be spellings of one; `loosely`: also if one of their vowels differs."""
    if first.pattern is not None and second.pattern is not None:
        return first.pattern == second.pattern
    if first.pattern is not None or second.pattern is not None:
        pattern, forms = (first.pattern, second.forms) if first.pattern is not None else (second.pattern, first.forms)
        return any(re.fullmatch(pattern or "", form) for form in forms)
    return any(
        form == compared or (loosely and _nearly(form, compared)) for form in first.forms for compared in second.forms
    )


_LEAST_LETTERS: Final = 4  # of a word in which a vowel may differ
_MUHAMMAD: Final = "mgmd"  # written in so many ways that two of its vowels may


def _nearly(first: str, second: str) -> bool:
    """One vowel differs, is missing or too much.

    Never the last letter, which tells men and women apart, nor what the word begins with: Ilya is not Yulia.
    """
    if min(len(first), len(second)) < _LEAST_LETTERS or first[-1] != second[-1] or first[0] != second[0]:
        return False
    bones = skeleton(first)
    if bones != skeleton(second) or first[: first.find(bones[0])] != second[: second.find(bones[0])]:
        return False
    return _edits(first, second) <= (2 if bones == _MUHAMMAD else 1)


def _edits(first: str, second: str) -> int:
    """How many runs of vowels differ, of two forms with the same consonants."""
    runs = [re.split(f"[^{VOWELS}]", form) for form in (first, second)]
    return sum(
        abs(len(run) - len(compared)) + (run != compared and bool(run) and len(run) == len(compared))
        for run, compared in zip(*runs, strict=True)
    )


def _spellings(word: str) -> list[str]:
    """The word in Latin letters: with its accents written out, and without them; and other ways to read it."""
    written = _greek(word) if any("α" <= letter <= "ω" for letter in word) else (word, *_short_ending(word))
    spellings = [spelling for way in written for spelling in (_latin(way.translate(_SPELLED)), _latin(way))]
    for spelling in tuple(spellings):
        if _CH.search(spelling):  # German ch is kh, French ch is sh
            spellings += [_CH.sub("kh", spelling), _CH.sub("sh", spelling)]
        if "j" in spelling and "dj" not in spelling:  # of English, and of French
            spellings.append(spelling.replace("j", "dj"))
            spellings += [spelling.replace("j", "zh")] if "jj" not in spelling else []
    # Polish rz, German z and French chtch; Petrić without its accent; an article written as one with the name.
    spellings += [variant for spelling in spellings for variant in _other_spellings(spelling)]
    muted = [_MUTE_H.sub("", spelling) for spelling in spellings if _MUTE_H.search(spelling)]
    return list(dict.fromkeys(muted + spellings))


def _other_spellings(spelling: str) -> Iterator[str]:
    for pattern, letters in _OTHERWISE:
        if (variant := pattern.sub(letters, spelling)) != spelling:
            yield variant


def _short_ending(word: str) -> tuple[str, ...]:
    """A Russian adjective with the ending that Ukrainian has: Национальная, Національна."""
    ending = _RUSSIAN_ADJECTIVE.search(word)
    return (word[: ending.start()] + _UKRAINIAN_ENDINGS[ending[0]],) if ending is not None else ()


def _greek(word: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", word).replace(_ACUTE, "")
    word = _GREEK_Y.sub("y", unicodedata.normalize("NFC", decomposed))
    for letters, latin in _GREEK:
        word = word.replace(letters, latin)
    for letters, (first, *_) in _GREEK_VOICED.items():
        word = first + word.removeprefix(letters) if word.startswith(letters) else word
    voiceless = voiced = word
    for letters, (_, without_voice, with_voice) in _GREEK_VOICED.items():
        voiceless, voiced = voiceless.replace(letters, without_voice), voiced.replace(letters, with_voice)
    return voiceless, voiced


def _latin(word: str) -> str:
    return "".join(letter for letter in anyascii(word).lower() if letter.isalnum())


def _form(spelling: str) -> str:
    form = _FINAL_FF.sub("v", spelling)
    for letters, stand_in in _SOUNDS:
        form = form.replace(letters, stand_in)
    form = _FINAL_H.sub("", _SOFT_C.sub("s", form)).replace("c", "k").replace("h", "g").replace("j", "i")
    form = _DOUBLED.sub(r"\1", form.replace("y", "i"))
    return _ENKA.sub("enko", _DOUBLED.sub(r"\1", _IO.sub("e", _IE.sub("e", form)))) or spelling


def _without_vowels(word: str) -> Sound:
    if word.startswith("ال") and len(word) > 4:  # noqa: PLR2004
        word = word[2:]
    letters = [letter for letter in word if letter in _ABJAD]
    read = [_ABJAD[letter] for letter in letters]
    if len(read) > 1 and letters[-1] in _AT_END:
        pattern, bones_of_last = _AT_END[letters[-1]]
        # A vowel that follows another is spelt as one with it.
        read[-1] = (f"(?:{pattern})?" if read[-2][0] == _Y else pattern, bones_of_last)
    pattern = _SHORT + _SHORT.join(_runs(pattern for pattern, _ in read))
    ways = islice(product(*(letter_bones for _, letter_bones in read)), _MOST_WAYS)
    bones = dict.fromkeys(_DOUBLED.sub(r"\1", "".join(way)) for way in ways)
    return Sound((), pattern, (word,), tuple(bones)[:_MOST_BONES] or (word,))


def _runs(patterns: Iterable[str]) -> Iterator[str]:
    """A letter that stands twice may be spelt once in the other script."""
    last = ""
    for pattern in patterns:
        yield f"(?:{pattern})?" if pattern and pattern == last else pattern
        last = pattern


def _forms_by_given_name(spellings: Sequence[str]) -> dict[str, str]:
    """By each form of a given name the one that stands for it."""
    standard, *variants = (_form(_latin(spelling)) for spelling in spellings)
    return dict.fromkeys(variants, standard)


_GIVEN: Final = {
    form: standard for spellings in given_names.SETS for form, standard in _forms_by_given_name(spellings).items()
}


def _with_given_name(form: str) -> tuple[str, ...]:
    return (form, _GIVEN[form]) if form in _GIVEN else (form,)
