"""The same record at two moments: which of its fields changed, of those that a reader cares about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from app.derive import ordering
from app.derive.diff import snapshots
from app.derive.diff.snapshots import Snapshot, SnapshotPair, compare
from app.derive.ordering import Words
from app.derive.rules.construct import built
from app.schemas.documents import DocumentLinkRead
from app.schemas.pictures.diffs import (
    AppearanceDiff,
    DocumentLinkMoved,
    FieldChange,
    MergeRead,
    RecordChanged,
    RecordsDiff,
    SourceLinkMoved,
)
from app.schemas.pictures.dossiers import ClaimPicture, DocumentPicture, EventPicture, StatementPicture
from app.schemas.sources import SourceLinkRead
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
# Two figures may be said alike in one language and not in another: what changed is the same in all.
_CLAIM: Final = ("question_id", "english", "language", "translations", "accuses")
_STATEMENT: Final = (
    *("claim_id", "question_id", "source_id", "stance", "act", "explicitness", "certainty", "basis", "preliminary"),
    "said",
    *("effective_from", "effective_to", "recheck_at", "credibility", "supersedes_id"),
)
_WITHDRAWAL: Final = ("withdrawn", "withdrawn_reason", "withdrawn_document_id", "withdrawn_by")
_APPEARANCE: Final = (
    *("document_id", "wording", "language", "translation", "translation_language", "quoted", "cue", "framing"),
    *("attribution", "location", "fidelity", "note"),
)
_SOURCE: Final = (
    *("name", "aliases", "kind", "disclosure", "role", "party", "parent_id", "country", "language", "url"),
    *("reliability", "notes"),
)
_DOCUMENT: Final = (
    *("url", "title", "byline", "language", "kind", "published", "lifecycle", "retracted", "retracted_reason"),
    *("retraction_url", "publisher_id"),
)


def fields(pair: SnapshotPair, before: BaseModel, after: BaseModel, names: Iterable[str]) -> list[FieldChange]:
    """Which of these fields of one record differ, with its values of before and after."""
    if before is after:
        return []
    values = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return [_field(name, old, new) for name, old, new in values if not snapshots.is_same(pair, old, new)]


def _field(name: str, before: Any, after: Any) -> FieldChange:
    return built(FieldChange, field=name, from_=to_jsonable_python(before), to=to_jsonable_python(after))


def event(pair: SnapshotPair, before: EventPicture, after: EventPicture) -> list[FieldChange]:
    return fields(pair, before, after, _EVENT)


def claim(pair: SnapshotPair, before: ClaimPicture, after: ClaimPicture) -> list[FieldChange]:
    """Its `links`, too: to which claims, and how."""
    changes = [
        _field("text", before.text, after.text) if change.field == "english" else change
        for change in fields(pair, before, after, _CLAIM)
    ]
    totals = before.figure.of_id if before.figure else None, after.figure.of_id if after.figure else None
    if not snapshots.is_same(pair, *totals):
        changes.append(_field("figure_of", *totals))
    links_before, links_after = _links(before, {}), _links(after, {})
    merged_since, parted_since = pair.after.merges.targets, pair.before.merges.targets
    # In whatever order: a link is where it is among others by when its claim was first said.
    as_merged, as_parted = _links(before, merged_since), _links(after, parted_since)
    if not _alike(as_merged, links_after) and not _alike(links_before, as_parted):
        changes.append(_field("links", links_before, links_after))
    return changes


def _links(claim: ClaimPicture, targets: Mapping[UUID, UUID]) -> list[dict[str, str]]:
    """`targets`: what merging made of the claims at the other end."""
    ties = dict.fromkeys((tie.relation, tie.direction, targets.get(tie.claim_id, tie.claim_id)) for tie in claim.links)
    return [{"relation": relation, "direction": direction, "claim_id": str(id_)} for relation, direction, id_ in ties]


def _alike(links: Iterable[dict[str, str]], compared: Iterable[dict[str, str]]) -> bool:
    return {tuple(link.values()) for link in links} == {tuple(link.values()) for link in compared}


# --- statements ------------------------------------------------------------------------------------------------------


def statement(pair: SnapshotPair, before: StatementPicture, after: StatementPicture) -> list[FieldChange]:
    """Without its withdrawal, where that ended or restored it: the diff lists this apart."""
    names = _STATEMENT if before.live != after.live else (*_STATEMENT, *_WITHDRAWAL)
    return fields(pair, before, after, names)


def appearances(pair: SnapshotPair, before: StatementPicture, after: StatementPicture) -> list[AppearanceDiff]:
    """Of one that was deleted and is there again, under another id, only what is otherwise."""
    compared = compare(
        {appearance.id: appearance for appearance in before.appearances},
        {appearance.id: appearance for appearance in after.appearances},
    )
    remade = _remade(pair, compared.new, compared.removed)
    remade_ids = {id_ for ends in remade for id_ in (ends[0].id, ends[1].id)}
    diffs = [_appearance("new", appearance, []) for appearance in compared.new if appearance.id not in remade_ids]
    for appearance_before, appearance_after in (*compared.both, *remade):
        if changes := [
            *fields(pair, appearance_before, appearance_after, _APPEARANCE),
            *_chain(pair, appearance_before, appearance_after),
        ]:
            diffs.append(_appearance("changed", appearance_after, changes))
    diffs += [
        _appearance("removed", appearance, []) for appearance in compared.removed if appearance.id not in remade_ids
    ]
    return sorted(diffs, key=lambda diff: (diff.what, diff.wording or ""))


def _remade(
    pair: SnapshotPair, new: Iterable[AppearanceRead], removed: Iterable[AppearanceRead]
) -> list[tuple[AppearanceRead, AppearanceRead]]:
    """Those that stand in the same document with the same words: as each was, and as it is."""
    by_words = defaultdict[str | None, list[AppearanceRead]](list)
    for appearance in removed:
        by_words[appearance.wording].append(appearance)
    pairs = []
    for appearance in new:
        candidates = by_words[appearance.wording]
        was_there = next(
            (old for old in candidates if snapshots.is_same(pair, old.document_id, appearance.document_id)), None
        )
        if was_there is not None:
            candidates.remove(was_there)
            pairs.append((was_there, appearance))
    return pairs


def _appearance(kind: str, appearance: AppearanceRead, changes: list[FieldChange]) -> AppearanceDiff:
    return built(
        AppearanceDiff,
        what=kind,
        appearance_id=appearance.id,
        document_id=appearance.document_id,
        wording=appearance.wording,
        changes=changes,
    )


def _chain(pair: SnapshotPair, before: AppearanceRead, after: AppearanceRead) -> list[FieldChange]:
    """Who passed it on, where that is another chain."""
    if before.hops == after.hops:
        return []
    hops_before, hops_after = _hops(before, {}), _hops(after, {})
    merged_since, parted_since = pair.after.merges.targets, pair.before.merges.targets
    if _hops(before, merged_since) == hops_after or hops_before == _hops(after, parted_since):
        return []
    return [_field("hops", hops_before, hops_after)]


def _hops(appearance: AppearanceRead, targets: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    """`targets`: what merging made of those who passed it on."""
    return [
        {"source_id": targets.get(hop.source_id, hop.source_id), "disclosure": hop.disclosure, "state": hop.state}
        for hop in appearance.hops
    ]


# --- sources and documents -------------------------------------------------------------------------------------------


def sources(pair: SnapshotPair) -> RecordsDiff:
    before, after = ({} if end.dossier is None else end.dossier.sources for end in pair)
    changes = {id_: fields(pair, before[id_], after[id_], _SOURCE) for id_ in after if id_ in before}
    names_before = {id_: source.name for id_, source in before.items()}
    names_after = {id_: source.name for id_, source in after.items()}
    return _records(pair, names_before, names_after, changes)


def documents(pair: SnapshotPair) -> RecordsDiff:
    """What was read of a document, too: how many `versions`, and the last `headline`."""
    before, after = ({} if end.dossier is None else end.dossier.documents for end in pair)
    changes = {
        id_: [*fields(pair, before[id_], after[id_], _DOCUMENT), *_versions(before[id_], after[id_])]
        for id_ in after
        if id_ in before
    }
    titles_before = {id_: document.title for id_, document in before.items()}
    titles_after = {id_: document.title for id_, document in after.items()}
    return _records(pair, titles_before, titles_after, changes)


def _versions(before: DocumentPicture, after: DocumentPicture) -> list[FieldChange]:
    changes = []
    if len(before.versions) != len(after.versions):
        changes.append(_field("versions", len(before.versions), len(after.versions)))
    if (headline_before := _last_headline(before)) != (headline_after := _last_headline(after)):
        changes.append(_field("headline", headline_before, headline_after))
    return changes


def _last_headline(document: DocumentPicture) -> str | None:
    return next((version.headline for version in reversed(document.versions) if version.headline), None)


def _records(
    pair: SnapshotPair,
    names_before: Mapping[UUID, str | None],
    names_after: Mapping[UUID, str | None],
    changes_by_id: Mapping[UUID, list[FieldChange]],
) -> RecordsDiff:
    """The names are those of what is shown before and after; `changes_by_id`: what changed in those shown at both.

    All in the order of the pictures.
    """
    names = {**names_before, **names_after}
    merged_since, parted_since = pair.after.merges.targets, pair.before.merges.targets
    merged = [id_ for id_ in names_before if id_ in merged_since and id_ not in names_after]
    parted = [id_ for id_ in names_after if id_ in parted_since and id_ not in names_before]
    return built(
        RecordsDiff,
        changed=[
            built(RecordChanged, id=id_, name=names[id_], changes=changes)
            for id_, changes in changes_by_id.items()
            if changes
        ],
        merged=[_merge(id_, merged_since[id_], names) for id_ in merged if merged_since[id_] in names_after],
        parted=[_merge(id_, parted_since[id_], names) for id_ in parted if parted_since[id_] in names_before],
    )


def _merge(id_: UUID, into_id: UUID, names: Mapping[UUID, str | None]) -> MergeRead:
    return built(MergeRead, id=id_, name=names[id_], into_id=into_id)


def links(pair: SnapshotPair) -> list[DocumentLinkMoved]:
    """Links that came, went, or were confirmed or rejected, of documents that are shown at both moments."""
    compared = compare(pair.before.links, pair.after.links)
    moved = [_link(after, before, after) for before, after in compared.both if before.state != after.state]
    moved += [_link(link, None, link) for link in compared.new if _is_shown(link, pair.before)]
    moved += [_link(link, link, None) for link in compared.removed if _is_shown(link, pair.after)]
    return moved


def source_links(pair: SnapshotPair) -> list[SourceLinkMoved]:
    """The same of links between sources."""
    compared = compare(pair.before.merges.source_links, pair.after.merges.source_links)
    moved: list[tuple[SourceLinkRead, SourceLinkRead | None, SourceLinkRead | None]] = [
        (after, before, after) for before, after in compared.both if before.state != after.state
    ]
    moved += [(link, None, link) for link in compared.new]
    moved += [(link, link, None) for link in compared.removed]
    names = ("id", "how_known", "score", "reason")
    words = {
        id_: ordering.source(source)
        for end in pair
        for id_, source in (end.dossier.sources if end.dossier else {}).items()
    }
    return [
        built(
            SourceLinkMoved,
            {name: getattr(link, name) for name in names},
            # It has no direction, and the one that is stored is the order in which the two came.
            **dict(zip(("from_id", "to_id"), ordering.ids((link.from_id, link.to_id), words), strict=True)),
            state_from=before.state if before else None,
            state_to=after.state if after else None,
        )
        for link, before, after in sorted(moved, key=lambda states: _order(states[0], words))
        if all(_speaks(link, snapshot) for snapshot in pair)
    ]


def _order(link: SourceLinkRead, words: Mapping[UUID, Words]) -> tuple[object, ...]:
    """By the sources at both ends, whichever it leads from."""
    ends = sorted(words.get(id_, ()) for id_ in (link.from_id, link.to_id))
    return *ends, link.how_known, link.score or 0, link.reason or "", link.id


def _speaks(link: SourceLinkRead, snapshot: Snapshot) -> bool:
    """Whether both its sources are shown, be it under other ids."""
    sources, targets = {} if snapshot.dossier is None else snapshot.dossier.sources, snapshot.merges.targets
    return all(targets.get(id_, id_) in sources for id_ in (link.from_id, link.to_id))


def _is_shown(link: DocumentLinkRead, snapshot: Snapshot) -> bool:
    """Whether the document that it leads from is shown at the other moment, be it under another id."""
    documents = {} if snapshot.dossier is None else snapshot.dossier.documents
    return snapshot.merges.targets.get(link.from_id, link.from_id) in documents


def _link(link: DocumentLinkRead, before: DocumentLinkRead | None, after: DocumentLinkRead | None) -> DocumentLinkMoved:
    stored = {name: getattr(link, name) for name in ("id", "from_id", "to_id", "relation", "how_known", "score")}
    states = {"state_from": before.state if before else None, "state_to": after.state if after else None}
    return built(DocumentLinkMoved, stored, **states)
