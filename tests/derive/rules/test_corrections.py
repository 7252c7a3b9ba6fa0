"""Whoever corrects himself does not contradict himself."""

from typing import Any

import make
import pytest
from scenes import WHAT, claim, drawn, rows, said

from app.schemas.claims import ClaimRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

MAYOR = make.read(SourceRead, name="Mayor")
DRONE, FIRE = (claim(text, question_id=WHAT.id) for text in ("A drone", "Fireworks"))
MORNING, EVENING = "2023-08-09T10:00Z", "2023-08-09T18:00Z"


def says(at: str, about: ClaimRead = DRONE, **fields: Any) -> StatementRead:
    return said(about, MAYOR, said=at, **fields)


def kinds(*spoken: StatementRead) -> list[str]:
    picture = drawn(rows(questions=[WHAT], claims=[DRONE, FIRE], statements=list(spoken), sources=[MAYOR]))
    return [pair.kind for pair in picture.self_contradictions]


@pytest.mark.parametrize("corrected", [{"stance": "deny"}, {"about": FIRE}])
@pytest.mark.parametrize("times", [(MORNING, EVENING), ("2023-08-09", "2023-08-09"), (MORNING, "2023-08-12")])
def test_what_puts_right_contradicts_nothing_that_was_said_before(
    corrected: dict[str, Any], times: tuple[str, str]
) -> None:
    first, then = times
    correction = says(then, act="correct", **corrected)
    for order in ([says(first), correction], [correction, says(first)]):
        assert kinds(*order) == []
    assert len(kinds(says(first), says(then, **corrected))) == 1
    # What he says after that contradicts the correction, and what goes with it nothing.
    assert len(kinds(says(first), correction, says("2023-08-13"))) == 1
    assert kinds(says(first), says(first), correction, says("2023-08-13", **corrected)) == []


def test_a_correction_is_contradicted_by_what_comes_after_it() -> None:
    assert kinds(says(MORNING, act="correct"), says(EVENING, stance="deny")) == ["both_ways"]
