"""What a list is asked for, in two: a select for the parameters that are given, and the values that it is run with.

The select is put together once, which takes longer than reading a page by it; values are found anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, TIMESTAMP, Boolean, Double, Select, Text, Uuid, bindparam
from sqlalchemy.types import TypeEngine

from app import times
from app.models import Claim, Document, Event, Question, Record, Source
from app.schemas import addresses
from app.schemas.forms import boxes
from app.schemas.pages import page_keys
from app.services.access import Caller
from app.services.paging import Listing
from app.services.visibility import nameless
from app.texts import countries, languages

# Of each kind of list; one takes 50 to 250 kB.
_REMEMBERED: Final = 12
# How a page is shown, and which: no select has them.
_OF_PAGES: Final = {"cursor", "limit", "count", "expand", "view", "columns", "lang", "safe", "bom"}
# Those that another select is put together for. Of all others the value is bound.
_CHOOSING: Final = ("sort", "facets", "merged", "direction", "text")
# The kinds of record that parameters name; `parent` is one of the list's own kind.
NAMED: Final[Mapping[str, type[Record] | None]] = {
    "event": Event,
    "claim": Claim,
    "question": Question,
    "document": Document,
    **dict.fromkeys(("source", "author", "publisher"), Source),
    "parent": None,
}

Ids: TypeAlias = Mapping[str, UUID | Sequence[UUID]]
"""What is found before a list is read: what its filters name (`existing`), and `owner`, the record it belongs to."""


# Beside the parameters themselves: whose list it is, a source that is told by its name, what stands in an event for a
# confidential one, and the sides of an area.
_FOUND: Final = ("owner", "source_name", "masked_source", "masked_author", "west", "south", "east", "north")


class BoundParameters:
    """What a list is narrowed by, as its select has it: of each parameter the bound value, or None if it is not given.

    Of the few that choose between selects it is what was given.
    """

    def __init__(self, query: type[BaseModel], bound: Mapping[str, TypeEngine[Any]], chosen: Mapping[str, Any]) -> None:
        self._parameters: dict[str, Any] = dict.fromkeys((*query.model_fields, *_FOUND))
        self._parameters |= {name: bindparam(name, type_=type_) for name, type_ in bound.items()}
        self._parameters |= chosen

    def __getattr__(self, name: str) -> Any:
        try:
            return self._parameters[name]
        except KeyError:
            raise AttributeError(name) from None


class _ListOf(Protocol):
    def __call__(self, query: BaseModel, caller: Caller, ids: Ids = ...) -> Listing: ...


@dataclass(frozen=True, slots=True)
class _Choice:
    query: type[BaseModel]
    bound: frozenset[str]
    chosen: tuple[tuple[str, Any], ...]
    caller: Caller
    values: Mapping[str, Any] = field(compare=False)


def remembered(listing: Callable[[BoundParameters, Caller], Select[Any]]) -> _ListOf:
    """Have the select be the same object for the same parameters, whatever their values, and whoever sees the same."""

    @lru_cache(maxsize=_REMEMBERED)
    def put_together(choice: _Choice) -> Select[Any]:
        types = {name: _type(name, choice.values[name]) for name in choice.bound}
        return listing(BoundParameters(choice.query, types, dict(choice.chosen)), choice.caller)

    @wraps(listing)
    def ask(query: BaseModel, caller: Caller, ids: Ids = {}) -> Listing:  # noqa: B006  (which is not changed)
        values = {**ids, **_values(query, ids)}
        chosen = tuple((name, getattr(query, name)) for name in _CHOOSING if name in type(query).model_fields)
        return Listing(put_together(_Choice(type(query), frozenset(values), chosen, nameless(caller), values)), values)

    return ask


def _values(query: BaseModel, ids: Ids) -> dict[str, Any]:
    """What is bound of each parameter that is given."""
    values: dict[str, Any] = {}
    for name, value in query:
        if value is None or name in _OF_PAGES or name in _CHOOSING:
            continue
        if name == "source" and addresses.is_name(value):
            values["source_name"] = value
        elif name in NAMED:
            values[name] = ids[name]
        elif name == "bbox":
            values |= zip(("west", "south", "east", "north"), boxes.read(value), strict=True)
        else:
            values[name] = _READ[name][0](value) if name in _READ else value
    return values


def _words(words: str) -> list[str]:
    return words.split(",")


def _spellings(code: str) -> list[str]:
    return list(countries.spellings(code))


def _language_patterns(tags: str) -> list[str]:
    """What the tags of texts begin with, in lower case and with a hyphen behind: one language may have several codes.

    With a region or script, only what has that, too.
    """
    patterns = []
    for tag in tags.split(","):
        _, hyphen, subtags = tag.lower().partition("-")
        patterns += [f"{code}-{subtags}{hyphen}%" for code in languages.codes(tag)]
    return patterns


def _start(words: str) -> datetime:
    return times.span(words).start


def _end(words: str) -> datetime:
    return times.span(words).end


_TIME: Final = TIMESTAMP(timezone=True)
_TYPES: Final[Mapping[type, TypeEngine[Any]]] = {
    str: Text(),
    bool: Boolean(),
    float: Double(),
    datetime: _TIME,
    UUID: Uuid(),
    list: ARRAY(Uuid()),
}
# What is not bound as it was given.
_READ: Final[Mapping[str, tuple[Callable[[str], Any], TypeEngine[Any]]]] = {
    "stance": (_words, ARRAY(Text())),
    "explicitness": (_words, ARRAY(Text())),
    "country": (_spellings, ARRAY(Text())),
    "language": (_language_patterns, ARRAY(Text())),
    **dict.fromkeys(("url", "canonical_url"), (page_keys.key, Text())),
    **dict.fromkeys(("said_from", "occurred_from", "published_from"), (_start, _TIME)),
    **dict.fromkeys(("said_to", "occurred_to", "published_to"), (_end, _TIME)),
}


def _type(name: str, value: Any) -> TypeEngine[Any]:
    if name in _READ:
        return _READ[name][1]
    # Words may be of a class of their own, which says how they were sent.
    return next(type_ for class_, type_ in _TYPES.items() if isinstance(value, class_))
