"""Make of the records of an event, as they were read, the rows that its pictures are drawn from."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any, Final, get_origin
from uuid import UUID

from app.derive.rules.rows import Rows
from app.schemas import kinds
from app.services.pictures import lifting

Records = dict[str, list[dict[str, Any]]]
# The fields of `Rows` that are maps by id, not lists: those of kinds that other records point at.
_MAPS_BY_ID: Final = {field.name for field in fields(Rows) if get_origin(field.type) is dict}


def rows(  # noqa: PLR0917
    event_id: UUID,
    records: Records,
    cited: Iterable[str],
    merged: frozenset[UUID],
    restricted: frozenset[UUID],
    unseen: dict[str, list[UUID]],
) -> Rows:
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
        event_id=event_id,
        event_ids=merged,
        cited=frozenset(map(UUID, cited)),
        **rows_by_kind,
        restricted=restricted.union(unseen["document"]),
        confidential=frozenset(UUID(mask["source"]) for mask in masks if mask["own"]).union(unseen["source_link"]),
        absorbed=frozenset(UUID(mask["source"]) for mask in masks if not mask["own"]),
        masks={(UUID(mask["event"]), UUID(mask["source"])): UUID(mask["mask"]) for mask in masks},
    )


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
