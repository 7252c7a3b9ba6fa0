"""The timeline; and what holds for every dossier, whatever is in it."""

from dataclasses import replace
from typing import get_args

import make
import randomly
import soaking
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import ALL, EVENT, WHAT, claim, claims, drawn, rows, said, statements, view

from app.derive.pictures.timeline import timeline
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.dossiers import DossierRead, EndedBy, FigureState, JoinedBy
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead
from app.vocabulary import Independence, Standing, Status, words


def test_the_timeline_tells_what_happened_in_order() -> None:
    disputed, source, author = claim("This", question_id=WHAT.id), make.read(SourceRead), make.read(SourceRead)
    first = said(disputed, source, said="2023-08-09", withdrawn="2023-08-13")
    second = said(disputed, source, said="2023-08-10", supersedes_id=first.id)
    asks = make.read(
        StatementRead, event_id=EVENT.id, question_id=WHAT.id, source_id=source.id, stance="query", said="2023-08-08"
    )
    verdict = make.read(
        AssessmentRead,
        event_id=EVENT.id,
        claim_id=disputed.id,
        author_id=author.id,
        scheme="veracity",
        rating="true",
        made="2023-08-12",
    )
    event_rows = rows(
        questions=[WHAT],
        claims=[disputed],
        statements=[first, second, asks],
        assessments=[verdict],
        sources=[source, author],
    )
    whole_timeline = timeline(drawn(event_rows), None)
    assert [(entry.what, entry.at, entry.text) for entry in whole_timeline.entries] == [
        ("said", "2023-08-08", WHAT.text),
        ("said", "2023-08-09", "This"),
        ("said", "2023-08-10", "This"),
        ("superseded", "2023-08-10", "This"),
        ("assessed", "2023-08-12", "This"),
        ("withdrawn", "2023-08-13", "This"),
    ]
    assert set(whole_timeline.sources) == {source.id, author.id}
    until_then = view("2023-08-10", restricted=True, confidential=True)
    early_timeline = timeline(drawn(event_rows, until_then), until_then.until)
    assert [entry.what for entry in early_timeline.entries] == ["said", "said", "said", "superseded"]
    assert set(early_timeline.sources) == {source.id}


SEEDS = st.integers(0, 2**32)


@settings(max_examples=soaking.times(80))
@given(SEEDS, st.sampled_from(words(Independence)))
def test_no_answer_depends_on_the_order_of_the_rows(seed: int, independence: Independence) -> None:
    event_rows, as_asked = randomly.event(seed), replace(ALL, independence=independence)
    assert (
        drawn(randomly.shuffled(event_rows, seed), as_asked).model_dump_json()
        == drawn(event_rows, as_asked).model_dump_json()
    )


def test_the_events_made_up_at_random_have_something_of_everything() -> None:
    """Else the properties above and below would hold of nothing."""
    standings, statuses, states, ways, kinds, sizes, ends = (set[object]() for _ in range(7))
    for seed in range(180):
        picture = drawn(randomly.event(seed), replace(ALL, independence=get_args(Independence)[seed % 3]))
        origins = [o for c in claims(picture) for of_stance in c.origins.values() for o in of_stance]
        standings |= {c.standing for c in claims(picture)}
        statuses |= {question.status for question in picture.questions}
        states |= {s.figure_state for s in statements(picture)}
        ends |= {s.why_not_live.reason for s in statements(picture) if s.why_not_live}
        ways |= {cause.how for origin in origins for cause in origin.joined_by}
        kinds |= {contradiction.kind for contradiction in picture.self_contradictions}
        sizes |= {len(origin.statement_ids) for origin in origins}
    assert standings == set(words(Standing))
    assert statuses == set(words(Status))
    assert states == {None, *words(FigureState)}
    assert ways == set(words(JoinedBy))
    assert kinds == {"both_ways", "rival_claims"}
    assert {1, 2, 3} <= sizes
    assert ends == set(words(EndedBy))


@settings(max_examples=soaking.times(80))
@given(SEEDS, st.sampled_from(["2023-08-09", "2023-08-10"]))
def test_every_id_leads_to_something_shown(seed: int, said_before: str) -> None:
    event_rows = randomly.event(seed)
    for as_asked in (ALL, view(said_before)):
        picture = drawn(event_rows, as_asked)
        claim_ids = {c.id for c in claims(picture)}
        assert {tie.claim_id for c in claims(picture) for tie in c.links} <= claim_ids
        assert {rival.claim_id for c in claims(picture) for rival in c.rivals} <= claim_ids
        assert {s.claim_id for s in statements(picture)} <= claim_ids
        assert {s.source_id for s in statements(picture)} <= {None, *picture.sources}
        assert {a.document_id for s in statements(picture) for a in s.appearances} <= set(picture.documents)
        assert {entry.document_id for entry in picture.unattributed} <= set(picture.documents)
        assert DossierRead.model_validate_json(picture.model_dump_json()).model_dump() == picture.model_dump()
        statement_ids = {s.id for s in statements(picture)}
        origins = [o for c in claims(picture) for of_stance in c.origins.values() for o in of_stance]
        causes = [cause for origin in origins for cause in origin.joined_by]
        assert {id_ for origin in origins for id_ in origin.statement_ids} <= statement_ids
        assert {o.source_id for o in origins} | {cause.source_id for cause in causes} <= {None, *picture.sources}
        assert {o.document_id for o in origins} | {cause.document_id for cause in causes} <= {None, *picture.documents}
        ties = [cause for cause in causes if cause.how == "same_as"]
        assert {id_ for tie in ties for id_ in (tie.from_id, tie.to_id)} <= {None, *picture.sources}
        causes = [cause for cause in causes if cause.how != "same_as"]
        assert {id_ for cause in causes for id_ in (cause.from_id, cause.to_id)} <= {None, *picture.documents}
        links = {(link.from_id, link.to_id) for document in picture.documents.values() for link in document.links}
        assert {(cause.from_id, cause.to_id) for cause in causes} <= {(None, None), *links}
        families = {None, *picture.sources, *picture.documents}
        assert {s.family_id for s in statements(picture)} <= families
        assert {contradiction.family_id for contradiction in picture.self_contradictions} <= families
        assert {
            id_ for contradiction in picture.self_contradictions for id_ in contradiction.statement_ids
        } <= statement_ids
        assert {id_ for contradiction in picture.self_contradictions for id_ in contradiction.claim_ids} <= claim_ids
        assessed = {assessment.id for c in claims(picture) for assessment in c.assessments}
        assert {id_ for question in picture.questions for id_ in question.settled_by} <= assessed
        assert {id_ for question in picture.questions for id_ in question.answers} <= claim_ids
