"""In which script a word of a name is written."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Names in them have no spaces.
UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
_CHARACTERS: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_BORDER: Final = re.compile(f"(?<={_CHARACTERS})(?=[A-Za-z])|(?<=[A-Za-z])(?={_CHARACTERS})")


@lru_cache(maxsize=65536)
def of_word(word: str) -> str:
    """The first word of the Unicode name of its first letter, such as LATIN."""
    letter = next((letter for letter in word if letter.isalpha()), "0")
    return unicodedata.name(letter, "").split(" ")[0]


def spaced(name: str) -> str:
    """With a space where Latin letters stand beside Chinese, Japanese or Korean."""
    return _BORDER.sub(" ", name)
