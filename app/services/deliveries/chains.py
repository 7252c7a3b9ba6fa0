"""Where a report comes again: the chain of who passed words on gives way whole to what the report says now."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask, set_reason
from app.services.deliveries import corrections, mentions
from app.services.deliveries.mentions import CHAIN, Earlier, fingerprint
from app.services.intake.drafts import Batch, Draft

# Who passed it on, by name; a confidential source is not named.
_CHAINS: Final = text("""
SELECT h.appearance_id, array_agg(CASE WHEN NOT s.confidential THEN s.name END ORDER BY h.step) AS names
FROM appearance_hop h JOIN source s ON s.id = h.source_id
WHERE h.appearance_id = ANY (:ids) AND NOT (h.how_known = 'similarity' AND h.state = 'proposed')
GROUP BY h.appearance_id""")
_CHAINS_OF_OTHERS: Final = text("""
SELECT record_id, report_id FROM mention WHERE record_id = ANY (:ids) AND report_id <> :report AND says ? 'hops'
ORDER BY report_id DESC""")
_TOUCHED: Final = text("""
SELECT DISTINCT h.appearance_id FROM appearance_hop h JOIN change c ON c.record_id = h.id
WHERE h.appearance_id = ANY (:ids) AND NOT (h.how_known = 'similarity' AND h.state = 'proposed')
AND c.actor <> (SELECT actor FROM report WHERE id = :report)""")
_UNCHAIN: Final = text("DELETE FROM appearance_hop WHERE appearance_id = ANY (:ids)")


def _names(hops: Iterable[Draft]) -> list[Any]:
    """Of those who passed something on, as the report names them."""
    passed_on = [hop.points_at["source_id"] for hop in hops]
    return [source.value("name") or source.reference for source in passed_on]


async def replace(session: AsyncSession, before: Earlier, batch: Batch, by_record: Mapping[UUID, list[Draft]]) -> None:
    """Take away the chains that the report alone had written and says otherwise now: what it says is written anew."""
    said_now = mentions.chains(batch)
    now = {id_: fingerprint(mentions.chain(said_now[id_])) if id_ in said_now else None for id_ in by_record}
    otherwise = [id_ for id_ in by_record if before.says[id_].get(CHAIN) not in (None, now[id_])]
    if not otherwise:
        return
    stored = {row.appearance_id: row.names for row in await ask(session, _CHAINS, {"ids": otherwise})}
    parameters = {"ids": otherwise, "report": before.report}
    touched_ids = {row[0] for row in await ask(session, _TOUCHED, parameters)}
    other_reports = {row.record_id: row.report_id for row in await ask(session, _CHAINS_OF_OTHERS, parameters)}
    replaced_ids = list[UUID]()
    for id_ in otherwise:
        draft, owned = by_record[id_][0], CHAIN in before.owns[id_]
        if id_ in stored and owned and id_ not in touched_ids and id_ not in other_reports:
            replaced_ids.append(id_)
            draft.outcome = "replaced"
            corrections.replaced(batch, draft, CHAIN, stored[id_], _names(said_now.get(id_, [])) or None)
        elif id_ in stored and id_ not in said_now:
            corrections.kept(
                batch,
                draft,
                CHAIN,
                stored[id_],
                None,
                corrections.ALSO if id_ in other_reports else corrections.BY_OTHERS,
            )
    heirs = {(id_, CHAIN): report for id_, report in other_reports.items() if CHAIN in before.owns[id_]}
    await mentions.pass_on(session, heirs)
    for record, _ in heirs:
        before.owns[record].discard(CHAIN)
    if replaced_ids:
        batch.replaced |= set(replaced_ids)
        await set_reason(session, corrections.CORRECTED)
        await ask(session, _UNCHAIN, {"ids": replaced_ids})
        await set_reason(session)
