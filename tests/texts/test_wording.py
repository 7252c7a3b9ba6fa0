"""Sentences in four languages: the catalogues have the same messages with the same parts, and plurals are right."""

import re
from pathlib import Path
from typing import get_args

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from app.schemas.pictures.reason_codes import ReasonCode
from app.texts.messages import party_labels, wording
from app.texts.messages.wording import Part, Wording
from app.vocabulary import AnswerLanguage

LANGUAGES: tuple[AnswerLanguage, ...] = get_args(AnswerLanguage)
FOLDER = Path(wording.__file__).parent


def messages(language: str) -> dict[str, tuple[str, ...]]:
    """The forms of each message by its code."""
    with (FOLDER / f"{language}.po").open("rb") as catalogue:
        entries = [message for message in read_po(catalogue, abort_invalid=True) if message.id]
    codes = [entry.id if isinstance(entry.id, str) else entry.id[0] for entry in entries]
    assert len(codes) == len(set(codes))
    return {
        code: (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        for code, entry in zip(codes, entries, strict=True)
    }


def parts_of(form: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", form))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(language: AnswerLanguage) -> None:
    codes = messages(language)
    assert set(get_args(ReasonCode)) <= codes.keys()
    assert codes.keys() == messages("en").keys()
    for code, forms in codes.items():
        assert all(form.strip() and form != code for form in forms), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_parts(language: AnswerLanguage) -> None:
    english = messages("en")
    for code, forms in messages(language).items():
        named = set().union(*map(parts_of, forms)) - {"count"}
        assert named == set().union(*map(parts_of, english[code])) - {"count"}, code
        assert len(forms) in (1, len(set(map(Locale(language).plural_form, range(200))))), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_those_of_the_language(language: AnswerLanguage) -> None:
    """Two numbers of one form in CLDR have the same words around them."""
    words = Wording(language)
    by_form: dict[str, str] = {}
    for count in (*range(3, 130), 1001, 1002, 1011):
        says = wording.say(words, "denied", {"count": count})
        assert str(count) in says
        form = Locale(language).plural_form(count)
        assert by_form.setdefault(form, says.replace(str(count), "#")) == says.replace(str(count), "#")
    assert len(set(by_form.values())) == len(by_form)


@pytest.mark.parametrize(
    ("code", "parts", "english"),
    [
        ("supported", {"count": 3}, "3 independent sources support it, not all of one side"),
        ("supported_by_one_side", {"count": 3, "party": "russia"}, "3 sources support it, all of one side (Russia)"),
        ("supported_by_one_side", {"count": 3}, "3 sources support it, all of one side"),
        ("supported_by_one_side", {"count": 2, "party": "desk-9"}, "2 sources support it, both of one side (desk-9)"),
        ("claims_contested", {"count": 1, "total": 1}, "the only claim is contested"),
        ("claims_contested", {"count": 1, "total": 9}, "1 of 9 claims is contested"),
        ("claims_contested", {"count": 2, "total": 9}, "2 of 9 claims are contested"),
        ("settled", {"sources": ["AFP", "BBC", "AFP", "TASS"]}, "settled by AFP, BBC and TASS"),
        ("settled", {"sources": ["AFP"]}, "settled by AFP"),
        ("taken_back", {"source": "{Baza}"}, "{Baza} took it back"),
        ("taken_back", {"source": "Baza", "at": "2023-08"}, "Baza took it back (August 2023)"),
    ],
)
def test_in_english(code: str, parts: dict[str, Part], english: str) -> None:
    assert wording.say(Wording("en"), code, parts) == english


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("fr", "2 affirmations concurrentes sont aussi appuyées"),
        ("ru", "у 2 несовместимых утверждений тоже есть источники"),
        ("uk", "у 2 несумісних тверджень теж є джерела"),
    ],
)
def test_in_other_languages(language: AnswerLanguage, says: str) -> None:
    assert wording.say(Wording(language), "rivals", {"count": 2}) == says


@pytest.mark.parametrize(
    ("count", "french", "russian", "ukrainian"),
    [
        (1, "réponse donnée, puis retirée", "ответ дан, затем отозван", "відповідь надано, потім відкликано"),
        (
            21,
            "réponses données, puis retirées : 21",
            "ответ дан, затем отозван: 21",
            "відповідь надано, потім відкликано: 21",
        ),
    ],
)
def test_one_alone_is_not_counted(count: int, french: str, russian: str, ukrainian: str) -> None:
    """Of some languages the form for one is that for 21, too, which has to say how many."""
    says = [wording.say(Wording(language), "answers_taken_back", {"count": count}) for language in ("fr", "ru", "uk")]
    assert [said.replace("\u00a0", " ") for said in says] == [french, russian, ukrainian]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_claims_any_more_was_not_taken_back_by_all(language: AnswerLanguage) -> None:
    """A claim whose only report was retracted is `withdrawn`, too, and so is one whose source says something else."""
    words = Wording(language)
    assert wording.say(words, "standing_withdrawn") != wording.say(words, "why_not_live_withdrawn")


@pytest.mark.parametrize(
    ("language", "refuses"), [("en", "would not|refus"), ("fr", "voulu|refus"), ("ru", "отказ"), ("uk", "відмов")]
)
def test_who_has_not_answered_need_not_have_refused(language: AnswerLanguage, refuses: str) -> None:
    """`no_comment` is what a script sends of "did not respond", too."""
    words = Wording(language)
    codes = ("silence_no_comment", "stance_no_comment", "change_of_no_comment")
    says = [wording.say(words, code, {"claim": "", "by": ""}) for code in codes]
    assert [said for said in says if re.search(refuses, said)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_took_it_back_is_not_told_by_the_turn(language: AnswerLanguage) -> None:
    """It may have been the report that it stood in."""
    assert wording.say(Wording(language), "turn_withdrawn").count(" ") == (
        "taken back".count(" ") if language == "en" else 0
    )


def test_sources_are_led_back_to_one_in_ukrainian() -> None:
    says = wording.say(Wording("uk"), "supported_by_one_origin", {"count": 2})
    assert says == "про це говорить 1 незалежне джерело: до нього зводяться 2 джерела"


@pytest.mark.parametrize(
    ("time", "english", "ukrainian"),
    [
        ("2023", "2023", "2023"),
        ("2023-08", "August 2023", "серпень 2023 р."),
        ("2023-08-09", "9 August 2023", "9 серпня 2023 р."),
        ("2023-08-09T13:00", "9 August 2023, 13:00", "9 серпня 2023 р., 13:00"),
        ("2023-08-09T13:00:05.5Z", "9 August 2023, 13:00 UTC", "9 серпня 2023 р., 13:00 UTC"),
        ("2023-08-09T13:00+03:00", "9 August 2023, 13:00 UTC+03:00", "9 серпня 2023 р., 13:00 UTC+03:00"),
        ("2023-08~", "about August 2023", "серпень 2023 р., приблизно"),
        ("2023-08-09?", "9 August 2023, uncertain", "9 серпня 2023 р., під питанням"),
        ("2023-XX~", "2023-XX~", "2023-XX~"),
        ("2023-08-08/2023-08-09", "8 August 2023 – 9 August 2023", "8 серпня 2023 р. – 9 серпня 2023 р."),
        (
            "2023-08-09T06:00+03:00/2023-08-09T12:00+03:00",
            "9 August 2023, 06:00–12:00 UTC+03:00",
            "9 серпня 2023 р., 06:00–12:00 UTC+03:00",
        ),
        ("2023-08-09T06:00Z/2023-08-09T12:00+03:00", "9 August 2023, 06:00 UTC – 9 August 2023, 12:00 UTC+03:00", None),
        ("2023-08-09/2023-08-09T12:00Z", "9 August 2023 – 9 August 2023, 12:00 UTC", None),
        ("2023-08~/2023-21", "about August 2023 – 2023-21", None),
        ("2023-21", "2023-21", "2023-21"),
    ],
)
def test_times(time: str, english: str, ukrainian: str | None) -> None:
    says = [re.sub("[\u202f\u00a0]", " ", wording.time(Wording(language), time)) for language in ("en", "uk")]
    assert says == [english, ukrainian or says[1]]


def test_a_party_is_called_as_the_operator_has_it_else_as_a_country(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('{"russia": {"en": "Russian side"}, "locals": {"uk": "Мешканці"}}')
    labels = party_labels.read(str(file))
    assert wording.party(Wording("en", labels), "russia") == "Russian side"
    assert wording.party(Wording("fr", labels), "russia") == "Russie"
    assert wording.party(Wording("uk", labels), "locals") == "Мешканці"
    assert wording.party(Wording("ru", labels), "locals") == "locals"


@pytest.mark.parametrize(
    ("key", "french"),
    [
        ("russia", "Russie"), ("united_states", "États-Unis"), ("united-states-of-america", "États-Unis"),
        ("usa", "États-Unis"), ("uk", "Royaume-Uni"), ("great_britain", "Royaume-Uni"),
        ("south_korea", "Corée du Sud"), ("saudi-arabia", "Arabie saoudite"), ("palestine", "Territoires palestiniens"),
        ("turkey", "Turquie"), ("turkiye", "Turquie"), ("korea", "korea"), ("west", "west"), ("us-led", "us-led"),
    ],
)  # fmt: skip
def test_a_party_is_called_as_the_country_of_its_name(key: str, french: str) -> None:
    assert wording.party(Wording("fr"), key) == french


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "No such file"),
        ("{", "JSON"),
        ("[]", "maps parties"),
        ('{"russia": "Russia"}', "maps parties"),
        ('{"russia": {"xx": "Russia"}}', "xx"),
        ('{"russia": {"en": " "}}', "a label is a text"),
        ('{"russia": {"en": 1}}', "a label is a text"),
    ],
)
def test_a_file_of_labels_that_is_wrong_says_where(tmp_path: Path, text: str | None, says: str) -> None:
    file = tmp_path / "labels.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ValueError, match=says) as refused:
        party_labels.read(str(file))
    assert str(file) in str(refused.value)
