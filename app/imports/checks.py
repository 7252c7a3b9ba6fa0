"""A fact-check as every importer reads it, and what of it could not be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Json: TypeAlias = dict[str, Any]


class Unused(NamedTuple):
    """A note: something in the input was not used, or not as it stood."""

    where: str
    """In which row or object of the input."""
    what: str
    """The beginning of it."""
    why: str
    """In the same words for the same reason, so that they can be counted."""


Notes: TypeAlias = list[Unused]


@dataclass(frozen=True, slots=True)
class Party:
    """Whoever made the claim, or reviewed it."""

    name: str
    kind: str | None = None
    url: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Where the claim appeared."""

    url: str
    title: str | None = None
    published: str | None = None
    language: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class FactCheck:
    """One review of one claim. Every value is as the service takes it."""

    where: str
    url: str
    """Of the page on which the review stands."""
    claim: str
    reviewer: Party
    title: str | None = None
    byline: str | None = None
    language: str | None = None
    """Of the page."""
    published: str | None = None
    text: str | None = None
    """Of the page."""
    claim_language: str | None = None
    claimants: Sequence[Party] = ()
    said: str | None = None
    appearances: Sequence[Work] = ()
    label: str | None = None
    value: float | None = None
    best: float | None = None
    worst: float | None = None
    explanation: str | None = None
    tags: Sequence[str] = ()
    hangs_on: str | None = None
    """The page of another review of the same claim, the first: the claim belongs to that one's event."""


def short(value: object, size: int = 200) -> str:
    """The beginning of a value, for a note."""
    words = " ".join(str(value).split())
    return words if len(words) <= size else f"{words[: size - 1]}…"
