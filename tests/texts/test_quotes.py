"""Quotations in texts: found whatever their typography, edited or translated, and never by chance."""

import unicodedata
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.texts import folding
from app.texts.quoting import quotes
from app.texts.quoting.quotes import Quote, Spot, Verdict

FR = "En quelques heures, des témoins ont dit : « Un drone a touché l’usine, puis l’explosion a tout soufflé. » Puis."
RU = "Как заявил Пахомов, «взорвался арендованный склад пиротехники — на территории завода». Пострадали 43 человека."
UK = "«Під'їзд зруйновано, п’ять людей загинули… — сказав мер. — Росія вдарила двома ракетами», — додав він."
AR = "وقال المتحدث: «إنَّ الانفجـــار وقع في مستودع للألعاب النارية»، مضيفًا أن عدد المصابين ٤٣."
ZH = "卫生部发言人说：「爆炸发生在 ２０２３ 年 8 月 9 日上午，共有 43 人受伤。」当地居民说是无人机袭击。"
EN = "“Something flew in: first a whistle, then a flash, and then the blast,” he said. It’s the ‘supposed’ drone."
DE = "Er sagte: „Die Straße ist gesperrt – niemand weiß, was ‚wirklich‘ passiert ist.“ Dann ging er."
TR = "İstanbul'da PATLAMA oldu, dedi: 'Işık yoktu ve herkes kaçıyordu'."
TH = "เจ้าหน้าที่กล่าวว่า “โรงงานระเบิดเมื่อเช้านี้” และไม่มีผู้เสียชีวิต"


def found(words: str, text: str) -> Spot | None:
    spot = quotes.locate([words], text)[words]
    if spot is not None:
        start, end = spot.start, spot.end
        assert text[start:end] == spot.exact
        assert (text[max(0, start - 32) : start], text[end : end + 32]) == (spot.prefix, spot.suffix)
    return spot


def fidelity(words: str, text: str) -> str:
    return quotes.verdict(Quote(words, True), None, lambda one: found(one, text)).fidelity


VERBATIM = [
    (FR, "un drone a touché l'usine", "Un drone a touché l’usine"),
    (FR, "« Un drone a touché l'usine, puis l'explosion a tout soufflé »", None),
    (FR, "des témoins ont dit: “Un drone", None),
    (RU, "Взорвался арендованный склад пиротехники - на территории завода.", None),
    (RU, "„взорвался арендованный склад пиротехники – на территории завода“", None),
    (RU, "взорвался … на территории завода", "взорвался арендованный склад пиротехники — на территории завода"),
    (RU, "взорвался [арендованный] склад", "взорвался арендованный склад"),
    (UK, "пʼять людей загинули", "п’ять людей загинули"),
    (UK, "Під’їзд зруйновано, п'ять людей загинули", None),
    (UK, "п'ять людей загинули [...] Росія вдарила двома ракетами", None),
    (AR, "إن الانفجار وقع في مستودع للألعاب النارية", "إنَّ الانفجـــار وقع في مستودع للألعاب النارية"),
    (AR, "عدد المصابين ٤٣", None),
    (ZH, "爆炸发生在2023年8月9日上午,共有43人受伤", "爆炸发生在 ２０２３ 年 8 月 9 日上午，共有 43 人受伤"),
    (ZH, "『爆炸发生在2023年8月9日上午，共有43人受伤。』", None),
    (ZH, "爆炸……共有43人受伤", None),
    (EN, '"something flew in: first a whistle, then a flash, and then the blast"', None),
    (EN, "“Something flew in: […] and then the blast”", None),
    (EN, "[S]omething flew in", "omething flew in"),
    (EN, "It's the “supposed” drone", "It’s the ‘supposed’ drone"),
    (DE, "DIE STRASSE IST GESPERRT - NIEMAND WEISS, WAS 'WIRKLICH' PASSIERT IST", None),
    (DE, "»Die Straße ist gesperrt«", "Die Straße ist gesperrt"),
    (TR, "istanbul'da patlama", "İstanbul'da PATLAMA"),
    (TR, "ışık yoktu", "Işık yoktu"),
    (TH, "โรงงานระเบิดเมื่อเช้านี้", None),
    ("Взрыв произошёл у за́мка.", "взрыв произошел у замка", "Взрыв произошёл у за́мка"),
    ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth", "soft\u00adhyphen and zero\u200bwidth"),
    ("the ﬁrst ½ of №5", "the first 1⁄2 of No5", "the ﬁrst ½ of №5"),
    ("a  b\n\tc", "a b c", "a  b\n\tc"),
    ("cafe\u0301", "cafe\u0301", "cafe\u0301"),
    ("Он сказал: «взрыв»», и ушёл", "Он сказал: «взрыв»", "Он сказал: «взрыв»"),
    ("x «a b c d» y", '"a b c d"', "a b c d"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "exact"), VERBATIM)
def test_typography_case_and_marked_gaps_do_not_count(text: str, words: str, exact: str | None) -> None:
    spot = found(words, text)
    assert spot is not None
    assert spot.verbatim
    assert exact is None or spot.exact == exact


@pytest.mark.parametrize(
    ("text", "words", "exact"),
    [
        (FR, "un drone a frappé l'usine, puis l'explosion a tout soufflé", None),
        (RU, "взорвался склад пиротехники на территории завода", None),
        (RU, "взорвались арендованные склады пиротехники на территории завода", None),
        (UK, "Росія вдарила трьома ракетами", "Росія вдарила двома ракетами"),
        (AR, "إن الانفجار وقع في مخزن للألعاب النارية", None),
        (ZH, "爆炸发生在2023年8月10日上午，共有43人受伤", None),
        (EN, "Something flew in: first a whistle, then the blast", None),
        (DE, "Die Straße ist gesperrt, keiner weiß, was passiert ist", None),
        ("«Взорвался склад, — сказал он, — на территории завода».", "Взорвался склад на территории завода", None),
        ("We have not, so far, been told of it.", "We have not so far been told of it", None),
        (
            "On the record it said: one two three four. Later: he never once spoke of the great old house again.",
            "he never … spoke of the great new house",
            "he never once spoke of the great old house",
        ),
    ],
)
def test_changed_words_are_edited(text: str, words: str, exact: str | None) -> None:
    spot = found(words, text)
    assert spot is not None
    assert not spot.verbatim
    assert exact is None or spot.exact == exact


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (EN, "There is no plant any more, only rubble"),
        (EN, "only rubble"),
        (EN, "the drone"),
        (EN, "h"),
        (EN, "a drum"),
        (EN, "a whistle then"),
        (EN, "last a whistle"),
        (RU, "склад боеприпасов"),
        (RU, "вз"),
        ("Пропавшими без вести числятся 8 человек.", "пострадавшими числятся 80 человек"),
        (UK, "п'ять ракет"),
        (ZH, "四十三人"),
        (ZH, "无人机坠毁了工厂的屋顶"),
        (AR, "مستودع للذخيرة"),
        ("кто мой", "кто мои"),
        ("the island", "is land"),
        ("a ﬁsh", "ish"),
        ("43,000 were hurt, 0.5 a day", "43"),
        ("43,000 were hurt, 0.5 a day", "5 a day"),
        ("が降る", "か"),
        ("a" + " b" * 1500 + " c", "a … c"),
        ("one two three four. five six seven eight.", "five six seven … one two three"),
        ("It was in the middle of the night, as far as we know.", "He is not in the habit of it"),
        ("anything", "…"),
        ("anything", "«»"),
        ("", "words that are nowhere at all"),
    ],
)
def test_nothing_is_found_by_chance(text: str, words: str) -> None:
    assert found(words, text) is None


def test_of_several_places_the_first_is_told() -> None:
    assert found("no drone", "Yes. No drone! No drone.") == Spot(True, "No drone", "Yes. ", "! No drone.", 5, 13)


# --- languages -------------------------------------------------------------------------------------------------------

RUSSIAN = "К оптике он давно не имеет никакого отношения"
ENGLISH = "It has had nothing to do with optics for a long time"


@pytest.mark.parametrize(
    ("quote", "language", "text", "becomes"),
    [
        (Quote(None, True), "en", EN, "unchecked"),
        (Quote("Something flew in", False), "en", EN, "paraphrase"),
        (Quote("Something flew in", True), "en", None, "unchecked"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "en", f"“{ENGLISH},” he said.", "translated"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "en-GB", f"“{ENGLISH.replace('long', 'good')}”", "translated"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "en", f"“{ENGLISH}”, in Russian: {RUSSIAN}.", "verbatim"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "en", EN, "not_found"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "fr", FR, "unchecked"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "ru", ENGLISH, "not_found"),
        (Quote(RUSSIAN, True, "ru"), "en", EN, "unchecked"),
        (Quote(RUSSIAN, True), "en", EN, "not_found"),
        (Quote(RUSSIAN, True, "ru"), None, EN, "not_found"),
        (Quote(RUSSIAN, True, None, ENGLISH, "en"), "en", ENGLISH, "translated"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), None, ENGLISH, "translated"),
        (Quote(RUSSIAN, True, "ru", ENGLISH), "en", ENGLISH, "translated"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "und", ENGLISH, "translated"),
        (Quote(RUSSIAN, True, "ru", ENGLISH, "en"), "und", EN, "unchecked"),
        (Quote(RUSSIAN, True, "ru"), "und", EN, "unchecked"),
        (Quote("爆炸發生", True, "zh-Hant"), "zh-Hans", ZH, "unchecked"),
        (Quote("爆炸發生", True, "zh-TW"), "zh", ZH, "unchecked"),
        (Quote("爆炸在哪里", True, "zh-CN"), "zh-Hans", ZH, "not_found"),
        (Quote("He shouted it", True, "en", location="media"), "en", EN, "unchecked"),
        (Quote("He shouted it", True, "en", location="body"), "en", EN, "not_found"),
        (Quote("Something flew in", True, "en", location="media"), "en", EN, "verbatim"),
    ],
)
def test_the_translation_is_tried_where_the_languages_differ(
    quote: Quote, language: str | None, text: str | None, becomes: str
) -> None:
    look = None if text is None else quotes.locate(quotes.texts_to_find(quote, language), text).__getitem__
    verdict = quotes.verdict(quote, language, look)
    assert verdict.fidelity == becomes
    assert (verdict.spot is None) == (becomes in ("unchecked", "paraphrase", "not_found"))


def test_what_stands_in_the_headline_alone_has_no_place() -> None:
    quote = Quote("A drone hit the plant", True)
    headline = "‘A drone hit the plant’, say witnesses"
    assert quotes.verdict(quote, None, lambda _: None, headline=headline) == Verdict("verbatim")
    assert quotes.verdict(quote, None, lambda _: None, headline="Blast") == Verdict("not_found")


# --- properties ------------------------------------------------------------------------------------------------------

WORDS = {
    "fr": "explosion usine témoin drone hangar l'enquête préfet blessés dégâts après minuit fumée pompiers où été",
    "ru": "взрыв завод свидетель беспилотник склад ещё следствие губернатор пострадавшие ущерб после дым всё объём",
    "uk": "вибух завод свідок безпілотник склад з'їзд слідство губернатор постраждалі п'ять після дим їжа ґанок",
    "ar": "انفجار مصنع شاهد طائرة مستودع تحقيق محافظ مصابون أضرار بعد دخان إطفاء ليلة مؤسسة",
    "zh": "爆炸 工厂 证人 无人机 仓库 调查 州长 伤者 损失 之后 烟雾 消防 夜间 机构",
}
MARKS = ["«»", "“”", "‘’", "„“", "「」", "»«", '""', "''", "‹›", "『』"]


@st.composite
def quoted(draw: st.DrawFn) -> tuple[str, list[str], list[str], list[str]]:
    """A language's joint, and the words before, in and after a quotation."""
    language = draw(st.sampled_from(sorted(WORDS)))
    words = st.sampled_from(WORDS[language].split())
    quotation = draw(st.lists(words, min_size=8, max_size=20, unique=True))
    around = [draw(st.lists(words.map(str.upper), max_size=15)) for _ in range(2)]
    return "" if language == "zh" else " ", around[0], quotation, around[1]


@st.composite
def changed(draw: st.DrawFn, words: list[str]) -> list[str]:
    """The same with one word put in, left out, or put in place of another."""
    at, other = draw(st.integers(1, len(words) - 2)), draw(st.sampled_from(["вчера", "zzz", "昨天"]))
    return draw(
        st.sampled_from(
            [[*words[:at], other, *words[at:]], words[:at] + words[at + 1 :], [*words[:at], other, *words[at + 1 :]]]
        )
    )


@given(quoted(), st.sampled_from(MARKS), st.sampled_from(MARKS), st.data())
def test_other_marks_make_no_difference(
    parts: tuple[str, list[str], list[str], list[str]], marks: str, others: str, data: st.DataObject
) -> None:
    joint, before, words, after = parts
    text = f"{joint.join(before)}: {marks[0]}{joint.join(words)}{marks[1]}, {joint.join(after)}"
    spot = found(others[0] + joint.join(words) + others[1], text)
    assert spot is not None
    assert spot.verbatim
    at, to = sorted(data.draw(st.lists(st.integers(0, len(words)), min_size=2, max_size=2, unique=True)))

    def nested(inner: str) -> str:
        return joint.join([*words[:at], inner[0] + joint.join(words[at:to]) + inner[1], *words[to:]])

    spot = found(nested(others), f"{joint.join(before)}: {marks[0]}{nested(marks)}{marks[1]}, {joint.join(after)}")
    assert spot is not None
    assert spot.verbatim


@given(quoted(), st.data())
def test_one_changed_word_makes_it_edited(
    parts: tuple[str, list[str], list[str], list[str]], data: st.DataObject
) -> None:
    joint, before, words, after = parts
    text = f"{joint.join(before)}. {joint.join(words)}. {joint.join(after)}"
    quote = joint.join(data.draw(changed(words)))
    assume(folding.fold(quote).folded not in folding.fold(text).folded)
    spot = found(quote, text)
    assert spot is not None
    assert not spot.verbatim
    shared = set(spot.exact) & set(joint.join(words))
    assert len(shared) > len(set(joint.join(words))) / 2


@given(quoted(), st.data())
def test_a_marked_gap_makes_no_difference(
    parts: tuple[str, list[str], list[str], list[str]], data: st.DataObject
) -> None:
    joint, before, words, after = parts
    text = f"{joint.join(before)}. {joint.join(words)}. {joint.join(after)}"
    at, to = sorted(data.draw(st.lists(st.integers(2, len(words) - 2), min_size=2, max_size=2)))
    gap = data.draw(st.sampled_from(["…", "...", "[…]", "[...]", "(…)", "[they]"]))
    spot = found(joint.join([*words[:at], gap, *words[to:]]), text)
    assert spot is not None
    assert spot.verbatim


ODD = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200)


@given(ODD, st.integers(0, 200), st.integers(1, 60))
@example("İ" * 5 + "ß\u0301ﷺ…… «»-- ﬃ\u0640\u064b", 0, 30)
def test_whatever_the_text_a_place_is_one_in_it(text: str, start: int, size: int) -> None:
    text = unicodedata.normalize("NFC", text)
    folded = folding.fold(text)
    assert len(folded.folded) == len(folded.positions) == len(folded.words_only)
    assert list(folded.positions) == sorted(folded.positions)
    found(text[start : start + size], text)
    found(text[start : start + size], text[::-1])


@given(ODD, ODD)
def test_whatever_the_typography_it_is_found_again(words: str, around: str) -> None:
    assume(any(character.isalnum() for character in words))
    words = unicodedata.normalize("NFC", words)
    spot = found(words, f"{around}\n| {words} |\n{around}")
    assert spot is not None
    assert spot.verbatim


def test_many_quotations_are_found_at_once() -> None:
    asked: list[Any] = ["Something flew in", "then the blast", "no such words anywhere here"]
    assert quotes.locate(asked, EN) == {words: found(words, EN) for words in asked}
