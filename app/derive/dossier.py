"""The whole event in one answer; every other picture is a slice of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from app.derive import faces as faces_of
from app.derive import merges, neighbours, papers, rivals, scene, silences, statements, unattributed
from app.derive.built import built
from app.derive.faces import Faces
from app.derive.rows import Rows, View
from app.derive.scene import Place, Scene
from app.derive.silences import Silence
from app.derive.voices import Voice
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    ClaimTie,
    DossierRead,
    QuestionPicture,
    SilenceRead,
    StanceCount,
    StatementPicture,
    UnattributedRead,
)
from app.schemas.questions import QuestionRead
from app.vocabulary import Stance


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What the parts of the picture are looked up in while it is drawn."""

    scene: Scene
    faces: Faces
    statements: dict[UUID, list[StatementPicture]]
    """By claim, or by question where there is no claim."""
    first: dict[UUID, Voice]
    """Of each of these lists."""
    counting: dict[UUID | None, list[Voice]]
    rivals: dict[UUID, list[UUID]]
    ties: dict[UUID, list[ClaimTie]]
    assessments: dict[UUID, list[AssessmentRead]]


def dossier(rows: Rows, view: View, position: str, as_of: str | None = None) -> DossierRead:
    """The picture of these rows as this caller may see it; `position` and `as_of` are only said again."""
    found = scene.scene(rows, view)
    faces = Faces(found.rows, found.kin, open=view.confidential)
    drawing = _drawing(found, faces)
    questions, unasked = _questions(drawing)
    unanswered = silences.silences(found.counting, found.questions, found.claims)
    documents = papers.papers(found.rows, found.dates.ends, _cited(found), faces, beyond=view.restricted)
    return built(
        DossierRead,
        position=position,
        as_of=as_of,
        said_before=view.said_before,
        event=neighbours.event(found),
        questions=questions,
        unasked=unasked,
        silences=[_silence(silence) for silence in unanswered if _may_be_told(faces, silence)],
        unattributed=[
            built(
                UnattributedRead,
                document_id=one.document_id,
                statement_id=one.voice.row.id,
                claim_id=one.voice.claim_id,
            )
            for one in unattributed.unattributed(found.counting, found.dates.ends)
        ],
        documents=documents,
        sources={id_: faces.shown[id_] for id_ in sorted(faces.shown)},
    )


def _drawing(found: Scene, faces: Faces) -> _Drawing:
    spoken = statements.statements(found, faces)
    first: dict[UUID, Voice] = {}
    by_subject, counting, families = defaultdict(list), defaultdict(list), defaultdict(set)
    for voice, picture in zip(found.heard, spoken, strict=True):
        if (subject := voice.claim_id or voice.question_id) is not None:
            first.setdefault(subject, voice)
            by_subject[subject].append(picture)
    for voice in found.counting:
        counting[voice.claim_id].append(voice)
        if voice.claim_id and voice.row.stance == "support" and voice.row.source_id:
            families[voice.claim_id].add(voice.family)
    assessments = defaultdict(list)
    for assessment in found.assessments:
        assessments[assessment.claim_id].append(assessment)
    return _Drawing(
        found,
        faces,
        by_subject,
        first,
        counting,
        rivals.rivals(list(found.claims.values()), found.links, found.questions, families),
        _ties(found),
        assessments,
    )


def _questions(drawing: _Drawing) -> tuple[list[QuestionPicture], list[ClaimPicture]]:
    """The questions with their claims, and the claims without."""
    found = drawing.scene
    answers: dict[UUID | None, list[ClaimPicture]] = defaultdict(list)
    places: dict[UUID, Place] = {}
    for claim in found.claims.values():
        answers[claim.question_id].append(_claim(drawing, claim))
        if claim.question_id:
            places.setdefault(claim.question_id, found.places[claim.id])
    ordered = sorted(found.questions.values(), key=lambda question: _place(drawing, question, places.get(question.id)))
    pictures = [
        built(
            QuestionPicture,
            question.__dict__ | {"claims": answers[question.id], "statements": drawing.statements.get(question.id, [])},
        )
        for question in ordered
    ]
    return pictures, answers[None]


def _place(drawing: _Drawing, question: QuestionRead, first_claim: Place | None) -> tuple[object, ...]:
    """By what was first said of it, be it a claim or without one; then its text and id."""
    own = drawing.first.get(question.id)
    times = [first_claim[:2]] if first_claim else []
    times += [(own.said.start, own.said.end)] if own else []
    return (
        *min(times, default=(question.created_at, question.created_at)),
        question.text or question.measure or "",
        question.id,
    )


def _claim(drawing: _Drawing, claim: ClaimRead) -> ClaimPicture:
    return built(
        ClaimPicture,
        claim.__dict__
        | {
            "counts": _counts(drawing.counting.get(claim.id, [])),
            "rivals": drawing.rivals.get(claim.id, []),
            "links": drawing.ties.get(claim.id, []),
            "statements": drawing.statements.get(claim.id, []),
            "assessments": _assessments(drawing, drawing.assessments.get(claim.id, [])),
        },
    )


def _counts(counting: Sequence[Voice]) -> dict[Stance, StanceCount]:
    taken: dict[Stance, list[Voice]] = defaultdict(list)
    for voice in counting:
        taken[voice.row.stance].append(voice)
    return {
        stance: built(
            StanceCount, statements=len(taken[stance]), sources=len({v.source_id for v in taken[stance] if v.source_id})
        )
        for stance in get_args(Stance)
        if stance in taken
    }


def _ties(found: Scene) -> dict[UUID, list[ClaimTie]]:
    ties: dict[UUID, list[ClaimTie]] = defaultdict(list)
    for link in found.links:
        for own, other, direction in ((link.from_id, link.to_id, "from"), (link.to_id, link.from_id, "to")):
            tie = built(ClaimTie, id=link.id, claim_id=other, relation=link.relation, direction=direction)
            ties[own].append(tie)
    for of_one in ties.values():
        of_one.sort(key=lambda tie: (*found.places[tie.claim_id], tie.relation, tie.direction))
    return ties


def _assessments(drawing: _Drawing, assessments: Iterable[AssessmentRead]) -> list[AssessmentPicture]:
    found, ends = drawing.scene, drawing.scene.dates.ends
    replaced = {row.supersedes_id for row in found.assessments}
    return [
        built(
            AssessmentPicture,
            row.__dict__
            | {
                "author_id": faces_of.face(drawing.faces, row.event_id, row.author_id),
                "document_ids": merges.led((d for d in row.document_ids if d in ends), ends),
                "superseded": row.id in replaced,
            },
        )
        for row in assessments
    ]


def _cited(found: Scene) -> set[UUID]:
    """The documents that what is shown names."""
    named = {appearance.document_id for voice in found.heard for appearance in voice.appearances}
    named |= {voice.row.withdrawn_document_id for voice in found.heard}
    named |= {document for assessment in found.assessments for document in assessment.document_ids}
    return {found.dates.ends[document] for document in named if document in found.dates.ends}


def _may_be_told(faces: Faces, silence: Silence) -> bool:
    """A non-answer whose source is hidden would tell the party of that source."""
    answered = silence.answered_with
    return answered is None or answered.source_id is None or faces_of.tells_party(faces, answered.source_id)


def _silence(silence: Silence) -> SilenceRead:
    answered, since = silence.answered_with, silence.since
    return built(
        SilenceRead,
        question_id=silence.question_id,
        party=silence.party,
        stance=answered.row.stance if answered else None,
        since=since.row.said,
        since_from=since.said.start,
        since_to=since.said.end,
        statement_id=since.row.id,
        claim_ids=silence.accusing,
    )
