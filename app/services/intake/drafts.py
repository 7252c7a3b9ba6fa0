"""What a body asks for, as drafts of records: their columns, what they point at, and where in the body they stand.

A draft becomes a stored record in `matching`, which finds out whether the same is there already. Nothing here touches
the database.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

from pydantic import BaseModel
from uuid_utils.compat import uuid7

from app import times
from app.errors import Invalid, TooLarge
from app.models import Record
from app.schemas import addresses
from app.schemas.reports import Outcome
from app.schemas.urls import canonical
from app.texts.quotes import Spot

_NOBODY: Final = UUID(int=0)  # the id of a reference until it is found
MOST: Final = 1000  # records one body may ask for
# Where words stand in the text with this SHA-256, as far as that has been looked up.
Memo: TypeAlias = dict[tuple[str, bytes], Spot | None]
COARSE: Final = ("said", "withdrawn", "published", "occurred", "made")
_NO_COLUMNS: Final = frozenset({"type", "id", "event"})  # how a line says which record it is


@dataclass(slots=True, eq=False)
class Draft:
    """A record that a body asks for. After `matching` its id is that of the stored record, whichever came first."""

    model: type[Record]
    pointer: str
    values: dict[str, Any] = field(default_factory=dict)
    points_at: dict[str, "Draft"] = field(default_factory=dict)  # column -> the record it names
    reference: str | None = None  # set: the record is named, not described
    # What else tells whether it is the same: of a document what was read of it; of a statement its document; of an
    # unnamed source the document, or without one the claim or question, within which alone it can be the same.
    within: "Draft | None" = None
    id: UUID = field(default_factory=uuid7)
    line: int = 0
    restored: bool = False  # its id was given: it is that record and no other
    outcome: Outcome = "created"
    twin: "Draft | None" = None  # the earlier draft of the same body that asks for the same

    def value(self, column: str) -> Any:
        return self.values.get(column)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text before the ledger's lock was taken: its fingerprint, and the agencies it credits."""

    hashes: tuple[int, ...]
    credits: dict[str, float]


@dataclass(slots=True)
class Batch:
    """All drafts of one body, by table, in the order of the body; or of many lines, each a body of its own."""

    line: int = 0
    """Its place among many: every pointer then begins with it."""
    restoring: bool = False
    """Whether all of it comes from an export: references mean the very record that they name, merged or not."""
    drafts: dict[type[Record], list[Draft]] = field(default_factory=lambda: defaultdict(list))
    references: dict[tuple[type[Record], str, int], Draft] = field(default_factory=dict)  # int: in which line
    labels: dict[str, Draft] = field(default_factory=dict)
    versions: dict[Draft, Draft] = field(default_factory=dict)  # of a document, what was read of it
    readings: dict[bytes, Reading] = field(default_factory=dict)  # by the sha256 of the text
    found: Memo = field(default_factory=dict)
    size: int = 0

    def add(
        self,
        model: type[Record],
        pointer: str,
        values: dict[str, Any],
        points_at: dict[str, Draft | None] | None = None,
    ) -> Draft:
        links = {name: to for name, to in (points_at or {}).items() if to is not None}
        draft = Draft(model, self.place(pointer), values, links, line=self.line)
        self.drafts[model].append(draft)
        self.size += 1
        if self.size > MOST:
            raise TooLarge(f"One body may carry at most {MOST} records. Send several.")
        return draft

    def place(self, pointer: str) -> str:
        return f"/{self.line}{pointer}" if self.line else pointer

    def label(self, label: str | None, draft: Draft, pointer: str) -> None:
        if label is not None and self.labels.setdefault(label, draft) is not draft:
            raise Invalid.at(f"{pointer}/label", f"{label} stands twice in this body")

    def refer(self, model: type[Record], reference: str, pointer: str) -> Draft:
        """The record that an id, `ref:` or `#label` names; looked up once, however often it is named."""
        if addresses.parse(reference).slug is not None:  # an id, or a slug: in any case the same
            reference = reference.lower()
        key = (model, reference, self.line)
        if (known := self.references.get(key)) is None:
            known = Draft(model, self.place(pointer), id=_NOBODY, line=self.line, reference=reference)
            self.references[key] = known
        return known


def joined(batches: Sequence[Batch]) -> Batch:
    """One batch of those of many lines, whose labels are known already."""
    whole = Batch(restoring=any(batch.restoring for batch in batches))
    for batch in batches:
        for model, drafts in batch.drafts.items():
            whole.drafts[model] += drafts
        whole.references |= batch.references
        whole.versions |= batch.versions
        whole.readings |= batch.readings
        whole.size += batch.size
    return whole


def columns(data: BaseModel, *left_out: str) -> dict[str, Any]:
    """The fields that a body gave, as columns: coarse times get their bounds, URLs their canonical form."""
    values: dict[str, Any] = {
        name: _plain(value)
        for name in data.model_fields_set
        if name not in left_out and name not in _NO_COLUMNS and (value := getattr(data, name)) is not None
    }
    for name in COARSE:
        if name in values:
            values.update(bounds(name, values[name]))
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if isinstance(value, BaseModel) else value


def bounds(name: str, words: str | None) -> dict[str, Any]:
    """A coarse time's three columns."""
    span = times.span(words) if words is not None else (None, None)
    return {name: words, f"{name}_from": span[0], f"{name}_to": span[1]}


def address(url: str | None) -> dict[str, Any]:
    """A document's two URL columns."""
    return {"url": url, "canonical_url": canonical(url) if url is not None else None}


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
