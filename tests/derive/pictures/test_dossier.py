"""The dossier as a whole: what is in it."""

from typing import Any

import make
import pytest
from scenes import EVENT, WHAT, claim, claims, drawn, found_in, rows, said, statements, view

from app.derive.rules.rows import View
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead


def test_claims_stand_under_their_question_with_counts_and_rivals() -> None:
    drone_claim, fireworks_claim, alone = (
        claim("A drone", question_id=WHAT.id),
        claim("Fireworks", question_id=WHAT.id),
        claim(),
    )
    first, second = make.read(SourceRead), make.read(SourceRead)
    asks = make.read(StatementRead, event_id=EVENT.id, question_id=WHAT.id, source_id=first.id, stance="query")
    spoken = [
        said(drone_claim, first, said="2023-08-10"),
        said(drone_claim, first, said="2023-08-09"),
        said(drone_claim, second, said="2023-08-11", stance="deny"),
        said(drone_claim, second, said="2023-08-12", explicitness="implied"),
        said(fireworks_claim, second, said="2023-08-08"),
        said(fireworks_claim, None, said="2023-08-08", stance="comment"),
        asks,
    ]
    picture = drawn(
        rows(questions=[WHAT], claims=[drone_claim, fireworks_claim, alone], statements=spoken, sources=[first, second])
    )
    assert [c.id for c in picture.questions[0].claims] == [fireworks_claim.id, drone_claim.id]
    assert [c.id for c in picture.unasked] == [alone.id]
    assert [s.id for s in picture.questions[0].statements] == [asks.id]
    drone = picture.questions[0].claims[1]
    assert [s.said for s in drone.statements] == ["2023-08-09", "2023-08-10", "2023-08-11", "2023-08-12"]
    assert {stance: (c.statements, c.sources) for stance, c in drone.counts.items()} == {
        "support": (2, 1),
        "deny": (1, 1),
    }
    assert {s: (c.statements, c.sources) for s, c in picture.questions[0].claims[0].counts.items()} == {
        "support": (1, 1),
        "comment": (1, 0),
    }
    assert [(rival.claim_id, rival.text) for rival in drone.rivals] == [(fireworks_claim.id, "Fireworks")]
    assert [rival.claim_id for rival in picture.questions[0].claims[0].rivals] == [drone_claim.id]
    assert set(picture.sources) == {first.id, second.id}


def test_merges_are_followed_everywhere() -> None:
    target, merged, neighbour = claim("This"), claim("this"), claim("That")
    merged = claim("this", merged_into=target.id)
    source, alias = make.read(SourceRead), make.read(SourceRead)
    alias = make.read(SourceRead, merged_into=source.id)
    document, copy = make.read(DocumentRead, published="2023-08-09"), make.read(DocumentRead)
    copy = make.read(DocumentRead, merged_into=document.id)
    statement = said(merged, alias)
    links = [
        make.read(ClaimLinkRead, from_id=a.id, to_id=b.id, relation="refines")
        for a, b in ((merged, target), (merged, neighbour), (target, neighbour))
    ]
    picture = drawn(
        rows(
            claims=[target, merged, neighbour],
            claim_links=links,
            statements=[statement],
            appearances=[found_in(statement, copy)],
            assessments=[
                make.read(
                    AssessmentRead,
                    event_id=EVENT.id,
                    claim_id=merged.id,
                    author_id=alias.id,
                    scheme="veracity",
                    rating="true",
                    document_ids=[copy.id, document.id],
                )
            ],
            sources=[source, alias],
            documents=[document, copy],
            versions=[make.read(VersionRead, document_id=copy.id)],
        )
    )
    target_picture = picture.unasked[0]
    assert [c.id for c in picture.unasked] == [target.id, neighbour.id]
    assert [(s.id, s.claim_id, s.source_id) for s in target_picture.statements] == [
        (statement.id, target.id, source.id)
    ]
    assert target_picture.statements[0].appearances[0].document_id == document.id
    assert [(a.claim_id, a.author_id, a.document_ids) for a in target_picture.assessments] == [
        (target.id, source.id, [document.id])
    ]
    assert [(tie.claim_id, tie.direction) for tie in target_picture.links] == [(neighbour.id, "from")]
    assert [(tie.claim_id, tie.direction) for tie in picture.unasked[1].links] == [(target.id, "to")]
    assert set(picture.sources) == {source.id}
    assert set(picture.documents) == {document.id}
    assert [v.document_id for v in picture.documents[document.id].versions] == [document.id]


def test_a_figure_is_put_in_words_and_has_no_rivals() -> None:
    toll = make.read(QuestionRead, measure="injured", unit="persons", answer="quantity", single_answer=True)
    low, high = (
        make.read(ClaimRead, event_id=EVENT.id, question_id=toll.id, figure=make.figure("at_least", n))
        for n in (22, 31)
    )
    sources = [make.read(SourceRead), make.read(SourceRead)]
    spoken = [said(low, sources[0]), said(high, sources[1])]
    picture = drawn(rows(questions=[toll], claims=[low, high], statements=spoken, sources=sources))
    assert [c.text for c in claims(picture)] == ["at least 22 injured", "at least 31 injured"]
    assert [c.rivals for c in claims(picture)] == [[], []]


def test_only_what_had_been_said_by_then_is_shown() -> None:
    early, late, unsaid = claim("Early"), claim("Late"), claim("Unsaid")
    source, author = make.read(SourceRead), make.read(SourceRead)
    document, later_document = make.read(DocumentRead), make.read(DocumentRead)
    first = said(early, source, said="2023-08-09", withdrawn="2023-08-12")
    second = said(late, source, said="2023-08-11T10:00Z")
    ratings = [
        make.read(
            AssessmentRead,
            event_id=EVENT.id,
            claim_id=early.id,
            author_id=author.id,
            scheme="veracity",
            rating="true",
            made=day,
        )
        for day in ("2023-08-10", "2023-08-13")
    ]
    event_rows = rows(
        questions=[WHAT],
        claims=[early, late, unsaid],
        claim_links=[make.read(ClaimLinkRead, from_id=early.id, to_id=late.id, relation="refines")],
        statements=[first, second],
        appearances=[found_in(first, document), found_in(second, later_document)],
        assessments=ratings,
        sources=[source, author],
        documents=[document, later_document],
    )
    then = drawn(event_rows, view("2023-08-10", restricted=True, confidential=True))
    assert [c.id for c in claims(then)] == [early.id]
    assert [q.id for q in then.questions] == [WHAT.id]
    assert [s.live for s in statements(then)] == [True]
    assert [a.id for a in claims(then)[0].assessments] == [ratings[0].id]
    assert claims(then)[0].links == []
    assert set(then.documents) == {document.id}
    assert then.said_before == "2023-08-10"
    now = drawn(event_rows)
    assert {c.id for c in claims(now)} == {early.id, late.id, unsaid.id}
    why = statements(now)[0].why_not_live
    assert why is not None
    assert (why.reason, why.at, why.statement_id) == ("withdrawn", "2023-08-12", None)


def test_an_assessment_that_its_author_replaced_is_marked() -> None:
    rated, author = claim(), make.read(SourceRead)
    fields = {
        "event_id": EVENT.id,
        "claim_id": rated.id,
        "author_id": author.id,
        "scheme": "veracity",
        "rating": "true",
    }
    old = make.read(AssessmentRead, **fields, made="2023-08-09")
    new = make.read(AssessmentRead, **fields, made="2023-08-10", supersedes_id=old.id)
    picture = drawn(rows(claims=[rated], assessments=[new, old], sources=[author]))
    assert [(a.id, a.superseded) for a in picture.unasked[0].assessments] == [(old.id, True), (new.id, False)]


def test_what_documents_state_in_nobodys_name_is_listed() -> None:
    subject, source, document, second_document = (
        claim(),
        make.read(SourceRead),
        make.read(DocumentRead),
        make.read(DocumentRead),
    )
    nobody = said(subject, said="2023-08-10")
    spoken = [
        nobody,
        said(subject, source),
        said(subject, stance="comment"),
        said(subject, explicitness="implied"),
        said(subject, withdrawn="2023-08-09"),
    ]
    places = [found_in(statement, document) for statement in spoken] + [
        found_in(nobody, second_document),
        found_in(nobody, second_document),
    ]
    picture = drawn(
        rows(
            claims=[subject],
            statements=spoken,
            appearances=places,
            sources=[source],
            documents=[document, second_document],
        )
    )
    listed = [(entry.document_id, entry.statement_id, entry.claim_id) for entry in picture.unattributed]
    assert sorted(listed) == sorted((d.id, nobody.id, subject.id) for d in (document, second_document))


def test_documents_are_shown_once_with_versions_and_links() -> None:
    subject = claim()
    article, wire, agency, answer = (make.read(DocumentRead) for _ in range(4))
    statement, another = said(subject), said(subject)

    def link(start: DocumentRead, end: DocumentRead, **fields: Any) -> DocumentLinkRead:
        return make.read(DocumentLinkRead, from_id=start.id, to_id=end.id, state="confirmed", **fields)

    links = [link(article, wire), link(wire, agency), link(answer, article), link(article, answer)]
    event_rows = rows(
        claims=[subject],
        statements=[statement, another],
        appearances=[found_in(statement, article), found_in(another, answer), found_in(another, article)],
        documents=[article, wire, agency, answer],
        document_links=links,
        versions=[make.read(VersionRead, document_id=article.id)],
    )
    public = drawn(event_rows, View())
    assert set(public.documents) == {article.id, answer.id}
    assert [link.to_id for link in public.documents[article.id].links] == [answer.id]
    assert len(public.documents[article.id].versions) == 1
    # What no public event cites is not public: only who may read everything sees what lies beyond.
    assert set(drawn(event_rows).documents) == {article.id, answer.id, wire.id, agency.id}


@pytest.mark.parametrize("missing", ["claims", "questions", "sources", "documents"])
def test_what_is_no_longer_known_leaves_no_gap(missing: str) -> None:
    """A redacted record is in no ledger any more, but what pointed at it is."""
    source, document = make.read(SourceRead), make.read(DocumentRead)
    subject = claim(question_id=WHAT.id)
    statement = said(subject, source)
    remaining = {"questions": [WHAT], "claims": [subject], "sources": [source], "documents": [document]} | {missing: []}
    picture = drawn(rows(**remaining, statements=[statement], appearances=[found_in(statement, document)]), View())
    assert DossierRead.model_validate_json(picture.model_dump_json()).model_dump() == picture.model_dump()
