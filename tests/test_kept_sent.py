"""What is kept goes out as the same bytes, whether they were put together before or uvicorn writes them."""

import re
import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest
from services_at import PATIENCE, serving

from app.api.kept import outgoing

# Of each request alone.
OWN: Final = re.compile(rb"(?<=\r\n)(?:date|x-request-id|ratelimit|connection): [^\r]*\r\n")


@pytest.fixture
def base(database_url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("COUNTERCLAIM_KEPT_MB", "8")  # whatever a run of all tests is told
    with serving(database_url) as base, httpx.Client(headers={"Authorization": f"Bearer {key}"}) as client:
        client.post(f"{base}/v1/events", json={"title": "Explosion " * 20, "slug": "plant"}).raise_for_status()
        yield base


def raw(base: str, *requests: bytes) -> bytes:
    """All that comes for these requests in one pipeline, the last of which ends it."""
    at = urlsplit(base)
    with socket.create_connection((at.hostname, at.port), timeout=PATIENCE) as wire, wire.makefile("rb") as answers:
        wire.sendall(b"".join(requests))
        return answers.read()


def request(method: str, path: str, *fields: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", *fields, "", ""]).encode()


@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("is_had", [False, True])
def test_the_bytes_are_those_that_the_server_would_write(
    base: str, key: str, monkeypatch: pytest.MonkeyPatch, *, method: str, encoding: str, is_had: bool, has_key: bool
) -> None:
    fields = [f"Accept-Encoding: {encoding}", *([f"Authorization: Bearer {key}"] if has_key else [])]
    with httpx.Client(headers={"Accept-Encoding": "identity"}) as client:
        headers = {"Authorization": f"Bearer {key}"} if has_key else {}
        path = "/v1/events/plant/dossier"
        fields += [f"If-None-Match: {client.get(base + path, headers=headers).headers['ETag']}"] if is_had else []
    written: list[int] = []
    write = outgoing._write

    def count(*arguments: object) -> None:
        written.append(1)
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(outgoing, "_write", count)
    once, last = request(method, path, *fields), request(method, path, *fields, "Connection: close")
    raw(base, last)
    # The last of a pipeline ends the connection, of which uvicorn tells.
    told = raw(base, once, once, last)
    assert len(written) == 2
    answers = [OWN.sub(b"", b"HTTP/1.1" + answer) for answer in told.split(b"HTTP/1.1")[1:]]
    assert len(answers) == 3
    assert answers[0] == answers[1] == answers[2]
    assert answers[0].startswith(b"HTTP/1.1 304 Not Modified\r\n" if is_had else b"HTTP/1.1 200 OK\r\n")
    assert [len(re.findall(rb"\r\n%b: " % name, told)) for name in (b"date", b"x-request-id", b"ratelimit")] == [3] * 3


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([(b"content-length", b"2")], b"abc"),
        ([], b"abc"),
        ([(b"content-length", b"0")], b""),
        ([(b"transfer-encoding", b"chunked")], b""),
        ([(b"connection", b"close")], b""),
        ([(b"link", b"a\r\nset-cookie: b")], b""),
        ([(b"li nk", b"a")], b""),
    ],
)
def test_what_the_server_has_to_see_to_is_left_to_it(headers: outgoing.Headers, body: bytes) -> None:
    assert outgoing.form(headers, body).lines == b""
    assert outgoing.form([(b"etag", b'"a"')], b"").lines == b'etag: "a"\r\n'
