"""A crawler through everything that can be read: nobody is told what is hidden from them, nor that it is there."""

import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from random import Random
from typing import Any, Final

import canaries
import httpx
import psycopg
import pytest
import soaking
import writing
from canaries import World
from crawling import Told, crawl, questions
from fastapi import FastAPI
from key_holders import make_key

from app.database import Signature

IDENTITIES: Final = {
    "anybody": frozenset[str](),
    "ingest": frozenset({"ingest"}),
    "read": frozenset({"read"}),
    "all": frozenset({"read", "confidential"}),
}
# Who writes, and may not see all. Who has `admin` may give themselves a key that sees all.
WRITERS: Final = {
    "writer": frozenset({"ingest", "edit", "assess"}),
    "reading writer": frozenset({"ingest", "edit", "assess", "read"}),
}
STATES: Final = (None, canaries.merge_all, canaries.part_all, canaries.hide_elsewhere, canaries.redact_some)
SENT: Final = 179  # the same of what is written
ASKED: Final = 149  # of so many questions one is asked in each state by each caller, each time another
OF_HISTORIES: Final = (
    20  # of so many questions one in each state of each history in `make soak`, which has many of them
)
Callers = dict[str, httpx.AsyncClient]


def shared(identities: Iterable[str]) -> list[list[str]]:
    """In `make soak` each has a test of its own, which takes minutes: workers share them."""
    return [[name] for name in identities] if soaking.SOAK else [list(identities)]


@pytest.fixture
async def callers(app: FastAPI, psql: psycopg.Connection) -> AsyncIterator[Callers]:
    made = await holders(app, psql, IDENTITIES)
    yield made
    for caller in made.values():
        await caller.aclose()


@pytest.fixture
async def writers(app: FastAPI, psql: psycopg.Connection) -> AsyncIterator[Callers]:
    made = await holders(app, psql, WRITERS)
    yield made
    for caller in made.values():
        await caller.aclose()


async def holders(app: FastAPI, psql: psycopg.Connection, identities: Mapping[str, frozenset[str]]) -> Callers:
    """Who has a key with these scopes, by name."""
    made = {}
    for name, scopes in identities.items():
        headers = {}
        if scopes:
            async with app.state.database.writing(Signature("tests")) as session:
                headers = {"Authorization": f"Bearer {await make_key(session, name)}"}
            psql.execute("UPDATE api_key SET scopes = %s WHERE name = %s", [list(scopes), name])
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        made[name] = httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)
    return made


class Crawler:
    """Goes through all that can be asked, state by state."""

    def __init__(self, callers: Callers, described: dict[str, Any], world: World) -> None:
        self.callers, self.described, self.world = callers, described, world
        self.told = Told()
        self.positions: list[str] = []
        self.turn = 0

    async def look(self, state: str, every: int, *, thorough: bool = False) -> None:
        """Ask one of `every` questions, each caller in each state others."""
        dossier = await self.world.editor.get(f"/v1/events/{self.world.ids['event']}/dossier")
        self.positions.append(dossier.json()["position"])
        open_words = sorted(word for word in self.world.own["event first"][1] if word.startswith("kq"))
        hidden_words = [word for word in self.world.words if word.startswith("kq")]
        words = open_words + hidden_words[:: 1 if thorough else 60]
        asked = questions(self.described, self.world, self.positions[-2:], words, thorough=thorough)
        for name, caller in self.callers.items():
            self.turn += 1
            of_turn = asked[(self.turn + soaking.SEED) * 7 % every :: every]
            await crawl(caller, IDENTITIES[name], self.world, of_turn, self.told, f"{state}, {name}: ")

    def found_nothing(self, states: Iterable[str]) -> None:
        told = self.told
        report(told, len(self.callers), states)
        assert not told.canaries, "\n".join(told.canaries)
        assert not told.differences, "\n".join(told.differences)
        assert not told.refused, "\n".join(told.refused)
        assert told.statuses[200] > told.asked / 4


def report(told: Told, callers: int, states: Iterable[str]) -> None:
    figures = f"{len(told.operations)} operations × {callers} callers × {len(list(states))} states"
    found = f"{len(told.canaries)} canaries, {len(told.differences)} differences"
    sys.stdout.write(f"{figures}, {told.asked:,} asked: {found}\n")


@pytest.mark.soak
@pytest.mark.parametrize("names", shared(IDENTITIES), ids=", ".join)
async def test_nobody_is_told_what_is_hidden(
    client: httpx.AsyncClient, callers: Callers, described: dict[str, Any], names: list[str]
) -> None:
    world = await canaries.world(client)
    crawler = Crawler({name: callers[name] for name in names}, described, world)
    states = []
    for change in STATES:
        if change is not None:
            await change(world)
        states.append(change.__name__ if change else "as made")
        await crawler.look(states[-1], soaking.one_of(ASKED), thorough=soaking.SOAK)
    crawler.found_nothing(states)


@pytest.mark.soak
@pytest.mark.parametrize("names", shared(WRITERS), ids=", ".join)
async def test_who_writes_is_not_told_what_is_hidden(
    app: FastAPI, client: httpx.AsyncClient, writers: Callers, names: list[str]
) -> None:
    """Whatever is named that is hidden: the answer is the same as for what never was."""
    world = await canaries.world(client)
    remembering, told = app.state.database, Told()
    states = []
    for turn, change in enumerate(STATES):
        if change is not None:
            await change(world)
        states.append(change.__name__ if change else "as made")
        every = soaking.one_of(SENT)
        writes = await writing.writes(world)
        app.state.database = writing.Forgetful.of(remembering)
        for nth, name in enumerate(names):
            of_turn = writes[(turn * 2 + nth + soaking.SEED) * 7 % every :: every]
            await writing.crawl(writers[name], WRITERS[name], world, of_turn, told, f"{states[-1]}, {name}: ")
        app.state.database = remembering
    report(told, len(names), states)
    assert not told.canaries, "\n".join(told.canaries)
    assert not told.differences, "\n".join(told.differences)
    assert sum(count for status, count in told.statuses.items() if status < 300) > told.asked / 10


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_nobody_is_told_what_is_hidden_whatever_happens(
    client: httpx.AsyncClient, callers: Callers, described: dict[str, Any], seed: int
) -> None:
    chance = Random(seed)
    world = await canaries.world(client)
    crawler = Crawler(callers, described, world)
    states = []
    for _ in range(8):
        states.append(await canaries.at_random(world, chance))
        await crawler.look(f"{seed}, {states[-1]}", OF_HISTORIES)
    crawler.found_nothing(states)
