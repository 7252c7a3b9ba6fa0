"""What an editor says of two sources that may be the same: confirmed is merged, and merged is confirmed.

No row but the merged source's own moves, and a PATCH undoes it, from either side. What a link says, all links
say between what was merged with its two ends: so none waits for an answer that could not be given.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import set_reason
from app.errors import Conflict
from app.models import Source, SourceLink
from app.schemas import kinds
from app.schemas.common import Remark
from app.schemas.sources import SourceChange, SourceLinkChange, SourceLinkRead
from app.services import changing, namesakes, records
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
# Why a link has the state that another one was given: what is said of one link between two is said of all between them.
_CARRIED: Final = "what was said of another link between the two is said of this one"
# The rejected links of these sources, and of what was merged with them, of which somebody has said so himself: of
# others the ledger says why they became that, last.
_SAID: Final = text("""
SELECT l.id, source_root(l.from_id) AS start, source_root(l.to_id) AS goal FROM source_link l
WHERE l.state = 'rejected' AND l.id IN (
    SELECT o.id FROM unnest(CAST(:ids AS uuid[])) i CROSS JOIN source_kin(i) k JOIN source_link o ON o.from_id = k
    UNION SELECT o.id FROM unnest(CAST(:ids AS uuid[])) i CROSS JOIN source_kin(i) k JOIN source_link o ON o.to_id = k)
AND coalesce((
    SELECT c.reason IS DISTINCT FROM :carried FROM change c WHERE c.record_id = l.id AND c.seq > coalesce((
        SELECT max(b.seq) FROM change b WHERE b.record_id = l.id AND b.record->>'state' <> 'rejected'), 0)
    ORDER BY c.seq LIMIT 1), true)
ORDER BY l.id
""")
_UNREJECT: Final = text("""
UPDATE source_link SET state = 'proposed' WHERE state = 'rejected' AND id IN (
    SELECT l.id FROM source_kin(:first) k JOIN source_link l ON l.from_id = k
    WHERE l.to_id IN (SELECT source_kin(:second))
    UNION SELECT l.id FROM source_kin(:first) k JOIN source_link l ON l.to_id = k
    WHERE l.from_id IN (SELECT source_kin(:second)))
RETURNING id
""")
# Of every link of these sources, and of what was merged with them, the state that follows from what was said: within
# one source confirmed; between two of which any pair was said to be two, rejected; else proposed.
_SETTLE: Final = text("""
WITH touched AS MATERIALIZED (
    SELECT l.id, l.state, source_root(l.from_id) AS start, source_root(l.to_id) AS goal
    FROM source_link l WHERE l.id IN (
        SELECT o.id FROM unnest(CAST(:ids AS uuid[])) i CROSS JOIN source_kin(i) k JOIN source_link o ON o.from_id = k
        UNION SELECT o.id FROM unnest(CAST(:ids AS uuid[])) i CROSS JOIN source_kin(i) k
        JOIN source_link o ON o.to_id = k)),
parted AS MATERIALIZED (SELECT * FROM unnest(CAST(:starts AS uuid[]), CAST(:goals AS uuid[])) AS p(start, goal)),
following AS (
    SELECT t.id, t.state, CASE WHEN t.start = t.goal THEN 'confirmed'
        WHEN EXISTS (
            SELECT FROM parted p WHERE (p.start, p.goal) IN ((t.start, t.goal), (t.goal, t.start))) THEN 'rejected'
        ELSE 'proposed' END AS due FROM touched t)
UPDATE source_link l SET state = f.due FROM following f WHERE l.id = f.id AND f.due <> f.state RETURNING l.id, l.state
""")
_ROOTS: Final = text("SELECT source_root(:from_id) AS start, source_root(:to_id) AS goal")
_ROOTS_OF: Final = text("SELECT source_root(id) FROM unnest(CAST(:ids AS uuid[])) id")


async def change(
    session: AsyncSession, caller: Caller, address: str, patch: SourceLinkChange, *, if_match: str | None
) -> Written:
    """Apply a merge patch: `confirmed` merges `from` into `to`, any other state undoes it.

    What is said of one link is said of all between what was merged with the one end and with the other. Raises what
    `changing.change` and `merge` raise.
    """
    link = await records.get_as(session, caller, SourceLinkRead, address)
    _, remarked = await changing.change(session, caller, SourceLink, address, patch, if_match=if_match)
    changed = await records.get_as(session, caller, SourceLinkRead, str(link.id))
    if changed.state == link.state:
        return changed, remarked
    roots = (await session.execute(_ROOTS, {"from_id": link.from_id, "to_id": link.to_id})).one()
    if changed.state == "confirmed":
        if roots.start != roots.goal:
            _, restated = await merge(session, caller, str(roots.start), str(roots.goal))
            remarked += [_remark("/state", _MERGED, roots.goal), *_at("/state", restated, but=link.id)]
        return await records.get(session, caller, SourceLink, str(link.id)), remarked
    merged_id = await session.scalar(_MERGED_AT, {"start": link.from_id, "end": link.to_id})
    if merged_id is not None:
        await records.write(session, Source, merged_id, {"merged_into": None})
        remarked.append(_remark("/state", _PARTED, merged_id))
    unsaid = set[UUID]()
    if link.state == "rejected":
        unsaid = set(await session.scalars(_UNREJECT, {"first": link.from_id, "second": link.to_id}))
    ends = [link.from_id, link.to_id]
    restated = await _settle(session, caller, ends, "/state", unsaid)
    remarked += _at("/state", restated, but=link.id)
    if merged_id is not None:
        remarked += await _propose(session, caller, ends, "/state")
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
    rejected_ids = [row.id for row in await _said(session, [merged.id]) if row.start == row.goal]
    if rejected_ids:
        visible_ids = await records.among_seen(session, caller, SourceLink, rejected_ids)
        urls = [kinds.url(SourceLink, id_) for id_ in rejected_ids if id_ in visible_ids]
        member = {"url": urls[0]} if urls else {}
        raise Conflict("It was said of two of these that they are not the same.", None, **member)
    return merged, [*remarked, *await _settle(session, caller, [merged.id], "/into")]


async def change_source(
    session: AsyncSession, caller: Caller, address: str, patch: SourceChange, *, if_match: str | None
) -> Written:
    """Apply a merge patch to a source; where it undoes a merge, what links the two is proposed again."""
    before = None
    if patch.model_fields_set == {"merged_into"}:
        before = await records.get(session, caller, Source, address, merged_itself=True)
    changed, remarked = await changing.change(session, caller, Source, address, patch, if_match=if_match)
    if before is not None and (into := getattr(before, "merged_into", None)) is not None:
        ends = [before.id, into]
        remarked += await _settle(session, caller, ends, "/merged_into")
        remarked += await _propose(session, caller, ends, "/merged_into")
    elif telling := [name for name in _TELLING if name in patch.model_fields_set]:
        await namesakes.forget_keys(session, [changed.id])
        remarked += await _propose(session, caller, [changed.id], f"/{telling[0]}")
    return changed, remarked


async def _propose(session: AsyncSession, caller: Caller, ids: Sequence[UUID], pointer: str) -> list[Remark]:
    """Links that these sources lack: of what is parted each may be others again, of which one link told for all."""
    roots = set(await session.scalars(_ROOTS_OF, {"ids": list(ids)}))
    links = await namesakes.propose(session, caller, await namesakes.stored(session, roots))
    return await remarks.of_source_links(session, caller, links, dict.fromkeys(roots, pointer))


async def _settle(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], pointer: str, changed: Collection[UUID] = ()
) -> list[Remark]:
    """Carry what was said over to all links of these sources; remark those that the caller may see.

    `changed`: links that were changed before; of them it is remarked, too.
    """
    said = await _said(session, ids)
    ends = {"starts": [row.start for row in said], "goals": [row.goal for row in said]}
    await set_reason(session, _CARRIED)
    settled = {row.id: row.state for row in await session.execute(_SETTLE, {"ids": list(ids), **ends})}
    await set_reason(session)
    states = dict.fromkeys(changed, "proposed") | settled
    seen = await records.among_seen(session, caller, SourceLink, states.keys())
    return [_remark(pointer, _RESTATED.format(states[id_]), id_) for id_ in sorted(seen)]


async def _said(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    return (await session.execute(_SAID, {"ids": list(ids), "carried": _CARRIED})).all()
