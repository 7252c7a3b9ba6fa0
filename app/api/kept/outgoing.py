"""How an answer that is kept goes out: to uvicorn's protocol as bytes, most of which were put together once.

By itself that looks through each header again, with every request, for what may not stand there: half of all that it
does for a 304. The bytes are the same.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from starlette.types import Scope, Send
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

Headers = list[tuple[bytes, bytes]]
# By these the server would do something.
_FOR_THE_SERVER: Final = frozenset({b"connection", b"transfer-encoding"})


class Form(NamedTuple):
    """A body as it is sent, with the headers that say how."""

    headers: Headers
    body: bytes
    lines: bytes = b""
    """The headers as they are written. Empty: the server has to see to them."""


def form(headers: Headers, body: bytes) -> Form:
    """With lines, where the server would write these and no others: there is a body and its length, or neither."""
    lengths = [value for name, value in headers if name == b"content-length"]
    is_usual = lengths == ([b"%d" % len(body)] if body else []) and not any(
        name in _FOR_THE_SERVER or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value) for name, value in headers
    )
    return Form(headers, body, _written(headers) if is_usual else b"")


def _written(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join([part for name, value in headers for part in (name.lower(), b": ", value, b"\r\n")])


async def answer(scope: Scope, send: Send, status: int, ready: Form, own_headers: Headers) -> None:
    """Send it, with the headers that this caller is told alone."""
    body = b"" if scope["method"] == "HEAD" else ready.body
    cycle = getattr(send, "__self__", None)
    if ready.lines and isinstance(cycle, RequestResponseCycle) and _is_at_ease(cycle):
        lines = (STATUS_LINE[status], _written(cycle.default_headers), ready.lines, _written(own_headers), b"\r\n")
        _write(cycle, b"".join(lines), body)
        return
    await send({"type": "http.response.start", "status": status, "headers": [*ready.headers, *own_headers]})
    await send({"type": "http.response.body", "body": body})


def _is_at_ease(cycle: RequestResponseCycle) -> bool:
    """Whether there is nothing to see to but the answer: the client takes what it is sent, and may ask again."""
    return cycle.keep_alive and not (cycle.disconnected or cycle.flow.write_paused)


def _write(cycle: RequestResponseCycle, head: bytes, body: bytes) -> None:
    """What `RequestResponseCycle.send` does, which would make the head first."""
    cycle.response_started = True
    cycle.waiting_for_100_continue = False
    if body:
        cycle.transport.writelines((head, body))
    else:
        cycle.transport.write(head)
    cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
