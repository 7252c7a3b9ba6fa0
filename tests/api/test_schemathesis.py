"""Every operation of the description, met with its examples, the edges of its schemas, random data, and in sequence.

Whatever is sent, and whoever sends it, the answer is one that the description tells: its status, its headers, its body.
"""

import asyncio
import os
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import soaking
from describing import inlined, statuses
from key_holders import make_key
from schemathesis import engine, hooks
from schemathesis.core.failures import Failure
from schemathesis.engine import events
from services_at import serving

from app import database
from app.database import Signature
from app.settings import Settings

# How long each phase may take, and how many examples it makes up. What it has not come to then, it leaves to
# `make soak`.
SECONDS = {"examples": 2, "coverage": 3 if soaking.SOAK else 2, "fuzzing": 2, "stateful": 2}
# Beside whoever may do everything: each in all phases in `make soak`, and one of them in one here.
IDENTITIES = {"a desk": ("read", "ingest", "edit"), "anybody": None}
PHASES_OF_OTHERS = [
    pytest.param(
        phase,
        identity,
        marks=() if soaking.SOAK or (phase, identity) == ("coverage", "a desk") else pytest.mark.skip("in `make soak`"),
    )
    for phase in SECONDS
    for identity in IDENTITIES
]
PATIENCE = 1, 3, 10  # times as long, where a busy machine has called nothing by then
EXAMPLES = 3
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
schemathesis.serializer.alias("application/x-ndjson", "text/plain")
REPORT = {
    "ref": "report",
    "document": {
        "url": "https://news.example/1",
        "text": "“It was a drone,” he said.",
        "links": [{"relation": "quotes", "to": {"url": "https://news.example/2"}}],
    },
    "events": [
        {
            "ref": "event",
            "title": "Explosion",
            "occurred": "2023-08-09",
            "event_links": [{"relation": "related", "to": "ref:before"}],
            "claims": [
                {
                    "label": "#a",
                    "text": "A drone",
                    "question": {"text": "Why?", "kind": "cause"},
                    "statements": [{"source": {"name": "A"}, "wording": "It was a drone,", "quoted": True}],
                },
                {"label": "#b", "question": {"measure": "injured"}, "figure": {"min": 31}, "statements": [{}]},
            ],
            "claim_links": [{"from": "#a", "relation": "contradicts", "to": "#b"}],
            "assessments": [{"claim": "#a", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "unverified"}],
        },
        {"ref": "before", "title": "Fire"},
    ],
}


@pytest.fixture
def base_url(database_url: str) -> Iterator[str]:
    with serving(database_url) as url:
        yield url


def _addresses(client: httpx.Client) -> dict[str, list[str]]:
    """Records that are there, by where they are found."""
    assert client.post("/v1/reports", json=REPORT).status_code == 201
    (someone, *_), namesake = client.get("/v1/sources").json()["items"], {"name": "Aa", "kind": "official"}
    linked = {"to": client.post("/v1/sources", json=namesake).json()["id"]}
    assert client.post(f"/v1/sources/{someone['id']}/links", json=linked).status_code == 201
    found = {
        kind: [one["id"] for one in client.get(f"/v1/{kind}").json()["items"]]
        for kind in ("sources", "documents", "events", "questions", "claims", "statements", "assessments")
    }
    inner = {
        "claim-links": "events",
        "event-links": "events",
        "document-links": "documents",
        "source-links": "sources",
        "appearances": "statements",
    }
    for kind, outer in inner.items():
        way = "links" if outer in ("documents", "sources") else kind
        found[kind] = [
            one["id"] for key in found[outer] for one in client.get(f"/v1/{outer}/{key}/{way}").json()["items"]
        ]
        assert found[kind], kind
    found["events"].append("ref:event")
    return found


@pytest.fixture
def some_calls_find_something(base_url: str, key: str) -> Iterator[None]:
    """Let two of three calls find what they ask for, and every change the version that is there."""
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        there = _addresses(client)

    def before_call(_context: Any, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
        kind = (*case.path.split("/"), "", "", "")[2]
        drawn = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode("utf-8", "replace"))
        if kind in there and case.path_parameters and drawn % 3:
            name = next(iter(case.path_parameters))
            # What is deleted was there a moment ago, and what the other calls need stays.
            case.path_parameters[name] = (
                "ref:gone" if case.method == "DELETE" else there[kind][drawn % len(there[kind])]
            )
        if isinstance(case.query.get("wait"), float | int):
            case.query["wait"] /= 100  # as long as it may be, it would be waited for
        if case.method in ("PATCH", "DELETE") and drawn % 5:
            case.headers["If-Match"] = "*"

    schemathesis.hook("before_call")(before_call)
    yield
    hooks.unregister(before_call)


@pytest.fixture
def token(key: str, database_url: str, identity: str) -> str | None:
    """What the caller sends as a key."""
    scopes = IDENTITIES.get(identity, ())
    return asyncio.run(_key_of(database_url, scopes)) if scopes else key if identity not in IDENTITIES else None


async def _key_of(url: str, scopes: tuple[str, ...]) -> str:
    connected = database.connect(Settings(database_url=url))
    async with connected.writing(Signature("tests")) as session:
        made = await make_key(session, "desk", scopes)
    await connected.dispose()
    return made


def _settings(phase: str, seconds: int, base_url: str, token: str | None) -> schemathesis.Config:
    return schemathesis.Config.from_dict(
        {
            "seed": int(os.environ.get("COUNTERCLAIM_SOAK_SEED", "20230809")),
            "max-time": soaking.times(seconds),
            "base-url": base_url,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "continue-on-failure": True,
            "request-timeout": 15,
            "generation": {
                "deterministic": not soaking.SOAK,
                "no-shrink": True,
                "max-examples": soaking.times(EXAMPLES),
                "database": "none",
            },
            "checks": {"enabled": False} | {name: {"enabled": True} for name in CHECKS},
            "phases": {name: {"enabled": name == phase} for name in SECONDS},
        }
    )


@pytest.mark.soak
@pytest.mark.parametrize(("phase", "identity"), [*((phase, "everything") for phase in SECONDS), *PHASES_OF_OTHERS])
@pytest.mark.usefixtures("some_calls_find_something")
def test_whatever_is_sent_the_answer_is_as_described(
    base_url: str, token: str | None, phase: str, described: dict[str, Any]
) -> None:
    failures: dict[str, str] = {}
    called: dict[str, set[int]] = {}
    for patience in PATIENCE:
        config = _settings(phase, patience * SECONDS[phase], base_url, token)
        schema: schemathesis.BaseSchema = schemathesis.openapi.from_dict(_spelt_out(described), config=config)
        schema = schema.exclude(operation_id=["stream_changes", "stream_event"])  # their answers have no end
        if phase == "examples":  # these two take longest to prepare, and test_openapi sends theirs
            schema = schema.exclude(operation_id=["create_report", "create_claim"])
        for event in engine.from_schema(schema).execute():
            if isinstance(event, events.FatalError | events.NonFatalError):
                failures[repr(event)] = repr(event)
            if isinstance(event, events.ScenarioFinished):
                _note(event, failures, called)
        # On a busy machine the time may be over before anything was answered but by a refusal.
        is_answered = any(status < 300 for statuses in called.values() for status in statuses)
        if is_answered:
            break
    assert failures == {}, "\n\n".join(failures.values())
    assert is_answered


def _spelt_out(described: dict[str, Any]) -> dict[str, Any]:
    """With every status that a `default` stands for: else any would do."""
    paths = inlined(described)
    for item in paths.values():
        for operation in item.values():
            told = statuses(operation) - set(operation["responses"]) - {"default"}
            operation["responses"] |= dict.fromkeys(told, operation["responses"].pop("default", None))
    return described | {"paths": paths}


def _note(event: events.ScenarioFinished, failures: dict[str, str], called: dict[str, set[int]]) -> None:
    for key, interaction in event.recorder.interactions.items():
        if interaction.response is not None:
            case = event.recorder.cases[key].value
            called.setdefault(case.operation.label, set()).add(interaction.response.status_code)
        for check in event.recorder.checks.get(key, []):
            if check.failure_info is not None:
                failure: Failure = check.failure_info.failure
                sent = event.recorder.cases[key].value
                failures.setdefault(
                    f"{check.name} {sent.operation.label}", f"{failure}\n{check.failure_info.code_sample[:1500]}"
                )
