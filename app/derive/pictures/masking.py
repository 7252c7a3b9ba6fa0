"""Sources as one caller sees them: rules run on full rows, and what comes out is masked here."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.construct import built
from app.derive.rules.families import Kin
from app.derive.rules.rows import Rows
from app.derive.rules.voices import Voice
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

# All that a confidential source shows, beside its kind and disclosure.
_BLANK: Final[dict[str, Any]] = dict.fromkeys(SourceRead.model_fields) | {
    "version": 1,
    "aliases": [],
    "kind": "other",
    "disclosure": "anonymous",
    "confidential": True,
    "external_ids": {},
}


@dataclass(frozen=True, slots=True)
class Faces:
    """The sources of a picture, as far as they were asked for: `shown` is its side map."""

    rows: Rows
    kin: Kin
    open: bool
    """Whether the caller may see confidential sources."""
    shown: dict[UUID, SourceRead] = field(default_factory=dict)
    plain: dict[UUID, UUID] = field(default_factory=dict)
    """Of each source asked for that is not hidden: the one it was merged into."""
    masked: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    """By event and source, of those that are: the id that hides who it is."""


def face(faces: Faces, event_id: UUID, source_id: UUID) -> UUID:
    """The id under which a source that a row of this event names is in the side map; it is there from now on."""
    known = faces.plain.get(source_id) or faces.masked.get((event_id, source_id))
    if known is not None:
        return known
    hidden = mask(faces, event_id, source_id)
    if hidden is None:
        return _show(faces, source_id)
    _show_masked(faces, event_id, source_id, hidden)
    faces.masked[event_id, source_id] = hidden
    return hidden


def plain(faces: Faces, source_id: UUID | None) -> UUID | None:
    """The same for what belongs to no event: a confidential source is then not named at all."""
    if source_id is None:
        return None
    known = faces.plain.get(source_id)
    if known is None and mask(faces, faces.rows.event_id, source_id) is None:
        return _show(faces, source_id)
    return known


def mask(faces: Faces, event_id: UUID, source_id: UUID) -> UUID | None:
    """The id that hides who it is, if this caller may not see that, or if nothing is known of it any more."""
    rows = faces.rows
    if source_id not in rows.sources:
        return rows.masks.get((event_id, source_id), source_id)
    if faces.open:
        return None
    told = next((source for source in merges.way(source_id, faces.kin.into) if source in rows.confidential), None)
    if told is None and source_id in rows.absorbed:
        told = source_id
    return None if told is None else rows.masks[event_id, told]


def tells_party(faces: Faces, source_id: UUID) -> bool:
    """Whether this caller may know the party of a source: neither it nor whoever it has the party from is hidden."""
    line = faces.kin.lines.get(faces.kin.ends.get(source_id, source_id), [])
    own = next((place for place, source in enumerate(line) if faces.rows.sources[source].party), len(line))
    return all(mask(faces, faces.rows.event_id, source) is None for source in (source_id, *line[: own + 1]))


def may_tell(faces: Faces, one: StatementRead, other: StatementRead) -> bool:
    """Whether this caller may know that these two are of one family: not if that tells who a hidden source is."""
    hidden = [mask(faces, row.event_id, row.source_id) if row.source_id else None for row in (one, other)]
    return hidden[0] == hidden[1]


def family(faces: Faces, voice: Voice) -> UUID | None:
    """What tells this caller which statements are of one family: the source or document that they go by."""
    row = voice.row
    if row.source_id is None:
        return None
    shown = face(faces, row.event_id, row.source_id)
    if row.source_id not in faces.plain:
        return shown
    if voice.by == "document":
        return voice.family
    return plain(faces, voice.family) or shown


def _show(faces: Faces, source_id: UUID) -> UUID:
    end = faces.plain[source_id] = faces.kin.ends[source_id]
    if end not in faces.shown:
        source = faces.rows.sources[end]
        faces.shown[end] = source  # before its parents, which may lead back here
        faces.shown[end] = built(SourceRead, source.__dict__ | {"parent_id": plain(faces, source.parent_id)})
    return end


def _show_masked(faces: Faces, event_id: UUID, source_id: UUID, hidden: UUID) -> None:
    source = faces.rows.sources.get(faces.kin.ends.get(source_id, source_id))
    recorded = faces.rows.events[event_id].created_at
    about: dict[str, Any] = {} if source is None else {"kind": source.kind, "disclosure": source.disclosure}
    faces.shown[hidden] = built(
        SourceRead, _BLANK | about | {"id": hidden, "created_at": recorded, "updated_at": recorded}
    )
