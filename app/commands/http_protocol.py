"""HTTP as uvicorn speaks it, but within bounds, and for addresses as they are typed: letters need not be encoded.

`curl "…/v1/statements?source=ТАСС"` sends the letters as they are. The parser refuses them before the application is
asked, so this is the one place where they can be taken. Neither parser nor uvicorn bounds a request's head, or how long
it takes to come: what is too large or too slow is refused here, and so is what is no HTTP, as the application refuses.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api import leaving, problems
from app.api.headers import OF_EVERY_ANSWER
from app.errors import AddressTooLong, BadRequest, HeadersTooLarge, Problem, TooSlow

ADDRESS_BYTES: Final = 65_536
"""Of the address in a request's first line, at most: 5,000 characters that were encoded fit in."""
HEADER_BYTES: Final = 32_768
"""Of all header fields together, at most."""
HEADER_FIELDS: Final = 100
_HEAD_BYTES: Final = ADDRESS_BYTES + HEADER_BYTES  # before any of it is known to be a field
_WAITING_SECONDS: Final = 10.0
_MOVING_BYTES: Final = 1_000
_MOVING_SECONDS: Final = 30.0
_PARTING_SECONDS: Final = 120.0
_READING_SECONDS: Final = 1.0  # for a client to read that it was refused, before the connection ends
_ASCII: Final = bytes(range(0x80))
_WHY: Final = (
    "This is no HTTP request. If its address has letters that are not ASCII, spaces or signs, encode them as UTF-8: "
    "`source=%D0%A2%D0%90%D0%A1%D0%A1` is ТАСС. curl does it with -G --data-urlencode 'source=ТАСС', Python with "
    "urllib.parse.quote."
)
_HOST: Final = "An HTTP/1.1 request has one Host header, and no more."


class Patience:
    """For how long clients are waited for, in seconds. One for all connections; tests have less of it."""

    head: float = _WAITING_SECONDS
    """For a request's head, since the connection was made or the last request answered."""
    moving: float = _MOVING_SECONDS
    """For so many bytes of a body, or of an answer that is taken, at least `_MOVING_BYTES`."""
    parting: float = _PARTING_SECONDS
    """For the rest of a body that nobody reads: most clients read no answer before they have sent all."""


class _Stopped(Exception):  # noqa: N818
    """What the parser is left with; the problem is the connection's."""


class _Answering:
    """The transport as an answer has it, which closes it: only when the request has come in whole.

    Or the client, still sending, would find the connection broken, and no answer.
    """

    def __init__(self, protocol: "HttpProtocol") -> None:
        self._protocol = protocol
        self.is_closing = protocol.transport.is_closing

    def write(self, data: bytes) -> None:
        self._protocol.written += len(data)
        self._protocol.transport.write(data)

    def writelines(self, pieces: Sequence[bytes]) -> None:
        self._protocol.written += sum(map(len, pieces))
        self._protocol.transport.writelines(pieces)

    def close(self) -> None:
        self._protocol.part()


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    patience = Patience

    _is_between_requests = True
    _is_in_head = True  # or before it
    _is_parting = False
    _refusal: Problem | None = None
    _watch: asyncio.TimerHandle | None = None
    # By the loop's clock: when a request began or was answered; when enough was last seen to move.
    _since = _moved = 0.0
    _received = written = 0  # bytes, so far
    _moved_bytes = 0  # that had come in or were taken, when it was last looked
    _head_bytes = _address_bytes = _header_bytes = 0

    # --- what comes in

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._connection = leaving.Connection()
        self._since = self.loop.time()
        self._look_in(self.patience.head)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)
        self._connection.lose()

    def shutdown(self) -> None:
        """The server begins to end: who waits for what is new is let go before what is being answered is waited for."""
        if let_go := self.app_state.get(leaving.LET_GO):
            let_go()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._received += len(data)
        was_in_head = self._is_in_head and not self._is_between_requests
        super().data_received(_encoded(data) if self._is_between_requests else data)
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_BYTES:
                self._refuse(HeadersTooLarge() if self._header_bytes else AddressTooLong())

    def on_message_begin(self) -> None:
        self._is_between_requests, self._is_in_head = False, True
        self._head_bytes = self._address_bytes = self._header_bytes = 0
        self._since = self.loop.time()
        super().on_message_begin()
        self.scope["state"][leaving.CONNECTION] = self._connection

    def on_url(self, url: bytes) -> None:
        self._address_bytes += len(url)
        if self._address_bytes > ADDRESS_BYTES:
            self._stop(AddressTooLong())
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > HEADER_BYTES or len(self.headers) == HEADER_FIELDS:
            self._stop(HeadersTooLarge())
        if self._is_in_head:  # trailers come too late to change anything
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        hosts = [name for name, _ in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            self._stop(BadRequest(_HOST))
        self._is_in_head = False
        super().on_headers_complete()
        if self.cycle is not None:
            transport: Any = _Answering(self)
            self.cycle.transport = transport

    def on_message_complete(self) -> None:
        self._is_between_requests = True
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            self._since = self.loop.time()
        if self._is_parting:
            self.transport.close()

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        super().on_response_complete()

    def part(self) -> None:
        """Close the connection as soon as the request has come in whole."""
        if self._is_between_requests or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._is_parting = True
        self.flow.resume_reading()
        self.transport.write_eof()

    # --- what takes too long

    def _look_in(self, seconds: float) -> None:
        self._watch = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """Close the connection if it has been waited for too long; otherwise look again when it could have been."""
        if self.transport.is_closing() or self._refusal is not None:
            return
        now = self.loop.time()
        if self._is_moving():
            self._moved = now
        is_answered = self.cycle is None or self.cycle.response_complete
        is_awaited = is_answered and (self._is_in_head or self._is_between_requests)
        patience = self.patience.head if is_awaited else self.patience.moving
        is_late = now - max(self._since, 0.0 if is_awaited else self._moved) >= patience
        is_parting = is_answered and not is_awaited and now - self._since >= self.patience.parting
        if not is_late and not is_parting:
            self._look_in(self.patience.head)
        elif is_awaited and self._is_between_requests:
            self.transport.close()
        elif self._is_between_requests or (is_answered and not is_awaited):
            self.transport.abort()
        else:
            self._refuse(TooSlow())

    def _is_moving(self) -> bool:
        """Whether enough has come in, or was taken, since this was asked last; or it is not the client's turn."""
        moved = self.written - self.transport.get_write_buffer_size() + self._received
        moved_since, self._moved_bytes = moved - self._moved_bytes, moved
        is_sending = not self._is_between_requests and not self.flow.read_paused
        is_clients_turn = is_sending or self.flow.write_paused
        return not is_clients_turn or moved_since >= _MOVING_BYTES

    # --- what is refused

    def _stop(self, problem: Problem) -> None:
        """Refuse the request out of the parser's hands: whatever it is told by an exception, it does no more."""
        self._refusal = problem
        raise _Stopped

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Refuse what the parser could not read, or was stopped at; `msg` is uvicorn's word for it."""
        self._refuse(self._refusal or BadRequest(_WHY))

    def _refuse(self, problem: Problem) -> None:
        """Answer, and close the connection, at once where an answer has begun already."""
        self._refusal = problem
        if self.cycle is not None and not self.cycle.response_complete:
            is_of_next = not self.cycle.more_body
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if self.cycle.response_started or is_of_next:
                self.transport.abort()
                return
        body = json.dumps(problems.members(problem, "", str(uuid4())), ensure_ascii=False).encode()
        headers = {
            "Content-Type": problems.MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            **OF_EVERY_ANSWER,
        }
        lines = [f"HTTP/1.1 {problem.status} {problem.title}", *(f"{name}: {value}" for name, value in headers.items())]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(_READING_SECONDS, self.transport.close)
        else:
            self.transport.close()


def _encoded(data: bytes) -> bytes:
    """The beginning of a request, in whose first line letters in UTF-8 are percent-encoded. Other bytes stay."""
    end = data.find(b"\n")
    line = data if end < 0 else data[:end]
    if line.isascii():
        return data
    try:
        line.decode()
    except UnicodeDecodeError:
        return data
    return quote(line, safe=_ASCII).encode() + data[len(line) :]
