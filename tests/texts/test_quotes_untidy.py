"""Quotations in untidy texts: broken lines, reference marks, interruptions; and gaps that would hide a negation."""

import time

import pytest
import soaking
from hypothesis import given, settings
from hypothesis import strategies as st

from app.texts.quoting import quotes
from app.texts.quoting.quotes import Quote, Spot


def found(words: str, text: str) -> Spot | None:
    spot = quotes.locate([words], text)[words]
    if spot is not None:
        assert text[spot.start : spot.end] == spot.exact
    return spot


def fidelity(words: str, text: str, **given: str) -> str:
    return quotes.verdict(Quote(words, True, **given), None, lambda one: found(one, text)).fidelity


# --- negations -------------------------------------------------------------------------------------------------------

# A sentence with a gap, another word in it that leaves the sense, and what turns it.
SENTENCES = [
    ("the strike was {} carried out by our forces", "surely", "not never hardly"),
    ("they {} fired on the crowd that evening", "all", "hadn't didn't haven’t havent"),
    (
        "der Angriff wurde {} von unseren Truppen ausgeführt",
        "gestern",
        "nicht niemals keineswegs keinesfalls mitnichten",
    ),
    ("wir haben dort {} Zivilisten getötet", "viele", "keine keinerlei-keine nie"),
    ("la frappe a {} touché les maisons du village", "hier", "jamais n'a-pas pas"),
    ("el ejército {} disparó contra las casas", "ayer", "no nunca jamás"),
    ("l'esercito ha {} sparato contro le case che erano di civili", "ieri", "non mai"),
    ("o exército {} disparou contra as casas", "ontem", "não nunca"),
    ("wojsko tego {} zrobiło w nocy", "właśnie", "nie nigdy"),
    ("armáda to {} provedla v noci", "právě", "ne nikdy"),
    ("vojska je {} pucala na kuće", "jučer", "nije nikad nisu"),
    ("удар {} был нанесён нашими силами", "вчера", "не никогда"),
    ("удар {} був завданий нашими силами", "вчора", "не ніколи"),
    ("ударът {} беше нанесен от нашите сили", "вчера", "не никога"),
    ("ο στρατός {} χτύπησε τα σπίτια", "χθες", "δεν ποτέ"),
    ("saldırı {} bizim kuvvetlerimiz tarafından yapıldı", "dün", "değil asla hiç yapılmadı"),
    ("ordu dün gece köyü {} ve geri çekildi", "gördü", "bombalamadı yakmadı kuşatmadan hedeflemez"),
    ("jeshi {} hospitali ya mji kwa makombora", "lilishambulia", "halikushambulia kamwe"),
    ("armata {} a lovit spitalul", "ieri", "nu niciodată"),
    ("الهجوم {} نفذته قواتنا في الليل", "أمس", "لم ليس ولم لن"),
    ("این حمله {} توسط نیروهای ما انجام شد", "دیروز", "نه هرگز نمی"),
    ("יחידותינו {} תקפו את המחסן בלילה", "אתמול", "לא מעולם"),
    ("हमारी सेना ने यह हमला {} किया था", "कल", "नहीं"),
    ("我们的部队{}攻击了那座仓库的屋顶", "昨天", "不 没有 并非"),
    ("우리 군은 그 창고를 {} 공격했다", "어제", "안 못"),
    ("กองทัพของเรา{}โจมตีคลังสินค้า", "เมื่อวาน", "ไม่ได้"),
    ("tentara kami {} menyerang gudang itu yang terbakar", "kemarin", "tidak bukan"),
    ("hadseregünk {} támadta meg a raktárt", "tegnap", "nem soha"),
    ("joukkomme {} hyökänneet varastoon että oli", "eilen", "eivät"),
    ("våra styrkor {} anföll lagret i natt", "alla", "inte aldrig"),
    ("vores styrker angreb {} lageret i nat", "alle", "ikke aldrig"),
]
NEGATED = [(line, other, word.replace("-", " ")) for line, other, words in SENTENCES for word in words.split()]


@pytest.mark.parametrize(("line", "other", "negation"), NEGATED)
@pytest.mark.parametrize("mark", ["…", "[...]", "(…)"])
def test_no_gap_hides_a_negation(line: str, other: str, negation: str, mark: str) -> None:
    around = "Vorher. {}. Danach."
    assert fidelity(line.format(mark), around.format(line.format(other))) == "verbatim"
    assert fidelity(line.format(mark), around.format(line.format(negation))) != "verbatim"
    # Nor does an editor put one in; where the text has it, the bracket may say it, too.
    assert fidelity(line.format(f"[{negation}]"), around.format(line.format(other))) != "verbatim"
    assert fidelity(line.format(f"[{negation}]"), around.format(line.format(negation))) == "verbatim"
    assert fidelity(line.format(f"[{other}]"), around.format(line.format(negation))) != "verbatim"


@pytest.mark.parametrize(
    ("words", "text", "becomes"),
    [
        ("It was [un]clear to all of us", "It was clear to all of us", "edited"),
        ("It was [im]possible to reach them", "It was possible to reach them", "edited"),
        ("It was [c]lear to all of us", "It was clear to all of us", "verbatim"),
        ("[T]he depot burned down", "So the depot burned down", "verbatim"),
        ("[N]ot one of us fired on them", "And not one of us fired on them", "verbatim"),
        ("[Н]икто из нас не стрелял в них", "Он: никто из нас не стрелял в них", "verbatim"),
        ("They came by. [N]obody fired on them", "They came by. Then nobody fired on them", "verbatim"),
        ("We knew noth[ing] of it until then", "We knew nothing of it until then", "verbatim"),
        ("of it all we knew noth[ing]", "of it all we knew nothing", "verbatim"),
        ("[N]ot one of us fired on them", "He denied that not one of us fired on them", "verbatim"),
        ("[A]ll of us fired on them there", "No, not all of us fired on them there", "edited"),
        ("We saw [n]one of them on that day", "We saw one of them on that day", "edited"),
        ("We saw [some]one of them on that day", "We saw no one of them on that day", "edited"),
        ("[The strike was] carried out by our forces", "The strike was not carried out by our forces", "edited"),
        ("[The strike was not] carried out by our forces", "The strike was carried out by our forces", "edited"),
        ("[…] was carried out by […] forces", "No. It was carried out by our forces", "verbatim"),
        ("[The strike] was carried out by our forces", "No. It was carried out by our forces", "verbatim"),
        ("We will accept [no ceasefire]", "We will accept a ceasefire", "edited"),
        ("We will accept [a truce]", "We will accept no truce", "edited"),
        ("We will accept [a truce]", "We will accept that. Not now", "verbatim"),
        ("I told them that we can", "I told them that we can't", "edited"),
        ("we can", "we can’t", "not_found"),
        ("无人机…击中了工厂的屋顶", "无人机昨天击中了工厂的屋顶", "verbatim"),
        ("他说…击中了工厂的屋顶", "他说无人机击中了工厂的屋顶", "verbatim"),
        ("Jeden den … del medio de la casa", "Jeden den promedio del medio de la casa", "verbatim"),
        ("köyü … dün gece çok geç", "köyü Mehmedi ile dün gece çok geç", "verbatim"),
        ("Er … schießt auf die Häuser", "Er, sagt man, schießt auf die Häuser", "verbatim"),
        ("Il est … que la ville est tombée", "Il est vrai dont on parle que la ville est tombée", "verbatim"),
    ],
)
def test_what_editors_put_in(words: str, text: str, becomes: str) -> None:
    assert fidelity(words, text) == becomes


def test_a_quotation_has_at_most_twenty_gaps() -> None:
    words = [f"word{nth} and{nth}" for nth in range(22)]
    text = " between ".join(words)
    assert fidelity(" … ".join(words[:21]), text) == "verbatim"
    assert fidelity(" … ".join(words), text) == "not_found"


def test_word_for_word_comes_before_the_first_place() -> None:
    text = "We did not fire on the town. Later: We did then fi-\nre on the town."
    spot = found("We did … fire on the town", text)
    assert spot is not None
    assert spot.verbatim
    assert spot.exact == "We did then fi-\nre on the town"


# --- what stands in a text and is none of its words ------------------------------------------------------------------

LINES = [
    "officials confirmed the evacuation of the whole town at noon",
    "представники підтвердили евакуацію усього міста опівдні",
    "власти подтвердили эвакуацию всего города в полдень",
    "die Behörden bestätigten die Räumung der ganzen Stadt",
    "les autorités ont confirmé l'évacuation de toute la ville",
    "yetkililer bütün şehrin boşaltıldığını doğruladı",
    "οι αρχές επιβεβαίωσαν την εκκένωση ολόκληρης της πόλης",
    "अधिकारियों ने पूरे शहर को खाली कराने की पुष्टि की",
]


@given(
    st.sampled_from(LINES),
    st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True),
    st.sampled_from("-\u2010\u00ad\u2011¬\u058a"),
    st.sampled_from(["\n", "\r\n", "\n  ", " \n", "\n\n", "\u2028"]),
)
@settings(max_examples=soaking.times(200))
def test_words_broken_at_the_ends_of_lines_are_whole(line: str, places: list[int], hyphen: str, end: str) -> None:
    text = line
    for place in sorted(places, reverse=True):
        if 0 < place < len(line) and line[place - 1].isalpha() and line[place].isalpha():
            text = text[:place] + hyphen + end + text[place:]
    spot = found(line, f"Before. {text}. After.")
    assert spot is not None
    assert spot.verbatim
    assert spot.exact == text


@pytest.mark.parametrize(
    ("words", "text", "becomes"),
    [
        ("a long-range missile hit the depot", "a long-\nrange missile hit the depot", "verbatim"),
        ("a longrange missile hit the depot", "a long-\nrange missile hit the depot", "verbatim"),
        ("a long-range missile hit the depot", "a long-range mis-\nsile hit the de-\npot", "verbatim"),
        ("a long-range missile hit the depot", "a long-\nrange mis-\nsile hit the depot", "verbatim"),
        ("a longrange missile hit the depot", "a long-range missile hit the depot", "edited"),
        ("a long-\nrange missile hit the de-\npot", "a long-range missile hit the depot", "verbatim"),
        ("the evacua-\ntion began at noon", "the evacuation began at noon", "verbatim"),
        ("clear", "it was un-\nclear to all", "not_found"),
        ("it was un", "it was un-\nclear to all", "not_found"),
        ("1941-1945", "in 1941-\n1945 they", "verbatim"),
        ("In all 21 people died. The mayor resigned", "In all 21 people died.[12] The mayor resigned.", "verbatim"),
        ("In all 21 people died. The mayor resigned", "In all 21 people died [12, 13]. The mayor resigned", "verbatim"),
        ("In all 21 people died. The mayor resigned", "In all 21 people died.[a] The mayor[b] resigned", "verbatim"),
        ("In all 21 people died. The mayor resigned", "In all 21 people died.¹² The mayor³ resigned", "verbatim"),
        (
            "In all 21 people died. The mayor resigned",
            "In all 21 people died.[note 3][4] The mayor resigned",
            "verbatim",
        ),
        ("In all 21 people died. The mayor resigned", "In all 21 people died.† The mayor resigned", "verbatim"),
        ("عدد القتلى ارتفع أمس في المدينة", "عدد القتلى[١٢] ارتفع أمس في المدينة", "verbatim"),
        ("In all 21 people died. The mayor resigned", "In all 21 people died. [12] The mayor resigned", "verbatim"),
        ("In all 21 people died. The mayor resigned", "In all 21 people died.[1]:23 The mayor resigned", "verbatim"),
        (
            "In all 21 people died. The mayor resigned",
            "In all 21 people died.[注 1] The mayor[註 2] resigned",
            "verbatim",
        ),
        ("In all 21 people died. The mayor resigned", "In all 21 people died. [12 more] The mayor resigned", "edited"),
        ("爆炸造成十人死亡，工厂被烧毁", "爆炸[1]造成十人死亡[注 2]，工厂被烧毁。", "verbatim"),
        ("我们看到了无人机。它击中了工厂", "“我们看到了无人机。\n\n“它击中了工厂。”", "verbatim"),
        ("<<we saw a drone over the town>>", "He said: “we saw a drone over the town”", "verbatim"),
        ("we saw /.../ a drone over the town", "we saw only that: a drone over the town", "verbatim"),
        ("In all 21 people died.[12] The mayor resigned", "In all 21 people died. The mayor resigned", "verbatim"),
        ("closed by order of the council", "closed by order1 of the council", "verbatim"),
        ("In all 21 people died. The mayor left", "In all 21 people died.12 The mayor left", "verbatim"),
        ("closed by order1 of the council", "closed by order1 of the council", "verbatim"),
        ("they met the new group of seven there", "they met the new group of G7 there", "edited"),
        ("they met the new ABC there", "they met the new ABC1 there", "edited"),
        *(
            ("“He left.” Then he came back", f"“He left.”{mark} Then he came back", "verbatim")
            for mark in ("[3]", "[b]", "³")
        ),
        ("some 5 km² burned in the night", "some 5 km² burned in the night", "verbatim"),
        ("some 5 km2 burned in the night", "some 5 km² burned in the night", "verbatim"),
        ("about people died in the blast", "about [12] people died in the blast", "edited"),
        ("plant[s] were closed in the whole town", "plant were closed in the whole town", "verbatim"),
        ("Held the line. Stay at home.", "“We held the line.\n\n“Stay at home.”", "verbatim"),
        ("Held the line. « Stay at home »", "«We held the line.\n\n«Stay at home»", "verbatim"),
        ("Мы держали оборону. Оставайтесь дома.", "«Мы держали оборону.\n«Оставайтесь дома.»", "verbatim"),
        ("“We held the line. “Stay at home", "“We held the line.\n\n“Stay at home.”", "verbatim"),
        ("The depot burned. Page 2", "The depot burned.\x0cPage\x0b2", "verbatim"),
    ],
)
def test_what_is_none_of_the_words_does_not_count(words: str, text: str, becomes: str) -> None:
    assert fidelity(words, text) == becomes


LONG = "the spokesman of the eastern command, who had come to the capital that day, told reporters on Tuesday evening"


def interrupted(pieces: int) -> tuple[str, str]:
    """A quotation that is told in so many pieces, and the text that tells it so."""
    parts = [" ".join(letters) for letters in ("abcd", "efgh", "ijkl", "mnop", "qrst")[:pieces]]
    return " ".join(parts), f" {LONG} ".join(f"“{part}”" for part in parts)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("We did not fire, and we will prove it", f"“We did not fire,” said Duarte, {LONG}, “and we will prove it.”"),
        ("No. We did not fire", f"“No,” said Duarte, {LONG}. “We did not fire.”"),
        ("We did not fire and we will prove it", f"„We did not fire“, sagte Duarte, {LONG}, „and we will prove it“."),
        (
            "We did not fire, and we will prove it, here and now",
            f"«We did not fire», {LONG}, «and we will prove it», {LONG}, «here and now»",
        ),
        ("Мы не стреляли, и мы это докажем", f"— Мы не стреляли, — сказал {LONG}, — и мы это докажем."),
        ("did not fire, and we will prove it", f"“We did not fire,” said Duarte, {LONG}, “and we will prove it.”"),
        # Of its words only the last before the interruption stands nowhere else, or only the first behind it.
        *(
            ("We did not fire, and we will prove it", f"“We did not fire,” said {LONG}, “and we will prove it.” {more}")
            for more in ("It will. Prove and not did.", "It will. Prove not did fire.")
        ),
        ("a b c d e f g h", f"“a b c,” {LONG}, “d e f,” {LONG}, “g h”"),
        interrupted(4),
        ("我们没有开火，我们会证明这一点", f"“我们没有开火，”{LONG}，“我们会证明这一点。”"),
    ],
)
def test_an_interrupted_quotation_is_found(words: str, text: str) -> None:
    assert fidelity(words, f"Yes. {text} Then they left.") == "edited"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("We did not fire, and we will prove it", f"We did not fire, said Duarte, {LONG}, and we will prove it."),
        ("We did not fire, and we will prove it", f"“We did not fire,” {'x ' * 1100} “and we will prove it.”"),
        ("and we will prove it, we did not fire", f"“We did not fire,” said {LONG}, “and we will prove it.”"),
        ("We did not fire", "“Yes.” We fire did not."),
        ("a b c d e f g", f"“a b c,” {LONG}, “d e f,” {LONG}, “g”"),  # more often than its words are worth
        interrupted(5),
    ],
)
def test_what_no_marks_join_is_no_quotation(words: str, text: str) -> None:
    assert fidelity(words, text) == "not_found"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("the man can win the war", "the many cane wine the ward"),
        ("нет кот дом сад река гора", "нетто котик домик садик река гора"),
    ],
)
def test_short_words_are_no_forms_of_longer_ones(words: str, text: str) -> None:
    assert fidelity(words, f"Yes. {text}. Then they left.") == "not_found"


@pytest.mark.parametrize(
    ("first", "second", "becomes"),
    [
        ("nb", "no", "not_found"),
        ("nn", "no", "not_found"),
        ("arb", "ar", "not_found"),
        ("cmn", "zh", "not_found"),
        ("zh-CN", "zh-SG", "not_found"),
        ("en-GB", "en", "not_found"),
        ("nb", "da", "unchecked"),
        ("zh-TW", "zh-Hans", "unchecked"),
        ("sr-Latn", "sr-Cyrl", "unchecked"),
    ],
)
def test_one_language_under_two_codes(first: str, second: str, becomes: str) -> None:
    for quote, text in ((first, second), (second, first)):
        assert quotes.verdict(Quote("Invented", True, quote), text, lambda _: None).fidelity == becomes


def test_of_a_part_nothing_is_missing() -> None:
    assert quotes.verdict(Quote("Invented", True), "en", lambda _: None, is_part=True).fidelity == "unchecked"
    assert [quotes.is_cut(text) for text in ("And so […]", "So [...]\n", "So (…)", "So…", "[…] so", "")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert quotes.is_cut("And so [&hellip;]")


# --- whatever comes --------------------------------------------------------------------------------------------------

UNTIDY = st.text(st.sampled_from(list("ab. \n-\u00ad¹²1[]a\"“”'…,—кб无不")), max_size=120)


@given(UNTIDY, st.integers(0, 120), st.integers(1, 40))
@settings(max_examples=soaking.times(300))
def test_what_is_taken_from_a_text_stands_in_it(text: str, start: int, size: int) -> None:
    found(text[start : start + size], text)
    found(text[start : start + size], text[::-1])


@pytest.mark.parametrize(
    "text", ['"a" ' * 5_000, 'a," b "' * 5_000, "a-\n" * 10_000, "[1]a" * 10_000, "\n“" * 10_000, "a¹ " * 10_000]
)
def test_no_text_takes_long(text: str) -> None:
    asked = ["a " * 30 + "c", "a b " * 15, "a a … b b … c c", "a-a-a-a [not] b a b a", "“a\n“b\n“c d e f"]
    began = time.process_time()
    quotes.locate(asked, text)
    assert time.process_time() - began < 2
