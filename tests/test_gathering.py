"""Who comes while others are busy is done with all who wait; whoever can't be is done alone, and nobody is lost."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random

import pytest
import soaking

from app import turns
from app.connections.gathering import Gatherings
from app.errors import Unavailable

Items = Sequence[int]


class Work:
    """Things that are done, and how."""

    def __init__(self, bad: frozenset[int] = frozenset(), *, away: bool = False, broken: bool = False) -> None:
        self.alone, self.together = list[int](), list[list[int]]()
        self.at_work, self.seconds = 0, 0.002
        self.gatherings = Gatherings()
        self._bad, self._away, self._broken = bad, away, broken

    async def do(self, item: int, *, weight: int = 1, is_apart: bool = False) -> bool:
        """Whether it was done with others."""
        async with self.gatherings.of("all", "things", self._together, 8).turn(item, weight, is_apart=is_apart) as done:
            if not done:
                await self._one_at_a_time()
                self.alone.append(item)
            return done

    async def _together(self, items: Items, are_all_wanted: Callable[[], bool]) -> bool:
        await self._one_at_a_time()
        if self._away:
            raise Unavailable("away")
        if self._broken:
            raise RuntimeError
        if not self._bad.isdisjoint(items) or not are_all_wanted():
            return False
        self.together.append(list(items))
        return True

    async def _one_at_a_time(self) -> None:
        self.at_work += 1
        try:
            assert self.at_work == 1
            await asyncio.sleep(self.seconds)
        finally:
            self.at_work -= 1


async def test_who_comes_alone_waits_for_nobody() -> None:
    work = Work()
    assert [await work.do(item) for item in range(3)] == [False] * 3
    assert (work.alone, work.together) == ([0, 1, 2], [])


async def test_who_comes_meanwhile_is_done_at_once_up_to_so_much() -> None:
    work = Work()
    await asyncio.gather(*(work.do(item, weight=3 if item == 2 else 1) for item in range(9)))
    assert (work.alone, work.together) == ([0], [[1, 2, 3, 4, 5, 6], [7, 8]])
    assert work.gatherings.busy == work.gatherings.waiting == 0


async def test_what_is_too_heavy_for_all_is_done_alone() -> None:
    work = Work()
    await asyncio.gather(*(work.do(item, weight=20) for item in range(3)))
    assert (work.alone, work.together) == ([0, 1, 2], [])


async def test_what_stands_apart_keeps_its_place() -> None:
    work = Work()
    await asyncio.gather(*(work.do(item, is_apart=item == 3) for item in range(6)))
    assert (work.alone, work.together) == ([0, 3], [[1, 2], [4, 5]])


@pytest.mark.parametrize("broken", [False, True])
async def test_if_one_can_not_be_done_each_is_done_alone_in_their_order(*, broken: bool) -> None:
    work = Work(frozenset({2}), broken=broken)
    told = await asyncio.gather(*(work.do(item) for item in range(5)))
    assert (told, work.alone, work.together) == ([False] * 5, [0, 1, 2, 3, 4], [])


async def test_where_the_database_is_away_all_are_told() -> None:
    work = Work(away=True)
    told = await asyncio.gather(*(work.do(item) for item in range(4)), return_exceptions=True)
    assert [type(each) for each in told] == [bool, Unavailable, Unavailable, Unavailable]
    assert await work.do(9) is False


async def test_who_would_wait_for_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LINE_SECONDS", 0.02)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    work = Work()
    held, release = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with work.gatherings.of("all", "things", work._together, 8).turn(0, 1):
            held.set()
            await release.wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    first = asyncio.create_task(work.do(1))
    await asyncio.sleep(0.03)
    with pytest.raises(Unavailable):  # at once
        await asyncio.wait_for(work.do(2), 0.02)
    with pytest.raises(Unavailable):  # when it had patience enough
        await first
    assert work.gatherings.waiting == 0
    release.set()
    await holding
    assert await work.do(3) is False


@pytest.mark.parametrize("bad", [frozenset[int](), frozenset({2})])
async def test_who_loses_patience_while_it_is_done_is_told_what_came_of_it(
    monkeypatch: pytest.MonkeyPatch, bad: frozenset[int]
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    work = Work(bad)
    tasks = [asyncio.create_task(work.do(item)) for item in range(3)]
    await asyncio.sleep(0)
    work.seconds = 0.2  # of those that came meanwhile
    told = await asyncio.gather(*tasks, return_exceptions=True)
    # It was too late to do each by itself.
    assert [type(each) for each in told[1:]] == [Unavailable if bad else bool] * 2
    assert (told[0], work.alone, work.together) == (False, [0], [] if bad else [[1, 2]])
    assert work.gatherings.busy == work.gatherings.waiting == 0


async def test_each_that_stands_apart_is_expected_to_take_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LINE_SECONDS", 0.5)
    for is_apart, most in ((False, 20), (True, 5)):
        work = Work()
        tasks = [asyncio.create_task(work.do(0))]
        await asyncio.sleep(0)
        work.gatherings.of("all", "things", work._together, 8)._seconds = 0.1
        tasks += [asyncio.create_task(work.do(item, is_apart=is_apart)) for item in range(1, 21)]
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(each, bool) for each in told) == 1 + most


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(30))
async def test_whoever_leaves_when_the_others_are_done_once(seed: int) -> None:
    pick = Random(seed)
    bad = frozenset(item for item in range(30) if pick.random() < 0.1)
    work = Work(bad)
    tasks: list[asyncio.Task[bool]] = []
    for item in range(30):
        weight, is_apart = pick.choice((1, 1, 2, 5, 9)), pick.random() < 0.1
        tasks.append(asyncio.create_task(work.do(item, weight=weight, is_apart=is_apart)))
        if pick.random() < 0.4:
            await asyncio.sleep(pick.choice((0, 0.001, 0.003)))
        if pick.random() < 0.3:
            pick.choice(tasks).cancel()
    async with asyncio.timeout(10):
        told = await asyncio.gather(*tasks, return_exceptions=True)
    done = [*work.alone, *(item for items in work.together for item in items)]
    assert len(done) == len(set(done))
    for item, answer in enumerate(told):
        if isinstance(answer, bool):
            assert (item in work.alone) != answer
            assert item in done
        else:
            assert isinstance(answer, asyncio.CancelledError)
    assert bad.isdisjoint(item for items in work.together for item in items)
    assert work.gatherings.busy == work.gatherings.waiting == 0
