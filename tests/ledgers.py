"""One row of every kind, by plain SQL, for the tests of what the database itself holds."""

import hashlib
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]
Connection = psycopg.Connection[TupleRow]


def id_of(name: str) -> UUID:
    """Give the id of the row that ROWS has under this name."""
    return uuid5(NAMESPACE_OID, name)


_OF_EVENT = {"event_id": id_of("event")}
_ABOUT_CLAIM = {**_OF_EVENT, "claim_id": id_of("claim")}

# In an order in which each finds what it points at. The first word of a name is its table.
ROWS: dict[str, Row] = {
    "source": {"name": "Ministry of Health", "aliases": Jsonb([{"name": "Минздрав"}]), "party": "state"},
    "source outlet": {"name": "Morning Paper", "kind": "outlet"},
    "source third": {"name": "Health Ministry"},
    "source_link": {"from_id": id_of("source outlet"), "to_id": id_of("source")},
    "document": {"canonical_url": "https://paper.example/1", "publisher_id": id_of("source outlet"), "title": "Blast"},
    "document copy": {"canonical_url": "https://other.example/1", "title": "Blast, they say"},
    "document_version": {
        "document_id": id_of("document"),
        "text": "A blast was heard.",
        "sha256": hashlib.sha256(b"A blast was heard.").digest(),
    },
    "document_link": {"from_id": id_of("document copy"), "to_id": id_of("document"), "relation": "rewrites"},
    "report": {"document_id": id_of("document"), "actor": "script", "sha256": b"\x00" * 32},
    "event": {"slug": "blast", "title": "A blast", "latitude": 0.1 + 0.2, "longitude": 37.5, "tags": ["plant"]},
    "event other": {"slug": "fire", "title": "A fire"},
    "event_link": {"from_id": id_of("event"), "to_id": id_of("event other"), "relation": "related"},
    "question": {**_OF_EVENT, "text": "What blew up?"},
    "question toll": {**_OF_EVENT, "answer": "quantity", "measure": "killed", "unit": "persons"},
    "question other": {"event_id": id_of("event other"), "text": "Who lit it?"},
    "claim": {**_OF_EVENT, "question_id": id_of("question"), "text": "A drone", "translations": Jsonb({"ru": "Дрон"})},
    "claim rival": {**_OF_EVENT, "question_id": id_of("question"), "text": "Fireworks"},
    "claim toll": {**_OF_EVENT, "question_id": id_of("question toll"), "qualifier": "exact", "min": 3, "max": 3},
    "claim other": {"event_id": id_of("event other"), "text": "The owner"},
    "claim_link": {**_OF_EVENT, "from_id": id_of("claim"), "to_id": id_of("claim rival"), "relation": "contradicts"},
    "statement": {**_ABOUT_CLAIM, "source_id": id_of("source"), "stance": "deny"},
    "statement other": {"event_id": id_of("event other"), "claim_id": id_of("claim other")},
    "appearance": {
        **_OF_EVENT,
        "statement_id": id_of("statement"),
        "document_id": id_of("document"),
        "version_id": id_of("document_version"),
        "wording": "no drone",
        "selector": Jsonb({"exact": "no drone", "prefix": "", "suffix": ".", "start": 0, "end": 8}),
    },
    "appearance other": {"event_id": id_of("event other"), "statement_id": id_of("statement other")},
    "appearance_hop": {**_OF_EVENT, "appearance_id": id_of("appearance"), "step": 1, "source_id": id_of("source")},
    "assessment": {**_ABOUT_CLAIM, "author_id": id_of("source"), "scheme": "veracity", "rating": "false"},
    "assessment other": {
        "event_id": id_of("event other"),
        "claim_id": id_of("claim other"),
        "author_id": id_of("source"),
        "scheme": "veracity",
        "rating": "true",
    },
    "assessment_document": {**_OF_EVENT, "assessment_id": id_of("assessment"), "document_id": id_of("document")},
}


def kind_of(name: str) -> str:
    return name.split(maxsplit=1)[0]


def insert(connection: Connection, table: str, row: Row) -> None:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    connection.execute(statement, list(row.values()))


def fill(connection: Connection, *names: str) -> None:
    """Store these rows, or all of them."""
    with connection.transaction():
        for name in names or ROWS:
            insert(connection, kind_of(name), {"id": id_of(name), **ROWS[name]})


def changes(connection: Connection, after: int = 0) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("SELECT * FROM change WHERE seq > %s ORDER BY seq", [after]).fetchall()


def head(connection: Connection) -> int:
    return int(value(connection, "SELECT seq FROM ledger_head"))


def value(connection: Connection, query: str, *parameters: object) -> Any:
    """Give the one value that a query finds."""
    found = connection.execute(query, parameters).fetchone()
    assert found is not None
    return found[0]
