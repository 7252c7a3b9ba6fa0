"""Follows a stream of server-sent events over a real connection, as a browser does."""

import json
import socket
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

Json = dict[str, Any]


@dataclass
class Sent:
    """One server-sent event."""

    id: str | None = None
    event: str = "message"
    data: str = ""
    comment: str | None = None
    retry: int | None = None

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.data)
        return found


@dataclass
class Stream:
    """One connection that listens."""

    base: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    patience: float = 10.0

    def __enter__(self) -> Self:
        address = urlsplit(self.base)
        assert address.hostname
        assert address.port
        self.socket = socket.create_connection((address.hostname, address.port), timeout=self.patience)
        self.file = self.socket.makefile("rb")
        try:
            self._begin(address.netloc)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self, host: str) -> None:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {host}", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.status = int(self.file.readline().split()[1])
        self.answered = {}
        while line := self.file.readline().decode().strip():
            name, _, value = line.partition(": ")
            self.answered[name.lower()] = value
        self.text = ""

    def __exit__(self, *_raised: object) -> None:
        self.file.close()
        self.socket.close()

    def body(self) -> bytes:
        """All of an answer that ends."""
        return self.file.read(int(self.answered["content-length"]))

    def next(self) -> Sent | None:
        """The next event, whatever it says. None: the stream has ended."""
        while "\n\n" not in self.text:
            size = int(self.file.readline().strip() or b"0", 16)
            if not size:
                return None
            self.text += self.file.read(size).decode()
            self.file.readline()
        block, _, self.text = self.text.partition("\n\n")
        sent = Sent()
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not name:
                sent.comment = value
            elif name == "retry":
                sent.retry = int(value)
            else:
                setattr(sent, name, value)
        return sent

    def message(self) -> Sent:
        """The next that carries something."""
        while True:
            sent = self.next()
            assert sent is not None, "the stream has ended"
            if sent.data:
                return sent
