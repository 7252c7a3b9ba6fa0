"""Exports that are hardly read: they keep no connection, and one caller's leave others theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI

from app import turns
from app.errors import Unavailable
from app.services import exporting
from app.turns import Shares


async def test_one_caller_does_not_have_all_of_them(
    app: FastAPI, client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, held = exporting.lines, asyncio.Event()

    async def slowly(*given: object) -> AsyncIterator[tuple[str, bytes]]:
        async for line in lines(*given):  # type: ignore[arg-type]
            yield line
        await held.wait()

    monkeypatch.setattr(exporting, "lines", slowly)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60)
    mine = [asyncio.create_task(client.get("/v1/export.ndjson")) for _ in range(8)]
    for _ in range(200):
        await asyncio.sleep(0.01)
        if sum(answer.done() for answer in mine) == 3 and app.state.database.exporters.pool.checkedout():
            break
    refused = [answer.result() for answer in mine if answer.done()]
    assert {answer.status_code for answer in refused} == {503}
    assert len(refused) == 3  # one is read, and four wait
    assert "exports that are read" in refused[0].json()["detail"]
    assert app.state.database.exporters.pool.checkedout() == 1
    monkeypatch.setattr(exporting, "lines", lines)
    assert (await anybody.get("/v1/export.ndjson")).status_code == 200
    held.set()
    assert sorted(answer.status_code for answer in await asyncio.gather(*mine)) == [200] * 5 + [503] * 3


async def test_shares() -> None:
    shares = Shares("exports", 2, 0)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(shares.turn("one"))
        with pytest.raises(Unavailable, match="2 exports at a time"):
            await stack.enter_async_context(shares.turn("one"))
        async with shares.turn("another"):
            pass
    assert shares._shares == {}
