"""Compression of answers, as the client accepts it. The library adds to `Vary` whatever stands there already."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware


class Compressing:
    """The application with compressed answers, and what each varies by said once."""

    def __init__(self, app: ASGIApp) -> None:
        self.compressing = CompressMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_tidied(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "Vary" in headers:
                    headers["Vary"] = _once(", ".join(headers.getlist("Vary")))
            await send(message)

        await self.compressing(scope, receive, send_tidied)


def _once(names: str) -> str:
    """`Accept-Encoding, Origin, accept-encoding` without the second of a name, in any case."""
    spellings: dict[str, str] = {}
    for name in names.split(","):
        spellings.setdefault(name.strip().lower(), name.strip())
    return ", ".join(spellings.values())
