"""Migrate the database, or check that it has the tables this release works with."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url

from app.database import LEDGER_LOCK

MIGRATIONS: Final = Path(__file__).parents[2] / "migrations"


class SchemaNotCurrent(Exception):  # noqa: N818  (a state of the database, not a mistake of the program)
    """The database is not at the newest migration; the message says what to do."""


def migrate(url: str) -> None:
    """Bring the database to the newest migration; a second caller waits for the first and then finds nothing to do."""
    command.upgrade(_config(url), "head")


class UnfitRole(Exception):  # noqa: N818  (a state of the database)
    """The role can't be that of the service; the message says why."""


def grant(url: str, role: str) -> None:
    """Give a role what serving needs, and no more (migrations/app_role.sql), as the owner of the tables.

    Raises UnfitRole for one that is not there, or that could do whatever the owner can.
    """
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        row = connection.execute(_ROLE, {"role": role}).fetchone()
        if row is None:
            raise UnfitRole(f"There is no role {role} yet. Make it: CREATE ROLE {role} LOGIN PASSWORD '…'")
        may_do_all, schema, database = row
        if may_do_all:
            raise UnfitRole(
                f"The role {role} may do what the tables' owner may: take one that is no superuser and no member."
            )
        granted = (MIGRATIONS / "app_role.sql").read_text(encoding="utf-8")
        names = {"role": role, "schema": schema, "database": database}
        statements = sql.SQL(granted).format(**{name: sql.Identifier(word) for name, word in names.items()})
        connection.execute(statements)


_ROLE: Final = """
SELECT r.rolsuper OR pg_has_role(r.oid, c.relowner, 'MEMBER'), n.nspname, current_database()
FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rolname = %(role)s AND c.oid = 'change'::regclass"""


def current(url: str) -> str:
    """The database's revision, if it is the newest. Raises SchemaNotCurrent for any other."""
    scripts = ScriptDirectory.from_config(_config(url))
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        revisions = MigrationContext.configure(connection).get_current_heads()
    newest = tuple(scripts.get_heads())
    if revisions == newest:
        return newest[0]
    if not revisions:
        raise SchemaNotCurrent("The database has no tables yet. Make them: counterclaim migrate")
    if set(revisions) <= {script.revision for script in scripts.walk_revisions()}:
        raise SchemaNotCurrent(
            f"The database is at {', '.join(revisions)}, this release works with {', '.join(newest)}. "
            "Bring it up to date: counterclaim migrate"
        )
    raise SchemaNotCurrent(
        f"The database is at {', '.join(revisions)}, which this release does not know: a newer one has run "
        "counterclaim migrate on it. Install that release, or restore a backup."
    )


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config


# --- what is stored, made anew ---------------------------------------------------------------------------------------
# A migration of many rows commits step by step, each with a note of how far it is: killed, it goes on from there.

_BATCH_ROWS: Final = 5_000
_PROGRESS: Final = "CREATE TABLE IF NOT EXISTS migration_progress (step text PRIMARY KEY, last uuid)"
_FORGET: Final = "DROP TABLE migration_progress"


def own_connection() -> Any:
    """Psycopg's own connection of the migration that is running: it takes scripts of many statements."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    return connection


@contextmanager
def step_by_step() -> Iterator[Any]:
    """A connection on which each statement is kept at once, for a migration that is made of `once` and `in_batches`.

    Nobody writes from here to the end of all migrations: a row that came in between would be compared by an old rule.
    """
    with op.get_context().autocommit_block():
        connection = own_connection()
        connection.execute("SELECT pg_advisory_lock(%(class)s, %(key)s)", LEDGER_LOCK)
        connection.execute(_PROGRESS)
        yield connection
    # In one transaction with the new revision: there is no moment at which a kill would make it begin again.
    op.execute(_FORGET)


def once(connection: Any, step: str, script: str) -> None:
    """Run the statements in one transaction, unless they have run before."""
    if connection.execute("SELECT step FROM migration_progress WHERE step = %s", [step]).fetchone():
        return
    with connection.transaction():
        connection.execute(script)
        connection.execute("INSERT INTO migration_progress (step) VALUES (%s)", [step])


def in_batches(
    connection: Any, step: str, table: str, work: str | Callable[[Any, list[UUID]], None], size: int = _BATCH_ROWS
) -> None:
    """Do the work, a statement or a function, for the ids of all rows of a table, batch by batch, and tell how far."""
    [total] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  (the migration's own name)
    connection.execute("INSERT INTO migration_progress (step) VALUES (%s) ON CONFLICT DO NOTHING", [step])
    rows_done = connection.execute(
        f"SELECT count(*) FROM {table} WHERE id <= (SELECT last FROM migration_progress WHERE step = %s)",  # noqa: S608
        [step],
    ).fetchone()[0]
    following = (
        f"SELECT id FROM {table} WHERE id > coalesce("  # noqa: S608
        "(SELECT last FROM migration_progress WHERE step = %s), '00000000-0000-0000-0000-000000000000') "
        f"ORDER BY id LIMIT {size}"
    )
    while ids := [row[0] for row in connection.execute(following, [step])]:
        with connection.transaction():
            if isinstance(work, str):
                connection.execute(work, [ids])
            else:
                work(connection, ids)
            connection.execute("UPDATE migration_progress SET last = %s WHERE step = %s", [ids[-1], step])
        rows_done += len(ids)
        if total > size:
            sys.stderr.write(f"{step}: {rows_done:,} of {total:,}\n")
