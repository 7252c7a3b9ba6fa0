"""How often a caller may ask: a bucket of requests for each, which fills up again while they do not.

For one process: several give each caller as much again. It is no library's, for those that were tried take longer than
a tenth of an answer that is kept, and keep what they know of every address that ever came.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from app.errors import TooManyRequests
from app.settings import Settings

WINDOW_SECONDS: Final = 30
"""In which an empty bucket is full again."""
KEPT_COST: Final = 0.01
"""Of a request, takes one that is answered out of memory."""
_CALLERS: Final = 10_000  # of whom something is known; whoever has asked longest ago goes first, and has a full bucket
_KEYS: Final = 1_000  # whose names are known
Header = tuple[bytes, bytes]


class Rate(NamedTuple):
    """How large the bucket of a caller is."""

    noun: str
    requests: int

    @property
    def seconds_each(self) -> float:
        return WINDOW_SECONDS / self.requests


class Rates:
    """The buckets of a process. Each is known by the moment at which it will be full again."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: tells the time in seconds, from whenever on."""
        self._clock = clock
        self._of_address = Rate("address", settings.rate_anonymous) if settings.rate_anonymous else None
        self._of_key = Rate("key", settings.rate_key) if settings.rate_key else None
        self._full_at = OrderedDict[str, float]()
        self._key_names: dict[bytes, str] = {}

    def caller(self, authorization: bytes | None, client: tuple[str, int] | None) -> tuple[Rate | None, str]:
        """Whose bucket a request is taken from, and how large it is: the key's, if it is known, else the address's.

        Who comes by a socket without addresses is not counted.
        """
        if authorization is not None and (key_name := self._key_names.get(authorization)):
            return self._of_key, f"key {key_name}"
        return (self._of_address, _network(client[0])) if client else (None, "")

    def note_key(self, authorization: bytes, key_name: str) -> None:
        """Note whose key this is. Empty: nobody's, or nobody's any more."""
        if self._key_names.get(authorization, "") != key_name:
            if len(self._key_names) >= _KEYS:
                self._key_names.clear()
            self._key_names[authorization] = key_name

    def take(self, rate: Rate, caller: str) -> None:
        """Take one request out of the caller's bucket. Raises TooManyRequests where there is none in it."""
        now = self._clock()
        full_at = max(self._full_at.get(caller, now), now) + rate.seconds_each
        if full_at > now + WINDOW_SECONDS:
            raise TooManyRequests(rate.noun, rate.requests, WINDOW_SECONDS, full_at - now - WINDOW_SECONDS)
        self._full_at[caller] = full_at
        self._full_at.move_to_end(caller)
        if len(self._full_at) > _CALLERS:
            self._full_at.popitem(last=False)

    def give_back(self, rate: Rate, caller: str) -> None:
        """Put back what a request does not cost that was answered out of memory."""
        if caller in self._full_at:
            self._full_at[caller] -= rate.seconds_each * (1 - KEPT_COST)

    def headers(self, rate: Rate, caller: str) -> list[Header]:
        """What a caller is told of its bucket (draft-ietf-httpapi-ratelimit-headers-12)."""
        seconds = max(0.0, self._full_at.get(caller, 0.0) - self._clock())
        requests_left = int((WINDOW_SECONDS - seconds) / rate.seconds_each)
        return [
            (b"ratelimit", b'"%b";r=%d;t=%d' % (rate.noun.encode(), max(requests_left, 0), seconds + 1)),
            (b"ratelimit-policy", _policy(rate)),
        ]


@lru_cache(maxsize=8)
def _policy(rate: Rate) -> bytes:
    return f'"{rate.noun}";q={rate.requests};w={WINDOW_SECONDS}'.encode()


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
