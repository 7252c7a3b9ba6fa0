"""What an operator is told of requests: a line of JSON in the log, numbers for Prometheus, spans."""

import asyncio
import json
from typing import Any, Final

import httpx
import psycopg
import pytest
from calls import claim
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from app.api import observing
from app.api.kept import store
from app.errors import Unavailable
from app.services.access import Keys
from app.settings import Settings
from app.telling import logs, request_notes
from app.turns import Turns

Client = httpx.AsyncClient
PARENT: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE: Final = PARENT.split("-")[1]


@pytest.fixture
def keeping(app: FastAPI) -> None:
    app.state.keys, app.state.kept = Keys(), store.store(Settings(kept_mb=8), anonymous_seconds=60)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    logs.write_requests()
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def number(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"counterclaim_{name}", labels) or 0


# --- the log ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("logged", "keeping")
async def test_a_line_tells_of_route_key_and_statements(
    client: Client, anybody: Client, event: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(capsys)
    answers = [await client.get(f"{event}/dossier"), await client.get(f"{event}/dossier"), await anybody.get(event)]
    made, kept, without_key = lines(capsys)
    template = "/v1/events/{event}/dossier"
    assert (made["route"], made["path"], made["method"], made["status"]) == (template, f"{event}/dossier", "GET", 200)
    assert made["sql"] > kept["sql"] == 1, "what is kept costs one statement with a key"
    assert (made["key"], kept["key"], kept["route"]) == ("tester", "tester", template)
    assert "key" not in without_key
    assert all(line["ms"] >= 0 and line["event"] == "request" for line in (made, kept))
    told = [line["request_id"] for line in (made, kept, without_key)]
    assert told == [answer.headers["X-Request-ID"] for answer in answers]
    assert key not in json.dumps([made, kept, without_key])


@pytest.mark.usefixtures("logged")
async def test_a_line_tells_of_writes_and_refusals_and_of_what_has_no_route(
    client: Client, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(capsys)
    await client.post(f"{event}/claims", json={"text": "It burned"})
    await client.post(f"{event}/claims", json={"text": 1})
    await client.get("/v1/nowhere/1")
    await client.head("/livez")
    told = [(line["status"], line["route"], line.get("key"), line["sql"] > 0) for line in lines(capsys)]
    claims = "/v1/events/{event}/claims"
    assert told[0] == (201, claims, "tester", True)
    assert told[1][:3] == (422, claims, "tester")
    assert told[2] == (404, "", None, False)
    assert told[3] == (200, "/livez", None, False)


@pytest.mark.usefixtures("logged", "keeping")
async def test_lines_are_written_in_the_next_turn_of_the_loop(
    anybody: Client, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(capsys)
    await asyncio.gather(*(anybody.get(event) for _ in range(3)))
    await asyncio.sleep(0)
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["path"], line["status"]) for line in told] == [(event, 200)] * 3
    assert lines(capsys) == []


# --- traces ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("logged", "keeping")
async def test_a_trace_is_taken_from_the_request_and_given_on(
    client: Client, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(capsys)
    paths = (f"{event}/dossier", f"{event}/dossier", "/v1/search?q=word", "/v1/nowhere")
    answers = [await client.get(path, headers={"traceparent": PARENT}) for path in paths]
    for answer, line in zip(answers, lines(capsys), strict=True):
        version, trace_id, span_id, flags = answer.headers["traceresponse"].split("-")
        assert (version, trace_id, flags, line["parent_id"]) == ("00", TRACE, "01", PARENT.split("-")[2])
        assert line["traceparent"] == answer.headers["traceresponse"]
        assert span_id != line["parent_id"]
    assert len({answer.headers["traceresponse"] for answer in answers}) == 4
    again = await client.get(f"{event}/dossier")
    assert "traceresponse" not in again.headers, "another's trace is kept with no answer"


@pytest.mark.parametrize(
    ("sent", "is_trace"),
    [
        (PARENT, True),
        (PARENT.replace("00-", "cc-", 1) + "-what-the-future-adds", True),
        (PARENT + "-more", False),
        (PARENT.replace("00-", "ff-", 1), False),
        (PARENT.upper(), False),
        (f"00-{'0' * 32}-b7ad6b7169203331-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (f"00-{TRACE}-b7ad6b7169203331", False),
        ('"}, {"x": "', False),
        ("", False),
    ],
)
def test_what_is_no_traceparent_is_none(sent: str, *, is_trace: bool) -> None:
    assert (request_notes.trace(sent) is not None) == is_trace


async def test_spans_are_made_of_all_requests_also_of_what_is_kept(
    app: FastAPI, client: Client, event: str, keeping: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setitem(app._telemetry, "tracer_provider", provider)
    monkeypatch.setattr(app, "is_traced", True)
    answers = [await client.get(f"{event}/dossier", headers={"traceparent": PARENT}) for _ in range(2)]
    served = [span for span in spans.get_finished_spans() if span.kind.name == "SERVER"]
    assert [(span.name, span.attributes and span.attributes["http.route"]) for span in served] == [
        ("GET /v1/events/{event}/dossier", "/v1/events/{event}/dossier")
    ] * 2
    contexts = [span.context for span in served if span.context]
    assert {f"{context.trace_id:032x}" for context in contexts} == {TRACE}
    assert [answer.headers["traceresponse"].split("-")[2] for answer in answers] == [
        f"{context.span_id:016x}" for context in contexts
    ]


# --- numbers ---------------------------------------------------------------------------------------------------------


async def test_requests_are_counted_by_the_template_of_their_path(client: Client, event: str, keeping: None) -> None:
    labels = {"method": "GET", "route": "/v1/events/{event}", "status": "200"}
    before = [number("request_seconds_count", **labels), number("kept_answers_total", result="hit")]
    for _ in range(3):
        await client.get(event)
    after = [number("request_seconds_count", **labels), number("kept_answers_total", result="hit")]
    assert [late - early for late, early in zip(after, before, strict=True)] == [3, 2]
    unknown = {"method": "OTHER", "route": "none"}
    await client.request("PROPFIND", "/v1/made/up")
    assert number("request_seconds_count", **unknown, status="404") == 1
    paths = {sample.labels.get("route") for metric in REGISTRY.collect() for sample in metric.samples}
    assert not [path for path in paths if path and event in path]


async def test_what_is_refused_and_lines_of_ingest_are_counted(client: Client, anybody: Client, event: str) -> None:
    names = [("problems_total", "problem", "unauthorized"), ("problems_total", "problem", "not-found")]
    names += [("ingest_lines_total", "outcome", outcome) for outcome in ("created", "matched", "failed")]
    before = [number(name, **{label: value}) for name, label, value in names]
    await anybody.post(f"{event}/claims", json={"text": "It burned"})
    await anybody.get("/v1/events/ref:nobody")
    line = '{"type": "event", "ref": "e", "title": "E"}'
    body = ['{"type": "source", "name": "A"}', line, "no JSON", line]
    await client.post("/v1/ingest", content="\n".join(body), headers={"Content-Type": "application/x-ndjson"})
    after = [number(name, **{label: value}) for name, label, value in names]
    assert [late - early for late, early in zip(after, before, strict=True)] == [1, 1, 2, 1, 1]


async def test_places_memory_and_the_ledger_are_told(app: FastAPI, client: Client, event: str, keeping: None) -> None:
    locks = number("ledger_wait_seconds_count")
    await claim(client, event)
    await client.get(f"{event}/dossier")
    await observing.look(app.state.database)
    assert number("ledger_seq") == 2
    assert number("ledger_wait_seconds_count") > locks
    assert number("kept_bytes") > 1_000
    places = Turns("exports", 1, 0.01)
    refused, waits = number("turns_refused_total", work="exports"), number("turn_wait_seconds_count", work="exports")
    async with places.turn():
        waiting = asyncio.create_task(places.take())
        await asyncio.sleep(0)
        assert [number("turns", work="exports", state=state) for state in ("taken", "waiting", "places")] == [1, 1, 1]
    await waiting
    places.give_back(9)  # from now on it is expected to take long
    places.give_back(300)
    places.taken = 1
    with pytest.raises(Unavailable):
        await places.take()
    assert number("turns_refused_total", work="exports") == refused + 1
    assert number("turn_wait_seconds_count", work="exports") == waits + 1


async def test_webhooks_are_told_also_where_nobody_sends(
    app: FastAPI, client: Client, event: str, psql: psycopg.Connection
) -> None:
    for nth in range(4):
        made = await client.post("/v1/webhooks", json={"url": f"https://e.org/{nth}"})
        assert made.status_code == 201, made.text
    psql.execute("UPDATE webhook SET disabled_reason = 'gone', failing_since = '2000-01-01' WHERE url LIKE '%0'")
    psql.execute("UPDATE webhook SET attempts = 2, failing_since = now() - interval '1 hour' WHERE url LIKE '%1'")
    await observing.look(app.state.database)
    assert [number("webhooks", state=state) for state in ("sent_to", "failing", "disabled")] == [2, 1, 1]
    assert 3600 <= number("webhook_lag_seconds") < 3700
