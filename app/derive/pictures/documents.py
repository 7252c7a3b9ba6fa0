"""The documents of a picture: those cited, their versions, and how they depend on each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from app.derive.pictures import masking as faces_of
from app.derive.pictures.masking import Faces
from app.derive.rules import merges
from app.derive.rules.construct import built
from app.derive.rules.rows import Rows
from app.schemas.documents import DocumentLinkRead, VersionRead
from app.schemas.pictures.dossiers import DocumentPicture


def papers(
    rows: Rows, ends: Mapping[UUID, UUID], cited: Iterable[UUID], faces: Faces, *, beyond: bool
) -> dict[UUID, DocumentPicture]:
    """Each document once, by id. `beyond`: also those that the cited ones were made out of, be it in several steps.

    A document that no public event cites is not public, and what is cited here knows of no other event: so only callers
    who may read everything are shown what lies beyond.
    """
    links = _links(rows.document_links, ends)
    shown = {document for document in cited if document in rows.documents}
    if beyond:
        shown = _reached(shown, links)
    versions: dict[UUID | None, list[VersionRead]] = defaultdict(list)
    outward: dict[UUID, list[DocumentLinkRead]] = defaultdict(list)
    for version in sorted(rows.versions, key=lambda v: (v.retrieved_at, v.headline or "", v.id)):
        versions[ends.get(version.document_id)].append(version)
    for link in links:
        if link.from_id in shown and link.to_id in shown:
            outward[link.from_id].append(link)
    pictures = {}
    for id_ in sorted(shown):
        document = rows.documents[id_]
        pictures[id_] = built(
            DocumentPicture,
            document.__dict__,
            publisher_id=faces_of.plain(faces, document.publisher_id),
            versions=[_of(version, id_) for version in versions.get(id_, ())],
            links=sorted(outward.get(id_, ()), key=lambda link: (link.relation, link.to_id)),
        )
    return pictures


def read(rows: Rows) -> set[UUID]:
    """The documents whose versions can change a picture: those that any of the rows cites, under all their ids."""
    ends = merges.ends({id_: document.merged_into for id_, document in rows.documents.items()})
    named = {appearance.document_id for appearance in rows.appearances}
    named |= {row.withdrawn_document_id for row in rows.statements}
    named |= {document for row in rows.assessments for document in row.document_ids}
    cited = {ends[document] for document in named if document in ends}
    return {id_ for id_, end in ends.items() if end in cited}


def _of(version: VersionRead, document_id: UUID) -> VersionRead:
    return (
        version
        if version.document_id == document_id
        else built(VersionRead, version.__dict__ | {"document_id": document_id})
    )


def _links(links: Iterable[DocumentLinkRead], ends: Mapping[UUID, UUID]) -> list[DocumentLinkRead]:
    """After merges; two that these made the same are one."""
    found: dict[tuple[UUID, str, UUID], DocumentLinkRead] = {}
    for link in sorted(links, key=lambda link: link.id):
        start, end = ends.get(link.from_id), ends.get(link.to_id)
        if start is not None and end is not None and start != end:
            found.setdefault(
                (start, link.relation, end), built(DocumentLinkRead, link.__dict__ | {"from_id": start, "to_id": end})
            )
    return list(found.values())


def _reached(cited: set[UUID], links: Iterable[DocumentLinkRead]) -> set[UUID]:
    onward = defaultdict(list)
    for link in links:
        if link.state != "rejected":
            onward[link.from_id].append(link.to_id)
    reached, following = set(cited), list(cited)
    while following:
        new = set(onward[following.pop()]) - reached
        reached |= new
        following.extend(new)
    return reached
