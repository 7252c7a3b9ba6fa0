"""A dossier with the most disputed first: the same dossier, and what is equally disputed stays in the order of time."""

from typing import Any

import make
import randomly
from hypothesis import given
from hypothesis import strategies as st
from scenes import ALL, EVENT, claim, claims, drawn, rows, said

from app.derive.pictures.dossier import by_dispute
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

SOURCES = [make.read(SourceRead, name=name) for name in "ABCDEF"]


def question(text: str, **fields: Any) -> QuestionRead:
    return make.read(QuestionRead, event_id=EVENT.id, text=text, kind="occurrence", **fields)


QUIET, OLD, HOT = question("Quiet?"), question("Old?"), question("Hot?")


def texts(dossier: DossierRead) -> list[tuple[str | None, list[str | None]]]:
    return [(asked.text, [answer.text for answer in asked.claims]) for asked in dossier.questions]


def answered(asked: QuestionRead, text: str, day: int, support: str, deny: str = "") -> tuple[Any, list[StatementRead]]:
    """A claim, by whom it is supported and denied."""
    subject = claim(text, question_id=asked.id)
    statements = [
        said(subject, source, said=f"2023-08-{day:02}", stance=stance)
        for stance, names in (("support", support), ("deny", deny))
        for source in SOURCES
        if source.name and source.name in names
    ]
    return subject, statements


def dispute(*answers: tuple[Any, list[StatementRead]], **fields: Any) -> list[tuple[str | None, list[str | None]]]:
    event_rows = rows(
        questions=[QUIET, OLD, HOT],
        claims=[subject for subject, _ in answers],
        statements=[statement for _, statements in answers for statement in statements],
        sources=SOURCES,
        **fields,
    )
    return texts(by_dispute(drawn(event_rows, ALL)))


def test_contested_questions_stand_first_those_with_more_contested_claims_before() -> None:
    quiet = answered(QUIET, "q", 1, "ABC")
    old = answered(OLD, "o", 2, "A", "B")
    hot = [answered(HOT, "h1", 3, "A", "B"), answered(HOT, "h2", 4, "A", "B")]
    assert [text for text, _ in dispute(quiet, old, *hot)] == ["Hot?", "Old?", "Quiet?"]
    loud = answered(OLD, "o", 2, "ABC", "DEF")
    assert [text for text, _ in dispute(quiet, loud, *hot)] == ["Hot?", "Old?", "Quiet?"]
    # As many contested claims: then the more sources there are.
    assert [text for text, _ in dispute(quiet, old, hot[0])] == ["Old?", "Hot?", "Quiet?"]
    assert [text for text, _ in dispute(quiet, old, answered(HOT, "h", 3, "A", "BC"))] == ["Hot?", "Old?", "Quiet?"]


def test_what_a_court_settled_is_disputed_less_than_what_is_open_and_more_than_what_nobody_denies() -> None:
    quiet, old, hot = answered(QUIET, "q", 1, "A"), answered(OLD, "o", 2, "AC", "BD"), answered(HOT, "h", 3, "A", "B")
    verdict = make.read(
        AssessmentRead, event_id=EVENT.id, claim_id=old[0].id, author_id=SOURCES[5].id, settles=True, rating="true"
    )
    assert [text for text, _ in dispute(quiet, old, hot, assessments=[verdict])] == ["Hot?", "Old?", "Quiet?"]


def test_contested_claims_stand_first_those_with_more_against_them_before() -> None:
    in_time = [
        answered(HOT, "alone", 1, "A"),
        answered(HOT, "denied", 2, "", "ABC"),
        answered(HOT, "one against it", 3, "A", "B"),
        answered(HOT, "two against it", 4, "A", "BC"),
        answered(HOT, "two against more", 5, "AD", "BC"),
        answered(HOT, "agreed", 6, "AB"),
        answered(HOT, "also alone", 7, "B"),
    ]
    (_, in_order), *_ = dispute(*in_time)
    assert in_order == [
        *("two against more", "two against it", "one against it", "denied", "alone", "agreed", "also alone"),
    ]


@given(st.integers(0, 10_000))
def test_it_is_the_same_dossier_in_another_order(seed: int) -> None:
    picture = drawn(randomly.event(seed), ALL)
    disputed = by_dispute(picture)
    assert by_dispute(disputed) == disputed
    places = {
        id_: nth for nth, id_ in enumerate([*(q.id for q in picture.questions), *(c.id for c in claims(picture))])
    }
    in_time = disputed.model_copy(
        update={
            "questions": sorted(
                (
                    asked.model_copy(update={"claims": sorted(asked.claims, key=lambda answer: places[answer.id])})
                    for asked in disputed.questions
                ),
                key=lambda asked: places[asked.id],
            ),
            "unasked": sorted(disputed.unasked, key=lambda answer: places[answer.id]),
        }
    )
    assert in_time == picture
