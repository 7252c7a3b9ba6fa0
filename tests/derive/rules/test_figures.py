"""What a figure says, in words."""

from typing import get_args

import make
import pytest

from app.derive.rules import figures
from app.schemas.questions import QuestionRead
from app.vocabulary import MEASURE_DEFAULTS, Qualifier


@pytest.mark.parametrize(
    ("question", "figure", "says"),
    [
        ({"measure": "injured"}, ("exact", 31, 31), "31 injured"),
        ({"measure": "injured", "subject": "civilians"}, ("at_least", 22, None), "at least 22 injured (civilians)"),
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
        ({"measure": "launched", "unit": "items", "subject": "drones"}, ("exact", 2, 2), "2 launched (drones)"),
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


def test_every_figure_says_something() -> None:
    for measure, (_, unit) in MEASURE_DEFAULTS.items():
        question_ = make.read(QuestionRead, measure=measure, unit=unit or "USD")
        for qualifier in get_args(Qualifier):
            said = figures.text(question_, make.figure(qualifier, 1, 2))
            assert said == said.strip()
            assert "_" not in said
            assert "None" not in said
