"""Header fields: of a request, as they count; and what a browser is told with every answer.

That is to take it for nothing but what it is, and to tell nobody of it.
"""

from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from app.telling.request_notes import RequestNote

OF_EVERY_ANSWER: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""An answer that needs a policy of its own has that one: `/docs` is a page with scripts."""


def first(scope: Scope) -> dict[bytes, bytes]:
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
