"""Databases of tests' own: copies of a migrated one, kept for the next test where they can be made empty again.

A copy takes longer than most tests, and so does what PostgreSQL has to read and plan anew on connections to it.
"""

import os
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
LARGE = 1_000_000  # bytes of a table whose rows are not deleted one by one
SIZES = """SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0"""
# What a test may change of the schema shows in these.
SCHEMA = """SELECT
    (SELECT array_agg(relname ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace)::text,
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384)::text,
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_trigger)::text,
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_constraint WHERE oid >= 16384)::text,
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384)::text,
    (SELECT (count(*), sum(xmin::text::bigint)) FROM pg_index WHERE indexrelid >= 16384)::text,
    (SELECT array_agg(setconfig::text) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
     WHERE datname = current_database())::text"""


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
    with as_superuser(server_url) as connection:  # who alone may end what a superuser has not quite ended
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass
class Kept:
    """The database that tests have one after the other, as long as each leaves its schema as it was."""

    server_url: str
    template: str
    url: str = ""
    started: ExitStack = field(default_factory=ExitStack)
    schema: tuple[str, ...] | None = None
    rows: dict[str, str] = field(default_factory=dict)
    """Of each table what the template has in it, as JSON."""

    @contextmanager
    def empty(self) -> Iterator[str]:
        """A database in which nothing is but what the template has."""
        if not self.url:
            self.url = self.started.enter_context(copied(self.server_url, self.template))
        yield self.url
        try:
            kept = self._emptied()
        except psycopg.Error:  # a test holds a lock, or this server's user may not switch triggers off
            kept = False
        if not kept:
            self.end()

    def _emptied(self) -> bool:
        """Whether it is again as the template is."""
        if not self.rows:
            self._look()
        with as_superuser(self.url) as cleaner:
            if cleaner.execute(SCHEMA).fetchone() != self.schema:
                return False
            with cleaner.transaction():
                # No triggers: the ledger lets nothing be forgotten.
                cleaner.execute("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '1s'")
                cleaner.execute("SELECT pg_advisory_xact_lock(20230809, 1)")  # whoever still writes comes before
                for name, size in cleaner.execute(SIZES).fetchall():
                    emptying = "TRUNCATE {} CASCADE" if size > LARGE else "DELETE FROM {}"
                    cleaner.execute(sql.SQL(emptying).format(sql.Identifier(name)))
                for name, rows in self.rows.items():
                    query = "INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s::jsonb)"
                    cleaner.execute(sql.SQL(query).format(sql.Identifier(name)), [rows])
        return True

    def _look(self) -> None:
        """See what a database is like that no test has had."""
        with copied(self.server_url, self.template) as url, as_superuser(url) as connection:
            self.schema = connection.execute(SCHEMA).fetchone()
            for (name,) in connection.execute(f"SELECT relname FROM ({SIZES}) t").fetchall():
                query = sql.SQL("SELECT jsonb_agg(t)::text FROM {} t").format(sql.Identifier(name))
                if (row := connection.execute(query).fetchone()) and row[0]:
                    self.rows[name] = row[0]

    def end(self) -> None:
        self.url = ""
        self.started.close()
