"""What fact-checkers call their ratings, and which of ours is the same: the whole table.

The words are compared exactly, after folding (case, accents of Arabic, quotation marks, punctuation). What is not in
the table is `other`; its words always stay beside it, as the assessment's label. Words under `other` are known to have
no equal: "misleading" is 3 of 5 to one desk and 2 of 5 to another, "altered" says something of a picture and nothing of
the claim.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from app.texts import folding

TABLE: Final[dict[str, tuple[str, ...]]] = {
    "true": (
        "True", "Correct", "Correct attribution", "Accurate", "Confirmed", "Verified", "Fact", "Real", "Vrai",
        "Exact", "C'est vrai", "Avéré", "Verdadero", "Cierto", "Correcto", "Verdadeiro", "Correto", "Certo", "Vero",
        "Wahr", "Richtig", "Stimmt", "Waar", "Sant", "Sandt", "Prawda", "Pravda", "Правда", "Верно", "Doğru", "Benar",
        "सच", "সত্য", "صحيح", "حقيقي", "حقيقة", "صحيحة",
    ),
    "mostly_true": (
        "Mostly true", "Mostly correct", "Mostly accurate", "Largely true", "Largely correct", "Largely accurate",
        "Plutôt vrai", "En grande partie vrai", "Mayormente cierto", "Mayormente verdadero", "Maiormente verdadeiro",
        "Größtenteils richtig", "Überwiegend richtig", "Grotendeels waar", "Mestendels sant",
        "Преимущественно правда", "صحيح في الغالب", "صحيح غالبا", "صحيح إلى حد كبير",
    ),
    "mixture": (
        "Mixture", "Mixed", "Half true", "Half truth", "Half right", "Partly true", "Partially true",
        "Partly correct", "Partially correct", "Partly false", "Partially false", "Part false", "Mi-vrai mi-faux",
        "Partiellement vrai", "Partiellement faux", "En partie vrai", "En partie faux", "Mixto", "Verdad a medias",
        "Medias verdades", "Parcialmente cierto", "Parcialmente verdadero", "Parcialmente falso",
        "Verdadero a medias", "Parcialmente verdadeiro", "Meia verdade", "Misto", "Parzialmente vero",
        "Parzialmente falso", "Teilweise wahr", "Teilweise richtig", "Teilweise falsch", "Halb wahr", "Gemischt",
        "Deels waar", "Gedeeltelijk waar", "Delvist sandt", "Delvis sant", "Полуправда", "Частично правда",
        "Напівправда", "Kısmen doğru", "Sebagian benar", "आंशिक सच", "صحيح جزئيا", "صحيح جزئي", "غير صحيح جزئيا",
        "زائف جزئيا", "زائف جزئي", "خطأ جزئي", "خاطئ جزئيا", "نصف حقيقي", "نص حقيقي", "نصف صحيح", "نصف حقيقة",
    ),
    "mostly_false": (
        "Mostly false", "Mostly incorrect", "Mostly inaccurate", "Largely false", "Largely incorrect", "Barely true",
        "Plutôt faux", "En grande partie faux", "Mayormente falso", "Maiormente falso", "Größtenteils falsch",
        "Überwiegend falsch", "Grotendeels onwaar", "Преимущественно ложь", "خاطئ في الغالب", "خطأ في الغالب",
        "زائف في الغالب",
    ),
    "false": (
        "False", "Incorrect", "Inaccurate", "Wrong", "Not true", "Untrue", "Fake", "Fabricated", "Fabrication",
        "Hoax", "Pants on Fire", "Fiction", "Bogus", "Fake quote", "Misattributed", "Incorrect attribution", "Faux",
        "C'est faux", "Totalement faux", "Inexact", "Infox", "Falso", "Bulo", "Falso total", "Es falso", "Fabricado",
        "É falso", "É #FAKE", "Incorreto", "Incorrecto", "Bufala", "Falsch", "Unwahr", "Erfunden", "Onwaar", "Falskt",
        "Falsk", "Falskt/Fejk", "Fałsz", "Nepravda", "Ложь", "Фейк", "Неправда", "Yanlış", "Sahte", "Salah", "Hoaks",
        "झूठ", "फर्जी", "মিথ্যা", "خطأ", "خاطئ", "خاطئة", "زائف", "زائفة", "كاذب", "كاذبة", "كذب", "خبر كاذب",
        "خبر زائف", "غير صحيح", "غير صحيحة", "مفبرك", "مفبركة", "مزيف", "مزيفة", "مختلق", "ملفق", "مش حقيقي",
        "غير حقيقي", "ليس صحيحا",
    ),
    "unproven": (
        "Unproven", "Unverified", "Unsupported", "Unsubstantiated", "No evidence", "Not proven",
        "Insufficient evidence", "Unconfirmed", "Non prouvé", "Non vérifié", "Invérifiable", "Sans preuve",
        "Sin pruebas", "No probado", "No verificado", "Sem provas", "Não comprovado", "Non dimostrato", "Unbelegt",
        "Unbewiesen", "Onbewezen", "Не доказано", "Belum terbukti", "غير مثبت", "غير مثبتة", "غير مؤكد", "لم يثبت",
        "بلا دليل",
    ),
    "satire": (
        "Satire", "Satirical", "Labeled satire", "Originated as satire", "Sarcastic", "Sarcasm", "Parody", "Parodie",
        "Satirique", "Sátira", "Satira", "Satyra", "Сатира", "Hiciv", "Satir", "ساخر", "ساخرة", "سخرية", "محتوى ساخر",
    ),
    "other": (
        "Other", "Misleading", "Deceptive", "Missing context", "Lacks context", "Needs context", "Out of context",
        "Altered", "Altered image", "Altered photo", "Altered video", "Altered media", "Manipulated", "Doctored",
        "Edited", "Photo out of context", "AI-generated", "Outdated", "Old", "Exaggerated", "Cherry-picked",
        "Excitement", "Selective", "Commotion", "Suspicious", "Myth", "Scam", "Legend", "Rumour", "Rumor",
        "Clarification", "Explainer", "Opinion", "Trompeur", "Trompeuse", "Hors contexte", "Détourné", "Détournée",
        "Photomontage", "Montage", "À nuancer", "Imprécis", "Exagéré", "Engañoso", "Engañosa", "Fuera de contexto",
        "Sin contexto", "Falta contexto", "Enganador", "Enganoso", "Fora de contexto", "Fuorviante", "Irreführend",
        "Fehlender Kontext", "Ohne Kontext", "Manipuliert", "Misleidend", "Vilseledande", "Вводит в заблуждение",
        "Манипуляция", "Yanıltıcı", "Menyesatkan", "भ्रामक", "مضلل", "مضللة", "تضليل", "محتوى مضلل", "سياق مجتزأ",
        "مجتزأ", "خارج السياق", "محتوى ناقص", "سياق مفقود", "وليدة ذكاء إصطناعي", "وليدة ذكاء اصطناعي",
        "مولد بالذكاء الاصطناعي", "صورة معدلة", "فيديو معدل", "معدل", "محتوى معدل", "قديم", "اشاعة", "إشاعة", "شائعة",
        "توضيح", "رأي", "انتقائي", "إثارة", "مبالغ فيه", "خرافة",
    ),
}  # fmt: skip

# Where there are no words, a number that stands exactly on one of five steps from worst to best (Google's guideline:
# 1 is false, 5 is true, of 5). Where there are words, the number says nothing: of 54 rows of one desk, six call "False"
# what their number has as the best.
STEPS: Final = {0.0: "false", 0.25: "mostly_false", 0.5: "mixture", 0.75: "mostly_true", 1.0: "true"}
# schema.org's own: what holds where a scale does not say its ends.
DEFAULT_WORST, DEFAULT_BEST = 1.0, 5.0
_ENDS: Final = {"true": 1.0, "false": 0.0}

NO_EQUAL: Final = "rating: these words have no equal among ours, so `other`"
UNKNOWN: Final = "rating: these words are not in the table, so `other`"
CONTRADICTED: Final = "rating: the number says the opposite of the words, which are taken"
NOTHING: Final = "rating: neither words nor a number on one of five steps, so `other`"
BY_NUMBER: Final = "rating: there are no words, so by its number"


def folded(words: str) -> str:
    """The words as they are compared: without case, punctuation, Arabic vowel signs and extra space."""
    return " ".join(folding.fold(words).words_only.split())


_RATINGS: Final = {folded(words): rating for rating, all_of in TABLE.items() for words in all_of}


class Rated(NamedTuple):
    rating: str
    why: str | None
    """What there is to note, in the same words each time."""


def rate(
    label: str | None,
    value: float | None = None,
    best: float | None = None,
    worst: float | None = None,
    added: Mapping[str, str] | None = None,
) -> Rated:
    """Which of our ratings of the scheme `claimreview` it is; `own`: additions to the table, by folded words."""
    share = _share(value, best, worst)
    words = folded(label or "")
    if not words:
        rating = STEPS.get(share) if share is not None else None
        return Rated(rating, BY_NUMBER) if rating else Rated("other", NOTHING)
    if added and words in added:
        return Rated(added[words], None)
    if words not in _RATINGS:
        return Rated("other", UNKNOWN)
    rating = _RATINGS[words]
    if rating == "other":
        return Rated(rating, None if words == "other" else NO_EQUAL)
    opposite = rating in _ENDS and share == 1 - _ENDS[rating]
    return Rated(rating, CONTRADICTED if opposite else None)


def _share(value: float | None, best: float | None, worst: float | None) -> float | None:
    """How far from worst (0) to best (1), also on a scale that is upside down; None: off the scale, or no scale."""
    if value is None:
        return None
    best = DEFAULT_BEST if best is None else best
    worst = DEFAULT_WORST if worst is None else worst
    share = (value - worst) / (best - worst) if best != worst else -1.0
    return share if 0 <= share <= 1 else None
