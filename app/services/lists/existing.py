"""What a list is asked for has to be there: a record that a filter names, a party. A misspelt one is no empty list."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from rapidfuzz import fuzz, process
from sqlalchemy import ARRAY, ColumnElement, Select, any_, bindparam, false, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.models import Event, Record, Source
from app.schemas import addresses
from app.schemas.kinds import kind_of
from app.schemas.sources import SourceFilter
from app.services.access import Caller
from app.services.lists import narrowing, slugs
from app.services.lists.bound import NAMED
from app.services.visibility import addressed_by, nameless, seen_alone

_LIKE_ENOUGH: Final = 70  # of 100


class _Address(NamedTuple):
    parameter: str
    model: type[Record]
    words: str
    nth: int
    """Which of the parameter's, from 1."""


async def find(session: AsyncSession, caller: Caller, query: BaseModel) -> dict[str, Any]:
    """The ids of the records that filters name, and of those merged with them, by parameter.

    Those of masks are apart (`masked_source`). Raises Invalid where there is none, as far as the caller may see. Names
    of sources are not looked for here: `bearers.find`.
    """
    by_model = defaultdict(list)
    for address in _addresses(query):
        by_model[address.model].append(address)
    ids: dict[str, Any] = {}
    for model, named in by_model.items():  # hardly ever more than two kinds
        ids |= await _find_addresses(session, caller, model, named)
    party = getattr(query, "party", None)
    if party is not None:
        await _check_party(session, caller, party)
    return ids


def _addresses(query: BaseModel) -> Iterator[_Address]:
    list_of = Source if isinstance(query, SourceFilter) else Event
    for parameter, value in query:
        model = list_of if parameter == "parent" else NAMED.get(parameter)
        if model is None or value is None or (parameter == "source" and addresses.is_name(value)):
            continue
        for nth, address in enumerate(value.split(","), 1):
            yield _Address(parameter, model, address, nth)


async def _find_addresses(
    session: AsyncSession, caller: Caller, model: type[Record], named: Sequence[_Address]
) -> dict[str, list[UUID]]:
    cells = [addressed_by(address.words) for address in named]
    values_by_column = defaultdict(list)
    for column, value in cells:
        values_by_column[column].append(value)
    # One alone is bound as itself: for an array, for which more rows are expected, it would be planned anew each time.
    values = {column: of_column if len(named) > 1 else of_column[0] for column, of_column in values_by_column.items()}
    columns = tuple(sorted(values))
    rows_by_cell = defaultdict(list)
    selected = _named(model, nameless(caller), columns, in_array=len(named) > 1)
    for row in (await session.execute(selected, values)).mappings():
        for column in columns:
            rows_by_cell[column, row[column]].append(row)
    ids: dict[str, list[UUID]] = {address.parameter: [] for address in named}
    for address, cell in zip(named, cells, strict=True):
        if cell not in rows_by_cell:
            words = f"there is no such {kind_of(model).name} that you may see"
            meant = await slugs.did_you_mean(session, caller, cell[1] if cell[0] == "slug" else None)
            raise Invalid.parameter(
                address.parameter, f"{words}: {addresses.quoted(address.words, address.nth)}{meant}"
            )
        for row in rows_by_cell[cell]:
            if row["is_mask"]:
                ids.setdefault(f"masked_{address.parameter}", []).append(row["id"])
            else:
                ids[address.parameter] += row["kin"]
    return ids


@cache
def _named(model: type[Record], caller: Caller, columns: tuple[str, ...], *, in_array: bool) -> Select[Any]:
    """Select the records of which a column has the value that is bound by its name, or one of an array of them."""
    rows, kind = seen_alone(caller, model), kind_of(model)
    kin: ColumnElement[Any] = array([rows.c.id])
    if kind.mergeable:
        kin_ids = select(getattr(func, f"{kind.name}_kin")(rows.c.id).label("id")).correlate(rows)
        if "confidential" in rows.c:
            kin_ids = narrowing.told(caller, kin_ids)
        kin = func.array(kin_ids.scalar_subquery())
    is_mask = false() if caller.may("confidential") else rows.c.get("confidential", false())
    fitting = []
    for column in (rows.c[name] for name in columns):
        value = bindparam(column.name, type_=ARRAY(column.type) if in_array else column.type)
        fitting.append(column == any_(value) if in_array else column == value)
    return select(
        *(rows.c[name] for name in dict.fromkeys(("id", *columns))), kin.label("kin"), is_mask.label("is_mask")
    ).where(or_(*fitting))


async def _check_party(session: AsyncSession, caller: Caller, party: str) -> None:
    if await _is_borne(session, caller, party):
        return
    stored = (await session.execute(select(Source.party).where(Source.party.is_not(None)).distinct())).scalars().all()
    nearest = process.extractOne(party, sorted(filter(None, stored)), scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH)
    is_told = nearest is not None and await _is_borne(session, caller, nearest[0])
    meant = f"; did you mean `{nearest[0]}`?" if nearest and is_told else ";"
    all_of_them = "`facets=party` of /v1/sources has all that there are"
    raise Invalid.parameter("party", f"no source that you may see is of this party{meant} {all_of_them}")


async def _is_borne(session: AsyncSession, caller: Caller, party: str) -> bool:
    """Whether the caller may see a source of this party: it is asked of those that are of it, and of no other."""
    return (await session.execute(_of_party(nameless(caller)), {"party": party})).first() is not None


@cache
def _of_party(caller: Caller) -> Select[Any]:
    rows = seen_alone(caller, Source)
    bearers = select(Source.id).where(Source.party == bindparam("party"), *narrowing.may_be_told(caller, Source))
    return select(rows.c.id).where(rows.c.id == any_(narrowing.as_array(bearers))).limit(1)
