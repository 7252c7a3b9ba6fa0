"""The timeline; and what holds for every dossier, whatever is in it."""

from random import Random

import make
from hypothesis import given
from hypothesis import strategies as st
from scenes import ALL, EVENT, WHAT, claim, claims, drawn, events, rows, said, statements, view

from app.derive.rows import Rows
from app.derive.timeline import timeline
from app.schemas.assessments import AssessmentRead
from app.schemas.dossiers import DossierRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead


def test_the_timeline_tells_what_happened_in_order() -> None:
    one, source, author = claim("This", question_id=WHAT.id), make.read(SourceRead), make.read(SourceRead)
    first = said(one, source, said="2023-08-09", withdrawn="2023-08-13")
    second = said(one, source, said="2023-08-10", supersedes_id=first.id)
    asks = make.read(
        StatementRead, event_id=EVENT.id, question_id=WHAT.id, source_id=source.id, stance="query", said="2023-08-08"
    )
    verdict = make.read(
        AssessmentRead,
        event_id=EVENT.id,
        claim_id=one.id,
        author_id=author.id,
        scheme="veracity",
        rating="true",
        made="2023-08-12",
    )
    every = rows(
        questions=[WHAT],
        claims=[one],
        statements=[first, second, asks],
        assessments=[verdict],
        sources=[source, author],
    )
    told = timeline(drawn(every), None)
    assert [(entry.what, entry.at, entry.text) for entry in told.entries] == [
        ("said", "2023-08-08", WHAT.text),
        ("said", "2023-08-09", "This"),
        ("said", "2023-08-10", "This"),
        ("superseded", "2023-08-10", "This"),
        ("assessed", "2023-08-12", "This"),
        ("withdrawn", "2023-08-13", "This"),
    ]
    assert set(told.sources) == {source.id, author.id}
    asked = view("2023-08-10", restricted=True, confidential=True)
    then = timeline(drawn(every, asked), asked.until)
    assert [entry.what for entry in then.entries] == ["said", "said", "said", "superseded"]
    assert set(then.sources) == {source.id}


@given(events(), st.integers(0, 2**32))
def test_no_answer_depends_on_the_order_of_the_rows(every: Rows, seed: int) -> None:
    random = Random(seed)
    lists = {
        name: random.sample(found, len(found))
        for name in Rows.__slots__
        if isinstance(found := getattr(every, name), list)
    }
    maps = {
        name: random.sample(list(found.values()), len(found))
        for name in ("documents", "sources")
        if (found := getattr(every, name))
    }
    assert drawn(rows(**lists, **maps)).model_dump_json() == drawn(every).model_dump_json()


@given(events(), st.sampled_from(["2023-08-09", "2023-08-10"]))
def test_every_id_leads_to_something_shown(every: Rows, said_before: str) -> None:
    for asked in (ALL, view(said_before)):
        picture = drawn(every, asked)
        known = {c.id for c in claims(picture)}
        assert {id_ for c in claims(picture) for id_ in (*c.rivals, *(tie.claim_id for tie in c.links))} <= known
        assert {s.claim_id for s in statements(picture)} <= known
        assert {s.source_id for s in statements(picture)} <= {None, *picture.sources}
        assert {a.document_id for s in statements(picture) for a in s.appearances} <= set(picture.documents)
        assert {entry.document_id for entry in picture.unattributed} <= set(picture.documents)
        assert DossierRead.model_validate_json(picture.model_dump_json()) == picture
