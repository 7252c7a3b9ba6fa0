"""Bodies as ingest scripts send them, and what can be asked about the answers."""

from collections.abc import Iterator
from typing import Any, Final

import httpx
import psycopg
from fastapi import FastAPI
from key_holders import make_key

from app.database import Signature

Answer = dict[str, Any]
TABLES: Final = (
    "source", "source_link", "document", "document_version", "document_link", "event", "event_link", "question",
    "claim", "claim_link", "statement", "appearance", "appearance_hop", "assessment", "assessment_document", "report",
)  # fmt: skip


async def sent(client: httpx.AsyncClient, path: str, body: Any, status: int | None = None) -> Answer:
    """The answer to a POST, which is a success unless `status` says otherwise; without what was done."""
    answer = await client.post(path, json=body)
    assert answer.status_code == status if status else answer.is_success, answer.text
    found: Answer = answer.json()
    found.pop("remarks", None)
    found.pop("changed", None)
    return found


async def refused(client: httpx.AsyncClient, path: str, body: Any, status: int = 422) -> str:
    """The pointer of the first error in the refusal of a POST."""
    answer = await sent(client, path, body, status)
    pointer: str = answer["errors"][0]["pointer"]
    assert pointed(body, pointer), pointer
    return pointer


def pointed(body: Any, pointer: str) -> bool:
    """Whether the place is in the body, or is a member that an object in it could have."""
    *steps, last = pointer.split("/")[1:] or [""]
    for step in steps:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return isinstance(body, dict) or int(last) < len(body)


def outcomes(answer: Any) -> set[str]:
    """Every outcome in an answer."""
    return set(_outcomes(answer))


def _outcomes(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        yield from (answer["outcome"],) if "outcome" in answer else ()
        answer = list(answer.values())
    if isinstance(answer, list):
        for part in answer:
            yield from _outcomes(part)


def again(answer: Any) -> Any:
    """The same answer, had everything been there already."""
    if isinstance(answer, dict):
        return {name: "matched" if name == "outcome" else again(value) for name, value in answer.items()}
    return [again(value) for value in answer] if isinstance(answer, list) else answer


def rows(psql: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows each table has, and how far the ledger is."""
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)
    cursor = psql.execute(f"SELECT {counts}, (SELECT seq FROM ledger_head) AS ledger".encode())
    assert cursor.description is not None
    return dict(zip([column.name for column in cursor.description], cursor.fetchone() or (), strict=True))


def new(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """By how much each table has grown."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name] and name != "ledger"}


def said(name: str, **given: Any) -> Answer:
    """A statement by a named source."""
    return {"source": {"name": name}} | given


def claim(text: str, *statements: Answer, **given: Any) -> Answer:
    return {"text": text, "statements": list(statements)} | given


def figure(number: float, *statements: Answer, measure: str = "injured", **given: Any) -> Answer:
    return {"question": {"measure": measure}, "figure": {"min": number}, "statements": list(statements)} | given


def report(*claims: Answer, ref: str | None = None, event: str = "blast", **given: Any) -> Answer:
    """A report on one event, in one document."""
    body: Answer = {
        "document": {"url": "https://news.example/1", "published": "2023-08-09", "text": "The whole text."},
        "events": [{"ref": event, "title": "Blast", "claims": list(claims)} | given],
    }
    return body | ({"ref": ref} if ref else {})


async def reporter(service: FastAPI) -> httpx.AsyncClient:
    """Somebody with a key of this service, for a test that has no fixtures of its loop."""
    async with service.state.database.writing(Signature("tests")) as session:
        token = await make_key(session, "any")
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://test", headers=headers)
