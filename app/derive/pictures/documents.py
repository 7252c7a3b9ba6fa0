"""The documents of a picture: those cited, their versions, and how they depend on each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from app.derive import ordering
from app.derive.pictures import masking
from app.derive.pictures.masking import MaskedSources
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.pictures.dossiers import DocumentPicture

RETRACTION: Final = (
    *("lifecycle", "retracted", "retracted_from", "retracted_to", "retracted_reason", "retraction_url"),
)


def pictures(
    context: EventContext, cited: Iterable[UUID], sources: MaskedSources, *, beyond: bool
) -> dict[UUID, DocumentPicture]:
    """Each document once, by id. `beyond`: also those that the cited ones were made out of, in one step or several.

    A document that no public event cites is not public, and what is cited here knows of no other event: so only callers
    who may read everything are shown what lies beyond.
    """
    rows, targets, words = context.rows, context.document_targets, context.names.documents
    links = _links(ordering.document_links(rows.document_links, words), targets)
    shown_ids = {document_id for document_id in cited if document_id in rows.documents}
    if beyond:
        shown_ids = _reached(shown_ids, links)
    versions: dict[UUID | None, list[VersionRead]] = defaultdict(list)
    for version in sorted(rows.versions, key=ordering.version):
        versions[targets.get(version.document_id)].append(version)
    outward: dict[UUID, list[DocumentLinkRead]] = defaultdict(list)
    for link in links:
        if link.from_id in shown_ids and link.to_id in shown_ids:
            outward[link.from_id].append(link)
    by_id = {}
    for id_ in ordering.ids(shown_ids, words):
        document = rows.documents[id_]
        by_id[id_] = built(
            DocumentPicture,
            document.__dict__ | _retraction(context.retracted.get(id_)),
            publisher_id=masking.show_if_visible(sources, document.publisher_id),
            versions=[_moved(version, id_) for version in versions.get(id_, ())],
            links=sorted(outward.get(id_, ()), key=lambda link: (link.relation, words.get(link.to_id, ()), link.to_id)),
        )
    return by_id


def _retraction(retracted: DocumentRead | None) -> dict[str, Any]:
    """What tells of its retraction, be it told of a document that was merged into it."""
    return {} if retracted is None else {name: getattr(retracted, name) for name in RETRACTION}


def _moved(version: VersionRead, document_id: UUID) -> VersionRead:
    """The version under the document that its own was merged into."""
    if version.document_id == document_id:
        return version
    return built(VersionRead, version.__dict__ | {"document_id": document_id})


def _links(links: Iterable[DocumentLinkRead], targets: Mapping[UUID, UUID]) -> list[DocumentLinkRead]:
    """After merges; two that these made the same are one, the first in the order given."""
    kept_by_key: dict[tuple[UUID, str, UUID], DocumentLinkRead] = {}
    for link in links:
        start, end = targets.get(link.from_id), targets.get(link.to_id)
        if start is not None and end is not None and start != end:
            merged = built(DocumentLinkRead, link.__dict__ | {"from_id": start, "to_id": end})
            kept_by_key.setdefault((start, link.relation, end), merged)
    return list(kept_by_key.values())


def _reached(cited_ids: set[UUID], links: Iterable[DocumentLinkRead]) -> set[UUID]:
    """The documents cited, and all that they were made out of."""
    made_out_of = defaultdict(list)
    for link in links:
        if link.state != "rejected":
            made_out_of[link.from_id].append(link.to_id)
    reached, to_follow = set(cited_ids), list(cited_ids)
    while to_follow:
        new = set(made_out_of[to_follow.pop()]) - reached
        reached |= new
        to_follow.extend(new)
    return reached
