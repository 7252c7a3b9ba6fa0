"""Many writers at once, some of them careless, on real connections."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import anyio.to_thread
import psycopg
import pytest
from databases import plain
from ledgers import Connection, changes, fill, head, id_of, value
from psycopg import IsolationLevel, errors
from sqlalchemy import text

from app import database
from app.services import ledger
from app.settings import Settings

WRITERS = 16
ROUNDS = 6


@pytest.fixture
def filled(psql: Connection) -> Connection:
    fill(psql, "event", "event other")
    return psql


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WRITERS) as pool:
        yield pool


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        yield connection


def run(url: str, statement: str) -> None:
    with connected(url) as connection:
        connection.execute(statement)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def waiting(connection: Connection) -> int:
    """How many sessions wait for the ledger's lock."""
    held = "locktype = 'advisory' AND classid = 20230809 AND objid = 1 AND NOT granted"
    in_here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    return int(value(connection, f"SELECT count(*) FROM pg_locks WHERE {held} AND {in_here}"))


def count_up(url: str, start: threading.Barrier) -> int:
    """Read, add one, store if nobody was faster; and put a row of one's own beside it. Tell how often one was late."""
    late = 0
    with connected(url) as connection:
        start.wait()
        for _ in range(ROUNDS):
            while True:
                [(version, title)] = connection.execute(
                    "SELECT version, title FROM event WHERE slug = 'blast'"
                ).fetchall()
                with connection.transaction():
                    stored = connection.execute(
                        "UPDATE event SET title = %s WHERE slug = 'blast' AND version = %s",
                        [str(int(title) + 1), version],
                    )
                    if stored.rowcount:
                        connection.execute(
                            "INSERT INTO source (name) SELECT 'Witness ' || n FROM generate_series(1, 3) n"
                        )
                        break
                late += 1
    return late


def test_many_writers_leave_no_gap_no_fork_and_lose_nothing(
    database_url: str, filled: Connection, threads: ThreadPoolExecutor
) -> None:
    filled.execute("UPDATE event SET title = '0' WHERE slug = 'blast'")
    start = threading.Barrier(WRITERS)
    late = [threads.submit(count_up, database_url, start) for _ in range(WRITERS)]
    assert sum(future.result(30) for future in late) > 0  # they did clash

    assert value(filled, "SELECT title FROM event WHERE slug = 'blast'") == str(WRITERS * ROUNDS)
    told = changes(filled)
    assert [change["seq"] for change in told] == list(range(1, 3 + 4 * WRITERS * ROUNDS + 1))
    times = [change["recorded_at"] for change in told]
    assert times == sorted(times)
    titles = [change["record"]["title"] for change in told if change["op"] == "update"]
    assert titles == [str(n) for n in range(WRITERS * ROUNDS + 1)]
    versions = [change["version"] for change in told if change["record_id"] == id_of("event")]
    assert versions == list(range(1, len(versions) + 1))
    assert ledger.verify(database_url) == []


def test_the_time_never_falls_though_the_clock_does(filled: Connection) -> None:
    filled.execute("UPDATE ledger_head SET recorded_at = now() + '1 hour'")
    for _ in range(2):
        filled.execute("UPDATE event SET summary = gen_random_uuid()::text")
    ahead = value(filled, "SELECT recorded_at FROM ledger_head")
    assert [change["recorded_at"] for change in changes(filled, 2)] == [ahead] * 4


def test_the_numbers_follow_the_order_of_the_commits(
    database_url: str, filled: Connection, threads: ThreadPoolExecutor
) -> None:
    """Who wrote first but commits late keeps the others waiting, so no reader ever sees a number out of turn."""
    with connected(database_url) as slow:
        with slow.transaction():
            slow.execute("UPDATE event SET summary = 'slow' WHERE slug = 'blast'")
            fast = threads.submit(run, database_url, "UPDATE event SET summary = 'fast' WHERE slug = 'fire'")
            wait_until(lambda: waiting(filled) == 1)
            assert head(filled) == 2
        fast.result(5)
    assert [change["record"]["summary"] for change in changes(filled, 2)] == ["slow", "fast"]


async def test_a_plain_update_beside_the_service(
    database_url: str, filled: Connection, threads: ThreadPoolExecutor
) -> None:
    """Both want the same row; the service has the lock first and takes the row last."""
    service = database.connect(Settings(database_url=database_url))
    rename = text("UPDATE event SET title = 'by the service' WHERE slug = :slug")
    async with service.writing(database.Signature("desk", reason="as agreed")) as session:
        await session.execute(rename, {"slug": "fire"})
        clerk = threads.submit(
            run, database_url, "UPDATE event SET title = 'by hand', summary = 'seen' WHERE slug = 'blast'"
        )
        await anyio.to_thread.run_sync(wait_until, lambda: waiting(filled) == 1)
        await session.execute(rename, {"slug": "blast"})
    await service.dispose()
    clerk.result(5)

    assert [(c["actor"], c["reason"], c["record"]["slug"], c["record"]["title"]) for c in changes(filled, 2)] == [
        ("desk", "as agreed", "fire", "by the service"),
        ("desk", "as agreed", "blast", "by the service"),
        (value(filled, "SELECT session_user"), None, "blast", "by hand"),
    ]
    assert ledger.verify(database_url) == []


def test_plain_updates_of_the_same_rows_in_any_order(
    database_url: str, filled: Connection, threads: ThreadPoolExecutor
) -> None:
    """Where each takes its rows before the ledger's lock, these are deadlocks."""
    start = threading.Barrier(8)

    def write(number: int) -> None:
        order = "" if number % 2 else "DESC"
        rows = f"SELECT id FROM event ORDER BY slug {order}"
        with connected(database_url) as connection:
            start.wait()
            for turn in range(5):
                connection.execute(f"UPDATE event SET summary = '{number}-{turn}' WHERE id IN ({rows})")
                with connection.transaction():
                    for (id_,) in connection.execute(rows).fetchall():
                        connection.execute("UPDATE event SET kind = %s WHERE id = %s", [f"k{number}-{turn}", id_])

    for future in [threads.submit(write, number) for number in range(8)]:
        future.result(20)
    assert head(filled) == 2 + 8 * 5 * 4
    assert ledger.verify(database_url) == []


def test_a_transaction_left_open_holds_up_writers_for_a_while_and_readers_never(
    database_url: str, filled: Connection, threads: ThreadPoolExecutor
) -> None:
    limit = 1.0  # the service's own is 5 s, see test_schema
    filled.execute(f"ALTER DATABASE {filled.info.dbname} SET idle_in_transaction_session_timeout = '{limit}s'")
    with psycopg.connect(plain(database_url)) as careless:
        careless.execute("UPDATE event SET title = 'forgotten'")
        left = time.monotonic()
        writer: Future[None] = threads.submit(run, database_url, "UPDATE event SET summary = 'waited'")
        wait_until(lambda: waiting(filled) == 1)
        assert value(filled, "SELECT title FROM event WHERE slug = 'blast'") == "A blast"
        assert waiting(filled) == 1  # the reader was answered before the lock was free
        writer.result(5)
        assert limit / 2 < time.monotonic() - left < limit + 4
        with pytest.raises(errors.IdleInTransactionSessionTimeout):
            careless.execute("SELECT 1")
    assert [change["record"]["title"] for change in changes(filled, 2)] == ["A blast", "A fire"]
    assert ledger.verify(database_url) == []


@pytest.mark.parametrize("level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
def test_a_snapshot_from_before_another_change_can_not_write(
    database_url: str, filled: Connection, threads: ThreadPoolExecutor, level: IsolationLevel
) -> None:
    """An error that says "try again", and not a number that is taken."""
    with psycopg.connect(plain(database_url)) as old:
        old.isolation_level = level
        old.execute("SELECT FROM event")
        run(database_url, "UPDATE event SET title = 'x' WHERE slug = 'fire'")
        with pytest.raises(errors.SerializationFailure):
            old.execute("UPDATE event SET title = 'x' WHERE slug = 'blast'")
        old.rollback()

        # Nor one that has waited for its turn.
        with connected(database_url) as first, first.transaction():
            first.execute("UPDATE event SET title = 'y' WHERE slug = 'fire'")
            late = threads.submit(old.execute, "UPDATE event SET title = 'y' WHERE slug = 'blast'")
            wait_until(lambda: waiting(filled) == 1)
        with pytest.raises(errors.SerializationFailure):
            late.result(5)
        old.rollback()

        old.execute("UPDATE event SET title = 'z' WHERE slug = 'blast'")
        old.commit()
    assert [change["record"]["title"] for change in changes(filled, 2)] == ["x", "y", "z"]
    assert ledger.verify(database_url) == []
