"""The chain of who passed words on: the steps of an appearance, written once."""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.services.drafts import Draft
from app.services.references import PROPOSED

_CHAINED: Final = text(f"""
SELECT h.appearance_id AS id, bool_and({PROPOSED.format("h")}) AS proposed FROM appearance_hop h
WHERE h.appearance_id = ANY(CAST(:asked AS uuid[])) GROUP BY h.appearance_id""")  # noqa: S608
_UNCHAIN: Final = text("DELETE FROM appearance_hop WHERE appearance_id = ANY(CAST(:these AS uuid[]))")


async def new(session: AsyncSession, drafts: list[Draft], *, dry: bool) -> list[Draft]:
    """A chain is written once: an appearance that has one keeps it, unless it was only proposed and this one is not."""
    asked = {draft.values["appearance_id"] for draft in drafts}
    said = {draft.values["appearance_id"] for draft in drafts if draft.value("state") != "proposed"}
    rows = (await session.execute(_CHAINED, {"asked": list(asked)})).all()
    giving_way = set() if dry else {row.id for row in rows if row.proposed and row.id in said}
    if giving_way:
        await session.execute(_UNCHAIN, {"these": list(giving_way)})
    chained = {row.id for row in rows} - giving_way
    left, steps = list[Draft](), set[tuple[UUID, int]]()
    for draft in drafts:
        step = (draft.values["appearance_id"], draft.values["step"])
        if step[0] in chained or step in steps:
            draft.outcome = "matched"
        else:
            steps.add(step)
            left.append(draft)
    return left
