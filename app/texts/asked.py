"""What an open question asks for, by its words: a guess, which is only suggested and never stored."""

import re
import unicodedata
from typing import Final

from app.texts import folding

A_MEASURE: Final = ("a measure",)
# By what may be meant, the words that ask for it, in the languages of most reports.
_WORDS: Final[dict[tuple[str, ...], str]] = {
    A_MEASURE: (
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
# How words begin that tell what is counted; each measure as `vocabulary` has it.
_COUNTED: Final[dict[str, str]] = {
    "killed": (
        "killed|dead|die|deaths|tué|tués|morts|décès|getötet|tote|tot|starben|muert|fallecid|uccis|mort|mortos|zabit|"
        "zginęło|ölü|öldü|погиб|убит|жертв|загин|вбит|قتل|قتيل|قتلى|کشته|נהרג|死亡|遇难"
    ),
    "injured": (
        "injured|wounded|hurt|bless|verletz|herid|ferit|ferid|rann|yaral|ранен|пострада|поранен|травмован|جرح|جريح|"
        "مصاب|زخمی|مجروح|פצוע|נפצע|受伤"
    ),
    "missing": "missing|dispar|vermisst|desaparec|dispers|zagini|kayıp|пропавш|пропал|зник|مفقود|נעדר|失踪",
    "hospitalised": "hospital|hospitalis|hospitaliz|krankenhaus|ospedal|szpital|hastane|госпитализ|госпіталіз|住院",
    "detained": (
        "detained|arrested|arrêt|festgenommen|verhaftet|detenid|arrestat|detid|zatrzyman|gözaltı|задержан|затриман|逮捕"
    ),
    "displaced": "displaced|déplacé|vertrieben|desplazad|sfollat|deslocad|przesiedl|переселен|переміщен",
}
_SPACELESS: Final = re.compile("[一-鿿]")


def _composed(text: str) -> str:
    """As texts are compared, with each letter one sign again: a mark apart would end a word."""
    return unicodedata.normalize("NFC", folding.whole(text))


def _pattern(words: str) -> re.Pattern[str]:
    folded = [re.escape(_composed(word)) for word in words.split("|")]
    return re.compile("|".join(word if _SPACELESS.search(word) else rf"\b{word}\b" for word in folded))


_ASKS: Final = [(kinds, _pattern(words)) for kinds, words in _WORDS.items()]


def _beginnings(words: str) -> re.Pattern[str]:
    folded = [re.escape(_composed(word)) for word in words.split("|")]
    return re.compile("|".join(word if _SPACELESS.search(word) else rf"\b(?:ال)?{word}" for word in folded))


_COUNTS: Final = {measure: _beginnings(words) for measure, words in _COUNTED.items()}


def measure(text: str) -> str | None:
    """What these words may count, where they ask for a number; None: nothing tells."""
    folded = _composed(text)
    matches = [(match.start(), name) for name, counts in _COUNTS.items() if (match := counts.search(folded))]
    return min(matches)[1] if matches else None


def kinds(text: str) -> tuple[str, ...]:
    """The kinds of question that these words may ask for, the likeliest matches; none where nothing tells."""
    folded = _composed(text)
    matches = [(match.start(), nth) for nth, (_, asks) in enumerate(_ASKS) if (match := asks.search(folded))]
    return _ASKS[min(matches)[1]][0] if matches else ()
