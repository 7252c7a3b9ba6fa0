"""What a statement's row in any table says of each part, as far as no picture of the event is needed for it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.formats import naming
from app.schemas.claims import ClaimRead
from app.schemas.events import EventRead
from app.schemas.pictures import side_maps
from app.schemas.pictures.dossiers import DocumentPicture, StatementPicture
from app.schemas.pictures.side_maps import SideMap
from app.schemas.questions import QuestionRead
from app.schemas.statements import AppearanceRead

Row = dict[str, Any]

_OF_EVENT: Final = {
    **{f"event_{name}": name for name in ("id", "ref", "slug")},
    "event": "title",
    "event_occurred": "occurred",
    "event_place": "place_name",
    "event_country": "country",
}
_OF_STATEMENT: Final = (
    *(
        "stance",
        "act",
        "explicitness",
        "certainty",
        "basis",
        "preliminary",
        "credibility",
        "said",
        "recheck_at",
        "withdrawn",
    ),
    *("withdrawn_reason", "withdrawn_by", "supersedes_id", "updated_at"),
)
_OF_SOURCE: Final = ("kind", "role", "disclosure", "country", "reliability", "url", "ref")
_OF_APPEARANCE: Final = (
    *("wording", "translation", "translation_language", "quoted", "cue", "framing", "attribution", "location"),
    *("fidelity", "note"),
)
_OF_DOCUMENT: Final = ("id", "ref", "url", "title", "kind", "language", "published", "lifecycle", "retracted")


class SideMaps(NamedTuple):
    """The sources and documents that rows name, by the ids under which they name them."""

    sources: SideMap
    documents: Mapping[UUID, DocumentPicture]


def event(row: EventRead) -> Row:
    return {column: getattr(row, name) for column, name in _OF_EVENT.items()}


def question(row: QuestionRead | None, heading: str) -> Row:
    if row is None:
        return {}
    names = ("measure", "subject", "unit", "evolving", "single_answer")
    cells: Row = {"question_id": row.id, "question_ref": row.ref, "question": heading, "question_kind": row.kind}
    return cells | {name: getattr(row, name) for name in names}


def claim(row: ClaimRead | None) -> Row:
    """`row`: with the text of its figure."""
    if row is None:
        return {}
    cells: Row = {
        "claim_id": row.id,
        "claim_ref": row.ref,
        "claim": row.text,
        "claim_language": row.language,
        "claim_translations": [f"{tag}: {text}" for tag, text in row.translations.items()],
        "accuses": row.accuses,
    }
    if figure := row.figure:
        cells |= {"qualifier": figure.qualifier, "min": figure.min, "max": figure.max, "part_of_claim_id": figure.of_id}
    return cells


def statement(maps: SideMaps, row: StatementPicture) -> Row:
    withdrawn_in = maps.documents.get(row.withdrawn_document_id) if row.withdrawn_document_id else None
    return {
        "statement_id": row.id,
        "statement_ref": row.ref,
        "said_from": row.effective_from,
        "said_to": row.effective_to,
        "said_known_by": row.effective_by,
        "withdrawn_document_url": withdrawn_in and withdrawn_in.url,
        "recorded_at": row.created_at,
        **{name: getattr(row, name) for name in _OF_STATEMENT},
    }


def source(maps: SideMaps, source_id: UUID | None) -> Row:
    if source_id is None:
        return {}
    row = maps.sources[source_id]
    return {f"source_{name}": getattr(row, name) for name in _OF_SOURCE} | {
        "source_id": row.id,
        "source": naming.source_name(row.id, maps.sources),
        "source_party": side_maps.party(row.id, maps.sources),
        "confidential": row.confidential,
    }


def appearances(maps: SideMaps, rows: Iterable[AppearanceRead]) -> Row:
    """The first appearance in columns of its own, the others in one."""
    if not (in_order := list(rows)):
        return {"appearances": 0}
    first, *later = in_order
    return {
        "appearances": len(in_order),
        "appearance_id": first.id,
        "appearance_ref": first.ref,
        "wording_language": first.language,
        "chain": _chain(maps, first),
        "other_appearances": [_appearance_line(maps, appearance) for appearance in later],
        **{name: getattr(first, name) for name in _OF_APPEARANCE},
        **_document(maps, first),
    }


def _document(maps: SideMaps, appearance: AppearanceRead) -> Row:
    document = _document_of(maps, appearance)
    if document is None:
        return {}
    archive_urls = [
        version.archive_url
        for version in document.versions
        if version.archive_url and version.id == appearance.version_id
    ]
    archive_urls += [version.archive_url for version in document.versions if version.archive_url]
    return {f"document_{name}": getattr(document, name) for name in _OF_DOCUMENT} | {
        "publisher": naming.source_name(document.publisher_id, maps.sources),
        "publisher_id": document.publisher_id,
        "byline": document.byline,
        "archive_url": archive_urls[0] if archive_urls else None,
    }


def _document_of(maps: SideMaps, appearance: AppearanceRead) -> DocumentPicture | None:
    return maps.documents.get(appearance.document_id) if appearance.document_id else None


def _chain(maps: SideMaps, appearance: AppearanceRead) -> str:
    """Who passed the words on, from the speaker's side: `a duty officer (anonymous) → Interfax`."""
    steps = []
    for hop in appearance.hops:
        notes = [hop.disclosure] * (hop.disclosure != "named") + [hop.state] * (hop.state != "confirmed")
        name = naming.source_name(hop.source_id, maps.sources)
        steps.append(f"{name} ({', '.join(notes)})" if notes else name)
    return " → ".join(steps)


def _appearance_line(maps: SideMaps, appearance: AppearanceRead) -> str:
    """An appearance on one line: its words, document, fidelity and chain."""
    document = _document_of(maps, appearance)
    parts = [f"“{' '.join(appearance.wording.split())}”" if appearance.wording else None]
    if document:
        publisher = naming.source_name(document.publisher_id, maps.sources)
        parts += [document.title, publisher, document.published, document.url]
    parts += [appearance.fidelity, _chain(maps, appearance)]
    return " | ".join(part for part in parts if part)
