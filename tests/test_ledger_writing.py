"""Every change is written down, however it is made; nothing else is; and what is written stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from ledgers import ROWS, Connection, changes, fill, head, id_of, insert, kind_of, value
from psycopg import errors

from app.models import table_of
from app.schemas.kinds import KINDS, named
from app.services import ledger

TABLES = {kind.name: table_of(kind.model) for kind in KINDS}


@pytest.fixture
def filled(psql: Connection) -> Connection:
    fill(psql)
    return psql


def run(connection: Connection, statements: str, *parameters: object) -> None:
    connection.execute(statements, parameters)


def stored(connection: Connection, name: str) -> dict[str, Any]:
    """Read the row as the ledger should have it."""
    row = value(connection, f"SELECT to_jsonb(t) FROM {kind_of(name)} t WHERE id = %s", id_of(name))
    return {key: row[key] for key in row if key not in ledger.unrecorded(named(kind_of(name)))}


def told(connection: Connection, after: int) -> list[tuple[str, UUID, int]]:
    return [(change["op"], change["record_id"], change["version"]) for change in changes(connection, after)]


@contextmanager
def refused(connection: Connection, says: str) -> Iterator[None]:
    """Expect that what the block does is forbidden and leaves no trace."""
    before = head(connection)
    with pytest.raises(errors.FeatureNotSupported, match=says), connection.transaction():
        yield
    assert head(connection) == before


def test_there_is_a_row_of_every_kind() -> None:
    assert {kind_of(name) for name in ROWS} == set(TABLES)


def test_inserts_updates_and_deletes_of_every_kind(database_url: str, filled: Connection) -> None:
    for number, (name, change) in enumerate(zip(ROWS, changes(filled), strict=True), 1):
        assert (change["seq"], change["op"], change["version"]) == (number, "insert", 1)
        assert (change["type"], change["record_id"]) == (kind_of(name), id_of(name))
        assert change["record"] == stored(filled, name)
        owner = {"event": id_of(name), "event_link": ROWS[name].get("from_id")}
        assert change["event_id"] == owner.get(kind_of(name), ROWS[name].get("event_id"))

    for name in ROWS:
        if kind_of(name) != "document_version":
            last = head(filled)
            run(filled, f"UPDATE {kind_of(name)} SET ref = 'client:1' WHERE id = %s", id_of(name))
            [change] = changes(filled, last)
            assert (change["op"], change["record_id"], change["version"]) == ("update", id_of(name), 2)
            assert change["record"] == stored(filled, name)
            assert change["record"]["ref"] == "client:1"
            run(filled, f"UPDATE {kind_of(name)} SET ref = NULL WHERE id = %s", id_of(name))

    for name in reversed(ROWS):
        last, row = head(filled), stored(filled, name)
        run(filled, f"DELETE FROM {kind_of(name)} WHERE id = %s", id_of(name))
        [change] = changes(filled, last)
        assert (change["op"], change["record_id"], change["version"]) == ("delete", id_of(name), row["version"])
        assert change["record"] == row
    assert ledger.verify(database_url) == []


def test_copy(database_url: str, psql: Connection) -> None:
    with psql.cursor() as cursor, cursor.copy("COPY source (name, kind) FROM STDIN") as copy:
        for number in range(500):
            copy.write_row((f"Witness {number}", "witness"))
    assert [change["seq"] for change in changes(psql)] == list(range(1, 501))
    assert value(psql, "SELECT count(DISTINCT record->>'name') FROM change WHERE op = 'insert'") == 500
    assert len({change["salt"] for change in changes(psql)}) == 500
    assert ledger.verify(database_url) == []


def test_statements_of_many_rows(database_url: str, filled: Connection) -> None:
    """In one statement: by id, each its own change; an upsert and a MERGE tell what they did to each row."""
    last = head(filled)
    run(filled, "UPDATE claim SET accuses = 'owner'")
    claims = sorted(id_of(name) for name in ROWS if kind_of(name) == "claim")
    assert told(filled, last) == [("update", claim, 2) for claim in claims]

    last, (one, two, three) = head(filled), (UUID(int=n) for n in (1, 2, 3))
    rows = f"(VALUES ('{one}'::uuid, 'a'), ('{two}', 'b')) v(id, slug)"
    run(filled, f"INSERT INTO event (id, slug, title) SELECT id, slug, slug FROM {rows}")
    assert told(filled, last) == [("insert", one, 1), ("insert", two, 1)]

    last = head(filled)
    upsert = (
        "INSERT INTO event (id, slug, title) VALUES (%s, %s, 'new') ON CONFLICT (slug) DO UPDATE SET title = 'known'"
    )
    run(filled, upsert, three, "a")
    assert told(filled, last) == [("update", one, 2)]
    run(filled, f"{upsert}", three, "c")
    assert told(filled, last)[1:] == [("insert", three, 1)]

    last = head(filled)
    run(
        filled,
        "MERGE INTO event e USING (VALUES ('a'), ('b'), ('d')) v(slug) ON v.slug = e.slug"
        " WHEN MATCHED AND v.slug = 'a' THEN DELETE WHEN MATCHED THEN UPDATE SET title = 'merged'"
        " WHEN NOT MATCHED THEN INSERT (slug, title) VALUES (v.slug, 'merged')",
    )
    assert sorted(op for op, _, _ in told(filled, last)) == ["delete", "insert", "update"]

    last = head(filled)
    run(
        filled,
        "WITH gone AS (DELETE FROM claim_link RETURNING event_id, to_id, from_id, relation)"
        " INSERT INTO claim_link (event_id, from_id, to_id, relation) SELECT * FROM gone",
    )
    assert sorted(op for op, _, _ in told(filled, last)) == ["delete", "insert"]
    assert ledger.verify(database_url) == []


def test_nothing_depends_on_the_settings_of_a_session(database_url: str, psql: Connection) -> None:
    """Neither what is written nor, with the same settings, what is verified."""
    settings = (
        "timezone = 'Asia/Kolkata'",
        "datestyle = 'German'",
        "bytea_output = 'escape'",
        "extra_float_digits = -3",
    )
    for setting in settings:
        run(psql, f"SET {setting}")
        run(psql, f"ALTER DATABASE {psql.info.dbname} SET {setting}")
    fill(psql)
    bounds = "occurred_from = '2023-08-09 00:00+03', occurred_to = '2023-08-10 00:00+03'"
    run(psql, f"UPDATE event SET occurred = '2023-08-09', {bounds} WHERE slug = 'blast'")
    run(psql, "RESET ALL")
    record = changes(psql)[-1]["record"]
    assert record["latitude"] == 0.1 + 0.2
    assert record["occurred_from"] == "2023-08-08T21:00:00+00:00"
    assert value(psql, "SELECT record->>'sha256' FROM change WHERE type = 'report'") == f"\\x{'00' * 32}"
    assert ledger.verify(database_url) == []


def test_who_and_why_come_from_the_transaction(filled: Connection) -> None:
    last = head(filled)
    with filled.transaction():
        for name, words in (("actor", "desk"), ("reason", "a typo"), ("request", "r-1")):
            run(filled, "SELECT set_config('counterclaim.' || %s, %s, true)", name, words)
        run(filled, "UPDATE source SET party = 'press' WHERE name LIKE 'Morning%%'")
    run(filled, "UPDATE source SET party = 'media' WHERE name LIKE 'Morning%%'")
    assert [(c["actor"], c["reason"], c["request_id"]) for c in changes(filled, last)] == [
        ("desk", "a typo", "r-1"),
        (value(filled, "SELECT session_user"), None, None),
    ]


def test_an_update_that_changes_nothing_writes_nothing(filled: Connection) -> None:
    before = head(filled), stored(filled, "source")
    run(filled, "UPDATE source SET name = name, version = version + 5, updated_at = now() + '1 day'")
    run(filled, "UPDATE source SET name = 'other' WHERE false")
    run(filled, "DELETE FROM statement WHERE false")
    assert (head(filled), stored(filled, "source")) == before

    run(filled, "UPDATE source SET notes = 'x', version = 77, updated_at = 'epoch' WHERE id = %s", id_of("source"))
    after = stored(filled, "source")
    assert after["version"] == 2  # the database's to count
    assert after["updated_at"] > before[1]["updated_at"]
    assert told(filled, before[0]) == [("update", id_of("source"), 2)]


def test_what_is_rolled_back_leaves_no_trace(database_url: str, filled: Connection) -> None:
    before = head(filled), value(filled, "SELECT array_agg(e ORDER BY event_id) FROM event_head e")
    with filled.transaction(force_rollback=True):
        run(filled, "UPDATE claim SET accuses = 'nobody'")
        run(filled, "DELETE FROM appearance_hop")
        assert head(filled) > before[0]
    with pytest.raises(errors.UniqueViolation):
        run(filled, "UPDATE event SET slug = 'blast'")
    assert before == (head(filled), value(filled, "SELECT array_agg(e ORDER BY event_id) FROM event_head e"))

    with filled.transaction():
        insert(filled, "event", {"slug": "kept", "title": "Kept"})
        with filled.transaction(force_rollback=True):
            insert(filled, "event", {"slug": "undone", "title": "Undone"})
        insert(filled, "event", {"slug": "kept-too", "title": "Kept"})
    assert [(c["seq"], c["record"]["slug"]) for c in changes(filled, before[0])] == [
        (before[0] + 1, "kept"),
        (before[0] + 2, "kept-too"),
    ]
    assert ledger.verify(database_url) == []


def test_the_past_stays(filled: Connection) -> None:
    others = "recorded_at, actor, type, record_id, op, version, record, salt, digest, hash"
    for statement in (
        "UPDATE change SET actor = 'nobody'",
        "UPDATE change SET record = NULL",
        "UPDATE change SET salt = NULL",
        "UPDATE change SET record = NULL, salt = NULL, reason = 'nothing to see'",
        "UPDATE change SET record = NULL, salt = NULL, seq = seq + 1000",
        "UPDATE change SET record = '{}', salt = ''",
        "DELETE FROM change WHERE seq = 1",
        "DELETE FROM change",
        "TRUNCATE change",
        "MERGE INTO change USING (VALUES (1)) v(seq) ON v.seq = change.seq WHEN MATCHED THEN DELETE",
        f"INSERT INTO change (seq, {others}) SELECT 1000, {others} FROM change WHERE seq = 1",
        "INSERT INTO change SELECT * FROM change WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'nobody'",
    ):
        with refused(filled, "the ledger keeps every change as it was"):
            run(filled, statement)


def test_no_table_is_truncated(filled: Connection) -> None:
    for table in TABLES:
        with refused(filled, "TRUNCATE would leave no trace"):
            run(filled, f"TRUNCATE {table} CASCADE")


def test_redacting_empties_and_the_chain_still_holds(database_url: str, filled: Connection) -> None:
    run(filled, "UPDATE source SET notes = 'a secret' WHERE id = %s", id_of("source"))
    run(filled, "UPDATE change SET record = NULL, salt = NULL WHERE record_id = %s", id_of("source"))
    run(filled, "UPDATE change SET record = NULL, salt = NULL WHERE type = 'event_link'")
    assert value(filled, "SELECT count(*) FROM change WHERE record IS NULL") == 3
    assert ledger.verify(database_url) == []
    with refused(filled, "the ledger keeps"):
        run(filled, "UPDATE change SET record = '{}', salt = '\\x00' WHERE record IS NULL")

    # And life goes on with the redacted record.
    run(filled, "UPDATE source SET notes = 'public' WHERE id = %s", id_of("source"))
    assert ledger.verify(database_url) == []


def test_what_a_record_is_never_changes(filled: Connection) -> None:
    for name, table in TABLES.items():
        fixed = {
            "id": "gen_random_uuid()",
            "event_id": f"'{id_of('event other')}'",
            "to_id": "from_id",
            "from_id": "to_id",
        }
        for column, other in fixed.items():
            if column in table.columns and name != "document_version":
                with refused(filled, "the id and event_id of a record and the ends of a link never change"):
                    run(filled, f"UPDATE {name} SET {column} = {other}")
    for change in ("headline = 'x'", "text = 'x'", "ref = 'x'", "http_status = 200", "text = text", "id = id"):
        with refused(filled, "a document version never changes"):
            run(filled, f"UPDATE document_version SET {change}")
