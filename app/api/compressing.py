"""Compression of answers, as the client accepts it. The library adds to `Vary` whatever stands there already."""

from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware


class Compressing:
    """The application with compressed answers, and what each varies by said once."""

    def __init__(self, app: ASGIApp) -> None:
        self.compressing = CompressMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_tidied(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, _once(value) if name == b"vary" else value) for name, value in message["headers"]
                ]
            await send(message)

        await self.compressing(scope, receive, send_tidied)


@lru_cache(maxsize=64)
def _once(names: bytes) -> bytes:
    """`Accept-Encoding, Origin, accept-encoding` without the second of a name, in any case."""
    spellings: dict[bytes, bytes] = {}
    for name in names.split(b","):
        spellings.setdefault(name.strip().lower(), name.strip())
    return b", ".join(spellings.values())
