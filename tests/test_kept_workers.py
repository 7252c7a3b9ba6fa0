"""Two workers on one database: what each keeps is never older than was promised, and shows nobody what he may not see.

Without a key an answer is at most 100 ms old, and has all that its own worker had written. With a key it has all that
had been committed when the request came in.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx
import pytest
import services_at
import soaking

from app import database
from app.settings import Settings

WRITES: Final = 60 if soaking.SOAK else 40
READERS: Final = 4
ANONYMOUS_SECONDS: Final = 0.1
HIDDEN: Final = ""


@dataclass
class Thing:
    """A record that changes again and again, and what it shows in each of its states to callers without a key."""

    path: str
    shown: list[str] = field(default_factory=list)
    """By state, for callers without a key; whoever has one sees its number."""
    known: list[list[float]] = field(default_factory=list)
    """By state: when its writer was told that it is stored, by the worker that told it."""

    def begin(self, is_hidden: bool) -> str:
        self.shown.append(HIDDEN if is_hidden else str(len(self.shown)))
        return str(len(self.shown) - 1)

    def stored(self, worker: int) -> None:
        self.known.append([time.monotonic() if nth == worker else -1.0 for nth in range(2)])

    def last(self, before: float, worker: int | None = None) -> int:
        """The last state that was known to be stored then; of those that this worker stored, if one is given."""
        stored = [state for state, told in enumerate(self.known) if max(told) <= before]
        return max((state for state in stored if worker is None or self.known[state][worker] > 0), default=0)


@dataclass
class World:
    """Two workers, each with a client that has a key and one that has none; an event and a source that it cites."""

    keyed: list[httpx.AsyncClient]
    anonymous: list[httpx.AsyncClient]
    event: Thing
    source: Thing
    is_over: bool = False
    reads: int = 0


@asynccontextmanager
async def worker(url: str, key: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    settings = Settings(database_url=url)
    made = services_at.application(settings)
    made.state.database = database.connect(settings)
    transport = httpx.ASGITransport(made)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://a", headers={"Authorization": f"Bearer {key}"}) as one,
        httpx.AsyncClient(transport=transport, base_url="http://a") as other,
    ):
        yield [one, other]
    await made.state.database.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_no_answer_is_older_than_was_promised(database_url: str, key: str, seed: int) -> None:
    async with worker(database_url, key) as first, worker(database_url, key) as second:
        keyed, anonymous = [first[0], second[0]], [first[1], second[1]]
        world = World(keyed, anonymous, Thing("/v1/events/ref:e"), Thing("/v1/sources/ref:s"))
        claims = [{"text": "It burned", "statements": [{"source": {"ref": "s", "name": "S", "role": "0"}}]}]
        for thing in (world.event, world.source):
            thing.begin(is_hidden=False)
        # The source speaks of another event, too: it does not hide with the first.
        other = {"ref": "f", "title": "F", "claims": claims}
        report = {"events": [{"ref": "e", "title": "0", "claims": claims}, other]}
        (await keyed[0].post("/v1/reports", json=report)).raise_for_status()
        for thing in (world.event, world.source):
            thing.stored(0)
        readers = [asyncio.create_task(read(world, Random(seed * 100 + nth))) for nth in range(READERS)]
        try:
            await write(world, Random(seed))
        finally:
            world.is_over = True
            await asyncio.gather(*readers)
    assert world.reads > WRITES * 5


async def write(world: World, chance: Random) -> None:
    """One after the other, on either worker: an event is renamed, and hidden at times; a source as well."""
    for _ in range(WRITES * (20 if soaking.SOAK else 1)):
        nth, is_hidden = chance.randrange(2), chance.random() < 0.4
        thing = chance.choice((world.event, world.source))
        number = thing.begin(is_hidden)
        change = (
            {"title": number, "visibility": "restricted" if is_hidden else "public"}
            if thing is world.event
            else {"role": number, "confidential": is_hidden}
        )
        answer = await world.keyed[nth].patch(thing.path, json=change, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        thing.stored(nth)
        await asyncio.sleep(chance.choice((0, 0.01, 0.05, 0.2)))


async def read(world: World, chance: Random) -> None:
    """What callers read meanwhile, and whether it is what they were promised."""
    tags: dict[tuple[bool, str], tuple[str, Any]] = {}
    while not world.is_over:
        nth, has_key = chance.randrange(2), chance.random() < 0.5
        url = chance.choice(
            (world.event.path, world.source.path, f"{world.event.path}/dossier", "/v1/sources", "/v1/events")
        )
        had = tags.get((has_key, url))
        headers = {"If-None-Match": had[0]} if had and chance.random() < 0.5 else {}
        began = time.monotonic()
        answer = await (world.keyed if has_key else world.anonymous)[nth].get(url, headers=headers)
        body = had[1] if answer.status_code == 304 and had else answer.json()
        assert answer.status_code in (200, 304, 404), answer.text
        if answer.status_code == 200:
            tags[has_key, url] = answer.headers["ETag"], body
        for thing, seen in things(world, url, body if answer.status_code != 404 else None):
            if has_key:
                states, least = [str(state) for state in range(len(thing.shown))], thing.last(began)
            else:
                states = thing.shown
                least = max(thing.last(began - ANONYMOUS_SECONDS), thing.last(began, nth))
            assert seen in states[least:], (url, has_key, seen, least, states[least:])
        world.reads += 1


def things(world: World, url: str, body: Any) -> list[tuple[Thing, str]]:
    """What an answer shows: of the event its title, of the source its role, or that it is hidden."""
    event, source = world.event, world.source
    if url == event.path:
        return [(event, body["title"] if body else HIDDEN)]
    if url == source.path:
        return [(source, body["role"] if body else HIDDEN)]
    if url == "/v1/events":
        return [(event, next((item["title"] for item in body["items"] if item["ref"] == "e"), HIDDEN))]
    if url == "/v1/sources":
        return [(source, next((item["role"] for item in body["items"] if item["ref"] == "s"), HIDDEN))]
    if body is None:
        return [(event, HIDDEN)]
    role = next((speaker["role"] for speaker in body["sources"].values() if speaker["role"]), HIDDEN)
    return [(event, body["event"]["title"]), (source, role)]
