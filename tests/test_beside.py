"""Who does something beside one that waits for the database."""

import asyncio

import pytest

from app.connections import beside
from app.connections.beside import Waits

FOR_EVER = 1000.0  # seconds


async def storing(waits: Waits, statements: int, last_answer: asyncio.Event) -> None:
    """Waits for so many answers, one after the other; for the last one until it is there."""
    with waits.noted():
        for nth in range(statements):
            noting = beside.noting()
            assert noting is waits
            noting.begin(asyncio.get_running_loop().time())
            await (last_answer.wait() if nth == statements - 1 else asyncio.sleep(0.001))
            noting.end()


async def test_short_statements_are_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_LONG_SECONDS", FOR_EVER)
    monkeypatch.setattr(beside, "_PATIENCE_SECONDS", FOR_EVER)
    waits, answer = Waits(), asyncio.Event()
    answer.set()
    task = asyncio.create_task(storing(waits, 20, answer))
    await asyncio.sleep(0)
    await waits.turn()
    assert task.done()


async def test_a_long_one_gives_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_PATIENCE_SECONDS", FOR_EVER)
    waits, answer = Waits(), asyncio.Event()
    task = asyncio.create_task(storing(waits, 2, answer))
    await asyncio.sleep(0)
    for _ in range(3):
        await waits.turn()
        assert not task.done()
    answer.set()
    await task


async def test_whoever_waits_for_something_else_keeps_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_LONG_SECONDS", FOR_EVER)
    waits, over = Waits(), asyncio.Event()

    async def waiting() -> None:
        with waits.noted():
            await over.wait()

    task = asyncio.create_task(waiting())
    await asyncio.sleep(0)
    await waits.turn()
    assert not task.done()
    over.set()
    await task


async def test_beside_nobody_there_is_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_PATIENCE_SECONDS", FOR_EVER)
    await Waits().turn()
    assert beside.noting() is None


async def test_whoever_is_woken_while_the_next_statement_is_sent_waits_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_LONG_SECONDS", FOR_EVER)
    waits, loop = Waits(), asyncio.get_running_loop()
    with waits.noted():
        waits.begin(loop.time())
        turn = asyncio.create_task(waits.turn())
        for _ in range(5):
            await asyncio.sleep(0)
        # The timer and the answer are there at once: whoever waited for the answer comes first.
        waits._wake()
        waits.end()
        waits.begin(loop.time())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not turn.done()
    await turn
