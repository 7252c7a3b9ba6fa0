"""A record as the line that `POST /v1/ingest` takes: its own fields, its id, and what it points at by id."""

from collections.abc import Container
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead, FigureRead
from app.schemas.common import RecordRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead

# By what is read: the type of the line, and its fields beside id and ref, by the names that they have there.
LINES: Final[dict[type[RecordRead], tuple[str, tuple[str, ...]]]] = {
    SourceRead: (
        "source",
        (
            *("name", "aliases", "kind", "disclosure", "role", "party", "parent", "country", "language", "url"),
            *("reliability", "confidential", "external_ids", "notes", "merged_into"),
        ),
    ),
    DocumentRead: (
        "document",
        (
            *("url", "title", "byline", "language", "kind", "publisher", "published", "lifecycle", "external_ids"),
            "merged_into",
        ),
    ),
    VersionRead: (
        "document_version",
        (
            *("document", "retrieved_at", "headline", "text", "archive_url", "http_status", "translated_from"),
            "translator",
        ),
    ),
    DocumentLinkRead: ("document_link", ("from", "relation", "to", "how_known", "score", "state")),
    EventRead: (
        "event",
        (
            *("slug", "title", "summary", "language", "kind", "occurred", "place_name", "country", "latitude"),
            *("longitude", "place_precision", "parent", "visibility", "tags", "external_ids", "merged_into"),
        ),
    ),
    EventLinkRead: ("event_link", ("from", "relation", "to")),
    QuestionRead: (
        "question",
        (
            *("event", "text", "language", "kind", "answer", "measure", "subject", "unit", "evolving"),
            "single_answer",
        ),
    ),
    ClaimRead: ("claim", ("event", "question", "text", "language", "translations", "accuses", "figure", "merged_into")),
    ClaimLinkRead: ("claim_link", ("from", "relation", "to")),
    StatementRead: (
        "statement",
        (
            *("event", "claim", "question", "source", "stance", "act", "explicitness", "certainty", "basis", "said"),
            *("recheck_at", "credibility", "supersedes", "withdrawn", "withdrawn_reason", "withdrawn_document"),
        ),
    ),
    AppearanceRead: (
        "appearance",
        (
            *("statement", "document", "version", "wording", "language", "translation", "translation_language"),
            *("quoted", "cue", "framing", "attribution", "location", "selector", "fidelity", "note", "hops"),
        ),
    ),
    AssessmentRead: (
        "assessment",
        (
            *("claim", "author", "scheme", "rating", "label", "rating_value", "best_rating", "worst_rating"),
            *("explanation", "url", "language", "made", "settles", "supersedes", "documents"),
        ),
    ),
}
# Fields of a line that name another record: where its id is read.
REFERENCES: Final = {
    **{name: f"{name}_id" for name in ("event", "question", "claim", "statement", "source", "author", "publisher")},
    **{name: f"{name}_id" for name in ("document", "version", "withdrawn_document", "parent", "supersedes")},
    "from": "from_id",
    "to": "to_id",
    "documents": "document_ids",
}
_EMPTY: Final[tuple[Any, ...]] = (None, [], {})


def line(record: RecordRead, without: Container[str] = ()) -> bytes:
    """The line of a record, with its end. What is null or empty is left out, and so are the fields `without`.

    `without` has the names that the record itself has: `parent_id`, `of_id`, `merged_into`.
    """
    kind, fields = LINES[type(record)]
    values: dict[str, Any] = {"type": kind, "id": record.id, "ref": record.ref}
    for name in fields:
        attribute = REFERENCES.get(name, name)
        if attribute not in without:
            values[name] = getattr(record, attribute)
    if isinstance(record, SourceRead) and record.name is None and record.disclosure == "named":
        values["disclosure"] = "anonymous"  # a protected one: what has no name here can't be called named
    if isinstance(record, ClaimRead) and record.figure is not None:
        values |= {"text": None, "figure": _figure(record.figure, without)}  # the text is composed of it
    if isinstance(record, AppearanceRead):
        values["hops"] = [_hop(hop) for hop in record.hops]
    return to_json({name: value for name, value in values.items() if value not in _EMPTY}, exclude_none=True) + b"\n"


def _figure(figure: FigureRead, without: Container[str]) -> dict[str, Any]:
    part_of: UUID | None = None if "of_id" in without else figure.of_id
    values = {"qualifier": figure.qualifier, "min": figure.min, "max": figure.max, "of": part_of}
    return {name: value for name, value in values.items() if value is not None}


def _hop(hop: HopRead) -> dict[str, Any]:
    values: dict[str, Any] = {"id": hop.id, "ref": hop.ref, "step": hop.step, "source": hop.source_id}
    values |= {name: getattr(hop, name) for name in ("disclosure", "how_known", "score", "state")}
    return {name: value for name, value in values.items() if value is not None}
