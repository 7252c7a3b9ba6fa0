"""How alike two claims are in their words: a number for a person or a script to judge by, not a judgement.

Half is what the shorter has in common with the longer, half what both have in common, letters of changed endings
included; so neither the order of words nor their number decides alone. A number that differs, or a "not" in one of the
two, makes them claims of different things, however alike they look. Numbers in words, and words that mean the same, are
not known: "killed" and "injured" differ as little as two spellings.

Where in a text most words of a quotation stand is another question: `fuzzy`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from app import vocabulary
from app.texts import folding
from app.texts.folding import MARK
from app.texts.scripts import ACCENTS, UNSPACED, WORD

# From here on an answer names a claim as similar. Of reworded pairs in English, French, Russian, German and Chinese all
# reach it, of pairs about different things none; those that differ in one word alone (who, killed or injured) do.
SIMILAR: Final = 0.7
COMPARED_CHARACTERS: Final = 1000  # of a text; what follows has to be the same for 1, and else is left out
_ANOTHER_THING: Final = 0.7  # so that the same words with another number stay below `SIMILAR`

QUANTITY: Final = "{} ({})"
"""How a question of a measure and what is counted is compared with others: `killed (civilians)`."""
_QUANTITY: Final = re.compile(rf"({'|'.join(vocabulary.words(vocabulary.Measure))}) \((.*)\)", re.DOTALL)
_SHARED: Final = 4  # one of so many words of the shorter question stands in the other, or they are not compared

_GROUPED: Final = re.compile(rf"(?<=\d)[,.{MARK}\s](?=\d{{3}}(?!\d))")  # 10,000 is 10000
_CONTRACTED: Final = re.compile(rf"n{MARK}t\b")
_ACCENT: Final = re.compile(f"[{ACCENTS}]")
_WORD: Final = re.compile(f"[{UNSPACED}]|{WORD}")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
# As folded: without case and accents. Some are other words elsewhere ("sin"); then a score is too low, never too high.
_NOT_WORDS: Final = (
    "not", "no", "never", "none", "nobody", "nothing", "without", "neither", "nor", "cannot",
    "pas", "jamais", "aucun", "aucune", "sans", "non", "ni", "rien",
    "не", "нет", "ни", "без", "никогда", "никто", "ничего", "ні", "немає", "ніколи",
    "nicht", "kein", "keine", "keinen", "keiner", "keinem", "nie", "niemals", "ohne",
    "nunca", "ningun", "ninguna", "sin", "tampoco", "nao", "nenhum", "nenhuma", "sem", "senza", "nessuno", "nessuna",
    "nigdy", "bez",
    "niet", "geen", "inte", "ingen", "ikke", "ei", "degil",
    "لا", "لم", "لن", "ليس", "ليست", "بدون", "لیس", "نیست", "לא", "אין", "בלי", "नहीं", "δεν", "οχι",
    "不", "没", "沒", "未",
)  # fmt: skip
_NOT_UNSPACED: Final = ("ない", "なかった", "ません", "ไม่", "않", "아니")  # in what is written without spaces


@dataclass(frozen=True, slots=True)
class FoldedClaim:
    """A text as it is compared: its words, its numbers, whether it denies, and what is left out."""

    words: str
    numbers: frozenset[str]
    negative: bool
    uncompared: str


def fold(text: str) -> FoldedClaim:
    compared, uncompared = text[:COMPARED_CHARACTERS], text[COMPARED_CHARACTERS:]
    compared = _CONTRACTED.sub(" not", unicodedata.normalize("NFC", folding.signs(compared)))
    compared = _GROUPED.sub("", compared)
    numbers = frozenset(number.replace(",", ".") for number in _NUMBER.findall(compared))
    words = _WORD.findall(_unaccented(compared))
    negative = any(word in compared for word in _NOT_UNSPACED) or not _NOT.isdisjoint(words)
    return FoldedClaim(" ".join(words), numbers, negative, uncompared)


def _unaccented(folded: str) -> str:
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", folded)))


_NOT: Final = frozenset(_unaccented(folding.signs(word)) for word in _NOT_WORDS)


def likeness(first: FoldedClaim, second: FoldedClaim) -> float:
    """0 to 1; 1 only for the same words in the same order."""
    if first == second:
        return 1.0
    # Each of the two is 0 to 100.
    common = fuzz.token_set_ratio(first.words, second.words) + fuzz.token_sort_ratio(first.words, second.words)
    score = min(common / 200, 0.99)
    if first.numbers != second.numbers:
        score *= _ANOTHER_THING
    if first.negative != second.negative:
        score *= _ANOTHER_THING
    return round(score, 3)


def questions(first: str, second: str, folded: Callable[[str], FoldedClaim]) -> float:
    """How alike two questions are; of quantities of one measure their subjects: `civilian` and `civilians`.

    `folded`: `fold`, which may remember what it has folded.
    """
    quantity, other_quantity = _QUANTITY.fullmatch(first), _QUANTITY.fullmatch(second)
    if quantity is None and other_quantity is None:
        return likeness(folded(first), folded(second)) if _share_words(folded(first), folded(second)) else 0.0
    if quantity is None or other_quantity is None or quantity[1] != other_quantity[1]:
        return 0.0
    return likeness(folded(quantity[2]), folded(other_quantity[2]))


def _share_words(first: FoldedClaim, second: FoldedClaim) -> bool:
    first_words, second_words = set(first.words.split()), set(second.words.split())
    return len(first_words & second_words) * _SHARED >= min(len(first_words), len(second_words))
