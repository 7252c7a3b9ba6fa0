"""Who has not answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.voices import Voice, order
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead
from app.vocabulary import KINDS_WITH_SILENCES, NON_ANSWERS


class Silence(NamedTuple):
    """A party that has not answered a question: its last word, or else what first accused it."""

    question_id: UUID
    party: str
    since: Voice
    accusing: list[UUID]
    """The supported claims that accuse it."""

    @property
    def answered_with(self) -> Voice | None:
        """Its non-answer; None: it has said nothing."""
        return self.since if self.since.row.stance in NON_ANSWERS else None


def silences(
    counting: Sequence[Voice], questions: Mapping[UUID, QuestionRead], claims: Mapping[UUID, ClaimRead]
) -> list[Silence]:
    """Parties whose last word is a non-answer, or that a supported claim accuses and that have said nothing.

    On questions of cause, responsibility and occurrence. `counting`: explicit live statements, in their order. Whoever
    only asks has not answered, but has said something; on one day an answer wins over a non-answer.
    """
    words: dict[tuple[UUID, str], list[Voice]] = defaultdict(list)
    accusations: dict[tuple[UUID, str], list[Voice]] = defaultdict(list)
    for voice in counting:
        question = questions.get(voice.question_id) if voice.question_id else None
        if question is None or question.kind not in KINDS_WITH_SILENCES:
            continue
        if voice.party is not None:
            words[question.id, voice.party].append(voice)
        accused = claims[voice.claim_id].accuses if voice.claim_id else None
        if accused is not None and voice.row.stance == "support":
            accusations[question.id, accused].append(voice)
    found = []
    for (question_id, party), said in words.items():
        last = _last_word(said)
        if last is not None and last.row.stance in NON_ANSWERS:
            found.append(Silence(question_id, party, last, _claims(accusations.get((question_id, party), []))))
    for (question_id, party), accusing in accusations.items():
        if (question_id, party) not in words:
            found.append(Silence(question_id, party, accusing[0], _claims(accusing)))
    return sorted(found, key=lambda silence: (order(silence.since), silence.party))


def _last_word(said: Iterable[Voice]) -> Voice | None:
    """The last of a party's answers and non-answers; what it only asked is neither."""

    def place(voice: Voice) -> tuple[date, bool, object]:
        return voice.said.start.date(), voice.row.stance not in NON_ANSWERS, order(voice)

    return max((voice for voice in said if voice.row.stance != "query"), key=place, default=None)


def _claims(accusing: Iterable[Voice]) -> list[UUID]:
    return list(dict.fromkeys(voice.claim_id for voice in accusing if voice.claim_id))
