"""What became of what a family said, where its question has been settled since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.derive.pictures import masking as faces_of
from app.derive.pictures import source_names
from app.derive.pictures.masking import Faces
from app.derive.rules import context, families, in_force, merges, rivals
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.rows import Rows, View
from app.derive.rules.voices import Voice
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.track_records import TrackEntry, Verdict
from app.schemas.sources import SourceRead
from app.vocabulary import Stance


class Settled(NamedTuple):
    """An open question that authorities have settled."""

    by: list[AssessmentRead]
    """The earliest first."""
    at: datetime
    """When the first of them was made: what was said before its end counts."""
    answers: list[UUID]
    """The claims that hold."""


def entries(rows: Rows, view: View, source_id: UUID) -> tuple[list[TrackEntry], dict[UUID, SourceRead], UUID]:
    """What the source's family had said, as this caller may know it; those who said it; and whom the family goes by.

    `rows` may be of several events. Where the caller may not know of the family, only the source's own words are told.
    """
    found = context.scene(rows, view)
    faces = Faces(found.rows, found.kin, open=view.confidential)
    own = found.kin.ends.get(source_id, source_id)
    family = families.top(found.kin, own)
    faces_of.plain(faces, own)
    told = faces_of.plain(faces, family)
    until = in_force.stood_until(found.heard)
    settled = _settled(found)
    # Whoever settles a question is not judged by it.
    open_ = {id_: close for id_, close in settled.items() if family not in _settlers(found, close)}
    last: dict[UUID, Voice] = {}
    for voice in found.heard:
        if _counts(voice, family, open_, until) and _may_tell(faces, voice, None if told else own):
            last[voice.claim_id or voice.row.id] = voice
    listed = sorted(last.values(), key=lambda voice: voice.place)
    made = [_entry(found, faces, voice, settled[_known(voice.question_id)]) for voice in listed]
    return made, source_names.named({one.source_id for one in made} | {told or own}, faces.shown), told or own


def _settled(found: Scene) -> dict[UUID, Settled]:
    """Open questions by id, with the assessments that settle them and nobody has replaced."""
    replaced = {row.supersedes_id for row in found.assessments}
    by_question: dict[UUID, list[AssessmentRead]] = defaultdict(list)
    for row in found.assessments:
        claim = found.claims.get(row.claim_id)
        question = found.questions.get(claim.question_id) if claim and claim.question_id else None
        if row.settles and row.id not in replaced and question is not None and question.answer == "open":
            by_question[question.id].append(row)
    return {
        question_id: Settled(by, by[0].made_to or by[0].created_at, list(dict.fromkeys(row.claim_id for row in by)))
        for question_id, by in by_question.items()
    }


def _settlers(found: Scene, close: Settled) -> set[UUID]:
    return {families.top(found.kin, row.author_id) for row in close.by}


def _counts(voice: Voice, family: UUID, settled: Mapping[UUID, Settled], until: Mapping[UUID, datetime]) -> bool:
    """Whether this is the family's explicit word on a question settled later, and stood until then."""
    if voice.family != family or voice.by not in ("source", "chain") or voice.claim_id is None:
        return False
    close = settled.get(voice.question_id) if voice.question_id else None
    if close is None or voice.row.explicitness != "explicit" or voice.row.stance not in ("support", "deny"):
        return False
    return voice.said.start < close.at and until.get(voice.row.id, close.at) >= close.at


def _may_tell(faces: Faces, voice: Voice, only: UUID | None) -> bool:
    row = voice.row
    if row.source_id is None or faces_of.mask(faces, row.event_id, row.source_id) is not None:
        return False
    return only is None or voice.source_id == only


def _entry(found: Scene, faces: Faces, voice: Voice, close: Settled) -> TrackEntry:
    row = voice.row
    events = found.rows.events
    event = events[merges.way(row.event_id, {id_: one.merged_into for id_, one in events.items()})[-1]]
    question, claim = found.questions[_known(voice.question_id)], found.claims[_known(voice.claim_id)]
    return built(
        TrackEntry,
        verdict=_verdict(found, claim.id, row.stance, close.answers),
        event_id=event.id,
        event_slug=event.slug,
        event_title=event.title,
        question_id=question.id,
        question=question.text,
        claim_id=claim.id,
        claim=claim.text,
        statement_id=row.id,
        source_id=faces_of.face(faces, row.event_id, _known(row.source_id)),
        stance=row.stance,
        said=row.said,
        effective_from=voice.said.start,
        effective_to=voice.said.end,
        settled_by=[one.id for one in close.by],
        settled=close.by[0].made,
        answers=close.answers,
    )


def _verdict(found: Scene, claim_id: UUID, stance: Stance, answers: Sequence[UUID]) -> Verdict:
    """A claim that can stand together with any of the answers is none that they exclude."""
    together = found.bounds.together.get(claim_id, set())
    if claim_id in answers:
        holds = True
    elif together.isdisjoint(answers) and any(rivals.exclude(found.bounds, claim_id, answer) for answer in answers):
        holds = False
    else:
        return "unscored"
    return "right" if holds == (stance == "support") else "wrong"


def _known(id_: UUID | None) -> UUID:
    if id_ is None:
        raise TypeError
    return id_
