"""What a diff says of a quantity: what the last of its figures say."""

from typing import Any

import make
import pytest
from scenes import claim, rows, said
from test_diff import ARMY, DESK, INJURED, KYIV, SOURCES, between, changed

from app.schemas.sources import SourceRead

FIGURES: list[tuple[str, list[tuple[SourceRead | None, str, tuple[Any, ...]]]]] = [
    (
        "56",
        [
            (ARMY, "2023-08-09T06:00Z/2023-08-09T12:00Z", ("exact", 16, 16)),
            (KYIV, "2023-08-09T20:00Z", ("exact", 56, 56)),
        ],
    ),
    ("43", [(ARMY, "2023-08-09T09:00Z", ("at_least", 22)), (KYIV, "2023-08-09T13:24Z", ("exact", 43, 43))]),
    ("22", [(ARMY, "2023-08-09T09:00Z", ("at_least", 22)), (KYIV, "2023-08-09T13:24Z", ("exact", 22, 22))]),
    ("at least 43", [(ARMY, "2023-08-09T09:00Z", ("exact", 22, 22)), (KYIV, "2023-08-09T13:24Z", ("at_least", 43))]),
    # What is lower and later contradicts: both stand.
    ("9 to 12", [(ARMY, "2023-08-09T09:00Z", ("exact", 12, 12)), (KYIV, "2023-08-09T09:30Z", ("exact", 9, 9))]),
    # Nobody knows which was the later.
    ("60 to 80", [(ARMY, "2023-08-10", ("exact", 60, 60)), (KYIV, "2023-08-10", ("exact", 80, 80))]),
    (
        "60 to 80",
        [(ARMY, "2023-08-10T09:00:00Z", ("exact", 60, 60)), (KYIV, "2023-08-10T09:00:00Z", ("exact", 80, 80))],
    ),
    # In nobody's name: it overtakes what nobody answers for, and nobody else.
    ("43 to 56", [(ARMY, "2023-08-09T13:24Z", ("exact", 43, 43)), (None, "2023-08-09T20:00Z", ("exact", 56, 56))]),
    ("56", [(None, "2023-08-09T13:24Z", ("exact", 43, 43)), (None, "2023-08-09T20:00Z", ("exact", 56, 56))]),
    (
        "40 to 43 or more",
        [(ARMY, "2023-08-09T09:00Z", ("exact", 43, 43)), (KYIV, "2023-08-09T10:00Z", ("at_least", 40))],
    ),
    ("40 to 43 or more", [(ARMY, "2023-08-09", ("at_least", 43)), (KYIV, "2023-08-09", ("at_least", 40))]),
    ("31", [(ARMY, "2023-08-09T09:00Z", ("exact", 31, 31)), (KYIV, "2023-08-09T10:00Z", ("unknown",))]),
    # Of three the last two, one of which stays because of the other.
    (
        "43 to 50",
        [
            (ARMY, "2023-08-09T08:00Z", ("several",)),
            (KYIV, "2023-08-09T09:00Z", ("exact", 50, 50)),
            (DESK, "2023-08-09T10:00Z", ("exact", 43, 43)),
        ],
    ),
]


@pytest.mark.parametrize(("says", "given"), FIGURES)
def test_a_quantity_says_what_the_last_of_its_figures_say(
    says: str, given: list[tuple[SourceRead | None, str, tuple[Any, ...]]]
) -> None:
    answers = [claim("", question_id=INJURED.id, figure=make.figure(*figure)) for _, _, figure in given]
    spoken = [said(answer, by, said=when) for answer, (by, when, _) in zip(answers, given, strict=True)]
    for order in (1, -1):
        event_rows = rows(questions=[INJURED], claims=answers, statements=spoken[::order], sources=SOURCES)
        [moved_] = between(None, event_rows).figures
        assert moved_.to.says == says
        assert len(moved_.to.figures) == len(given)
    # What does not grow is given up for nothing: each figure stands against the others.
    steady = changed(INJURED, evolving=False)
    event_rows = rows(questions=[steady], claims=answers, statements=spoken, sources=SOURCES)
    [moved_] = between(None, event_rows).figures
    assert not any(figure.overtaken for figure in moved_.to.figures)
