"""Events made up at random for the rules alone: some of everything, and ties wherever there can be any."""

from random import Random
from typing import Any, Final
from uuid import UUID

import make
from scenes import EVENT, claim, found_in, rows, said

from app.derive.rules.rows import Rows
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceLinkRead, SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead
from app.vocabulary import AMBIGUOUS_NAME, SURE_COPY

TIMES: Final = (
    None,
    "2023-08-09",
    "2023-08-09T13:00+03:00",
    "2023-08-10",
    "2023-08-10T09:00Z",
    "2023-08-11",
    "2023-08",
)
PARTIES: Final = (None, None, "x", "y")
STANCES: Final = ("support", "support", "support", "deny", "no_comment", "query", "comment")
FIGURES: Final[tuple[Any, ...]] = (("exact", 31, 31), ("exact", 80, 80), ("at_least", 43), ("dozens",), ("unknown",))
TIES: Final = (
    {"state": "proposed", "how_known": "name", "score": 0.9},
    {"state": "proposed", "how_known": "name", "score": 0.5, "reason": AMBIGUOUS_NAME},
    {"state": "rejected", "how_known": "editor"},
)
LINKS: Final[tuple[dict[str, Any], ...]] = (
    {"state": "confirmed"},
    {"state": "confirmed", "relation": "reply_to"},
    {"state": "rejected", "score": 1.0},
    {"state": "proposed", "score": SURE_COPY},
    {"state": "proposed", "score": SURE_COPY - 0.1},
)


def event(seed: int) -> Rows:
    pick = Random(seed)
    sources: list[SourceRead] = []
    for _ in range(5):
        sources.append(_source(pick, sources))
    documents: list[DocumentRead] = []
    for _ in range(5):
        merged = pick.choice(documents).id if documents and pick.random() < 0.1 else None
        documents.append(make.read(DocumentRead, published=pick.choice(TIMES), merged_into=merged))
    cause: dict[str, Any] = {"kind": "cause", "single_answer": pick.random() < 0.8}
    questions = [make.read(QuestionRead, text=pick.choice("ab"), **cause) for _ in range(2)]
    toll: dict[str, Any] = {"measure": "killed", "unit": "persons", "evolving": pick.random() < 0.8}
    questions.append(make.read(QuestionRead, answer="quantity", single_answer=True, **toll))
    claims: list[ClaimRead] = []
    for _ in range(pick.randint(2, 6)):
        claims.append(_claim(pick, questions, claims))
    statements: list[StatementRead] = []
    for _ in range(pick.randint(2, 9)):
        statements.append(_statement(pick, claims, sources, statements))
    appearances = [_appearance(pick, statements, documents, sources) for _ in range(len(statements))]
    assessments: list[AssessmentRead] = []
    for _ in range(pick.choice((0, 0, 1, 3))):
        assessments.append(_assessment(pick, claims, sources, assessments))
    statements, documents = _taken_back(Random(f"{seed} retracted"), statements, documents)
    return rows(
        questions=questions,
        claims=claims,
        claim_links=_links(pick, ClaimLinkRead, claims, [{"relation": r} for r in ("contradicts", "refines")]),
        statements=statements,
        appearances=appearances,
        assessments=assessments,
        sources=sources,
        documents=documents,
        versions=[make.read(VersionRead, document_id=d.id, headline="h") for d in documents for _ in range(2)],
        document_links=_links(pick, DocumentLinkRead, documents, LINKS),
        source_links=_links(pick, SourceLinkRead, sources, TIES),
    )


def shuffled(event_rows: Rows, seed: int) -> Rows:
    """The same rows in another order."""
    pick = Random(seed)
    lists = {
        name: pick.sample(records, len(records))
        for name in Rows.__slots__
        if isinstance(records := getattr(event_rows, name), list)
    }
    maps = {
        name: pick.sample(list(records.values()), len(records))
        for name in ("documents", "sources")
        if (records := getattr(event_rows, name))
    }
    return rows(**lists, **maps)


def _source(pick: Random, before: list[SourceRead]) -> SourceRead:
    return make.read(
        SourceRead,
        party=pick.choice(PARTIES),
        disclosure=pick.choice(("named", "named", "anonymous", "role_only")),
        parent_id=pick.choice(before).id if before and pick.random() < 0.3 else None,
        merged_into=pick.choice(before).id if before and pick.random() < 0.1 else None,
    )


def _taken_back(
    pick: Random, statements: list[StatementRead], documents: list[DocumentRead]
) -> tuple[list[StatementRead], list[DocumentRead]]:
    """The same, some of the documents retracted, some of the statements withdrawn by who is told."""
    by_whom: Any = (None, "source", "document")
    told = [
        statement.model_copy(update={"withdrawn_by": pick.choice(by_whom) if statement.withdrawn else None})
        for statement in statements
    ]
    retraction = {"lifecycle": "retracted", "retracted": "2023-08-11"}
    return told, [
        make.read(DocumentRead, **document.model_dump() | retraction) if pick.random() < 0.15 else document
        for document in documents
    ]


def _claim(pick: Random, questions: list[QuestionRead], before: list[ClaimRead]) -> ClaimRead:
    *open_, toll = questions
    merged = pick.choice(before) if before and pick.random() < 0.1 else None
    if pick.random() < 0.4:
        total_id = pick.choice(before).id if before and pick.random() < 0.2 else None
        figure = make.figure(*pick.choice(FIGURES)).model_copy(update={"of_id": total_id})
        into = merged.id if merged and merged.figure else None
        return make.read(ClaimRead, event_id=EVENT.id, question_id=toll.id, figure=figure, merged_into=into)
    asked = pick.choice([None, *(question.id for question in open_)])
    into = merged.id if merged and not merged.figure else None
    return claim(pick.choice("ab"), question_id=asked, accuses=pick.choice((None, "x")), merged_into=into)


def _statement(
    pick: Random, claims: list[ClaimRead], sources: list[SourceRead], before: list[StatementRead]
) -> StatementRead:
    return said(
        pick.choice(claims),
        pick.choice((None, *sources, *sources)),
        said=pick.choice(TIMES),
        withdrawn=pick.choice(TIMES[1:]) if pick.random() < 0.2 else None,
        stance=pick.choice(STANCES),
        explicitness="implied" if (weight := pick.random()) < 0.1 else "explicit",
        act="predict" if weight > 0.9 else None,
        supersedes_id=pick.choice(before).id if before and pick.random() < 0.2 else None,
    )


def _appearance(
    pick: Random, statements: list[StatementRead], documents: list[DocumentRead], sources: list[SourceRead]
) -> AppearanceRead:
    hops = [
        make.read(HopRead, step=step, source_id=pick.choice(sources).id, state=pick.choice(("confirmed", "proposed")))
        for step in (2, 1)
        if pick.random() < 0.3
    ]
    return found_in(pick.choice(statements), pick.choice(documents), wording=pick.choice("ab"), hops=hops)


def _assessment(
    pick: Random, claims: list[ClaimRead], sources: list[SourceRead], before: list[AssessmentRead]
) -> AssessmentRead:
    return make.read(
        AssessmentRead,
        event_id=EVENT.id,
        claim_id=pick.choice(claims).id,
        author_id=pick.choice(sources).id,
        scheme="veracity",
        rating="true",
        made=pick.choice(TIMES),
        settles=pick.random() < 0.6,
        supersedes_id=pick.choice(before).id if before and pick.random() < 0.5 else None,
    )


def _links(pick: Random, kind: type[Any], ends: list[Any], choices: Any) -> list[Any]:
    pairs: list[tuple[UUID, UUID]] = [
        (pick.choice(ends).id, pick.choice(ends).id) for _ in range(pick.randint(0, len(ends)))
    ]
    return [make.read(kind, from_id=a, to_id=b, **pick.choice(choices)) for a, b in pairs if a != b]
