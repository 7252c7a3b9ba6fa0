"""The layers in front of everything: what is kept is answered here, and what is not kept yet is made once for all."""

import asyncio
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from opentelemetry import trace
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.kept import outgoing, requested
from app.api.kept.outgoing import Form, Headers
from app.api.kept.requested import AnswerName
from app.api.kept.store import Ready, Store, encoding_for
from app.api.observing import SPAN
from app.api.rates import KEPT_COST, Admission
from app.database import Database
from app.errors import Problem
from app.schemas.common import names_tag
from app.services.access import ANYBODY, Caller
from app.services.pictures import heads
from app.telling import metrics
from app.telling.request_notes import RequestNote

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_READS: Final = frozenset({"GET", "HEAD"})
# What a 304 is sent without: of its answer the caller has these, too.
_OF_A_BODY: Final = (b"content-length", b"content-type", b"content-security-policy", b"referrer-policy")
# What somebody else made was made too early, and it has changed since; or it was a 304 alone. Then everybody alone.
_TRIES: Final = 3
# Of the time for which what is known of the ledger is new enough for callers without a key: then it is asked again for
# those who come later.
_RENEWED_AT: Final = 0.75


class Refusal(NamedTuple):
    """An answer for its caller alone: with an id of its own in it, or what is not there."""

    status: int
    headers: Headers
    body: bytes


Made: TypeAlias = Ready | Refusal


class KeptCall(NamedTuple):
    """A request for what may be kept."""

    caller: Caller
    name: AnswerName
    has: str | None
    """The versions that the caller has: If-None-Match."""
    since: float
    """Of which moment, by `time.monotonic`, the answer has to be, or of a later one."""
    store: Store
    scope: Scope
    admission: Admission


class AtOnce:
    """The application; where what is kept is new enough, as far as is known, a caller without a key waits for nothing.

    And nothing is made ready here that only waiting needs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _at_once(scope) if scope["type"] == "http" else None
        if answer is None:
            await self.app(scope, receive, send)
        else:
            await _send(scope, send, *answer)


def _at_once(scope: Scope) -> tuple[int, Form] | None:
    """The answer to a caller without a key, and its status. None: something has to be waited for first."""
    fields: dict[bytes, bytes] = scope["state"]["headers"]
    if b"authorization" in fields or not (route := _route_for_keeping(scope)):
        return None
    state, note = scope["app"].state, scope["state"]["note"]
    store: Store = state.kept
    request = requested.read(scope, state.settings)
    since = _since(note, store, state.database)
    if request is None or store.heads.known_at < since:
        return None
    if (ready := store.find(request.of_anybody)) is None:
        return None
    is_had = names_tag(_had(scope), ready.tag)
    form = ready.short if is_had else ready.form(_encoding(scope))
    if form is None:
        return None
    if store.heads.known_at < note.began - store.anonymous_seconds * _RENEWED_AT:
        store.heads.renew(state.database)
    _note_route(scope, note, route)
    _note_hit(scope["state"]["admission"])
    return _NOT_MODIFIED if is_had else _OK, form


class Kept:
    """The application; what it has answered is kept for whoever asks the same.

    A caller without a key gets what is at most `Store.anonymous_seconds` old, and all that this process has written. A
    caller with a key gets all that had been committed when the request came in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if route := _route_for_keeping(scope):
            note: RequestNote = scope["state"]["note"]
            _note_route(scope, note, route)
            try:
                call = await _called(scope, note)
                answer = (_found(call) or await self._answer(call)) if call else None
            # The application tells what is wrong: a key, the database, or that too many ask.
            except (Problem, SQLAlchemyError, OSError):
                answer = None
            if answer and call:
                if isinstance(answer, Refusal):
                    await _send(scope, send, answer.status, Form(answer.headers, answer.body), has_id=True)
                else:
                    await _send(scope, send, *await _outgoing(call, answer))
                return
        admission: Admission | None = scope["state"].get("admission")
        await self.app(scope, receive, admission.paid(send, scope["state"]) if admission else send)

    async def _answer(self, call: KeptCall) -> Made | None:
        """What is kept, or is made now. None: whoever is making it makes nothing for others."""
        has = call.has
        for _ in range(_TRIES):
            if ready := _found(call):
                return ready
            flight = call.store.making.join(call.name)
            if flight is None:
                call.admission.take()
                # Who has a version is perhaps spared the making of the whole.
                make = partial(self._make, call, has if call.store.find(call.name) is None else None)
                answer: Made = await call.store.making.start(call.name, make).landed()
                return answer
            answer = await flight.landed()
            if isinstance(answer, Refusal):
                return None
            if flight.began >= call.since and answer.serves(has):
                _note_hit(call.admission)
                return answer
        return None

    async def _make(self, call: KeptCall, has: str | None) -> Made:
        """Ask the application, as GET, for what decides the answer alone."""
        metrics.OF_REQUESTS.misses += 1
        stamp = call.store.heads.stamp  # before anything is read
        # Asked again whose key it is, it might be told otherwise: under this name is kept what this caller may see.
        of_call: dict[str, Any] = {"for_keeping": True, "holder": call.caller}
        state = {**call.scope.get("state", {}), **of_call}
        headers = requested.deciding_headers(call.scope)
        if has is not None:
            headers.append((b"if-none-match", has.encode("latin-1")))
        capture = _Capture()
        scope = {**call.scope, "method": "GET", "headers": headers, "state": state}
        await self.app(scope, _nothing_more(), capture.send)
        status, headers, body = capture.status, capture.headers, b"".join(capture.chunks)
        tag = next((value.decode("latin-1") for name, value in headers if name == b"etag"), None)
        if status not in (_OK, _NOT_MODIFIED) or tag is None or "read" not in state:
            return Refusal(status, headers, body)
        of_all = [header for header in headers if header[0] != b"x-request-id"]
        short = outgoing.form([header for header in of_all if header[0] not in _OF_A_BODY], b"")
        form = outgoing.form(of_all, body) if status == _OK else None
        ready = Ready(tag, short, form, stamp, heads.events_under(state["read"]))
        call.store.keep(call.name, ready)
        return ready


def _found(call: KeptCall) -> Ready | None:
    """What is kept of it, if that serves the caller."""
    ready = call.store.find(call.name)
    if ready is None or not ready.serves(call.has):
        return None
    _note_hit(call.admission)
    return ready


def _note_hit(admission: Admission) -> None:
    admission.take(KEPT_COST)
    metrics.OF_REQUESTS.hits += 1


def _note_route(scope: Scope, note: RequestNote, route: str) -> None:
    """Also name the span of the request as FastAPI does, which does not see what is answered out of memory."""
    note.route = route
    if SPAN in scope:
        span = trace.get_current_span()
        span.set_attribute("http.route", route)
        span.update_name(f"{note.method} {route}")


def _route_for_keeping(scope: Scope) -> str:
    """The template of the path, if the answer may be kept; else nothing."""
    path, state = scope["path"], scope["app"].state
    if scope["method"] not in _READS or len(path) > requested.PATH_LETTERS or state.kept is None:
        return ""
    template: str = state.kept_route(path)
    return template


async def _called(scope: Scope, note: RequestNote) -> KeptCall | None:
    """The call, as soon as enough is known of the ledger for it. Raises Unauthorized and Unavailable."""
    state = scope["app"].state
    store: Store = state.kept
    database: Database = state.database
    request = requested.read(scope, state.settings)
    if request is None:
        return None
    admission: Admission = scope["state"]["admission"]
    if request.token is None:
        caller, name = ANYBODY, request.of_anybody
        since = _since(note, store, database)
    else:
        caller, since = await state.keys.find(database, request.token), note.began
        name = request.name(caller, state.settings)
        note.key = caller.name
        admission.book_on_key(caller.name)
    if store.heads.known_at < since:
        await store.heads.know(database, since)
    return KeptCall(caller, name, _had(scope), since, store, scope, admission)


def _since(note: RequestNote, store: Store, database: Database) -> float:
    """Of which moment an answer to a caller without a key has to be."""
    return max(note.began - store.anonymous_seconds, database.own_writes.ended)


def _had(scope: Scope) -> str | None:
    """The versions that the caller has."""
    tags: bytes | None = scope["state"]["headers"].get(b"if-none-match")
    return None if tags is None else tags.decode("latin-1")


def _encoding(scope: Scope) -> str:
    """How the answer is compressed, which one without a body is not; empty: not at all."""
    return "" if scope["method"] == "HEAD" else encoding_for(requested.accepts(scope))


async def _outgoing(call: KeptCall, ready: Ready) -> tuple[int, Form]:
    """What the application would answer this caller, and its status."""
    if ready.whole is None or names_tag(call.has, ready.tag):
        return _NOT_MODIFIED, ready.short
    return _OK, await call.store.form(call.name, ready, ready.whole, _encoding(call.scope))


async def _send(scope: Scope, send: Send, status: int, form: Form, *, has_id: bool = False) -> None:
    """Answer, with what this caller is told alone; `has_id`: the id of the request is among the headers."""
    note: RequestNote = scope["state"]["note"]
    own_headers: Headers = [*scope["state"]["admission"].headers()]
    if not has_id:
        own_headers.append((b"x-request-id", note.request_id.encode()))
    if note.trace:
        own_headers.append((b"traceresponse", note.trace.header.encode()))
    await outgoing.answer(scope, send, status, form, own_headers)
    note.status = status


class _Capture:
    """Takes an answer instead of the server."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.chunks: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.lower(), value) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self.chunks.append(message.get("body", b""))


def _nothing_more() -> Receive:
    """A request without a body, whose client stays: another may wait for the answer."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop()

    return receive
