"""Something between the service and its database: it may stop forwarding, or lose a connection at a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy.engine import make_url

_BYTES: Final = 65_536


class Proxy:
    """Forwards to one address of this machine, as long as it is not silent.

    `lose_at`: the next connection on which the service sends this is lost, as soon as the server has answered.
    """

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self._silent = threading.Event()
        self.lose_at = b""
        self._losing: set[socket.socket] = set()
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
                for here, there in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=(here, there), daemon=True).start()

    def _forward(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while (received := here.recv(_BYTES)) and here not in self._losing:
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
