"""Bodies with something in them changed at random, from who may do much and from anybody: no answer is a 5xx."""

import copy
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Final, TypeAlias

import httpx
import pytest
import soaking
from fastapi import FastAPI
from key_holders import make_key

from app.database import Signature

BODIES: Final = 200
Place: TypeAlias = tuple[Any, Any]
NASTY: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1e308, 5e-324, 10**30, "", " ", "\u0000", "a" * 6_000, "ref:", "ref:a", "#a", "2023-02-30",
    "24:00", "0000", "9999-12-31T23:59:60Z", "\u202eabc", "\ufdfa" * 50, "\u0301" * 200, "https://", "https://[::1",
    "http://a..b/%", [], {}, [[]], [None], {"": ""}, [{}], {"name": {}}, "{}", "[]",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
SOURCE: Final[dict[str, Any]] = {
    "name": "Ines Varga", "kind": "official", "party": "ukraine", "aliases": [{"name": "I. Varga", "language": "en"}],
    "external_ids": {"wikidata": "Q1"}, "parent": {"name": "Ministry"}, "url": "https://v.example", "ref": "varga",
}  # fmt: skip
DOCUMENT: Final[dict[str, Any]] = {
    "url": "https://news.example/1", "published": "2023-08-09T12:00+03:00", "title": "Blast",
    "publisher": {"name": "News"},
    "text": "“It was a drone,” he said. Nobody else saw it.", "headline": "A blast", "language": "en",
    "links": [{"relation": "quotes", "to": {"url": "https://news.example/2"}}],
}  # fmt: skip
STATEMENT: Final[dict[str, Any]] = {
    "source": SOURCE, "stance": "support", "said": "2023-08-09T13:24+03:00", "wording": "It was a drone,",
    "quoted": True, "language": "en", "document": DOCUMENT, "cue": "said",
    "hops": [{"source": {"name": "Agency", "kind": "agency"}}],
}  # fmt: skip
CLAIM: Final[dict[str, Any]] = {
    "label": "#a", "ref": "claim", "text": "A drone hit it", "language": "en", "statements": [STATEMENT],
    "question": {"text": "What was it?", "kind": "cause", "language": "en"},
}  # fmt: skip
FIGURE: Final[dict[str, Any]] = {
    "label": "#b", "figure": {"min": 31, "max": 80},
    "question": {"measure": "injured", "subject": "workers"}, "statements": [{"source": {"name": "A"}}],
}  # fmt: skip
EVENT: Final[dict[str, Any]] = {
    "title": "Explosion", "slug": "explosion", "occurred": "2023-08-09", "ref": "event", "summary": "A blast.",
    "place_name": "Zagorsk", "country": "RU", "latitude": 56.3, "longitude": 38.1, "tags": ["fire"], "language": "en",
}  # fmt: skip
REPORT: Final[dict[str, Any]] = {
    "ref": "report", "document": DOCUMENT,
    "events": [{
        **EVENT, "claims": [CLAIM, FIGURE], "claim_links": [{"from": "#a", "relation": "contradicts", "to": "#b"}],
        "assessments": [{"claim": "#a", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "unverified"}],
    }],
}  # fmt: skip
LINES: Final = [
    {"type": "event", **EVENT}, {"type": "source", **SOURCE}, {"type": "document", **DOCUMENT},
    {"type": "report", **REPORT},
    {"type": "claim", "event": "ref:event", **CLAIM},
    {"type": "statement", "claim": "ref:claim", **STATEMENT},
]  # fmt: skip
CALLS: Final[list[tuple[str, str, Any]]] = [
    ("POST", "/v1/reports", REPORT),
    ("POST", "/v1/events", EVENT),
    ("POST", "/v1/events/ref:event/claims", CLAIM),
    ("POST", "/v1/claims/ref:claim/statements", STATEMENT),
    ("POST", "/v1/sources", SOURCE),
    ("POST", "/v1/documents", DOCUMENT),
    ("POST", "/v1/lookup", {"items": [{"url": "https://news.example/1"}, {"type": "claim", "ref": "claim"}]}),
    ("PATCH", "/v1/events/ref:event", EVENT),
    ("PATCH", "/v1/sources/ref:varga", SOURCE),
    ("PATCH", "/v1/claims/ref:claim", {"text": "A drone", "language": "en", "question": "ref:q", "notes": "n"}),
    ("POST", "/v1/sources/ref:varga/merge", {"into": "ref:other"}),
    ("POST", "/v1/ingest", LINES),
]


def places(value: Any) -> list[Place]:
    """All members and items in a value: what has them, and where."""
    if isinstance(value, dict):
        return [(value, name) for name in value] + [place for inner in value.values() for place in places(inner)]
    if isinstance(value, list):
        return [(value, nth) for nth in range(len(value))] + [place for inner in value for place in places(inner)]
    return []


def changed(body: Any, rng: random.Random) -> Any:
    """The body with one to three things changed."""
    body = copy.deepcopy(body)
    for _ in range(rng.randint(1, 3)):
        if there := places(body):
            rng.choice((_replace, _replace, _leave_out, _take_from_elsewhere, _rename, _garble))(there, rng)
    return body


def _replace(there: list[Place], rng: random.Random) -> None:
    holder, name = rng.choice(there)
    holder[name] = copy.deepcopy(rng.choice(NASTY))


def _leave_out(there: list[Place], rng: random.Random) -> None:
    holder, name = rng.choice(there)
    del holder[name]


def _take_from_elsewhere(there: list[Place], rng: random.Random) -> None:
    (holder, name), (other, other_name) = rng.choice(there), rng.choice(there)
    holder[name] = copy.deepcopy(other[other_name])


def _rename(there: list[Place], rng: random.Random) -> None:
    """Give a member another name; have an item twice."""
    holder, name = rng.choice(there)
    if isinstance(holder, dict):
        holder[f"{name}x"] = holder.pop(name)
    else:
        holder.append(copy.deepcopy(holder[name]))


def _garble(there: list[Place], rng: random.Random) -> None:
    """Put a sign into a text that hardly belongs there."""
    holder, name = rng.choice(there)
    if isinstance(text := holder[name], str):
        cut = rng.randrange(len(text) + 1)
        holder[name] = text[:cut] + chr(rng.choice((0, 9, 0x301, 0x202E, 0xFFFF, 0x1F600, 0xAD))) + text[cut:]


def written(body: Any, rng: random.Random) -> bytes:
    """As JSON or lines; of ten one has some bytes changed, too."""
    parts = body if isinstance(body, list) else [body]
    content = bytearray("\n".join(json.dumps(part) for part in parts).encode("utf-8", "replace"))
    for _ in range(rng.randint(1, 3) if content and not rng.randrange(10) else 0):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


@pytest.fixture
async def desk(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may read, record and change, where there is something to change already."""
    async with app.state.database.writing(Signature("tests")) as session:
        token = await make_key(session, "desk", ("read", "ingest", "edit", "assess"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as one:
        answer = await one.post("/v1/reports", json=REPORT)  # of others it would be refused when it comes again
        assert answer.status_code == 201, answer.text
        yield one


@pytest.mark.soak
async def test_no_body_is_answered_by_a_5xx(desk: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    rng = random.Random(soaking.SEED if soaking.SOAK else 0)
    statuses, failed = Counter[int](), list[str]()
    for nth in range(soaking.times(BODIES)):
        method, path, body = rng.choice(CALLS)
        content = written(changed(body, rng), rng)
        kind = "application/x-ndjson" if path == "/v1/ingest" else "application/json"
        # Of anybody's the most are not read: a few show that.
        headers = {"Content-Type": kind} | ({"If-Match": "*"} if method == "PATCH" else {})
        answers = [await desk.request(method, path, content=content, headers=headers)]
        if not nth % 10 or path == "/v1/lookup":
            answers.append(await anybody.request(method, path, content=content, headers=headers))
        for answer in answers:
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 or b'"status":500' in answer.content or b'"status":503' in answer.content:
                failed.append(f"{method} {path} {content[:3000]!r}: {answer.text[:500]}")
    print(statuses)  # noqa: T201
    assert failed == [], "\n\n".join(failed[:5])
    assert statuses[200] + statuses[201] > soaking.times(BODIES) / 20, statuses
    assert statuses[422] > soaking.times(BODIES) / 4, statuses
