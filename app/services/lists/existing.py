"""Whether what a list is asked for is there: a record that a filter names, a party. A misspelt one is no empty list."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from rapidfuzz import fuzz, process
from sqlalchemy import ARRAY, Uuid, any_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.models import Claim, Document, Event, Question, Record, Source
from app.schemas import addresses
from app.schemas.kinds import kind_of
from app.schemas.sources import SourceFilter
from app.services.access import Caller
from app.services.lists import narrowing, slugs
from app.services.visibility import seen_alone

# What the parameters name; `parent` is one of the list's own kind.
_NAMED: Final[dict[str, type[Record]]] = {
    "event": Event,
    "claim": Claim,
    "question": Question,
    "document": Document,
    **dict.fromkeys(("source", "author", "publisher"), Source),
}
_LIKE_ENOUGH: Final = 70  # of 100


class _Address(NamedTuple):
    parameter: str
    model: type[Record]
    words: str
    nth: int
    """Which of the parameter's, from 1."""


async def check(session: AsyncSession, caller: Caller, query: BaseModel) -> None:
    """Raises Invalid where a filter names what is not there, as far as the caller may see.

    Names of sources are not asked of here: `bearers.find`.
    """
    by_model = defaultdict(list)
    for address in _addresses(query):
        by_model[address.model].append(address)
    for model, named in by_model.items():  # hardly ever more than two kinds
        await _check_addresses(session, caller, model, named)
    party = getattr(query, "party", None)
    if party is not None:
        await _check_party(session, caller, party)


def _addresses(query: BaseModel) -> Iterator[_Address]:
    list_of = Source if isinstance(query, SourceFilter) else Event
    for parameter, value in query:
        model = list_of if parameter == "parent" else _NAMED.get(parameter)
        if model is None or value is None or (parameter == "source" and addresses.is_name(value)):
            continue
        for nth, address in enumerate(value.split(","), 1):
            yield _Address(parameter, model, address, nth)


async def _check_addresses(
    session: AsyncSession, caller: Caller, model: type[Record], named: Sequence[_Address]
) -> None:
    rows = seen_alone(caller, model)
    cells = [_cell(address.words) for address in named]
    columns = {name: {value for column, value in cells if column == name} for name, _ in cells}
    fitting = or_(*(rows.c[name].in_(values) for name, values in columns.items()))
    records = (await session.execute(select(*(rows.c[name] for name in columns)).where(fitting))).mappings().all()
    stored = {(name, row[name]) for row in records for name in columns}
    for address, cell in zip(named, cells, strict=True):
        if cell not in stored:
            words = f"there is no such {kind_of(model).name} that you may see"
            meant = await slugs.did_you_mean(session, caller, cell[1] if cell[0] == "slug" else None)
            raise Invalid.parameter(
                address.parameter, f"{words}: {addresses.quoted(address.words, address.nth)}{meant}"
            )


def _cell(address: str) -> tuple[str, Any]:
    """The column that an address is of, and its value there."""
    parsed = addresses.parse(address)
    if parsed.id is not None:
        return "id", parsed.id
    return ("ref", parsed.ref) if parsed.ref is not None else ("slug", parsed.slug)


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
    rows = seen_alone(caller, Source)
    bearers = select(Source.id).where(Source.party == party, *narrowing.may_be_told(caller, Source))
    ids = func.array(bearers.scalar_subquery(), type_=ARRAY(Uuid()))
    return (await session.execute(select(rows.c.id).where(rows.c.id == any_(ids)).limit(1))).first() is not None
