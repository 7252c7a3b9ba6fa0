"""One end of a diff: a dossier laid out by id, and what had been merged by then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.rows import Rows, View
from app.schemas.documents import DocumentLinkRead
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    ContradictionRead,
    DossierRead,
    QuestionPicture,
    SilenceRead,
    StatementPicture,
)


class Merged(NamedTuple):
    """What had been merged."""

    ends: Mapping[UUID, UUID]
    """Of each source, document and claim that was merged into another: the one that its readers are led to."""
    events: frozenset[UUID]
    """Those that were merged into the event."""


class About(NamedTuple):
    question_id: UUID | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Side:
    dossier: DossierRead | None
    """None: there was no such event."""
    merged: Merged
    questions: dict[UUID, QuestionPicture]
    claims: dict[UUID, ClaimPicture]
    statements: dict[UUID, StatementPicture]
    about: dict[UUID, About]
    """Of each statement and each claim: the question and the text, of the claim where there is one."""
    assessments: dict[UUID, AssessmentPicture]
    silences: dict[tuple[UUID, str], SilenceRead]
    """By question and party."""
    contradictions: dict[frozenset[UUID], ContradictionRead]
    """By their two statements."""
    links: dict[UUID, DocumentLinkRead]


def merged(rows: Rows, view: View) -> Merged:
    """Ids that this caller is not shown may be among them; what a diff tells is only asked of those that are shown."""
    ends: dict[UUID, UUID] = {}
    for into in (
        {id_: source.merged_into for id_, source in rows.sources.items()},
        {id_: document.merged_into for id_, document in rows.documents.items()},
        {claim.id: claim.merged_into for claim in rows.claims},
    ):
        ends |= {id_: end for id_, end in merges.targets(into).items() if id_ != end}
    events = rows.merged - {rows.event_id} - (frozenset() if view.restricted else rows.restricted)
    return Merged(ends, events)


def side(dossier: DossierRead | None, known: Merged | None = None) -> Side:
    """`known`: what had been merged, of the same rows."""
    questions = {} if dossier is None else {question.id: question for question in dossier.questions}
    claims = {} if dossier is None else {claim.id: claim for claim in _claims(dossier)}
    about = {claim.id: About(claim.question_id, claim.text) for claim in claims.values()}
    statements: dict[UUID, StatementPicture] = {}
    for question in questions.values():
        statements |= {statement.id: statement for statement in question.statements}
        about |= {statement.id: About(question.id, question.text) for statement in question.statements}
    for claim in claims.values():
        statements |= {statement.id: statement for statement in claim.statements}
        about |= {statement.id: about[claim.id] for statement in claim.statements}
    return Side(
        dossier,
        known or Merged({}, frozenset()),
        questions,
        claims,
        statements,
        about,
        {assessment.id: assessment for claim in claims.values() for assessment in claim.assessments},
        {} if dossier is None else {(one.question_id, one.party): one for one in dossier.silences},
        {} if dossier is None else {frozenset(one.statement_ids): one for one in dossier.self_contradictions},
        {} if dossier is None else {link.id: link for paper in dossier.documents.values() for link in paper.links},
    )


def _claims(dossier: DossierRead) -> Iterator[ClaimPicture]:
    for question in dossier.questions:
        yield from question.claims
    yield from dossier.unasked


class Between(NamedTuple):
    before: Side
    after: Side


def same(ends: Between, one: object, other: object) -> bool:
    """Whether a value of before is still that of after; ids also if merging or parting alone made them others."""
    if one == other:
        return True
    if isinstance(one, list) and isinstance(other, list):
        into, out_of = ends.after.merged.ends, ends.before.merged.ends
        ids = all(isinstance(id_, UUID) for id_ in (*one, *other))
        return ids and (
            {into.get(id_, id_) for id_ in one} == set(other) or {out_of.get(id_, id_) for id_ in other} == set(one)
        )
    if isinstance(one, UUID) and isinstance(other, UUID):
        return ends.after.merged.ends.get(one) == other or ends.before.merged.ends.get(other) == one
    return False
