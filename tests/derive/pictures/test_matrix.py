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


def cells(found: MatrixRead, row: int = 0) -> dict[str, MatrixCell]:
    return {found.columns[cell.column].label: cell for cell in found.rows[row].cells}


def test_a_cell_counts_what_stands_and_says_when_it_was_said() -> None:
    one, other = claim("They did", question_id=WHO.id), claim("Others did", question_id=WHO.id)
    spoken = [
        said(one, ARMY, said="2023-08-10"),
        said(other, PILOT, said="2023-08-09T13:00+03:00"),
        said(one, PILOT, said="2023-08-12"),
        said(one, ARMY, stance="deny", said="2023-08-11"),
        said(one, ARMY, said="2023-08-08", withdrawn="2023-08-09"),
        said(one, ARMY, said="2023-08-13", explicitness="implied"),
        said(one, WITNESS, stance="comment", said="2023-08-10"),
        said(one, said="2023-08-10"),
    ]
    every = drawn(rows(questions=[WHO], claims=[one, other], statements=spoken, sources=SOURCES))
    found = matrix(every, "party")
    assert [(column.label, column.party) for column in found.columns] == [("russia", "russia"), ("no party", None)]
    assert [(row.question_id, row.text, row.status) for row in found.rows] == [(WHO.id, WHO.text, "open")]
    russia = cells(found)["russia"]
    support = russia.stances["support"]
    assert (support.statements, support.claim_ids, support.source_ids) == (3, [other.id, one.id], [PILOT.id, ARMY.id])
    assert (support.first.said, support.first.statement_id) == ("2023-08-09T13:00+03:00", spoken[1].id)
    assert (support.last.said, support.last.said_from) == ("2023-08-12", spoken[2].said_from)
    assert (russia.stances["deny"].statements, russia.beside, russia.silence) == (1, {"support": 1}, None)
    nobody = cells(found)["no party"]
    assert {stance: (cell.statements, cell.source_ids) for stance, cell in nobody.stances.items()} == {
        "comment": (1, [WITNESS.id]),
        "support": (1, []),
    }
    assert found.claims == {one.id: "They did", other.id: "Others did"}
    assert set(found.sources) == {ARMY.id, PILOT.id, WITNESS.id}


def test_by_source_everybody_has_a_column_with_name_party_and_family() -> None:
    one = claim("They did", question_id=WHO.id)
    spoken = [said(one, by) for by in (PILOT, WITNESS, None)]
    found = matrix(drawn(rows(questions=[WHO], claims=[one], statements=spoken, sources=SOURCES)), "source")
    assert [tuple(column.model_dump().values()) for column in found.columns] == [
        ("Pilot", "russia", PILOT.id, ARMY.id),
        ("Witness", None, WITNESS.id, WITNESS.id),
        ("nobody", None, None, None),
    ]
    assert {label: cell.stances["support"].statements for label, cell in cells(found).items()} == {
        "Pilot": 1,
        "Witness": 1,
        "nobody": 1,
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
        every = drawn(rows(questions=[WHO], claims=[accusation], statements=spoken, sources=SOURCES))
        for by in ("party", "source"):
            found = cells(matrix(every, by))
            label = "Kyiv" if stance and by == "source" else "ukraine"
            silence = found[label].silence
            assert silence is not None
            assert (silence.stance, silence.since, silence.claim_ids) == (stance, since, [accusation.id])
            assert ("no_comment" in found[label].stances) == (stance is not None)
            assert [cell.silence for other, cell in found.items() if other != label] == [None]
    answered = drawn(
        rows(
            questions=[WHO],
            claims=[accusation],
            statements=[accused, silent, said(accusation, KYIV, stance="deny", said="2023-08-11")],
            sources=SOURCES,
        )
    )
    cell = cells(matrix(answered, "party"))["ukraine"]
    assert (cell.silence, sorted(cell.stances)) == (None, ["deny", "no_comment"])


def test_one_question_alone_is_its_row_of_the_whole() -> None:
    one, loose = claim("It", question_id=WHAT.id), claim("Loose")
    spoken = [said(one, ARMY), said(loose, WITNESS), asked(KYIV, "no_comment", "2023-08-09")]
    every = drawn(rows(questions=[WHAT, WHO], claims=[one, loose], statements=spoken, sources=SOURCES))
    whole = matrix(every, "party")
    assert [row.question_id for row in whole.rows] == [WHO.id, WHAT.id, None]
    assert cells(whole, 2)["no party"].stances["support"].claim_ids == [loose.id]
    alone = matrix(every, "party", WHO.id)
    assert [row.question_id for row in alone.rows] == [WHO.id]
    assert [column.label for column in alone.columns] == ["ukraine"]
    assert cells(alone)["ukraine"].model_copy(update={"column": 1}) == cells(whole)["ukraine"]
    assert (set(alone.sources), alone.claims) == ({KYIV.id}, {})


def test_who_a_protected_source_is_of_is_not_told() -> None:
    secret = make.read(SourceRead, name="Secret", party="ukraine", confidential=True)
    one, mask = claim("It", question_id=WHO.id), make.uuid()
    every = rows(
        questions=[WHO],
        claims=[one],
        statements=[said(one, secret)],
        sources=[secret],
        confidential=frozenset([secret.id]),
        masks={(EVENT.id, secret.id): mask},
    )
    assert [column.party for column in matrix(drawn(every), "party").columns] == ["ukraine"]
    shown: list[tuple[str, str | None, UUID | None]] = []
    by: ColumnsBy
    for by in ("party", "source"):
        shown += [(c.label, c.party, c.source_id) for c in matrix(drawn(every, View()), by).columns]
    assert shown == [("no party", None, None), ("a protected source", None, mask)]


@given(events())
def test_every_explicit_statement_that_stands_is_in_one_cell(every: Rows) -> None:
    for asked_for in (ALL, view("2023-08-09")):
        picture = drawn(every, asked_for)
        standing = [one for one in statements(picture) if one.live and one.explicitness == "explicit"]
        by: ColumnsBy
        for by in ("party", "source"):
            found = matrix(picture, by)
            taken: Any = [cell.stances.values() for row in found.rows for cell in row.cells]
            assert sum(stance.statements for stances in taken for stance in stances) == len(standing)
            silent = [cell.silence for row in found.rows for cell in row.cells if cell.silence]
            assert sorted(silent, key=picture.silences.index) == picture.silences
            assert MatrixRead.model_validate_json(found.model_dump_json()) == found
