"""What is noted of a request while it is under way: for its line in the log, and for the metrics."""

import re
import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Version, trace, parent, flags; a later version may have more after them (W3C Trace Context).
_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)
LEFT: Final = 499
"""As web servers log it, and in the log alone: the client has left, and nobody is there to be answered."""


class Trace(NamedTuple):
    """Of which trace a request is a part, as whoever sent it has it, and which part it is itself."""

    trace_id: str
    parent_id: str
    span_id: str
    flags: str

    @property
    def header(self) -> str:
        """The `traceparent` that is given on."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def trace(traceparent: str, span_id: str = "") -> Trace | None:
    """The trace that a `traceparent` names, and this span of it. None where it names none, as the standard has it."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or (match[4] and traceparent.startswith("00")):
        return None
    return Trace(match[1], match[2], span_id or secrets.token_hex(8), match[3])


@dataclass(slots=True)
class RequestNote:
    """One request."""

    request_id: str
    method: str
    path: str
    trace: Trace | None = None
    began: float = field(default_factory=time.monotonic)
    route: str = ""
    """The path's template, `/v1/events/{event}`; empty where no route fits."""
    status: int = 0
    key: str = ""
    """The name of the caller's key, and never the key."""
    caller: str = ""
    """For whom it is, as shares are counted, before a key is looked up: an address; of IPv6 its network."""
    statements: int = 0
    """Of SQL, that were asked for it."""
    stored_with: str = ""
    """The request in whose name the ledger has what this one changed, where both were stored together."""
    hint: str = ""
    """What whoever asked is to know of the answer, whatever form that has: it goes out in a header."""


under_way: Final[ContextVar[RequestNote | None]] = ContextVar("request", default=None)
"""The request that this task works for."""


def caller() -> str:
    """For whom this task works, as shares are counted: a key or an address. Empty: for nobody in particular."""
    note = under_way.get()
    if note is None:
        return ""
    return f"key {note.key}" if note.key else note.caller


def tell(hint: str) -> None:
    """Have whoever asked told this with the answer; nobody, where this task works for no request."""
    note = under_way.get()
    if note is not None and hint not in note.hint:
        note.hint = f"{note.hint} {hint}".strip()
