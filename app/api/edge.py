"""What every request passes first: who asks, under which name of this service, and whether they ask too often."""

from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import cors, problems, proxies
from app.api.headers import OF_EVERY_ANSWER
from app.api.rates import Rates
from app.errors import Misdirected, Problem, TooManyRequests
from app.settings import Settings
from app.telling.request_notes import RequestNote

log = structlog.get_logger()

_WATCHED: Final = ("/livez", "/readyz")
_UNAUTHORIZED: Final = 401


class Edge:
    """The application, for whoever may ask it now."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Whoever watches over the service asks by its address, and is never told to come later.
        if scope["type"] != "http" or scope["path"] in _WATCHED:
            await self.app(scope, receive, send)
            return
        settings: Settings = scope["app"].state.settings
        if settings.trusted_proxies:
            proxies.unwrap(scope, settings.trusted_proxies)
        request = _Passing(scope, send, settings)
        try:
            request.check()
        except Problem as problem:
            request.note.status = problem.status
            await _refuse(scope, receive, request.send, problem)
            return
        await self.app(scope, receive, request.send)
        request.note_key()


class _Passing:
    """A request, and the answer to it."""

    __slots__ = ("_authorization", "_caller", "_host", "_is_safe", "_rate", "_rates", "_send", "_settings", "note")

    def __init__(self, scope: Scope, send: Send, settings: Settings) -> None:
        self._send, self._settings = send, settings
        self._authorization, self._host = None, b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                self._authorization = value
            elif name == b"host":
                self._host = value
        self.note: RequestNote = scope["state"]["note"]
        self._rates: Rates = scope["app"].state.rates
        self._rate, self._caller = self._rates.caller(self._authorization, scope["client"])
        self._is_safe = settings.hsts_seconds > 0 and scope["scheme"] == "https"

    def check(self) -> None:
        """Raises Misdirected or TooManyRequests."""
        if self._settings.hosts and not proxies.is_served(self._host.decode("latin-1"), self._settings.hosts):
            raise Misdirected
        if self._rate is not None:
            self._rates.take(self._rate, self._caller)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"] = list(message["headers"])
            if self._rate is not None:
                if self.note.is_kept:
                    self._rates.give_back(self._rate, self._caller)
                headers += self._rates.headers(self._rate, self._caller)
            if self._is_safe:
                headers.append((b"strict-transport-security", b"max-age=%d" % self._settings.hsts_seconds))
        await self._send(message)

    def note_key(self) -> None:
        if self._authorization is not None:
            self._rates.note_key(self._authorization, self.note.key if self.note.status != _UNAUTHORIZED else "")


def _tell_of_proxy(scope: Scope) -> None:
    """Say in the log what may be wrong: behind a proxy that is not believed, all who ask have one address."""
    if not scope["app"].state.settings.trusted_proxies and "x-forwarded-for" in Headers(scope=scope):
        log.warning("one address asks too often, for others: is it a proxy, for COUNTERCLAIM_TRUSTED_PROXIES?")


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    """Answer as the application would, without asking it."""
    if isinstance(problem, TooManyRequests):
        _tell_of_proxy(scope)
    response = problems.answer(Request(scope), problem)
    headers = MutableHeaders(raw=response.raw_headers)
    headers["X-Request-ID"] = scope["state"]["request_id"]
    headers["Cache-Control"] = "no-store"
    headers.add_vary_header("Authorization, Accept-Encoding")
    for name, value in OF_EVERY_ANSWER.items():
        headers[name] = value
    cors.allow(headers, Headers(scope=scope), cors.origins(scope["app"].state.settings.cors_origins))
    if scope["method"] == "HEAD":
        response.body = b""
    await response(scope, receive, send)
