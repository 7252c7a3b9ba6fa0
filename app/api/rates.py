"""How often a caller may ask: a bucket of requests for each, which fills up again while they do not.

For one process: several give each caller as much again. It is no library's, for those that were tried take longer than
a tenth of an answer that is kept, and keep what they know of every address that ever came.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Final

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

    __slots__ = ("_caller", "_full_at", "_now", "_rate")

    def __init__(self, rate: Rate, caller: str, full_at: OrderedDict[str, float], now: float) -> None:
        self._rate, self._caller, self._full_at, self._now = rate, caller, full_at, now

    def take(self, cost: float = 1.0) -> None:
        """Take a request, or a part of one, out of the caller's bucket."""
        buckets, now = self._full_at, self._now
        buckets[self._caller] = max(buckets.get(self._caller, now), now) + cost * self._rate.seconds_each
        buckets.move_to_end(self._caller)
        if len(buckets) > _CALLERS:
            buckets.popitem(last=False)

    def of_key(self, rates: "Rates", key_name: str) -> "Admission | None":
        """The same for the key that the caller turned out to have."""
        return self if self._caller.startswith("key ") else rates.admission_of_key(key_name, self._now)

    def headers(self) -> tuple[Header, Header]:
        """What the caller is told of the bucket."""
        rate = self._rate
        seconds = self._full_at.get(self._caller, self._now) - self._now
        requests_left = max(0, math.ceil((WINDOW_SECONDS - seconds - _SLACK_SECONDS) / rate.seconds_each))
        return (b"ratelimit", rate.left % (requests_left, seconds + 1)), rate.policy


class Rates:
    """The buckets of a process. Each is known by the moment at which it will be full again."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: tells the time in seconds, from whenever on."""
        self.settings = settings
        self._clock = clock
        self._of_address = Rate("address", settings.rate_anonymous) if settings.rate_anonymous else None
        self._of_key = Rate("key", settings.rate_key) if settings.rate_key else None
        self._full_at = OrderedDict[str, float]()
        self._key_names: dict[bytes, str] = {}

    def admit(self, authorization: bytes | None, client: tuple[str, int] | None) -> Admission | None:
        """Whether there is a request in the bucket of the key, if it is known, else of the address.

        None: this caller is not counted, by the settings, or because it comes by a socket without addresses. Raises
        TooManyRequests.
        """
        if authorization is not None and (key_name := self._key_names.get(authorization)):
            rate, caller = self._of_key, f"key {key_name}"
        else:
            rate, caller = self._of_address, _network(client[0]) if client else ""
        if rate is None or not caller:
            return None
        now = self._clock()
        admission = Admission(rate, caller, self._full_at, now)
        seconds = self._full_at.get(caller, now) - now + rate.seconds_each - WINDOW_SECONDS
        if seconds > _SLACK_SECONDS:
            problem = TooManyRequests(rate.noun, rate.requests, WINDOW_SECONDS, seconds)
            problem.headers |= {name.decode(): value.decode() for name, value in admission.headers()}
            raise problem
        return admission

    def admission_of_key(self, key_name: str, now: float) -> Admission | None:
        """Of whom it was found out meanwhile who they are. None: keys are not counted."""
        return Admission(self._of_key, f"key {key_name}", self._full_at, now) if self._of_key else None

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
