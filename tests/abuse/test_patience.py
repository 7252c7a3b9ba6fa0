"""A connection whose server does not answer is cut when its patience has ended: neither sooner nor later."""

import asyncio
import time
from contextlib import suppress
from typing import Final

import psycopg
import pytest
from proxies import between

from app.connections import guarded
from app.connections.conversation import Conversation
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


async def answers_together(url: str, sleeps: list[float]) -> int:
    """How many of these statements, which are waited for together, are answered."""
    connection = await guarded.connect(Unanswered(), PATIENCE, conninfo=url.replace("+psycopg", ""), autocommit=True)
    conversation = Conversation(connection)
    sent = [await conversation.send("SELECT $1::int AS number FROM pg_sleep($2)", [1, seconds]) for seconds in sleeps]
    await conversation.hear()
    answers = [*[await each.rows() for each in sent], await conversation.ask("SELECT 1 AS number", [])]
    await connection.close()
    return sum(row.number for rows in answers for row in rows)


def test_statements_that_are_waited_for_together_have_the_patience_of_all(database_url: str) -> None:
    assert asyncio.run(answers_together(database_url, [PATIENCE * 0.7] * 4)) == 5


def test_what_is_sent_is_not_waited_for_for_ever(database_url: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        asyncio.run(answers_together(database_url, [PATIENCE * 4, 0]))
