"""Bodies have so much room together: who comes when there is none is told 503 before it is read, and none is lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI

from app.services.deliveries import ingest as app_ingest
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


async def test_of_many_bodies_of_lines_each_has_smaller_groups(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: Turns = app.state.database.places.lines
    lines = b"".join(b'{"type": "source", "name": "Speaker %d"}\n' % nth for nth in range(600))
    sizes = list[int]()
    read = app_ingest.read

    async def noted(group: list[Any], *given: Any) -> Any:
        sizes.append(len(group))
        return await read(group, *given)

    monkeypatch.setattr(app_ingest, "read", noted)
    assert (await client.post("/v1/ingest", content=lines, headers=LINES)).status_code == 200
    assert sizes == [250, 350]
    sizes.clear()
    monkeypatch.setattr(bodies, "taken", 15)
    assert (await client.post("/v1/ingest", content=lines, headers=LINES)).status_code == 200
    assert sizes == [125, 125, 125, 125, 100]
    monkeypatch.setattr(bodies, "taken", 16)
    monkeypatch.setattr("app.turns.PATIENCE_SECONDS", 0)
    refused = await client.post("/v1/ingest", content=lines, headers=LINES)
    assert (refused.status_code, "bodies of lines, 16 at a time" in refused.json()["detail"]) == (503, True)
    monkeypatch.setattr(bodies, "taken", 0)
