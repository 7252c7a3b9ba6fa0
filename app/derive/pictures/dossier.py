"""The whole event in one answer; every other picture is a slice of it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.derive.pictures import claims, documents, event, index, reasons
from app.derive.pictures import masking as faces_of
from app.derive.pictures.index import Drawing
from app.derive.pictures.masking import Faces
from app.derive.rules import context, contradictions, silences, standing, unattributed
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.contradictions import Contradiction, Known
from app.derive.rules.rows import Rows, View
from app.derive.rules.silences import Silence
from app.derive.rules.voices import Place
from app.schemas.pictures.dossiers import (
    ClaimPicture,
    ContradictionRead,
    DossierRead,
    QuestionPicture,
    SilenceRead,
    UnattributedRead,
)
from app.schemas.questions import QuestionRead
from app.vocabulary import Stance


def dossier(rows: Rows, view: View, position: str, as_of: str | None = None) -> DossierRead:
    """The picture of these rows as this caller may see it; `position` and `as_of` are only said again."""
    found = context.scene(rows, view)
    faces = Faces(found.rows, found.kin, open=view.confidential)
    papers = documents.papers(found.rows, found.dates.ends, _cited(found), faces, beyond=view.restricted)
    drawn = index.drawing(found, faces)
    questions, unasked = _questions(drawn, papers)
    unanswered = silences.silences(found.counting, found.questions, found.claims)
    return built(
        DossierRead,
        position=position,
        as_of=as_of,
        said_before=view.said_before,
        independence=view.independence,
        event=event.event(found),
        questions=questions,
        unasked=unasked,
        silences=[_silence(silence) for silence in unanswered if _may_be_told(faces, silence)],
        self_contradictions=_contradictions(drawn),
        unattributed=[
            built(
                UnattributedRead,
                document_id=one.document_id,
                statement_id=one.voice.row.id,
                claim_id=one.voice.claim_id,
            )
            for one in unattributed.unattributed(found.counting, found.dates.ends)
        ],
        documents=papers,
        sources={id_: faces.shown[id_] for id_ in sorted(faces.shown)},
    )


# --- questions -------------------------------------------------------------------------------------------------------


def _questions(drawn: Drawing, documents: Mapping[UUID, object]) -> tuple[list[QuestionPicture], list[ClaimPicture]]:
    """The questions with their claims, and the claims without."""
    found = drawn.scene
    answers: dict[UUID | None, list[ClaimPicture]] = defaultdict(list)
    places: dict[UUID, Place] = {}
    for claim in found.claims.values():
        answers[claim.question_id].append(claims.picture(drawn, claim, documents))
        if claim.question_id:
            places.setdefault(claim.question_id, found.places[claim.id])
    ordered = sorted(found.questions.values(), key=lambda question: _place(drawn, question, places.get(question.id)))
    return [_question(drawn, question, answers[question.id]) for question in ordered], answers[None]


def _question(drawn: Drawing, question: QuestionRead, answers: list[ClaimPicture]) -> QuestionPicture:
    settling = [row for claim in answers for row in claims.settling(drawn, claim.id)]
    standings = [claim.standing for claim in answers]
    status = standing.status(standings, _stances(drawn, question, answers), settled=bool(settling))
    return built(
        QuestionPicture,
        question.__dict__,
        status=status,
        why=reasons.question(status, standings, [claims.author(drawn, row) for row in settling]),
        settled_by=[row.id for row in settling],
        answers=list(dict.fromkeys(row.claim_id for row in settling)),
        claims=answers,
        statements=drawn.statements.get(question.id, []),
    )


def _stances(drawn: Drawing, question: QuestionRead, answers: list[ClaimPicture]) -> set[Stance]:
    """Those that anybody takes toward it or toward what answers it, implied ones too."""
    subjects = [question.id, *(claim.id for claim in answers)]
    return {
        stance
        for id_ in subjects
        for taken in (drawn.counting.get(id_, {}), drawn.beside.get(id_, {}))
        for stance, some in taken.items()
        if some
    }


def _place(drawn: Drawing, question: QuestionRead, first_claim: Place | None) -> tuple[object, ...]:
    """By what was first said of it, be it a claim or without one; then its text and id."""
    own = drawn.first.get(question.id)
    times = [first_claim[:2]] if first_claim else []
    times += [(own.said.start, own.said.end)] if own else []
    return (
        *min(times, default=(question.created_at, question.created_at)),
        question.text or question.measure or "",
        question.id,
    )


def _cited(found: Scene) -> set[UUID]:
    """The documents that what is shown names."""
    named = {appearance.document_id for voice in found.heard for appearance in voice.appearances}
    named |= {voice.row.withdrawn_document_id for voice in found.heard}
    named |= {document for assessment in found.assessments for document in assessment.document_ids}
    return {found.dates.ends[document] for document in named if document in found.dates.ends}


# --- contradictions and silences -------------------------------------------------------------------------------------


def _contradictions(drawn: Drawing) -> list[ContradictionRead]:
    """Those that this caller may know: not if that tells whose family a protected source is of."""
    found = drawn.scene
    known = Known(found.questions, found.claims, found.bounds, found.beside)
    return [
        _contradiction(drawn, one)
        for one in contradictions.contradictions(found.heard, known)
        if faces_of.may_tell(drawn.faces, one.earlier.row, one.later.row)
    ]


def _contradiction(drawn: Drawing, one: Contradiction) -> ContradictionRead:
    ended = drawn.scene.ended
    about: dict[str, Any] = {"claim_ids": list(dict.fromkeys((one.earlier.claim_id, one.later.claim_id)))}
    return built(
        ContradictionRead,
        about,
        kind=one.kind,
        family_id=faces_of.family(drawn.faces, one.later),
        question_id=one.later.question_id if one.later.question_id == one.earlier.question_id else None,
        statement_ids=[one.earlier.row.id, one.later.row.id],
        live=one.earlier.row.id not in ended and one.later.row.id not in ended,
    )


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
