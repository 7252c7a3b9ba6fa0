"""What is loaded is drawn when no transaction is open any more, and not where everybody else is answered."""

import threading
from collections.abc import Callable
from typing import Any

import calls
import httpx
import pytest
from fastapi import FastAPI

from app import threads
from app.derive.pictures import digest, dossier, in_lists, series
from app.services.pictures import loading

DRAWN = ((dossier, "dossier"), (series, "series"), (digest, "digest"), (in_lists, "statements"))


@pytest.mark.parametrize(
    "picture",
    [
        "dossier", "timeline", "figures", "matrix", "diff?clock=said&since=2023-08-01", "diff?since=2023-08-01",
        "export.csv", "export.jsonld", "export.atom",
    ],
)  # fmt: skip
async def test_no_transaction_waits_while_a_picture_is_drawn(
    app: FastAPI, client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch, picture: str
) -> None:
    """A large one takes longer than PostgreSQL lets a transaction be idle, and than anybody else should wait."""
    await calls.claim(client, event, statements=[{"source": {"name": "A"}, "document": {"url": "https://a.example/1"}}])
    drawn = noted(app, monkeypatch)
    assert (await client.get(f"{event}/{picture}")).status_code == 200
    assert drawn
    assert set(drawn) == {(0, False)}


@pytest.mark.parametrize("many", [(100_000, 1), (-1, 4)])
async def test_a_picture_is_drawn_and_written_in_one_thread(
    app: FastAPI, client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch, many: tuple[int, int]
) -> None:
    """So is what it is drawn of, and it is written there; of many records two to parse them, one for whom they cite."""
    many_from, ways = many
    monkeypatch.setattr(loading, "_FEW_RECORDS", many_from)
    monkeypatch.setattr(loading, "_FEW_CHARACTERS", many_from)
    await calls.claim(client, event)
    app.state.kept = None
    in_thread, turns = threads.run, []

    async def count(*given: Any, **more: Any) -> Any:
        turns.append(given)
        return await in_thread(*given, **more)

    monkeypatch.setattr(threads, "run", count)
    counts = {}
    for picture in ("dossier", "timeline", "matrix", "figures"):
        turns.clear()
        assert (await client.get(f"{event}/{picture}")).status_code == 200
        counts[picture] = len(turns)
    assert set(counts.values()) == {ways}, counts


async def test_no_transaction_waits_while_an_audit_is_drawn(
    app: FastAPI, client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await calls.document(client, "https://a.example/1")
    await calls.claim(client, event, statements=[{"source": {"name": "A"}, "document": document}])
    drawn = noted(app, monkeypatch)
    assert (await client.get(f"/v1/documents/{document}/audit")).status_code == 200
    assert drawn == [(0, False)]


@pytest.mark.parametrize(
    "path", ["/v1/export.csv", "/v1/statements.csv", "/v1/statements.ndjson", "/v1/events.geojson"]
)
async def test_no_transaction_of_the_request_waits_while_a_stream_is_made(
    app: FastAPI, client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """It reads in one of its own, which may be idle for as long as it takes."""
    await calls.claim(client, event, statements=[{"source": {"name": "A"}, "document": {"url": "https://a.example/1"}}])
    drawn = noted(app, monkeypatch)
    assert (await client.get(path)).status_code == 200
    assert drawn
    assert set(drawn) == {(0, False)}


def noted(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """Each time that something was drawn: how many connections were in use, and whether it was on the event loop."""
    drawn: list[tuple[int, bool]] = []
    loop_thread = threading.get_ident()
    connected = app.state.database
    for module, name in DRAWN:

        def noting(*given: Any, draw: Callable[..., Any] = getattr(module, name), **more: Any) -> Any:
            in_use = connected.readers.pool.checkedout() + connected.drawers.lent
            drawn.append((in_use, threading.get_ident() == loop_thread))
            return draw(*given, **more)

        monkeypatch.setattr(module, name, noting)
    return drawn
