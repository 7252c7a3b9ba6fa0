"""What became of what a source said, once its question was settled."""

from typing import Any

import make
from scenes import ALL, EVENT, WHAT, claim, rows, said, view

from app.derive.pictures.track_record import entries
from app.derive.rules.rows import View
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead

COURT, MINISTRY = make.read(SourceRead, name="court"), make.read(SourceRead, name="ministry")
MINISTER = make.read(SourceRead, name="minister", parent_id=MINISTRY.id)
DRONE, FIRE, GAS = (claim(text, question_id=WHAT.id) for text in ("drone", "fire", "gas"))


def verdict(rated: ClaimRead = FIRE, by: SourceRead = COURT, made: str | None = "2024-05-01", **fields: Any) -> Any:
    values = {"scheme": "veracity", "rating": "true", "settles": True, "made": made} | fields
    return make.read(AssessmentRead, event_id=EVENT.id, claim_id=rated.id, author_id=by.id, **values)


def judged(
    *statements: Any, as_asked: View = ALL, source: SourceRead = MINISTRY, **fields: Any
) -> list[tuple[str, str]]:
    usual: dict[str, Any] = {
        "questions": [WHAT],
        "claims": [DRONE, FIRE, GAS],
        "assessments": [verdict()],
        "sources": [COURT, MINISTRY, MINISTER],
    }
    track, _, _ = entries(rows(**usual | fields, statements=list(statements)), as_asked, source.id)
    return [(entry.claim or "", entry.verdict) for entry in track]


def test_what_was_settled_and_what_that_excludes() -> None:
    words = [
        said(FIRE, MINISTRY, said="2023-08-09"),
        said(DRONE, MINISTRY, said="2023-08-10", stance="deny"),
        said(GAS, MINISTRY, said="2023-08-11"),
    ]
    assert judged(*words) == [("fire", "right"), ("drone", "right"), ("gas", "wrong")]
    assert judged(said(FIRE, MINISTRY, said="2023-08-09", stance="deny")) == [("fire", "wrong")]
    kept_apart = make.read(ClaimLinkRead, event_id=EVENT.id, from_id=GAS.id, to_id=FIRE.id, relation="refines")
    assert judged(words[2], claim_links=[kept_apart]) == [("gas", "unscored")]
    # Two answers of which only one can be true settle nothing.
    assert judged(words[2], assessments=[verdict(), verdict(GAS)]) == []


def test_the_last_explicit_word_before_the_question_was_settled() -> None:
    first = said(FIRE, MINISTRY, said="2023-08-09")
    turned = said(FIRE, MINISTER, said="2023-08-12", stance="deny")
    assert judged(first, turned) == [("fire", "wrong")]
    assert judged(first, said(FIRE, MINISTER, said="2024-05-02", stance="deny")) == [("fire", "right")]
    assert judged(said(FIRE, MINISTRY, said="2023-08-09", explicitness="implied")) == []
    assert judged(said(FIRE, MINISTRY, said="2023-08-09", stance="query")) == []


def test_what_was_taken_back_before_is_not_held_against_it() -> None:
    assert judged(said(GAS, MINISTRY, said="2023-08-09", withdrawn="2023-08-10")) == []
    assert judged(said(GAS, MINISTRY, said="2023-08-09", withdrawn="2024-06-01")) == [("gas", "wrong")]
    first = said(GAS, MINISTRY, said="2023-08-09")
    assert judged(first, said(FIRE, MINISTRY, said="2023-08-10", supersedes_id=first.id)) == [("fire", "right")]


def test_nobody_is_judged_by_what_they_settle_themselves() -> None:
    word = said(GAS, MINISTRY, said="2023-08-09")
    assert judged(word, assessments=[verdict(by=MINISTER)]) == []
    assert judged(word, assessments=[verdict(settles=False)]) == []
    withdrawn = verdict()
    assert judged(word, assessments=[withdrawn, verdict(GAS, supersedes_id=withdrawn.id)]) == [("gas", "right")]
    assert judged(word, as_asked=view("2024-04-30", restricted=True, confidential=True)) == []
    many = make.read(QuestionRead, **WHAT.model_dump() | {"single_answer": False})
    assert judged(word, questions=[many]) == [("gas", "unscored")]


def test_a_family_has_one_record_with_those_who_spoke_through_it() -> None:
    witness = make.read(SourceRead, name="a witness", disclosure="anonymous")
    passed_on = said(DRONE, witness, said="2023-08-09")
    hop = make.read(HopRead, step=1, source_id=MINISTER.id, state="confirmed")
    appearance = make.read(AppearanceRead, event_id=EVENT.id, statement_id=passed_on.id, hops=[hop])
    fields: dict[str, Any] = {"sources": [COURT, MINISTRY, MINISTER, witness], "appearances": [appearance]}
    assert judged(passed_on, source=MINISTER, **fields) == [("drone", "wrong")]
    assert judged(passed_on, source=witness, **fields) == []


def test_whose_family_a_protected_source_is_does_not_show() -> None:
    hidden = make.read(SourceRead, name="informant", confidential=True, parent_id=MINISTRY.id)
    words = [said(GAS, hidden, said="2023-08-09"), said(FIRE, MINISTER, said="2023-08-10")]
    masked: dict[str, Any] = {
        "sources": [COURT, MINISTRY, MINISTER, hidden],
        "confidential": frozenset([hidden.id]),
        "masks": {(EVENT.id, hidden.id): make.uuid()},
    }
    assert judged(*words, **masked) == [("gas", "wrong"), ("fire", "right")]
    assert judged(*words, as_asked=View(restricted=True), **masked) == [("fire", "right")]
    above = {"confidential": frozenset([MINISTRY.id]), "masks": {(EVENT.id, MINISTRY.id): make.uuid()}}
    press_office = make.read(SourceRead, name="press office", parent_id=MINISTRY.id)
    words = [said(GAS, press_office, said="2023-08-09"), said(FIRE, MINISTER, said="2023-08-10")]
    masked = {"sources": [COURT, MINISTRY, MINISTER, press_office], **above}
    assert judged(*words, source=MINISTER, **masked) == [("gas", "wrong"), ("fire", "right")]
    assert judged(*words, source=MINISTER, as_asked=View(restricted=True), **masked) == [("fire", "right")]
