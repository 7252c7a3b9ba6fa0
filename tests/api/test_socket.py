"""Every operation of the description, asked over a real socket: one connection bears them all, whatever the answer.

Most tests call the application without a server between. What a server does with an answer shows here alone.
"""

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from describing import goes_on, inlined, statuses
from services_at import PATIENCE, serving

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
REPORT = {
    "ref": "report",
    "document": {"ref": "page", "url": "https://news.example/1", "text": "“It was a drone,” he said."},
    "events": [
        {
            "ref": "event",
            "title": "Explosion",
            "claims": [
                {
                    "ref": "drone",
                    "text": "A drone",
                    "statements": [{"ref": "said", "source": {"ref": "speaker", "name": "A"}, "wording": "a drone"}],
                }
            ],
        }
    ],
}
ADDRESSES = {
    "sources": "ref:speaker",
    "documents": "ref:page",
    "events": "ref:event",
    "claims": "ref:drone",
    "statements": "ref:said",
}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One socket, which is never opened anew."""

    def __init__(self, base: str, key: str) -> None:
        self._key = key
        self._connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=PATIENCE)
        self._connection.connect()
        self._connection.auto_open = 0  # a connection that the service has closed fails the test

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        given = {"Authorization": f"Bearer {self._key}"} | (headers or {})
        self._connection.request(method, path, body, given, encode_chunked=not isinstance(body, bytes | None))
        response = self._connection.getresponse()
        answer = Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
        assert answer.headers.get("connection") != "close", (method, path)
        return answer

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def connection(database_url: str, key: str) -> Iterator[Connection]:
    with serving(database_url) as base:
        connection = Connection(base, key)
        assert connection.ask("POST", "/v1/reports", json.dumps(REPORT).encode(), JSON).status == 201
        yield connection
        connection.close()


def _filled(path: str) -> str:
    """The path with the address of a record that is there, where the report has brought one."""
    path = path.replace("{records}", "claims")
    kind = path.split("/")[2] if path.startswith("/v1/") else ""
    return re.sub(
        r"\{(\w+)\}", lambda name: "not-found" if name[1] == "slug" else ADDRESSES.get(kind, "ref:none"), path
    )


def test_every_operation_leaves_the_connection_as_it_was(connection: Connection, described: dict[str, Any]) -> None:
    asked = 0
    for path, operations in [*inlined(described).items(), ("/docs", {"get": {}}), ("/openapi.json", {"get": {}})]:
        for method, operation in operations.items():
            if operation and goes_on(operation):
                continue
            headers = LINES if path.endswith("/ingest") else JSON
            takes_body = "requestBody" in operation
            for body in (b"{}", b"{", b"") if takes_body else (None, b"not asked for"):
                answer = connection.ask(method.upper(), _filled(path), body, headers if takes_body else None)
                told = statuses(operation) if operation else {"200"}
                assert {str(answer.status), f"{answer.status // 100}XX"} & told, (answer.status, path, body)
                assert connection.ask("GET", "/livez").status == 200, (method, path, body)
                asked += 1
    assert asked > 150


def test_head_says_what_get_says_and_no_more(connection: Connection, described: dict[str, Any]) -> None:
    read = [path for path, item in inlined(described).items() if "get" in item and not goes_on(item["get"])]
    for path in [*read, "/openapi.json"]:
        for asked in (_filled(path), _filled(path) + "?none=1", _filled(path).replace("ref:", "ref:no-")):
            head = connection.ask("HEAD", asked)
            get = connection.ask("GET", asked)
            assert (head.status, head.body) == (get.status, b""), asked
            for name in ("content-type", "etag", "cache-control", "link", "location", "allow", "content-disposition"):
                assert head.headers.get(name) == get.headers.get(name), (asked, name)
            if "etag" in get.headers:
                held = {"If-None-Match": get.headers["etag"]}
                assert connection.ask("HEAD", asked, headers=held).status == 304
                assert connection.ask("GET", asked, headers=held)[::2] == (304, b"")


def test_options_and_methods_that_a_path_lacks(connection: Connection, described: dict[str, Any]) -> None:
    for path, operations in inlined(described).items():
        methods = {method.upper() for method in operations}
        allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        options = connection.ask("OPTIONS", _filled(path))
        assert (options.status, options.body) == (204, b""), path
        assert set(options.headers["allow"].split(", ")) == allowed, path
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - allowed:
            refused = connection.ask(method, _filled(path), b"{}", JSON)
            assert refused.status == 405, (method, path)
            assert refused.headers["allow"] == options.headers["allow"]
            assert (refused.body == b"") is (method == "HEAD")


def test_bodies_that_are_refused_before_they_are_read(connection: Connection) -> None:
    """By their size, told or found out; by their kind; and where there is no such path."""

    def pieces(size: int) -> Iterator[bytes]:
        for _ in range(size // 1_000_000):
            yield b" " * 1_000_000

    for path, largest, headers in (
        ("/v1/sources", 256_000, JSON),
        ("/v1/documents", 8_000_000, JSON),
        ("/v1/ingest", 64_000_000, LINES),
    ):
        too_large = connection.ask("POST", path, b" " * (largest + 1), headers)
        assert too_large.status == 413
        assert connection.ask("POST", path, pieces(largest + 1_000_000), headers).status == 413
        assert connection.ask("GET", "/livez").status == 200
        for expecting in ({}, {"Expect": "100-continue"}):
            assert (
                connection.ask("POST", path, pieces(3_000_000), {"Content-Type": "text/csv"} | expecting).status == 415
            )
            assert connection.ask("POST", "/v1/nothing", pieces(3_000_000), headers | expecting).status == 404
            assert (
                connection.ask("POST", path, b"{}", headers | expecting | {"Authorization": "Bearer x"}).status == 401
            )
            assert connection.ask("HEAD", path, pieces(3_000_000), headers | expecting).status in (200, 405)
    assert connection.ask("POST", "/v1/sources", b'{"name": "After all that"}', JSON).status == 201
