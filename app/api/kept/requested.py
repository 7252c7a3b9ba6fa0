"""What of a request decides its answer: what answers are kept under."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from fastapi.routing import APIRoute
from fastapi.security.utils import get_authorization_scheme_param
from starlette.routing import compile_path
from starlette.types import Scope

from app.api import cors, negotiation
from app.api.deps import may_be_kept
from app.services import records
from app.services.access import Caller
from app.settings import Settings
from app.vocabulary import AnswerLanguage

# Of a longer address hardly anybody sends the same again.
PATH_LETTERS: Final = 500
_QUERY_BYTES: Final = 2_000
_DECIDING: Final = (b"authorization", b"accept-language", b"origin")
_PREFERRED: Final = lru_cache(maxsize=256)(negotiation.preferred)


class AnswerName(NamedTuple):
    """What one answer is kept under. Whoever asks for the same under the same name gets the same."""

    path: str
    query: bytes
    language: AnswerLanguage
    has_key: bool
    restricted: bool
    confidential: bool
    names_keys: bool
    """In a history: nothing else tells of keys."""
    origin: str
    """Of those whose pages may send a key, if one comes with a key from there."""


class Asked(NamedTuple):
    """A request for what may be kept."""

    path: str
    query: bytes
    token: str | None
    language: AnswerLanguage
    origin: str
    of_anybody: AnswerName
    """What its answer is kept under for a caller without a key."""

    def name(self, caller: Caller, settings: Settings) -> AnswerName:
        """The same for the caller who has the token."""
        names_keys = self.path.endswith("/history") and records.names_keys(caller)
        scopes = caller.may("read"), caller.may("confidential"), names_keys
        origin = self.origin if self.origin in cors.origins(settings.cors_origins) else ""
        return AnswerName(self.path, self.query, self.language, True, *scopes, origin)


def read(scope: Scope, settings: Settings) -> Asked | None:
    """What is asked for. None: this is refused, or never asked for again."""
    headers: dict[bytes, bytes] = scope["state"]["headers"]
    authorization = headers.get(b"authorization")
    if authorization is None and not settings.public_read:
        return None
    if len(scope["query_string"]) > _QUERY_BYTES:
        return None
    return _read(
        scope.get("root_path", "") + scope["path"],
        scope["query_string"],
        authorization,
        headers.get(b"accept-language", b""),
        headers.get(b"origin", b""),
    )


# The same is asked for again and again, and read once: a fifth of what an answer takes. So few, for some are long.
@lru_cache(maxsize=512)
def _read(path: str, query: bytes, authorization: bytes | None, accepts: bytes, origin: bytes) -> Asked | None:
    token = None
    if authorization is not None:
        scheme, token = get_authorization_scheme_param(authorization.decode("latin-1"))
        if not token or scheme.lower() != "bearer":
            return None
    language = _PREFERRED(accepts.decode("latin-1"))
    of_anybody = AnswerName(path, query, language, False, False, False, False, "")
    return Asked(path, query, token, language, origin.decode("latin-1"), of_anybody)


def deciding_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Those that the answer follows from, beside what the caller has."""
    headers: dict[bytes, bytes] = scope["state"]["headers"]
    return [(name, headers[name]) for name in _DECIDING if name in headers]


def accepts(scope: Scope) -> bytes:
    """The Accept-Encoding of a request."""
    return b",".join([value for name, value in scope["headers"] if name == b"accept-encoding"])


def kept_paths(routes: Iterable[APIRoute], prefix: str) -> Callable[[str], str]:
    """What tells the template of a path if the answer to its GET may be kept. The first that fits has it."""
    patterns: list[tuple[re.Pattern[str], str]] = [
        (compile_path(prefix + route.path)[0], prefix + route.path if may_be_kept(route) else "")
        for route in routes
        if "GET" in (route.methods or ())
    ]

    @lru_cache(maxsize=4096)
    def kept_route(path: str) -> str:
        return next((template for pattern, template in patterns if pattern.match(path)), "")

    return kept_route
