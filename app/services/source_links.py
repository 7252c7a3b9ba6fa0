"""What an editor says of two sources that may be the same: confirmed is merged, and merged is confirmed.

No row but the merged source's own moves, and a PATCH undoes it, from either side.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict
from app.models import Source, SourceLink
from app.schemas import kinds
from app.schemas.common import RecordRead, Remark
from app.schemas.sources import SourceChange, SourceLinkChange, SourceLinkRead
from app.services import changing, namesakes, records, visibility
from app.services.access import Caller
from app.services.changing import Written
from app.services.intake import remarks

# What says by which names a source is found, and what tells it from others of these names.
_TELLING: Final = (
    *("name", "aliases", "kind", "disclosure", "confidential"),
    *("country", "party", "parent", "url", "external_ids"),
)
_MERGED: Final = "The two sources are merged: what either said is this one's."
_PARTED: Final = "The merge is undone: this source stands by itself again."
_RESTATED: Final = "By this the link between the two is {}."
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
RETURNING id
""")
_REJECTED_WITHIN: Final = text("""
SELECT l.id FROM source_kin(:merged) k JOIN source_link l ON l.from_id = k
WHERE l.state = 'rejected' AND l.to_id IN (SELECT source_kin(:merged)) LIMIT 1
""")
_ROOTS: Final = text("SELECT source_root(:from_id) AS start, source_root(:to_id) AS goal")


async def change(
    session: AsyncSession, caller: Caller, address: str, patch: SourceLinkChange, *, if_match: str | None
) -> Written:
    """Apply a merge patch: `confirmed` merges `from` into `to`, any other state undoes it.

    Raises what `changing.change` and `merge` raise.
    """
    link = await records.get_as(session, caller, SourceLinkRead, address)
    _, remarked = await changing.change(session, caller, SourceLink, address, patch, if_match=if_match)
    changed = await records.get_as(session, caller, SourceLinkRead, str(link.id))
    if changed.state == "confirmed" != link.state:
        roots = (await session.execute(_ROOTS, {"from_id": link.from_id, "to_id": link.to_id})).one()
        if roots.start != roots.goal:
            _, restated = await merge(session, caller, str(roots.start), str(roots.goal))
            remarked += [_remark("/state", _MERGED, roots.goal), *_at("/state", restated, but=link.id)]
    elif link.state == "confirmed" != changed.state:
        merged_id = await session.scalar(_MERGED_AT, {"start": link.from_id, "end": link.to_id})
        if merged_id is not None:
            record = await records.get(session, caller, Source, str(merged_id), merged_itself=True)
            remarked += [_remark("/state", _PARTED, merged_id), *_at("/state", await _part(session, caller, record))]
    return await records.get(session, caller, SourceLink, str(link.id)), remarked


def _remark(pointer: str, detail: str, stored: UUID) -> Remark:
    return Remark(what="changed", pointer=pointer, detail=detail, stored=stored)


def _at(pointer: str, remarked: Sequence[Remark], *, but: UUID | None = None) -> list[Remark]:
    """These remarks, at another place; without the one on the link that was changed itself."""
    return [remark.model_copy(update={"pointer": pointer}) for remark in remarked if remark.stored != but]


async def merge(session: AsyncSession, caller: Caller, address: str, into: str) -> Written:
    """`records.merge` of two sources, which confirms what links them.

    Raises what that raises, and Conflict where an editor has said that any of those that become one are not the same.
    """
    merged, remarked = await changing.merge(session, caller, Source, address, into)
    if (rejected_id := await session.scalar(_REJECTED_WITHIN, {"merged": merged.id})) is not None:
        raise Conflict(
            "It was said of two of these that they are not the same.", url=kinds.url(SourceLink, rejected_id)
        )
    ends = {"first": merged.id, "second": merged.id}
    return merged, [*remarked, *await _restate(session, caller, "confirmed", ends, "/into")]


async def change_source(
    session: AsyncSession, caller: Caller, address: str, patch: SourceChange, *, if_match: str | None
) -> Written:
    """Apply a merge patch to a source; where it undoes a merge, what links the two is proposed again."""
    before = None
    if patch.model_fields_set == {"merged_into"}:
        before = await records.get(session, caller, Source, address, merged_itself=True)
    changed, remarked = await changing.change(session, caller, Source, address, patch, if_match=if_match)
    if before is not None:
        remarked += await _propose_again(session, caller, before)
    elif telling := [name for name in _TELLING if name in patch.model_fields_set]:
        await namesakes.forget_keys(session, [changed.id])
        links = await namesakes.propose(session, await namesakes.stored(session, [changed.id]))
        remarked += await remarks.of_source_links(session, caller, links, {changed.id: f"/{telling[0]}"})
    return changed, remarked


async def _part(session: AsyncSession, caller: Caller, merged: RecordRead) -> list[Remark]:
    await records.write(session, Source, merged.id, {"merged_into": None})
    return await _propose_again(session, caller, merged)


async def _propose_again(session: AsyncSession, caller: Caller, merged: RecordRead) -> list[Remark]:
    """`merged`: a source as it was when it was still merged into another."""
    if (into := getattr(merged, "merged_into", None)) is None:
        return []
    ends = {"first": merged.id, "second": into}
    return await _restate(session, caller, "proposed", ends, "/merged_into")


async def _restate(
    session: AsyncSession, caller: Caller, state: str, ends: Mapping[str, UUID], pointer: str
) -> list[Remark]:
    """Confirm what links two, or propose it again; remark those links that the caller may see."""
    before = "proposed" if state == "confirmed" else "confirmed"
    restated = await session.scalars(_RESTATE, {"state": state, "before": before, **ends})
    seen = await visibility.among_seen(session, caller, SourceLink, restated.all())
    return [_remark(pointer, _RESTATED.format(state), id_) for id_ in sorted(seen)]
