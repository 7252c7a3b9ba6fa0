"""Who bears the name that a list was asked for: as far as the caller may see them, and as if nobody else were there."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from anyascii import anyascii
from rapidfuzz import fuzz
from sqlalchemy import Select, Text, Uuid, any_, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.models import Source, SourceLink, SourceNameKey
from app.schemas import addresses
from app.schemas.sources import SourceRead
from app.services.access import Caller
from app.services.lists import narrowing
from app.services.visibility import seen
from app.texts import folding, names

_SOURCES_TOLD: Final = 100  # of those that bear one name
_CANDIDATES: Final = 200
_NAMES_TOLD: Final = 5
_LIKE_ENOUGH: Final = 60  # of 100
_RUN: Final = 3  # letters in a row by which names are looked for


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
    ids = [source.id for source in named]
    kin = narrowing.as_array(select(func.source_kin(func.unnest(ids, type_=Uuid()))))
    far_ends = (
        select(func.source_root(far)).where(near == any_(kin), links.c.state == "proposed")
        for near, far in ((links.c.from_id, links.c.to_id), (links.c.to_id, links.c.from_id))
    )
    alike = select(rows).where(rows.c.id == any_(narrowing.as_array(union_all(*far_ends))), rows.c.id.not_in(ids))
    others = (await session.execute(alike.order_by(rows.c.name, rows.c.id).limit(_SOURCES_TOLD))).mappings()
    return Bearers(named, [SourceRead.model_validate(row) for row in others])


async def _nobody(session: AsyncSession, caller: Caller, name: str) -> str:
    spellings = _spellings(name)
    nearest: dict[str, tuple[float, float]] = {}
    for row in await session.execute(_candidates(caller, name, spellings)):
        borne = {
            called: _likeness(spellings, called) for called in (row.name, *(alias["name"] for alias in row.aliases))
        }
        called = max(borne, key=lambda called: borne[called])
        nearest[f"“{called}”" if called == row.name else f"“{called}” ({row.name})"] = borne[called]
    in_order = sorted(nearest, key=lambda words: nearest[words], reverse=True)
    names_told = [words for words in in_order if nearest[words][0] >= _LIKE_ENOUGH][:_NAMES_TOLD]
    also = f"the nearest names: {', '.join(names_told)}" if names_told else "no name is near it"
    return f"nobody whom you may see has this name or alias, whole; {also}; /v1/sources?q= finds parts of names"


def _likeness(spellings: Sequence[str], called: str) -> tuple[float, float]:
    """By the better of both spellings; of two names that are as near, the one in the same letters goes first."""
    as_written, in_latin = map(fuzz.WRatio, spellings, _spellings(called))
    return max(as_written, in_latin), as_written


def _spellings(name: str) -> tuple[str, str]:
    """A name as names are compared, and in Latin letters."""
    folded = folding.name(name)
    return folded, anyascii(folded).lower()


def _candidates(caller: Caller, name: str, spellings: Sequence[str]) -> Select[Any]:
    """Select the sources of which a name or alias sounds like this one, then those that share most letters in a row.

    Whether the caller may see them is asked of these alone: of all it takes long.
    """
    keys = names.sought(name, person=True)
    sounds_alike = Source.id.in_(select(SourceNameKey.source_id).where(SourceNameKey.key.in_(keys)))
    words = {word for spelling in spellings for word in spelling.split()}
    runs = {word[at : at + _RUN] for word in words for at in range(max(1, len(word) - _RUN + 1))}
    borne = func.unnest(Source.names).table_valued("name").render_derived()
    run = func.unnest(literal(sorted(runs), ARRAY(Text()))).table_valued("run").render_derived()
    shared = select(func.count()).select_from(run).where(func.strpos(borne.c.name, run.c.run) > 0).scalar_subquery()
    most_shared = select(func.max(shared)).select_from(borne).scalar_subquery()
    named = select(Source.id, sounds_alike.label("sounds"), most_shared.label("shared")).where(
        Source.name.is_not(None), *narrowing.may_be_told(caller, Source)
    )
    alike = named.subquery()
    candidates = (
        select(alike.c.id)
        .where(or_(alike.c.sounds, alike.c.shared > 0))
        .order_by(alike.c.sounds.desc(), alike.c.shared.desc(), alike.c.id)
        .limit(_CANDIDATES)
    )
    rows = seen(caller, Source)
    return select(rows.c.name, rows.c.aliases).where(rows.c.id == any_(narrowing.as_array(candidates)))
