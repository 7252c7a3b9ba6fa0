"""What the server does with addresses as people type them, over a real socket."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from services_at import PATIENCE, serving

LINE_END = b"\r\n"


@pytest.fixture
def base(database_url: str, key: str) -> Iterator[str]:
    with serving(database_url) as base, httpx.Client(headers={"Authorization": f"Bearer {key}"}) as client:
        for name in ("Минобороны", "国防部", "Ministère de la Défense"):
            client.post(f"{base}/v1/sources", json={"name": name}).raise_for_status()
        yield base


class Wire:
    """A socket that sends what it is told, byte by byte."""

    def __init__(self, base: str) -> None:
        at = urlsplit(base)
        self._socket = socket.create_connection((at.hostname, at.port), timeout=PATIENCE)
        self._file = self._socket.makefile("rb")

    def send(self, *pieces: bytes) -> None:
        self._socket.sendall(b"".join(pieces))

    def get(self, target: bytes, key: str = "") -> tuple[int, dict[str, str], Any]:
        self.send(b"GET ", target, b" HTTP/1.1\r\nHost: a\r\n", _authorized(key), LINE_END)
        return self.answer()

    def answer(self) -> tuple[int, dict[str, str], Any]:
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        body = self._file.read(int(headers["content-length"]))
        return status, headers, json.loads(body)

    def is_closed(self) -> bool:
        return self._file.read(1) == b""

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def _authorized(key: str) -> bytes:
    return f"Authorization: Bearer {key}\r\n".encode() if key else b""


def _names(answer: tuple[int, dict[str, str], Any]) -> list[str]:
    assert answer[0] == 200, answer
    return [item["name"] for item in answer[2]["items"]]


def test_letters_in_an_address_are_read_as_if_they_were_encoded(base: str, key: str) -> None:
    wire = Wire(base)
    for name in ("Минобороны", "国防部", "Défense"):
        as_typed = wire.get(f"/v1/sources?q={name}".encode(), key)
        assert _names(as_typed) == _names(wire.get(f"/v1/sources?q={quote(name)}".encode(), key)), name
        assert name in _names(as_typed)[0]
    status, _, told = wire.get("/v1/events/взрыв".encode())
    assert (status, told["instance"]) == (422, "/v1/events/%D0%B2%D0%B7%D1%80%D1%8B%D0%B2")
    wire.close()


def test_only_the_first_line_of_a_request_is_touched(base: str, key: str) -> None:
    """Not a body, whole or in pieces, nor what follows in a pipeline."""
    wire = Wire(base)
    head = b"POST /v1/sources HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + _authorized(key)
    for name, cut in (("Ведомости", None), ("Коммерсантъ", -9), ("Известия", 3)):
        body = json.dumps({"name": name}, ensure_ascii=False).encode()
        wire.send(head, f"Content-Length: {len(body)}\r\n\r\n".encode(), body[:cut] if cut else body)
        wire.send(body[cut:] if cut else b"")
        status, _, made = wire.answer()
        assert (status, made["name"]) == (201, name)
        assert _names(wire.get(f"/v1/sources?q={name}".encode(), key)) == [name]
    one = b"GET /v1/sources?q=%s HTTP/1.1\r\nHost: a\r\n" + _authorized(key) + LINE_END
    wire.send(one % quote("Известия").encode(), one % quote("Ведомости").encode())
    assert [_names(wire.answer()) for _ in range(2)] == [["Известия"], ["Ведомости"]]
    wire.close()


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /v1/sources?q=Минобороны HTTP/1.1".encode("cp1251"),
        b"GET /v1/sources?q=a b HTTP/1.1",
        b"GET /v1/sources?q=\x7f HTTP/1.1",
        b"Hello",
    ],
)
def test_what_cannot_be_read_is_a_problem_that_shows_what_is_right(base: str, request_line: bytes) -> None:
    wire = Wire(base)
    wire.send(request_line, LINE_END, b"Host: a", LINE_END, LINE_END)
    status, headers, told = wire.answer()
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert (told["type"], told["status"]) == ("/problems/bad-request", 400)
    assert "--data-urlencode" in told["detail"]
    assert wire.is_closed()
    wire.close()
