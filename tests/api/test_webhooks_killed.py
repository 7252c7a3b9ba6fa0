"""Whoever sends webhooks is killed, again and again: another takes over within five seconds, and nothing is skipped."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
import psycopg
import pytest
import services_at as at
import soaking
from calls import claim
from receiving import receiving

TAKE_OVER_SECONDS: Final = 5.0
PATIENCE: Final = 60.0
# A worker as far as webhooks go.
WORKER: Final = """
import asyncio, os, sys
from app import database
from app.services.pictures.heads import Heads
from app.services.webhooks import sender
from app.settings import Settings
settings = Settings(database_url=sys.argv[1], webhook_private=True, webhook_schedule=(0.2,) * 100)
print("ready", flush=True)
sys.stdout = open(os.devnull, "w")  # its log: nobody reads on, and a full pipe would stop it
asyncio.run(sender.run(database.connect(settings), settings, Heads()))
"""
HELD: Final = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 20230809 AND objid = 3 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@contextmanager
def workers(url: str) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", WORKER, url]
        started.append(subprocess.Popen(command, env=at.environment(), stdout=subprocess.PIPE))
        return started[-1]

    try:
        yield start
    finally:
        for worker in started:
            end(worker)


def end(worker: "subprocess.Popen[bytes]") -> None:
    """By kill -9."""
    worker.kill()
    worker.wait()
    if worker.stdout:
        worker.stdout.close()


async def until(is_so: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it does not come to that"
        await asyncio.sleep(0.02)


@pytest.mark.soak
async def test_another_takes_over_and_nothing_is_lost_or_skipped(
    database_url: str, client: httpx.AsyncClient, event: str, psql: psycopg.Connection
) -> None:
    chance = random.Random(soaking.SEED)
    kills = soaking.times(1)

    def is_held() -> bool:
        return psql.execute(HELD).fetchone() == (1,)

    with receiving() as receiver, workers(database_url) as start:
        psql.execute(
            "INSERT INTO webhook (key_id, url, seq, hash) SELECT k.id, %s, h.seq, h.hash"
            " FROM api_key k, ledger_head h WHERE k.name = 'tester'",
            [receiver.url],
        )
        begun = psql.execute("SELECT seq FROM ledger_head").fetchone()
        sending = start()
        await until(is_held)
        is_over = False

        async def write() -> None:
            nth = 0
            while not is_over:
                nth += 1
                await claim(client, event, text=f"Version {nth}")
                if chance.random() < 0.1 and not receiver.answers:
                    receiver.answers.append(chance.choice((500, 429)))
                await asyncio.sleep(chance.random() * 0.05)

        writing = asyncio.create_task(write())
        for _ in range(kills):
            waiting = start()
            came = len(receiver.messages)
            await until(lambda came=came: len(receiver.messages) > came + 3)  # type: ignore[misc]
            assert waiting.stdout
            assert await asyncio.to_thread(waiting.stdout.readline) == b"ready\n"
            await asyncio.sleep(chance.random())
            end(sending)
            killed_at, came = time.monotonic(), len(receiver.messages)
            await until(is_held)
            await until(lambda came=came: len(receiver.messages) > came)  # type: ignore[misc]
            assert time.monotonic() - killed_at < TAKE_OVER_SECONDS
            sending = waiting
        is_over = True
        await writing
        rows = psql.execute(
            "SELECT seq || '-' || left(encode(hash, 'hex'), 8) FROM change WHERE seq > %s ORDER BY seq", begun
        ).fetchall()
        stored = [position for (position,) in rows]
        await until(lambda: len(receiver.taken) >= len(stored))
        assert receiver.taken == stored
