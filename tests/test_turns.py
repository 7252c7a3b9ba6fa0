"""Turns at one kind of work: whoever would wait for long is told so at once, and nobody's place is lost."""

import asyncio
import time

import pytest

from app import turns
from app.errors import Unavailable
from app.telling import request_notes
from app.telling.request_notes import RequestNote
from app.turns import Room, Turns


async def hold(kind: Turns, seconds: float) -> None:
    async with kind.turn():
        await asyncio.sleep(seconds)


async def test_as_many_at_once_as_there_are_places() -> None:
    kind, most = Turns("pictures", 2, 0.01), 0

    async def work() -> None:
        nonlocal most
        async with kind.turn():
            most = max(most, kind.taken)
            await asyncio.sleep(0.001)

    await asyncio.gather(*(work() for _ in range(20)))
    assert (most, kind.taken, kind.waiting) == (2, 0, 0)


async def test_whoever_would_wait_for_long_is_told_at_once() -> None:
    kind = Turns("pictures", 1, usual_seconds=turns.LINE_SECONDS / 3)
    holding = [asyncio.create_task(hold(kind, 0.3)) for _ in range(4)]
    await asyncio.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="pictures, 1 at a time") as refused:
        await kind.take()
    assert time.monotonic() - began < 0.05
    assert int(refused.value.headers["Retry-After"]) >= 2
    await asyncio.gather(*holding)
    assert (kind.taken, kind.waiting) == (0, 0)


async def test_the_line_grows_with_what_is_quickly_done() -> None:
    kind = Turns("pictures", 1, usual_seconds=1)
    for _ in range(100):
        await hold(kind, 0)
    await asyncio.gather(*(hold(kind, 0) for _ in range(100)))


async def test_nobody_joins_a_line_that_does_not_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LINE_SECONDS", 0.05)
    kind = Turns("pictures", 1, usual_seconds=0)
    holding = [asyncio.create_task(hold(kind, 0.3)) for _ in range(2)]
    await asyncio.sleep(0.1)
    with pytest.raises(Unavailable):
        await kind.take()
    await asyncio.gather(*holding)


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    kind = Turns("pictures", 1, usual_seconds=0)
    holding = asyncio.create_task(hold(kind, 0.2))
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable):
        await kind.take()
    await holding
    assert (kind.taken, kind.waiting) == (0, 0)


@pytest.mark.parametrize("given", [False, True])
async def test_who_leaves_the_line_takes_no_place(given: bool) -> None:
    kind = Turns("pictures", 1, usual_seconds=0)
    await kind.take()
    leaving = asyncio.create_task(kind.take())
    await asyncio.sleep(0.01)
    if given:  # and not taken yet
        kind.give_back(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    if not given:
        kind.give_back(0)
    assert (kind.taken, kind.waiting) == (0, 0)


async def test_who_was_cancelled_while_another_gave_back_takes_no_place() -> None:
    kind = Turns("pictures", 1, usual_seconds=0)
    await kind.take()
    leaving = asyncio.create_task(kind.take())
    await asyncio.sleep(0.01)
    leaving.cancel()
    kind.give_back(0)  # before the task that leaves has its turn
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert (kind.taken, kind.waiting) == (0, 0)


# --- callers ---------------------------------------------------------------------------------------------------------


def of(caller: str) -> None:
    """Work for this caller from now on, in this task."""
    note = RequestNote("id", "GET", "/")
    note.caller = caller
    request_notes.under_way.set(note)


async def test_callers_have_turns_one_after_the_other() -> None:
    kind, order = Turns("searches", 1, usual_seconds=0), list[str]()

    async def work(caller: str) -> None:
        of(caller)
        async with kind.turn():
            order.append(caller)
            await asyncio.sleep(0.001)

    await asyncio.gather(*(work(caller) for caller in ["many"] * 16 + ["one", "another", "one"]))
    assert order == ["many", "one", "another", "many", "one", *["many"] * 14]


async def test_who_would_be_next_may_wait_however_many_of_another_caller_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LINE_SECONDS", 0.2)
    kind = Turns("searches", 1, usual_seconds=0.3)  # each takes longer than anybody in the line may wait

    async def work(caller: str) -> str:
        of(caller)
        try:
            await hold(kind, 0.3)
        except Unavailable:
            return "refused"
        return "done"

    many = [asyncio.create_task(work("many")) for _ in range(16)]
    await asyncio.sleep(0.01)
    began = time.monotonic()
    assert await work("one") == "done"
    assert time.monotonic() - began < 0.9  # what was under way, and its own
    assert sorted(await asyncio.gather(*many)) == ["done", "done", *["refused"] * 14]
    assert (kind.taken, kind.waiting) == (0, 0)


async def test_a_line_may_be_bounded() -> None:
    kind = Turns("large pictures", 1, usual_seconds=0, most_waiting=2)
    holding = [asyncio.create_task(hold(kind, 0.05)) for _ in range(3)]
    await asyncio.sleep(0.01)
    of("another")
    with pytest.raises(Unavailable):
        await kind.take()
    await asyncio.gather(*holding)


# --- room ------------------------------------------------------------------------------------------------------------


def test_nobody_has_all_the_room() -> None:
    room = Room("bodies", 100, 60)
    of("one")
    with room.for_a_body() as first, room.for_a_body() as second:
        first.take(40)
        second.take(20)
        with pytest.raises(Unavailable, match="100 bytes together, 60 of one caller"):
            second.take(1)
        of("another")
        with room.for_a_body() as third:
            third.take(40)
            with pytest.raises(Unavailable):
                third.take(1)
            first.give_back(40)
            third.take(20)
        assert room.used == 20
    assert (room.used, room._used_by) == (0, {})


async def test_who_was_let_in_elsewhere_waits_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.02)
    kind = Turns("lines", 1, usual_seconds=turns.LINE_SECONDS * 2)
    holding = asyncio.create_task(hold(kind, 0.1))
    await asyncio.sleep(0)

    async def wait() -> None:
        async with kind.turn(patiently=True):
            pass

    await asyncio.gather(*(wait() for _ in range(5)))
    with pytest.raises(Unavailable):
        await asyncio.gather(hold(kind, 0.05), hold(kind, 0.05))
    await holding
