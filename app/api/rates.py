"""How often a caller may ask: a bucket of requests for each, which fills up again while they do not.

For one process: several give each caller as much again. It is no library's, for those that were tried take longer than
a tenth of an answer that is kept, and keep what they know of every address that ever came.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from starlette.types import Message, Send

from app.errors import TooManyRequests
from app.settings import Settings

WINDOW_SECONDS: Final = 30
"""In which an empty bucket is full again."""
KEPT_COST: Final = 0.01
"""Of a request, takes one that is answered out of memory."""
_CALLERS: Final = 10_000  # of whom something is known; whoever has asked longest ago goes first, and has a full bucket
_SLACK_SECONDS: Final = 1e-6  # that adding up may have cost
_KEYS: Final = 1_000  # whose names are known
Header = tuple[bytes, bytes]


class Rate:
    """How large the buckets of callers of one kind are."""

    __slots__ = ("left", "noun", "policy", "requests", "seconds_each")

    def __init__(self, noun: str, requests: int) -> None:
        self.noun, self.requests, self.seconds_each = noun, requests, WINDOW_SECONDS / requests
        # As draft-ietf-httpapi-ratelimit-headers-12 has it.
        self.policy: Header = (b"ratelimit-policy", f'"{noun}";q={requests};w={WINDOW_SECONDS}'.encode())
        self.left = b'"%b";r=%%d;t=%%d' % noun.encode()


class Admission:
    """That a caller may ask: there is a request in the bucket, which is taken when it is known what it costs."""

    __slots__ = ("_further", "_now", "_rate", "_rates", "caller")

    def __init__(self, rates: "Rates", rate: Rate | None, caller: str, now: float, further: Sequence[Header]) -> None:
        """`rate`: None where this caller is not counted; `further`: what the caller is told beside the rate."""
        self._rates, self._rate, self.caller, self._now, self._further = rates, rate, caller, now, further

    def take(self, cost: float = 1.0) -> None:
        """Take a request, or a part of one, out of the caller's bucket."""
        rate, caller = self._rate, self.caller
        if rate is None:
            return
        buckets, now = self._rates.full_at, self._now
        buckets[caller] = max(buckets.get(caller, now), now) + cost * rate.seconds_each
        buckets.move_to_end(caller)
        if len(buckets) > _CALLERS:
            buckets.popitem(last=False)

    def book_on_key(self, key_name: str) -> None:
        """Have the key pay from now on, which the caller was found to have."""
        if self._rate is not None and not self.caller.startswith("key "):
            self._rate, self.caller = self._rates.of_key, f"key {key_name}"

    def headers(self) -> Sequence[Header]:
        """What the caller is told, once it has paid."""
        rate = self._rate
        if rate is None:
            return self._further
        seconds = self._rates.full_at.get(self.caller, self._now) - self._now
        requests_left = max(0, math.ceil((WINDOW_SECONDS - seconds - _SLACK_SECONDS) / rate.seconds_each))
        return (_ratelimit(rate.left, requests_left, int(seconds + 1)), rate.policy, *self._further)

    def paid(self, send: Send, state: dict[str, Any]) -> Send:
        """Pay for an answer that has to be made, and tell the caller with it; `state`: of the request."""
        self.take()

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if key_name := state["note"].key:
                    self._rebook(key_name)
                message["headers"] = [*message["headers"], *self.headers()]
            await send(message)

        return send_told

    def _rebook(self, key_name: str) -> None:
        payer = self.caller
        if self._rate is None or payer.startswith("key "):
            return
        self.take(-1.0)
        self.book_on_key(key_name)
        self.take()


# What is kept costs so little that most callers are told the same again and again.
@lru_cache(maxsize=256)
def _ratelimit(template: bytes, requests_left: int, seconds: int) -> Header:
    return b"ratelimit", template % (requests_left, seconds)


class Rates:
    """The buckets of a process. Each is known by the moment at which it will be full again."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: tells the time in seconds, from whenever on."""
        self.settings = settings
        self._clock = clock
        self._of_address = Rate("address", settings.rate_anonymous) if settings.rate_anonymous else None
        self.of_key = Rate("key", settings.rate_key) if settings.rate_key else None
        self.full_at = OrderedDict[str, float]()
        """By caller: when the bucket will be full."""
        self._key_names: dict[bytes, str] = {}

    def admit(
        self, authorization: bytes | None, client: tuple[str, int] | None, further: Sequence[Header] = ()
    ) -> Admission:
        """Have a caller ask, if there is a request in the bucket of the key, if it is known, else of the address.

        `further`: what the caller is told beside the rate. Who is not counted, by the settings or because they come by
        a socket without addresses, may always ask. Raises TooManyRequests.
        """
        if authorization is not None and (key_name := self._key_names.get(authorization)):
            rate, caller = self.of_key, f"key {key_name}"
        else:
            rate, caller = self._of_address, _network(client[0]) if client else ""
        if rate is None or not caller:
            return Admission(self, None, caller, 0.0, further)
        now = self._clock()
        admission = Admission(self, rate, caller, now, further)
        if (full_at := self.full_at.get(caller)) is not None:
            seconds = full_at - now + rate.seconds_each - WINDOW_SECONDS
            if seconds > _SLACK_SECONDS:
                problem = TooManyRequests(rate.noun, rate.requests, WINDOW_SECONDS, seconds)
                problem.headers |= {name.decode(): value.decode() for name, value in admission.headers()}
                raise problem
        return admission

    def note_key(self, authorization: bytes, key_name: str) -> None:
        """Note whose key this is. Empty: nobody's, or nobody's any more."""
        if self._key_names.get(authorization, "") != key_name:
            if len(self._key_names) >= _KEYS:
                self._key_names.clear()
            self._key_names[authorization] = key_name


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """Whom an address belongs to: of IPv6 one has as many as one likes."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:  # noqa: PLR2004
        return address
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
