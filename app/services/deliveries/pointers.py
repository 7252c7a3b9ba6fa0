"""Which records point at others: who has built upon them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, literal, not_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import DocumentLink, Mention, Record, SourceLink, table_of
from app.schemas.kinds import KINDS, Kind
from app.services.deliveries import mentions
from app.services.deliveries.mentions import Earlier
from app.services.intake.drafts import Batch

# Links that the service itself proposes. Nobody has said them, and so they hold nothing.
PROPOSED_KINDS: Final = (SourceLink, DocumentLink)
_BY_LIKENESS: Final = ("similarity", "name")


def is_proposed(kind: Kind) -> ColumnElement[bool]:
    """Whether a link was only proposed by likeness."""
    table = table_of(kind.model)
    return and_(table.c.how_known.in_(_BY_LIKENESS), table.c.state == "proposed")


def among(column: ColumnElement[Any], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Compare with one parameter, however many there are."""
    return column == any_(literal(list(ids), ARRAY(Uuid())))


def _pointing(targets: Mapping[type[Record], set[UUID]]) -> list[Select[Any]]:
    """For each column that may, select what points at these: `target`, and `by`; a part stands for what it is of."""
    queries = []
    for kind in KINDS:
        table = table_of(kind.model)
        holds = not_(is_proposed(kind)) if kind.model in PROPOSED_KINDS else true()
        by = table.c[kind.part_of] if kind.part_of else table.c.id
        queries += [
            select(table.c[name].label("target"), by.label("by")).where(among(table.c[name], targets[model]), holds)
            for name, model in kind.points_at.items()
            if targets.get(model)
        ]
    return queries


async def outside(
    session: AsyncSession, targets: Mapping[type[Record], set[UUID]], inside: Iterable[UUID]
) -> set[UUID]:
    """Those of the targets at which anything points but those `inside`."""
    queries = _pointing(targets)
    if not queries:
        return set()
    pointing = union_all(*queries).subquery()
    query = select(pointing.c.target).distinct().where(not_(among(pointing.c.by, inside)))
    return set(await session.scalars(query))


async def unreported(session: AsyncSession, targets: Mapping[type[Record], set[UUID]]) -> set[UUID]:
    """Those of the targets at which anything points that no report tells of: what it says of them is not known."""
    queries = _pointing(targets)
    if not queries:
        return set()
    pointing = union_all(*queries).subquery()
    mention = select(literal(1)).where(Mention.record_id == pointing.c.by).exists()
    return set(await session.scalars(select(pointing.c.target).distinct().where(~mention)))


async def between(
    session: AsyncSession, targets: Mapping[type[Record], set[UUID]], inside: Iterable[UUID]
) -> list[tuple[UUID, UUID]]:
    """Which of those `inside` point at the targets: pairs of what points and the target."""
    queries = _pointing(targets)
    if not queries:
        return []
    pointing = union_all(*queries).subquery()
    query = select(pointing.c.by, pointing.c.target).distinct().where(among(pointing.c.by, inside))
    return [(row.by, row.target) for row in await session.execute(query)]


async def from_others(
    session: AsyncSession, before: Earlier, batch: Batch, model: type[Record], ids: set[UUID]
) -> set[UUID]:
    """Those of these records at which anything points that is not this report's alone."""
    if not ids:
        return set()
    drafted = {draft.original.id for drafts in batch.drafts.values() for draft in drafts}
    own_ids = {before.report, *before.says, *drafted}
    held = await outside(session, {model: ids}, own_ids)
    pairs = await between(session, {model: ids - held}, own_ids) if ids - held else []
    shared = await mentions.also_mentioned(session, before.report, {by for by, _ in pairs})
    return held | {target for by, target in pairs if by in shared}
