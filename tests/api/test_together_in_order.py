"""Bodies stored together of which a later one would change what an earlier one is told: as one after the other."""

import asyncio
from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import httpx
import psycopg
import pytest
from databases import Kept
from fastapi import FastAPI
from key_holders import make_key
from roundtrip import differences
from test_together import Call, Json, at_once, begin, serving, shown, told

from app import turns
from app.database import Database, Signature
from app.services.intake.bodies import together
from app.vocabulary import Scope

_SCOPES: Final[Sequence[Sequence[Scope]]] = [("ingest",), ("ingest", "confidential", "read")]
_PAGE: Final = "https://kestrel.example/1"
_UNNAMED: Final = {"name": "witnesses", "disclosure": "unnamed"}
_POLICE: Final = {"name": "Town Police", "kind": "official"}
_RELEASE: Final = {"url": _PAGE, "kind": "press_release", "publisher": {"name": "Ministry of X", "kind": "official"}}


def _said(source: Json | None, document: Json | None = None, text: str = "It was a drone", **more: Any) -> Call:
    statement: Json = {"stance": "support", "source": source, "document": document, **more}
    given = {name: value for name, value in statement.items() if value is not None}
    return "/v1/events/blast/claims", {"text": text, "language": "en", "statements": [given]}


_CALLS: Final[dict[str, Sequence[Call]]] = {
    "events of one title": [
        ("/v1/events", {"title": "Fire at the depot"}),
        ("/v1/events", {"title": "fire at the depot", "occurred": "2023-08-09"}),
        ("/v1/reports", {"events": [{"title": "Fire at the depot", "slug": "fire"}]}),
    ],
    "who passes it on says it later": [
        _said({"name": "Ada", "kind": "person"}, {"url": _PAGE}, hops=[{"source": _POLICE}]),
        _said(_POLICE),
    ],
    "who passes it on has said it": [
        _said(_POLICE),
        _said({"name": "Ada", "kind": "person"}, {"url": _PAGE}, hops=[{"source": _POLICE}]),
    ],
    "an unnamed source, then more of it": [_said(_UNNAMED), _said({**_UNNAMED, "role": "driver"})],
    "more of an unnamed source, then less": [
        _said({**_UNNAMED, "role": "driver"}, {"url": _PAGE}),
        _said(_UNNAMED, {"url": _PAGE}),
    ],
    "an unnamed source that is completed": [
        _said({"disclosure": "unnamed", "kind": "witness"}, {"url": _PAGE}),
        _said({"disclosure": "unnamed"}, {"url": _PAGE}, "It was gas"),
        _said({"disclosure": "unnamed", "kind": "witness", "party": "russia"}, {"url": _PAGE}, "It was fire"),
    ],
    "a kind that was assumed": [_said(None, {"url": _PAGE}), ("/v1/documents", _RELEASE)],
    "an agency that is credited": [
        _said({"name": "Ada"}, {"url": _PAGE, "byline": "Reuters"}),
        ("/v1/sources", {"name": "Reuters"}),
    ],
    "another name, then who is called so": [
        ("/v1/sources", {"name": "Ines Varga", "aliases": [{"name": "The chief"}]}),
        ("/v1/sources", {"name": "The chief"}),
    ],
    "more than nine, each with a remark": [
        ("/v1/documents", {"url": f"http://www.kestrel.example/1?utm_source={n}", "published": f"2023-08-{n % 2 + 10}"})
        for n in range(14)
    ],
}


async def _answers(
    service: FastAPI,
    client: httpx.AsyncClient,
    beside: Kept,
    connected: dict[str, Database],
    case: tuple[str, Sequence[Scope]],
    *,
    once: bool,
) -> tuple[list[Any], Json]:
    async with serving(service, beside, connected) as connection:
        await begin(client)
        async with service.state.database.writing(Signature("tests")) as session:
            key = await make_key(session, "sender", case[1])
        bearer = {"Authorization": f"Bearer {key}"}
        sender = httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://test", headers=bearer)
        # The first is under way while the others come.
        calls = [("/v1/sources", {"name": "Who came first"}), *_CALLS[case[0]]]
        if once:
            answers = await at_once(service, sender, connection, calls)
        else:
            answers = [await sender.post(path, json=body) for path, body in calls]
        assert all(answer.status_code < 400 for answer in answers)
        return told(answers), await shown(client)


@pytest.mark.parametrize("case", list(product(_CALLS, _SCOPES)), ids=lambda case: f"{case[0]}, {case[1][-1]}")
async def test_each_is_told_what_it_would_be_after_those_before(
    service: FastAPI,
    client: httpx.AsyncClient,
    beside: Kept,
    connected: dict[str, Database],
    case: tuple[str, Sequence[Scope]],
) -> None:
    at_once_told, at_once_shown = await _answers(service, client, beside, connected, case, once=True)
    one_by_one_told, one_by_one_shown = await _answers(service, client, beside, connected, case, once=False)
    assert list(differences(at_once_told, one_by_one_told)) == []
    assert list(differences(at_once_shown, one_by_one_shown)) == []


async def test_what_a_part_may_be_is_not_told_of_one_that_another_body_has_made(
    service: FastAPI, client: httpx.AsyncClient, event: str, psql: psycopg.Connection
) -> None:
    stored = await client.post("/v1/sources", json={"name": "Ines Varga", "kind": "official"})
    statements = [{"stance": "support", "source": {"name": name}} for name in ("Gov. Ines Varga", "Kestrel Watch")]
    calls: list[Call] = [
        ("/v1/sources", {"name": "Who came first"}),
        (f"{event}/claims", {"text": "It was a drone", "statements": statements[1:]}),
        (f"{event}/claims", {"text": "It was gas", "statements": statements}),
    ]
    parts = (await at_once(service, client, psql, calls))[2].json()["statements"]
    assert [[each["id"] for each in part["source"]["similar"]] for part in parts] == [[stored.json()["id"]], []]


async def test_who_loses_patience_in_the_commit_is_told_that_it_is_stored(
    service: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.3)
    store = together._store

    async def wait_before_commit(*arguments: Any) -> None:
        await store(*arguments)
        await asyncio.sleep(0.5)

    monkeypatch.setattr(together, "_store", wait_before_commit)
    calls = [("/v1/sources", {"name": f"Ines Varga {number}"}) for number in range(4)]
    answers = await at_once(service, client, psql, calls)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 4
