"""Records are read past FastAPI where nothing but an address is given: what is answered is the same as through it."""

from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from calls import claim
from fastapi import FastAPI
from ledgers import fill, id_of

from app.api import records
from app.main import RESOURCES

PATHS = [
    f"/v1{route.path}"
    for module in RESOURCES
    for route in module.router.routes
    if hasattr(getattr(route, "endpoint", None), "plainly")
]
# Of which the answer tells each time.
ITS_OWN = ("x-request-id", "ratelimit")


def said(answer: httpx.Response) -> Any:
    body = answer.json() if answer.content else {}
    body.pop("request_id", None)
    return answer.status_code, body, {name: value for name, value in answer.headers.items() if name not in ITS_OWN}


@pytest.fixture(autouse=True)
def keeping_nothing(app: FastAPI) -> None:
    app.state.kept = None


@pytest.mark.parametrize("path", PATHS)
async def test_it_is_the_same(
    client: httpx.AsyncClient,
    anybody: httpx.AsyncClient,
    psql: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    fill(psql)
    kind = path.rpartition("{")[2].removesuffix("}")
    stored = psql.execute(f"SELECT id FROM {kind} ORDER BY id LIMIT 3").fetchall()
    assert stored, kind
    addresses = [
        *(str(id_) for (id_,) in stored), str(stored[0][0]).upper(), str(UUID(int=7)), "ref:nobody", "ref:", "no-such",
        "x" * 300, "", "%20", "%0A", "a%0A", "é", "ref:é%00", "a/b", str(id_of("claim")),
    ]  # fmt: skip
    requests = [(caller, method, path.replace(f"{{{kind}}}", address))
             for caller in (client, anybody) for method in ("GET", "HEAD") for address in addresses]  # fmt: skip
    tags = {"If-None-Match": '"x"'}
    plain = [said(await caller.request(method, path, headers=tags)) for caller, method, path in requests]
    counts = [status for status, *_ in plain].count(200)
    monkeypatch.setattr(records.PlainRead, "address", lambda *_: None)
    through = [said(await caller.request(method, path, headers=tags)) for caller, method, path in requests]
    assert plain == through
    assert counts >= len(stored) * 2


async def test_what_is_plain_is_not_gone_through(
    client: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the others would compare a way with itself."""
    claim_id = await claim(client, event)
    path = f"/v1/claims/{claim_id}"
    taken = list[str]()
    address = records.PlainRead.address

    def note(read: records.PlainRead, words: str) -> str | None:
        taken.append(words)
        return address(read, words)

    monkeypatch.setattr(records.PlainRead, "address", note)
    assert (await client.get(path)).status_code == (await client.get(f"{path}?merged=self")).status_code == 200
    assert taken == [claim_id]
