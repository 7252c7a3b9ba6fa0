"""Who has not answered."""

from collections.abc import Sequence

import make
import pytest

from app.derive.rules.silences import Silence, silences
from app.derive.rules.statements import StatementInContext, order
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead

WHO = make.read(QuestionRead, text="Who sent it?", kind="responsibility")
TOLL = make.read(QuestionRead, text="How many?", kind="casualties")
ACCUSATION = make.read(ClaimRead, text="They did", question_id=WHO.id, accuses="ukraine")
QUESTIONS = {WHO.id: WHO, TOLL.id: TOLL}
CLAIMS = {ACCUSATION.id: ACCUSATION}


def by(party: str | None, said: str, stance: str, question: QuestionRead = WHO) -> StatementInContext:
    return make.statement(said, party=party, stance=stance, question=question.id)


def accusing(said: str, stance: str = "support", party: str | None = "russia") -> StatementInContext:
    return make.statement(said, party=party, stance=stance, question=WHO.id, claim=ACCUSATION.id)


def silences_of(*statements: StatementInContext, taken_back: Sequence[StatementInContext] = ()) -> list[Silence]:
    return silences(sorted(statements, key=order), taken_back, QUESTIONS, CLAIMS)


def test_whoever_took_an_answer_back_has_said_something() -> None:
    denial = by("ukraine", "2023-08-10", "deny")
    assert [s.party for s in silences_of(accusing("2023-08-09"))] == ["ukraine"]
    assert silences_of(accusing("2023-08-09"), taken_back=[denial]) == []
    earlier, later = by("ukraine", "2023-08-08", "no_comment"), by("ukraine", "2023-08-12", "no_comment")
    assert silences_of(earlier, taken_back=[denial]) == []
    assert [s.since for s in silences_of(later, taken_back=[denial])] == [later]
    # A non-answer that was taken back was none.
    assert [s.party for s in silences_of(accusing("2023-08-09"), taken_back=[later])] == ["ukraine"]


@pytest.mark.parametrize("stance", ["no_comment", "no_information"])
def test_a_last_word_that_is_no_answer_is_a_silence(stance: str) -> None:
    first, last = by("ukraine", "2023-08-09", "no_comment"), by("ukraine", "2023-08-11", stance)
    assert silences_of(first, last) == [Silence(WHO.id, "ukraine", last, [])]
    assert silences_of(first, last)[0].answered_with == last


def test_a_later_answer_or_one_on_the_same_day_ends_it() -> None:
    silent = by("ukraine", "2023-08-09T18:00Z", "no_comment")
    for said, expected in (("2023-08-10", []), ("2023-08-09T09:00Z", []), ("2023-08-08", [silent])):
        assert [s.since for s in silences_of(silent, by("ukraine", said, "deny"))] == expected
    # Another party's answer does not, nor does one to another question, nor a question in return.
    for unrelated in (
        by("russia", "2023-08-12", "deny"),
        by("ukraine", "2023-08-12", "deny", TOLL),
        by("ukraine", "2023-08-12", "query"),
    ):
        assert [s.since for s in silences_of(silent, unrelated)] == [silent]


def test_an_accused_party_that_said_nothing_is_silent_since_the_accusation() -> None:
    first, second = accusing("2023-08-09"), accusing("2023-08-10")
    assert silences_of(second, first) == [Silence(WHO.id, "ukraine", first, [ACCUSATION.id])]
    assert silences_of(second, first)[0].answered_with is None
    assert silences_of(first, by("ukraine", "2023-08-12", "query")) == []
    assert silences_of(accusing("2023-08-09", "deny")) == []


def test_an_accused_party_that_does_not_answer_is_listed_once() -> None:
    silent = by("ukraine", "2023-08-11", "no_comment")
    assert silences_of(accusing("2023-08-09"), silent) == [Silence(WHO.id, "ukraine", silent, [ACCUSATION.id])]


def test_nobody_and_other_kinds_of_questions_have_no_silences() -> None:
    assert silences_of(by(None, "2023-08-09", "no_comment"), by("ukraine", "2023-08-09", "no_comment", TOLL)) == []
