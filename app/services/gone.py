"""Records that are no more: whether who asks for one may know that."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Record
from app.services.access import Caller
from app.services.references import as_uuid

# What the ledger has last of each: by id, or of those whose ref this was. Nobody could see what lay in no public event.
_LAST: Final = text("""
SELECT asked.nth, last.record_id, coalesce((last.record->>'confidential')::boolean, false) AS confidential,
    CASE last.type WHEN 'event' THEN coalesce(last.record->>'visibility' = 'public', false)
    ELSE (SELECT coalesce(bool_and(is_public(id)), false) FROM unnest(
        CASE last.type WHEN 'event_link' THEN ARRAY[(last.record->>'from_id')::uuid, (last.record->>'to_id')::uuid]
        ELSE ARRAY[last.event_id] END) id) END AS public
FROM unnest(CAST(:types AS text[]), CAST(:ids AS uuid[]), CAST(:refs AS text[]))
    WITH ORDINALITY asked(type, id, ref, nth)
CROSS JOIN LATERAL (
    (SELECT * FROM change WHERE record_id = asked.id AND type = asked.type ORDER BY seq DESC LIMIT 1)
    UNION ALL
    (SELECT * FROM change WHERE op = 'delete' AND record->>'ref' = asked.ref AND type = asked.type
        ORDER BY seq DESC LIMIT 1)) last
WHERE last.op = 'delete'
""")


async def among(session: AsyncSession, caller: Caller, asked: Sequence[tuple[type[Record], str]]) -> dict[int, UUID]:
    """Which of these addresses (ids and `ref:`s; slugs are free again) led to a record that was deleted.

    By their places among the asked, the ids of those that the caller could have seen.
    """
    ids = [as_uuid(address) for _, address in asked]
    refs = [address.removeprefix("ref:") if address.startswith("ref:") else None for _, address in asked]
    if not any(ids) and not any(refs):
        return {}
    given = {"types": [model.__tablename__ for model, _ in asked], "ids": ids, "refs": refs}
    return {
        row.nth - 1: row.record_id
        for row in await session.execute(_LAST, given)
        if (not row.confidential or caller.may("confidential") if caller.may("read") else row.public)
    }
