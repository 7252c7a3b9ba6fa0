"""What a test leaves behind, the next does not find, though both have the same database."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from databases import LARGE, Kept, as_superuser, plain
from ledgers import ROWS, fill, value
from psycopg import sql
from psycopg.pq import TransactionStatus

REFILLED = ["alembic_version", "api_key", "instance", "ledger_head"]  # these have rows in the template
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"


@pytest.fixture(scope="module")
def turns(server_url: str, template: str) -> Iterator[Kept]:
    """A database for these tests to have in turns, beside the one that all others have."""
    turns = Kept(server_url, template)
    yield turns
    turns.end()


def rows(connection: psycopg.Connection) -> dict[str, list[str]]:
    """All that the tables hold, of each row its text."""
    names = [name for (name,) in connection.execute(TABLES).fetchall()]
    query = "SELECT coalesce(array_agg(t::text ORDER BY t::text), '{{}}') FROM public.{} t"
    return {name: value(connection, sql.SQL(query).format(sql.Identifier(name)).as_string()) for name in names}


def shape(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    """All columns, triggers and functions, and the settings that a session begins with."""
    return connection.execute(
        "SELECT 'column', table_name || '.' || column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public'"
        " UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, tgenabled::text FROM pg_trigger"
        " UNION ALL SELECT 'function', oid::regprocedure::text, md5(prosrc) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'schema', nspname, '' FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%'"
        " UNION ALL SELECT 'setting', name, setting FROM pg_settings"
        " WHERE source IN ('database', 'user', 'database user', 'session')"
        " ORDER BY 1, 2"
    ).fetchall()


def leave_rows(connection: psycopg.Connection, _url: str) -> None:
    fill(connection)
    assert value(connection, "SELECT seq FROM ledger_head") >= len(ROWS)


def leave_many_rows(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("INSERT INTO source (name) SELECT repeat('x', 200) || n FROM generate_series(1, 3000) n")
    assert value(connection, "SELECT pg_relation_size('source')") > LARGE


def leave_keys(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("UPDATE api_key SET name = 'renamed'")
    connection.execute("INSERT INTO api_key (name, sha256, scopes) SELECT 'other', sha256('x'), scopes FROM api_key")


def leave_no_key(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("DELETE FROM api_key")


def leave_another_version(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("UPDATE alembic_version SET version_num = '20200101_0000'")


def leave_session_settings(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("SET timezone = 'Asia/Tokyo'")
    connection.execute("SELECT pg_advisory_lock(20230809, 1)")
    connection.execute("CREATE TEMPORARY TABLE source (name text)")


def leave_a_transaction(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("BEGIN")
    fill(connection)


def leave_a_transaction_elsewhere(_connection: psycopg.Connection, url: str) -> None:
    elsewhere = psycopg.connect(plain(url))
    elsewhere.execute("INSERT INTO source (name) VALUES ('not yet there')")
    LEFT.append(elsewhere)


def leave_a_lock(_connection: psycopg.Connection, url: str) -> None:
    elsewhere = psycopg.connect(plain(url), autocommit=True)
    elsewhere.execute("SELECT pg_advisory_lock(20230809, 1)")
    LEFT.append(elsewhere)


def leave_a_closed_connection(connection: psycopg.Connection, _url: str) -> None:
    connection.close()


def leave_no_triggers(connection: psycopg.Connection, _url: str) -> None:
    """And a row that the ledger knows nothing of."""
    connection.execute("ALTER TABLE source DISABLE TRIGGER USER")
    connection.execute("INSERT INTO source (name) VALUES ('unseen')")


def leave_another_schema(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("ALTER TABLE statement DROP COLUMN stance CASCADE")
    connection.execute("CREATE TABLE more (n integer)")


def leave_another_function(connection: psycopg.Connection, _url: str) -> None:
    connection.execute("CREATE FUNCTION more() RETURNS void LANGUAGE sql AS ''")


def leave_settings_of_the_database(connection: psycopg.Connection, _url: str) -> None:
    name = value(connection, "SELECT current_database()")
    connection.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Tokyo'").format(sql.Identifier(name)))


def leave_a_prepared_transaction(connection: psycopg.Connection, _url: str) -> None:
    if value(connection, "SHOW max_prepared_transactions") == "0":
        pytest.skip("this PostgreSQL prepares no transactions")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO source (name) VALUES ('prepared')")
    connection.execute("PREPARE TRANSACTION 'left'")


# What a test leaves, and whether the next has the same database.
LEAVING: dict[Callable[[psycopg.Connection, str], None], bool] = {
    leave_rows: True,
    leave_many_rows: True,
    leave_keys: True,
    leave_no_key: True,
    leave_another_version: True,
    leave_session_settings: True,
    leave_a_transaction: True,
    leave_a_closed_connection: True,
    leave_a_transaction_elsewhere: False,
    leave_a_lock: False,
    leave_no_triggers: False,
    leave_another_schema: False,
    leave_another_function: False,
    leave_settings_of_the_database: False,
    leave_a_prepared_transaction: False,
}
LEFT: list[psycopg.Connection] = []


@pytest.mark.parametrize("leave", LEAVING)
def test_the_next_test_finds_nothing(leave: Callable[[psycopg.Connection, str], None], turns: Kept) -> None:
    with turns.empty() as url, turns.connection() as connection:
        before = rows(connection), shape(connection)
        assert [name for name, found in before[0].items() if found] == REFILLED
        leave(connection, url)
    for elsewhere in LEFT:
        elsewhere.close()
    LEFT.clear()
    with turns.empty() as again, turns.connection() as connection:
        assert rows(connection) == before[0]
        assert set(shape(connection)) ^ set(before[1]) == set()
        assert connection.info.transaction_status is TransactionStatus.IDLE
        with as_superuser(again) as superuser:  # where triggers are off, they are so for who empties alone
            assert value(superuser, "SHOW session_replication_role") == "origin"
    may_keep = turns.cleaner is not None
    assert (again == url) == (LEAVING[leave] and may_keep)
