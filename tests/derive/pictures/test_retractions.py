"""Documents that were retracted: what is found only there stands no more, in every picture."""

import json
from typing import Any

import make
import pytest
from scenes import ALL, EVENT, WHAT, claim, claims, drawn, found_in, rows, said, statements, view

from app.derive.diff import diff, snapshots
from app.derive.diff.snapshots import SnapshotPair
from app.derive.pictures.matrix import matrix
from app.derive.pictures.reasons import in_words
from app.derive.pictures.series import series
from app.derive.pictures.timeline import timeline
from app.derive.rules.rows import Rows
from app.formats import atom, csv, jsonld
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentLinkRead, DocumentRead
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead
from app.texts.messages.wording import Wording
from app.vocabulary import AnswerLanguage

ARMY, CITY, PAPER = (make.read(SourceRead, name=name) for name in ("army", "city", "Paper"))
OPERATOR = make.read(SourceRead, name="Hydro", party="operator")
THIS = claim("This", question_id=WHAT.id)
FALSE_STORY = make.read(
    DocumentRead, title="A story", url="https://a.example/1", publisher_id=PAPER.id, lifecycle="retracted",
    retracted="2023-08-12", retracted_reason="It was made up", retraction_url="https://a.example/sorry",
)  # fmt: skip
STANDING = make.read(DocumentRead, url="https://b.example/1")


def told(*spoken: tuple[StatementRead, list[DocumentRead]], **fields: Any) -> Rows:
    """Rows in which each statement is found in these documents."""
    places = [found_in(statement, document) for statement, documents in spoken for document in documents]
    shared: dict[str, Any] = {
        "questions": [WHAT],
        "claims": [THIS],
        "sources": [ARMY, CITY, PAPER],
        "documents": [FALSE_STORY, STANDING],
        "cited": frozenset({FALSE_STORY.id, STANDING.id}),
    }
    return rows(**shared | {"statements": [statement for statement, _ in spoken], "appearances": places} | fields)


def only(picture: DossierRead) -> tuple[str, str]:
    """Where the only claim stands, and why."""
    (shown,) = claims(picture)
    return shown.standing, shown.why


def test_what_is_found_only_in_a_retracted_report_stands_until_then() -> None:
    event_rows = told((said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY]))
    picture = drawn(event_rows)
    assert only(picture) == ("withdrawn", "it is found only in a retracted report (retracted 12 August 2023)")
    (statement,) = statements(picture)
    assert (statement.live, statement.withdrawn) == (False, None)
    assert statement.why_not_live is not None
    assert (statement.why_not_live.reason, statement.why_not_live.at) == ("retracted", "2023-08-12")
    assert (picture.questions[0].status, picture.questions[0].why) == (
        "withdrawn",
        "answered only in a retracted report",
    )
    before = drawn(event_rows, view("2023-08-11"))
    assert only(before) == ("single_origin", "1 independent source supports it: army")
    assert only(drawn(event_rows, view("2023-08-12")))[0] == "withdrawn"


def test_what_is_found_in_another_document_is_not_touched() -> None:
    copy = make.read(DocumentLinkRead, from_id=STANDING.id, to_id=FALSE_STORY.id, relation="syndicated_from")
    spoken = said(THIS, ARMY, said="2023-08-09")
    copied = told((spoken, [FALSE_STORY, STANDING]), document_links=[copy])
    assert only(drawn(copied)) == ("single_origin", "1 independent source supports it: army")
    # And what is found in no document, or where nothing says in which, neither.
    assert only(drawn(told((spoken, []))))[0] == "single_origin"
    unknown = rows(claims=[THIS], statements=[spoken], sources=[ARMY], appearances=[found_in(spoken)])
    assert only(drawn(unknown))[0] == "single_origin"


def test_all_its_reports_retracted_it_stands_until_the_last_of_them_was() -> None:
    later = make.read(DocumentRead, lifecycle="retracted", retracted="2023-08-14")
    event_rows = told((said(THIS, ARMY, said="2023-08-09"), [later, FALSE_STORY]), documents=[FALSE_STORY, later])
    assert only(drawn(event_rows, view("2023-08-13")))[0] == "single_origin"
    assert only(drawn(event_rows)) == ("withdrawn", "it is found only in a retracted report (retracted 14 August 2023)")


def test_a_document_is_retracted_under_any_of_its_ids() -> None:
    merged = make.read(DocumentRead, **FALSE_STORY.model_dump() | {"id": make.uuid(), "merged_into": STANDING.id})
    event_rows = told((said(THIS, ARMY, said="2023-08-09"), [STANDING]), documents=[STANDING, merged])
    picture = drawn(event_rows)
    assert only(picture)[0] == "withdrawn"
    shown = picture.documents[STANDING.id]
    assert (shown.lifecycle, shown.retracted, shown.retracted_reason) == ("retracted", "2023-08-12", "It was made up")


def test_a_document_no_longer_says_in_its_own_voice_what_it_retracted() -> None:
    own_voice = said(THIS, said="2023-08-09")
    assert only(drawn(told((own_voice, [FALSE_STORY])))) == (
        "withdrawn",
        "it is found only in a retracted report (retracted 12 August 2023)",
    )
    both = told((own_voice, [FALSE_STORY, STANDING]))
    assert [assertion.document_id for assertion in drawn(both).unattributed] == [STANDING.id]
    before = drawn(both, view("2023-08-11", restricted=True))
    assert {assertion.document_id for assertion in before.unattributed} == {FALSE_STORY.id, STANDING.id}


def test_the_reasons_tell_of_it_beside_what_stands() -> None:
    supported = told(
        (said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY]), (said(THIS, CITY, said="2023-08-10"), [STANDING])
    )
    assert only(drawn(supported)) == (
        "single_origin",
        "1 independent source supports it: city; 1 statement is found only in a retracted report",
    )
    taken_back = told(
        (said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY]),
        (said(THIS, CITY, said="2023-08-10", withdrawn="2023-08-11"), [STANDING]),
    )
    assert only(drawn(taken_back)) == (
        "withdrawn",
        "the 2 statements that supported it were taken back; 1 statement is found only in a retracted report",
    )
    assert drawn(taken_back).questions[0].why == "answered, then taken back"
    denied = told(
        (said(THIS, ARMY, said="2023-08-09"), [STANDING]),
        (said(THIS, CITY, said="2023-08-10", stance="deny"), [FALSE_STORY]),
    )
    assert only(drawn(denied)) == (
        "single_origin",
        "1 independent source supports it: army; 1 statement is found only in a retracted report",
    )
    twice = told(
        (said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY]), (said(THIS, CITY, said="2023-08-10"), [FALSE_STORY])
    )
    assert (
        only(drawn(twice))[1]
        == "the 2 statements that supported it are found only in retracted reports (retracted 12 August 2023)"
    )


def test_what_its_report_alone_took_back() -> None:
    spoken = said(THIS, ARMY, said="2023-08-09", withdrawn="2023-08-12", withdrawn_by="document")
    earlier = said(THIS, ARMY, said="2023-08-08")
    assert only(drawn(told((spoken, [STANDING])))) == (
        "withdrawn",
        "taken back by the report it stood in (12 August 2023)",
    )
    assert only(drawn(told((spoken, [STANDING]), (earlier, [STANDING]))))[0] == "single_origin"
    both = {"withdrawn_by": "source"}
    by_source = make.read(StatementRead, **spoken.model_dump() | both)
    assert only(drawn(told((by_source, [STANDING]), (earlier, [STANDING]))))[0] == "withdrawn"


@pytest.mark.parametrize("fields", [{"retracted": True}, {"withdrawn": "2023-08-12", "withdrawn_by": "document"}])
def test_nobody_contradicts_himself_in_what_a_report_took_back(fields: dict[str, Any]) -> None:
    retracted = fields.pop("retracted", False)
    denial = said(THIS, ARMY, said="2023-08-09", stance="deny")
    support = said(THIS, ARMY, said="2023-08-10", **fields)
    event_rows = told((denial, [STANDING]), (support, [FALSE_STORY if retracted else STANDING]))
    assert drawn(event_rows).self_contradictions == []
    before = drawn(event_rows, view("2023-08-11", restricted=True, confidential=True))
    assert len(before.self_contradictions) == 1


def test_the_timeline_the_matrix_and_the_side_map_of_documents_tell() -> None:
    picture = drawn(told((said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY])))
    entries = timeline(picture, None).entries
    assert [(entry.what, entry.at, entry.live) for entry in entries] == [
        ("said", "2023-08-09", False),
        ("retracted", "2023-08-12", False),
    ]
    assert matrix(picture, "source").rows[0].cells == []
    assert picture.documents[FALSE_STORY.id].retraction_url == "https://a.example/sorry"


def test_the_diff_says_that_it_stands_no_more_and_why() -> None:
    spoken = said(THIS, ARMY, said="2023-08-09")
    live = make.read(DocumentRead, id=FALSE_STORY.id, title="A story", url="https://a.example/1", publisher_id=PAPER.id)
    before = told((spoken, [live]), documents=[live, STANDING])
    pair = SnapshotPair(*(snapshots.snapshot(drawn(each)) for each in (before, told((spoken, [FALSE_STORY])))))
    difference = diff.diff(pair, EVENT.id, "recorded", (None, None), "family")
    (entry,) = difference.statements.withdrawn
    assert entry.why_not_live is not None
    assert entry.why_not_live.reason == "retracted"
    assert "“This” by army stands only in a retracted report" in difference.summary[0].text
    assert [change.field for change in difference.document_changes.changed[0].changes] == [
        *("lifecycle", "retracted", "retracted_reason", "retraction_url")
    ]


def test_a_figure_that_only_a_retracted_report_gave_is_no_figure_any_more() -> None:
    toll = make.read(QuestionRead, event_id=EVENT.id, measure="injured", answer="quantity", single_answer=True)
    numbers = [
        make.read(ClaimRead, event_id=EVENT.id, question_id=toll.id, figure=make.figure("exact", number, number))
        for number in (31, 52)
    ]
    first, second = (
        said(number, source, said="2023-08-09") for number, source in zip(numbers, (ARMY, CITY), strict=True)
    )
    event_rows = told((first, [STANDING]), (second, [FALSE_STORY]), questions=[toll], claims=numbers)
    (quantity,) = series(event_rows, ALL, "1-00000000").questions
    points = [(point.text, point.state, point.ended) for line in quantity.series for point in line.points]
    assert points == [("31 injured", "current", None), ("52 injured", "retracted", "2023-08-12")]
    assert [(step.at.day, step.low, step.high, step.disputed) for step in quantity.envelope] == [
        (10, 31, 52, True),
        (13, 31, 31, False),
    ]
    assert [shown.rivals for shown in claims(drawn(event_rows))] == [[], []]


def test_the_exports_tell() -> None:
    picture = drawn(told((said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY])))
    (row,) = csv.rows(picture)
    assert (row["live"], row["why_not_live"], row["not_live_since"]) == (False, "retracted", "2023-08-12")
    assert (row["document_lifecycle"], row["document_retracted"]) == ("retracted", "2023-08-12")
    (node,) = [node for node in _nodes(jsonld.render(picture)) if node.get("cc:lifecycle")]
    assert node["creativeWorkStatus"] == "Retracted"
    assert node["correction"] == "https://a.example/sorry"
    assert (node["cc:retracted"], node["cc:retractedReason"]) == ("2023-08-12", "It was made up")
    feed = atom.render(picture, []).decode()
    assert "<title>Retracted: A story</title>" in feed
    assert "Retracted 2023-08-12\nIt was made up" in feed


def _nodes(rendered: bytes) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = json.loads(rendered)["@graph"]
    return nodes


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("fr", "on ne la trouve que dans un article retiré par son éditeur (12 août 2023)"),
        ("ru", "есть только в отозванной публикации (12 августа 2023 г.)"),
        ("uk", "є лише у відкликаній публікації (12 серпня 2023 р.)"),
    ],
)
def test_it_is_said_in_every_language(language: AnswerLanguage, why: str) -> None:
    (shown,) = claims(drawn(told((said(THIS, ARMY, said="2023-08-09"), [FALSE_STORY]))))
    assert in_words(Wording(language), shown.reasons).replace("\u202f", " ") == why


def test_whoever_took_a_denial_back_is_not_silent_unless_only_a_report_did() -> None:
    accusation = claim("They did", question_id=WHAT.id, accuses="operator")

    def silent(**withdrawal: Any) -> list[str]:
        denial = said(accusation, OPERATOR, stance="deny", said="2023-08-02", withdrawn="2023-08-05", **withdrawal)
        spoken = [said(accusation, ARMY, said="2023-08-02"), denial]
        event = rows(questions=[WHAT], claims=[accusation], statements=spoken, sources=[ARMY, OPERATOR])
        return [silence.party for silence in drawn(event).silences]

    assert silent() == []
    assert silent(withdrawn_by="source") == []
    assert silent(withdrawn_by="document") == ["operator"]
