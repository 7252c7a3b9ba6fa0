"""Who bears the name that a list was asked for: as far as the caller may see them, and as if nobody else were there."""

from typing import Final, NamedTuple

from rapidfuzz import fuzz, process
from sqlalchemy import exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.models import Source, SourceLink
from app.schemas import addresses
from app.schemas.sources import SourceRead
from app.services.access import Caller
from app.services.lists import narrowing
from app.services.visibility import seen
from app.texts import folding

_SOURCES_TOLD: Final = 100  # of those that bear one name
_CANDIDATES: Final = 500
_NAMES_TOLD: Final = 5
_LIKE_ENOUGH: Final = 60  # of 100
_STEM_LETTERS: Final = 3


class Bearers(NamedTuple):
    named: list[SourceRead]
    """All who are meant, by id."""
    may_be_same: list[SourceRead]
    """Who may be one with any of them, by a link that was proposed: not meant."""


async def find(session: AsyncSession, caller: Caller, parameter: str | None) -> Bearers | None:
    """None: no name was asked for. Raises Invalid where nobody bears it, with the nearest names."""
    if parameter is None or not addresses.is_name(parameter):
        return None
    bearing = narrowing.sources_named(caller, parameter).order_by("id").limit(_SOURCES_TOLD)
    named = [SourceRead.model_validate(row) for row in (await session.execute(bearing)).mappings()]
    if not named:
        raise Invalid.parameter("source", await _nobody(session, caller, parameter))
    rows, links = seen(caller, Source), seen(caller, SourceLink)
    kin = select(func.source_kin(func.unnest([source.id for source in named])))
    ends = (links.c.from_id, links.c.to_id), (links.c.to_id, links.c.from_id)
    proposed = [
        rows.c.id.in_(select(func.source_root(far)).where(near.in_(kin), links.c.state == "proposed"))
        for near, far in ends
    ]
    alike = select(rows).where(or_(*proposed), rows.c.id.not_in([source.id for source in named]))
    others = (await session.execute(alike.order_by(rows.c.name, rows.c.id).limit(_SOURCES_TOLD))).mappings()
    return Bearers(named, [SourceRead.model_validate(row) for row in others])


async def _nobody(session: AsyncSession, caller: Caller, name: str) -> str:
    folded, rows = folding.name(name), seen(caller, Source)
    names = func.unnest(rows.c.names).table_valued("name").render_derived()
    stems = {word[:_STEM_LETTERS] for word in folded.split()}
    begins_alike = or_(false(), *(func.strpos(names.c.name, stem) > 0 for stem in stems))
    candidates = (
        select(rows.c.name)
        .where(rows.c.name.is_not(None), rows.c.merged_into.is_(None), exists().select_from(names).where(begins_alike))
        .order_by(rows.c.id)
        .limit(_CANDIDATES)
    )
    by_folded = {folding.name(called): called for called in (await session.execute(candidates)).scalars()}
    nearest = process.extract(folded, list(by_folded), scorer=fuzz.WRatio, limit=_NAMES_TOLD, score_cutoff=_LIKE_ENOUGH)
    nearest_names = ", ".join(f"“{by_folded[key]}”" for key, *_ in nearest)
    also = f"the nearest names: {nearest_names}" if nearest else "no name is near it"
    return f"nobody whom you may see has this name or alias, whole; {also}; /v1/sources?q= finds parts of names"
