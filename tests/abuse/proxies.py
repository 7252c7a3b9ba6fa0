"""Something between the service and its database: it may stop forwarding, or lose a connection at a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy.engine import make_url

_BYTES: Final = 65_536
_ENCRYPTED: Final = (80877103, 80877104)  # SSLRequest, GSSENCRequest


class Proxy:
    """Forwards to one address of this machine, as long as it is not silent.

    `lose_at`: the next connection on which the service sends this is lost, as soon as the server has answered.
    """

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self._silent = threading.Event()
        self.lose_at = b""
        self._losing: set[socket.socket] = set()
        self._taken: dict[socket.socket, bytearray] = {}
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Take what is sent, and give it to nobody."""
        self._silent.set()

    def speak_again(self) -> None:
        """What was sent meanwhile is lost, and so is who sent it."""
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._silent.clear()

    @property
    def taken(self) -> bytes:
        """All that the service has sent."""
        return b"".join(self._taken.values())

    def queries(self) -> Iterator[str]:
        """The texts of all queries, as `pg_stat_activity` shows them: what Query and Parse messages have."""
        for sent in self._taken.values():
            place = 0
            # What begins a connection has no type: whether it may be encrypted is asked first.
            while int.from_bytes(sent[place + 4 : place + 8]) in _ENCRYPTED:
                place += 8
            place += int.from_bytes(sent[place : place + 4])
            while place < len(sent):
                size = int.from_bytes(sent[place + 1 : place + 5])
                content = bytes(sent[place + 5 : place + 1 + size])
                if sent[place : place + 1] == b"Q":
                    yield content.rstrip(b"\0").decode()
                elif sent[place : place + 1] == b"P":
                    yield content.split(b"\0")[1].decode()
                place += 1 + size

    def close(self) -> None:
        self._listener.close()
        for end in self._sockets:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._there)
                self._sockets += client, server
                self._taken[client] = bytearray()
                for here, there in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=(here, there), daemon=True).start()

    def _forward(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while (received := here.recv(_BYTES)) and here not in self._losing:
                if here in self._taken:
                    self._taken[here] += received
                if self.lose_at and self.lose_at in received:
                    self.lose_at = b""
                    self._losing.add(there)
                if not self._silent.is_set():
                    there.sendall(received)
        for end in (here, there):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def between(database_url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy in front of the database, and the URL by which it is reached."""
    url = make_url(database_url)
    assert url.host
    proxy = Proxy(url.host, url.port or 5432)
    try:
        yield proxy, url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    finally:
        proxy.close()
