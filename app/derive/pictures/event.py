"""The event of a picture, and the events that it is linked to."""

from uuid import UUID

from app.derive import ordering
from app.derive.rules import merges
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext
from app.derive.rules.rows import Rows
from app.schemas.events import EventLinkRead
from app.schemas.pictures.dossiers import Direction, EventPicture, EventTie


def event(context: EventContext) -> EventPicture:
    """The event, with links to others that this caller may read: after merges, each once."""
    rows = context.rows
    row = rows.events[rows.event_id]
    targets = merges.targets({id_: linked.merged_into for id_, linked in rows.events.items()})
    ties: dict[tuple[UUID, str, str], EventTie] = {}
    for link in rows.event_links:
        direction, linked_id = _linked(link, rows)
        # Neither the event that the link names nor the one that it was merged into may be hidden from this caller.
        if linked_id is not None and (context.view.restricted or not {linked_id, targets[linked_id]} & rows.restricted):
            target = rows.events[targets[linked_id]]
            if target.id not in rows.event_ids:
                ties[target.id, link.relation, direction] = built(
                    EventTie,
                    id=target.id,
                    slug=target.slug,
                    title=target.title,
                    relation=link.relation,
                    direction=direction,
                )
    parent_id = None if row.parent_id in rows.restricted and not context.view.restricted else row.parent_id
    # Into what else an open event was merged is told by redirects; where it is drawn by itself, that is hidden.
    merged_into = row.merged_into if context.view.restricted else None
    links = sorted(ties.values(), key=lambda tie: (ordering.event(rows.events[tie.id]), tie.relation, tie.direction))
    return built(EventPicture, row.__dict__ | {"parent_id": parent_id, "merged_into": merged_into, "links": links})


def _linked(link: EventLinkRead, rows: Rows) -> tuple[Direction, UUID | None]:
    """Which way the link leads, and the event at its far end, if that is another one."""
    # A link between two events that are one by now leads nowhere else.
    direction: Direction = "from" if link.from_id in rows.event_ids else "to"
    linked_id = link.to_id if direction == "from" else link.from_id
    return direction, linked_id if linked_id in rows.events and linked_id not in rows.event_ids else None
