"""What a body may cost whoever reads it: nothing before the key is known, and no more than its bounds after."""

import asyncio
import json
import re
import time
from typing import Any

import httpx
import psycopg
import pytest
from calls import post
from describing import inlined
from fastapi import FastAPI

from app import jsontext

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
TEXTS_GO = {
    ("post", "/v1/documents"),
    ("post", "/v1/documents/{document}/links"),
    ("post", "/v1/documents/{document}/versions"),
    ("post", "/v1/events/{event}/claims"),
    ("post", "/v1/events/{event}/statements"),
    ("post", "/v1/events/{event}/assessments"),
    ("post", "/v1/statements/{statement}/appearances"),
    ("post", "/v1/reports"),
}


def taking_bodies(description: dict[str, Any]) -> list[tuple[str, str]]:
    paths = inlined(description).items()
    return [(method, path) for path, of in paths for method, operation in of.items() if "requestBody" in operation]


async def asked(app: FastAPI, method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    """The answer to a request whose body must not be asked for."""
    sent: list[Any] = []

    async def receive() -> Any:
        pytest.fail(f"{method} {path} reads the body")

    async def send(message: Any) -> None:
        sent.append(message)

    path = re.sub(r"\{\w+\}", "ref:none", path.replace("{records}", "claims"))
    scope = {
        "type": "http", "method": method.upper(), "path": path, "query_string": b"", "http_version": "1.1",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http", "server": ("test", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent))


async def test_nobody_has_a_body_read_who_may_not_send_it(
    app: FastAPI, key: str, described: dict[str, Any], psql: psycopg.Connection
) -> None:
    psql.execute("UPDATE api_key SET scopes = '{confidential}'")
    chunked = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}
    operations = [operation for operation in taking_bodies(described) if operation != ("post", "/v1/lookup")]
    assert len(operations) > 25
    for method, path in operations:
        assert (await asked(app, method, path, chunked))[0] == 401, path
        assert (await asked(app, method, path, chunked | {"Authorization": "Bearer cc_none"}))[0] == 401, path
        assert (await asked(app, method, path, chunked | {"Authorization": f"Bearer {key}"}))[0] == 403, path
    assert (await asked(app, "post", "/v1/lookup", chunked | {"Authorization": "Bearer cc_none"}))[0] == 401


async def test_how_large_a_body_may_be_says_its_route(app: FastAPI, key: str, described: dict[str, Any]) -> None:
    keyed = {"Authorization": f"Bearer {key}"}
    for method, path in taking_bodies(described):
        if path == "/v1/ingest":
            continue
        most = 8_000_000 if (method, path) in TEXTS_GO else 256_000
        status, told = await asked(app, method, path, keyed | JSON | {"Content-Length": str(most + 1)})
        assert (status, told["type"]) == (413, "/problems/too-large"), path
        assert f"{most:,} bytes" in told["detail"], path


MANY = jsontext.VALUES


@pytest.mark.parametrize(
    ("content", "fits"),
    [
        (b"[" + b"0," * (MANY - 2) + b"0]", True),
        (b"[" + b"0," * (MANY - 1) + b"0]", False),
        (b"[" + b"[]," * (MANY - 2) + b"{ }]", True),
        (b"[" + b"[],\n" * (MANY - 1) + b"{}]", False),
        (b'["' + b"[,{" * MANY + b'"]', True),  # in a text
        (b'["\\\\","' + b'\\"[,{' * MANY + b'"]', True),
        (b"[" + b'"",' * (MANY - 2) + b'""]', True),
        (b"[" + b'"",' * (MANY - 1) + b'""]', False),
        (b"[" + b'"\\",",' * (MANY - 2) + b'","]', True),
        (json.dumps({f"m{nth}": 0 for nth in range(MANY - 1)}).encode(), True),
        (json.dumps({f"m{nth}": 0 for nth in range(MANY)}).encode(), False),
        (b'{"a":{' + b",".join(b'"%d":[%d]' % (nth, nth) for nth in range(MANY // 2)) + b"}}", False),
    ],
)
async def test_values_are_counted_before_they_are_made(client: httpx.AsyncClient, content: bytes, fits: bool) -> None:
    answer = await client.post("/v1/documents", content=content, headers=JSON)
    assert answer.status_code == (422 if fits else 413), answer.text
    assert fits or "50,000 values" in answer.json()["detail"]
    line, _ = (await client.post("/v1/ingest", content=content.replace(b"\n", b" "), headers=LINES)).text.splitlines()
    assert ("50,000 values" in json.loads(line)["detail"]) is not fits


async def longest_pause(client: httpx.AsyncClient, content: bytes) -> tuple[int, float]:
    """The status of an answer, and for how long at most nobody else had their turn meanwhile, in seconds."""
    pauses, over = [0.0], asyncio.Event()

    async def tick() -> None:
        while not over.is_set():
            since = time.perf_counter()
            await asyncio.sleep(0)
            pauses.append(time.perf_counter() - since)

    ticking = asyncio.create_task(tick())
    answer = await client.post("/v1/documents", content=content, headers=JSON)
    over.set()
    await ticking
    return answer.status_code, max(pauses)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"[" + b"[]," * 2_600_000 + b"[]]", 413),
        (json.dumps({f"m{nth}": "x" * 140 for nth in range(MANY - 1)}).encode(), 422),
        (b'{"a": "' + b"," * 7_500_000 + b'", "a": 1}', 422),
    ],
)
async def test_a_large_body_keeps_nobody_waiting(client: httpx.AsyncClient, content: bytes, status: int) -> None:
    await client.post("/v1/documents", json={"none": 1})  # the description is made once
    answered, pause = await longest_pause(client, content)
    assert answered == status
    assert pause < 0.4  # it was 2 to 5 s


async def test_too_much_that_is_wrong_is_only_counted(client: httpx.AsyncClient) -> None:
    for misspelt, told in ((5_000, 100), (15_000, 1)):
        wrong = {"url": "https://a.example/"} | {f"m{nth}": nth for nth in range(misspelt)}
        answer = await client.post("/v1/documents", json=wrong)
        assert answer.status_code == 422
        assert len(answer.json()["errors"]) == told
        line = json.dumps({"type": "document"} | wrong)
        lines = (await client.post("/v1/ingest", content=line, headers=LINES)).text.splitlines()
        assert len(json.loads(lines[0])["errors"]) == told
    assert "15,000 things" in answer.json()["detail"]


async def test_a_large_body_says_and_does_what_a_small_one_does(client: httpx.AsyncClient) -> None:
    told = []
    for nth, text in enumerate(("Short.", "Long. " * 20_000)):
        body = {"url": f"https://a.example/{nth}", "text": text}
        wrong = await client.post("/v1/documents", json=body | {"html_status": 1, "http_status": []})
        right = await client.post("/v1/documents", json=body | {"http_status": "200", "language": "Russian"})
        told.append((wrong.json()["errors"], right.status_code, right.json()["remarks"]))
    assert told[0] == told[1]
    assert len(told[0][2]) == 2


async def test_a_report_may_be_large(client: httpx.AsyncClient) -> None:
    claims = [{"text": f"Claim {nth}, " + "and more " * 100, "statements": [{}]} for nth in range(100)]
    report = {"document": {"url": "https://a.example/long"}, "events": [{"title": "E", "slug": "e", "claims": claims}]}
    assert len((await post(client, "/v1/reports", report))["events"][0]["claims"]) == 100


LONG_FORMS = ["\ufdfa" * 1_000_000, "\u3316" * 300_000, "x" * 10_000 + "\ufdfb" * 10_000, "\u320e" * 200]


@pytest.mark.parametrize("text", [*LONG_FORMS, "a" + "\u0301\u0316" * 200_000, "x" * 99 + "\uff9e\u0301" * 51])
async def test_no_text_becomes_much_longer_when_it_is_compared(client: httpx.AsyncClient, text: str) -> None:
    """By characters that stand for many, or by marks that have to be put in their order."""
    since = time.perf_counter()
    answer = await client.post("/v1/documents", json={"url": "https://a.example/", "text": text})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/text"]
    line = json.dumps({"type": "document", "url": "https://a.example/", "text": text}).encode()
    refused, _ = (await client.post("/v1/ingest", content=line, headers=LINES)).text.splitlines()
    assert json.loads(refused)["errors"] == answer.json()["errors"]
    assert time.perf_counter() - since < 10


@pytest.mark.parametrize(
    "text",
    [
        "각하" * 20_000,  # three for one
        "The ﷺ is said of him, ﷽ at the beginning. " * 50,
        "ᾇ ᾗ ὖ Ⅷ ㎏ " * 2_000,
        "z" + "\u0301" * 90 + "a" + "\u0316" * 90,
    ],
)
async def test_texts_of_any_language_are_taken(client: httpx.AsyncClient, text: str) -> None:
    made = await post(client, "/v1/documents", {"url": "https://a.example/"})
    await post(client, f"/v1/documents/{made['id']}/versions", {"text": text})
