"""Make of the records of an event, as they were read, the rows that its pictures are drawn from."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any, Final, NamedTuple, get_origin
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.rows import Rows
from app.schemas import kinds
from app.services.pictures import lifting

Records = dict[str, list[dict[str, Any]]]
# The fields of `Rows` that are maps by id, not lists: those of kinds that other records point at.
_MAPS_BY_ID: Final = {field.name for field in fields(Rows) if get_origin(field.type) is dict}


class Loaded(NamedTuple):
    """What was read of an event, or of several, before it is made rows of."""

    event_id: UUID
    event_ids: frozenset[UUID]
    """Of it, and of what was merged into it."""
    records: Records
    cited: list[str]
    """The ids of the documents that the event's rows point at."""
    restricted: frozenset[UUID]
    """The events and the documents that are hidden from who may not read what is restricted."""
    hidden_links: list[UUID]
    """Those between sources of which one is protected."""


def rows(loaded: Loaded) -> Rows:
    """The rows of what was loaded, which is taken apart: they are made once."""
    records = loaded.records
    hops, evidence = (
        _by(records["appearance_hop"], "appearance_id"),
        _by(records["assessment_document"], "assessment_id"),
    )
    for appearance in records["appearance"]:
        appearance["hops"] = sorted(hops.get(appearance["id"], ()), key=lambda hop: (hop["step"], hop["id"]))
    for assessment in records["assessment"]:
        assessment["document_ids"] = sorted(record["document_id"] for record in evidence.get(assessment["id"], ()))
    masks, ids = records.pop("mask", []), dict[str, UUID]()
    _tell_redacted(records, {mask["source"] for mask in masks})
    rows_by_kind: dict[str, Any] = {}
    for name in lifting.READS:
        rows, plural = lifting.read(name, records.pop(name, []), ids), kinds.named(name).plural
        rows_by_kind[plural] = {row.id: row for row in rows} if plural in _MAPS_BY_ID else rows
    return Rows(
        event_id=loaded.event_id,
        event_ids=loaded.event_ids,
        cited=frozenset(map(UUID, loaded.cited)),
        **rows_by_kind,
        restricted=loaded.restricted,
        confidential=frozenset(UUID(mask["source"]) for mask in masks if mask["own"]).union(loaded.hidden_links),
        absorbed=frozenset(UUID(mask["source"]) for mask in masks if not mask["own"]),
        masks={(UUID(mask["event"]), UUID(mask["source"])): UUID(mask["mask"]) for mask in masks},
    )


def documents_read(loaded: Loaded, hidden: Collection[UUID]) -> list[str]:
    """The documents whose versions can change a picture: those that any of the rows cites, under all their ids."""
    merged_into = {document["id"]: document["merged_into"] for document in loaded.records["document"]}
    for id_ in hidden:
        merged_into.pop(str(id_), None)
    targets = merges.targets(merged_into)
    cited = {targets[document_id] for document_id in loaded.cited if document_id in targets}
    # A version is stored under the id that its document had before merges.
    return [id_ for id_, target in targets.items() if target in cited]


def _tell_redacted(records: Records, masked: Collection[str]) -> None:
    """Have each record name its pointers to what was redacted. What is `masked` is told of nobody."""
    redacted = {record["id"] for rows in records.values() for record in rows if record.get("redacted")}.difference(
        masked
    )
    for name, rows in records.items() if redacted else ():
        pointers = kinds.named(name).points_at
        for record in rows:
            if leading := [pointer for pointer in pointers if record.get(pointer) in redacted]:
                record["redacted"] = [*record.get("redacted", ()), *leading]


def _by(records: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    records_by_value = defaultdict(list)
    for record in records:
        records_by_value[record[column]].append(record)
    return records_by_value
