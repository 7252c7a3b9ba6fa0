"""What changed is told in the language of the answer: in Russian and Ukrainian no word is left in another script."""

import re
from dataclasses import replace
from typing import Any, get_args

import make
import pytest
from scenes import ALL, EVENT, claim, drawn, rows, said

from app.derive.diff import snapshots
from app.derive.diff.diff import diff
from app.derive.diff.snapshots import SnapshotPair
from app.derive.rules.rows import Rows
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.dossiers import JoinedBy
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceLinkRead, SourceRead
from app.schemas.statements import StatementRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording
from app.vocabulary import AnswerLanguage, Stance

LANGUAGES: tuple[AnswerLanguage, ...] = get_args(AnswerLanguage)
NUMBER: Any = {"answer": "quantity", "unit": "persons", "evolving": True, "single_answer": True}
INJURED = make.read(QuestionRead, text="Скільки?", kind="casualties", measure="injured", **NUMBER)
CAUSE = make.read(QuestionRead, text="Що сталося?", kind="cause", single_answer=True)
ARMY, KYIV = (
    make.read(SourceRead, name=name, party=party) for name, party in (("Армія", "russia"), ("Київ", "ukraine"))
)
DESK, COURT = (make.read(SourceRead, name=name) for name in ("Газета", "Суд"))
TWIN = make.read(SourceRead, name="Армія!")


def told(before: Rows, after: Rows, language: AnswerLanguage) -> str:
    seen_by = replace(ALL, wording=Wording(language))
    ends = [
        snapshots.snapshot(drawn(moment, seen_by), snapshots.merges_of(moment, seen_by), seen_by.wording)
        for moment in (before, after)
    ]
    return "\n".join(one.text for one in diff(SnapshotPair(*ends), EVENT.id, "recorded", ("a", "b"), "family").summary)


SOURCES = [ARMY, KYIV, DESK, COURT, TWIN]
CAUSES = [claim(text, question_id=CAUSE.id) for text in ("Вибух", "Пожежа", "Дрон", "Газ", "Грім", "Шум")]
ACCUSING = claim("Це вони", question_id=CAUSE.id, accuses="ukraine")
FIGURES = [
    claim(
        f"Поранені: {number}",
        question_id=INJURED.id,
        figure={"qualifier": "exact", "min": number, "max": number, "of_id": None},
    )
    for number in (31, 43)
]
OLD = [
    said(CAUSES[0], ARMY, said="2023-08-09"),
    said(CAUSES[0], KYIV, stance="deny", said="2023-08-09"),
    said(CAUSES[1], DESK, said="2023-08-09"),
    said(CAUSES[1], DESK, stance="query", said="2023-08-09"),
]
RATED: Any = {"event_id": EVENT.id, "claim_id": CAUSES[0].id, "author_id": COURT.id, "scheme": "claimreview"}
FIRST = make.read(AssessmentRead, made="2023-08-13", rating="mixture", **RATED)
SECOND = make.read(AssessmentRead, made="2023-08-14", rating="false", settles=True, supersedes_id=FIRST.id, **RATED)
TIE = make.read(
    SourceLinkRead, from_id=TWIN.id, to_id=ARMY.id, relation="same_as", how_known="name", score=0.9, state="proposed"
)


def world() -> tuple[Rows, Rows]:
    """A day before and a day after, with as many kinds of changes as an event has."""
    common: dict[str, Any] = {"event_id": EVENT.id, "said": "2023-08-10"}
    silent = make.read(StatementRead, stance="no_comment", question_id=CAUSE.id, source_id=KYIV.id, **common)
    nobodys = make.read(StatementRead, stance="support", claim_id=CAUSES[3].id, source_id=None, **common)
    many = [said(CAUSES[index], by, said="2023-08-11") for index, by in enumerate((DESK, KYIV, COURT, ARMY, TWIN), 1)]
    before = rows(
        questions=[CAUSE, INJURED],
        claims=[*CAUSES[:2], FIGURES[0]],
        statements=[*OLD, said(FIGURES[0], DESK, said="2023-08-09")],
        assessments=[FIRST],
        source_links=[TIE],
        sources=SOURCES,
    )
    after = rows(
        questions=[CAUSE.model_copy(update={"kind": "identity"}), INJURED],
        claims=[*CAUSES, ACCUSING, *FIGURES],
        statements=[
            *(one.model_copy(update=make.with_bounds({"withdrawn": "2023-08-10"})) for one in OLD),
            *(silent, nobodys, *many, said(ACCUSING, ARMY, said="2023-08-11")),
            *(said(figure, DESK, said=f"2023-08-{day}") for figure, day in zip(FIGURES, ("09", "12"), strict=True)),
        ],
        assessments=[FIRST, SECOND],
        source_links=[TIE.model_copy(update={"state": "rejected"})],
        sources=SOURCES,
    )
    return before, after


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_no_english_word_is_left(language: AnswerLanguage) -> None:
    before, after = world()
    for ends in ((before, after), (after, before)):
        # What changed of a record is named by its field.
        text = re.sub(r"\([a-z, ]+\)", "", told(*ends, language))
        assert text
        assert re.findall(r"[A-Za-z{}_]+", text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_summary_may_say_has_its_message(language: AnswerLanguage) -> None:
    words = Wording(language)
    for stance in get_args(Stance):
        assert "Це" in wording.say(words, f"change_of_{stance}", {"claim": "Це", "by": "я"})
    for how in get_args(JoinedBy):
        assert wording.say(words, f"joined_by_{how}")


def test_one_more_is_one() -> None:
    before, after = world()
    assert "1 more statement stands no more" in told(before, after, "en")
    assert "«Вибух»" in told(before, after, "uk")
    assert "«\u00a0Вибух\u00a0»" in told(before, after, "fr")
