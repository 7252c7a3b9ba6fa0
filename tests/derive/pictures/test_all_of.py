"""A figure that is all of another: as many as that one, and as uncertain."""

from typing import Any

import make
from scenes import ALL, EVENT, claims, drawn, rows, said

from app.derive.diff import diff, snapshots
from app.derive.diff.snapshots import SnapshotPair
from app.derive.pictures.series import series
from app.derive.rules.rows import Rows
from app.schemas.claims import ClaimRead, FigureRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.vocabulary import Qualifier

ARMY, CITY = make.read(SourceRead, name="army"), make.read(SourceRead, name="city")
KILLED, ABOARD = (
    make.read(QuestionRead, event_id=EVENT.id, answer="quantity", unit="persons", single_answer=True, **fields)
    for fields in ({"measure": "killed"}, {"measure": "other", "subject": "aboard"})
)


def figure(
    question: QuestionRead, qualifier: Qualifier, low: float | None = None, of: ClaimRead | None = None, **fields: Any
) -> ClaimRead:
    high = low if qualifier in ("exact", "about") else None
    number = FigureRead(qualifier=qualifier, min=low, max=high, of_id=of.id if of else None)
    return make.read(ClaimRead, event_id=EVENT.id, question_id=question.id, figure=number, **fields)


def told(*given: ClaimRead) -> Rows:
    """Each of these figures given by somebody, in turn by the army and the city."""
    spoken = [said(claim, (ARMY, CITY)[nth % 2], said="2023-08-09") for nth, claim in enumerate(given)]
    return rows(questions=[KILLED, ABOARD], claims=list(given), statements=spoken, sources=[ARMY, CITY])


def shown(event_rows: Rows) -> dict[str | None, tuple[float | None, float | None, list[str | None]]]:
    """By its text each figure's range, and the texts of its rivals."""
    return {
        claim.text: (claim.figure.min, claim.figure.max, [rival.text for rival in claim.rivals])
        for claim in claims(drawn(event_rows))
        if claim.figure
    }


def test_it_has_the_range_of_its_whole_and_the_rivals_that_follow() -> None:
    aboard = figure(ABOARD, "exact", 10)
    event_rows = told(aboard, figure(KILLED, "all", of=aboard), figure(KILLED, "exact", 9))
    assert shown(event_rows) == {
        "10 (aboard)": (10, 10, []),
        "all 10 aboard killed": (10, 10, ["9 killed"]),
        "9 killed": (9, 9, ["all 10 aboard killed"]),
    }
    killed = next(q for q in series(event_rows, ALL, "1-00000000").questions if q.measure == "killed")
    points = [(point.text, point.low, point.high, point.part) for line in killed.series for point in line.points]
    assert sorted(points) == [("9 killed", 9, 9, False), ("all 10 aboard killed", 10, 10, False)]
    assert [(step.low, step.high, step.disputed) for step in killed.envelope] == [(9, 10, True)]


def test_where_nobody_knows_how_many_there_were_it_rivals_nothing() -> None:
    aboard = figure(ABOARD, "unknown")
    assert shown(told(aboard, figure(KILLED, "all", of=aboard), figure(KILLED, "exact", 9))) == {
        "an unknown number (aboard)": (None, None, []),
        "all aboard killed": (None, None, []),
        "9 killed": (9, 9, []),
    }
    about = figure(ABOARD, "about", 10)
    all_aboard = "all aboard (about 10) killed"
    assert shown(told(about, figure(KILLED, "all", of=about), figure(KILLED, "exact", 9)))[all_aboard] == (9, 11, [])


def test_its_whole_is_followed_through_merges_and_through_what_is_all_of_another() -> None:
    aboard = figure(ABOARD, "exact", 10)
    merged = figure(ABOARD, "about", 10, merged_into=aboard.id)
    killed = figure(KILLED, "all", of=merged)
    crew = make.read(QuestionRead, **KILLED.model_dump() | {"id": make.uuid(), "measure": "injured"})
    injured = figure(crew, "all", of=killed)
    event_rows = rows(questions=[KILLED, ABOARD, crew], claims=[aboard, merged, killed, injured])
    assert set(shown(event_rows)) == {"10 (aboard)", "all 10 aboard killed", "all 10 killed injured"}


def test_a_circle_says_nothing() -> None:
    first = figure(KILLED, "all")
    second = figure(ABOARD, "all", of=first)
    first = first.model_copy(update={"figure": FigureRead(qualifier="all", min=None, max=None, of_id=second.id)})
    assert {numbers[:2] for numbers in shown(told(first, second)).values()} == {(None, None)}


def test_the_toll_says_it_and_the_diff_that_its_whole_became_known() -> None:
    aboard, ids = figure(ABOARD, "unknown"), (make.uuid(), make.uuid())
    fields: Any = {"id": ids[0]}
    known = figure(ABOARD, "exact", 10, id=aboard.id)
    moments = [told(whole, figure(KILLED, "all", of=whole, **fields)) for whole in (aboard, known)]
    pair = SnapshotPair(*(snapshots.snapshot(drawn(moment)) for moment in moments))
    difference = diff.diff(pair, EVENT.id, "recorded", (None, None), "family")
    moved = next(moved for moved in difference.figures if moved.measure == "killed")
    assert (moved.from_.says, moved.to.says) == ("all", "all 10")
