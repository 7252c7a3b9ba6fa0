"""Databases of tests' own: copies of a migrated one, kept for the next test where they can be made empty again.

A copy takes longer than most tests, and so does what PostgreSQL has to read and plan anew on connections to it.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app import embedded

LIMITS = {
    "idle_in_transaction_session_timeout": "5s",
    "lock_timeout": "10s",
    "statement_timeout": "10s",
    "timezone": "UTC",
    "jit": "off",
}
LARGE = 250_000  # bytes of a table whose rows are not deleted one by one: what is deleted keeps its place
# What a test may change of the schema and the database's settings shows in these.
SCHEMA = """concat_ws(' ',
    (SELECT string_agg(nspname || coalesce(nspacl::text, ''), ',' ORDER BY oid) FROM pg_namespace
     WHERE nspname NOT LIKE 'pg\\_%'),
    (SELECT string_agg(concat_ws(' ', relname, relkind, relpersistence, relacl, reloptions, relrowsecurity), ','
     ORDER BY oid) FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'counterclaim_tests'::regnamespace)),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_attrdef),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_trigger),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_constraint WHERE oid >= 16384),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_index WHERE indexrelid >= 16384),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_rewrite WHERE oid >= 16384),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_enum),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_policy),
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_extension),
    (SELECT array_agg((setrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting s
     JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = current_database()))"""
PREPARED = "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"
# Empties the tables of a test, and puts back what the template has. The ledger lets nothing be forgotten: whoever calls
# this has switched triggers off. PostgreSQL keeps the plans, so that all of it takes about a millisecond.
EMPTY = """
CREATE FUNCTION counterclaim_tests.empty(expected text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20230809, 1);  -- whoever still writes comes before
    IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
               AND backend_type = 'client backend' AND xact_start IS NOT NULL) THEN
        RETURN 'in use';
    END IF;
    IF {schema} IS DISTINCT FROM expected
       OR EXISTS ({prepared}) THEN
        RETURN 'changed';
    END IF;
    {tables}
    RETURN 'empty';
END $$"""
EMPTY_TABLE = """
    IF pg_relation_size('public.{0}') > {1} THEN TRUNCATE public.{0} CASCADE; ELSE DELETE FROM public.{0}; END IF;"""
REFILL_TABLE = """
    IF (SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM public.{0} t)
       IS DISTINCT FROM (SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM counterclaim_tests.{0} t) THEN
        DELETE FROM public.{0};
        INSERT INTO public.{0} SELECT * FROM counterclaim_tests.{0};
    END IF;"""
# DISCARD ALL, but for the plans.
AS_NEW = """
    CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DISCARD TEMP"""
PATIENCE = 0.5  # seconds for a transaction that a test has left to come to its end


def plain(url: str) -> str:
    """The same database for psycopg alone."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def as_superuser(url: str) -> psycopg.Connection:
    """On the private PostgreSQL; on another, as whoever the tests are there."""
    own = make_url(plain(url))
    there = own if "COUNTERCLAIM_TEST_DATABASE_URL" in os.environ else own.set(username=embedded.SUPERUSER)
    return psycopg.connect(there.render_as_string(hide_password=False), autocommit=True)


@contextmanager
def copied(server_url: str, template: str) -> Iterator[str]:
    """A copy of a database, for as long as this lasts."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        for setting, value in LIMITS.items():  # a copy does not take these along
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                    sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
                )
            )
    yield named(server_url, name)
    with as_superuser(named(server_url, name)) as connection:
        for (gid,) in connection.execute(PREPARED).fetchall():  # which would keep the database
            connection.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(gid)))
    with as_superuser(server_url) as connection:  # who alone may end what a superuser has not quite ended
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass
class Kept:
    """The database that tests have one after the other, as long as each leaves its schema as it was."""

    server_url: str
    template: str
    url: str = ""
    started: ExitStack = field(default_factory=ExitStack)
    schema: str = ""
    cleaner: psycopg.Connection | None = None
    beside: psycopg.Connection | None = None

    @contextmanager
    def empty(self) -> Iterator[str]:
        """A database in which nothing is but what the template has."""
        if not self.url:
            self._begin()
        try:
            yield self.url
        finally:
            if not self._empty():
                self.end()

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """A plain connection to it, as good as new."""
        if self.beside is None:
            # Prepared statements would outlive the tables that a test changes.
            self.beside = psycopg.connect(plain(self.url), autocommit=True, prepare_threshold=None)
        yield self.beside
        if not _made_new(self.beside):
            self.beside.close()
            self.beside = None

    def _begin(self) -> None:
        self.url = self.started.enter_context(copied(self.server_url, self.template))
        self.cleaner = self.started.enter_context(as_superuser(self.url))
        try:
            self.cleaner.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:  # on another server: every test has a copy then
            self.cleaner = None
        else:
            self.cleaner.execute("SET lock_timeout = '500ms'")
            self.schema = _install(self.cleaner)

    def _empty(self) -> bool:
        """Whether it is again as it was."""
        deadline = time.monotonic() + PATIENCE
        try:
            while self.cleaner:
                row = self.cleaner.execute("SELECT counterclaim_tests.empty(%s)", [self.schema]).fetchone()
                if row != ("in use",) or time.monotonic() > deadline:
                    return row == ("empty",)
                time.sleep(0.01)
        except psycopg.Error:  # a test holds a lock, or has changed what this needs
            pass
        return False

    def end(self) -> None:
        if self.beside is not None:
            self.beside.close()
            self.beside = None
        self.url, self.cleaner = "", None
        self.started.close()


def _install(cleaner: psycopg.Connection) -> str:
    """Put the function that empties it into a new database; give what its schema is like."""
    cleaner.execute("CREATE SCHEMA counterclaim_tests")
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY oid"
    emptying, refilling = [], []
    for (name,) in cleaner.execute(tables).fetchall():
        emptying.append(EMPTY_TABLE.format(name, LARGE))
        if cleaner.execute(f"SELECT FROM public.{name} LIMIT 1".encode()).fetchone() is not None:
            cleaner.execute(f"CREATE TABLE counterclaim_tests.{name} AS TABLE public.{name}".encode())
            refilling.append(REFILL_TABLE.format(name))
            emptying.pop()
    cleaner.execute(EMPTY.format(schema=SCHEMA, prepared=PREPARED, tables="".join(emptying + refilling)).encode())
    row = cleaner.execute(f"SELECT {SCHEMA}".encode()).fetchone()
    assert row is not None
    return str(row[0])


def _made_new(connection: psycopg.Connection) -> bool:
    """Whether a test has left it so that the next can have it: its session's settings are reset."""
    if connection.closed or not connection.autocommit or connection.row_factory is not psycopg.rows.tuple_row:
        return False
    if connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
        return False
    try:
        connection.execute(AS_NEW)
    except psycopg.Error:
        return False
    return True
