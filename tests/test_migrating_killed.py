"""Kill -9 amid the migrations of what is stored, at any statement: the next run goes on, and the end is the same.

`make soak` kills it before far more of the statements.
"""

import multiprocessing
import os
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
import soaking
from alembic import command
from databases import named, plain
from ledgers import value

from app.services import ledger, migrating

RELEASED = "20261128_1140"
ROWS = 7  # of each kind, in batches of
BATCH = 3
MOST_KILLS = 4
TEXTS = ("Petro Лук’яненко گفت ۳۱", "The plant’s boiler blew up.")
FILL = """
INSERT INTO source (name, aliases) SELECT t || n, '[{"name": "Завод"}]' FROM texts;
INSERT INTO document (url, canonical_url, title)
    SELECT u, u, t FROM texts, LATERAL (SELECT 'https://t.me/s/kestrel/' || n AS u) address;
INSERT INTO event (slug, title, summary) SELECT 'e' || n, 'E', t FROM texts;
INSERT INTO claim (event_id, text) SELECT e.id, t || n FROM texts JOIN event e ON e.slug = 'e' || n;
INSERT INTO document_version (document_id, text, sha256)
    SELECT d.id, w, sha256(convert_to(w, 'UTF8')) FROM texts JOIN document d ON d.url LIKE '%/' || n,
    LATERAL (SELECT repeat(t || ' ', 30) AS w) repeated;
INSERT INTO text_print SELECT id, ARRAY[1], '\\x01000000', '{}' FROM document_version;
INSERT INTO text_mark SELECT e.id, 1, v.id FROM event e, document_version v
"""
# All that the migrations make anew.
MADE = {
    "source": "name, names, version",
    "document": "url, page_key, version",
    "source_name_key": "key",
    "search_entry": "type, vector",
    "text_print": "marks, hashes",
    "text_mark": "mark",
    "pg_indexes": "indexdef",
}


@pytest.fixture(scope="module")
def filled(server_url: str) -> Iterator[str]:
    """A database as the last release left it: its name. Others are copied from it."""
    name = f"filled_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        command.upgrade(migrating._config(named(server_url, name)), RELEASED)
        with psycopg.connect(plain(named(server_url, name)), autocommit=True) as filling:
            filling.execute(
                "CREATE TEMP TABLE texts AS SELECT n, (%s::text[])[n %% 2 + 1] AS t FROM generate_series(1, %s) n",
                [list(TEXTS), ROWS],
            )
            filling.execute(FILL)
        yield name
        connection.execute(f"DROP DATABASE {name}")


@pytest.fixture
def copy(server_url: str, filled: str) -> Iterator[str]:
    name = f"copy_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {filled}")
        yield named(server_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def undisturbed(server_url: str, filled: str) -> tuple[dict[str, Any], int]:
    """What is stored where nothing was killed, and how many statements that takes."""
    name = f"whole_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {filled}")
        counted: list[int] = []
        with pytest.MonkeyPatch.context() as patching:
            in_small_batches(patching)
            at_statement(patching, counted.append)
            migrating.migrate(named(server_url, name))
        state = made(named(server_url, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    return state, len(counted)


@pytest.mark.soak
@pytest.mark.parametrize("round_", soaking.seeds(1))
def test_killed_at_any_statement(
    copy: str, undisturbed: tuple[dict[str, Any], int], tmp_path: Path, round_: int
) -> None:
    state, statements = undisturbed
    pick, progress = Random(round_), tmp_path / "progress"
    kills = 0
    # Each soon enough that there are several, of which the later ones are amid later steps.
    while killed_before(copy, pick.randrange(1, statements // MOST_KILLS), progress) and kills < MOST_KILLS:
        kills += 1
    with pytest.MonkeyPatch.context() as patching:
        in_small_batches(patching)
        patching.setattr(sys, "stderr", progress.open("a"))
        migrating.migrate(copy)
        sys.stderr.close()
    assert kills
    assert made(copy) == state
    told = progress.read_text().splitlines()
    assert len(set(told)) == len(told)  # no batch was done again
    assert not list(ledger.verify(copy))


def killed_before(url: str, statement: int, progress: Path) -> bool:
    """Migrate in a process that is killed before its nth statement; False: it had fewer."""
    process = multiprocessing.get_context("fork").Process(target=_migrate, args=(url, statement, progress))
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _migrate(url: str, deadly: int, progress: Path) -> None:
    sys.stderr = progress.open("a", buffering=1)
    patching = pytest.MonkeyPatch()
    in_small_batches(patching)
    at_statement(patching, lambda nth: os.kill(os.getpid(), signal.SIGKILL) if nth == deadly else None)
    migrating.migrate(url)


def in_small_batches(patching: pytest.MonkeyPatch) -> None:
    whole = migrating.in_batches
    patching.setattr(
        migrating,
        "in_batches",
        lambda connection, what, table, each, **_: whole(connection, what, table, each, size=BATCH),
    )


def at_statement(patching: pytest.MonkeyPatch, call: Callable[[int], None]) -> None:
    """Call this before each statement with its number."""
    execute, numbers = psycopg.Cursor.execute, count(1)

    def counted(*args: Any, **options: Any) -> Any:
        call(next(numbers))
        return execute(*args, **options)

    patching.setattr(psycopg.Cursor, "execute", counted)


def made(url: str) -> dict[str, Any]:
    """What the migrations have made."""
    with psycopg.connect(plain(url)) as connection:
        state = {
            table: value(
                connection, f"SELECT array_agg(r::text ORDER BY r::text) FROM (SELECT {columns} FROM {table}) r"
            )
            for table, columns in MADE.items()
        }
        state["left"] = value(connection, "SELECT to_regclass('migration_progress')")
        state["revision"] = value(connection, "SELECT version_num FROM alembic_version")
    assert all(state[table] for table in MADE)
    return state
