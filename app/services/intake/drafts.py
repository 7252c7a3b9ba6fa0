"""What a body asks for, as drafts of records: their columns, what they point at, and where in the body they stand.

`walking` and `lines` make drafts; `pipeline` finds out which of them are stored already, and stores the others. Nothing
here touches the database.
"""

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app import times
from app.connections.conversation import Sent
from app.errors import Invalid, TooLarge
from app.models import Document, DocumentVersion, Record
from app.schemas.documents import DocumentCreate
from app.schemas.fields import Respelt, Unquoted, respelt_in, unquoted_in
from app.schemas.pages import page_keys, wrappers
from app.schemas.reports import Outcome, Similar
from app.schemas.urls import canonical
from app.services.access import Caller
from app.services.search.similar import Compared
from app.texts.quoting.effort import Spots
from app.vocabulary import RemarkKind

_UNKNOWN_ID: Final = UUID(int=0)  # the id of a reference until it is found
RECORDS_OF_A_BODY: Final = 1000  # at most
# Nobody else writes while their words are made ready to be searched: a second for so many.
CLAIM_CHARACTERS_OF_A_BODY: Final = 1_000_000
COARSE: Final = ("said", "withdrawn", "published", "retracted", "occurred", "made")
_COARSE: Final = frozenset(COARSE)
_PLAIN: Final = frozenset({str, int, float, bool, datetime, UUID, Respelt})
_MAY_BE_RESPELT: Final = frozenset({Respelt, Unquoted, list, dict})
_OF_A_FIGURE: Final = ("qualifier", "min", "max")
_NO_COLUMNS: Final = frozenset({"type", "id", "event"})  # how a line says which record it is


@dataclass(slots=True, eq=False)
class Draft:
    """A record that a body describes or names. Matching gives it the stored record's id; a new one keeps its own."""

    model: type[Record]
    pointer: str
    values: dict[str, Any] = field(default_factory=dict)
    points_at: dict[str, "Draft"] = field(default_factory=dict)  # column -> the record it names
    reference: str | None = None  # set: the record is named, not described
    # What a key needs that is no column: of a document the version that was read; of a statement its document; of an
    # unnamed source the document, or without one the claim or question, within which alone it can be matched.
    within: "Draft | None" = None
    published_in: "Draft | None" = None  # the document by which a source is told that publishes it
    may_be: tuple[UUID, ...] = ()  # the stored sources that it may be, if its name fits more than one
    id: UUID = field(default_factory=uuid7)
    line: int = 0
    slug: str | None = None  # of an event that was found by its ref
    restored: bool = False  # its id was given: it is that record and no other
    outcome: Outcome = "created"
    same_as: "Draft | None" = None  # the earlier draft of the same body that asks for the same
    assumed: frozenset[str] = frozenset()  # the columns that nobody gave: they follow from what was given
    told: frozenset[str] = frozenset()  # the columns that this very part of the body gives, with those assumed
    by_ref: bool = False  # whether its record was found by the ref

    def value(self, column: str) -> Any:
        return self.values.get(column)

    def complete(self, draft: "Draft", but: Collection[str]) -> tuple[list[str], list[str]]:
        """Fill what this lacks with what a draft of the same record says; gives the columns that were, and were not.

        What was only assumed here gives way to what is told there, and so does what followed from it.
        """
        told_columns = {name for name in self.assumed - draft.assumed if draft.value(name) is not None}
        giving_way = self.assumed.difference(but) if told_columns else frozenset()
        self.assumed -= told_columns
        filled, not_taken = list[str](), list[str]()
        for name, value in draft.values.items():
            is_gap = self.value(name) is None and name not in but
            if is_gap or (name in giving_way and value is not None):
                self.values[name] = value
                filled.append(name)
            elif value not in (None, self.values[name]) and name not in draft.assumed:
                not_taken.append(name)
        return filled, not_taken

    @property
    def original(self) -> "Draft":
        """The first draft of this record, which is the one that is stored."""
        draft = self
        while draft.same_as is not None:
            draft = draft.same_as
        return draft


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """What was found in a text before the ledger's lock was taken: its fingerprint, and the agencies it credits."""

    hashes: tuple[int, ...]
    whole_mark: int | None
    credits: dict[str, float]
    """How surely each agency is credited, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A remark to be made in the answer, and the draft whose stored record it tells about."""

    what: RemarkKind
    pointer: str
    detail: str
    stored: Any = None
    sent: Any = None
    told_of: Draft | None = None


# What a batch is given to bring stored records to what it says: a session, itself, a kind and its matched drafts.
Correct: TypeAlias = Callable[[AsyncSession, "Batch", type[Record], Sequence[Draft]], Awaitable[None]]


class SourcesBefore(Protocol):
    """Of a report that comes again, the sources that it had told of before, as `matching` asks about them."""

    def leave_out(self, batch: "Batch", candidates: Any, drafts: Sequence[Draft]) -> None:
        """Have named drafts compared with stored sources as if the report had not come before."""

    def take_again(self, batch: "Batch", new: Sequence[Draft]) -> Mapping[Draft, UUID]:
        """Which stored sources of the report those drafts are that would be new by that."""


@dataclass(slots=True)
class Drafts:
    """What one body asks for, as it is walked: its drafts by table, in the order of the body, and what they name."""

    caller: Caller
    """Who sent it: what he may not see is not there."""
    line: int = 0
    """Its place among many: every pointer then begins with it."""
    from_export: bool = False
    """Whether it restores an export: references mean the very record that they name, merged or not."""
    drafts: dict[type[Record], list[Draft]] = field(default_factory=lambda: defaultdict(list))
    references: dict[tuple[type[Record], str, int], Draft] = field(default_factory=dict)  # int: in which line
    labels: dict[str, Draft] = field(default_factory=dict)
    unknown_label: Invalid | None = None
    """The problem of the first label that nothing in the body bears."""
    versions: dict[Draft, Draft] = field(default_factory=dict)  # of a document, what was read of it
    features: dict[bytes, TextFeatures] = field(default_factory=dict)  # by the sha256 of the text
    spots: Spots = field(default_factory=Spots)
    located: set[Draft] = field(default_factory=set)
    """The appearances whose words stand as they are in the text that the body brings of their document."""
    remarks: list[Noted] = field(default_factory=list)
    """What `remarks` tells in the answer, beside the outcomes."""
    size: int = 0
    claim_characters: int = 0

    def add(
        self,
        model: type[Record],
        pointer: str,
        values: dict[str, Any],
        points_at: Mapping[str, Draft | None] | None = None,
    ) -> Draft:
        links = {name: to for name, to in (points_at or {}).items() if to is not None}
        told = frozenset((*values, *links))
        draft = Draft(model, self.full_pointer(pointer), values, links, line=self.line, told=told)
        self.drafts[model].append(draft)
        for name, value in values.items():
            if type(value) in _MAY_BE_RESPELT:
                field_pointer = f"{pointer}/{'figure/' if name in _OF_A_FIGURE else ''}{name}"
                for words_pointer, words in respelt_in(value, field_pointer):
                    self.note("changed", words_pointer, words.detail, stored=words.value, sent=words.sent)
                if type(value) is Unquoted:
                    values[name] = value.value
        self.size += 1
        if self.size > RECORDS_OF_A_BODY:
            raise TooLarge(f"One body may carry at most {RECORDS_OF_A_BODY} records. Send several.")
        if "sha256" not in values:  # not of what was read of a document
            self.claim_characters += len(values.get("text") or "")
            if self.claim_characters > CLAIM_CHARACTERS_OF_A_BODY:
                bound = f"{CLAIM_CHARACTERS_OF_A_BODY:,} characters together"
                raise TooLarge(f"The claims and questions of one body may have at most {bound}. Send several.")
        return draft

    def all_drafts(self) -> Iterator[Draft]:
        """What the body describes, and what it names."""
        return chain(chain.from_iterable(self.drafts.values()), self.references.values())

    def referred(self, model: type[Record]) -> list[Draft]:
        """The stored records of a table that the body refers to."""
        return [draft for draft in self.references.values() if draft.model is model]

    def full_pointer(self, pointer: str) -> str:
        return f"/{self.line}{pointer}" if self.line else pointer

    def label(self, label: str | None, draft: Draft, pointer: str) -> None:
        if label is not None and self.labels.setdefault(label, draft) is not draft:
            raise Invalid.at(f"{pointer}/label", f"{label} stands twice in this body")

    def refer(self, model: type[Record], reference: str, pointer: str) -> Draft:
        """The record that an id, `ref:` or `#label` names; looked up once, however often it is named."""
        if not reference.startswith(("ref:", "#")):  # an id, or a slug: in any case the same
            reference = reference.lower()
        key = (model, reference, self.line)
        if (draft := self.references.get(key)) is None:
            draft = Draft(model, self.full_pointer(pointer), id=_UNKNOWN_ID, line=self.line, reference=reference)
            self.references[key] = draft
        return draft

    def note(
        self,
        kind: RemarkKind,
        pointer: str,
        detail: str,
        *,
        stored: Any = None,
        sent: Any = None,
        told_of: Draft | None = None,
    ) -> None:
        """Have the answer say something of what was given.

        `told_of`: the draft of the stored record that this tells something about; who may not see that is not told.
        """
        # A draft's own pointer begins with the line already; what stands in a body has names, and no numbers first.
        if not pointer.startswith(f"/{self.line}"):
            pointer = self.full_pointer(pointer)
        self.remarks.append(Noted(kind, pointer, detail, stored, sent, told_of))

    def check_labels(self) -> None:
        if self.unknown_label is not None:
            raise self.unknown_label


@dataclass(slots=True)
class Batch(Drafts):
    """A body, or many lines that are bodies of their own, to be matched and stored: with what comes of that."""

    by_hand: bool = False
    """Whether an editor wrote it into a stored record: then nothing is proposed."""
    dry: bool = False
    """Whether it is only matched: nothing is stored, completed or refused, and what is not there is `gone`."""
    rechecked: Sequence[dict[str, Any]] = ()
    """The new columns of stored quotations whose fidelity changes, as `quotes` noted them."""
    matched_by_name: set[tuple[int, UUID]] = field(default_factory=set)
    """By line, the sources of which a remark says already that a draft was taken for them because of its name."""
    may_be: dict[Draft, list[UUID | Draft]] = field(default_factory=dict)
    """Sources whose names fit several, and whom each of them may be."""
    mentioned: set[Draft] = field(default_factory=set)
    """The named sources that are decided: by these a name alone is told that fits several."""
    called_alike: list[tuple[UUID, UUID]] = field(default_factory=list)
    """Stored sources that the body calls by a name of another one, each with that one."""
    to_place: set[Draft] = field(default_factory=set)
    """Those of them that are matched only when the place is stored where they were mentioned."""
    shadows: dict[type[Record], list[tuple[UUID, UUID]]] = field(default_factory=lambda: defaultdict(list))
    """By their kind, records that bear what another one bears that is not there for the caller, each with that one."""
    proposed: dict[type[Record], list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    """By their kind, the links and steps that were proposed because of this body."""
    correct: Correct | None = None
    """Of a report that comes again: what brings a kind of records that its drafts matched to what it says now."""
    sources_before: SourcesBefore | None = None
    """What it had told of sources before."""
    decided: set[tuple[UUID, str]] = field(default_factory=set)
    """The columns of records on which `correct` has decided: they are not completed, and no more is told of them."""
    replaced: set[UUID] = field(default_factory=set)
    """The records of which `correct` has replaced something."""
    gave: set[tuple[int, UUID, str]] = field(default_factory=set)
    """By line and record, the columns of stored records that are as they are because the body says so."""
    compared: Compared | None = None
    """The claims and questions for which similar ones are looked for, if the answer is to name them."""
    similar: Mapping[str, list[Similar]] = field(default_factory=dict)
    """By pointer, what a source or question of the body may be, as the answer names it."""
    is_mixed: bool = False
    """Whether a line was taken otherwise than if it had come by itself, after those before it."""
    when_known: Callable[[], None] | None = None
    """Called when it is known what all drafts are, though the last may not be stored yet."""
    known_new: set[type[Record]] = field(default_factory=set)
    """Kinds of which it was asked under the lock already that none of these drafts is stored."""
    keys_ready: tuple[list[Draft], str] | None = None
    """Drafts, and the parameter of the statement that looks for their keys."""
    stored_already: set[Draft] = field(default_factory=set)
    """The new drafts that were stored as soon as nothing was found that they are."""
    shown: Draft | None = None  # of which the answer shows the record, if it is the answer to this body alone
    shown_sent: Sent | None = None
    """What gives `shown` as it is stored: if it is new, and nothing else in the body tells of it."""

    def without_texts(self) -> set[UUID]:
        """The documents that this body has made of which nothing was read: there is nothing to be found in them."""
        read = {draft.value("document_id") for draft in self.drafts.get(DocumentVersion, ())}
        return self.created(Document) - read

    def created(self, model: type[Record]) -> set[UUID]:
        """The records of a kind that this body has made."""
        return {draft.id for draft in self.drafts.get(model, ()) if draft.outcome == "created"}


def number(batch: Batch, line: int) -> None:
    """Make a body that was walked by itself one of many, as if it had been line `line`."""
    batch.line = line
    for draft in batch.all_drafts():
        draft.line, draft.pointer = line, f"/{line}{draft.pointer}"
    batch.references = {(model, name, line): draft for (model, name, _), draft in batch.references.items()}
    batch.remarks = [replace(noted, pointer=f"/{line}{noted.pointer}") for noted in batch.remarks]


def unnumber(batch: Batch) -> None:
    """Have the pointers of a body that was stored as one of many begin in the body again."""
    for draft in batch.all_drafts():
        draft.pointer = draft.pointer.removeprefix(f"/{batch.line}")
    batch.line = 0


def joined(bodies: Sequence[Drafts]) -> Batch:
    """Join many bodies of one caller, which are prepared, into one batch."""
    batch = Batch(bodies[0].caller, from_export=any(body.from_export for body in bodies))
    for body in bodies:
        for model, drafts in body.drafts.items():
            batch.drafts[model] += drafts
        batch.references |= body.references
        batch.remarks += body.remarks
        batch.size += body.size
        if DocumentVersion in body.drafts:
            batch.versions |= body.versions
            batch.features |= body.features
            batch.spots.at |= body.spots.at
            batch.spots.beyond |= body.spots.beyond
            batch.located |= body.located
    return batch


def columns(data: BaseModel, *left_out: str) -> dict[str, Any]:
    """The fields that a body gave, as columns: coarse times get their bounds, URLs their canonical form."""
    values = given(data, data.model_fields_set - _left_out(left_out))
    for name in _COARSE.intersection(values):
        values.update(bounds(name, values[name]))
    return values


@cache
def _left_out(names: tuple[str, ...]) -> frozenset[str]:
    return _NO_COLUMNS.union(names)


def given(data: BaseModel, names: Iterable[str]) -> dict[str, Any]:
    """Of these fields those that a body gave. What came in quotes stays marked, until `Batch.add` has told of it."""
    values = {
        name: value if type(value) in _PLAIN else _plain(value)
        for name in names
        if (value := getattr(data, name)) is not None
    }
    if unquoted := unquoted_in(data):
        values |= {name: words for name, words in unquoted.items() if name in values}
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if isinstance(value, BaseModel) else value


def bounds(name: str, words: str | None) -> dict[str, Any]:
    """A coarse time's three columns."""
    span = times.span(words) if words is not None else (None, None)
    return {name: words, f"{name}_from": span[0], f"{name}_to": span[1]}


def url_columns(url: str | None) -> dict[str, Any]:
    """A document's URL columns: as it is shown, and which page it means."""
    if url is None:
        return {"url": None, "canonical_url": None, "page_key": None}
    return {"url": url, "canonical_url": canonical(url), "page_key": page_keys.key(url)}


def url_key(url: str | None) -> dict[str, Any]:
    """Which page the URL of an assessment means."""
    return {"url_key": None if url is None else page_keys.key(url)}


def archived(batch: Drafts, data: DocumentCreate, at: str) -> tuple[str, str | None]:
    """A document's URL and, if the one given is an archive's copy, that; what an export brings back stays as it was."""
    url = str(data.url)
    if getattr(data, "id", None) is not None:
        return url, None
    unwrapped = wrappers.archived(url)
    if unwrapped.archive_url is not None:
        copy = "the copy is its archive_url" if data.archive_url in (None, url) else "the archive_url is another copy's"
        detail = f"This is an archive's copy: the document is the page inside, and {copy}."
        batch.note("changed", f"{at}/url", detail, stored=unwrapped.url, sent=url)
    return unwrapped


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
