"""What every request passes first: who asks, under which name of this service, and whether they ask too often."""

from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import cors, headers, problems, proxies
from app.api.rates import KEPT_COST, Admission, Header, Rates
from app.errors import Misdirected, Problem, TooManyRequests
from app.telling.request_notes import RequestNote

log = structlog.get_logger()

_WATCHED: Final = ("/livez", "/readyz")
_UNAUTHORIZED: Final = 401


class Passing:
    """What a request costs its caller, and what that is told with the answer."""

    __slots__ = ("_admission", "_hsts_seconds", "_rates")

    def __init__(self, admission: Admission | None, rates: Rates, hsts_seconds: int) -> None:
        self._admission, self._rates, self._hsts_seconds = admission, rates, hsts_seconds

    def book_on_key(self, key_name: str) -> None:
        """Have the key pay from now on, which the caller was found to have."""
        if self._admission is not None:
            self._admission = self._admission.of_key(self._rates, key_name)

    def pay(self) -> None:
        """Pay for an answer that has to be made."""
        if self._admission is not None:
            self._admission.take()

    def pay_little(self) -> None:
        """Pay for one that is there."""
        if self._admission is not None:
            self._admission.take(KEPT_COST)

    def _rebook(self, key_name: str) -> None:
        paid = self._admission
        self.book_on_key(key_name)
        if paid is not None and paid is not self._admission:
            paid.take(-1.0)
            self.pay()

    def headers(self) -> list[Header]:
        """What the caller is told, once it has paid."""
        admission, seconds = self._admission, self._hsts_seconds
        hsts = [(b"strict-transport-security", b"max-age=%d" % seconds)] if seconds else []
        return [*admission.headers(), *hsts] if admission is not None else hsts

    def paid(self, send: Send, state: dict[str, Any]) -> Send:
        """Pay for an answer that has to be made, and tell the caller with it; `state`: of the request."""
        self.pay()

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if key_name := state["note"].key:
                    self._rebook(key_name)
                message["headers"] = [*message["headers"], *self.headers()]
            await send(message)

        return send_told


class Edge:
    """The application, for whoever may ask it now.

    What it tells each caller is in the state of a request as `passing`: whoever answers adds it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Whoever watches over the service asks by its address, and is never told to come later.
        if scope["type"] != "http" or scope["path"] in _WATCHED:
            await self.app(scope, receive, send)
            return
        rates: Rates = scope["app"].state.rates
        settings, state = rates.settings, scope["state"]
        if settings.trusted_proxies:
            proxies.unwrap(scope, settings.trusted_proxies)
            state["headers"] = headers.first(scope)
        fields: dict[bytes, bytes] = state["headers"]
        authorization = fields.get(b"authorization")
        try:
            if settings.hosts and not proxies.is_served(fields.get(b"host", b"").decode("latin-1"), settings.hosts):
                raise Misdirected
            admission = rates.admit(authorization, scope["client"])
        except Problem as problem:
            state["note"].status = problem.status
            await _refuse(scope, receive, send, problem)
            return
        is_by_tls = settings.hsts_seconds > 0 and scope["scheme"] == "https"
        state["passing"] = Passing(admission, rates, settings.hsts_seconds if is_by_tls else 0)
        await self.app(scope, receive, send)
        if authorization is not None:
            note: RequestNote = state["note"]
            if note.status == _UNAUTHORIZED:
                rates.note_key(authorization, "")
            elif note.key:  # what looks up nobody's key, as the page of a problem, tells nothing of this one
                rates.note_key(authorization, note.key)


def _tell_of_proxy(scope: Scope) -> None:
    """Say in the log what may be wrong: behind a proxy that is not believed, all who ask have one address."""
    if not scope["app"].state.settings.trusted_proxies and "x-forwarded-for" in Headers(scope=scope):
        log.warning("one address asks too often, for others: is it a proxy, for COUNTERCLAIM_TRUSTED_PROXIES?")


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    """Answer as the application would, without asking it."""
    if isinstance(problem, TooManyRequests):
        _tell_of_proxy(scope)
    response = problems.answer(Request(scope), problem)
    told = MutableHeaders(raw=response.raw_headers)
    told["X-Request-ID"] = scope["state"]["request_id"]
    told["Cache-Control"] = "no-store"
    told.add_vary_header("Authorization, Accept-Encoding")
    told.update(headers.OF_EVERY_ANSWER)
    cors.allow(told, Headers(scope=scope), cors.origins(scope["app"].state.settings.cors_origins))
    if scope["method"] == "HEAD":
        response.body = b""
    await response(scope, receive, send)
