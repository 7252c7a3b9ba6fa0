"""Events as somebody sees them who may read everything."""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Event
from app.schemas.events import EventRead
from app.services import records
from app.services.access import Caller
from app.services.records import Located

EDITOR: Final = Caller("editor", frozenset({"read", "confidential"}))


async def event_read(session: AsyncSession, event_id: UUID) -> Located:
    """The event as it is now, merged or not."""
    event = await records.get(session, EDITOR, Event, str(event_id), merged_itself=True)
    assert isinstance(event, EventRead)
    return Located(event.id, event.created_at, event.slug, event.visibility, event.merged_into)
