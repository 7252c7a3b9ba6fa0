"""The same record at two moments: which of its fields changed, of those that a reader cares about."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from app.derive.diff import snapshots
from app.derive.diff.snapshots import Between, Side
from app.derive.rules.construct import built
from app.schemas.documents import DocumentLinkRead
from app.schemas.pictures.diffs import (
    AppearanceDiff,
    DocumentLinkMoved,
    FieldChange,
    MergeRead,
    RecordChanged,
    RecordsDiff,
)
from app.schemas.pictures.dossiers import ClaimPicture, DocumentPicture, EventPicture, StatementPicture
from app.schemas.statements import AppearanceRead

QUESTION: Final = ("text", "kind", "measure", "subject", "unit", "evolving", "single_answer")
ASSESSMENT: Final = (
    *("claim_id", "author_id", "scheme", "rating", "label", "rating_value", "best_rating", "worst_rating"),
    *("explanation", "url", "made", "settles", "document_ids"),
)
_EVENT: Final = (
    *("slug", "title", "summary", "kind", "occurred", "place_name", "country", "latitude", "longitude"),
    *("place_precision", "parent_id", "visibility", "tags", "links"),
)
_CLAIM: Final = ("question_id", "text", "language", "translations", "accuses")
_STATEMENT: Final = (
    *("claim_id", "question_id", "source_id", "stance", "act", "explicitness", "certainty", "basis", "said"),
    *("effective_from", "effective_to", "recheck_at", "credibility", "supersedes_id"),
)
_WITHDRAWAL: Final = ("withdrawn", "withdrawn_reason", "withdrawn_document_id")
_APPEARANCE: Final = (
    *("document_id", "wording", "language", "translation", "translation_language", "quoted", "cue", "framing"),
    *("attribution", "location", "fidelity", "note"),
)
_SOURCE: Final = (
    *("name", "aliases", "kind", "disclosure", "role", "party", "parent_id", "country", "language", "url"),
    *("reliability", "notes"),
)
_DOCUMENT: Final = ("url", "title", "byline", "language", "kind", "published", "lifecycle", "publisher_id")


def fields(ends: Between, one: BaseModel, other: BaseModel, names: Iterable[str]) -> list[FieldChange]:
    """`one` is of before, `other` the same record after."""
    if one is other:
        return []
    pairs = ((name, getattr(one, name), getattr(other, name)) for name in names)
    return [_field(name, was, is_) for name, was, is_ in pairs if not snapshots.same(ends, was, is_)]


def _field(name: str, was: Any, is_: Any) -> FieldChange:
    return built(FieldChange, field=name, from_=to_jsonable_python(was), to=to_jsonable_python(is_))


def event(ends: Between, one: EventPicture, other: EventPicture) -> list[FieldChange]:
    return fields(ends, one, other, _EVENT)


def claim(ends: Between, one: ClaimPicture, other: ClaimPicture) -> list[FieldChange]:
    """Its `links`, too: to which claims, and how."""
    found = fields(ends, one, other, _CLAIM)
    whole = one.figure.of_id if one.figure else None, other.figure.of_id if other.figure else None
    if not snapshots.same(ends, *whole):
        found.append(_field("figure_of", *whole))
    known = ends.after.merged.ends, ends.before.merged.ends
    was, is_ = _ties(one, {}), _ties(other, {})
    if _ties(one, known[0]) != is_ and was != _ties(other, known[1]):
        found.append(_field("links", was, is_))
    return found


def _ties(of: ClaimPicture, led: Mapping[UUID, UUID]) -> list[dict[str, str]]:
    """`led`: what merging made of the claims at the other end."""
    ties = {(tie.relation, tie.direction, str(led.get(tie.claim_id, tie.claim_id))) for tie in of.links}
    return [{"relation": relation, "direction": way, "claim_id": id_} for relation, way, id_ in sorted(ties)]


# --- statements ------------------------------------------------------------------------------------------------------


def statement(ends: Between, one: StatementPicture, other: StatementPicture) -> list[FieldChange]:
    """Without its withdrawal, where that ended or restored it: this is told apart."""
    names = _STATEMENT if one.live != other.live else (*_STATEMENT, *_WITHDRAWAL)
    return fields(ends, one, other, names)


def appearances(ends: Between, one: StatementPicture, other: StatementPicture) -> list[AppearanceDiff]:
    was, is_ = {a.id: a for a in one.appearances}, {a.id: a for a in other.appearances}
    both = [
        (is_[id_], [*fields(ends, was[id_], is_[id_], _APPEARANCE), *_chain(ends, was[id_], is_[id_])])
        for id_ in was.keys() & is_.keys()
    ]
    found = [_appearance("new", appearance, []) for id_, appearance in is_.items() if id_ not in was]
    found += [_appearance("changed", appearance, changed) for appearance, changed in both if changed]
    found += [_appearance("removed", appearance, []) for id_, appearance in was.items() if id_ not in is_]
    return sorted(found, key=lambda a: (a.what, a.wording or "", a.appearance_id))


def _appearance(what: str, of: AppearanceRead, changed: list[FieldChange]) -> AppearanceDiff:
    return built(
        AppearanceDiff,
        what=what,
        appearance_id=of.id,
        document_id=of.document_id,
        wording=of.wording,
        changes=changed,
    )


def _chain(ends: Between, one: AppearanceRead, other: AppearanceRead) -> list[FieldChange]:
    """Who passed it on, where that is another chain."""
    if one.hops == other.hops:
        return []
    was, is_ = _hops(one, {}), _hops(other, {})
    if _hops(one, ends.after.merged.ends) == is_ or was == _hops(other, ends.before.merged.ends):
        return []
    return [_field("hops", was, is_)]


def _hops(of: AppearanceRead, led: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    """`led`: what merging made of those who passed it on."""
    return [
        {"source_id": led.get(hop.source_id, hop.source_id), "disclosure": hop.disclosure, "state": hop.state}
        for hop in of.hops
    ]


# --- sources and documents -------------------------------------------------------------------------------------------


def sources(ends: Between) -> RecordsDiff:
    was, is_ = ({} if end.dossier is None else end.dossier.sources for end in ends)
    found = {id_: fields(ends, was[id_], is_[id_], _SOURCE) for id_ in was.keys() & is_.keys()}
    return _records(ends, {id_: source.name for id_, source in (was | is_).items()}, was.keys(), is_.keys(), found)


def documents(ends: Between) -> RecordsDiff:
    """What was read of a document, too: how many `versions`, and the last `headline`."""
    was, is_ = ({} if end.dossier is None else end.dossier.documents for end in ends)
    found = {
        id_: [*fields(ends, was[id_], is_[id_], _DOCUMENT), *_versions(was[id_], is_[id_])]
        for id_ in was.keys() & is_.keys()
    }
    return _records(ends, {id_: paper.title for id_, paper in (was | is_).items()}, was.keys(), is_.keys(), found)


def _versions(one: DocumentPicture, other: DocumentPicture) -> list[FieldChange]:
    counts = [len(one.versions), len(other.versions)]
    headlines = [next((v.headline for v in reversed(of.versions) if v.headline), None) for of in (one, other)]
    pairs: tuple[tuple[str, list[Any]], ...] = (("versions", counts), ("headline", headlines))
    return [_field(name, was, is_) for name, (was, is_) in pairs if was != is_]


def _records(
    ends: Between,
    names: Mapping[UUID, str | None],
    was: Collection[UUID],
    is_: Collection[UUID],
    found: Mapping[UUID, list[FieldChange]],
) -> RecordsDiff:
    """`was`, `is_`: those that are shown before and after; `found`: what changed in those shown at both."""
    before, after = ends.before.merged.ends, ends.after.merged.ends
    return built(
        RecordsDiff,
        changed=[
            built(RecordChanged, id=id_, name=names[id_], changes=changed)
            for id_, changed in sorted(found.items())
            if changed
        ],
        merged=[
            _merge(id_, after[id_], names) for id_ in sorted(after.keys() & was) if id_ not in is_ and after[id_] in is_
        ],
        parted=[
            _merge(id_, before[id_], names)
            for id_ in sorted(before.keys() & is_)
            if id_ not in was and before[id_] in was
        ],
    )


def _merge(id_: UUID, into_id: UUID, names: Mapping[UUID, str | None]) -> MergeRead:
    return built(MergeRead, id=id_, name=names[id_], into_id=into_id)


def links(ends: Between) -> list[DocumentLinkMoved]:
    """Links that came, went, or were confirmed or rejected, of documents that are shown at both moments."""
    was, is_ = ends.before.links, ends.after.links
    found = [_link(is_[id_], was[id_], is_[id_]) for id_ in was.keys() & is_.keys() if was[id_].state != is_[id_].state]
    found += [_link(link, None, link) for id_, link in is_.items() if id_ not in was and _shown(link, ends.before)]
    found += [_link(link, link, None) for id_, link in was.items() if id_ not in is_ and _shown(link, ends.after)]
    return sorted(found, key=lambda link: link.id)


def _shown(link: DocumentLinkRead, there: Side) -> bool:
    """Whether the document that it leads from is shown on the other side, be it under another id."""
    shown = {} if there.dossier is None else there.dossier.documents
    return there.merged.ends.get(link.from_id, link.from_id) in shown


def _link(link: DocumentLinkRead, one: DocumentLinkRead | None, other: DocumentLinkRead | None) -> DocumentLinkMoved:
    about = {name: getattr(link, name) for name in ("id", "from_id", "to_id", "relation", "how_known", "score")}
    return built(
        DocumentLinkMoved, about, state_from=one.state if one else None, state_to=other.state if other else None
    )
