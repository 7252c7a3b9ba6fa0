"""Words that turn a sentence into its opposite, in many languages, as they stand in a folded text.

One list for all of them: a text seldom says its language, and a list too long costs little (a gap that holds none is
taken for one that does, and the quotation is `edited`). A word that says something else in another language counts
only in a text with words of its own (`_ONLY_BESIDE`).
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from app.texts.folding import fold
from app.texts.quoting.fuzzy import Words

_WORDS: Final = """
not no never none nobody nothing neither nor nowhere cannot without hardly scarcely barely non
didn doesn wasn weren isn aren hasn haven hadn couldn wouldn shouldn mustn needn mightn shan ain didnt doesnt wasnt
isnt arent hasnt havent hadnt couldnt wouldnt shouldnt mustnt cant wont werent aint
nicht nichts nie niemals niemand niemandem niemanden nirgends nirgendwo weder ohne nein mitnichten nimmermehr kaum
niet niets nooit nergens zonder geen nee nimmer geenszins
inte icke ej ingen inga inget aldrig ingenting ikke ikkje intet ingenting aldri aldrig uten uden utan ekki ekkert aldrei
enginn engin án einki
ne pas jamais rien aucun aucune aucuns aucunes sans nul nulle ni guère nullement ningun
nunca jamás nadie nada ningún ninguno ninguna tampoco não nao nem nenhum nenhuma ninguém
nessun nessuno nessuna niente nulla neanche nemmeno neppure senza mica ningú sense
niciodată nimeni nimic niciun nicio fără nici
не ни нет нету нельзя никогда никто никого никому ничего ничто ничем никак никакой никакая никакого никаких никакие
никакую нигде никуда без отнюдь неправда ні нема немає ніколи ніхто нікого нічого жоден жодна жодного жодної жодних
аніж ані няма нідзе нито никой нищо никога няма нямаше никогаш ниту
nije nisam nisi nismo niste nisu nema nemam nemaju neće nikad nikada nitko niko ništa niti nijedan nijedna
nigdy nikt nikogo nic niczego żaden żadna żadne żadnego żadnej żadnych ani bez brak
není nejsou nebyl nebyla nebylo nebyli nebude nemá nemají nechce nesmí nemohl nikdy nikdo nikoho žádný žádná žádné
nie nikto nič žiadny žiadna žiadne nebol nebola nebolo niso nisem nikoli nihče noben nobena nobeno
δεν δε μην μη όχι ποτέ κανείς κανένας καμία κανένα τίποτα ούτε χωρίς δίχως μήτε
nem soha sosem nincs nincsen nincsenek senki semmi nélkül sehol eivät emme ette älä älkää eikä ilman mitte pole ära
polnud nav nekad neviens nekas nėra niekada niekas nebuvo nuk askush kurrë asnjë
değil yok yoktu yoktur hayır asla hiç hiçbir olmayan olmaz olmadan deyil yox heç емес жоқ ешқашан emas yoq
لا لم لن ليس ليست ليسوا لست لسنا كلا غير بلا بدون دون عدم أبدا مش ولا ولم ولن وليس وليست فلا فلم فلن ألا بغير
نه نیست نیستند نیستم نیستیم نبود نبودند نشد نشدند نکرد نکردند نداشت نداریم ندارد ندارند نمی نباید نخواهد هیچ هرگز
بدون نشده نکرده نبوده نداده نیامد نرفت نزد نزدند
نہیں مت بغیر نهیں
לא אין אינו אינה אינם אינן אינני איננו בלי בלתי ללא מעולם לעולם אף ולא שלא כשלא ואין שאין
नहीं नही मत बिना ना না নেই নয় নি ਨਹੀਂ નથી नाही இல்லை அல்ல కాదు లేదు ಇಲ್ಲ ഇല്ല
არ არა ვერ ნუ არასოდეს ոչ չի չէ երբեք անգամ
tidak bukan belum jangan tanpa tiada tidaklah bukanlah không chưa chẳng đừng chớ huwag walang
hakuna hapana kamwe bila mhux ddim nid үгүй биш አይደለም የለም
안 못 아니 아닌 아니라 아닙니다 없다 없는 없이 없었다 않는 않다 않았다 말라
"""
# What counts only in a text that has one of the words behind it.
_ONLY_BESIDE: Final = {
    "sin": "que del los una", "ei": "että oli ole ollut ovat joka ning kui see", "en": "että ovat joka mutta",
    "et": "että ovat joka", "se": "hogy nem és egy", "mai": "che di non della", "nu": "și că pentru a au din am fost",
    "tak": "yang dan itu", "hindi": "ang ng mga", "wala": "ang ng mga", "be": "ir kad buvo",
    "ما": "في على التي إلى من هذا", "נא": "של את",
    "sem": "que não uma hogy és egy", "dont": "the and of", "né": "che di della", "ez": "eta dira baina",
    "na": "ku ji bi", "ma": "li ta il", "si": "kwa ya wa",
}  # fmt: skip
# Words that begin or end so, in the one form that folding leaves of them.
_FORMS: Final = (
    "kein.*", "نمی.+", "نیست.*", "نخواه.+", "ندار.+", "نبود.*", "وليس.*", "ليس.*", "لست.*",
    "никак.+", "нічи.+", ".+m[iu]yor.*", ".+m[ae]y[ae]c[ae].+", ".+m[ae]mis.*",
    "(?:et|ol|yap|ver|gel|git|kal|al|bulun|bil|gör|de|iste|edil|yapıl|veril|başla|düş|vur|öldür|saldır)m[ae](?:d[iu]|z|y|k).*",
)  # fmt: skip
# The same, where such words say something else in other languages: beside words of their own only. In Turkish the
# negation stands within the verb (`bombalamadı`), in Swahili before it (`hawakushambulia`).
_FORMS_BESIDE: Final = (
    (
        "(?!.*(?:hammed|[ae]hmed|komed)).{2,}m[ae](?:d[iu].*|d[ae]n|z(?:l[ae]r|s[iu]n)?|y[ae]n.*)",
        "bir bu için olarak dün gece çok gibi kadar sonra olan",
    ),
    ("ha(?:li|i|wa|tu|m|zi|ya|u|ki|vi|ka)?ku.+", "kwa wa katika jana"),
)
# Scripts without spaces, and Korean, whose negations stand in a word. Not the drone (`无人机`), the future (`未来`),
# Moscow, Africa, "only", "but" and "whether", which have the same characters.
_PARTS: Final = (
    "不(?![过過仅僅但断斷久同少])", "[没沒]", "[无無](?![人線线])", "未(?![来來])", "[并並绝絕而]非", "勿", "[别別]再",
    "(?<!是)否", "ない", "なかった", "なく", "ません", "せず", "ならず", "られず",
    "않", "없", "아니", "못", "ไม่", "มิได้", "อย่า", "ไร้", "ບໍ່", "មិន", "គ្មាន", "មိ", "မဟုတ်", "မရှိ",
)  # fmt: skip
# `can't`, and `n'est`, where folding makes one mark of every apostrophe.
_CONTRACTED: Final = re.compile(r"[^\W\d_]*n\"t(?![^\W_])|(?<![^\W_])n\"(?=[^\W\d_])")
# What in an editor's bracket makes the opposite of the word that it is a part of: `[un]clear`, `gel[me]di`.
_GLUED: Final = "n un in im il ir non dis a не ни без ne nie me ma mi bez ohn"


def _folded(pattern: str) -> str:
    """Letters as they are folded; what else makes a pattern stays."""
    return re.sub(
        r"[^\W\d_]+[\u0300-\u036f\u0e31-\u0e4e\u0eb1-\u0ecd]*", lambda letters: fold(letters[0]).folded, pattern
    )


_WORD: Final = frozenset(fold(word).folded for word in _WORDS.split())
_BESIDE: Final = {
    fold(word).folded: frozenset(fold(other).folded for other in others.split())
    for word, others in _ONLY_BESIDE.items()
}
_FORM: Final = re.compile("|".join(map(_folded, _FORMS)))
_FORM_BESIDE: Final = [
    (re.compile(_folded(form)), frozenset(fold(other).folded for other in others.split()))
    for form, others in _FORMS_BESIDE
]
_PART: Final = re.compile("|".join(fold(part).folded if part.isalpha() else part for part in _PARTS))
_HAS_PART: Final = re.compile("[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def places(folded: str, words: Words, more_words: AbstractSet[str] = frozenset()) -> list[tuple[int, int]]:
    """Where in a folded text negations stand; `words`: its words, `more_words`: more of its language."""
    vocabulary = words.occurrences.keys()
    negating = _WORD & vocabulary
    negating |= {word for word in _BESIDE.keys() & vocabulary if _BESIDE[word] & (vocabulary | more_words)}
    negating |= {word for word in vocabulary if _FORM.fullmatch(word)}
    for form, beside in _FORM_BESIDE:
        if beside & (vocabulary | more_words):
            negating |= {word for word in vocabulary if form.fullmatch(word)}
    stretches = [(words.starts[nth], words.ends[nth]) for word in negating for nth in words.occurrences[word]]
    return sorted([*stretches, *_parts(folded)])


def _parts(folded: str) -> Iterator[tuple[int, int]]:
    for match in _CONTRACTED.finditer(folded):
        yield match.span()
    if _HAS_PART.search(folded):
        for match in _PART.finditer(folded):
            yield match.span()


def glued(part: str) -> bool:
    """Whether a part of a word, put in by an editor, negates it."""
    return part in _GLUED_FOLDED


_GLUED_FOLDED: Final = frozenset(fold(part).folded for part in _GLUED.split())
