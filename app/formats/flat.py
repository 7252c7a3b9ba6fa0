"""Statements of a list as flat rows: the columns of an event's table that need no picture of the event."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.schemas.pictures.listed import StatementListed
from app.schemas.sources import SourceRead

Row = dict[str, Any]
# Of each part the names of its columns, and the fields that they show.
_PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "event": {
        **{f"event_{name}": name for name in ("id", "ref", "slug", "occurred", "country")},
        "event": "title",
        "event_place": "place_name",
    },
    "question": {
        **{f"question_{name}": name for name in ("id", "ref", "kind")},
        **{name: name for name in ("measure", "subject", "unit", "evolving", "single_answer")},
        "question": "text",
    },
    "claim": {
        **{f"claim_{name}": name for name in ("id", "ref", "language")},
        "claim": "text",
        "accuses": "accuses",
    },
    "source": {
        **{
            f"source_{name}": name
            for name in ("id", "ref", "kind", "role", "disclosure", "party", "country", "reliability", "url")
        },
        "source": "name",
        "confidential": "confidential",
    },
    "appearance": {
        "appearance_id": "id",
        "appearance_ref": "ref",
        "wording_language": "language",
        **{
            name: name
            for name in ("wording", "translation", "translation_language", "quoted", "cue", "framing", "attribution")
        },
        **{name: name for name in ("location", "fidelity", "note")},
    },
    "document": {
        **{
            f"document_{name}": name
            for name in ("id", "ref", "url", "title", "kind", "language", "published", "lifecycle", "retracted")
        },
        "byline": "byline",
        "publisher_id": "publisher_id",
    },
}
_OF_STATEMENT: Final = (
    *("stance", "act", "explicitness", "certainty", "basis", "credibility", "said", "said_from", "said_to"),
    *("preliminary", "recheck_at", "withdrawn", "withdrawn_reason", "withdrawn_by", "supersedes_id", "updated_at"),
)
COLUMNS: Final = (
    *_PARTS["event"],
    *_PARTS["question"],
    *_PARTS["claim"],
    *("qualifier", "min", "max", "part_of_claim_id", "statement_id", "statement_ref", *_OF_STATEMENT, "recorded_at"),
    *_PARTS["source"],
    *_PARTS["appearance"],
    *_PARTS["document"],
    "publisher",
)


def row(statement: StatementListed, publishers: Mapping[UUID, SourceRead]) -> Row:
    """One statement with its first appearance; `publishers`: by id, as the caller may know them."""
    cells: Row = {name: getattr(statement, name) for name in _OF_STATEMENT}
    cells |= {"statement_id": statement.id, "statement_ref": statement.ref, "recorded_at": statement.created_at}
    for part, columns in _PARTS.items():
        record = getattr(statement, part)
        cells |= {column: None if record is None else getattr(record, field) for column, field in columns.items()}
    figure = statement.claim.figure if statement.claim is not None else None
    if figure is not None:
        cells |= {"qualifier": figure.qualifier, "min": figure.min, "max": figure.max, "part_of_claim_id": figure.of_id}
    publisher = publishers.get(cells["publisher_id"])
    return cells | {"publisher": publisher.name if publisher is not None else None}
