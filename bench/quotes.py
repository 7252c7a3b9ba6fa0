"""How long the quote check takes: 100 quotations against 50 kB of text, in two scripts.

    python bench/quotes.py

A third of the quotations stand there word for word in other typography, a third with one word changed, a third not at
all. To compare with, in the same run: `str.find` of the same quotations in a text that is folded already (the least
that any check could cost), and that with rapidfuzz's `partial_ratio` for those that are not found so (the usual way,
which gives a score for each, but no answer in words).
"""

import random
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from rapidfuzz import fuzz

from app.texts.folding import fold
from app.texts.quoting import quotes

SIZE: Final = 50_000  # bytes of UTF-8
QUOTES: Final = 100
RUNS: Final = 7
MARKED: Final = 0.3  # the part of the sentences that stand in quotation marks
ALPHABETS: Final = {"Latin": "eeeaaiioonnttrrsslldcumphgbfvyk", "Cyrillic": "ооееааииннттссррввллккмдпуяыьгзбчйжшё"}


def vocabulary(alphabet: str, chance: random.Random) -> list[str]:
    """Words as a language has them: the commoner the shorter."""
    words = ("".join(chance.choices(alphabet, k=1 + int(chance.triangular(1, 13, 5)))) for _ in range(4000))
    return sorted(dict.fromkeys(words), key=lambda word: (len(word) + chance.random() * 5, word))


def written(alphabet: str, chance: random.Random) -> list[str]:
    """About SIZE bytes of words, in sentences, some of them in quotation marks."""
    words, text_words, size = vocabulary(alphabet, chance), list[str](), 0
    while size < SIZE:
        sentence = [
            words[min(int(chance.paretovariate(0.6)) - 1, len(words) - 1)] for _ in range(chance.randint(5, 25))
        ]
        sentence[0] = sentence[0].capitalize()
        sentence[-1] += "."
        if chance.random() < MARKED:
            sentence[0], sentence[-1] = f"«{sentence[0]}", f"{sentence[-1]}»"
        text_words += sentence
        size += len(" ".join(sentence).encode()) + 1
    return text_words


def quoted(words: list[str], chance: random.Random) -> list[str]:
    """Quotations from the text, in capitals and other marks: each third as the docstring of this file says."""
    quotations = []
    for nth in range(QUOTES):
        size = chance.randint(6, 30)
        at = chance.randrange(len(words) - size)
        quotation = words[at : at + size]
        if nth % 3 == 1:
            quotation[chance.randrange(1, size - 1)] = "replaced"
        elif nth % 3:
            quotation = chance.sample(words, size)
        quotations.append(f"“{' '.join(quotation).translate({171: '„', 187: '“'}).upper()}”")
    return quotations


def measured(work: Callable[[], Any]) -> float:
    """The median of some runs, in milliseconds of the processor."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def each(call: Callable[[str], Any], words: Iterable[str]) -> None:
    for text in words:
        call(text)


def main() -> None:
    print(f"{QUOTES} quotations in {SIZE:,} bytes, median of {RUNS} runs")
    for script, alphabet in ALPHABETS.items():
        chance = random.Random(script)
        words = written(alphabet, chance)
        text, quotations = " ".join(words), quoted(words, chance)
        spots = quotes.locate(quotations, text)
        kinds = [None if spot is None else spot.verbatim for spot in spots.values()]
        folded, sought = fold(text).folded, [fold(quotation).folded.strip('"') for quotation in quotations]
        not_found = [quotation for quotation in sought if quotation not in folded]
        checked = measured(partial(quotes.locate, quotations, text))
        least = measured(partial(each, folded.find, sought))
        usual = measured(partial(each, partial(fuzz.partial_ratio, folded), not_found))
        print(f"  {script}: {len(text):,} characters;", end=" ")
        print(f"{kinds.count(True)} verbatim, {kinds.count(False)} edited, {kinds.count(None)} not found")
        both_searches = least + usual
        ratio = checked / both_searches
        print(f"    the check                    {checked:7.1f} ms")
        print(f"    str.find in a folded text    {least:7.1f} ms: the check takes {checked / least:.0f} times as long")
        print(f"    and partial_ratio            {both_searches:7.1f} ms: the check takes {ratio:.2f} times as long")


if __name__ == "__main__":
    main()
