"""A record as the line that `POST /v1/ingest` takes: its own fields, its id, and what it points at by id."""

from collections.abc import Container
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from app.schemas.claims import FigureRead
from app.schemas.common import RecordRead
from app.schemas.kinds import read_as
from app.schemas.questions import TOLD
from app.schemas.statements import HopRead

# Fields of a line that point at another record, and the attribute of the schema that has its id.
REFERENCES: Final = {
    **{name: f"{name}_id" for name in ("event", "question", "claim", "statement", "source", "author", "publisher")},
    **{name: f"{name}_id" for name in ("document", "version", "withdrawn_document", "parent", "supersedes")},
    "from": "from_id",
    "to": "to_id",
    "documents": "document_ids",
}
_EMPTY: Final[tuple[Any, ...]] = (None, [], {})


def line(record: RecordRead, without: Container[str] = (), *, shadow: int | None = None) -> bytes:
    """The line of a record, with its line end, without what is null or empty.

    `without` are fields to leave out, by the schema's names: `parent_id`, `of_id`, `merged_into`. `shadow`: how many
    others bore its ref or URL, unseen by whoever sent it.
    """
    kind = read_as(type(record))
    values: dict[str, Any] = {"type": kind.name, "id": record.id, "ref": record.ref}
    for name in kind.exported_fields:
        attribute = REFERENCES.get(name, name)
        if attribute not in without:
            values[name] = getattr(record, attribute)
    if shadow:
        values["shadow"] = shadow
    if "record" in record.redacted:
        values["redacted"] = ["record"]
    if (told_names := getattr(record, "told", None)) is not None:
        values |= dict.fromkeys({*TOLD} - {*told_names})
    if values.get("disclosure") == "named" and values["name"] is None:
        values["disclosure"] = "anonymous"  # a protected source has no name here, so it can't be "named"
    if values.get("figure") is not None:
        values |= {"text": None, "figure": _figure(values["figure"], without)}  # its text is composed on output
    if "hops" in values:
        values["hops"] = [_hop(hop) for hop in values["hops"]]
    return to_json({name: value for name, value in values.items() if value not in _EMPTY}, exclude_none=True) + b"\n"


def _figure(figure: FigureRead, without: Container[str]) -> dict[str, Any]:
    part_of: UUID | None = None if "of_id" in without else figure.of_id
    values = {"qualifier": figure.qualifier, "min": figure.min, "max": figure.max, "of": part_of}
    return {name: value for name, value in values.items() if value is not None}


def _hop(hop: HopRead) -> dict[str, Any]:
    values: dict[str, Any] = {"id": hop.id, "ref": hop.ref, "step": hop.step, "source": hop.source_id}
    values |= {name: getattr(hop, name) for name in ("disclosure", "how_known", "score", "state")}
    return {name: value for name, value in values.items() if value is not None}
