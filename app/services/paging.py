"""Pages of a list by keyset, both ways: a cursor is the place of an item in the order, not a count of items."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    Subquery,
    Text,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import BadCursor
from app.schemas.common import Paging

MOST: Final = 200
# Where a time is not known: after, or before, all that is.
LATEST: Final = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
_KEPT_OUT: Final = {"cursor", "limit", "count", "facets"}
# What every row has that is sorted by it: taken as it is, so that an index serves.
_ALWAYS_THERE: Final = {"created_at", "updated_at", "retrieved_at", "recheck_at", "seq", "rank"}
_MOST_RANK: Final = 2**31


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list, and the cursors of the parts beside it."""

    rows: Sequence[Mapping[Any, Any]]
    next: str | None
    prev: str | None
    total: int | None
    facets: dict[str, dict[str, int]] | None


async def page(
    session: AsyncSession,
    found: Select[*tuple[Any, ...]],
    sorts: Mapping[str, str],
    query: Paging,
    of: UUID | None = None,
    *,
    skip: int = 0,
) -> Slice:
    """Read the page of `found` (which has an `id`) that the query asks for.

    `sorts` says by which column of `found` each name sorts; `of` is the record that the list belongs to, if it belongs
    to one; `skip` leaves out so many items before the first page. Raises BadCursor.
    """
    rows_of = found.subquery()
    name: str = getattr(query, "sort", "created_at")
    down = name.startswith("-")
    order = _order(rows_of, sorts[name.removeprefix("-")])
    bound = _fingerprint(query, of)
    limit = min(query.limit, MOST)
    onward, place = _decode(query.cursor, bound, order) if query.cursor else (True, None)

    chosen = select(rows_of, cast(order, Text).label("_place"))
    if place is not None:
        here = tuple_(order, rows_of.c.id)
        there = tuple_(literal(place[0], order.type), literal(place[1], rows_of.c.id.type))
        chosen = chosen.where(here < there if down == onward else here > there)
    falling = down == onward
    chosen = chosen.order_by(*(c.desc() if falling else c.asc() for c in (order, rows_of.c.id))).limit(limit + 1)
    if skip and place is None:
        chosen = chosen.offset(skip)
    rows = (await session.execute(chosen)).mappings().all()
    more, rows = len(rows) > limit, rows[:limit]
    if not onward:
        rows = rows[::-1]
    has_next, has_prev = (more, place is not None) if onward else (True, more)
    return Slice(
        rows,
        _encode(bound, rows[-1], onward=True) if has_next and rows else None,
        _encode(bound, rows[0], onward=False) if has_prev and rows else None,
        await session.scalar(select(func.count()).select_from(rows_of)) if query.count else None,
        await _facets(session, rows_of, getattr(query, "facets", None)),
    )


def _order(rows_of: Subquery, name: str) -> ColumnElement[Any]:
    """Make of a column something to sort by, with a value for every row."""
    column: ColumnElement[Any] = rows_of.c[name]
    if name in _ALWAYS_THERE:
        return column
    if isinstance(column.type, TIMESTAMP):
        return func.coalesce(column, literal(LATEST, column.type), type_=column.type)
    return func.coalesce(column, "", type_=Text())


async def _facets(session: AsyncSession, rows_of: Subquery, asked: str | None) -> dict[str, dict[str, int]] | None:
    if asked is None:
        return None
    names = list(dict.fromkeys(asked.split(",")))
    counts = [
        select(literal(name).label("facet"), cast(rows_of.c[name], Text).label("word"), func.count().label("n"))
        .where(rows_of.c[name].is_not(None))
        .group_by(rows_of.c[name])
        for name in names
    ]
    facets: dict[str, dict[str, int]] = {name: {} for name in names}
    for facet, word, n in await session.execute(union_all(*counts).order_by("n", "word")):
        facets[facet][word] = n
    return {name: dict(reversed(words.items())) for name, words in facets.items()}


# --- cursors -------------------------------------------------------------------------------------------------------


def _fingerprint(query: Paging, of: UUID | None) -> str:
    """Name what a cursor is bound to: the list, its filters and its order."""
    told = query.model_dump_json(exclude=_KEPT_OUT)
    return hashlib.sha256(f"{type(query).__name__} {of} {told}".encode()).hexdigest()[:12]


def _encode(bound: str, row: RowMapping, *, onward: bool) -> str:
    words = json.dumps([bound, onward, row["_place"], str(row["id"])], ensure_ascii=False)
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _decode(cursor: str, bound: str, order: ColumnElement[Any]) -> tuple[bool, tuple[Any, UUID]]:
    try:
        words = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        told, onward, value, key = json.loads(words)
        place = _place(value, order)
        if told != bound or not isinstance(onward, bool) or b"\0" in str(place).encode():
            raise ValueError  # noqa: TRY301  (all damage is one answer)
        return onward, (place, UUID(str(key)))
    except (ValueError, TypeError, RecursionError):
        raise BadCursor("The cursor is damaged, or belongs to another list, filter or order.") from None


def _place(value: Any, order: ColumnElement[Any]) -> datetime | int | str:
    """Read the place of an item as what the list is sorted by. Raises ValueError or TypeError."""
    if isinstance(order.type, TIMESTAMP):
        return datetime.fromisoformat(value)
    if not isinstance(order.type, Integer):
        return str(value)
    place = int(value)
    if not -_MOST_RANK <= place < _MOST_RANK:
        raise ValueError
    return place
