"""Long texts are made clean part by part, and come out as if it were done at once."""

import random
import unicodedata

import pytest

from app.texts import cleaning, folding
from app.texts.cleaning import clean

SIGNS = "aé e\u0301\u0300 \u1100\u1161\u11a8\uac00漢字\n\u0b47\u0b3e\U0001f600\u0915\u093c,.\u0344"


@pytest.mark.parametrize("size", [1, 3, 40])
def test_in_parts_as_at_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_SLICE", size)
    pick = random.Random(size)
    for _ in range(300):
        text = "".join(pick.choices(SIGNS, k=pick.randint(1, 200)))
        assert clean(text) == unicodedata.normalize("NFC", text)


def test_what_becomes_one_with_what_stands_before_is_not_parted_from_it() -> None:
    letters = [chr(nth) for nth in range(0x110000) if unicodedata.is_normalized("NFC", chr(nth))]
    joined = {sign for letter in letters for sign in unicodedata.normalize("NFD", letter)[1:]}
    assert len(joined) > 100
    assert [sign for sign in sorted(joined) if cleaning.cut(sign, 0) == 0] == []


WORST = [
    "é",
    "漢",
    "한",
    "กข",
    "\u0915\u093e",
    "a\u0301",
    "- \u0301 ",
    "!?",
    "က",
    "\u0f40",
    "\U0001f600",
    "aб",
    "\u1161e",
]


@pytest.mark.parametrize("letters", WORST)
def test_no_step_takes_in_a_long_text(letters: str) -> None:
    text = letters * (100_000 // len(letters))
    parts = [part for _, part in cleaning._slices(text)]
    assert "".join(parts) == text
    assert max(map(len, parts)) <= cleaning._SLICE + 2
    stretches = list(folding.stretches(text))
    assert "".join(stretches) == text
    assert max(map(len, stretches)) <= 2 * folding._STRETCH


def test_what_is_wrong_is_told_by_its_place_in_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_SLICE", 10)
    with pytest.raises(ValueError, match=r"U\+0007\) stands at character 205"):
        clean("é a" * 68 + "b\x07")
    with pytest.raises(ValueError, match="100 combining marks in a row stand at character 41:"):
        clean("é " * 20 + "e" + "\u0301" * 101)
    assert clean("é a" * 68 + "b\x0c") == "é a" * 68 + "b\n"
