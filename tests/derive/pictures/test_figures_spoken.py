"""Figures in the language of the answer; English is what `figures.text` says. The language moves nothing."""

import re
from dataclasses import replace
from typing import Any, Final, get_args

import make
import pytest
import randomly
from scenes import ALL, EVENT, claims, drawn, rows, said

from app.derive.diff import diff, snapshots
from app.derive.diff.snapshots import SnapshotPair
from app.derive.pictures import audit, labels, matrix, timeline
from app.derive.pictures.series import series
from app.derive.rules import figures
from app.derive.rules.rows import Rows, View
from app.schemas.claims import ClaimRead, FigureRead, figure_words
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.texts.messages.wording import Wording
from app.vocabulary import MEASURE_DEFAULTS, AnswerLanguage, Qualifier

LANGUAGES: Final[tuple[AnswerLanguage, ...]] = get_args(AnswerLanguage)
OTHERS: Final[tuple[AnswerLanguage, ...]] = ("fr", "ru", "uk")
# The numbers that a qualifier comes with; the others have none.
FORMS: Final[dict[str, tuple[tuple[float | None, float | None], ...]]] = {
    **dict.fromkeys(("exact", "about"), ((1, 1), (12000.5, 12000.5))),
    **dict.fromkeys(("at_least", "more_than"), ((1, None), (1200, None))),
    **dict.fromkeys(("at_most", "fewer_than"), ((None, 3),)),
    "between": ((0, 2), (2, 2)),
    "all": ((None, None), (1, 1), (10, 10), (9, 11), (0, 3), (10, None)),
}
CITY = make.read(SourceRead, name="city")


def quantity(**fields: Any) -> QuestionRead:
    return make.read(QuestionRead, **{"event_id": EVENT.id, "answer": "quantity", "unit": "persons"} | fields)


KILLED = quantity(measure="killed", evolving=True, single_answer=True)


def killed(qualifier: Qualifier, low: float | None = None, high: float | None = None) -> ClaimRead:
    number = FigureRead(qualifier=qualifier, min=low, max=high, of_id=None)
    return make.read(ClaimRead, event_id=EVENT.id, question_id=KILLED.id, figure=number)


def in_language(language: AnswerLanguage, seen_by: View = ALL) -> View:
    return replace(seen_by, wording=Wording(language))


@pytest.mark.parametrize(
    ("question", "figure", "says"),
    [
        ({}, ("exact", 22, 22), ("Blessés\N{NO-BREAK SPACE}: 22", "Раненые: 22", "Поранені: 22")),
        (
            {},
            ("about", 1200, 1200),
            (
                "Blessés\N{NO-BREAK SPACE}: environ 1\N{NARROW NO-BREAK SPACE}200",
                "Раненые: около 1\N{NO-BREAK SPACE}200",
                "Поранені: близько 1\N{NO-BREAK SPACE}200",
            ),
        ),
        (
            {"subject": "children"},
            ("dozens", None, None),
            (
                "Blessés (children)\N{NO-BREAK SPACE}: des dizaines",
                "Раненые (children): десятки",
                "Поранені (children): десятки",
            ),
        ),
        (
            {"measure": "displaced", "unit": "families"},
            ("between", 80, 90),
            (
                "Déplacés (families)\N{NO-BREAK SPACE}: de 80 à 90",
                "Покинувшие дома (families): от 80 до 90",
                "Залишили домівки (families): від 80 до 90",
            ),
        ),
        (
            {"measure": "distance", "unit": "km", "text": "How far?", "subject": "from the border"},
            ("at_most", None, 4.5),
            (
                "Distance (from the border)\N{NO-BREAK SPACE}: au plus 4,5\N{NO-BREAK SPACE}km",
                "Расстояние (from the border): не более 4,5\N{NO-BREAK SPACE}км",
                "Відстань (from the border): щонайбільше 4,5\N{NO-BREAK SPACE}км",
            ),
        ),
        (
            {"measure": "amount", "unit": "USD"},
            ("thousands", None, None),
            ("Quantité (USD)\N{NO-BREAK SPACE}: des milliers", "Количество (USD): тысячи", "Кількість (USD): тисячі"),
        ),
    ],
)
def test_a_figure_in_three_languages(
    question: dict[str, str], figure: tuple[Qualifier, float | None, float | None], says: tuple[str, ...]
) -> None:
    asked = quantity(**{"measure": "injured"} | question)
    assert tuple(labels.figure(Wording(language), asked, make.figure(*figure)) for language in OTHERS) == says


@pytest.mark.parametrize(
    ("of_what", "total", "says"),
    [
        ({"measure": "other", "subject": "aboard"}, ("exact", 10, 10), "Погибшие (crew): все 10 (aboard)"),
        ({"measure": "other", "subject": "aboard"}, ("exact", 1, 1), "Погибшие (crew): все (aboard, 1)"),
        ({"measure": "other", "subject": "aboard"}, ("about", 10, 10), "Погибшие (crew): все (aboard, около 10)"),
        ({"measure": "other", "subject": "aboard"}, ("unknown", None, None), "Погибшие (crew): все (aboard)"),
        (
            {"measure": "injured", "subject": "civilians"},
            ("exact", 31, 31),
            "Погибшие (crew): все 31 (раненые, civilians)",
        ),
        (None, ("exact", 10, 10), "Погибшие (crew): все"),
    ],
)
def test_all_of_something(
    of_what: dict[str, str] | None, total: tuple[Qualifier, float | None, float | None], says: str
) -> None:
    asked = quantity(measure="killed", subject="crew")
    whole = (quantity(**of_what), make.figure(*total)) if of_what else None
    assert labels.figure(Wording("ru"), asked, figures.all_of(make.figure("all"), whole), whole) == says


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_said_in_every_language(language: AnswerLanguage) -> None:
    words = Wording(language)
    whole = quantity(measure="other", subject="aboard"), make.figure("exact", 10, 10)
    for measure, (_, unit) in MEASURE_DEFAULTS.items():
        asked = quantity(measure=measure, unit=unit or "USD")
        for qualifier in get_args(Qualifier):
            for low, high in FORMS.get(qualifier, ((None, None),)):
                figure, total = make.figure(qualifier, low, high), whole if qualifier == "all" else None
                says, number = labels.figure(words, asked, figure, total), labels.amount(words, qualifier, low, high)
                assert not re.search(r"^\s|\s$|\s\s|_|None|[{}]", f"{says}\n{number}")
                if language == "en":
                    assert says == figures.text(asked, figure, total)
                    assert number == figure_words(qualifier, low, high)


def test_preliminary_in_every_language() -> None:
    says = [labels.as_given(Wording(language), "31", figure=31, preliminary=True) for language in LANGUAGES]
    assert says == ["31, preliminary", "31, chiffre provisoire", "31, предварительно", "31, попередньо"]
    assert labels.as_given(Wording("ru"), "31", figure=31, preliminary=None) == "31"
    assert labels.as_given(Wording("ru"), "Rain", figure=None, preliminary=True) == "Rain"


# --- where they are shown --------------------------------------------------------------------------------------------


def _scene() -> Rows:
    """Figures of one moment whose English and Russian texts sort otherwise; of one source, of which none is later."""
    given = [killed("more_than", 30), killed("about", 5, 5), killed("tens")]
    statements = [said(claim, CITY, said="2023-08-09", preliminary=nth == 0) for nth, claim in enumerate(given)]
    return rows(questions=[KILLED], claims=given, statements=statements, sources=[CITY])


def test_every_picture_says_it_in_the_order_of_the_english_one() -> None:
    event_rows, seen_by = _scene(), in_language("ru")
    picture = drawn(event_rows, seen_by)
    texts = ["Погибшие: около 5", "Погибшие: более 30", "Погибшие: десятки"]
    given = [texts[0], f"{texts[1]}, предварительно", texts[2]]
    assert sorted(texts) != texts
    assert [claim.text for claim in claims(picture)] == texts
    assert {rival.text for claim in claims(picture) for rival in claim.rivals} <= set(texts)
    assert "за один день названо: около 5 и более 30" in [pair.says for pair in picture.order_unknown]
    assert [entry.text for entry in timeline.timeline(picture, None, Wording("ru")).entries] == given
    (line,) = series(event_rows, seen_by, "1-00000000").questions[0].series
    assert [point.text for point in line.points] == given
    assert list(matrix.matrix(picture, "party", words=Wording("ru")).claims.values()) == texts
    pair = SnapshotPair(snapshots.snapshot(None), snapshots.snapshot(picture, words=Wording("ru")))
    changed = diff.diff(pair, EVENT.id, "said", (None, None), "family")
    assert [entry.text for entry in changed.statements.new] == given
    assert [entry.text for entry in changed.claims.new] == texts
    (moved,) = changed.figures
    assert [figure.text for figure in moved.to.figures] == texts
    assert moved.to.says == "от 4 до 99 или более"


@pytest.mark.parametrize("seed", range(12))
def test_the_language_moves_nothing(seed: int) -> None:
    event_rows = randomly.event(seed)
    orders = []
    for language in LANGUAGES:
        picture, words = drawn(event_rows, in_language(language)), Wording(language)
        pair = SnapshotPair(
            snapshots.snapshot(drawn(event_rows, in_language(language, View(said_before="2023-08-09"))), words=words),
            snapshots.snapshot(picture, words=words),
        )
        pictures = [
            picture,
            timeline.timeline(picture, None, words),
            series(event_rows, in_language(language), "1-00000000"),
            diff.diff(pair, EVENT.id, "recorded", (None, None), "family").model_copy(update={"summary": []}),
            *(
                audit.audit(document, [], [picture], position="1", as_of=None, said_before=None, events_left_out=0,
                            words=words)
                for document in event_rows.documents.values()
            ),
        ]  # fmt: skip
        orders.append([_ids(shown.model_dump_json()) for shown in pictures])
    assert all(order == orders[0] for order in orders)


def _ids(text: str) -> list[str]:
    return re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)


def test_what_changed_is_the_same_in_every_language() -> None:
    """Tens and dozens are one word in Russian."""
    before = killed("tens")
    after = before.model_copy(update={"figure": FigureRead(qualifier="dozens", min=None, max=None, of_id=None)})
    changes = {}
    for language in LANGUAGES:
        ends = [
            drawn(
                rows(questions=[KILLED], claims=[claim], statements=[said(claim, CITY)], sources=[CITY]),
                in_language(language),
            )
            for claim in (before, after)
        ]
        pair = SnapshotPair(*(snapshots.snapshot(end, words=Wording(language)) for end in ends))
        (changed,) = diff.diff(pair, EVENT.id, "recorded", (None, None), "family").claims.changed
        changes[language] = [(change.field, change.from_, change.to) for change in changed.changes]
    assert changes["en"] == [("text", "tens killed", "dozens killed")]
    assert changes["ru"] == [("text", "Погибшие: десятки", "Погибшие: десятки")]
