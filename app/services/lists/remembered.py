"""Selects of lists that are asked for again: putting one together takes longer than reading a page by it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, Final, TypeAlias

from sqlalchemy import Select

from app.services.access import Caller
from app.services.visibility import nameless

# Of each kind of list; one takes 50 to 250 kB.
_REMEMBERED: Final = 10
# What does not change the select, but which page of it is read.
_NOT_IN_IT: Final = ("cursor", "limit")
Listing: TypeAlias = Callable[[Any, Caller], Select[Any]]


@dataclass(frozen=True, slots=True)
class _Filters:
    kind: type
    values: tuple[tuple[str, Hashable], ...]
    caller: Caller
    query: Any = field(compare=False)


def remembered(listing: Listing) -> Listing:
    """Have the select be the same object for the same filters and whoever sees the same: it must follow from these."""

    @lru_cache(maxsize=_REMEMBERED)
    def put_together(filters: _Filters) -> Select[Any]:
        return listing(filters.query, filters.caller)

    @wraps(listing)
    def list_again(query: Any, caller: Caller) -> Select[Any]:
        values = tuple((name, value) for name, value in query.__dict__.items() if name not in _NOT_IN_IT)
        return put_together(_Filters(type(query), values, nameless(caller), query))

    return list_again
