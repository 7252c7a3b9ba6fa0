"""Texts and names written otherwise: in other signs, which say the same; or in other words, which do not."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

Rewriting = Callable[[Random, str], str]
Otherwise = Callable[[Random, str, str | None], str | None]

_APOSTROPHES: Final = "'’‘ʼ`´′＇ʻ‛"
_QUOTES: Final = '"“”„«»‹›‟″＂「」'
_PAIRS: Final = ("“”", "„“", "«»", "»«", '""', "''", "‘’", "「」", "()", "[]", "（）", "【】", "⟨⟩", "❝❞")
_DASHES: Final = "-–—‐‑‒―−﹣－"
_SPACES: Final = ("\u00a0", "\u2009", "\u3000", "\u202f", "  ", "\t", "\n", "\u2003", "\u000b", "\u000c", " \u200b")
_INVISIBLE: Final = "\u00ad\u200b\u200e\u200f\ufeff\u2060\u200d\u061c\u202a\u202c\u2066\u2069"
_ZEROS: Final = "٠۰०০੦௦๐０𝟎𝟘߀"
_ENDS: Final = (".", "!", "?", "…", "...", " .", ";", ":", ",", "?!", "。", "！", "؟", "۔", "।", " …", "”.", ".”", ").")
_STARTS: Final = ("“", "«", "„", "(", "[", "… ", "¿", "¡", "'", "‘", "「")
_LOOK_ALIKE: Final = str.maketrans("асеоріхуАВСЕНКМОРТХІ", "aceopixyABCEHKMOPTXI")
_KEYBOARDS: Final = {"ي": "ی", "ی": "ي", "ك": "ک", "ک": "ك", "ه": "ہ"}
_VOWEL_SIGNS: Final = "\u064b\u064c\u064d\u064e\u064f\u0650\u0652\u0640"
_ARABIC_LETTER: Final = re.compile("[\u0621-\u064a\u066e-\u06d3]")
_CYRILLIC_WORD: Final = re.compile("[\u0400-\u04ff]{3,}")
_JOINED_SCRIPTS: Final = ("ARABIC", "HEBREW")


def _each(among: Sequence[str], shape: str) -> Rewriting:
    """Some of the characters of a shape become others of their kind."""
    pattern = re.compile(shape)
    return lambda pick, text: pattern.sub(lambda sign: pick.choice([*among, sign[0]]), text)


def _case(pick: Random, text: str) -> str:
    how: list[Callable[[str], str]] = [
        str.upper,
        str.lower,
        str.swapcase,
        str.title,
        lambda words: "".join(pick.choice((letter.upper(), letter.lower(), letter)) for letter in words),
    ]
    return pick.choice(how)(text)


def _form(pick: Random, text: str) -> str:
    return unicodedata.normalize(pick.choice(("NFC", "NFD", "NFKC", "NFKD")), text)


def _invisible(pick: Random, text: str) -> str:
    """Signs that show nothing, anywhere but between a letter and what stands on it."""
    places = [nth for nth in range(len(text) + 1) if not text[nth : nth + 1] or not unicodedata.combining(text[nth])]
    for place in sorted(pick.sample(places, min(len(places), pick.randint(1, 4))), reverse=True):
        text = text[:place] + pick.choice(_INVISIBLE) + text[place:]
    return text


def _digits(pick: Random, text: str) -> str:
    zero = pick.choice(_ZEROS)
    return "".join(
        chr(ord(zero) + unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text
    )


def _end(pick: Random, text: str) -> str:
    return text.rstrip(pick.choice((".", "!?", ""))) + pick.choice(_ENDS)


def _around(pick: Random, text: str) -> str:
    """In quotation marks or brackets."""
    before, after = pick.choice(_PAIRS)
    return f"{before}{text}{after}"


def _start(pick: Random, text: str) -> str:
    return pick.choice(_STARTS) + text


def _wide(pick: Random, text: str) -> str:
    """Letters and digits in full width, as East Asian keyboards have them."""
    place = pick.randrange(len(text))
    end = place + pick.randint(1, 12)
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else sign for sign in text[place:end])
    return text[:place] + wide + text[end:]


def _arabic(pick: Random, text: str) -> str:
    """The letters of another keyboard, vowel signs and strokes that stretch a word."""
    told = []
    for letter in text:
        told.append(_KEYBOARDS.get(letter, letter) if pick.random() < 0.5 else letter)
        if _ARABIC_LETTER.match(letter) and pick.random() < 0.2:
            told.append(pick.choice(_VOWEL_SIGNS))
    return "".join(told)


def _cyrillic(pick: Random, text: str) -> str:
    """ё as е, and letters from a Latin keyboard in a Cyrillic word."""
    text = text.replace("ё", "е").replace("Ё", "Е") if pick.random() < 0.5 else text

    def mixed(word: re.Match[str]) -> str:
        letters = [letter.translate(_LOOK_ALIKE) if pick.random() < 0.4 else letter for letter in word[0]]
        typed = "".join(letters)
        # One letter at least has to say that the word is Cyrillic.
        return typed if any("\u0400" <= letter <= "\u04ff" for letter in typed) else word[0]

    return _CYRILLIC_WORD.sub(mixed, text)


_SIGNS: Final[tuple[Rewriting, ...]] = (
    _case,
    _form,
    _invisible,
    _digits,
    _wide,
    _arabic,
    _cyrillic,
    _each(_APOSTROPHES, f"[{_APOSTROPHES}]"),
    _each(_QUOTES, f"[{_QUOTES}]"),
    _each(_DASHES, f"[{_DASHES}]"),
    _each(_SPACES, r"(?<=\S) (?=\S)"),
    _each(("…", "...", ". . .", "...."), r"…|\.\.\."),
)
_WHOLE: Final = (*_SIGNS, _end, _end, _around, _start)


def _some(pick: Random, text: str, rewritings: Sequence[Rewriting]) -> str:
    for rewriting in pick.sample(rewritings, pick.randint(1, 4)):
        text = rewriting(pick, text)
    return text


def same_text(pick: Random, text: str) -> str:
    """The same words in other signs."""
    return _some(pick, text, _WHOLE)


_ON_A_LETTER: Final = re.compile(r"(?<=\w)[\u0300-\u036f]+")  # on a space it is an apostrophe


def _unaccented(_: Random, text: str) -> str:
    letters = _ON_A_LETTER.sub("", unicodedata.normalize("NFD", text))
    return letters.translate(str.maketrans("łŁ", "lL"))


def same_name(pick: Random, name: str) -> str:
    """The same name in other signs; accents do not count in names."""
    return _some(pick, name, (*_WHOLE, _unaccented))


# --- other words -----------------------------------------------------------------------------------------------------

# Before a word, or around one: what turns a sentence into its opposite.
_NEGATIONS: Final = {
    "en": ("not", ""), "fr": ("ne", "pas"), "ru": ("не", ""), "uk": ("не", ""), "de": ("nicht", ""), "pl": ("nie", ""),
    "ar": ("لم", ""), "fa": ("نه", ""), "tr": ("", "değil"), "he": ("לא", ""), "hi": ("नहीं", ""), "zh": ("没有", ""),
    "es": ("no", ""),
}  # fmt: skip
_NEGATION: Final = re.compile(r"(?i)\b(?:n['’]|not|n['’]t|pas|не|nicht|no)(?=\W|(?<=['’]))\s*|(?<=\w)n['’]t\b")
_SIGNS_THAT_TELL: Final = ("+", "#", "$", "€", "-", "−", "~")
_ACCENTED: Final = {"e": "é", "a": "á", "o": "ö", "и": "й", "u": "ü", "s": "š"}


def _other_digit(pick: Random, text: str, _: str | None) -> str | None:
    digits = [match.start() for match in re.finditer(r"\d", text)]
    if not digits:
        return None
    place = pick.choice(digits)
    digit = (unicodedata.decimal(text[place]) + pick.randint(1, 9)) % 10
    return f"{text[:place]}{digit}{text[place + 1 :]}"


def _more_digits(pick: Random, text: str, _: str | None) -> str | None:
    digits = [match.end() for match in re.finditer(r"\d", text)]
    return f"{text[: digits[-1]]}{pick.randrange(10)}{text[digits[-1] :]}" if digits else None


def _negated(pick: Random, text: str, language: str | None) -> str | None:
    before, after = _NEGATIONS.get(language or "en", ("not", ""))
    words = text.split(" ")
    place = pick.randrange(len(words))
    words[place] = " ".join(part for part in (before, words[place], after) if part)
    return " ".join(words)


def _affirmed(_: Random, text: str, __: str | None) -> str | None:
    affirmed = _NEGATION.sub("", text, count=1)
    return affirmed if affirmed != text else None


def _signed(pick: Random, text: str, _: str | None) -> str | None:
    """A sign that tells something, before a number or after it."""
    numbers = list(re.finditer(r"(?<![\d.,:+#$€~%°-])\d+(?![\d.,:%°])", text))
    if not numbers:
        return None
    number = pick.choice(numbers)
    if pick.random() < 0.3:
        return f"{text[: number.end()]}{pick.choice('%°')}{text[number.end() :]}"
    return f"{text[: number.start()]}{pick.choice(_SIGNS_THAT_TELL)}{text[number.start() :]}"


def _accented(pick: Random, text: str, _: str | None) -> str | None:
    """An accent, which counts in texts."""
    letters = [nth for nth, letter in enumerate(text) if letter in _ACCENTED and not _is_marked(text, nth)]
    if not letters:
        return None
    place = pick.choice(letters)
    return f"{text[:place]}{_ACCENTED[text[place]]}{text[place + 1 :]}"


def _is_marked(text: str, place: int) -> bool:
    return place + 1 < len(text) and bool(unicodedata.combining(text[place + 1]))


def _reordered(pick: Random, text: str, _: str | None) -> str | None:
    words = text.split(" ")
    if len(words) < 2:
        return None
    place = pick.randrange(len(words) - 1)
    first, second = (re.sub(r"\W", "", word.casefold()) for word in words[place : place + 2])
    if first == second:
        return None
    words[place : place + 2] = words[place + 1], words[place]
    return " ".join(words)


def _less(pick: Random, text: str, _: str | None) -> str | None:
    words = text.split(" ")
    place = pick.randrange(len(words))
    # What has no letter in it may be a mark that counts for nothing.
    if len(words) < 3 or not any(letter.isalnum() for letter in words[place]):
        return None
    return " ".join(words[:place] + words[place + 1 :])


def _more(pick: Random, text: str, _: str | None) -> str | None:
    words = text.split(" ")
    words.insert(pick.randrange(len(words) + 1), pick.choice(("alleged", "2", "ещё раз", "deux", "x")))
    return " ".join(words)


_OTHER: Final[tuple[Otherwise, ...]] = (
    _other_digit, _other_digit, _more_digits, _negated, _negated, _affirmed, _signed, _accented, _reordered, _less,
    _more,
)  # fmt: skip


def other_text(pick: Random, text: str, language: str | None) -> str:
    """Other words, however much alike; in other signs, too."""
    while True:
        if (other := pick.choice(_OTHER)(pick, text, language)) is not None and other != text:
            return same_text(pick, other) if pick.random() < 0.5 else other


def other_name(pick: Random, name: str) -> str:
    """Another name, much alike: another number or word in it, or what tells a son from his father."""
    ways = [f"{name} {pick.randint(2, 99)}", f"{name} Jr", f"{name} and Sons", f"Not {name}", f"{name[:-1]}x{name[-1]}"]
    other = _other_digit(pick, name, None) if pick.random() < 0.3 else None
    return other or pick.choice(ways)
