"""The event of a picture, and the events that it is linked to."""

from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.rows import Rows
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.pictures.dossiers import Direction, EventPicture, EventTie


def event(found: Scene) -> EventPicture:
    """The event, with links to others that this caller may read: after merges, each once."""
    rows = found.rows
    shown = rows.events[rows.event_id]
    ends = merges.ends({id_: other.merged_into for id_, other in rows.events.items()})
    ties: dict[tuple[UUID, str, str], EventTie] = {}
    for link in rows.event_links:
        direction, other = _other_end(link, rows)
        if other is not None and (found.view.restricted or not {other, ends[other]} & rows.restricted):
            end = rows.events[ends[other]]
            if end.id not in rows.merged:
                ties[end.id, link.relation, direction] = built(
                    EventTie, id=end.id, slug=end.slug, title=end.title, relation=link.relation, direction=direction
                )
    parent = None if shown.parent_id in rows.restricted and not found.view.restricted else shown.parent_id
    links = sorted(ties.values(), key=lambda tie: (*_place(rows.events[tie.id]), tie.relation, tie.direction))
    return built(EventPicture, shown.__dict__ | {"parent_id": parent, "links": links})


def _other_end(link: EventLinkRead, rows: Rows) -> tuple[Direction, UUID | None]:
    """Which way the link leads, and the event at its other end, if that is another one."""
    direction: Direction = "from" if link.from_id in rows.merged else "to"
    other = link.to_id if direction == "from" else link.from_id
    return direction, other if other in rows.events and other not in rows.merged else None


def _place(event: EventRead) -> tuple[float, str, UUID]:
    """When it happened, then its title, then its id; undated ones last."""
    return event.occurred_from.timestamp() if event.occurred_from else float("inf"), event.title, event.id
