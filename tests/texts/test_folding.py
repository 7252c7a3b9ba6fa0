"""The one folding: what differs only in signs is the same, and what carries meaning is not lost."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.texts import alike, characters, fingerprints, folding

SAME = [
    ("A drone struck the depot", "A drone struck the depot."),
    ("A drone struck the depot", "“A drone struck the depot!”"),
    ("A drone struck the depot", "[A drone struck the depot…]"),
    ("What caused the fire?", "What caused the fire ?"),
    ("ما سبب الحريق؟", "ما سبب الحريق"),
    ("火灾的原因是什么？", "火灾的原因是什么"),
    ("¿Qué pasó?", "Qué pasó"),
    ("The plant's boiler", "The plant’s boiler"),
    ("п'ять", "пʼять"),
    ("п'ять", "п`ять"),
    ("it was ... burnt", "it was… burnt"),
    ("the depot\fburned\v down\u2028now", "The depot burned\u00a0down now"),
    ("soft\u00adhyphen", "soft\u200bhyphen"),
    ("\u202aleft\u202c", "left"),
    ("a north\u2011south line", "a north–south line"),
    ("minus −5", "minus -5"),
    ("ﬁrst", "first"),
    ("Straße", "STRASSE"),
    ("İstanbul ışık", "istanbul işık"),
    ("всё ещё", "все еще"),
    ("за\u0301мок", "замок"),
    ("cafe\u0301", "café"),
    ("كتاب كبير على الطاولة", "کتاب کبیر علی الطاولة"),
    ("إنَّ الانفجـــار", "إن الانفجار"),
    ("می\u200cشود", "می شود"),
    ("می\u061c\u200c\u202aشود", "می شود"),
    ("ab\u200ccd", "abcd"),
    ("ہے", "هے"),
    ("٣١ / ۳۱ / ３１ / ३१", "31 / 31 / 31 / 31"),
    ("٥٪", "5%"),
    ("Pоссия", "Россия"),
    ("Зеленськиi", "Зеленськиі"),
    ("Mocквa", "Москва"),
    ("Αthens", "Athens"),
    ("гóра", "го\u0301ра"),
    ("всë", "все"),
    ("℃", "°C"),
]
DIFFERENT = [
    ("5 killed", "-5 killed"),
    ("5 killed", ".5 killed"),
    ("5", "5%"),
    ("5 °", "5"),
    ("C#", "C"),
    ("C++", "C"),
    ("$5", "€5"),
    ("3.5", "35"),
    ("café", "cafe"),
    ("сор", "cop"),
    ("он мой", "он мои"),
    ("می\u200cشود", "میشود"),
    ("...", "!"),
    ("31", "13"),
    ("کتاب", "گتاب"),
    ("أكل", "اكل"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_other_signs_make_no_other_text(one: str, other: str) -> None:
    assert folding.whole(one) == folding.whole(other)
    assert folding.name(one) == folding.name(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_carries_meaning_counts(one: str, other: str) -> None:
    assert folding.whole(one) != folding.whole(other)


def test_accents_do_not_count_in_names() -> None:
    for one, other in (("Müller", "Muller"), ("Łódź", "Lodz"), ("Зуйкова", "Зуикова"), ("ΑΘΉΝΑ", "αθηνα")):
        assert folding.name(one) == folding.name(other)
        assert folding.whole(one) != folding.whole(other)


def test_what_unicode_14_does_not_know_is_left_as_it_is() -> None:
    for character in ("\U0001e030", "\U00011383", "\U0001ccd6", "\u1c89", "\ua7cb", "\u0378"):
        assert folding.whole(f"A{character}B") == f"a{character}b"
        assert folding.fold(f"A{character}B").folded == f"a{character}b"


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
SIGNS = st.text(
    "aаіi\u0456e´\u1fbf\u0301\u0308\u0323\u0307 .…\"'’-−–\u200c\u200dیيكـ\u064b،٣3!?()ß漢。ё\u0345Ωµ\u1e030\U00011383"
    "\n\u2028\u2800\u200b\u05b0\ufe76",
    max_size=14,
)


@given(TEXTS | SIGNS)
@example("ᾳ\u0323\u0301")
@example("\u0345\u0300")
@example("ᾲ\u0300 ´\u0300")
@example("l \u0301\u05b0élu ´\u0323")
@example("a\u0315\u0300\u0f73\u0f71")
@example("qu\n\u0301un \u200b\u0301a\u200b\u0301\u0323")
def test_what_is_looked_for_is_folded_as_what_is_compared(text: str) -> None:
    folded = folding.fold(text)
    assert len(folded.folded) == len(folded.positions)
    assert list(folded.positions) == sorted(folded.positions)
    free = folding.fold(f" {text}").folded  # as whole texts stand
    ends = "".join(filter(characters.is_end_mark, set(free)))
    assert free.strip(ends) == folding.whole(text).strip(ends)


@given(st.text(st.characters(codec="ascii"), max_size=60))
@example('it\'s 5,000 -- "so" ... he said; a\tb\r\nc\x00\x1f\x7f ~ ^ ` $')
def test_plain_letters_are_folded_as_they_are_beside_others(text: str) -> None:
    """What is ASCII has a quick way of its own."""
    alone, beside = folding.fold(text), folding.fold(f"{text}é")
    size = len(alone.folded)
    assert beside.folded[:size] == alone.folded
    assert beside.positions[:size] == alone.positions
    assert beside.words_only[:size] == alone.words_only


@given(st.lists(TEXTS | SIGNS | st.sampled_from(["漢字", "กข", "word", "слово", "cлoво"]), max_size=8).map(" ".join))
@example("один 1 два\nα β ї ї ї\u0301 ё ё ё\u0301")
@example("漢 字漢字\u0301漢。漢漢")
def test_a_text_is_cut_where_both_parts_are_folded_as_the_whole(text: str) -> None:
    for cut in folding._CUT.finditer(text):
        before, after = text[: cut.start()], text[cut.start() :]
        assert folding.letters(before) + folding.letters(after) == folding.letters(text)
        assert folding.signs(before) + folding.signs(after) == folding.signs(text)


def test_a_long_text_is_folded_in_parts_as_it_would_be_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Ночью дрон, как сказал  губернатор … упал; it wаs — “so” 漢字。漢字漢 กขค ё\u0301 \u0301e\n" * 700
    in_parts = folding.fold(text), folding.signs(text), folding.letters(text), fingerprints.read(text)
    assert len(list(folding.stretches(text))) > 3
    monkeypatch.setattr(folding, "_STRETCH", len(text))
    assert (folding.fold(text), folding.signs(text), folding.letters(text), fingerprints.read(text)) == in_parts


@given(TEXTS | SIGNS)
@example("l´élu")
@example("\u1fbf\u1fcd\u0384\u1ffd")
@example("´Élu")
def test_another_form_of_unicode_makes_no_difference(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        normalized = unicodedata.normalize(form, text)
        assert folding.whole(normalized) == folding.whole(text)
        assert folding.whole(normalized.strip()) == folding.whole(text), "white space around a text is taken off"
        assert folding.name(normalized.strip()) == folding.name(text)


@given(TEXTS | SIGNS, st.sampled_from(["\n", "\t", "\u2003", "\u2028", "\u2800", " \u200b", "\u2060\u00a0\u00ad"]))
@example("qu´un", "\n")
@example("L´élu", " \u200b")
def test_other_white_space_makes_no_difference(text: str, space: str) -> None:
    """Nor does what an apostrophe stands on that a normal form has made a space with an accent."""
    spaced = unicodedata.normalize("NFKD", text).replace(" ", space)
    assert folding.whole(spaced) == folding.whole(text)
    assert folding.name(spaced) == folding.name(text)


@given(st.text(st.sampled_from("abc 12.'"), min_size=1).filter(lambda words: any(map(str.isalnum, words))))
def test_marks_around_a_text_do_not_count(text: str) -> None:
    assert folding.whole(f"«{text}»!") == folding.whole(f" {text}…") == folding.whole(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("وزیر گفت ۳۱ نفر", "وزير گفت 31 نفر"), ("п'ять людей", "пʼять людей"), ("O’Hara’s 10’000", "O'Hara's 10'000")],
)
def test_claims_in_other_signs_are_wholly_alike(one: str, other: str) -> None:
    assert alike.likeness(alike.fold(one), alike.fold(other)) == 1
