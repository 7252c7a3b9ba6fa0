"""One made-up event for the rules alone: claims, who says them, and where."""

from itertools import pairwise
from typing import Any

import make
from hypothesis import strategies as st

from app import times
from app.derive.pictures.dossier import dossier
from app.derive.rules.rows import Rows, View
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventRead
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead, StatementPicture
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead

ALL = View(restricted=True, confidential=True)
EVENT = make.read(EventRead)
WHAT = make.read(QuestionRead, text="What was it?", kind="cause", single_answer=True)


def view(said_before: str, **fields: Any) -> View:
    return View(said_before, times.span(said_before).end, **fields)


def drawn(rows: Rows, seen_by: View = ALL) -> DossierRead:
    return dossier(rows, seen_by, "1-00000000")


def rows(**fields: Any) -> Rows:
    return make.rows(EVENT, **fields)


def claim(text: str = "This", **fields: Any) -> ClaimRead:
    return make.read(ClaimRead, event_id=EVENT.id, text=text, **fields)


def said(subject: ClaimRead, by: SourceRead | None = None, **fields: Any) -> StatementRead:
    return make.read(StatementRead, event_id=EVENT.id, claim_id=subject.id, source_id=by.id if by else None, **fields)


def found_in(statement: StatementRead, document: DocumentRead | None = None, **fields: Any) -> AppearanceRead:
    place = document.id if document else None
    return make.read(AppearanceRead, event_id=EVENT.id, statement_id=statement.id, document_id=place, **fields)


def claims(picture: DossierRead) -> list[ClaimPicture]:
    return [claim for question in picture.questions for claim in question.claims] + picture.unasked


def statements(picture: DossierRead) -> list[StatementPicture]:
    return [statement for claim in claims(picture) for statement in claim.statements]


@st.composite
def events(draw: st.DrawFn) -> Rows:
    """An event with some of everything, and ties wherever there can be any."""
    times_ = st.none() | st.sampled_from(["2023-08-09", "2023-08-10", "2023-08"])
    texts = st.sampled_from(["a", "b"])
    sources = [make.read(SourceRead, party=draw(st.sampled_from([None, "x"]))) for _ in range(3)]
    documents = [make.read(DocumentRead, published=draw(times_)) for _ in range(3)]
    questions = [make.read(QuestionRead, text=draw(texts), kind="cause", single_answer=True) for _ in range(2)]
    all_claims = [
        claim(
            draw(texts),
            question_id=draw(st.sampled_from([None, *(q.id for q in questions)])),
            accuses=draw(st.sampled_from([None, "x"])),
        )
        for _ in range(4)
    ]
    spoken = [
        said(
            draw(st.sampled_from(all_claims)),
            draw(st.sampled_from([None, *sources])),
            said=draw(times_),
            withdrawn=draw(times_),
            stance=draw(st.sampled_from(["support", "deny", "no_comment"])),
        )
        for _ in range(6)
    ]
    places = [
        found_in(draw(st.sampled_from(spoken)), draw(st.sampled_from(documents)), wording=draw(texts)) for _ in range(8)
    ]
    links = [
        make.read(ClaimLinkRead, from_id=a.id, to_id=b.id, relation=draw(st.sampled_from(["contradicts", "refines"])))
        for a, b in pairwise(all_claims)
    ]
    return rows(
        questions=questions,
        claims=all_claims,
        claim_links=links,
        statements=spoken,
        appearances=places,
        sources=sources,
        documents=documents,
        versions=[make.read(VersionRead, document_id=d.id, headline="h") for d in documents for _ in range(2)],
        document_links=[make.read(DocumentLinkRead, from_id=documents[0].id, to_id=d.id) for d in documents[1:]],
    )
