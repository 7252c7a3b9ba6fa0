"""Figures as series, and the range that was left open at each moment."""

from datetime import datetime, timedelta
from typing import Any

import make
from hypothesis import given
from hypothesis import strategies as st
from scenes import ALL, EVENT, rows

from app.derive.pictures.series import series
from app.derive.rules import figures
from app.derive.rules.context import event_context
from app.derive.rules.rows import View
from app.schemas.claims import ClaimRead
from app.schemas.pictures.figures import FiguresRead, QuantityRead, StepRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead
from app.vocabulary import Qualifier

TOLL = make.read(
    QuestionRead, event_id=EVENT.id, measure="injured", answer="quantity", unit="persons", evolving=True,
    single_answer=True,
)  # fmt: skip
NOT_COUNTED = {"measure": "amount", "unit": "tonnes"}
FIXED = make.read(QuestionRead, **TOLL.model_dump() | {"id": make.uuid(), "evolving": False} | NOT_COUNTED)
ARMY, CITY = make.read(SourceRead, name="army", party="state"), make.read(SourceRead, name="city")


def figure(
    low: float | None,
    *,
    qualifier: Qualifier = "exact",
    question: QuestionRead = TOLL,
    part_of: ClaimRead | None = None,
) -> ClaimRead:
    high = low if qualifier in ("exact", "about") else None
    number = make.figure(qualifier, low, high).model_copy(update={"of_id": part_of and part_of.id})
    return make.read(ClaimRead, event_id=EVENT.id, question_id=question.id, figure=number)


def says(claim: ClaimRead, by: SourceRead | None, said: str | None, **fields: Any) -> StatementRead:
    source = by.id if by else None
    return make.read(StatementRead, event_id=EVENT.id, claim_id=claim.id, source_id=source, said=said, **fields)


def drawn(claims: list[ClaimRead], statements: list[StatementRead], as_asked: View = ALL) -> FiguresRead:
    fields = {"questions": [TOLL, FIXED], "claims": claims, "statements": statements, "sources": [ARMY, CITY]}
    return series(rows(**fields), as_asked, "1-00000000")


def toll(picture: FiguresRead) -> QuantityRead:
    return next(quantity for quantity in picture.questions if quantity.question_id == TOLL.id)


def steps(envelope: list[StepRead]) -> list[tuple[str, float | None, float | None, int, bool]]:
    return [(step.at.strftime("%d %H"), step.low, step.high, step.figures, step.disputed) for step in envelope]


def test_a_rising_toll_has_a_series_for_each_who_gave_it() -> None:
    ten, twenty, over_thirty, fifty = figure(10), figure(20), figure(30, qualifier="more_than"), figure(50)
    taken_back = says(fifty, CITY, "2023-08-09T20:59Z", withdrawn="2023-08-09T22:59Z", withdrawn_reason="counted twice")
    statements = [
        says(ten, ARMY, "2023-08-09T09:59Z"),
        says(twenty, ARMY, "2023-08-09T11:59Z"),
        says(ten, CITY, "2023-08-09T12:59Z"),
        taken_back,
        says(over_thirty, ARMY, "2023-08-10T23:59Z"),
    ]
    quantity = toll(drawn([ten, twenty, over_thirty, fifty], statements))
    states = [[(point.text, point.state) for point in line.points] for line in quantity.series]
    assert states == [
        [("10 injured", "replaced"), ("20 injured", "replaced"), ("more than 30 injured", "current")],
        [("10 injured", "outdated"), ("50 injured", "withdrawn")],
    ]
    assert [line.party for line in quantity.series] == ["state", None]
    point = quantity.series[1].points[1]
    assert (point.ended, point.withdrawn_reason) == ("2023-08-09T22:59Z", "counted twice")
    point = quantity.series[0].points[2]
    assert (point.qualifier, point.min, point.low, point.high) == ("more_than", 30, 31, None)
    assert steps(quantity.envelope) == [
        ("09 10", 10, 10, 1, False),
        ("09 12", 20, 20, 1, False),
        ("09 13", 10, 20, 2, True),
        ("09 21", 20, 50, 2, True),
        ("09 23", 10, 20, 2, True),  # what the city had said before stands again
        ("11 00", 31, None, 1, False),
    ]


def test_a_part_stands_beside_and_a_question_that_does_not_change_keeps_all() -> None:
    total = figure(30)
    part = figure(19, part_of=total)
    quantity = toll(drawn([total, part], [says(total, ARMY, "2023-08-09"), says(part, CITY, "2023-08-12")]))
    assert [(point.part, point.state) for line in quantity.series for point in line.points] == [
        (False, "current"),
        (True, "current"),
    ]
    assert steps(quantity.envelope) == [("10 00", 30, 30, 1, False)]
    more_than_two, at_least_two = (figure(2, qualifier=word, question=FIXED) for word in ("more_than", "at_least"))
    said = [says(more_than_two, ARMY, "2023-08-09"), says(at_least_two, ARMY, "2023-08-20")]
    fixed = next(
        quantity_
        for quantity_ in drawn([more_than_two, at_least_two], said).questions
        if quantity_.question_id == FIXED.id
    )
    assert {point.state for line in fixed.series for point in line.points} == {"current"}
    assert steps(fixed.envelope) == [("10 00", 2, None, 1, False), ("21 00", 2, None, 2, False)]


def test_only_questions_of_the_measure_that_is_asked_for() -> None:
    five = figure(5)
    fields = {"questions": [TOLL, FIXED], "claims": [five], "statements": [says(five, ARMY, "2023-08-09")]}
    picture = series(rows(**fields, sources=[ARMY]), ALL, "1-00000000", None, "amount")
    assert [question.measure for question in picture.questions] == ["amount"]


def test_who_a_protected_source_is_does_not_show() -> None:
    hidden = make.read(SourceRead, name="the informant", party="state", confidential=True, parent_id=ARMY.id)
    mask = make.uuid()
    five, nine = figure(5), figure(9)
    event_rows = rows(
        questions=[TOLL],
        claims=[five, nine],
        statements=[says(five, hidden, "2023-08-09"), says(nine, ARMY, "2023-08-10")],
        sources=[hidden, ARMY],
        confidential=frozenset([hidden.id]),
        masks={(EVENT.id, hidden.id): mask},
    )
    public = series(event_rows, View(restricted=True), "1-00000000")
    assert [line.family_id for line in toll(public).series] == [mask, ARMY.id]
    assert [line.party for line in toll(public).series] == [None, "state"]
    words = public.model_dump_json()
    assert "informant" not in words
    assert str(hidden.id) not in words
    assert toll(public).envelope == toll(series(event_rows, ALL, "1-00000000")).envelope


MOMENTS = st.integers(0, 90)
SHAPE = st.lists(
    st.tuples(
        st.sampled_from([ARMY, CITY, None]),
        MOMENTS,
        st.sampled_from([0, 1, 30]),
        st.sampled_from([3, 5, 8]),
        st.sampled_from(["exact", "exact", "at_least", "unknown"]),
        st.one_of(st.none(), MOMENTS),
        st.one_of(st.none(), st.integers(0, 6)),
    ),
    max_size=7,
)


def _hour(hours: int) -> str:
    return (datetime.fromisoformat("2023-08-09T00:00+00:00") + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%MZ")


@given(SHAPE, st.sampled_from([TOLL, FIXED]))
def test_the_range_at_each_moment_is_what_a_picture_of_that_moment_has(
    shape: list[tuple[SourceRead | None, int, int, int, Qualifier, int | None, int | None]], question: QuestionRead
) -> None:
    claims, statements = list[ClaimRead](), list[StatementRead]()
    for by, start, length, number, qualifier, withdrawn, superseded in shape:
        claim = figure(None if qualifier == "unknown" else number, qualifier=qualifier, question=question)
        said = _hour(start) if not length else f"{_hour(start)}/{_hour(start + length)}"
        earlier = statements[superseded].id if superseded is not None and superseded < len(statements) else None
        taken_back = None if withdrawn is None else _hour(withdrawn)
        claims.append(claim)
        statements.append(says(claim, by, said, withdrawn=taken_back, supersedes_id=earlier))
    fields = {"questions": [question], "claims": claims, "statements": statements, "sources": [ARMY, CITY]}
    envelope = series(rows(**fields), ALL, "1-00000000").questions[0].envelope
    moments = {statement_.said_to for statement_ in statements} | {
        statement_.withdrawn_to for statement_ in statements if statement_.withdrawn_to
    }
    for moment in sorted(moment for moment in moments if moment):
        then = View("then", moment, restricted=True, confidential=True)
        context = event_context(rows(**fields), then)
        current = [statement for statement in context.counted if statement.row.id in context.figure_states.current]
        ranges = [
            range_
            for statement in current
            if (figure_ := context.claims[statement.claim_id or make.uuid()].figure)
            and (range_ := figures.allowed_range(question, figure_))
        ]
        bounds = (min(r.low for r in ranges), max(r.high for r in ranges)) if ranges else (None, None)
        expected = (
            bounds[0],
            None if bounds[1] == float("inf") else bounds[1],
            len(current),
            any(context.figure_states.rivals.values()),
        )
        last = next((step for step in reversed(envelope) if step.at <= moment), None)
        assert ((last.low, last.high, last.figures, last.disputed) if last else (None, None, 0, False)) == expected
