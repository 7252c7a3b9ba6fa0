"""Rows for tests: stored by plain SQL as somebody beside the service would, or made up for the rules alone."""

import hashlib
from dataclasses import fields
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_origin
from uuid import UUID

import psycopg
from ledgers import fill
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from app import times
from app.derive.rules.dates import Said
from app.derive.rules.families import FamilyBy
from app.derive.rules.rows import Rows
from app.derive.rules.statements import StatementInContext
from app.schemas.claims import FigureRead
from app.schemas.common import Output
from app.schemas.documents import DocumentRead
from app.schemas.events import EventRead
from app.schemas.statements import StatementRead
from app.vocabulary import Qualifier

Connection = psycopg.Connection[TupleRow]
R = TypeVar("R", bound=Output)

COARSE: Final = ("said", "withdrawn", "published", "retracted", "occurred", "made")
BORN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NEEDED: Final[dict[str, dict[str, Any]]] = {
    "source": {"name": "somebody"},
    "event": {"title": "An event"},
    "question": {"text": "What was it?"},
    "claim": {"text": "It was this"},
    "claim_link": {"relation": "contradicts"},
    "event_link": {"relation": "related"},
    "document_link": {"relation": "syndicated_from"},
    "source_link": {"relation": "same_as"},
    "appearance_hop": {"step": 1},
    "assessment": {"scheme": "veracity", "rating": "true"},
}
# What a record that is made up for the rules alone has, unless it is given.
_USUAL: Final[dict[str, Any]] = {
    "version": 1,
    "step": 1,
    "slug": "an-event",
    "title": "An event",
    "stance": "support",
    "name": "somebody",
    **dict.fromkeys(("created_at", "updated_at", "retrieved_at"), BORN),
}


def uuid() -> UUID:
    return UUID(str(uuid7()))


def row(connection: Connection, table: str, **values_by_column: Any) -> UUID:
    """Insert a row of a record table; coarse times bring their bounds, a text its hash. Its id comes back."""
    columns = {"id": uuid()} | _NEEDED.get(table, {}) | with_bounds(values_by_column)
    if table == "event":
        columns = {"slug": f"event-{columns['id']}"} | columns
    if "qualifier" in values_by_column or ("measure" in values_by_column and "text" not in values_by_column):
        columns.pop("text")
    if table == "question" and "measure" in values_by_column:
        columns = {"answer": "quantity", "unit": "persons"} | columns
    if table == "document_version" and columns.get("text"):
        columns["sha256"] = hashlib.sha256(columns["text"].encode()).digest()
    values = [
        Jsonb(value) if isinstance(value, dict) or name == "aliases" else value for name, value in columns.items()
    ]
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
    )
    connection.execute(query, values)
    id_: UUID = columns["id"]
    return id_


def everything(connection: Connection) -> None:
    """A row of every table, as `ledgers` has them."""
    fill(connection)


def change(connection: Connection, table: str, id_: UUID, **fields: Any) -> None:
    columns = with_bounds(fields)
    query = sql.SQL("UPDATE {} SET {} WHERE id = {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in columns),
        sql.Placeholder(),
    )
    connection.execute(query, [*columns.values(), id_])


def remove(connection: Connection, table: str, id_: UUID) -> None:
    connection.execute(sql.SQL("DELETE FROM {} WHERE id = %s").format(sql.Identifier(table)), [id_])


def with_bounds(values: dict[str, Any]) -> dict[str, Any]:
    """The same with `said_from` and `said_to` beside `said`, and so on."""
    bounds: dict[str, Any] = {}
    for name in COARSE:
        if name in values:
            start, end = times.span(values[name]) if values[name] else (None, None)
            bounds |= {f"{name}_from": start, f"{name}_to": end}
    return values | bounds


# --- for the rules alone: no database --------------------------------------------------------------------------------


def read(kind: type[R], /, **fields: Any) -> R:
    """A record as it is read, with nothing in it but what is given: null, false, empty, or its list's first word."""
    filled = {name: _nothing(name, field.annotation) for name, field in kind.model_fields.items()}
    return kind.model_validate(filled | with_bounds(fields))


def _nothing(name: str, annotation: Any) -> Any:
    if name == "id":
        return uuid()
    if name in _USUAL:
        return _USUAL[name]
    if NoneType in get_args(annotation):
        return None
    if get_origin(annotation) in (list, dict):
        return get_origin(annotation)()
    if annotation is bool:
        return False
    return uuid() if annotation is UUID else get_args(annotation)[0]


def figure(qualifier: Qualifier, low: float | None = None, high: float | None = None) -> FigureRead:
    return FigureRead(qualifier=qualifier, min=low, max=high, of_id=None)


def statement(
    said: str = "2023-08-09",
    *,
    family: UUID | None = None,
    by: FamilyBy = "source",
    party: str | None = None,
    claim: UUID | None = None,
    question: UUID | None = None,
    retracted: str | None = None,
    **fields: Any,
) -> StatementInContext:
    """A statement as the rules hear it, by a source of its own unless `source_id` says otherwise.

    `retracted`: when the last of its documents was.
    """
    source = fields.pop("source_id", uuid())
    row = read(StatementRead, claim_id=claim, question_id=question, source_id=source, said=said, **fields)
    when = Said(*times.span(said), "said", said)
    sort_key = (when.start, when.end, (), row.id)
    return StatementInContext(
        *(row, [], claim, question, source, source is not None, family or uuid(), by, party, when, sort_key),
        retraction=read(DocumentRead, lifecycle="retracted", retracted=retracted) if retracted else None,
    )


def rows(event: EventRead, **parts: Any) -> Rows:
    """The rows of one event: `events`, `documents` and `sources` come as lists; what is not given is empty."""
    parts.setdefault("events", []).append(event)
    keyed = {name: {record.id: record for record in parts.pop(name, [])} for name in ("events", "documents", "sources")}
    empty: dict[str, Any] = {field.name: [] for field in fields(Rows)} | {
        "event_ids": frozenset([event.id]),
        "masks": {},
    }
    empty |= dict.fromkeys(("cited", "restricted", "confidential", "absorbed"), frozenset())
    return Rows(**empty | keyed | parts | {"event_id": event.id})
