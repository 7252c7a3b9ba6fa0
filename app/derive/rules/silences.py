"""Silences: parties that have not answered a claim or question that concerns them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.statements import StatementInContext, order
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead
from app.vocabulary import KINDS_WITH_SILENCES, NON_ANSWERS


class Silence(NamedTuple):
    """A party that has not answered a question: its last word, or else what first accused it."""

    question_id: UUID
    party: str
    since: StatementInContext
    accusing: list[UUID]
    """The supported claims that accuse it."""

    @property
    def answered_with(self) -> StatementInContext | None:
        """Its non-answer; None: it has said nothing."""
        return self.since if self.since.row.stance in NON_ANSWERS else None


def silences(
    counted: Sequence[StatementInContext],
    taken_back: Iterable[StatementInContext],
    questions: Mapping[UUID, QuestionRead],
    claims: Mapping[UUID, ClaimRead],
) -> list[Silence]:
    """Parties whose last word is a non-answer, or that a supported claim accuses and that have said nothing.

    On questions of cause, responsibility and occurrence. `counted`: explicit live statements, in their order;
    `taken_back`: what their sources took back. Whoever only asks has not answered, but has said something, and so has
    whoever took an answer back; on one day (of UTC) an answer wins over a non-answer.
    """
    said: dict[tuple[UUID, str], list[StatementInContext]] = defaultdict(list)
    accusations: dict[tuple[UUID, str], list[StatementInContext]] = defaultdict(list)
    for statement in counted:
        question = questions.get(statement.question_id) if statement.question_id else None
        if question is None or question.kind not in KINDS_WITH_SILENCES:
            continue
        if statement.party is not None:
            said[question.id, statement.party].append(statement)
        accused = claims[statement.claim_id].accuses if statement.claim_id else None
        if accused is not None and statement.row.stance == "support":
            accusations[question.id, accused].append(statement)
    for concerned, answer in _answers(taken_back):
        said[concerned].append(answer)
    silent = []
    for (question_id, party), statements in said.items():
        last = _last_word(statements)
        if last is not None and last.row.stance in NON_ANSWERS:
            accusing = accusations.get((question_id, party), [])
            silent.append(Silence(question_id, party, last, _claim_ids(accusing)))
    for (question_id, party), accusing in accusations.items():
        if (question_id, party) not in said:
            silent.append(Silence(question_id, party, accusing[0], _claim_ids(accusing)))
    return sorted(silent, key=lambda silence: (order(silence.since), silence.party))


def _answers(statements: Iterable[StatementInContext]) -> Iterator[tuple[tuple[UUID, str], StatementInContext]]:
    """What a party said to a question, that is no refusal to answer; each with both."""
    for statement in statements:
        if statement.question_id and statement.party is not None and statement.row.stance not in NON_ANSWERS:
            yield (statement.question_id, statement.party), statement


def _last_word(statements: Iterable[StatementInContext]) -> StatementInContext | None:
    """The last of a party's answers and non-answers; what it only asked is neither."""

    def position(statement: StatementInContext) -> tuple[date, bool, object]:
        return statement.said.start.date(), statement.row.stance not in NON_ANSWERS, order(statement)

    return max((s for s in statements if s.row.stance != "query"), key=position, default=None)


def _claim_ids(accusing: Iterable[StatementInContext]) -> list[UUID]:
    """Each once, in the order in which they were first supported."""
    return list(dict.fromkeys(statement.claim_id for statement in accusing if statement.claim_id))
