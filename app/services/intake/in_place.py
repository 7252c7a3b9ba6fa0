"""Sources that are known only where they were mentioned: which of them a draft is, or whether it is another one.

Of a place are those who speak, pass on or judge in a document, or without one about a claim or question; of a document
that a source publishes, its publisher; of no place, who does so nowhere. Whoever is known there by the draft's name is
meant, unless what is told of the two contradicts: by the rule of `by_name`, for stored sources and for those of the
body alike.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.models import Source
from app.services.access import Caller
from app.services.intake import storing, unseen
from app.services.intake.by_name import Known, how_much_is_left_open, known, traits_of
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import hints
from app.services.intake.joining import adopt, join
from app.texts import folding, traits

# Beside those of the name who are known only there: of the sources that the draft may be the one that is known there,
# if one alone is. Never a confidential source.
# OFFSET 0: by the index of names, and by ids, whatever was known of the tables when the plan was made.
_RESIDENTS: Final = """
SELECT d.id AS asked, root.id AS hit, t.id AS via, t.placed, coalesce(t.kind, root.kind) AS kind,
    coalesce(t.country, root.country) AS country, coalesce(t.party, root.party) AS party,
    source_root(coalesce(t.parent_id, root.parent_id)) AS parent_id, coalesce(t.url, root.url) AS url,
    root.external_ids || t.external_ids AS external_ids
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(
    id uuid, name text, within uuid, document uuid, about uuid, publishes text, publishes_ref text, may_be uuid[])
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT source_root(v) FROM speakers_there(d.document, d.about) v(v)
    UNION ALL SELECT source_root(p.publisher_id) FROM document p WHERE digest_of(p.page_key) = digest_of(d.publishes)
    UNION ALL SELECT source_root(p.publisher_id) FROM document p WHERE p.ref = d.publishes_ref) AS ids OFFSET 0) there
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT * FROM source s WHERE s.names && ARRAY[d.name] AND s.placed AND fold_name(s.name) = d.name OFFSET 0) s
    WHERE CASE WHEN d.within IS NOT NULL THEN source_root(s.id) = ANY (there.ids)
        ELSE NOT EXISTS (SELECT FROM statement WHERE source_id = s.id UNION ALL SELECT FROM appearance_hop
            WHERE source_id = s.id UNION ALL SELECT FROM assessment WHERE author_id = s.id
            UNION ALL SELECT FROM document WHERE publisher_id = s.id) END
    UNION ALL SELECT * FROM source s WHERE s.id = ANY (ARRAY(SELECT source_kin(only_one.id) FROM (
        SELECT (array_agg(m))[1] AS id FROM unnest(d.may_be) m WHERE m = ANY (there.ids) HAVING count(*) = 1) only_one))
    OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM source WHERE id = source_root(t.id) OFFSET 0) root
WHERE t.redacted = '{}' AND NOT t.confidential AND {there:t}
ORDER BY d.id, t.id"""


@dataclass(slots=True)
class Resident:
    """A source that is known in a place."""

    id: UUID
    known: list[Known]
    """What is known of each record of it: where sources were merged, there may be several."""
    is_placed: bool = True
    """Whether it is known nowhere else."""
    is_merged: bool = False
    """Whether it was found as a source that was merged into it."""
    draft: Draft | None = None
    """The draft that brings it, if it is new."""


async def match(session: AsyncSession, batch: Batch, drafts: Sequence[Draft]) -> list[Draft]:
    """Give each draft the id of the resident of its place that it is; returns those that are new there.

    Expects that their parents are matched.
    """
    if not drafts:
        return []
    stored = await look_up(session, batch.caller, drafts)
    brought = defaultdict[tuple[str, Any], list[Resident]](list)
    new: list[Draft] = []
    # As for names: those that tell most come first, for then others can be told from them; lines are in their order.
    for draft in sorted(drafts, key=lambda draft: (draft.line, how_much_is_left_open(draft))):
        draft_traits = known(draft)
        new_there = brought[_place(draft)]
        resident = _who_is_meant(draft_traits, [*stored[draft], *new_there])
        if resident is None:
            new.append(draft)
            new_there.append(Resident(draft.id, [draft_traits], draft=draft))
            continue
        if resident.draft is None:
            adopt(draft, resident.id, merged=resident.is_merged)
        else:
            join(batch, draft, resident.draft)
        for record in resident.known:  # for the drafts that follow
            record.complete(draft_traits)
    return new


def _who_is_meant(draft_traits: Known, residents: Sequence[Resident]) -> Resident | None:
    """Of those whom nothing contradicts who has most in common; of these the oldest, so that it is found again."""
    ranked = [
        (-traits.in_common(record, draft_traits), not resident.is_placed, record.kind != draft_traits.kind, resident.id)
        for resident in residents
        for record in resident.known
        if record.fits(draft_traits)
    ]
    meant_id = min(ranked)[-1] if ranked else None
    return next((resident for resident in residents if resident.id == meant_id), None)


def _place(draft: Draft) -> tuple[str, Any]:
    """A name and where it is known. A document that is published is not matched yet: it is known by its address."""
    place_names = map(hints(draft).get, ("publishes", "publishes_ref", "within"))
    return folding.name(draft.value("name")), next(filter(None, place_names), None)


async def look_up(session: AsyncSession, caller: Caller, drafts: Sequence[Draft]) -> dict[Draft, list[Resident]]:
    """Who is known by the name and in the place of each draft, stored before. What is the same is asked once."""
    first_by_question: dict[bytes, Draft] = {}
    rows: list[dict[str, Any]] = []
    first_of: dict[Draft, Draft] = {}
    for draft in drafts:
        question = {"name": folding.name(draft.value("name")), **hints(draft)}
        first_of[draft] = first_by_question.setdefault(to_json(question), draft)
        if first_of[draft] is draft:
            rows.append({"id": draft.id, **question})
    residents: dict[UUID, dict[UUID, Resident]] = {row["id"]: {} for row in rows}
    resident_by_id: dict[UUID, Resident] = {}
    via_ids = set[UUID]()
    for row in await ask(session, unseen.told_apart(_RESIDENTS, caller, Source), {"rows": storing.as_json(rows)}):
        resident = resident_by_id.setdefault(row.hit, Resident(row.hit, [], is_placed=False, is_merged=True))
        resident.is_placed |= row.placed
        resident.is_merged &= row.hit != row.via
        if row.via not in via_ids:
            via_ids.add(row.via)
            resident.known.append(traits_of(row))
        residents[row.asked][row.hit] = resident
    return {draft: [*residents[first.id].values()] for draft, first in first_of.items()}
