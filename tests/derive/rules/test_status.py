"""Where questions stand, and why: every status, reached through a dossier."""

from collections.abc import Iterable
from typing import Any, Final, get_args

import make
import pytest
from scenes import ALL, EVENT, WHAT, claim, drawn, rows, view
from speakers import AGENCY, ARMY, IT, MINISTRY, OTHER, SOURCES, THIRD, WITNESS, denies, says

from app.derive.rules.rows import View
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.pictures.dossiers import QuestionPicture
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead
from app.vocabulary import Status


def drawn_question(spoken: Iterable[StatementRead], seen_by: View = ALL, **archive: Any) -> QuestionPicture:
    event_rows = rows(
        statements=list(spoken), **{"questions": [WHAT], "claims": [IT, OTHER, THIRD], "sources": SOURCES} | archive
    )
    return drawn(event_rows, seen_by).questions[0]


def about(stance: str, **fields: Any) -> StatementRead:
    return make.read(
        StatementRead,
        event_id=EVENT.id,
        question_id=WHAT.id,
        source_id=ARMY.id,
        said="2023-08-09",
        stance=stance,
        **fields,
    )


TAKEN_BACK: Final = says(MINISTRY, withdrawn="2023-08-10")
GIVEN_UP: Final = says(ARMY, said="2023-08-08")
QUESTIONS: Final[dict[str, tuple[Status, str, list[StatementRead]]]] = {
    "contested": (
        "contested",
        "2 of 3 claims are contested",
        [says(MINISTRY), says(ARMY, OTHER), says(None, THIRD)],
    ),
    "contested beside agreed": (
        "contested",
        "2 of 3 claims are contested",
        [says(MINISTRY), says(MINISTRY, THIRD), denies(ARMY, THIRD), says(WITNESS), says(ARMY)],
    ),
    "agreed": ("agreed", "1 of 3 claims is corroborated, none contested", [says(MINISTRY), says(ARMY)]),
    "one-sided": ("one_sided", "1 of 3 claims is supported by one side only", [says(MINISTRY), says(AGENCY)]),
    "one source": ("open", "3 claims, none corroborated or contested", [says(MINISTRY)]),
    "a denial": ("open", "3 claims, none corroborated or contested", [denies(ARMY)]),
    "implied": ("open", "3 claims, none corroborated or contested", [says(ARMY, explicitness="implied")]),
    "an inferred denial": (
        "open",
        "3 claims, none corroborated or contested",
        [denies(ARMY, explicitness="inferred"), about("query")],
    ),
    **{
        stance: ("unanswered", "it is only asked, or not answered", [about(stance)])
        for stance in ("query", "no_comment", "no_information")
    },
    "asked of a claim": ("unanswered", "it is only asked, or not answered", [says(ARMY, stance="query")]),
    "only commented on": (
        "unaddressed",
        "nobody gives an answer now, or asks for one",
        [says(ARMY, stance="comment")],
    ),
    "taken back": ("withdrawn", "answered, then taken back", [TAKEN_BACK]),
    "taken back, and asked": ("withdrawn", "answered, then taken back", [TAKEN_BACK, about("query")]),
    "taken back, and not known": ("withdrawn", "answered, then taken back", [TAKEN_BACK, about("no_information")]),
    "two answers taken back": (
        "withdrawn",
        "answered, then taken back: 2 answers",
        [TAKEN_BACK, says(ARMY, OTHER, withdrawn="2023-08-10"), says(ARMY, THIRD, stance="comment")],
    ),
    "a denial taken back": ("withdrawn", "answered, then taken back", [denies(ARMY, withdrawn="2023-08-10")]),
    "implied and taken back": (
        "withdrawn",
        "answered, then taken back",
        [says(ARMY, explicitness="implied", withdrawn="2023-08-10")],
    ),
    "stated in nobody's name and taken back": (
        "withdrawn",
        "answered, then taken back",
        [says(None, withdrawn="2023-08-10")],
    ),
    "replaced by not knowing": (
        "withdrawn",
        "answered, then taken back",
        [GIVEN_UP, about("no_information", supersedes_id=GIVEN_UP.id)],
    ),
    "one of two taken back": ("open", "3 claims, none corroborated or contested", [TAKEN_BACK, says(ARMY, OTHER)]),
    "one of two taken back, the other implied": (
        "open",
        "3 claims, none corroborated or contested",
        [TAKEN_BACK, says(ARMY, OTHER, explicitness="implied")],
    ),
    "a question taken back": (
        "unaddressed",
        "nobody gives an answer now, or asks for one",
        [about("query", withdrawn="2023-08-10")],
    ),
    "nothing": ("unaddressed", "nobody gives an answer now, or asks for one", []),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_where_a_question_stands_and_why(case: str) -> None:
    status, why, spoken = QUESTIONS[case]
    question = drawn_question(spoken)
    assert (question.status, question.why, question.settled_by, question.answers) == (status, why, [], [])


def test_every_status_is_reached() -> None:
    assert {status for status, *_ in QUESTIONS.values()} | {"resolved"} == set(get_args(Status))


def test_the_first_status_that_holds_is_told() -> None:
    """From the last to the first: what is said in addition moves the question up, and never down."""
    many_answers = make.read(QuestionRead, id=WHAT.id, text="What was it?", single_answer=False)
    steps: list[tuple[Status, list[StatementRead]]] = [
        ("unaddressed", [says(ARMY, stance="comment")]),
        ("unanswered", [about("query")]),
        ("withdrawn", [says(MINISTRY, THIRD, withdrawn="2023-08-10")]),
        ("open", [says(ARMY)]),
        ("one_sided", [says(MINISTRY, OTHER), says(AGENCY, OTHER)]),
        ("agreed", [says(WITNESS)]),
        ("contested", [denies(ARMY, OTHER)]),
    ]
    spoken: list[StatementRead] = []
    for status, statements in steps:
        spoken += statements
        assert drawn_question(spoken, questions=[many_answers]).status == status
    assert drawn_question(spoken, questions=[many_answers], assessments=[verdict()]).status == "resolved"


def verdict(rated: ClaimRead = IT, by: SourceRead = AGENCY, **fields: Any) -> AssessmentRead:
    usual: dict[str, Any] = {"settles": True, "made": "2023-08-20"}
    return make.read(
        AssessmentRead,
        event_id=EVENT.id,
        claim_id=rated.id,
        author_id=by.id,
        scheme="veracity",
        rating="true",
        **usual | fields,
    )


def test_who_settles_a_question_and_with_what() -> None:
    first, second, again = verdict(), verdict(OTHER, ARMY, made="2023-08-21"), verdict(made="2023-08-22")
    question = drawn_question([says(MINISTRY), denies(ARMY)], assessments=[first])
    assert (question.status, question.why) == ("resolved", "settled by Agency")
    assert (question.settled_by, question.answers) == ([first.id], [IT.id])
    # The claim itself stands where it stood: assessments stand beside it.
    assert question.claims[0].standing == "contested"
    spoken = [says(MINISTRY), says(ARMY, OTHER, said="2023-08-10")]
    settled_twice = drawn_question(spoken, assessments=[second, first, again])
    both_ways = "settled by Agency and Army, for answers of which only one can be true"
    assert (settled_twice.status, settled_twice.why) == ("contested", both_ways)
    assert (settled_twice.settled_by, settled_twice.answers) == ([first.id, again.id, second.id], [IT.id, OTHER.id])


def test_what_does_not_settle_a_question() -> None:
    spoken = [says(MINISTRY)]
    assert drawn_question(spoken, assessments=[verdict(settles=False)]).status == "open"
    first = verdict()
    for later in (verdict(settles=False, made="2023-08-21"), verdict(OTHER, made="2023-08-21", settles=False)):
        replacing = make.read(AssessmentRead, **dict(later) | {"supersedes_id": first.id})
        assert drawn_question(spoken, assessments=[first, replacing]).status == "open"
        before = view("2023-08-20", restricted=True, confidential=True)
        assert drawn_question(spoken, before, assessments=[first, replacing]).status == "resolved"
    early = view("2023-08-19", restricted=True, confidential=True)
    assert drawn_question(spoken, early, assessments=[first]).status == "open"
    # An answer to another question, or to none.
    elsewhere = claim("Elsewhere")
    assert drawn_question(spoken, claims=[IT, elsewhere], assessments=[verdict(elsewhere)]).status == "open"


def test_one_that_replaces_a_verdict_settles_in_its_turn() -> None:
    first = verdict()
    second = verdict(OTHER, supersedes_id=first.id, made="2023-08-21")
    question = drawn_question([says(MINISTRY)], assessments=[first, second])
    assert (question.status, question.settled_by, question.answers) == ("resolved", [second.id], [OTHER.id])


def test_a_question_is_withdrawn_from_when_its_last_answer_was_taken_back() -> None:
    spoken = [says(MINISTRY, withdrawn="2023-08-10"), says(ARMY, OTHER, withdrawn="2023-08-12"), about("query")]
    statuses = [
        drawn_question(spoken, view(day, restricted=True, confidential=True)).status
        for day in ("2023-08-08", "2023-08-09", "2023-08-11", "2023-08-12")
    ]
    assert statuses == ["unaddressed", "contested", "open", "withdrawn"]
    # A figure that grows, and was given up for none: its claim is outdated, its question was answered once.
    toll = make.read(QuestionRead, id=WHAT.id, measure="killed", answer="quantity", evolving=True)
    figure = claim("5", question_id=WHAT.id, figure=make.figure("exact", 5, 5))
    given = says(MINISTRY, figure)
    unknown = about("no_information", supersedes_id=given.id)
    question = drawn_question([given, unknown], questions=[toll], claims=[figure])
    assert (question.status, question.claims[0].standing) == ("withdrawn", "outdated")
