"""The heads, which the ETags of pictures are made of, move with every change that the picture can show."""

from uuid import UUID

import pytest
from ledgers import ROWS, Connection, fill, head, id_of, insert

CITE = "INSERT INTO document_version (document_id, headline) VALUES (%(document)s, 'again')"
CITE_COPY = "INSERT INTO document_version (document_id, headline) VALUES (%(document copy)s, 'again')"
WITHDRAWN = "withdrawn = 'x', withdrawn_from = '2020-01-01', withdrawn_to = '2020-01-02'"

# What is done, and what it moves: events by their slug, and the directory.
MOVES: list[tuple[list[str], set[str]]] = [
    (["UPDATE event SET title = 'x' WHERE slug = 'blast'"], {"blast"}),
    (["UPDATE event SET title = 'x'"], {"blast", "fire"}),
    (["INSERT INTO event (slug, title) VALUES ('flood', 'x')"], {"flood"}),
    (["UPDATE question SET language = 'en' WHERE event_id = %(event other)s"], {"fire"}),
    (["UPDATE claim SET accuses = 'x' WHERE event_id = %(event)s"], {"blast"}),
    (["UPDATE statement SET basis = 'hearsay' WHERE event_id = %(event)s"], {"blast"}),
    (["UPDATE appearance SET note = 'x' WHERE event_id = %(event)s"], {"blast"}),
    (["UPDATE appearance_hop SET state = 'rejected'"], {"blast"}),
    (["UPDATE assessment SET label = 'x' WHERE event_id = %(event)s"], {"blast"}),
    (["DELETE FROM assessment_document"], {"blast"}),
    (["DELETE FROM claim_link"], {"blast"}),
    # Both ends of a link between events.
    (["UPDATE event_link SET relation = 'same_site'"], {"blast", "fire"}),
    (["DELETE FROM event_link"], {"blast", "fire"}),
    (
        ["INSERT INTO event_link (from_id, to_id, relation) VALUES (%(event other)s, %(event)s, 'same_site')"],
        {"blast", "fire"},
    ),
    # The directory: what may be seen in every event. What is new is not seen before something points at it.
    (["INSERT INTO source (name) VALUES ('x')"], set()),
    (["UPDATE source SET notes = 'x' WHERE id = %(source)s"], {"directory"}),
    (["UPDATE source SET notes = notes"], set()),
    (["UPDATE source_link SET state = 'rejected'"], {"directory"}),
    (["DELETE FROM source_link"], {"directory"}),
    (["INSERT INTO source_link (from_id, to_id) VALUES (%(source third)s, %(source)s)"], {"directory"}),
    (["INSERT INTO document (title) VALUES ('x')"], set()),
    (["UPDATE document SET title = 'x'"], {"directory"}),
    (["DELETE FROM document_link", "DELETE FROM document WHERE id = %(document copy)s"], {"directory"}),
    (["UPDATE document_link SET state = 'rejected'"], {"directory"}),
    (
        ["INSERT INTO document_link (from_id, to_id, relation) SELECT to_id, from_id, 'quotes' FROM document_link"],
        {"directory"},
    ),
    (["UPDATE report SET actor = 'x'"], set()),
    # A new text counts where its document is cited: by an appearance, an assessment or a withdrawal.
    ([CITE], {"directory"}),
    ([CITE_COPY], set()),
    (["DELETE FROM assessment_document", CITE], {"blast", "directory"}),
    (["UPDATE appearance SET document_id = NULL, version_id = NULL, selector = NULL", CITE], {"blast", "directory"}),
    (
        [
            "DELETE FROM assessment_document",
            "UPDATE appearance SET document_id = NULL, version_id = NULL, selector = NULL",
            CITE,
        ],
        {"blast"},
    ),
    (
        [f"UPDATE statement SET {WITHDRAWN}, withdrawn_document_id = %(document copy)s", CITE_COPY],
        {"blast", "fire", "directory"},
    ),
]


def heads(connection: Connection) -> dict[str, int]:
    found = connection.execute(
        "SELECT coalesce(slug, event_id::text), seq FROM event_head LEFT JOIN event ON id = event_id"
        " UNION ALL SELECT 'directory', directory FROM ledger_head"
    )
    return dict(found.fetchall())


def test_the_heads_move(psql: Connection) -> None:
    fill(psql)
    before, seq = heads(psql), head(psql)
    for statements, moved in MOVES:
        with psql.transaction(force_rollback=True):
            for statement in statements:
                psql.execute(statement, {name: id_of(name) for name in ROWS})
            after = heads(psql)
            assert {name for name in after if after[name] != before.get(name)} == moved, statements
            assert all(after[name] > seq for name in moved), statements


def test_the_head_of_a_deleted_event_stays(psql: Connection) -> None:
    fill(psql, "event")
    psql.execute("DELETE FROM event")
    assert heads(psql) == {str(id_of("event")): 2, "directory": 0}


@pytest.mark.parametrize("merged", [["document copy"], ["document copy", "document"]])
def test_a_new_text_counts_when_a_document_merged_with_it_is_cited(psql: Connection, merged: list[str]) -> None:
    """Whether this document was merged into the cited one, or both into a third."""
    fill(psql)
    insert(psql, "document", {"id": UUID(int=1), "title": "The original"})
    into = UUID(int=1) if "document" in merged else id_of("document")
    for name in merged:
        psql.execute("UPDATE document SET merged_into = %s WHERE id = %s", [into, id_of(name)])
    for document_id in (*map(id_of, merged), into):
        psql.execute("INSERT INTO document_version (document_id, headline) VALUES (%s, 'again')", [document_id])
        assert heads(psql)["directory"] == head(psql)
