"""What an open question asks for, by its words: a guess, which is only suggested and never stored."""

import re
import unicodedata
from typing import Final

from app.texts import folding

# By what may be meant, the words that ask for it, in the languages of most reports.
_WORDS: Final[dict[tuple[str, ...], str]] = {
    ("a measure",): (
        "how many|how much|combien|wie viele|wie viel|cuántos|cuántas|quanti|quante|quantos|quantas|ilu|ile|kaç|"
        "сколько|скільки|كم عدد|كم|چند نفر|چند|多少|几人"
    ),
    ("cause",): (
        "what caused|cause of|causes of|why|pourquoi|qu'est-ce qui a causé|quelle est la cause|warum|weshalb|ursache|"
        "was verursachte|qué causó|por qué|cuál fue la causa|perché|cosa ha causato|causa di|"
        "o que causou|por que|co spowodowało|dlaczego|przyczyna|przyczyną|neden|sebebi|nedeni|почему|причина|причиной|"
        "причины|из-за чего|что вызвало|чому|причиною|через що|що спричинило|لماذا|سبب|ما سبب|چرا|علت|为什么|原因"
    ),
    ("responsibility", "identity"): (
        "who|whose|qui|wer|wessen|quién|quiénes|chi|quem|kto|kim|kimler|кто|чей|чья|чьи|хто|чий|чия|من|چه کسی|谁"
    ),
    ("place",): "where|où|wo|dónde|dove|onde|gdzie|nerede|где|куда|де|أين|کجا|哪里",
    ("time",): "when|quand|wann|cuándo|quando|kiedy|ne zaman|когда|коли|متى|کی|什么时候",
}
_SPACELESS: Final = re.compile("[一-鿿]")


def _composed(text: str) -> str:
    """As texts are compared, with each letter one sign again: a mark apart would end a word."""
    return unicodedata.normalize("NFC", folding.whole(text))


def _pattern(words: str) -> re.Pattern[str]:
    folded = [re.escape(_composed(word)) for word in words.split("|")]
    return re.compile("|".join(word if _SPACELESS.search(word) else rf"\b{word}\b" for word in folded))


_ASKS: Final = [(kinds, _pattern(words)) for kinds, words in _WORDS.items()]


def kinds(text: str) -> tuple[str, ...]:
    """The kinds of question that these words may ask for, the likeliest matches; none where nothing tells."""
    folded = _composed(text)
    matches = [(match.start(), nth) for nth, (_, asks) in enumerate(_ASKS) if (match := asks.search(folded))]
    return _ASKS[min(matches)[1]][0] if matches else ()
