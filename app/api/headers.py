"""Header fields: of a request, as they count; and what a browser is told with every answer.

That is to take it for nothing but what it is, and to tell nobody of it.
"""

from typing import Final, TypeAlias

from starlette.responses import Response
from starlette.types import Scope

from app.telling.request_notes import RequestNote

Fields: TypeAlias = dict[bytes, bytes]
"""By name, in small letters."""

OF_EVERY_ANSWER: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""An answer that needs a policy of its own has that one: `/docs` is a page with scripts."""
_FIELDS: Final[Fields] = {name.lower().encode(): value.encode() for name, value in OF_EVERY_ANSWER.items()}
# What the answer to any request may depend on.
_VARIES: Final = b"Authorization, Accept-Encoding"


def add_of_every_answer(fields: Fields, request_id: str) -> None:
    """Add what every answer has. A policy that an answer has already stays."""
    fields[b"x-request-id"] = request_id.encode()
    for name, value in _FIELDS.items():
        fields.setdefault(name, value)
    vary(fields, _VARIES)


def vary(fields: Fields, names: bytes) -> None:
    """Say that an answer depends on these headers of the request, too."""
    others = fields.get(b"vary")
    fields[b"vary"] = names if others is None else b"%b, %b" % (others, names)


def first(scope: Scope) -> Fields:
    """Those of a request by name: of several of a name the first, which is the one that counts for the routes."""
    return dict(reversed(scope["headers"]))


def hint(scope: Scope) -> str:
    """What whoever asked is to know of the answer; mostly nothing."""
    note: RequestNote | None = scope["state"].get("note")
    return note.hint if note else ""


def with_hint(scope: Scope, response: Response) -> Response:
    """The answer with that in a header: whatever its body has no place for is told there."""
    if words := hint(scope):
        response.headers["Hint"] = words
    return response
