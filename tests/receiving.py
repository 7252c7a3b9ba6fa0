"""Who is told by webhooks: a small server of HTTP that notes what comes, and answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Message:
    headers: dict[str, str]
    body: bytes
    path: str
    status: int
    """What it was answered."""

    @property
    def data(self) -> Any:
        return json.loads(self.body)["data"]

    @property
    def positions(self) -> list[str]:
        return [item["position"] for item in self.data["items"]]


@dataclass
class Receiver:
    """What came, and what the next ones are answered; 204 when nothing more is said."""

    url: str
    messages: list[Message] = field(default_factory=list)
    answers: list[int | dict[str, str]] = field(default_factory=list)
    """A status, or the headers of a 302 or 503."""

    @property
    def positions(self) -> list[str]:
        """Of all changes that came, each as often as it came."""
        return [position for message in self.messages for position in message.positions]

    @property
    def taken(self) -> list[str]:
        """Of those that were taken, each once, in the order in which they came first."""
        taken = [message for message in self.messages if message.status == 204]
        return list(dict.fromkeys(position for message in taken for position in message.positions))


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = receiver.answers.pop(0) if receiver.answers else 204
            headers = answer if isinstance(answer, dict) else {}
            status = answer if isinstance(answer, int) else 302 if "Location" in headers else 503
            names = {name.lower(): value for name, value in self.headers.items()}
            receiver.messages.append(Message(names, body, self.path, status))
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
