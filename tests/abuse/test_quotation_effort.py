"""Quotations that take long to look up: a body's have so much effort together, and the rest is looked up later."""

import asyncio
import threading
import time
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from hooking import until
from ledgers import value

from app.database import connect
from app.services import ledger
from app.services.upkeep import quotations
from app.settings import Settings
from app.texts.quoting import effort
from app.turns import Turns

TEXT = " ".join(
    f"On day {nth} the governor of district {nth * 7} said that shelter {nth * 3} was hit." for nth in range(60)
)
EDITED = "On day {0} the mayor of district {1} said that shelter {2} was hit."
NOT_LOOKED_UP = "was not looked up"


def report(count: int, text: str = TEXT, repeated: int = 1) -> dict[str, Any]:
    statements = [
        {
            "source": {"name": f"Speaker {nth}"},
            "wording": " ".join([EDITED.format(nth, nth * 7, nth * 3)] * repeated),
            "quoted": True,
        }
        for nth in range(count)
    ]
    return {
        "ref": "report:1",
        "document": {"url": "https://paper.example/1", "text": text},
        "events": [
            {"title": "Explosion", "ref": "blast", "claims": [{"text": "It was hit", "statements": statements}]}
        ],
    }


def fidelities(psql: psycopg.Connection) -> dict[str, int]:
    counted = psql.execute("SELECT fidelity, count(*) FROM appearance GROUP BY 1").fetchall()
    return dict(counted)


async def test_what_is_too_much_is_told_and_looked_up_later(
    client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort.Spots, "__init__", _scant(effort.Spots.__init__, 500_000))
    answer = await client.post("/v1/reports", json=report(6))
    assert answer.status_code == 201, answer.text
    counts = fidelities(psql)
    assert counts.keys() == {"edited", "unchecked"}
    remarks = [remark for remark in answer.json()["remarks"] if NOT_LOOKED_UP in remark["detail"]]
    assert len(remarks) == counts["unchecked"]
    assert {remark["pointer"].rpartition("/")[2] for remark in remarks} == {"wording"}
    monkeypatch.undo()
    database = connect(Settings(database_url=database_url))
    last = [checked async for checked in quotations.check(database)][-1]
    again = [checked async for checked in quotations.check(database)]
    await database.dispose()
    assert (last.seen, last.changed, again) == (counts["unchecked"], counts["unchecked"], [])
    assert fidelities(psql) == {"edited": 6}
    assert ledger.verify(database_url) == []
    # Whoever sends the same again changes nothing; what was looked up later is no editor's word.
    assert (await client.post("/v1/reports", json=report(6))).json()["changed"] is False
    assert value(psql, "SELECT count(DISTINCT actor) FROM change WHERE type = 'appearance'") == 2


def _scant(init: Any, left: int) -> Any:
    def scant(spots: effort.Spots, *given: Any, **named: Any) -> None:
        init(spots, *given, **named)
        if spots.effort == effort.BODY_EFFORT:
            spots.effort = left

    return scant


async def test_long_quotations_take_no_longer_than_their_effort(client: httpx.AsyncClient) -> None:
    body = report(100, TEXT * 40, repeated=60)
    began = time.monotonic()
    answer = await client.post("/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    assert time.monotonic() - began < 30  # without a limit: minutes
    assert any(NOT_LOOKED_UP in remark["detail"] for remark in answer.json()["remarks"])


async def test_few_bodies_have_their_quotations_looked_up_at_once(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In places of their own: what has no quotations is not concerned."""
    texts: Turns = app.state.database.places.texts
    monkeypatch.setattr(texts, "taken", texts.places)
    monkeypatch.setattr("app.turns.PATIENCE_SECONDS", 0)
    refused = await client.post("/v1/reports", json=report(2))
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert "bodies with texts, 2 at a time" in refused.json()["detail"]
    assert (await client.post("/v1/sources", json={"name": "Ines Varga"})).status_code == 201
    monkeypatch.setattr(texts, "taken", 0)
    assert (await client.post("/v1/reports", json=report(2))).status_code == 201


async def test_nothing_is_looked_up_any_more_for_who_has_left(
    client: httpx.AsyncClient, psql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, is_given_up = threading.Event(), list[bool]()

    def slowly(_words: Any, _text: str, may_look_closer: Any) -> dict[str, Any]:
        began.set()
        deadline = time.monotonic() + 5
        while may_look_closer("a") and time.monotonic() < deadline:
            time.sleep(0.01)
        is_given_up.append(time.monotonic() < deadline)
        return {}

    monkeypatch.setattr(effort, "locate", slowly)
    sending = asyncio.create_task(client.post("/v1/reports", json=report(1)))
    await until(began.is_set)
    sending.cancel()
    await until(lambda: is_given_up)
    assert is_given_up == [True]
    assert value(psql, "SELECT count(*) FROM report") == 0
