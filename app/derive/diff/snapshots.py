"""One end of a diff: a dossier laid out by id, and what had been merged by then."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from app.derive import ordering
from app.derive.pictures import labels
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
    all_claims,
)
from app.schemas.sources import SourceLinkRead
from app.texts.messages.wording import ENGLISH, Wording

K = TypeVar("K")
V = TypeVar("V")


class Merges(NamedTuple):
    """What had been merged."""

    targets: Mapping[UUID, UUID]
    """Of each source, document and claim that was merged into another: the one that its readers are led to."""
    events: frozenset[UUID]
    """Those that were merged into the event."""
    source_links: Mapping[UUID, SourceLinkRead] = MappingProxyType({})
    """What says that sources may be the same, or are."""


class Subject(NamedTuple):
    """What a statement or a claim is about."""

    question_id: UUID | None
    text: str | None
    """The claim's, else the question's heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A dossier laid out by id."""

    dossier: DossierRead | None
    """None: there was no such event."""
    words: Wording
    """In which it was drawn."""
    merges: Merges
    questions: dict[UUID, QuestionPicture]
    claims: dict[UUID, ClaimPicture]
    statements: dict[UUID, StatementPicture]
    subjects: dict[UUID, Subject]
    """Of each statement and each claim."""
    english: dict[UUID, str | None]
    """Of each claim and each statement about one: the text that sorts it."""
    assessments: dict[UUID, AssessmentPicture]
    silences: dict[tuple[UUID, str], SilenceRead]
    """By question and party."""
    contradictions: dict[frozenset[UUID], ContradictionRead]
    """By their two statements."""
    links: dict[UUID, DocumentLinkRead]


class SnapshotPair(NamedTuple):
    """The two ends of a diff."""

    before: Snapshot
    after: Snapshot


def merges_of(rows: Rows, view: View) -> Merges:
    """Ids that this caller is not shown may be among them; what a diff tells is only asked of those that are shown."""
    targets: dict[UUID, UUID] = {}
    for merged_into in (
        {id_: source.merged_into for id_, source in rows.sources.items()},
        {id_: document.merged_into for id_, document in rows.documents.items()},
        {claim.id: claim.merged_into for claim in rows.claims},
    ):
        targets |= {id_: target_id for id_, target_id in merges.targets(merged_into).items() if id_ != target_id}
    events = rows.event_ids - {rows.event_id} - (frozenset() if view.restricted else rows.restricted)
    hidden_ids = frozenset() if view.confidential else rows.confidential | rows.absorbed
    links = {link.id: link for link in rows.source_links if not {link.from_id, link.to_id} & hidden_ids}
    return Merges(targets, events, links)


def snapshot(dossier: DossierRead | None, known_merges: Merges | None = None, words: Wording = ENGLISH) -> Snapshot:
    """`known_merges`: what had been merged, of the same rows; None: what merges changed is not asked for.

    `words`: those in which the dossier was drawn.
    """
    questions = {} if dossier is None else {question.id: question for question in dossier.questions}
    claims = {} if dossier is None else {claim.id: claim for claim in all_claims(dossier)}
    subjects = {claim.id: Subject(claim.question_id, claim.text) for claim in claims.values()}
    statements: dict[UUID, StatementPicture] = {}
    for question in questions.values():
        statements |= {statement.id: statement for statement in question.statements}
        subjects |= {statement.id: Subject(question.id, question.heading) for statement in question.statements}
    for claim in claims.values():
        statements |= {statement.id: statement for statement in claim.statements}
        for statement in claim.statements:
            text = labels.as_given(words, claim.text, figure=claim.figure, preliminary=statement.preliminary)
            subjects[statement.id] = subjects[claim.id]._replace(text=text)
    silences = [] if dossier is None else dossier.silences
    contradictions = [] if dossier is None else dossier.self_contradictions
    documents = {} if dossier is None else dossier.documents
    return Snapshot(
        dossier=dossier,
        words=words,
        merges=known_merges or Merges({}, frozenset()),
        questions=questions,
        claims=claims,
        statements=statements,
        subjects=subjects,
        english=ordering.english_texts(dossier),
        assessments={assessment.id: assessment for claim in claims.values() for assessment in claim.assessments},
        silences={(silence.question_id, silence.party): silence for silence in silences},
        contradictions={frozenset(contradiction.statement_ids): contradiction for contradiction in contradictions},
        links={link.id: link for document in documents.values() for link in document.links},
    )


class Partition(NamedTuple, Generic[V]):
    """The records of one kind that are there after but not before, at both moments, and before but not after."""

    new: list[V]
    both: list[tuple[V, V]]
    """Each as it was before, and as it is after."""
    removed: list[V]


def compare(before: Mapping[K, V], after: Mapping[K, V]) -> Partition[V]:
    """By id or another key; what is new or at both moments in the order of `after`."""
    return Partition(
        [record for key, record in after.items() if key not in before],
        [(before[key], record) for key, record in after.items() if key in before],
        [record for key, record in before.items() if key not in after],
    )


def is_same(pair: SnapshotPair, before: object, after: object) -> bool:
    """Whether a value of before is still that of after; ids also if merging or parting alone made them others."""
    if before == after:
        return True
    # What was merged since is another id after; what was parted since was another id before.
    merged_since, parted_since = pair.after.merges.targets, pair.before.merges.targets
    if isinstance(before, list) and isinstance(after, list):
        are_ids = all(isinstance(value, UUID) for value in (*before, *after))
        return are_ids and (
            {merged_since.get(id_, id_) for id_ in before} == set(after)
            or {parted_since.get(id_, id_) for id_ in after} == set(before)
        )
    if isinstance(before, UUID) and isinstance(after, UUID):
        return merged_since.get(before) == after or parted_since.get(after) == before
    return False
