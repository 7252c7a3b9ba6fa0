"""What holds for every answer, whatever route gives it: a request id, HEAD, ETag and 304, caching, CORS, one last 500.

Plain ASGI: Starlette's BaseHTTPMiddleware would break disconnects and streams. What escapes the application is caught
here, inside the server's own error handling, because an exception that reaches the server closes the connection and
takes a pooled client's next request with it.
"""

import traceback
from typing import Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import cors, problems
from app.api.headers import Fields, add_of_every_answer
from app.errors import Problem
from app.schemas.common import entity_tag, names_tag
from app.telling.request_notes import LEFT, RequestNote

log = structlog.get_logger()

_NOT_MODIFIED: Final = 304
_OF_A_BODY: Final = (b"content-length", b"content-type", b"content-security-policy", b"referrer-policy")
_OK: Final = 200


class Wire:
    """The application with what holds for every answer, as the server calls it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note: RequestNote = scope["state"]["note"]
        context = {"request_id": note.request_id} | ({"traceparent": note.trace.header} if note.trace else {})
        structlog.contextvars.bind_contextvars(**context)
        answer = _Answer(scope, send, note)
        routed = _asked(scope)
        try:
            if scope["method"] == "OPTIONS" and (methods := problems.allowed(scope["app"], scope["path"])):
                headers = {"Allow": ", ".join(methods)} | cors.preflight(answer.asked, methods, answer.keyed_origins)
                await Response(status_code=204, headers=headers)(scope, receive, answer.send)
            else:
                await self.app(routed, receive, answer.send)
        except ClientDisconnect:  # whoever leaves while sending is answered nothing
            answer.status = LEFT
        except Exception as error:
            # As plain text: a renderer that shows each frame's variables takes minutes, and logs secrets.
            details = {"error": repr(error)[:1000], "traceback": traceback.format_exc()}
            log.error("unforeseen", path=scope["path"], **details)  # noqa: TRY400
            if answer.begun:
                raise
            await problems.answer(Request(scope), Problem("Something went wrong on our side."))(
                scope, receive, answer.send
            )
        finally:
            if not answer.for_keeping:
                _complete(note, routed, answer.status)
            structlog.contextvars.unbind_contextvars(*context)


def _complete(note: RequestNote, scope: Scope, status: int) -> None:
    """Note what became of a request: `scope` is what the routes were asked."""
    note.status = status
    if holder := scope["state"].get("holder"):
        note.key = holder.name
    if route := scope.get("route"):
        note.route = scope["app"].state.templates.get(route.name, route.path)


def _asked(scope: Scope) -> Scope:
    """What the routes are asked: for HEAD what GET is.

    A copy, for the server looks into its own when it writes the answer: it would wait for the body that HEAD leaves
    out, and the connection's next request with it.
    """
    if scope["method"] != "HEAD":
        return scope
    only_head = {**scope["state"], "only_head": True}  # so that a stream is not made for nobody
    return {**scope, "method": "GET", "state": only_head}


class _Answer:
    """Holds the start of an answer back until its first body, then sends both as they should be."""

    def __init__(self, scope: Scope, send: Send, note: RequestNote) -> None:
        self.scope, self._send, self.note = scope, send, note
        self.asked: Fields = scope["state"]["headers"]
        self.keyed_origins = cors.origins(scope["app"].state.settings.cors_origins)
        self.is_read = scope["method"] in ("GET", "HEAD")
        self.is_head = scope["method"] == "HEAD"
        self.for_keeping = "for_keeping" in scope["state"]
        self.start: Message | None = None
        self.begun = False
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message  # headers and status may still change: the ETag is of the first body
            return
        if self.start is None:
            await self._send({**message, "body": b""} if self.is_head else message)
            return
        start, self.start = self.start, None
        body: bytes = message.get("body", b"")
        is_complete = not message.get("more_body", False)
        self._finish(start, body, is_complete=is_complete)
        self.begun, self.status = True, start["status"]
        await self._send(start)
        is_bodyless = self.is_head or start["status"] == _NOT_MODIFIED
        await self._send({**message, "body": b"" if is_bodyless else body})

    def _finish(self, start: Message, body: bytes, *, is_complete: bool) -> None:
        fields: Fields = dict(start["headers"])  # no answer has one of them twice
        add_of_every_answer(fields, self.note.request_id)
        if self.note.trace and not self.for_keeping:
            fields[b"traceresponse"] = self.note.trace.header.encode()
        # A 304 has the header of the answer that it stands for, or a browser drops that one.
        is_kept = self.is_read and start["status"] in (_OK, _NOT_MODIFIED)
        fields.setdefault(b"cache-control", b"no-cache" if is_kept else b"no-store")
        cors.allow(fields, self.asked, self.keyed_origins)
        is_for_others = b"access-control-allow-origin" in fields
        fields[b"cross-origin-resource-policy"] = b"cross-origin" if is_for_others else b"same-origin"
        if self.is_read and start["status"] == _OK:
            self._compare(start, fields, body, is_complete=is_complete)
        if start["status"] == _NOT_MODIFIED:
            for name in _OF_A_BODY:
                fields.pop(name, None)
        start["headers"] = [*fields.items()]

    def _compare(self, start: Message, fields: Fields, body: bytes, *, is_complete: bool) -> None:
        """Say 304 to a caller who has this version."""
        # Of a stream the whole is never there to be hashed: it has an ETag only if its route gives one.
        if is_complete and b"etag" not in fields:
            fields[b"etag"] = entity_tag(body).encode()
        # What is kept is kept whole: others lack what this caller has.
        has, tag = self.asked.get(b"if-none-match"), fields.get(b"etag")
        if not self.for_keeping and has and tag and names_tag(has.decode("latin-1"), tag.decode("latin-1")):
            start["status"] = _NOT_MODIFIED
