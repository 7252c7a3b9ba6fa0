"""Who does something beside one that waits for the database."""

import asyncio

import pytest

from app.connections import beside
from app.connections.beside import Waits


async def storing(waits: Waits, *statements: float) -> None:
    """Waits for an answer so often, for so many seconds each, and computes a little after each."""
    with waits.noted():
        for seconds in statements:
            beside_it = beside.noting()
            assert beside_it is waits
            beside_it.begin(asyncio.get_running_loop().time())
            await asyncio.sleep(seconds)
            beside_it.end()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_LONG_SECONDS", 0.05)
    monkeypatch.setattr(beside, "_PATIENCE_SECONDS", 10.0)


async def test_short_statements_are_not_kept_waiting() -> None:
    waits = Waits()
    task = asyncio.create_task(storing(waits, *[0.001] * 20))
    await asyncio.sleep(0)
    await waits.turn()
    assert task.done()


async def test_a_long_one_gives_turns() -> None:
    waits = Waits()
    task = asyncio.create_task(storing(waits, 0.001, 0.5))
    await asyncio.sleep(0)
    for _ in range(3):
        await waits.turn()
        assert not task.done()
    await task


async def test_whoever_waits_for_something_else_keeps_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_PATIENCE_SECONDS", 0.01)
    waits = Waits()

    async def waiting() -> None:
        with waits.noted():
            await asyncio.sleep(0.5)

    task = asyncio.create_task(waiting())
    await asyncio.sleep(0)
    await waits.turn()
    assert not task.done()
    await task


async def test_beside_nobody_there_is_nothing_to_wait_for() -> None:
    async with asyncio.timeout(1):
        await Waits().turn()
    assert beside.noting() is None
