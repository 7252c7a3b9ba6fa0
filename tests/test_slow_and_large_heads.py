"""What a client may send before it is heard, and for how long it is waited for, over a real socket."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from services_at import serving
from test_http_protocol import Wire

from app.commands import http_protocol
from app.commands.http_protocol import Patience
from app.errors import TooSlow

HEAD = b"GET /livez HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /v1/documents HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

LONG = b"Content-Length: 900\r\n\r\n"


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    with serving(database_url) as base:
        yield base


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only for what shows who is given up: a busy machine may keep anybody else waiting for longer than this."""
    monkeypatch.setattr(Patience, "head", 0.4)
    monkeypatch.setattr(Patience, "moving", 0.8)
    monkeypatch.setattr(Patience, "parting", 1.2)


@pytest.fixture
def wire(base: str) -> Iterator[Wire]:
    wire = Wire(base)
    yield wire
    wire.close()


def fields(count: int, size: int = 1) -> bytes:
    return b"".join(b"X-%d: %b\r\n" % (nth, b"v" * size) for nth in range(count))


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        (HEAD + b"X: " + b"v" * 1_000_000 + b"\r\n\r\n", 431, "headers-too-large"),
        (HEAD + b"X: " + b"v" * 1_000_000, 431, "headers-too-large"),  # and no end
        (HEAD + b"v" * 1_000_000, 431, "headers-too-large"),
        (HEAD + fields(20_000) + b"\r\n", 431, "headers-too-large"),
        (HEAD + fields(20, 2_000) + b"\r\n", 431, "headers-too-large"),
        (HEAD + b"Cookie: a=b\r\n" * 100 + b"\r\n", 431, "headers-too-large"),
        (POST + fields(101) + b"Content-Length: 2\r\n\r\n{}", 431, "headers-too-large"),
        (b"GET /livez?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "address-too-long"),
        (b"GET /livez?" + "я".encode() * 30_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "address-too-long"),
        (b"GET /livez?" + b"a" * 3_000_000, 414, "address-too-long"),
        (b"HEAD /" + b"a" * 70_000 + b" HTTP/1.0\r\n\r\n", 414, "address-too-long"),
        (b"GET /livez HTTP/1.1\r\n\r\n", 400, "bad-request"),
        (HEAD + b"Host: b\r\n\r\n", 400, "bad-request"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nX\r\n", 400, "bad-request"),
        # Of which a proxy in front could take the end to be elsewhere.
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad-request"),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "bad-request"),
    ],
)
def test_what_is_too_large_is_refused_and_the_connection_ends(wire: Wire, sent: bytes, status: int, kind: str) -> None:
    wire.send(sent)
    answered, headers, told = wire.answer()
    assert (answered, told["type"]) == (status, f"/problems/{kind}")
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert wire.is_closed()


def test_what_fits_is_answered(wire: Wire) -> None:
    for head in (
        HEAD + fields(99),
        HEAD + fields(10, 3_000),
        HEAD.replace(b"/livez", b"/livez?a=" + b"%D1%8F" * 10_000),
    ):
        wire.send(head, b"\r\n")
        assert wire.answer()[0] in (200, 422)
    wire.send(b"GET /livez HTTP/1.0\r\n\r\n")
    assert wire.answer()[0] == 200


@pytest.mark.usefixtures("impatience")
def test_a_connection_that_sends_nothing_is_closed(base: str) -> None:
    wires = [Wire(base) for _ in range(50)]
    since = time.perf_counter()
    assert all(wire.is_closed() for wire in wires)
    assert time.perf_counter() - since < 5
    for wire in wires:
        wire.close()


@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize("begun", [b"GET /", HEAD, HEAD + b"X: a", POST + LONG, POST + LONG + b"{"])
def test_a_request_that_does_not_come_in_is_refused(base: str, key: str, begun: bytes) -> None:
    """Also one whose bytes come in one by one."""
    begun = begun.replace(b"\r\nContent-Type", f"\r\nAuthorization: Bearer {key}\r\nContent-Type".encode())
    for drops in (0, 60):
        with closing(Wire(base)) as wire:
            wire.send(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            assert wire.answer()[0] == 200  # the connection is not new
            wire.send(begun)
            with suppress(OSError):
                for _ in range(drops):
                    wire.send(b"a")
                    time.sleep(0.05)
            status, _, told = wire.answer()
            assert (status, told["type"]) == (408, "/problems/too-slow")
            assert wire.is_closed()


@pytest.mark.usefixtures("impatience")
def test_a_body_that_keeps_coming_is_waited_for(wire: Wire, key: str) -> None:
    body = b'{"url": "https://a.example/"}'.ljust(30_000)
    wire.send(POST, f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    for start in range(0, len(body), 2_000):
        wire.send(body[start : start + 2_000])
        time.sleep(0.1)
    assert wire.answer()[0] == 201


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_refusal_is_read_by_whoever_sends_first(wire: Wire, version: str) -> None:
    """With a body of megabytes, and a connection that ends with the answer, as urllib asks for."""
    head = POST.replace(b"1.1", version.encode()) + b"Connection: close\r\nContent-Length: 20000000\r\n\r\n"
    wire.send(head, b" " * 20_000_000)
    assert wire.answer()[0] == 401
    assert wire.is_closed()


def test_what_nobody_reads_leaves_the_connection_as_it_was(wire: Wire) -> None:
    wire.send(POST, b"Content-Length: 4000\r\n\r\n", b" " * 2_000)
    assert wire.answer()[0] == 401
    wire.send(b" " * 2_000, HEAD, b"\r\n")
    assert wire.answer()[0] == 200


def send_on(wire: Wire) -> None:
    for _ in range(1_000):
        wire.send(b" " * 2_000)
        time.sleep(0.01)


@pytest.mark.usefixtures("impatience")
def test_what_nobody_reads_is_not_read_for_long(wire: Wire) -> None:
    wire.send(POST, b"Content-Length: 9000000\r\n\r\n")
    assert wire.answer()[0] == 401
    with pytest.raises(OSError, match=r"."):
        send_on(wire)


@pytest.mark.usefixtures("impatience")
def test_an_answer_that_is_not_taken_is_given_up(wire: Wire) -> None:
    wire.send(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
    one = int(wire.answer()[1]["content-length"])
    wire.send(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
    time.sleep(3)
    taken = 0
    with suppress(OSError):
        while piece := wire._file.read(65_536):
            taken += len(piece)
    assert taken < 100 * one


def test_trailers_change_nothing(wire: Wire) -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    wire.send(POST, chunked, b"Authorization: Bearer x\r\n\r\n")
    assert wire.answer()[0] == 401
    wire.send(HEAD, b"\r\n")
    assert wire.answer()[0] == 200


def test_the_bounds_are_those_that_are_told() -> None:
    told: dict[str, Any] = {"head": http_protocol._WAITING_SECONDS, "moving": http_protocol._MOVING_SECONDS}
    assert told == {"head": 10, "moving": 30}
    assert "10 s" in TooSlow.explanation
    assert "1 kB comes in 30 s" in TooSlow.explanation
