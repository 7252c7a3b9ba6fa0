"""What is stored is made anew step by step, and goes on where it was killed; older keys are folded anew."""

import hashlib
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from clocks import ahead
from databases import named, plain
from ledgers import Connection, fill, value
from psycopg.types.json import Jsonb

from app.services import ledger, migrating
from app.texts import fingerprints

OF_OLDER = ("ledger_touch", "ledger_write", "ledger_redacted")  # what asked for the time


@pytest.fixture
def older_url(server_url: str) -> Iterator[str]:
    """Make a database as the release before one folding left it."""
    name = f"older_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        command.upgrade(migrating._config(named(server_url, name)), "20261130_2340")
        yield named(server_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_what_is_stored_is_folded_anew(older_url: str) -> None:
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        insert = "INSERT INTO source (name, aliases) VALUES (%s, %s) RETURNING names"
        aliases = Jsonb([{"name": "«Завод»"}])
        before = value(connection, insert, "Дмитро Лук’яненков", aliases)
        event = value(connection, "INSERT INTO event (slug, title) VALUES ('e', 'E') RETURNING id")
        for text in ("وزیر گفت ۳۱ نفر", "The plant’s boiler blew up."):
            connection.execute("INSERT INTO claim (event_id, text) VALUES (%s, %s)", [event, text])
    migrating.migrate(older_url)
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        names = value(connection, "SELECT names FROM source")
        assert before != names == ['дмитро лук"яненков', "завод"]
        same = "SELECT count(*) FROM claim WHERE digest_of(fold(text)) = digest_of(fold(%s))"
        connection.execute("SET enable_seqscan = off")
        assert value(
            connection, f"{same} AND coalesce(question_id, event_id) = %s", "the plant's boiler blew up", event
        )
        indexed = "SELECT count(*) FROM search_entry WHERE vector @@ to_tsquery('simple', %s)"
        assert value(connection, indexed, "وزير & 31") == 1
        assert value(connection, "SELECT version FROM source") == 1
        assert value(connection, "SELECT to_regclass('migration_progress')") is None
    assert not list(ledger.verify(older_url))


def test_what_has_an_accent_is_found_by_the_new_rule(older_url: str) -> None:
    command.upgrade(migrating._config(older_url), "20261201_0120")
    any_other_rule = """
        CREATE OR REPLACE FUNCTION fold_letters(words text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
        LANGUAGE plpgsql AS $$ BEGIN RETURN words || '?'; END $$"""
    tell = """
        INSERT INTO event (slug, title) VALUES ('e', E'Qu \\u200b\\u0301un');
        INSERT INTO question (event_id, text, kind) SELECT id, title, 'other' FROM event;
        INSERT INTO claim (event_id, text) SELECT id, title FROM event;
        INSERT INTO source (name) SELECT title FROM event"""
    same_text = "event_id = (SELECT id FROM event) AND digest_of(fold(text)) = digest_of(fold(%s))"
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        connection.execute(any_other_rule)
        connection.execute(tell)
    migrating.migrate(older_url)
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")
        for condition in (
            "event WHERE digest_of(fold(title)) = digest_of(fold(%s))",
            f"question WHERE {same_text}",
            f"claim WHERE {same_text.replace('event_id', 'coalesce(question_id, event_id)', 1)}",
            "source WHERE names && ARRAY[fold_name(%s)]",
        ):
            assert value(connection, f"SELECT count(*) FROM {condition}", "qu'un") == 1, condition
    assert not list(ledger.verify(older_url))


def test_fingerprints_of_changed_letters_are_made_anew(older_url: str) -> None:
    texts = {name: " ".join(f"{word}{nth}" for nth in range(50)) for name, word in (("fa", "یک"), ("en", "one"))}
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        event = value(connection, "INSERT INTO event (slug, title) VALUES ('e', 'E') RETURNING id")
        for name, text in texts.items():
            document = value(connection, "INSERT INTO document (title) VALUES (%s) RETURNING id", name)
            version = value(
                connection,
                "INSERT INTO document_version (document_id, text, sha256) VALUES (%s, %s, %s) RETURNING id",
                document,
                text,
                hashlib.sha256(text.encode()).digest(),
            )
            whole = 2**40 + len(name)
            connection.execute("INSERT INTO text_print VALUES (%s, %s, '\\x01000000', '{}')", [version, [1, whole]])
            for mark in (1, whole):
                connection.execute("INSERT INTO text_mark VALUES (%s, %s, %s)", [event, mark, version])
    migrating.migrate(older_url)
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT title, p.marks, p.hashes FROM document d JOIN document_version v ON "
            "v.document_id = d.id JOIN text_print p ON p.version_id = v.id"
        ).fetchall()
        stored = {title: (marks, hashes) for title, marks, hashes in rows}
        made = fingerprints.fingerprint(texts["fa"].replace("ی", "ي").replace("ک", "ك"))
        assert stored == {
            "fa": ([*made[:16], 2**40 + 2], fingerprints.pack(made)),
            "en": ([1, 2**40 + 2], b"\1\0\0\0"),
        }
        marked = connection.execute("SELECT mark FROM text_mark ORDER BY mark").fetchall()
        assert sorted(mark for (mark,) in marked) == sorted([*made[:16], 2**40 + 2, 1, 2**40 + 2])


def test_when_an_older_ledger_was_ahead_of_its_clock(older_url: str) -> None:
    """Changes of two requests that bear one time tell of it; those of one statement, or of one redaction, do not."""
    command.upgrade(migrating._config(older_url), "20261201_0230")
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        fill(connection)
        times = {}
        for name, begin, later in (("first", "2 days", "4 days"), ("deleted", "6 days", "8 days")):
            with ahead(connection, begin, OF_OLDER):
                connection.execute("UPDATE event SET summary = %s", [name])
            times[name] = value(connection, "SELECT recorded_at FROM ledger_head")
            with connection.transaction():
                connection.execute("SET LOCAL counterclaim.request = 'another'")
                held = "DELETE FROM claim_link" if name == "deleted" else "UPDATE event SET summary = 'held'"
                connection.execute(held.encode())
            with ahead(connection, later, OF_OLDER):
                connection.execute("UPDATE source SET notes = %s", [name])  # several, by one statement
            times[f"{name}, right again"] = value(connection, "SELECT recorded_at FROM ledger_head")
        last_right = value(connection, "SELECT max(recorded_at) FROM change WHERE recorded_at < now()")
        with ahead(connection, "10 days", OF_OLDER):
            connection.execute("UPDATE source SET notes = 'last'")
            gone = "SELECT array_agg(record_id) FROM change WHERE op = 'delete'"
            connection.execute("DELETE FROM assessment_document; DELETE FROM appearance_hop")
            assert value(connection, f"SELECT ledger_redact('{{}}', ({gone}))") == 6
    migrating.migrate(older_url)
    with psycopg.connect(plain(older_url), autocommit=True) as connection:
        stretches = connection.execute("SELECT lower(h), upper(h) FROM ledger_head, unnest(held) h").fetchall()
        # Of what is deleted the ledger does not say by what clock: only that it was behind.
        assert stretches == [(last_right, times["first"]), (times["first, right again"], times["deleted"])]
        types = "SELECT count(DISTINCT type) FROM change WHERE recorded_at = (SELECT recorded_at FROM ledger_head)"
        assert value(connection, types) == 3
    assert not list(ledger.verify(older_url))


def test_it_goes_on_where_it_was(psql: Connection) -> None:
    fill(psql)
    ids = [row[0] for row in psql.execute("SELECT id FROM source ORDER BY id").fetchall()]
    psql.execute("CREATE TABLE seen (id uuid)")
    psql.execute(migrating._PROGRESS)
    for _ in range(2):
        migrating.once(psql, "table", "INSERT INTO seen VALUES (NULL)")
    psql.execute("INSERT INTO migration_progress VALUES ('sources', %s)", [ids[0]])
    for _ in range(2):
        migrating.in_batches(psql, "sources", "source", "INSERT INTO seen SELECT unnest(%s::uuid[])")
    seen = [row[0] for row in psql.execute("SELECT id FROM seen ORDER BY id NULLS FIRST").fetchall()]
    assert seen == [None, *ids[1:]]
