"""Which pages of other origins may ask, as the Fetch standard has it.

Whatever anybody may read without a key, any page may read. A page may send a key, and with it write, only if the
operator has named its origin. No answer allows cookies: there are none.
"""

import re
from functools import lru_cache
from typing import Final

from app.api.headers import Fields, vary

_EXPOSED: Final = (
    b"Allow, Content-Disposition, ETag, Hint, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
    b"Retry-After, X-Request-ID"
)
_KEYLESS_HEADERS: Final = "Accept-Language, If-None-Match, Last-Event-ID"
_KEYED_HEADERS: Final = f"Authorization, Change-Reason, Content-Type, Idempotency-Key, If-Match, {_KEYLESS_HEADERS}"
_MAX_AGE_SECONDS: Final = 7200
_ORIGIN: Final = re.compile(r"null|[a-z][a-z0-9+.-]*://[^\s/?#@]+")


@lru_cache(maxsize=4)
def origins(setting: str) -> frozenset[str]:
    """Origins, parted by white space, as browsers send them: `https://desk.example`.

    Raises:
        ValueError: one of them is none.
    """
    named = [origin.removesuffix("/").lower() for origin in setting.split()]
    for origin in named:
        if not _ORIGIN.fullmatch(origin):
            message = f"{origin} is no origin: scheme, host and, if need be, port, as https://desk.example or http://127.0.0.1:5173."
            raise ValueError(message)
    return frozenset(named)


def allow(answer: Fields, request: Fields, keyed: frozenset[str]) -> None:
    """Tell a browser who may see this answer. Without a key it is the same for all, so that caches can share it."""
    if b"authorization" not in request:
        answer[b"access-control-allow-origin"] = b"*"
    else:
        vary(answer, b"Origin")
        origin = _origin(request)
        if origin not in keyed:
            return
        answer[b"access-control-allow-origin"] = origin.encode("latin-1")
    answer[b"access-control-expose-headers"] = _EXPOSED


def _origin(request: Fields) -> str:
    return request.get(b"origin", b"").decode("latin-1")


def preflight(request: Fields, methods: list[str], keyed: frozenset[str]) -> dict[str, str]:
    """What a browser is told that asks first whether a page may send a request; nothing, if none asks."""
    if b"access-control-request-method" not in request:
        return {}
    is_keyed = _origin(request) in keyed
    return {
        "Access-Control-Allow-Methods": ", ".join(methods if is_keyed else sorted({"GET", "HEAD"} & set(methods))),
        "Access-Control-Allow-Headers": _KEYED_HEADERS if is_keyed else _KEYLESS_HEADERS,
        "Access-Control-Max-Age": str(_MAX_AGE_SECONDS),
        "Vary": "Origin, Access-Control-Request-Method",
    }
