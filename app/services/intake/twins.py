"""New events that may be there already, under another ref: told of, never joined."""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Event
from app.schemas import kinds
from app.schemas.common import Remark
from app.services import visibility
from app.services.access import Caller
from app.services.intake.drafts import Batch, Draft
from app.texts import folding

_THERE: Final = (
    "An event of this title is there already: with its ref, slug or id this would have been told of that one."
)
_OF_A_TITLE: Final = 20  # at most that are looked at: of more that are called the same, the title tells nothing
# OFFSET 0: each title by the index, also of a table that was never analysed.
_SAME_TITLE: Final = text("""
SELECT e.id FROM unnest(CAST(:titles AS text[])) t(title) CROSS JOIN LATERAL (
    SELECT id FROM event
    WHERE digest_of(fold(event.title)) = digest_of(fold(t.title)) AND id <> ALL (CAST(:new AS uuid[]))
    ORDER BY created_at, id LIMIT :most) e OFFSET 0""").columns(column("id"))


async def of_events(session: AsyncSession, caller: Caller, batch: Batch) -> list[Remark]:
    """Of new events the first that has the title, and may be the same by its time, as far as the caller may see it."""
    new = {draft.id: draft for draft in batch.drafts[Event] if draft.outcome == "created"}
    if not new or batch.from_export:
        return []
    rows = visibility.seen_alone(caller, Event)
    query = select(rows).where(rows.c.id.in_(_SAME_TITLE)).order_by(rows.c.created_at, rows.c.id)
    parameters = {"titles": [draft.value("title") for draft in new.values()], "new": [*new], "most": _OF_A_TITLE}
    by_title = defaultdict[str, list[Any]](list)
    for row in await session.execute(query, parameters):
        by_title[folding.whole(row.title)].append(row)
    first = {
        draft: next((row for row in by_title[folding.whole(draft.value("title"))] if _may_be_one(draft, row)), None)
        for draft in new.values()
    }
    return [_remark(draft, row) for draft, row in first.items() if row is not None]


def _may_be_one(draft: Draft, row: Any) -> bool:
    """Whether their times overlap, or one has none."""
    start, end = draft.value("occurred_from"), draft.value("occurred_to")
    if start is None or row.occurred_from is None:
        return True
    return bool(start < row.occurred_to and row.occurred_from < end)


def _remark(draft: Draft, there: Any) -> Remark:
    return Remark(
        what="suggested",
        pointer=f"{draft.pointer}/ref",
        detail=_THERE,
        stored={"id": there.id, "slug": there.slug, "title": there.title},
        sent=draft.value("title"),
        url=kinds.url(Event, there.slug),
    )
