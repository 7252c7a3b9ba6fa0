"""Merging moves no rows: a merged record points at its target, the record that stays."""

from collections.abc import Iterable, Mapping
from uuid import UUID


def targets(merged_into: Mapping[UUID, UUID | None]) -> dict[UUID, UUID]:
    """Of each record the last one of its chain of merges, as far as that is known: itself, where it was not merged."""
    return {id_: id_ if target_id is None else chain(id_, merged_into)[-1] for id_, target_id in merged_into.items()}


def chain(start: UUID, pointers: Mapping[UUID, UUID | None]) -> list[UUID]:
    """The record, what it points at, what that points at …: until nothing known follows, or what was passed already."""
    path = [start]
    while (following := pointers.get(path[-1])) is not None and following in pointers and following not in path:
        path.append(following)
    return path


def groups(targets_by_id: Mapping[UUID, UUID]) -> dict[UUID, list[UUID]]:
    """The records that merges made one, by the one that stays."""
    ids_by_target: dict[UUID, list[UUID]] = {}
    for id_, target_id in targets_by_id.items():
        ids_by_target.setdefault(target_id, []).append(id_)
    return ids_by_target


def follow(ids: Iterable[UUID], targets_by_id: Mapping[UUID, UUID]) -> list[UUID]:
    """The same records after their merges, each once, by id."""
    return sorted({targets_by_id.get(id_, id_) for id_ in ids})
