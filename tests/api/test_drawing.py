"""What is loaded is drawn when no transaction is open any more."""

from collections.abc import Callable
from typing import Any

import calls
import httpx
import pytest
from fastapi import FastAPI

from app.derive.pictures import dossier, series


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
    """A large one takes longer than PostgreSQL lets a transaction be idle."""
    await calls.claim(client, event, statements=[{"source": {"name": "A"}, "document": {"url": "https://a.example/1"}}])
    held = noted(app, monkeypatch)
    assert (await client.get(f"{event}/{picture}")).status_code == 200
    assert held
    assert set(held) == {0}


async def test_no_transaction_waits_while_an_audit_is_drawn(
    app: FastAPI, client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await calls.document(client, "https://a.example/1")
    await calls.claim(client, event, statements=[{"source": {"name": "A"}, "document": document}])
    held = noted(app, monkeypatch)
    assert (await client.get(f"/v1/documents/{document}/audit")).status_code == 200
    assert held == [0]


def noted(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many connections were in use each time that something was drawn."""
    held: list[int] = []
    for module, name in ((dossier, "dossier"), (series, "series")):

        def noting(*given: Any, draw: Callable[..., Any] = getattr(module, name), **more: Any) -> Any:
            held.append(app.state.database.readers.pool.checkedout())
            return draw(*given, **more)

        monkeypatch.setattr(module, name, noting)
    return held
