"""Sources as one caller sees them: the rules run on full rows, and what comes out is masked here.

A source that the caller may not see stands in a picture under its mask: an id made for this source in this event. So
its statements can be told to be of one source within the event, but not across events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.derive.rules import families, merges
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext
from app.derive.rules.families import Kin
from app.derive.rules.rows import Rows
from app.derive.rules.statements import StatementInContext
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

# All that a confidential source shows, beside its kind and disclosure.
_BLANK: Final[dict[str, Any]] = dict.fromkeys(SourceRead.model_fields) | {
    "version": 1,
    "aliases": [],
    "placed": False,
    "disclosure": "anonymous",
    "confidential": True,
    "external_ids": {},
    "redacted": [],
}


@dataclass(frozen=True, slots=True)
class MaskedSources:
    """The sources of one picture, as its caller may see them: the side map grows while the picture is made."""

    rows: Rows
    kin: Kin
    sees_confidential: bool
    told_by: Mapping[UUID, UUID]
    """Of each statement whose family a source tells, where any is hidden: that one."""
    side_map: dict[UUID, SourceRead] = field(default_factory=dict)
    """By id: each source that the picture names so far, as it is shown."""
    visible_ids: dict[UUID, UUID] = field(default_factory=dict)
    """Of each source named that is not hidden: the one it was merged into."""
    mask_ids: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    """By event and source, of each source named that is hidden: the id that hides who it is."""


def masked_sources(context: EventContext) -> MaskedSources:
    """Nothing is named yet."""
    statements = context.statements if context.kin.hidden else ()
    told_by = {statement.row.id: statement.told_by for statement in statements if statement.told_by}
    return MaskedSources(context.rows, context.kin, sees_confidential=context.view.confidential, told_by=told_by)


def show(sources: MaskedSources, event_id: UUID, source_id: UUID) -> UUID:
    """Register a source that a row of this event names in the side map. Returns the id it is shown under."""
    # A large event names the same few sources thousands of times: what was decided of one is remembered.
    shown_id = sources.visible_ids.get(source_id)
    if shown_id is None and sources.mask_ids:
        shown_id = sources.mask_ids.get((event_id, source_id))
    if shown_id is not None:
        return shown_id
    mask = mask_id(sources, event_id, source_id)
    if mask is None:
        return _add(sources, source_id)
    _add_masked(sources, event_id, source_id, mask)
    sources.mask_ids[event_id, source_id] = mask
    return mask


def show_speaker(sources: MaskedSources, statement: StatementRead) -> UUID | None:
    """Register a statement's source as `show` does. None: the statement has no source."""
    return show(sources, statement.event_id, statement.source_id) if statement.source_id else None


def show_if_visible(sources: MaskedSources, source_id: UUID | None) -> UUID | None:
    """Register a source named by something outside of events, as a publisher is. None: no source, or a hidden one.

    Masks are per event: out of an event there is none to show a hidden source under.
    """
    if source_id is None:
        return None
    shown_id = sources.visible_ids.get(source_id)
    if shown_id is None and mask_id(sources, sources.rows.event_id, source_id) is None:
        return _add(sources, source_id)
    return shown_id


def mask_id(sources: MaskedSources, event_id: UUID, source_id: UUID) -> UUID | None:
    """The id that hides who a source is, if this caller may not see that, or if nothing is known of it any more."""
    rows = sources.rows
    # It was redacted: under its mask, if it had one; else under an id that leads nowhere any more.
    if source_id not in rows.sources:
        return rows.masks.get((event_id, source_id), source_id)
    if sources.sees_confidential or not (rows.confidential or rows.absorbed):
        return None
    merge_chain = merges.chain(source_id, sources.kin.merged_into)
    confidential_id = next((id_ for id_ in merge_chain if id_ in rows.confidential), None)
    # The merge into a confidential source may not have been made, or have been undone, at the moment of the picture.
    if confidential_id is None and source_id in rows.absorbed:
        confidential_id = source_id
    return None if confidential_id is None else rows.masks[event_id, confidential_id]


def way(sources: MaskedSources, statement: StatementRead) -> tuple[UUID, bool] | None:
    """Where the way to a statement's family is cut for this caller: the mask there, or the last source before it.

    And whether the speaker is hidden: what it says itself is not one with what others have from it. None: it is not.
    """
    source_id = sources.told_by.get(statement.id, statement.source_id)
    if source_id is None:
        return None
    mask = mask_id(sources, statement.event_id, statement.source_id or source_id)
    if mask is not None:
        return mask, True
    mask = mask_id(sources, statement.event_id, source_id)
    cut_at = mask or sources.kin.cut.get(sources.kin.targets.get(source_id, source_id))
    return None if cut_at is None else (cut_at, False)


def may_know_one_family(sources: MaskedSources, statement: StatementRead, compared: StatementRead) -> bool:
    """Whether this caller may know that these two are of one family: not if that is known over a hidden source."""
    return way(sources, statement) == way(sources, compared)


def known_family(sources: MaskedSources, statement: StatementInContext) -> UUID | None:
    """The source that a statement's family goes by, as far as this caller may know it. None: it is hidden, or none."""
    told_by = statement.told_by
    return None if told_by is None else show_if_visible(sources, families.known_top(sources.kin, told_by))


def family_id(sources: MaskedSources, statement: StatementInContext) -> UUID | None:
    """What tells this caller which statements are of one family: the source or document that they go by."""
    source_id = statement.row.source_id
    if source_id is None:
        return None
    shown_id = show(sources, statement.row.event_id, source_id)
    if source_id not in sources.visible_ids:
        return shown_id
    if statement.family_by == "document":
        return statement.family
    return known_family(sources, statement) or shown_id


def _add(sources: MaskedSources, source_id: UUID) -> UUID:
    end = sources.visible_ids[source_id] = sources.kin.targets[source_id]
    if end not in sources.side_map:
        source = sources.rows.sources[end]
        sources.side_map[end] = source  # before its parents, which may lead back here
        parent_id = show_if_visible(sources, source.parent_id)
        sources.side_map[end] = built(SourceRead, source.__dict__ | {"parent_id": parent_id})
    return end


def _add_masked(sources: MaskedSources, event_id: UUID, source_id: UUID, mask: UUID) -> None:
    source = sources.rows.sources.get(sources.kin.targets.get(source_id, source_id))
    public: dict[str, Any] = {} if source is None else {"kind": source.kind, "disclosure": source.disclosure}
    # Its own times would tell when it was recorded, and so perhaps which source it is.
    recorded = sources.rows.events[event_id].created_at
    dated = {"id": mask, "created_at": recorded, "updated_at": recorded}
    sources.side_map[mask] = built(SourceRead, _BLANK | public | dated)
