"""HTTP as uvicorn speaks it, but for addresses as they are typed: letters need not be encoded, and a refusal says why.

`curl "…/v1/statements?source=ТАСС"` sends the letters as they are. The parser refuses them before the application is
asked, so this is the one place where they can be taken, and the one refusal that the application does not answer.
"""

import json
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api import leaving, problems
from app.errors import BadRequest

_ASCII: Final = bytes(range(0x80))
_WHY: Final = (
    "This is no HTTP request. If its address has letters that are not ASCII, spaces or signs, encode them as UTF-8: "
    "`source=%D0%A2%D0%90%D0%A1%D0%A1` is ТАСС. curl does it with -G --data-urlencode 'source=ТАСС', Python with "
    "urllib.parse.quote."
)


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    _is_between_requests = True

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._connection = leaving.Connection()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connection.lose()

    def data_received(self, data: bytes) -> None:
        super().data_received(_encoded(data) if self._is_between_requests else data)

    def on_message_begin(self) -> None:
        self._is_between_requests = False
        super().on_message_begin()
        self.scope["state"][leaving.CONNECTION] = self._connection

    def on_message_complete(self) -> None:
        self._is_between_requests = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Refuse what is no HTTP; `msg` is uvicorn's word for it."""
        body = json.dumps(problems.members(BadRequest(_WHY), "", str(uuid4())), ensure_ascii=False).encode()
        head = (
            f"HTTP/1.1 400 Bad Request\r\nContent-Type: {problems.MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
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
