"""What every request passes first: who asks, under which name of this service, and whether they ask too often."""

from typing import Final

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import cors, headers, problems, proxies
from app.api.rates import Header, Rates
from app.errors import Misdirected, Problem, TooManyRequests
from app.telling.request_notes import RequestNote

log = structlog.get_logger()

_WATCHED: Final = ("/livez", "/readyz")
_UNAUTHORIZED: Final = 401


class Edge:
    """The application, for whoever may ask it now.

    What each caller pays and is told is in the state of a request as `admission`: whoever answers sees to it.
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
        fields: headers.Fields = state["headers"]
        authorization = fields.get(b"authorization")
        try:
            if settings.hosts and not proxies.is_served(fields.get(b"host", b"").decode("latin-1"), settings.hosts):
                raise Misdirected
            hsts = _hsts(settings.hsts_seconds) if scope["scheme"] == "https" else ()
            admission = state["admission"] = rates.admit(authorization, scope["client"], hsts)
            state["note"].caller = admission.caller
        except Problem as problem:
            state["note"].status = problem.status
            await _refuse(scope, receive, send, problem)
            return
        await self.app(scope, receive, send)
        if authorization is not None:
            note: RequestNote = state["note"]
            if note.status == _UNAUTHORIZED:
                rates.note_key(authorization, "")
            elif note.key:  # what looks up nobody's key, as the page of a problem, tells nothing of this one
                rates.note_key(authorization, note.key)


def _hsts(seconds: int) -> list[Header]:
    """By TLS: that this service is asked by nothing else from now on."""
    return [(b"strict-transport-security", b"max-age=%d" % seconds)] if seconds else []


def _tell_of_proxy(scope: Scope) -> None:
    """Say in the log what may be wrong: behind a proxy that is not believed, all who ask have one address."""
    if not scope["app"].state.settings.trusted_proxies and b"x-forwarded-for" in scope["state"]["headers"]:
        log.warning("one address asks too often, for others: is it a proxy, for COUNTERCLAIM_TRUSTED_PROXIES?")


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    """Answer as the application would, without asking it."""
    if isinstance(problem, TooManyRequests):
        _tell_of_proxy(scope)
    response = problems.answer(Request(scope), problem)
    told: headers.Fields = dict(response.raw_headers)
    headers.add_of_every_answer(told, scope["state"]["request_id"])
    told[b"cache-control"] = b"no-store"
    cors.allow(told, scope["state"]["headers"], cors.origins(scope["app"].state.settings.cors_origins))
    response.raw_headers = [*told.items()]
    if scope["method"] == "HEAD":
        response.body = b""
    await response(scope, receive, send)
