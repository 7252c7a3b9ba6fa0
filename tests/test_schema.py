"""The tables are what the models say; migrations run one at a time and give up in time; a wrong schema is refused."""

import io
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from conftest import ROOT
from databases import named, plain
from ledgers import Connection, value
from psycopg import sql
from sqlalchemy import Engine, create_engine, event, exc, pool, text

from app.database import MIGRATION_LOCK
from app.models import Base
from app.schemas.kinds import KINDS
from app.services import ledger, migrating

TABLES = sorted(Base.metadata.tables)
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated = 's', pg_get_expr(adbin, adrelid, true)
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
"""
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid, true) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'p', 'u') ORDER BY conname
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 0, true) FROM pg_index
WHERE indrelid = %s::regclass ORDER BY 1
"""
MIGRATE = "import sys; from app.services import migrating; migrating.migrate(sys.argv[1])"
TAKE = "SELECT pg_advisory_lock(%(class)s, %(key)s)"


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """Make a database without any table."""
    name = f"empty_{uuid.uuid4().hex}"
    with connected(server_url) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        yield named(server_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def hurried() -> Iterator[None]:
    """Let whoever waits for a lock wait a hundredth of the time."""

    def hurry(*call: Any) -> tuple[str, Any]:
        return re.sub(r"lock_timeout = '(\d+)s'", r"lock_timeout = '\g<1>0ms'", call[2]), call[3]

    event.listen(Engine, "before_cursor_execute", hurry, retval=True)
    yield
    event.remove(Engine, "before_cursor_execute", hurry)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        yield connection


def tables(connection: Connection) -> list[str]:
    there = "relkind = 'r' AND relnamespace = 'public'::regnamespace"
    return value(connection, f"SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE {there}") or []


def described(connection: Connection, namespace: str, table: str) -> dict[str, list[tuple[Any, ...]]]:
    """Tell what a table consists of, in PostgreSQL's own words."""
    connection.execute(sql.SQL("SET search_path TO {}, public").format(sql.Identifier(namespace)))
    queries = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES}
    return {part: connection.execute(query, [table]).fetchall() for part, query in queries.items()}


def test_the_tables_are_what_the_models_say(database_url: str, psql: Connection) -> None:
    """Columns, every constraint (so also every closed list) and every index; `alembic check` sees only some of it."""
    psql.execute("CREATE SCHEMA modelled")
    engine = create_engine(database_url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SET search_path TO modelled, public"))
        Base.metadata.create_all(connection, checkfirst=False)
    for table in TABLES:
        migrated = described(psql, "public", table)
        assert described(psql, "modelled", table) == migrated
        assert all(migrated.values()), table
    assert tables(psql) == sorted([*TABLES, "alembic_version"])


def test_alembic_finds_nothing_to_do(database_url: str) -> None:
    config = Config(ROOT / "alembic.ini", stdout=io.StringIO())
    config.attributes["url"] = database_url
    command.check(config)


def test_every_record_is_under_the_ledger(psql: Connection) -> None:
    """Its triggers are there and on, and leave out of the record what the verification leaves out."""
    triggers = psql.execute("SELECT tgrelid::regclass::text, tgname, tgargs FROM pg_trigger WHERE tgenabled = 'O'")
    found = {(table, name): sorted(filter(None, args.decode().split("\0"))) for table, name, args in triggers}
    for kind in KINDS:
        assert found[kind.name, "a_lock"] == []
        for name in ("b_touch", "c_insert", "c_update", "c_delete"):
            assert found[kind.name, name] == sorted(ledger.unrecorded(kind))


def test_migrating_an_empty_database(empty_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(migrating.SchemaNotCurrent, match=r"no tables yet.*: counterclaim migrate$"):
        migrating.current(empty_url)
    for _ in range(2):
        migrating.migrate(empty_url)
    assert migrating.current(empty_url)
    assert capfd.readouterr() == ("", "")

    # A transaction left open holds the ledger's lock: limits for whoever connects.
    with connected(empty_url) as connection:
        for name, limit in (
            ("idle_in_transaction_session_timeout", "5s"),
            ("lock_timeout", "10s"),
            ("statement_timeout", "10s"),
        ):
            assert value(connection, f"SHOW {name}") == limit
        assert value(connection, "SHOW timezone") == "UTC"


def test_a_database_of_another_release(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, psql: Connection
) -> None:
    ours = migrating.current(database_url)
    with monkeypatch.context() as newer:
        newer.setattr(migrating, "MIGRATIONS", tmp_path / "100 % of them" / "migrations")
        shutil.copytree(ROOT / "migrations", migrating.MIGRATIONS)
        change = f"from alembic import op\nrevision = '99990101_0000'\ndown_revision = {ours!r}\n"
        upgrade = "def upgrade() -> None:\n    op.execute('CREATE TABLE later (id int)')\n"
        (migrating.MIGRATIONS / "versions" / "99990101_0000_later.py").write_text(change + upgrade)

        with pytest.raises(
            migrating.SchemaNotCurrent, match=f"{ours}.*works with 99990101_0000.*: counterclaim migrate$"
        ):
            migrating.current(database_url)
        migrating.migrate(database_url)
        assert migrating.current(database_url) == "99990101_0000"
        assert "later" in tables(psql)

    with pytest.raises(migrating.SchemaNotCurrent, match="99990101_0000, which this release does not know"):
        migrating.current(database_url)


def test_two_migrations_at_once_run_once(empty_url: str) -> None:
    with connected(empty_url) as connection:
        connection.execute(TAKE, MIGRATION_LOCK)
        both = [subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url], cwd=ROOT) for _ in range(2)]
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        deadline = time.monotonic() + 20
        while value(connection, waiting) < len(both) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert tables(connection) == []
        connection.execute("SELECT pg_advisory_unlock_all()")
        assert [process.wait(60) for process in both] == [0, 0]
        assert value(connection, "SELECT count(*) FROM alembic_version") == 1
    assert migrating.current(empty_url)


@pytest.mark.parametrize(
    "blocking",
    [
        f"BEGIN; SELECT pg_advisory_lock({MIGRATION_LOCK['class']}, {MIGRATION_LOCK['key']})",  # another migration
        "BEGIN; CREATE TABLE assessment (id int)",  # somebody else's transaction
    ],
)
def test_a_migration_does_not_wait_for_ever(empty_url: str, hurried: None, blocking: str) -> None:
    with connected(empty_url) as connection:
        connection.execute(blocking)
        with pytest.raises((exc.OperationalError, psycopg.OperationalError), match="lock timeout"):
            migrating.migrate(empty_url)
        connection.execute("ROLLBACK; SELECT pg_advisory_unlock_all()")
        assert set(tables(connection)) <= {"alembic_version"}
    migrating.migrate(empty_url)
    assert migrating.current(empty_url)


PREFIXES = """
WITH i AS (
    SELECT indrelid, indexrelid::regclass AS name, string_to_array(indkey::text, ' ') AS keys FROM pg_index
    WHERE indpred IS NULL AND indexprs IS NULL AND indrelid = ANY (%s::regclass[]))
SELECT shorter.name::text, longer.name::text FROM i shorter JOIN i longer USING (indrelid)
WHERE cardinality(longer.keys) > cardinality(shorter.keys)
AND longer.keys[:cardinality(shorter.keys)] = shorter.keys AND shorter.name::text NOT LIKE 'pk%%'
"""


def test_no_index_begins_another(psql: psycopg.Connection) -> None:
    """A plan made while the table is empty may take the shorter one, and then goes through all that it finds there."""
    assert psql.execute(PREFIXES, [[f'"{table}"' for table in TABLES]]).fetchall() == []


def test_whatever_is_pointed_at_may_be_asked_whether_it_was_redacted(psql: Connection) -> None:
    """A kind that the function does not know is an error, but only where something was redacted."""
    for target in {model.__tablename__ for kind in KINDS for model in kind.points_at.values()}:
        assert value(psql, "SELECT is_redacted(%s, %s)", target, uuid.uuid4()) is False
    assert value(psql, "SELECT is_redacted('event', NULL)") is None
