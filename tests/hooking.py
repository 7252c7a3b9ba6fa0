"""Webhooks in this process: the sender, a receiver, and what is asked of both."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import pytest
import standardwebhooks
from fastapi import FastAPI
from receiving import Message, Receiver, receiving

from app.services.webhooks import sender
from app.settings import Settings

Client = httpx.AsyncClient
PATIENCE: Final = 10.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def hooked(app: FastAPI, database_url: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The service, which may send to this machine, and tries again at once."""
    monkeypatch.setattr(sender, "_LOOK_SECONDS", 0.1)
    app.state.settings = Settings(database_url=database_url, webhook_private=True, webhook_schedule=(0.01, 0.01, 0.01))
    return app


@asynccontextmanager
async def sending(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    task = asyncio.create_task(sender.run(state.database, state.settings, state.heads))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it does not come to that"
        await asyncio.sleep(0.02)


async def hook(client: Client, receiver: Receiver, **narrowing: Any) -> dict[str, Any]:
    made = await client.post("/v1/webhooks", json={"url": receiver.url, **narrowing})
    assert made.status_code == 201, made.text
    webhook: dict[str, Any] = made.json()
    return webhook


async def told(client: Client, webhook: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = (await client.get(f"/v1/webhooks/{webhook['id']}")).json()
    return read


async def comes_to(client: Client, webhook: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """The webhook, when it is as wanted."""
    deadline = time.monotonic() + PATIENCE
    while True:
        read = await told(client, webhook)
        if all(read[name] == value for name, value in wanted.items()):
            return read
        assert time.monotonic() < deadline, f"{read}, not {wanted}"
        await asyncio.sleep(0.02)


def verified(secret: str, message: Message) -> Any:
    return standardwebhooks.Webhook(secret).verify(message.body, message.headers)
