"""The answers that are kept: as many as have room, the last used longest."""

from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID

from starlette.types import Message, Receive, Scope, Send

from app import threads
from app.api.compressing import Compressing
from app.api.kept import outgoing
from app.api.kept.outgoing import Form
from app.api.kept.requested import AnswerName
from app.flights import Flights
from app.schemas.common import names_tag
from app.services.pictures.heads import Heads, Stamp
from app.settings import Settings
from app.telling import metrics

_MB: Final = 1 << 20
_SHARE: Final = 16  # of the room has the largest answer that is kept
_BESIDE_BYTES: Final = 2_000  # that an answer takes beside its body: its name, its headers, what it rests on
_ID_BYTES: Final = 200
_LITTLE: Final = 16_000  # bytes that are compressed at once, and not in a thread
_ANONYMOUS_SECONDS: Final = 0.1


@dataclass(slots=True, eq=False)
class Ready:
    """An answer that is kept: all of it, or only that the caller's version is the one that there is."""

    tag: str
    short: Form
    """Its 304."""
    whole: Form | None
    """None: nobody who lacks it has asked since it changed."""
    stamp: Stamp
    """What was known before it was made."""
    events: frozenset[UUID] | None
    compressed: dict[str, Form] = field(default_factory=dict)

    def serves(self, has: str | None) -> bool:
        """Whether it is an answer for a caller who has these versions."""
        return self.whole is not None or names_tag(has, self.tag)

    def form(self, encoding: str) -> Form | None:
        """The whole in this encoding; empty: in none. None: it is not there, or not yet."""
        return self.compressed.get(encoding) if encoding else self.whole

    @property
    def size(self) -> int:
        forms = [*self.compressed.values(), *([self.whole] if self.whole else [])]
        return _BESIDE_BYTES + _ID_BYTES * len(self.events or ()) + sum(len(form.body) for form in forms)


class Store:
    """What a process keeps, and how far it knows the ledger."""

    def __init__(self, room: int, anonymous_seconds: float = _ANONYMOUS_SECONDS, heads: Heads | None = None) -> None:
        """`room`: bytes; `anonymous_seconds`: how old an answer may be for a caller without a key."""
        self.heads = heads or Heads()
        self.making = Flights[Any]()
        self.anonymous_seconds = anonymous_seconds
        self._room = room
        self._used = 0
        metrics.KEPT_BYTES.set_function(lambda: self._used)
        self._kept: OrderedDict[AnswerName, Ready] = OrderedDict()
        self._compressing = Flights[Form]()

    def find(self, name: AnswerName) -> Ready | None:
        """The answer of this name, if what it rests on is as it was, as far as is known."""
        ready = self._kept.get(name)
        if ready is None:
            return None
        if ready.stamp is not self.heads.stamp:
            if not self.heads.hold(ready.stamp, ready.events):
                self._drop(name)
                return None
            ready.stamp = self.heads.stamp
        self._kept.move_to_end(name)
        return ready

    def keep(self, name: AnswerName, ready: Ready) -> None:
        self._drop(name)
        if ready.size <= self._room // _SHARE:
            self._kept[name] = ready
            self._used += ready.size
            self._make_room()

    async def form(self, name: AnswerName, ready: Ready, plain: Form, encoding: str) -> Form:
        """The answer in this encoding, or in none: compressed once for all, in a thread if it is large."""
        if not encoding:
            return plain
        if (form := ready.form(encoding)) is not None:
            return form
        if len(plain.body) <= _LITTLE:
            form = compressed(plain, encoding)
        else:
            compression = (ready, encoding)
            in_thread = partial(threads.run, compressed, plain, encoding)
            flight = self._compressing.join(compression) or self._compressing.start(compression, in_thread)
            form = await flight.landed()
        if encoding not in ready.compressed:
            ready.compressed[encoding] = form
            if self._kept.get(name) is ready:
                self._used += len(form.body)
                self._make_room()
        return form

    def _drop(self, name: AnswerName) -> None:
        if (ready := self._kept.pop(name, None)) is not None:
            self._used -= ready.size

    def _make_room(self) -> None:
        while self._used > self._room:
            self._used -= self._kept.popitem(last=False)[1].size


def store(
    settings: Settings, anonymous_seconds: float = _ANONYMOUS_SECONDS, heads: Heads | None = None
) -> Store | None:
    """As the settings have it. None: nothing is kept."""
    return Store(settings.kept_mb * _MB, anonymous_seconds, heads) if settings.kept_mb else None


# --- compressing: as the middleware does it that answers what is not kept ---------------------------------------------

_PROBE: Final = Form([(b"content-type", b"application/json")], b"[" + b" " * 2_000 + b"]")


@lru_cache(maxsize=256)
def encoding_for(accepts: bytes) -> str:
    """The encoding that this Accept-Encoding leads to; empty: none."""
    headers = compressed(_PROBE, accepts.decode("latin-1")).headers if accepts else []
    return next((value.decode() for name, value in headers if name == b"content-encoding"), "")


def compressed(plain: Form, accepts: str) -> Form:
    sent: list[Message] = []

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(plain.headers)})
        await send({"type": "http.response.body", "body": plain.body})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", accepts.encode("latin-1"))]}
    _run(Compressing(answer)(scope, receive, send))
    return outgoing.form(sent[0]["headers"], sent[1]["body"])


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run what never waits, on any thread."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waits for something")
