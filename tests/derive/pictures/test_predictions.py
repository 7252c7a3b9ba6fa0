"""A toll that is foreseen is none that is there: it is shown beside, and moves nothing."""

from typing import Any

import make
import pytest
from scenes import ALL, EVENT, drawn, rows

from app.derive.pictures.matrix import matrix
from app.derive.pictures.series import series
from app.derive.rules.rows import Rows
from app.formats import jsonld
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

TOLL = make.read(
    QuestionRead, event_id=EVENT.id, measure="killed", answer="quantity", unit="persons", kind="casualties",
    evolving=True, single_answer=True,
)  # fmt: skip
SEATS = TOLL.model_copy(update={"measure": "other", "unit": "seats", "evolving": False})
MAYOR, RED_CRESCENT = make.read(SourceRead, name="mayor"), make.read(SourceRead, name="Red Crescent")


def given(question: QuestionRead, *, by: SourceRead = MAYOR, **fields: Any) -> Rows:
    """11,300 by the one; 18,000 by `by`, as `fields` say."""
    counted, foreseen = (
        make.read(ClaimRead, event_id=EVENT.id, question_id=question.id, figure=make.figure("exact", number, number))
        for number in (11300, 18000)
    )
    first = make.read(
        StatementRead, event_id=EVENT.id, claim_id=counted.id, source_id=RED_CRESCENT.id, said="2023-09-14"
    )
    second = make.read(
        StatementRead,
        **{"event_id": EVENT.id, "claim_id": foreseen.id, "source_id": by.id, "said": "2023-09-14"} | fields,
    )
    sources = [MAYOR, RED_CRESCENT]
    return rows(questions=[question], claims=[counted, foreseen], statements=[first, second], sources=sources)


@pytest.mark.parametrize("act", ["predict", "warn"])
def test_a_toll_that_is_foreseen_disputes_none_that_is_there(act: str) -> None:
    event = given(TOLL, act=act)
    counted, foreseen = drawn(event).questions[0].claims
    assert (counted.standing, counted.rivals) == ("single_origin", [])
    assert (foreseen.standing, foreseen.counts, foreseen.beside) == ("unsupported", {}, {"support": 1})
    assert [statement.figure_state for statement in foreseen.statements] == ["predicted"]
    figures = series(event, ALL, "1-00000000").questions[0]
    assert [(step.low, step.high, step.disputed) for step in figures.envelope] == [(11300, 11300, False)]
    assert {point.state for line in figures.series for point in line.points} == {"current", "predicted"}


def test_whoever_foresees_more_has_not_replaced_the_number_he_gave() -> None:
    event = given(TOLL, act="predict", by=RED_CRESCENT, said="2023-09-15")
    picture = drawn(event)
    counted = picture.questions[0].claims[0]
    assert [statement.figure_state for statement in counted.statements] == ["current"]
    assert (picture.self_contradictions, picture.order_unknown) == ([], [])


def test_it_stands_beside_in_every_picture() -> None:
    dossier = drawn(given(TOLL, act="predict"))
    cells = matrix(dossier, "source", None).rows[0].cells
    assert sorted((sum(s.statements for s in cell.stances.values()), cell.beside) for cell in cells) == [
        (0, {"support": 1}),
        (1, {}),
    ]
    linked_data = jsonld.render(dossier).decode()
    assert ("AgreeAction" in linked_data, "ReactAction" in linked_data) == (True, True)


def test_of_what_does_not_grow_a_forecast_is_an_answer() -> None:
    standings = [claim.standing for claim in drawn(given(SEATS, act="predict")).questions[0].claims]
    assert standings == ["contested", "contested"]


def test_what_is_foreseen_and_taken_back_is_no_more_beside() -> None:
    foreseen = drawn(given(TOLL, act="predict", withdrawn="2023-09-16")).questions[0].claims[1]
    assert (foreseen.beside, foreseen.statements[0].figure_state) == ({}, None)
