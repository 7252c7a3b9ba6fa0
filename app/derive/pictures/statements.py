"""Statements as they are shown: who, what, where found, and whether it stands."""

from collections.abc import Mapping
from uuid import UUID

from app.derive.pictures import masking as faces_of
from app.derive.pictures.masking import Faces
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.in_force import Ended
from app.derive.rules.voices import Voice
from app.schemas.pictures.dossiers import FigureState, NotLive, StatementPicture
from app.schemas.statements import AppearanceRead, HopRead, StatementRead


def statements(found: Scene, faces: Faces) -> list[StatementPicture]:
    """All that had been said, in its order."""
    rows = {voice.row.id: voice.row for voice in found.heard}
    return [_statement(voice, found, faces, rows) for voice in found.heard]


def _statement(voice: Voice, found: Scene, faces: Faces, rows: Mapping[UUID, StatementRead]) -> StatementPicture:
    row, ended, documents = voice.row, found.ended.get(voice.row.id), found.dates.ends
    earlier = rows.get(row.supersedes_id) if row.supersedes_id else None
    figures = found.weighed.weighed
    hidden = earlier is not None and not faces_of.may_tell(faces, row, earlier)
    return built(
        StatementPicture,
        row.__dict__
        | {
            "claim_id": voice.claim_id,
            "source_id": faces_of.face(faces, row.event_id, row.source_id) if row.source_id else None,
            "supersedes_id": None if hidden else row.supersedes_id,
            "withdrawn_document_id": documents.get(row.withdrawn_document_id) if row.withdrawn_document_id else None,
            "effective_from": voice.said.start,
            "effective_to": voice.said.end,
            "effective_by": voice.said.by,
            "live": ended is None,
            "why_not_live": None if ended is None else _why(row, ended, faces),
            "family_id": faces_of.family(faces, voice),
            "figure_state": _figure_state(voice, found) if row.id in figures else None,
            "appearances": [_appearance(appearance, faces, documents) for appearance in voice.appearances],
        },
    )


def _figure_state(voice: Voice, found: Scene) -> FigureState | None:
    """How it stands to the other figures of its question, where the true value changes with time."""
    weighed, id_ = found.weighed, voice.row.id
    if voice.question_id is None or not found.questions[voice.question_id].evolving:
        return None
    if id_ in weighed.replaced:
        return "replaced"
    if id_ in weighed.current:
        return "order_unknown" if id_ in weighed.unordered else "current"
    return "outdated"


def _why(row: StatementRead, ended: Ended, faces: Faces) -> NotLive:
    """Why it does not stand; not by whom, where that would tell whose family a hidden source is of."""
    if not faces_of.may_tell(faces, row, ended.by):
        reason = "superseded" if ended.reason == "superseded" else "withdrawn"
        return built(NotLive, reason=reason, at=None, statement_id=None)
    other = None if ended.by.id == row.id else ended.by.id
    return built(NotLive, reason=ended.reason, at=ended.at, statement_id=other)


def _appearance(appearance: AppearanceRead, faces: Faces, documents: Mapping[UUID, UUID]) -> AppearanceRead:
    document = documents.get(appearance.document_id) if appearance.document_id else None
    hops = [_hop(hop, appearance.event_id, faces) for hop in appearance.hops]
    if document == appearance.document_id and not hops:
        return appearance
    return built(AppearanceRead, appearance.__dict__ | {"document_id": document, "hops": hops})


def _hop(hop: HopRead, event_id: UUID, faces: Faces) -> HopRead:
    return built(HopRead, hop.__dict__ | {"source_id": faces_of.face(faces, event_id, hop.source_id)})
