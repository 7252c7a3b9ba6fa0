"""How much may be looked up for one body, and what came of it: quotations beyond that are looked up later."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.texts.quoting.quotes import Spot, locate

# As many characters compared with one another: two or three seconds of a processor. A thousand quotations that were
# edited, in a long article, take less than half of it.
BODY_EFFORT: Final = 500_000_000
TEXT_BYTES: Final = 8_000_000
"""Of texts that were stored before, as they are stored: mostly compressed."""
_FOLDING: Final = 20  # for each character of a text
_SEARCHING: Final = 1 / 8  # for each character of a text and each quotation
_ANY_QUOTATION: Final = 100_000  # for one that does not stand there as it is

Key = tuple[str, bytes]
"""Words, and the hash of the text that they are looked up in."""


@dataclass(slots=True)
class Spots:
    """Where words stand in texts (None: nowhere), as far as that was looked up."""

    at: dict[Key, Spot | None] = field(default_factory=dict)
    beyond: set[Key] = field(default_factory=set)
    """What would have been too much effort."""
    effort: float = BODY_EFFORT
    """What is left of it."""
    text_bytes: float = TEXT_BYTES
    """How much may be read."""

    @classmethod
    def without_limits(cls) -> "Spots":
        """For whoever has all the time that it takes."""
        return cls(effort=math.inf, text_bytes=math.inf)

    def locate(self, words_of_text: Mapping[bytes, Collection[str]], texts: Mapping[bytes, str]) -> None:
        """Look the words up in their texts, short ones first. Heavy: call it in a thread."""
        for sha256, wordings in sorted(words_of_text.items(), key=lambda pair: len(texts.get(pair[0], ""))):
            text = texts.get(sha256)
            by_length = sorted(wordings, key=lambda words: (len(words), words))
            if text is None or not self._has_effort(len(text) * (_FOLDING + _SEARCHING * len(by_length))):
                self.beyond.update((words, sha256) for words in by_length)
                continue
            places = locate(by_length, text, partial(self._may_look_closer, len(text)))
            self.at.update(((words, sha256), spot) for words, spot in places.items())
            self.beyond.update((words, sha256) for words in by_length if words not in places)

    def locate_plainly(self, words_of_text: Mapping[bytes, Collection[str]], texts: Mapping[bytes, str]) -> None:
        """Look up only what stands in its text as it is: in short texts that is no effort."""
        for sha256, wordings in words_of_text.items():
            places = locate(wordings, texts[sha256], lambda _: False)
            self.at.update(((words, sha256), spot) for words, spot in places.items())

    def give_up(self) -> None:
        """Look nothing up any more, also where it is being done."""
        self.effort = 0

    def _may_look_closer(self, text_characters: int, words: str) -> bool:
        # Words are compared with stretches as long as they are, of which there is a fixed number.
        return self._has_effort(_ANY_QUOTATION + len(words) ** 2 + text_characters)

    def _has_effort(self, cost: float) -> bool:
        if cost > self.effort:
            return False
        self.effort -= cost
        return True
