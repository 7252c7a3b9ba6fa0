"""New events that may be there already, under another ref: told of, never joined."""

import re
from typing import Final

from sqlalchemy import ARRAY, Text, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Event
from app.schemas import kinds
from app.schemas.common import Remark
from app.services import visibility
from app.services.access import Caller
from app.services.intake.drafts import Batch

_NUMBERED: Final = re.compile(r"-\d+$")
_THERE: Final = (
    "An event of this title was there already: with its ref, slug or id this would have been told of that one."
)


async def of_events(session: AsyncSession, caller: Caller, batch: Batch) -> list[Remark]:
    """Of new events whose slug was numbered, because that of their title was taken: who has it, if that may be seen."""
    stems = {
        draft: _NUMBERED.sub("", draft.values["slug"])
        for draft in batch.drafts[Event]
        if draft.outcome == "created" and "slug" not in draft.told and _NUMBERED.search(draft.values["slug"])
    }
    if not stems:
        return []
    rows = visibility.seen_alone(caller, Event)
    among = rows.c.slug == any_(literal(list(stems.values()), ARRAY(Text())))
    query = select(rows.c.slug, rows.c.id, rows.c.title).where(among)
    by_slug = {row.slug: row for row in await session.execute(query)}
    return [
        Remark(
            what="suggested",
            pointer=f"{draft.pointer}/ref",
            detail=_THERE,
            stored={"id": there.id, "slug": there.slug, "title": there.title},
            sent=draft.value("title"),
            url=kinds.url(Event, there.slug),
        )
        for draft, stem in stems.items()
        if (there := by_slug.get(stem)) is not None
    ]
