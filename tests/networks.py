"""A service behind a network that breaks, on a real socket: what stands between a client and us in the world.

It keeps every line that reached it, once, and answers as `POST /v1/ingest` does; its `faults` say what goes wrong, one
for each request, until they are used up.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import zstandard

Json = dict[str, Any]
BUSY = {"status": 503, "type": "/problems/unavailable", "title": "Busy", "detail": "Try again.", "retryable": True}
BAD = {"status": 422, "type": "/problems/invalid", "title": "Invalid", "detail": "Not JSON.", "retryable": False}


@dataclass
class Network:
    url: str = ""
    faults: list[Callable[["Handler", bytes], None]] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    requests: list[list[bytes]] = field(default_factory=list)
    """The lines of each request that arrived whole."""
    headers: list[dict[str, str]] = field(default_factory=list)
    refuses: Callable[[bytes], Json | None] = lambda line: None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # the head and the body of an answer in one piece: two would wait for each other's acknowledgement
    network: Network

    def do_POST(self) -> None:
        fault = self.network.faults.pop(0) if self.network.faults else honest
        self.network.headers.append({name.lower(): value for name, value in self.headers.items()})
        if fault in (drop_at_once, drop_half_way):
            if fault is drop_half_way:
                self.rfile.read(int(self.headers["Content-Length"]) // 2)
            self.close()
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault(self, zstandard.ZstdDecompressor().decompress(body))

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def close(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the parent's name for it)
        """Say nothing."""


def told(handler: Handler, body: bytes) -> list[Json]:
    """Take the lines in; what is answered, the summary last."""
    network = handler.network
    lines = body.split(b"\n")[:-1]
    network.requests.append(lines)
    answers: list[Json] = []
    for number, line in enumerate(lines, 1):
        if problem := network.refuses(line):
            answers.append({"line": number, **problem})
        else:
            answers.append({"line": number, "status": 200 if line in network.stored else 201, "id": None})
            network.stored += [] if line in network.stored else [line]
    counts = {name: sum(one["status"] == status for one in answers) for name, status in CODES.items()}
    summary = {"done": True, "bytes": len(body), "lines": len(lines), **counts}
    return [*answers, {**summary, "failed": len(lines) - sum(counts.values())}]


CODES = {"created": 201, "matched": 200}


def ndjson(answers: list[Json]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in answers)


# --- what a network may do with one request ------------------------------------------------------------------------


def honest(handler: Handler, body: bytes) -> None:
    handler.answer(ndjson(told(handler, body)))


def drop_at_once(handler: Handler, body: bytes) -> None:
    """Nothing is read."""


def drop_half_way(handler: Handler, body: bytes) -> None:
    """Half of it is read."""


def drop_the_answer(handler: Handler, body: bytes) -> None:
    told(handler, body)
    handler.close()


def cut_the_answer(handler: Handler, body: bytes) -> None:
    content = ndjson(told(handler, body))
    handler.answer(content[: len(content) // 2], Content_Length=str(len(content)))
    handler.close()


def leave_the_summary_out(handler: Handler, body: bytes) -> None:
    handler.answer(ndjson(told(handler, body)[:-1]))


def change(change: Callable[[list[Json]], object]) -> Callable[[Handler, bytes], None]:
    """An answer that is whole, and not true."""

    def changed(handler: Handler, body: bytes) -> None:
        answers = told(handler, body)
        change(answers)
        handler.answer(ndjson(answers))

    return changed


def store_half(handler: Handler, body: bytes) -> None:
    """Lose the end of the body, and be right about what was read."""
    lines = body.splitlines(keepends=True)
    handler.answer(ndjson(told(handler, b"".join(lines[: len(lines) // 2]))))


def status(code: int, content: bytes = b"<h1>Sorry</h1>", **headers: str) -> Callable[[Handler, bytes], None]:
    """An answer by whatever stands in between."""
    return lambda handler, _: handler.answer(content, code, **headers)


def sleep(seconds: float) -> Callable[[Handler, bytes], None]:
    def late(handler: Handler, body: bytes) -> None:
        time.sleep(seconds)
        honest(handler, body)

    return late


def at_most(count: int) -> Callable[[Handler, bytes], None]:
    """Answer 413 to more lines."""

    def limited(handler: Handler, body: bytes) -> None:
        handler.network.faults.append(limited)
        if body.count(b"\n") > count:
            problem = {"status": 413, "title": "Too large", "detail": "Several smaller ones.", "type": "/problems/x"}
            handler.answer(json.dumps(problem).encode(), 413)
        else:
            honest(handler, body)

    return limited


@contextmanager
def network(*faults: Callable[[Handler, bytes], None]) -> Iterator[Network]:
    """One that answers on 127.0.0.1 while the block lasts."""
    made = Network(faults=list(faults))
    handler = type("Bound", (Handler,), {"network": made})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that left is no news
        made.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()
