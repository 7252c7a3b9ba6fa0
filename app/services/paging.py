"""Pages of a list by keyset, both ways: a cursor is the place of an item in the order, signed, not a count of items."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.errors import BadCursor
from app.schemas.common import Paging

PAGE_ROWS: Final = 200  # at most
_REMEMBERED: Final = 50  # selects of pages
# Stands for a time that is not known: after all others.
LATEST: Final = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
# What may be another from page to page of one list.
_NOT_BOUND: Final = {"cursor", "limit", "count", "facets", "expand", "view"}
# Every row has these: they are taken as they are, so that an index serves.
_NEVER_NULL: Final = {"created_at", "updated_at", "retrieved_at", "recheck_at", "effective_from", "seq", "rank"}
_SIGNATURE_BYTES: Final = 12
_SECRET: Final = text("SELECT secret FROM instance")
_signing_keys: Final = WeakKeyDictionary[Engine | Connection, bytes]()


class Listing(NamedTuple):
    """The rows of a list, each with an `id`, and the values that they are asked for with."""

    rows: Select[*tuple[Any, ...]]
    values: Mapping[str, Any] = {}
    """`owner` among them is the record that the list belongs to."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list, and the cursors of the parts beside it."""

    rows: Sequence[Mapping[Any, Any]]
    next: str | None
    prev: str | None
    total: int | None
    facets: dict[str, dict[str, int]] | None


async def page(
    session: AsyncSession, listing: Listing, sorts: Mapping[str, str], query: Paging, *, skip: int = 0
) -> Slice:
    """Read the page of a list that the query asks for.

    `sorts` says by which of its columns each name sorts; `skip` leaves out so many items before the first page. Raises
    BadCursor.
    """
    sort: str = getattr(query, "sort", "created_at")
    down = sort.startswith("-")
    bound = _fingerprint(query, listing.values.get("owner"))
    limit = min(query.limit, PAGE_ROWS)
    ordered = _ordered(listing.rows, sorts[sort.removeprefix("-")])
    key = await _signing_key(session)
    onward, start = _decode(query.cursor, key, bound, ordered.order) if query.cursor else (True, None)
    chosen = _chosen(ordered, falling=down == onward, is_continued=start is not None)
    beginning = {} if start is None else {"place": start[0], "place_id": start[1]}
    limits = {"most": limit + 1, "skipped": skip if start is None else 0}
    result = await session.execute(chosen, {**listing.values, **beginning, **limits})
    columns = list(result.keys())
    # SQLAlchemy's own mappings look up each value by its column's name again.
    rows = [dict(zip(columns, row, strict=True)) for row in result]
    # One row more than the page has was read: it says whether the list goes on.
    goes_on, rows = len(rows) > limit, rows[:limit]
    if not onward:
        rows = rows[::-1]
    has_next, has_prev = (goes_on, start is not None) if onward else (True, goes_on)
    return Slice(
        rows,
        _encode(key, bound, rows[-1], onward=True) if has_next and rows else None,
        _encode(key, bound, rows[0], onward=False) if has_prev and rows else None,
        await session.scalar(select(func.count()).select_from(ordered.rows), listing.values) if query.count else None,
        await _facets(session, ordered.rows, getattr(query, "facets", None), listing.values),
    )


class _Ordered(NamedTuple):
    """A list's rows, and what they are ordered by."""

    rows: Subquery
    order: ColumnElement[Any]


@lru_cache(maxsize=_REMEMBERED)
def _ordered(selected: Select[Any], sorted_by: str) -> _Ordered:
    rows = selected.subquery()
    return _Ordered(rows, _order(rows, sorted_by))


@lru_cache(maxsize=_REMEMBERED)
def _chosen(ordered: _Ordered, *, falling: bool, is_continued: bool) -> Select[Any]:
    """Select `:most` rows of a list but for the first `:skipped`, or those after `:place` and `:place_id`."""
    rows, order = ordered
    chosen = select(rows, cast(order, Text).label("_place"))
    if is_continued:
        row_place = tuple_(order, rows.c.id)
        start = tuple_(bindparam("place", type_=order.type), bindparam("place_id", type_=rows.c.id.type))
        chosen = chosen.where(row_place < start if falling else row_place > start)
    chosen = chosen.order_by(*(c.desc() if falling else c.asc() for c in (order, rows.c.id)))
    return chosen.limit(bindparam("most", type_=Integer())).offset(bindparam("skipped", type_=Integer()))


def _order(rows_of: Subquery, name: str) -> ColumnElement[Any]:
    """Make of a column something to sort by, with a value for every row."""
    column: ColumnElement[Any] = rows_of.c[name]
    if name in _NEVER_NULL:
        return column
    if isinstance(column.type, TIMESTAMP):
        return func.coalesce(column, literal(LATEST, column.type), type_=column.type)
    return func.coalesce(column, "", type_=Text())


async def _facets(
    session: AsyncSession, rows_of: Subquery, names_wanted: str | None, values: Mapping[str, Any]
) -> dict[str, dict[str, int]] | None:
    if names_wanted is None:
        return None
    names = list(dict.fromkeys(names_wanted.split(",")))
    columns = {name: rows_of.c.get(f"shown_{name}", rows_of.c[name]) for name in names}
    counts = [
        select(literal(name).label("facet"), cast(column, Text).label("word"), func.count().label("n"))
        .where(column.is_not(None))
        .group_by(column)
        for name, column in columns.items()
    ]
    facets: dict[str, dict[str, int]] = {name: {} for name in names}
    for facet, word, count in await session.execute(union_all(*counts).order_by("n", "word"), values):
        facets[facet][word] = count
    return {name: dict(reversed(words.items())) for name, words in facets.items()}


# --- cursors -------------------------------------------------------------------------------------------------------


def _fingerprint(query: Paging, owner_id: UUID | None) -> str:
    """Name what a cursor is bound to: the list, its filters and its order."""
    parameters = query.model_dump_json(exclude=_NOT_BOUND)
    return hashlib.sha256(f"{type(query).__name__} {owner_id} {parameters}".encode()).hexdigest()[:12]


async def _signing_key(session: AsyncSession) -> bytes:
    """The database's own key for cursors: one that was made up, or is another database's, is told from its own."""
    engine = session.get_bind()
    if engine not in _signing_keys:
        secret = (await ask(session, _SECRET))[0].secret
        _signing_keys[engine] = hmac.digest(secret, b"cursors", hashlib.sha256)
    return _signing_keys[engine]


def _encode(key: bytes, bound: str, row: Mapping[str, Any], *, onward: bool) -> str:
    words = json.dumps([bound, onward, row["_place"], str(row["id"])], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_signature(key, words) + words).decode().rstrip("=")


def _signature(key: bytes, words: bytes) -> bytes:
    return hmac.digest(key, words, hashlib.sha256)[:_SIGNATURE_BYTES]


def _decode(cursor: str, key: bytes, bound: str, order: ColumnElement[Any]) -> tuple[bool, tuple[Any, UUID]]:
    """Whether the cursor leads onward, and after which value of `order` and which id."""
    try:
        signed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, words = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _signature(key, words)):
            raise ValueError  # noqa: TRY301  (all damage is one answer)
        bound_to, onward, written_value, id_ = json.loads(words)
        if bound_to != bound:
            raise ValueError  # noqa: TRY301
        return onward, (_value(written_value, order), UUID(id_))
    except ValueError:
        raise BadCursor("The cursor is damaged, or belongs to another list, filter, order or instance.") from None


def _value(written_value: str, order: ColumnElement[Any]) -> datetime | int | str:
    """Read what a cursor says as the type that the list is sorted by."""
    if isinstance(order.type, TIMESTAMP):
        return datetime.fromisoformat(written_value)
    return int(written_value) if isinstance(order.type, Integer) else written_value
