"""Who takes which stance on which question, and who is silent."""

from typing import Any
from uuid import UUID

import make
from hypothesis import given
from scenes import ALL, EVENT, WHAT, claim, drawn, events, rows, said, statements, view

from app.derive.pictures.matrix import matrix
from app.derive.rules.rows import Rows, View
from app.schemas.pictures.matrices import ColumnsBy, MatrixCell, MatrixRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

WHO = make.read(QuestionRead, text="Who sent it?", kind="responsibility")
ARMY = make.read(SourceRead, name="Army", party="russia")
PILOT = make.read(SourceRead, name="Pilot", parent_id=ARMY.id)
KYIV = make.read(SourceRead, name="Kyiv", party="ukraine")
WITNESS = make.read(SourceRead, name="Witness")
SOURCES = [ARMY, PILOT, KYIV, WITNESS]


def asked(by: SourceRead, stance: str, said: str) -> StatementRead:
    return make.read(StatementRead, event_id=EVENT.id, question_id=WHO.id, source_id=by.id, stance=stance, said=said)


def cells(picture: MatrixRead, row: int = 0) -> dict[str, MatrixCell]:
    return {picture.columns[cell.column].label: cell for cell in picture.rows[row].cells}


def test_a_cell_counts_what_stands_and_says_when_it_was_said() -> None:
    they_did, others_did = claim("They did", question_id=WHO.id), claim("Others did", question_id=WHO.id)
    spoken = [
        said(they_did, ARMY, said="2023-08-10"),
        said(others_did, PILOT, said="2023-08-09T13:00+03:00"),
        said(they_did, PILOT, said="2023-08-12"),
        said(they_did, ARMY, stance="deny", said="2023-08-11"),
        said(they_did, ARMY, said="2023-08-08", withdrawn="2023-08-09"),
        said(they_did, ARMY, said="2023-08-13", explicitness="implied"),
        said(they_did, WITNESS, stance="comment", said="2023-08-10"),
        said(they_did, said="2023-08-10"),
    ]
    dossier = drawn(rows(questions=[WHO], claims=[they_did, others_did], statements=spoken, sources=SOURCES))
    picture = matrix(dossier, "party")
    assert [(column.label, column.party) for column in picture.columns] == [("Russia", "russia"), ("no party", None)]
    assert [(row.question_id, row.text, row.status) for row in picture.rows] == [(WHO.id, WHO.text, "open")]
    russia = cells(picture)["Russia"]
    support = russia.stances["support"]
    assert (support.statements, support.claim_ids, support.source_ids) == (
        3,
        [others_did.id, they_did.id],
        [PILOT.id, ARMY.id],
    )
    assert (support.first.said, support.first.statement_id) == ("2023-08-09T13:00+03:00", spoken[1].id)
    assert (support.last.said, support.last.said_from) == ("2023-08-12", spoken[2].said_from)
    assert (russia.stances["deny"].statements, russia.beside, russia.silence) == (1, {"support": 1}, None)
    nobody = cells(picture)["no party"]
    assert {stance: (cell.statements, cell.source_ids) for stance, cell in nobody.stances.items()} == {
        "comment": (1, [WITNESS.id]),
        "support": (1, []),
    }
    assert picture.claims == {they_did.id: "They did", others_did.id: "Others did"}
    assert set(picture.sources) == {ARMY.id, PILOT.id, WITNESS.id}


def test_by_source_everybody_has_a_column_with_name_party_and_family() -> None:
    they_did = claim("They did", question_id=WHO.id)
    spoken = [said(they_did, by) for by in (PILOT, WITNESS, None)]
    picture = matrix(drawn(rows(questions=[WHO], claims=[they_did], statements=spoken, sources=SOURCES)), "source")
    assert [tuple(column.model_dump().values()) for column in picture.columns] == [
        ("Pilot", "russia", PILOT.id, ARMY.id),
        ("Witness", None, WITNESS.id, WITNESS.id),
        ("in nobody's name", None, None, None),
    ]
    assert {label: cell.stances["support"].statements for label, cell in cells(picture).items()} == {
        "Pilot": 1,
        "Witness": 1,
        "in nobody's name": 1,
    }


def test_silences_stand_where_the_party_is_even_if_it_said_nothing() -> None:
    accusation = claim("Ukraine did", question_id=WHO.id, accuses="ukraine")
    accused = said(accusation, ARMY, said="2023-08-09")
    silent = asked(KYIV, "no_comment", "2023-08-10")
    by: ColumnsBy
    for spoken, stance, since in (
        ([accused], None, "2023-08-09"),
        ([accused, silent], "no_comment", "2023-08-10"),
    ):
        dossier = drawn(rows(questions=[WHO], claims=[accusation], statements=spoken, sources=SOURCES))
        for by in ("party", "source"):
            by_label = cells(matrix(dossier, by))
            label = "Kyiv" if stance and by == "source" else "Ukraine"
            silence = by_label[label].silence
            assert silence is not None
            assert (silence.stance, silence.since, silence.claim_ids) == (stance, since, [accusation.id])
            assert ("no_comment" in by_label[label].stances) == (stance is not None)
            assert [cell.silence for column, cell in by_label.items() if column != label] == [None]
    answered = drawn(
        rows(
            questions=[WHO],
            claims=[accusation],
            statements=[accused, silent, said(accusation, KYIV, stance="deny", said="2023-08-11")],
            sources=SOURCES,
        )
    )
    cell = cells(matrix(answered, "party"))["Ukraine"]
    assert (cell.silence, sorted(cell.stances)) == (None, ["deny", "no_comment"])


def test_one_question_alone_is_its_row_of_the_whole() -> None:
    answer, loose = claim("It", question_id=WHAT.id), claim("Loose")
    spoken = [said(answer, ARMY), said(loose, WITNESS), asked(KYIV, "no_comment", "2023-08-09")]
    dossier = drawn(rows(questions=[WHAT, WHO], claims=[answer, loose], statements=spoken, sources=SOURCES))
    picture = matrix(dossier, "party")
    assert [row.question_id for row in picture.rows] == [WHO.id, WHAT.id, None]
    assert cells(picture, 2)["no party"].stances["support"].claim_ids == [loose.id]
    alone = matrix(dossier, "party", WHO.id)
    assert [row.question_id for row in alone.rows] == [WHO.id]
    assert [column.label for column in alone.columns] == ["Ukraine"]
    assert cells(alone)["Ukraine"].model_copy(update={"column": 1}) == cells(picture)["Ukraine"]
    assert (set(alone.sources), alone.claims) == ({KYIV.id}, {})


def test_who_a_protected_source_is_of_is_not_told() -> None:
    secret = make.read(SourceRead, name="Secret", party="ukraine", confidential=True)
    answer, mask = claim("It", question_id=WHO.id), make.uuid()
    event_rows = rows(
        questions=[WHO],
        claims=[answer],
        statements=[said(answer, secret)],
        sources=[secret],
        confidential=frozenset([secret.id]),
        masks={(EVENT.id, secret.id): mask},
    )
    assert [column.party for column in matrix(drawn(event_rows), "party").columns] == ["ukraine"]
    columns: list[tuple[str, str | None, UUID | None]] = []
    by: ColumnsBy
    for by in ("party", "source"):
        columns += [(c.label, c.party, c.source_id) for c in matrix(drawn(event_rows, View()), by).columns]
    assert columns == [("no party", None, None), ("a protected source", None, mask)]


@given(events())
def test_every_explicit_statement_that_stands_is_in_one_cell(event_rows: Rows) -> None:
    for as_asked in (ALL, view("2023-08-09")):
        dossier = drawn(event_rows, as_asked)
        counted = [
            statement for statement in statements(dossier) if statement.live and statement.explicitness == "explicit"
        ]
        by: ColumnsBy
        for by in ("party", "source"):
            picture = matrix(dossier, by)
            stances_by_cell: Any = [cell.stances.values() for row in picture.rows for cell in row.cells]
            assert sum(stance.statements for stances in stances_by_cell for stance in stances) == len(counted)
            silent = [cell.silence for row in picture.rows for cell in row.cells if cell.silence]
            assert sorted(silent, key=dossier.silences.index) == dossier.silences
            assert MatrixRead.model_validate_json(picture.model_dump_json()) == picture
