"""How alike two claims are in their words: a number for a person or a script to judge by, not a judgement.

Half is what the shorter has in common with the longer, half what both have in common, letters of changed endings
included; so neither the order of words nor their number decides alone. A number that differs, or a "not" in one of the
two, makes them claims of different things, however alike they look. Numbers in words, and words that mean the same, are
not known: "killed" and "injured" differ as little as two spellings.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from app.texts.scripts import UNSPACED, WORD

# From here on an answer names a claim as similar. Of reworded pairs in English, French, Russian, German and Chinese all
# reach it, of pairs about different things none; those that differ in one word alone (who, killed or injured) do.
SIMILAR: Final = 0.7
LOOKED_AT: Final = 1000  # characters of a text; what follows has to be the same for 1, and else is left out
_ANOTHER_THING: Final = 0.7  # so that the same words with another number stay below it

_GROUPED: Final = re.compile(r"(?<=\d)[,.'’\s](?=\d{3}(?!\d))")  # 10,000 is 10000
_CONTRACTED: Final = re.compile(r"n['’]t\b")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_WORD: Final = re.compile(f"[{UNSPACED}]|{WORD}")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
# As folded: without case and accents. Some are other words elsewhere ("sin"); then a score is too low, never too high.
_NOT: Final = frozenset((
    "not", "no", "never", "none", "nobody", "nothing", "without", "neither", "nor", "cannot",
    "pas", "jamais", "aucun", "aucune", "sans", "non", "ni", "rien",
    "не", "нет", "ни", "без", "никогда", "никто", "ничего", "ні", "немає", "ніколи",
    "nicht", "kein", "keine", "keinen", "keiner", "keinem", "nie", "niemals", "ohne",
    "nunca", "ningun", "ninguna", "sin", "tampoco", "nao", "nenhum", "nenhuma", "sem", "senza", "nessuno", "nessuna",
    "nigdy", "bez",
    "niet", "geen", "inte", "ingen", "ikke", "ei", "degil",
    "لا", "لم", "لن", "ليس", "ليست", "بدون", "لیس", "نیست", "לא", "אין", "בלי", "नहीं", "δεν", "οχι",
    "不", "没", "沒", "未",
))  # fmt: skip
_NOT_WITHIN: Final = ("ない", "なかった", "ません", "ไม่", "않", "아니")  # in what is written without spaces


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared: its words, its numbers, whether it denies, and what is left out."""

    words: str
    numbers: frozenset[str]
    negative: bool
    rest: str


def folded(text: str) -> Folded:
    text, rest = text[:LOOKED_AT], text[LOOKED_AT:]
    text = _CONTRACTED.sub(" not", unicodedata.normalize("NFKC", text).casefold())
    text = _GROUPED.sub("", text)
    numbers = frozenset(number.replace(",", ".") for number in _NUMBER.findall(text))
    within = any(word in text for word in _NOT_WITHIN)
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    words = _WORD.findall(unicodedata.normalize("NFC", bare))
    return Folded(" ".join(words), numbers, within or not _NOT.isdisjoint(words), rest)


def likeness(one: Folded, other: Folded) -> float:
    """0 to 1; 1 only for the same words in the same order."""
    if one == other:
        return 1.0
    common = fuzz.token_set_ratio(one.words, other.words) + fuzz.token_sort_ratio(one.words, other.words)
    score = min(common / 200, 0.99)
    if one.numbers != other.numbers:
        score *= _ANOTHER_THING
    if one.negative != other.negative:
        score *= _ANOTHER_THING
    return round(score, 3)
