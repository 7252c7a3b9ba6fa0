"""What changed between two dossiers of one event."""

from dataclasses import replace
from typing import Any

import make
from scenes import ALL, EVENT, WHAT, claim, drawn, found_in, rows, said, view

from app.derive.diff import snapshots
from app.derive.diff.diff import diff
from app.derive.diff.snapshots import Snapshot, SnapshotPair
from app.derive.rules.rows import Rows, View
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead
from app.schemas.documents import DocumentLinkRead, DocumentRead
from app.schemas.events import EventRead
from app.schemas.pictures.diffs import DiffRead, FieldChange
from app.schemas.pictures.dossiers import NotLive
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import HopRead, StatementRead

ARMY = make.read(SourceRead, name="Army", party="russia")
KYIV = make.read(SourceRead, name="Kyiv", party="ukraine")
DESK = make.read(SourceRead, name="Desk")
SOURCES = [ARMY, KYIV, DESK]
NUMBER: Any = {"answer": "quantity", "unit": "persons", "evolving": True, "single_answer": True}
INJURED = make.read(QuestionRead, text="How many?", kind="casualties", measure="injured", **NUMBER)


def snapshot(event_rows: Rows | None, seen_by: View = ALL) -> Snapshot:
    if event_rows is None:
        return snapshots.snapshot(None)
    return snapshots.snapshot(drawn(event_rows, seen_by), snapshots.merges_of(event_rows, seen_by))


def between(before: Rows | None, after: Rows | None, seen_by: View = ALL) -> DiffRead:
    return diff(
        SnapshotPair(snapshot(before, seen_by), snapshot(after, seen_by)), EVENT.id, "recorded", ("a", "b"), "family"
    )


def on_the_said_clock(event_rows: Rows, since: str, until: str) -> DiffRead:
    pair = SnapshotPair(
        *(snapshot(event_rows, view(words, restricted=True, confidential=True)) for words in (since, until))
    )
    return diff(pair, EVENT.id, "said", (since, until), "family")


def moved(changes: list[FieldChange]) -> dict[str, tuple[Any, Any]]:
    return {change.field: (change.from_, change.to) for change in changes}


def changed(record: Any, **values: Any) -> Any:
    return record.model_copy(update=make.with_bounds(values))


# --- statements and claims -------------------------------------------------------------------------------------------


def test_new_changed_withdrawn_restored_and_removed_statements() -> None:
    answer = claim("It", question_id=WHAT.id)
    document = make.read(DocumentRead, title="Article")
    steady, taken_back = said(answer, ARMY, said="2023-08-01"), said(answer, ARMY, said="2023-08-02")
    back, gone, new = (
        said(answer, DESK, said="2023-08-03"),
        said(answer),
        said(answer, KYIV, stance="deny", said="2023-08-05"),
    )
    appearance, lost = found_in(steady, document, wording="It"), found_in(gone, wording="Gone")
    common: dict[str, Any] = {"questions": [WHAT], "claims": [answer], "sources": SOURCES, "documents": [document]}
    before = rows(
        statements=[steady, taken_back, changed(back, withdrawn="2023-08-04"), gone],
        appearances=[appearance, lost],
        **common,
    )
    again = changed(taken_back, withdrawn="2023-08-06", withdrawn_reason="a mistake")
    after = rows(
        statements=[changed(steady, certainty="certain"), again, back, new],
        appearances=[changed(appearance, fidelity="drifted"), found_in(steady, wording="Again")],
        **common,
    )
    found = between(before, after).statements
    assert [entry.statement_id for entry in found.new] == [new.id]
    assert (found.new[0].source_id, found.new[0].stance, found.new[0].text) == (KYIV.id, "deny", "It")
    assert [(entry.statement_id, entry.wording) for entry in found.removed] == [(gone.id, "Gone")]
    assert [entry.statement_id for entry in found.restored] == [back.id]
    # It covers what the same family had said before, in every document.
    withdrawals = [(entry.statement_id, entry.why_not_live, entry.withdrawn_reason) for entry in found.withdrawn]
    assert withdrawals == [
        (steady.id, NotLive(reason="withdrawn_elsewhere", at="2023-08-06", statement_id=taken_back.id), None),
        (taken_back.id, NotLive(reason="withdrawn", at="2023-08-06", statement_id=None), "a mistake"),
    ]
    assert [entry.statement_id for entry in found.changed] == [steady.id]
    assert moved(found.changed[0].changes) == {"certainty": (None, "certain")}
    assert [(a.what, a.wording, moved(a.changes)) for a in found.changed[0].appearances] == [
        ("changed", "It", {"fidelity": ("verbatim", "drifted")}),
        ("new", "Again", {}),
    ]
    assert [entry.statement_id for entry in between(after, before).statements.restored] == [steady.id, taken_back.id]


def test_what_was_said_and_taken_back_between_the_moments_is_told() -> None:
    answer = claim("It", question_id=WHAT.id)
    retracted = said(answer, ARMY, said="2023-08-01", withdrawn="2023-08-02")
    after = rows(questions=[WHAT], claims=[answer], statements=[retracted], sources=SOURCES)
    (summary,) = between(rows(questions=[WHAT], sources=SOURCES), after).summary
    assert "1 new statement by Army; “It” by Army was taken back" in summary.text


def test_what_a_withdrawal_hides_is_restored_by_its_undoing() -> None:
    answer = claim("It")
    early, late = said(answer, ARMY, said="2023-08-01"), said(answer, ARMY, said="2023-08-02")
    before = rows(claims=[answer], statements=[early, changed(late, withdrawn="2023-08-03")], sources=SOURCES)
    after = rows(claims=[answer], statements=[early, late], sources=SOURCES)
    difference = between(before, after)
    assert [entry.statement_id for entry in difference.statements.restored] == [early.id, late.id]
    assert [(m.text, m.from_, m.to) for m in difference.standings] == [("It", "withdrawn", "single_origin")]
    assert [(m.stance, m.from_, m.to) for m in difference.origins] == [("support", 0, 1)]
    assert [s.text for s in difference.summary] == [
        (
            "Without a question: “It” by Army stands again; “It” by Army stands again; "
            "“It” went from no longer claimed to one source because 1 independent source supports it: Army."
        )
    ]


def test_claims_and_questions_that_changed() -> None:
    first, second = claim("It", question_id=WHAT.id), claim("Other")
    link = make.read(ClaimLinkRead, event_id=EVENT.id, from_id=first.id, to_id=second.id, relation="contradicts")
    new = claim("New")
    difference = between(
        rows(questions=[WHAT], claims=[first, second], claim_links=[link]),
        rows(
            questions=[changed(WHAT, single_answer=False), INJURED],
            claims=[changed(first, accuses="russia", question_id=None), second, new],
        ),
    )
    assert [(entry.text, entry.standing) for entry in difference.claims.new] == [("New", "unsupported")]
    changes_by_text = {entry.text: moved(entry.changes) for entry in difference.claims.changed}
    assert changes_by_text["It"] == {
        "question_id": (str(WHAT.id), None),
        "accuses": (None, "russia"),
        "links": ([{"relation": "contradicts", "direction": "from", "claim_id": str(second.id)}], []),
    }
    assert set(changes_by_text) == {"It", "Other"}
    assert [entry.question_id for entry in difference.questions.new] == [INJURED.id]
    assert [moved(entry.changes) for entry in difference.questions.changed] == [{"single_answer": (True, False)}]
    assert difference.claims.removed == []
    assert sorted(first.text for first in difference.summary) == [
        "Injured: new question.",
        "What was it? The question was changed (single answer).",
        "Without a question: new claim “New”; "
        + "; ".join(
            f"“{entry.text}” was changed ({'question, accuses, links' if entry.text == 'It' else 'links'})"
            for entry in difference.claims.changed
        )
        + ".",
    ]


# --- merges ----------------------------------------------------------------------------------------------------------


def test_what_merging_alone_makes_different_is_told_once() -> None:
    first, second = claim("A drone", question_id=WHAT.id), claim("Drone", question_id=WHAT.id)
    article, twin = (
        make.read(DocumentRead, title="Article"),
        make.read(DocumentRead, title="Twin", publisher_id=DESK.id),
    )
    by_army, by_desk = said(first, ARMY, said="2023-08-01"), said(second, DESK, said="2023-08-02")
    hop = make.read(HopRead, source_id=DESK.id)
    common: dict[str, Any] = {
        "questions": [WHAT],
        "statements": [by_army, by_desk],
        "appearances": [found_in(by_army, article), found_in(by_desk, twin), found_in(by_army, article, hops=[hop])],
    }
    before = rows(claims=[first, second], sources=[ARMY, DESK], documents=[article, twin], **common)
    after = rows(
        claims=[first, changed(second, merged_into=first.id)],
        sources=[ARMY, changed(DESK, merged_into=ARMY.id)],
        documents=[article, changed(twin, merged_into=article.id)],
        **common,
    )
    difference = between(before, after)
    assert [(entry.claim_id, entry.merged_into) for entry in difference.claims.removed] == [(second.id, first.id)]
    assert difference.statements == between(before, before).statements
    assert [(m.id, m.name, m.into_id) for m in difference.source_changes.merged] == [(DESK.id, "Desk", ARMY.id)]
    assert [(m.id, m.name, m.into_id) for m in difference.document_changes.merged] == [(twin.id, "Twin", article.id)]
    assert difference.summary[0].text == (
        "What was it? “Drone” was merged into “A drone”; "
        "“A drone” went from contested to one source because 1 independent source supports it: Army; "
        "the question went from contested to open."
    )
    back = between(after, before)
    assert [(entry.claim_id, entry.merged_into) for entry in back.claims.new] == [(second.id, first.id)]
    assert (back.source_changes.merged, back.document_changes.merged) == ([], [])
    assert [m.id for m in back.source_changes.parted] == [DESK.id]
    assert [m.id for m in back.document_changes.parted] == [twin.id]


def test_a_merge_that_hides_a_source_is_not_told() -> None:
    answer, secret = claim("It"), make.read(SourceRead, name="Secret", confidential=True)
    common: dict[str, Any] = {"claims": [answer], "statements": [said(answer, DESK)]}
    hidden: dict[str, Any] = {
        "confidential": frozenset([secret.id]),
        "absorbed": frozenset([DESK.id]),
        "masks": {(EVENT.id, source.id): make.uuid() for source in (DESK, secret)},
    }
    before = rows(sources=[DESK, secret], **common, **hidden)
    after = rows(sources=[changed(DESK, merged_into=secret.id), secret], **common, **hidden)
    assert [m.into_id for m in between(before, after).source_changes.merged] == [secret.id]
    public = between(before, after, View())
    assert public.source_changes.merged == []
    for name in (str(secret.id), str(DESK.id), "Secret", "Desk"):
        assert name not in public.model_dump_json()


def test_an_event_that_was_merged_brings_its_statements() -> None:
    twin = make.read(EventRead, title="Other", merged_into=EVENT.id)
    there = make.read(type(WHAT), event_id=twin.id, text="There?", kind="other")
    hidden = {"restricted": frozenset([twin.id])}
    before = make.rows(EVENT, events=[])
    after = make.rows(EVENT, events=[twin], event_ids=frozenset([EVENT.id, twin.id]), questions=[there])
    assert (between(before, after).event.merged, between(after, before).event.parted) == (
        [twin.id],
        [twin.id],
    )
    assert [entry.text for entry in between(before, after).questions.new] == ["There?"]
    secret = make.rows(EVENT, events=[twin], event_ids=frozenset([EVENT.id, twin.id]), questions=[there], **hidden)
    public = between(before, secret, View())
    assert (public.event.merged, public.questions.new) == ([], [])


# --- what the rules make of it ---------------------------------------------------------------------------------------


def test_standings_and_statuses_move_with_what_is_new_in_their_reasons() -> None:
    drone, gas = claim("A drone", question_id=WHAT.id), claim("Gas", question_id=WHAT.id)
    first, second = said(drone, ARMY, said="2023-08-09"), said(gas, KYIV, said="2023-08-11")
    event_rows = rows(questions=[WHAT], claims=[drone, gas], statements=[first, second], sources=SOURCES)
    difference = on_the_said_clock(event_rows, "2023-08-10", "2023-08-12")
    assert [(m.text, m.from_, m.to) for m in difference.standings] == [("A drone", "single_origin", "contested")]
    assert [(m.from_, m.to) for m in difference.statuses] == [("open", "contested")]
    assert [entry.statement_id for entry in difference.statements.new] == [second.id]
    assert [entry.text for entry in difference.claims.new] == ["Gas"]
    assert [s.text for s in difference.summary] == [
        (
            "What was it? 1 new statement by Kyiv; new claim “Gas”; “A drone” went from one source to contested "
            "because 1 rival claim is supported; the question went from open to contested."
        )
    ]
    assert set(difference.sources) == {KYIV.id}


def test_what_is_linked_to_something_said_later_did_not_change() -> None:
    first, second = claim("One", question_id=WHAT.id), claim("Other", question_id=WHAT.id)
    link = make.read(ClaimLinkRead, event_id=EVENT.id, from_id=first.id, to_id=second.id, relation="contradicts")
    papers = [make.read(DocumentRead, title=f"Article {n}") for n in range(2)]
    spoken = [said(first, ARMY, said="2023-08-09"), said(second, KYIV, said="2023-08-11")]
    event_rows = rows(
        questions=[WHAT],
        claims=[first, second],
        claim_links=[link],
        statements=spoken,
        appearances=[found_in(*pair) for pair in zip(spoken, papers, strict=True)],
        documents=papers,
        document_links=[make.read(DocumentLinkRead, from_id=papers[0].id, to_id=papers[1].id)],
        sources=SOURCES,
    )
    pair = SnapshotPair(*(snapshot(event_rows, view(words)) for words in ("2023-08-09", "2023-08-11")))
    difference = diff(pair, EVENT.id, "said", (None, None), "family")
    assert [entry.text for entry in difference.claims.new] == ["Other"]
    assert (difference.claims.changed, difference.document_links, difference.document_changes.changed) == ([], [], [])


def test_figures_move_from_what_to_what() -> None:
    numbers = [make.figure("exact", n, n) for n in (31, 60, 80)] + [make.figure("at_least", 24)]
    claims_ = [claim("", question_id=INJURED.id, figure=number) for number in numbers]
    spoken = [
        said(claims_[0], ARMY, said="2023-08-09"),
        said(claims_[1], ARMY, said="2023-08-10"),
        said(claims_[2], KYIV, said="2023-08-10"),
        said(claims_[3], KYIV, said="2023-08-12"),
    ]
    event_rows = rows(questions=[INJURED], claims=claims_, statements=spoken, sources=SOURCES)
    moved_ = on_the_said_clock(event_rows, "2023-08-09", "2023-08-10").figures[0]
    assert (moved_.from_.says, moved_.from_.min, moved_.from_.max) == ("31", 31, 31)
    assert (moved_.to.says, moved_.to.min, moved_.to.max) == ("60 to 80", 60, 80)
    assert [(one.text, one.source_ids) for one in moved_.to.figures] == [
        ("60 injured", [ARMY.id]),
        ("80 injured", [KYIV.id]),
    ]
    assert (
        on_the_said_clock(event_rows, "2023-08-09", "2023-08-10")
        .summary[0]
        .text.startswith("Injured: 31 → 60 to 80; 2 new statements by Army and Kyiv")
    )
    assert on_the_said_clock(event_rows, "2023-08-08", "2023-08-09").figures[0].from_.says is None
    moved_ = on_the_said_clock(event_rows, "2023-08-10", "2023-08-12").figures[0]
    assert (moved_.to.says, moved_.to.min, moved_.to.max) == ("at least 24", 24, None)
    assert on_the_said_clock(event_rows, "2023-08-10", "2023-08-11").figures == []


def test_a_link_that_joins_origins_is_named() -> None:
    answer = claim("It", question_id=WHAT.id)
    unnamed = [make.read(SourceRead, name=f"an official {n}", disclosure="anonymous") for n in range(2)]
    papers = [make.read(DocumentRead, title=f"Article {n}") for n in range(2)]
    spoken = [said(answer, by, said="2023-08-09") for by in unnamed]
    link = make.read(DocumentLinkRead, from_id=papers[1].id, to_id=papers[0].id, state="proposed", score=0.5)
    common: dict[str, Any] = {
        "questions": [WHAT],
        "claims": [answer],
        "statements": spoken,
        "appearances": [found_in(*pair) for pair in zip(spoken, papers, strict=True)],
        "documents": papers,
        "sources": unnamed,
    }
    before, after = (rows(document_links=[changed(link, state=state)], **common) for state in ("proposed", "confirmed"))
    difference = between(before, after)
    assert [(m.text, m.stance, m.from_, m.to, m.parted_by) for m in difference.origins] == [("It", "support", 2, 1, [])]
    assert [(join.how, join.link_id, join.state) for join in difference.origins[0].joined_by] == [
        ("link", link.id, "confirmed")
    ]
    assert [(m.id, m.state_from, m.state_to) for m in difference.document_links] == [(link.id, "proposed", "confirmed")]
    assert "1 independent source supports it: 2 sources go back to one" in difference.summary[0].text
    assert [join.link_id for join in between(after, before).origins[0].parted_by] == [link.id]
    assert [(m.state_from, m.state_to) for m in between(rows(**common), after).document_links] == [(None, "confirmed")]


def test_assessments_silences_and_contradictions() -> None:
    first_claim, second_claim = claim("It", question_id=WHAT.id, accuses="ukraine"), claim("That", question_id=WHAT.id)
    accused = said(first_claim, ARMY, said="2023-08-09")
    unanswering: Any = {"event_id": EVENT.id, "question_id": WHAT.id, "source_id": KYIV.id}
    silent = make.read(StatementRead, stance="no_comment", said="2023-08-10", **unanswering)
    answered, turned = (
        said(first_claim, KYIV, stance="deny", said="2023-08-11"),
        said(second_claim, ARMY, said="2023-08-12"),
    )
    rated: Any = {"event_id": EVENT.id, "claim_id": first_claim.id, "author_id": DESK.id, "rating": "true"}
    first = make.read(AssessmentRead, made="2023-08-13", settles=True, **rated)
    second = make.read(AssessmentRead, made="2023-08-14", supersedes_id=first.id, **rated)
    event_rows = rows(
        questions=[WHAT],
        claims=[first_claim, second_claim],
        statements=[accused, silent, answered, turned],
        assessments=[first, second],
        sources=SOURCES,
    )

    def on(since: int, until: int) -> DiffRead:
        return on_the_said_clock(event_rows, f"2023-08-{since:02}", f"2023-08-{until:02}")

    assert [(s.party, s.stance) for s in on(8, 9).silences.begun] == [("ukraine", None)]
    assert "Ukraine: accused, has said nothing (since 9 August 2023)" in on(8, 9).summary[0].text
    assert [(c.from_.stance, c.to.stance) for c in on(9, 10).silences.changed] == [(None, "no_comment")]
    assert "Ukraine: has not commented (since 10 August 2023)" in on(9, 10).summary[0].text
    assert [s.party for s in on(10, 11).silences.ended] == ["ukraine"]
    assert [c.kind for c in on(11, 12).self_contradictions.new] == ["rival_claims"]
    assert "Army: two statements that contradict each other" in on(11, 12).summary[0].text
    assert [(a.assessment_id, a.settles) for a in on(12, 13).assessments.new] == [(first.id, True)]
    assert "Desk rated “It” true, which settles the question" in on(12, 13).summary[0].text
    assert [a.assessment_id for a in on(13, 14).assessments.superseded] == [first.id]
    assert [a.assessment_id for a in on(12, 14).assessments.new] == [first.id, second.id]
    withdrawn = replace(event_rows, statements=[accused, silent, answered, changed(turned, withdrawn="2023-08-15")])
    assert [c.kind for c in between(event_rows, withdrawn).self_contradictions.ended] == ["rival_claims"]


def test_sources_documents_and_the_event_itself() -> None:
    answer, document = claim("It"), make.read(DocumentRead, title="Before")
    statement = said(answer, ARMY)
    common: dict[str, Any] = {
        "claims": [answer],
        "statements": [statement],
        "appearances": [found_in(statement, document)],
    }
    renamed: Any = {"sources": [changed(ARMY, party="x")], "documents": [changed(document, title="After")]}
    after = make.rows(changed(EVENT, title="After"), **renamed, **common)
    difference = between(rows(sources=[ARMY], documents=[document], **common), after)
    assert moved(difference.event.changes) == {"title": ("An event", "After")}
    assert [(c.name, moved(c.changes)) for c in difference.source_changes.changed] == [
        ("Army", {"party": ("russia", "x")})
    ]
    assert [(c.name, moved(c.changes)) for c in difference.document_changes.changed] == [
        ("After", {"title": ("Before", "After")})
    ]
    assert difference.sources[ARMY.id].party == "x"


def test_an_event_that_was_not_there_is_all_new() -> None:
    answer = claim("It", question_id=WHAT.id)
    event_rows = rows(questions=[WHAT], claims=[answer], statements=[said(answer, ARMY)], sources=SOURCES)
    difference = between(None, event_rows)
    assert (difference.since.position, difference.until.position) == (None, "1-00000000")
    counts = [len(part.new) for part in (difference.questions, difference.claims, difference.statements)]
    assert (counts, difference.standings, difference.statuses, difference.event.changes) == ([1, 1, 1], [], [], [])
    assert [len(part.removed) for part in (between(event_rows, None).claims, between(event_rows, None).statements)] == [
        1,
        1,
    ]
