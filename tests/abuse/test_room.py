"""Bodies have so much room together: who comes when there is none is told 503 before it is read, and none is lost."""

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from hooking import until

from app import garbage
from app.services.deliveries import ingest as app_ingest
from app.services.deliveries import line_entries
from app.services.intake.drafts import Draft
from app.turns import Room, Turns

LINES: Final = {"Content-Type": "application/x-ndjson"}
DOCUMENT: Final = {"url": "https://paper.example/1", "text": "A drone hit the depot. " * 4_000}


def room(app: FastAPI) -> Room:
    places: Room = app.state.database.places.room_for_bodies
    return places


async def slowly(content: bytes, until: asyncio.Event, halfway: asyncio.Event) -> AsyncIterator[bytes]:
    yield content[: len(content) // 2]
    halfway.set()
    await until.wait()
    yield content[len(content) // 2 :]


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/ingest"])
async def test_where_there_is_no_room(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    record = DOCUMENT | ({"type": "document"} if path == "/v1/ingest" else {})
    content = json.dumps(record).encode()
    headers = LINES if path == "/v1/ingest" else {"Content-Type": "application/json"}
    monkeypatch.setattr(room(app), "most_bytes", len(content) * 5 // 4)
    until, halfway = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(client.post(path, content=slowly(content, until, halfway), headers=headers))
    await halfway.wait()
    await asyncio.sleep(0.05)
    assert room(app).used >= len(content) // 2
    refused = await client.post(path, content=content, headers=headers)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert "than there is room for" in refused.json()["detail"]
    # Small ones are not concerned.
    assert (await client.post("/v1/sources", json={"name": "Ines Varga"})).status_code == 201
    until.set()
    answer = await first
    assert answer.status_code in (200, 201)
    assert '"failed":0' in answer.text or answer.status_code == 201
    assert room(app).used == 0
    assert (await client.post(path, content=content, headers=headers)).status_code == 200


async def test_what_is_refused_leaves_no_room_taken(app: FastAPI, client: httpx.AsyncClient) -> None:
    bad: Any = {**DOCUMENT, "published": "yesterday"}
    assert (await client.post("/v1/documents", json=bad)).status_code == 422
    lines = b"".join(json.dumps({"type": "document", **body}).encode() + b"\n\n \n" for body in (bad, DOCUMENT, bad))
    answer = await client.post("/v1/ingest", content=lines, headers=LINES)
    assert '"failed":2' in answer.text
    assert room(app).used == 0


async def test_of_many_bodies_of_lines_fewer_of_each_are_read_ahead(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: Turns = app.state.database.places.lines
    lines = b"".join(b'{"type": "source", "name": "Speaker %d"}\n' % nth for nth in range(600))
    sizes = list[int]()

    store = app_ingest.store

    async def noted(database: Any, signature: Any, caller: Any, ready: Any, pace: Any) -> Any:
        sizes.append(len(ready.entries))
        return await store(database, signature, caller, ready, pace)

    monkeypatch.setattr(app_ingest, "store", noted)
    assert (await client.post("/v1/ingest", content=lines, headers=LINES)).status_code == 200
    assert sizes in ([250, 350], [250, 250, 100])  # as soon as those before are stored
    sizes.clear()
    monkeypatch.setattr(bodies, "taken", 15)
    assert (await client.post("/v1/ingest", content=lines, headers=LINES)).status_code == 200
    assert sizes == [125, 125, 125, 125, 100]
    monkeypatch.setattr(bodies, "taken", 16)
    monkeypatch.setattr("app.turns.PATIENCE_SECONDS", 0)
    refused = await client.post("/v1/ingest", content=lines, headers=LINES)
    assert (refused.status_code, "bodies of lines, 16 at a time" in refused.json()["detail"]) == (503, True)
    monkeypatch.setattr(bodies, "taken", 0)


async def test_nothing_waits_for_many_long_lines_to_be_read(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored first are few: until then the database has nothing to do."""
    begun, store, read = list[int](), app_ingest.store, list[int]()
    read_one: Any = line_entries._read

    async def noted(*given: Any) -> None:
        begun.append(len(read))
        await store(*given)

    def noting(*given: Any) -> None:
        read.append(1)
        read_one(*given)

    monkeypatch.setattr(app_ingest, "store", noted)
    monkeypatch.setattr(line_entries, "_read", noting)
    notes = b"He was there. " * 140
    lines = b"".join(b'{"type": "source", "name": "Speaker %d", "notes": "%s"}\n' % (nth, notes) for nth in range(200))
    answer = await client.post("/v1/ingest", content=lines, headers=LINES)
    assert '"created":200' in answer.text
    assert begun[0] < 60 < len(read) == 200


async def test_bodies_of_large_lines_are_few_and_those_that_are_let_in_are_stored(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = app.state.database.places
    monkeypatch.setattr("app.turns.PATIENCE_SECONDS", 0)
    monkeypatch.setattr(line_entries, "LARGE_BYTES", len(DOCUMENT["text"]))
    record = {"type": "document", **DOCUMENT}
    lines = [json.dumps(record | {"url": f"https://paper.example/{nth}"}).encode() for nth in range(3)]
    small = b'{"type": "source", "name": "Ines Varga"}'
    # Who was let in waits for the turn of each large line.
    await places.large_bodies.take()
    storing = asyncio.create_task(client.post("/v1/ingest", content=b"\n".join(lines), headers=LINES))
    await until(lambda: places.large_bodies.waiting)
    assert places.large_lines.taken == 1
    # Where all places are taken, the next one is told so before anything of it is stored.
    monkeypatch.setattr(places.large_lines, "taken", places.large_lines.places)
    refused = await client.post("/v1/ingest", content=lines[0], headers=LINES)
    assert (refused.status_code, "bodies of large lines, 8 at a time" in refused.json()["detail"]) == (503, True)
    assert (await client.post("/v1/ingest", content=small, headers=LINES)).text.endswith('"failed":0}\n')
    monkeypatch.setattr(places.large_lines, "taken", 1)
    places.large_bodies.give_back(0.3)
    assert '"created":3' in (await storing).text
    assert (places.large_lines.taken, places.large_bodies.taken, places.large_lines_of_one._shares) == (0, 0, {})


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/ingest", "/v1/reports"])
async def test_what_was_stored_is_freed_at_once(client: httpx.AsyncClient, path: str) -> None:
    """Objects in circles, with long texts in them, would stay until the garbage collector looks for them."""
    bodies: dict[str, Any] = {
        "/v1/documents": DOCUMENT,
        "/v1/ingest": {"type": "document", **DOCUMENT},
        "/v1/reports": {
            "document": DOCUMENT,
            "events": [{"ref": "b", "title": "Blast", "claims": [{"text": "A drone hit it"}]}],
        },
    }
    headers = LINES if path == "/v1/ingest" else {"Content-Type": "application/json"}
    gc.collect()
    gc.disable()
    try:
        answer = await client.post(path, content=json.dumps(bodies[path]), headers=headers)
        assert answer.status_code in (200, 201), answer.text
        assert not [draft for draft in gc.get_objects() if isinstance(draft, Draft)]
    finally:
        gc.enable()


async def test_of_lists_with_ever_other_filters_few_are_remembered(app: FastAPI) -> None:
    """Each is a statement of its own, and what is made of one is large."""
    database = app.state.database
    kept = [engine.sync_engine._compiled_cache for engine in (database.readers, database.exporters)]
    assert [cache is not None and cache.capacity <= 150 for cache in kept] == [True, True]


@pytest.mark.parametrize("rarity", [0, 1000])
async def test_old_objects_are_looked_at_for_a_small_part_of_the_time(
    monkeypatch: pytest.MonkeyPatch, rarity: int
) -> None:
    """New ones each time; else the more a process remembers, the longer everybody waits every five seconds."""
    looked_at: list[int] = []

    def collect(generation: int = 2) -> int:
        looked_at.append(generation)
        worked = time.thread_time()
        while generation == 2 and time.thread_time() - worked < 0.01:
            pass
        return 0

    monkeypatch.setattr(garbage, "_RARITY", rarity)
    monkeypatch.setattr(garbage, "_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(gc, "collect", collect)
    monkeypatch.setattr(gc, "get_count", lambda: (0, 1, 0))
    collecting = asyncio.create_task(garbage.collect_between(lambda: False))
    await until(lambda: len(looked_at) >= 4)
    collecting.cancel()
    assert looked_at[:4] == ([2, 1, 1, 1] if rarity else [2, 2, 2, 2])
