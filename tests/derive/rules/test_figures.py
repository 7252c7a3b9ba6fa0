"""What a figure says, in words."""

import math
from typing import Final, get_args

import make
import pytest

from app.derive.rules import figures
from app.derive.rules.figures import Range
from app.schemas.questions import QuestionRead
from app.vocabulary import MEASURE_DEFAULTS, MEASURES_NOT_COUNTED, Measure, Qualifier, words

Given = tuple[Qualifier, float | None, float | None]
TOLL: Final = make.read(QuestionRead, measure="injured", single_answer=True)


@pytest.mark.parametrize(
    ("question", "figure", "says"),
    [
        ({"measure": "injured"}, ("exact", 31, 31), "31 injured"),
        ({"measure": "injured", "subject": "civilians"}, ("at_least", 22, None), "at least 22 civilians injured"),
        ({"measure": "killed"}, ("between", 1200, 1300.5), "1,200 to 1,300.5 killed"),
        ({"measure": "killed"}, ("none", None, None), "none killed"),
        ({"measure": "missing"}, ("unknown", None, None), "an unknown number missing"),
        ({"measure": "in_intensive_care"}, ("about", 6, 6), "about 6 in intensive care"),
        (
            {"measure": "buildings_damaged", "unit": "buildings"},
            ("hundreds", None, None),
            "hundreds of buildings damaged",
        ),
        ({"measure": "buildings_destroyed", "unit": "buildings"}, ("none", None, None), "no buildings destroyed"),
        ({"measure": "displaced", "unit": "families"}, ("fewer_than", None, 90), "fewer than 90 families displaced"),
        ({"measure": "launched", "unit": "items", "subject": "drones"}, ("exact", 2, 2), "2 drones launched"),
        (
            {"measure": "launched", "unit": "items", "subject": "Shahed drones"},
            ("none", None, None),
            "no Shahed drones launched",
        ),
        ({"measure": "launched", "subject": "missiles"}, ("dozens", None, None), "dozens of missiles launched"),
        (
            {"measure": "launched", "subject": "missiles"},
            ("unknown", None, None),
            "an unknown number of missiles launched",
        ),
        ({"measure": "launched", "subject": "missiles"}, ("exact", 1, 1), "1 launched (missiles)"),
        ({"measure": "killed", "subject": "children under 5"}, ("about", 6, 6), "about 6 children under 5 killed"),
        ({"measure": "killed", "subject": "residents of Kyiv"}, ("exact", 3, 3), "3 residents of Kyiv killed"),
        ({"measure": "killed", "subject": "in hospitals"}, ("exact", 3, 3), "3 killed (in hospitals)"),
        ({"measure": "killed", "subject": "Drama Theatre"}, ("exact", 300, 300), "300 killed (Drama Theatre)"),
        ({"measure": "killed", "subject": "мирных жителей"}, ("exact", 3, 3), "3 killed (мирных жителей)"),
        ({"measure": "killed", "subject": "of"}, ("exact", 3, 3), "3 killed (of)"),
        (
            {"measure": "buildings_damaged", "unit": "buildings", "subject": "houses"},
            ("exact", 3, 3),
            "3 houses damaged",
        ),
        (
            {"measure": "displaced", "unit": "families", "subject": "children"},
            ("exact", 3, 3),
            "3 families displaced (children)",
        ),
        ({"measure": "other", "subject": "schools"}, ("exact", 5, 5), "5 schools"),
        ({"measure": "distance", "unit": "km", "subject": "borders"}, ("exact", 5, 5), "5 km (borders)"),
        ({"measure": "distance", "unit": "km"}, ("at_most", None, 4), "at most 4 km"),
        ({"measure": "duration", "unit": "min"}, ("more_than", 30, None), "more than 30 min"),
        ({"measure": "amount", "unit": "USD"}, ("dozens", None, None), "dozens of USD"),
    ],
)
def test_a_figure_in_words(
    question: dict[str, str], figure: tuple[Qualifier, float | None, float | None], says: str
) -> None:
    question_ = make.read(QuestionRead, **{"answer": "quantity", "unit": "persons"} | question)
    assert figures.text(question_, make.figure(*figure)) == says


@pytest.mark.parametrize(
    ("of_what", "total", "says"),
    [
        ({"measure": "other", "subject": "aboard"}, ("exact", 10, 10), "all 10 aboard killed"),
        ({"measure": "other", "subject": "people aboard"}, ("exact", 1200, 1200), "all 1,200 people aboard killed"),
        ({"measure": "other", "subject": "aboard"}, ("unknown", None, None), "all aboard killed"),
        ({"measure": "other", "subject": "aboard"}, ("about", 10, 10), "all aboard (about 10) killed"),
        ({"measure": "other", "subject": "aboard"}, ("dozens", None, None), "all aboard (dozens) killed"),
        ({"measure": "other", "subject": "aboard"}, ("at_least", 10, None), "all aboard (at least 10) killed"),
        ({"measure": "other"}, ("exact", 10, 10), "all 10 killed"),
        ({"measure": "other"}, ("unknown", None, None), "all killed"),
        ({"measure": "injured"}, ("exact", 31, 31), "all 31 injured killed"),
        ({"measure": "missing", "subject": "sailors"}, ("exact", 3, 3), "all 3 missing sailors killed"),
        (
            {"measure": "in_intensive_care", "subject": "children"},
            ("exact", 3, 3),
            "all 3 children in intensive care killed",
        ),
        ({"measure": "displaced", "unit": "families"}, ("exact", 80, 80), "all 80 displaced families killed"),
    ],
)
def test_all_of_something_in_words(
    of_what: dict[str, str], total: tuple[Qualifier, float | None, float | None], says: str
) -> None:
    asked, counted = (
        make.read(QuestionRead, **{"answer": "quantity", "unit": "persons"} | fields)
        for fields in ({"measure": "killed"}, of_what)
    )
    whole = counted, make.figure(*total)
    assert figures.text(asked, figures.all_of(make.figure("all"), whole), whole) == says


def test_all_of_what_nobody_can_see() -> None:
    asked = make.read(QuestionRead, measure="killed", answer="quantity", unit="persons", subject="crew")
    assert figures.text(asked, figures.all_of(make.figure("all"), None)) == "all killed (crew)"
    assert figures.allowed_range(asked, figures.all_of(make.figure("all"), None)) is None


def test_every_figure_says_something() -> None:
    for measure, (_, unit) in MEASURE_DEFAULTS.items():
        question_ = make.read(QuestionRead, measure=measure, unit=unit or "USD")
        for qualifier in get_args(Qualifier):
            said = figures.text(question_, make.figure(qualifier, 1, 2))
            assert said == said.strip()
            assert "_" not in said
            assert "None" not in said


# --- what a figure allows --------------------------------------------------------------------------------------------

ALLOWED: Final[dict[Qualifier, tuple[Given, Range | None]]] = {
    "exact": (("exact", 31, 31), Range(31, 31)),
    "about": (("about", 30, 30), Range(27, 33)),
    "between": (("between", 20, 31), Range(20, 31)),
    "at_least": (("at_least", 31, None), Range(31, math.inf)),
    "more_than": (("more_than", 31, None), Range(32, math.inf)),
    "at_most": (("at_most", None, 31), Range(0, 31)),
    "fewer_than": (("fewer_than", None, 31), Range(0, 30)),
    "several": (("several", None, None), Range(3, 9)),
    "tens": (("tens", None, None), Range(10, 99)),
    "dozens": (("dozens", None, None), Range(24, 99)),
    "hundreds": (("hundreds", None, None), Range(200, 999)),
    "thousands": (("thousands", None, None), Range(2_000, 9_999)),
    "none": (("none", None, None), Range(0, 0)),
    "unknown": (("unknown", None, None), None),
    "all": (("all", 10, 10), Range(10, 10)),
}


@pytest.mark.parametrize("qualifier", words(Qualifier))
def test_what_a_figure_allows(qualifier: Qualifier) -> None:
    figure, range_ = ALLOWED[qualifier]
    assert figures.allowed_range(TOLL, make.figure(*figure)) == range_


@pytest.mark.parametrize("measure", get_args(Measure))
def test_what_is_not_counted_has_halves(measure: Measure) -> None:
    asked = make.read(QuestionRead, measure=measure)
    more, fewer = (
        figures.allowed_range(asked, make.figure(*each)) for each in (("more_than", 4), ("fewer_than", None, 4))
    )
    assert more is not None
    assert fewer is not None
    counted = measure not in MEASURES_NOT_COUNTED
    assert (more.low, more.high) == (5 if counted else pytest.approx(4), math.inf)
    assert (fewer.low, fewer.high) == (0, 3 if counted else pytest.approx(4))
    assert more.low > 4 > fewer.high
    half = make.read(QuestionRead, measure=measure, single_answer=True)
    assert figures.exclude(half, make.figure("more_than", 4), make.figure("exact", 4.5, 4.5)) == counted
    assert figures.exclude(half, make.figure("more_than", 4), make.figure("exact", 4, 4))
    assert not figures.exclude(half, make.figure("at_least", 4), make.figure("at_most", None, 4))


def test_in_a_unit_of_its_own_what_is_counted_has_halves() -> None:
    """More than 2 million is not 3 million and more."""
    asked = make.read(QuestionRead, measure="displaced", unit="million persons", single_answer=True)
    assert not figures.exclude(asked, make.figure("more_than", 2), make.figure("exact", 2.5, 2.5))
    assert figures.plotted_range(asked, make.figure("more_than", 2)) == (2, None)
    default = make.read(QuestionRead, measure="displaced", unit="persons", single_answer=True)
    assert figures.plotted_range(default, make.figure("more_than", 2)) == (3, None)


def test_what_nothing_can_be_says_nothing() -> None:
    assert figures.allowed_range(TOLL, make.figure("fewer_than", None, 0)) is None
