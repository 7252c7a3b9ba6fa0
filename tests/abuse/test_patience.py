"""A connection whose server does not answer is cut when its patience has ended: neither sooner nor later."""

import asyncio
import time
from contextlib import suppress
from typing import Final

import psycopg
import pytest
from proxies import between

from app.connections import guarded
from app.connections.guarded import Unanswered

PATIENCE: Final = 0.4
HAIR: Final = 0.25  # that a busy machine may be late


async def silence_after(url: str, sleeps: list[float], pause: float) -> float:
    """How long whoever waits is kept, after so many answers that each took so long, and a pause."""
    with between(url) as (proxy, proxied):
        connection = await guarded.connect(
            Unanswered(), PATIENCE, conninfo=proxied.replace("+psycopg", ""), autocommit=True
        )
        for seconds in sleeps:
            await connection.execute("SELECT pg_sleep(%s)", [seconds])
        await asyncio.sleep(pause)
        assert not connection.closed
        proxy.fall_silent()
        began = time.monotonic()
        with suppress(psycopg.OperationalError):
            async with asyncio.timeout(5):
                await connection.execute("SELECT 1")
        assert connection.closed
        return time.monotonic() - began


@pytest.mark.parametrize(
    ("sleeps", "pause"),
    [
        pytest.param([], 0, id="at once"),
        pytest.param([0.25] * 4, 0, id="after answers that took longer together"),
        pytest.param([0] * 50, 0.2, id="in the midst of what was waited for before"),
        pytest.param([0.1], 0.6, id="after a rest that was longer"),
    ],
)
def test_the_patience_of_a_connection(database_url: str, sleeps: list[float], pause: float) -> None:
    took = asyncio.run(silence_after(database_url, sleeps, pause))
    assert PATIENCE - 0.01 < took < PATIENCE + HAIR
