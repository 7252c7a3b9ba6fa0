"""Merging moves no rows: a merged record points at its target, the record that stays."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from app.derive.rules.rows import Rows, View

Id = TypeVar("Id", UUID, str)
"""As rows have it, or as it stands in JSON."""


def targets(merged_into: Mapping[Id, Id | None]) -> dict[Id, Id]:
    """Of each record the last one of its chain of merges, as far as that is known: itself, where it was not merged."""
    return {id_: id_ if target_id is None else chain(id_, merged_into)[-1] for id_, target_id in merged_into.items()}


def chain(start: Id, pointers: Mapping[Id, Id | None]) -> list[Id]:
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


# --- what was merged, and may not be seen (docs/decisions/0038) -------------------------------------------------------


def as_seen(rows: Rows, view: View) -> Rows:
    """Without what was merged into something open and is itself hidden from the caller: the rules run on these rows.

    Hidden sources stay, because what is counted is the same for all: `families.Kin` says what may be told of them.
    """
    if not view.confidential and rows.confidential:
        rows = replace(rows, source_links=[link for link in rows.source_links if link.id not in rows.confidential])
    return rows if view.restricted or not rows.restricted else _public(rows)


def _public(rows: Rows) -> Rows:
    """Without the rows of restricted events that were merged into this one, and such documents."""
    event_ids = rows.event_ids - rows.restricted
    documents = {id_: document for id_, document in rows.documents.items() if id_ not in rows.restricted}
    if event_ids == rows.event_ids and len(documents) == len(rows.documents):
        return rows
    return replace(
        rows,
        event_ids=event_ids,
        event_links=[link for link in rows.event_links if {link.from_id, link.to_id} & event_ids],
        questions=[row for row in rows.questions if row.event_id in event_ids],
        claims=[row for row in rows.claims if row.event_id in event_ids],
        claim_links=[row for row in rows.claim_links if row.event_id in event_ids],
        statements=[row for row in rows.statements if row.event_id in event_ids],
        appearances=[row for row in rows.appearances if row.event_id in event_ids],
        assessments=[row for row in rows.assessments if row.event_id in event_ids],
        documents=documents,
        versions=[version for version in rows.versions if version.document_id in documents],
    )
