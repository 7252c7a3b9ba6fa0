"""Merging moves no rows: where a record's readers are led."""

from collections.abc import Iterable, Mapping
from uuid import UUID


def ends(into: Mapping[UUID, UUID | None]) -> dict[UUID, UUID]:
    """The last record of each one's chain of merges, as far as it is known."""
    return {start: start if next_ is None else way(start, into)[-1] for start, next_ in into.items()}


def way(start: UUID, into: Mapping[UUID, UUID | None]) -> list[UUID]:
    """The record, what it points at, what that points at …: until nothing known follows, or what was passed already."""
    path = [start]
    while (following := into.get(path[-1])) is not None and following in into and following not in path:
        path.append(following)
    return path


def groups(found: Mapping[UUID, UUID]) -> dict[UUID, list[UUID]]:
    """The records that ended up as one, by the one that stays."""
    together: dict[UUID, list[UUID]] = {}
    for one, end in found.items():
        together.setdefault(end, []).append(one)
    return together


def led(ids: Iterable[UUID], found: Mapping[UUID, UUID]) -> list[UUID]:
    """The same records after their merges, each once, by id."""
    return sorted({found.get(one, one) for one in ids})
