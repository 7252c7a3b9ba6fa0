"""What was only put back, and a range that stays, are no change."""

from typing import Any

import make
from scenes import WHAT, claim, found_in, rows, said
from test_diff import ARMY, INJURED, SOURCES, between, changed, moved

from app.derive.rules.rows import Rows
from app.schemas.documents import DocumentRead


def test_words_that_were_deleted_and_are_there_again_are_no_change() -> None:
    """Under another id, as after two deliveries of a report; what is otherwise of them is."""
    answer = claim("It", question_id=WHAT.id)
    document = make.read(DocumentRead, title="Article")
    spoken = said(answer, ARMY, said="2023-08-01")
    common: dict[str, Any] = {
        "questions": [WHAT],
        "claims": [answer],
        "sources": SOURCES,
        "documents": [document],
        "statements": [spoken],
    }

    def appearing(*words: str, **fields: Any) -> Rows:
        return rows(appearances=[found_in(spoken, document, wording=word, **fields) for word in words], **common)

    difference = between(appearing("It", "Again"), appearing("Again", "It"))
    assert (difference.statements.changed, difference.summary) == ([], [])
    (entry,) = between(appearing("It"), appearing("It", fidelity="drifted")).statements.changed
    assert [(a.what, moved(a.changes)) for a in entry.appearances] == [
        ("changed", {"fidelity": ("verbatim", "drifted")})
    ]
    (entry,) = between(appearing("It"), appearing("It", "It")).statements.changed
    assert [(a.what, a.wording) for a in entry.appearances] == [("new", "It")]


def test_a_range_that_stays_is_no_news() -> None:
    """Another source gives what was given: that there is a statement more is told, and not `0 to 825 → 0 to 825`."""
    figures = [
        claim("", question_id=INJURED.id, figure=make.figure(*figure))
        for figure in (("exact", 0, 0), ("exact", 825, 825), ("between", 10, 800))
    ]
    single = changed(INJURED, evolving=False)
    given = [said(figure, ARMY, said="2023-08-01") for figure in figures]
    before, after = (
        rows(questions=[single], claims=figures, statements=given[:count], sources=SOURCES) for count in (2, 3)
    )
    difference = between(before, after)
    assert [(one.from_.says, one.to.says) for one in difference.figures] == [("0 to 825", "0 to 825")]
    (summary,) = difference.summary
    assert "→" not in summary.text
    assert "1 new statement by Army" in summary.text
