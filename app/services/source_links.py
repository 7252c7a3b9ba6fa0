"""What an editor says of two sources that may be the same: confirmed is merged, and merged is confirmed.

No row but the merged source's own moves, and a PATCH undoes it, from either side.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict
from app.models import Source, SourceLink
from app.schemas import kinds
from app.schemas.common import RecordRead
from app.schemas.sources import SourceChange, SourceLinkChange, SourceLinkRead
from app.services import changing, namesakes, records
from app.services.access import Caller

# What says by which names a source is found, and what tells it from others of these names.
_NAMING: Final = frozenset({"name", "aliases", "kind", "disclosure", "confidential"})
_TELLING_APART: Final = frozenset({"country", "party", "parent", "url", "external_ids"})
# Where the ways up from both ends meet, the one that was merged into the other there.
_MERGED_AT: Final = text("""
WITH RECURSIVE up(side, id, next, far) AS (
    SELECT e.side, s.id, s.merged_into, 0 FROM (VALUES (1, CAST(:start AS uuid)), (2, CAST(:end AS uuid))) e(side, id)
    JOIN source s ON s.id = e.id
    UNION ALL SELECT up.side, s.id, s.merged_into, up.far + 1 FROM up JOIN source s ON s.id = up.next)
SELECT id FROM up WHERE next IN (SELECT u.id FROM up u WHERE u.side <> up.side)
    AND id NOT IN (SELECT u.id FROM up u WHERE u.side <> up.side) ORDER BY side LIMIT 1
""")
# Every link between what was merged into one and what was merged into the other.
_RESTATE: Final = text("""
UPDATE source_link SET state = :state WHERE state = :before AND id IN (
    SELECT l.id FROM source_kin(:first) k JOIN source_link l ON l.from_id = k
    WHERE l.to_id IN (SELECT source_kin(:second))
    UNION ALL SELECT l.id FROM source_kin(:first) k JOIN source_link l ON l.to_id = k
    WHERE l.from_id IN (SELECT source_kin(:second)))
""")
_REJECTED_WITHIN: Final = text("""
SELECT l.id FROM source_kin(:merged) k JOIN source_link l ON l.from_id = k
WHERE l.state = 'rejected' AND l.to_id IN (SELECT source_kin(:merged)) LIMIT 1
""")
_ROOTS: Final = text("SELECT source_root(:from_id) AS start, source_root(:to_id) AS goal")


async def change(
    session: AsyncSession, caller: Caller, address: str, patch: SourceLinkChange, *, if_match: str | None
) -> RecordRead:
    """Apply a merge patch: `confirmed` merges `from` into `to`, any other state undoes it.

    Raises what `changing.change` and `merge` raise.
    """
    link = await records.get_as(session, caller, SourceLinkRead, address)
    await changing.change(session, caller, SourceLink, address, patch, if_match=if_match)
    changed = await records.get_as(session, caller, SourceLinkRead, str(link.id))
    if changed.state == "confirmed" != link.state:
        roots = (await session.execute(_ROOTS, {"from_id": link.from_id, "to_id": link.to_id})).one()
        if roots.start != roots.goal:
            await merge(session, caller, str(roots.start), str(roots.goal))
    elif link.state == "confirmed" != changed.state:
        merged_id = await session.scalar(_MERGED_AT, {"start": link.from_id, "end": link.to_id})
        if merged_id is not None:
            record = await records.get(session, caller, Source, str(merged_id), merged_itself=True)
            await _part(session, record)
    return await records.get(session, caller, SourceLink, str(link.id))


async def merge(session: AsyncSession, caller: Caller, address: str, into: str) -> RecordRead:
    """`records.merge` of two sources, which confirms what links them.

    Raises what that raises, and Conflict where an editor has said that any of those that become one are not the same.
    """
    merged = await records.merge(session, caller, Source, address, into)
    if (rejected_id := await session.scalar(_REJECTED_WITHIN, {"merged": merged.id})) is not None:
        raise Conflict(
            "It was said of two of these that they are not the same.", url=kinds.url(SourceLink, rejected_id)
        )
    ends = {"first": merged.id, "second": merged.id}
    await session.execute(_RESTATE, {"state": "confirmed", "before": "proposed", **ends})
    return merged


async def change_source(
    session: AsyncSession, caller: Caller, address: str, patch: SourceChange, *, if_match: str | None
) -> RecordRead:
    """Apply a merge patch to a source; where it undoes a merge, what links the two is proposed again."""
    before = None
    if patch.model_fields_set == {"merged_into"}:
        before = await records.get(session, caller, Source, address, merged_itself=True)
    changed = await changing.change(session, caller, Source, address, patch, if_match=if_match)
    if before is not None:
        await _propose_again(session, before)
    elif patch.model_fields_set & (_NAMING | _TELLING_APART):
        await namesakes.propose(session, [changed.id], renamed=True)
    return changed


async def _part(session: AsyncSession, merged: RecordRead) -> None:
    await records.write(session, Source, merged.id, {"merged_into": None})
    await _propose_again(session, merged)


async def _propose_again(session: AsyncSession, merged: RecordRead) -> None:
    """`merged`: a source as it was when it was still merged into another."""
    if (into := getattr(merged, "merged_into", None)) is not None:
        ends = {"first": merged.id, "second": into}
        await session.execute(_RESTATE, {"state": "proposed", "before": "confirmed", **ends})
