"""Nodes of linked data: their IRIs and fields, and the nodes of sources and documents."""

from typing import Any, Final
from uuid import UUID

from app.formats import iso8601, naming
from app.schemas.pictures.dossiers import DocumentPicture, DossierRead
from app.schemas.sources import SourceRead

Node = dict[str, Any]

_NOTHING: Final[tuple[Any, ...]] = (None, [], {})
_PEOPLE: Final = ("person", "official", "expert", "witness")
_BODIES: Final = {
    "authority": "GovernmentOrganization",
    "court": "GovernmentOrganization",
    "company": "Corporation",
    "ngo": "NGO",
    "outlet": "NewsMediaOrganization",
    "agency": "NewsMediaOrganization",
}
_WORKS: Final = {
    "article": "Article",
    "post": "SocialMediaPosting",
    "video": "VideoObject",
    "image": "ImageObject",
    "audio": "AudioObject",
    "report": "Report",
    "dataset": "Dataset",
}
_MADE_OF: Final = {"translation_of": "translationOfWork", "quotes": "citation", "reply_to": "cc:replyTo"}


def iri(id_: UUID, part: str = "") -> str:
    return f"urn:uuid:{id_}{part and '#'}{part}"


def node(kind: str, id_: UUID, part: str = "", /, **fields: Any) -> Node:
    return {"@id": iri(id_, part), "@type": kind} | without_empty(fields)


def without_empty(node: Node) -> Node:
    """The fields that have a value; `cc_whyNot` becomes `cc:whyNot`, and 3.0 becomes 3."""
    return {
        name.replace("cc_", "cc:", 1): int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in node.items()
        if value not in _NOTHING
    }


def ids(ids: list[UUID]) -> list[Node]:
    return [{"@id": iri(id_)} for id_ in ids]


def agent(id_: UUID | None, dossier: DossierRead) -> Node | None:
    if id_ is None:
        return None
    return node(_kind(dossier.sources[id_]), id_, name=naming.source_name(id_, dossier.sources))


def work(id_: UUID | None, dossier: DossierRead) -> Node | None:
    document = dossier.documents.get(id_) if id_ else None
    if document is None:
        return None
    return node(_WORKS.get(document.kind, "CreativeWork"), document.id, url=document.url)


def _kind(source: SourceRead) -> str:
    if source.kind in _PEOPLE and source.disclosure != "group":
        return "Person"
    return _BODIES.get(source.kind or "", "Organization")


def language_strings(texts: dict[str, str]) -> list[Node]:
    return [{"@value": text, "@language": tag.lower()} for tag, text in texts.items()]


# --- sources and documents -----------------------------------------------------------------------------------------


def source_node(id_: UUID, dossier: DossierRead) -> Node:
    source = dossier.sources[id_]
    return node(
        _kind(source),
        id_,
        identifier=source.ref,
        name=naming.source_name(id_, dossier.sources),
        alternateName=[alias.name for alias in source.aliases],
        url=source.url,
        description=source.role,
        cc_kind=source.kind,
        cc_disclosure=source.disclosure,
        cc_party=source.party,
        cc_partOf=ids([source.parent_id]) if source.parent_id else None,
        cc_country=source.country,
        cc_language=source.language,
        cc_reliability=source.reliability,
        cc_confidential=source.confidential or None,
        cc_externalId=[f"{system}:{key}" for system, key in source.external_ids.items()],
        cc_notes=source.notes,
    )


def document_node(document: DocumentPicture, dossier: DossierRead) -> Node:
    made_of: dict[str, list[Node]] = {}
    for link in document.links:
        if link.state == "confirmed":
            made_of.setdefault(_MADE_OF.get(link.relation, "isBasedOn"), []).extend(ids([link.to_id]))
    return {
        **node(
            _WORKS.get(document.kind, "CreativeWork"),
            document.id,
            identifier=document.ref,
            url=document.url,
            name=document.title,
            publisher=agent(document.publisher_id, dossier),
            datePublished=iso8601.iso(document.published, document.published_from),
            inLanguage=document.language,
            archivedAt=[version.archive_url for version in document.versions if version.archive_url],
            cc_kind=document.kind,
            cc_byline=document.byline,
            cc_published=document.published,
            creativeWorkStatus="Retracted" if document.retracted else None,
            correction=document.retraction_url,
            cc_lifecycle=document.lifecycle,
            cc_retracted=document.retracted,
            cc_retractedReason=document.retracted_reason,
            cc_sha256=[version.sha256 for version in document.versions if version.sha256],
            cc_externalId=[f"{system}:{key}" for system, key in document.external_ids.items()],
        ),
        **made_of,
    }
