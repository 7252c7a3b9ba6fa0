"""Which words credit an agency, and which only mention one."""

import time

import pytest
import soaking
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.texts import credits as wire
from app.texts.agencies import AGENCIES, BY_NAME

AP, AFP = "Associated Press", "Agence France-Presse"
CREDITED = [
    # where a text begins
    ("MOSCOW (AP) — Seven people", AP, "(AP)"),
    ("MOSCOW (AP) Seven people died.", AP, "(AP)"),
    ("KYIV/MOSCOW, Aug 9 (Reuters) - Seven", "Reuters", "(Reuters)"),
    ("Paris, 9 août 2023 (AFP) - Au moins", AFP, "(AFP)"),
    ("(ANSA) - ROMA, 09 AGO - Sette morti", "ANSA", "(ANSA)"),
    ("Madrid, 9 ago (EFE).- Siete muertos", "EFE", "(EFE)"),
    ("BEIJING, Aug. 9 (Xinhua) -- Seven", "Xinhua", "(Xinhua)"),
    ("Berlin (dpa) - Sieben Tote", "dpa", "(dpa)"),
    ("МОСКВА, 9 августа. /ТАСС/. Семь", "TASS", "/ТАСС/"),
    ("МОСКВА, 9 авг — РИА Новости. Семь", "RIA Novosti", "— РИА Новости."),
    ("Москва. 9 августа. INTERFAX.RU - Семь", "Interfax", "INTERFAX.RU -"),
    ("Киев. 9 августа. ИНТЕРФАКС-УКРАИНА - Семь", "Interfax-Ukraine", "ИНТЕРФАКС-УКРАИНА -"),
    ("新华社北京8月9日电 当地", "Xinhua", "新华社北京8月9日电"),
    ("موسكو (رويترز) - قال", "Reuters", "(رويترز)"),
    ("باريس (أ ف ب) - قال", AFP, "(أ ف ب)"),
    ("[モスクワ 9日 ロイター] - 当局", "Reuters", "[モスクワ 9日 ロイター]"),
    ("【モスクワ共同】当局", "Kyodo", "【モスクワ共同】"),
    ("(서울=연합뉴스) 홍길동", "Yonhap", "(서울=연합뉴스)"),
    ("Blast kills seven\n\nReuters: at least", "Reuters", "Reuters:"),
    # where it ends
    ("Seven died. (Reuters)", "Reuters", "(Reuters)"),
    ("Seven died, he said. Reuters", "Reuters", "Reuters"),
    ("Seven died.\n\nAFP", AFP, "AFP"),
    ("Le Monde avec AFP", AFP, "avec AFP"),
    ("Sept morts. (avec AFP)", AFP, "avec AFP"),
    ("© AFP", AFP, "© AFP"),
    ("Copyright 2023 The Associated Press. All rights reserved.", AP, "Copyright 2023 The Associated Press"),
    ("Источник: ТАСС", "TASS", "Источник: ТАСС"),
    ("来源：新华社", "Xinhua", "来源：新华社"),
    ("With files from The Canadian Press", "Canadian Press", "With files from The Canadian Press"),
    ("The Associated Press contributed to this report.", AP, "Associated Press contributed to this report"),
    # in a sentence
    ("Seven died, according to AP.", AP, "according to AP"),
    ("according to the Russian news agency TASS, seven", "TASS", "according to the Russian news agency TASS"),
    ("Seven died, Reuters reported.", "Reuters", "Reuters reported"),
    ("state news agency TASS said on Monday", "TASS", "news agency TASS said"),
    ("a spokesman told Reuters on Monday", "Reuters", "told Reuters"),
    ("Семь погибли, по данным ТАСС.", "TASS", "по данным ТАСС"),
    ("Об этом сообщает РИА Новости", "RIA Novosti", "сообщает РИА Новости"),
    ("передаёт «Интерфакс»", "Interfax", "передаёт «Интерфакс"),
    ("Передает агентство Рейтер", "Reuters", "Передает агентство Рейтер"),
    ("сообщили ТАСС в пресс-службе", "TASS", "сообщили ТАСС"),
    ("рассказал «Интерфаксу» губернатор", "Interfax", "рассказал «Интерфаксу"),
    ("со ссылкой на агентство «Интерфакс»", "Interfax", "со ссылкой на агентство «Интерфакс"),
    ("за даними Укрінформу", "Ukrinform", "за даними Укрінформу"),
    ("Про це повідомляє Укрінформ.", "Ukrinform", "повідомляє Укрінформ"),
    ("передає Укрінформ", "Ukrinform", "передає Укрінформ"),
    ("selon l'AFP", AFP, "selon l'AFP"),
    ("selon une dépêche de l’AFP, sept", AFP, "selon une dépêche de l’AFP"),
    ("D'après l'agence Reuters", "Reuters", "D'après l'agence Reuters"),
    ("a-t-il déclaré à l’AFP", AFP, "déclaré à l’AFP"),
    ("selon Belga", "Belga", "selon Belga"),
    ("según la agencia EFE", "EFE", "según la agencia EFE"),
    ("segundo a agência Lusa", "Lusa", "segundo a agência Lusa"),
    ("laut dpa", "dpa", "laut dpa"),
    ("Wie die Nachrichtenagentur dpa berichtet", "dpa", "Wie die Nachrichtenagentur dpa berichtet"),
    ("sagte er der dpa", "dpa", "sagte er der dpa"),
    ("riferisce l'ANSA", "ANSA", "riferisce l'ANSA"),
    ("podaje PAP", "Polska Agencja Prasowa", "podaje PAP"),
    ("Anadolu Ajansı'nın haberine göre", "Anadolu", "Anadolu Ajansı'nın haberine göre"),
    ("وفقاً لوكالة فرانس برس", AFP, "وفقاً لوكالة فرانس برس"),
    ("نقلاً عن رويترز", "Reuters", "نقلاً عن رويترز"),
    ("قال مسؤول لوكالة فرانس برس", AFP, "لوكالة فرانس برس"),
    ("据新华社报道，", "Xinhua", "据新华社报道"),
    ("路透社报道", "Reuters", "路透社报道"),
    ("ロイター通信によると", "Reuters", "ロイター通信によると"),
]
MENTIONED = [
    "The Reuters building in London caught fire.",
    "She failed the AP exam in May.",
    "Girls do better, according to AP exam results.",
    "He criticised Reuters for its report.",
    "The Associated Press (AP) was founded in 1846.",
    "Michael Bloomberg reported a profit.",
    "Bloomberg, the former mayor, said so.",
    "The strike hit the office of the AP in Gaza.",
    "He told Reuters staff to leave.",
    "John Smith (Reuters) won the prize.",
    "She left AP, AFP and Reuters.",
    "He joined Reuters - a dream come true.",
    "TASS is a Russian agency.",
    "AAA batteries and a PAP member",
    "see https://www.example.org/TASS/1",
    "a reporter for Agence France-Presse was wounded",
    "Он работал в ТАСС десять лет.",
    "Здание ТАСС на Тверском бульваре",
    "Журналист Интерфакса погиб при взрыве",
    "journaliste à l'AFP, elle vivait à Paris",
    "le contrat signé avec Reuters prévoit une hausse des tarifs pour tous les abonnés",
    "Die dpa hat ihren Sitz in Hamburg.",
    "مقر رويترز في لندن",
    "新华社大楼失火",
]
_property = settings(max_examples=soaking.times(150))


@pytest.mark.parametrize(("text", "agency", "words"), CREDITED)
def test_what_is_a_credit(text: str, agency: str, words: str) -> None:
    [found] = wire.in_text(text)
    assert (found.agency, found.words) == (agency, words)
    assert text[found.start : found.end] == words


@pytest.mark.parametrize("text", MENTIONED)
def test_what_is_a_mention(text: str) -> None:
    assert wire.in_text(text) == []


def test_the_surest_comes_first() -> None:
    text = "KYIV (AP) — Seven died, Reuters reported. “Nine”, a source told AFP. According to AP, nobody knows."
    found = wire.in_text(text)
    assert [credit.agency for credit in found] == [AP, "Reuters", AFP]
    assert [credit.score for credit in found] == sorted((credit.score for credit in found), reverse=True)


def test_both_ends_of_a_long_text_are_read() -> None:
    text = "PARIS (AFP) - " + "Rien de neuf. " * 10_000 + "\n(Reuters)"
    assert [(text[one.start : one.end], one.agency) for one in wire.in_text(text)] == [
        ("(AFP)", AFP),
        ("(Reuters)", "Reuters"),
    ]
    # Where reading stops in the middle, no line ends.
    assert wire.in_text("x" * 19_989 + ". (Reuters)" + "x" * 10_000) == []


@pytest.mark.parametrize("piece", ["AA ", "(AP", "according to AP (", "/ТАСС/", "\n", "(", "Reuters\n", "据新华社"])
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.perf_counter()
    wire.in_text(text)
    wire.in_headline(text[:500])
    wire.in_byline(text[:500])
    assert time.perf_counter() - begun < 0.5


@pytest.mark.parametrize(
    ("byline", "agencies"),
    [
        ("AFP", [AFP]),
        ("Le Monde avec AFP", [AFP]),
        ("By Reuters Staff", ["Reuters"]),
        ("By Jane Doe, Associated Press", [AP]),
        ("Par l’AFP", [AFP]),
        ("AP and Reuters", [AP, "Reuters"]),
        ("Анна Кирова, Интерфакс", ["Interfax"]),
        ("By Michael Bloomberg", []),
        ("Reuters Institute fellow Ann Lee", []),
    ],
)
def test_bylines(byline: str, agencies: list[str]) -> None:
    found = wire.in_byline(byline)
    assert [credit.agency for credit in found] == agencies
    assert all(byline[credit.start : credit.end] == credit.words for credit in found)


@pytest.mark.parametrize(
    ("headline", "agencies"),
    [
        ("Seven killed in blast - Reuters", ["Reuters"]),
        ("Семь погибших — ТАСС", ["TASS"]),
        ("Blast (AFP)", [AFP]),
        ("AP: seven killed", [AP]),
        ("Reuters building burns", []),
        ("Reuters", ["Reuters"]),
    ],
)
def test_headlines(headline: str, agencies: list[str]) -> None:
    assert [credit.agency for credit in wire.in_headline(headline)] == agencies


def test_no_name_belongs_to_two() -> None:
    forms = [form for agency in AGENCIES for form in (agency.name, *agency.aliases, *agency.forms)]
    assert sorted(form for form in set(forms) if forms.count(form) > 1) == []
    assert len(BY_NAME) == len(AGENCIES)


_PIECES = st.sampled_from(
    ["AP", "(AP)", "Reuters", "(", ")", " - ", "\n", ". ", "according to ", "ТАСС", "/", "新华社", "电", "𝔸"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=80))
@example("")
@_property
def test_any_text(text: str) -> None:
    for found in (wire.in_text(text), wire.in_byline(text), wire.in_headline(text)):
        assert len({credit.agency for credit in found}) == len(found)
        for credit in found:
            assert text[credit.start : credit.end] == credit.words
            assert credit.agency in BY_NAME
            assert 0 < credit.score <= 1
