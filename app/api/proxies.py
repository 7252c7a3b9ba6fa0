"""Who asks, and how, where a proxy asks for them: it is believed if the operator has named it, and nobody else is."""

import ipaddress
import re
from functools import lru_cache
from typing import Final

from starlette.types import Scope

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# An element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711"`, `proto=https`.
_PAIR: Final = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^";,\s]*))')
_SCHEMES: Final = ("http", "https")


@lru_cache(maxsize=4)
def networks(setting: str) -> tuple[_Network, ...]:
    """Addresses and networks, parted by white space or commas: `127.0.0.1 10.0.0.0/8`. Raises ValueError."""
    return tuple(ipaddress.ip_network(word, strict=False) for word in setting.replace(",", " ").split())


def unwrap(scope: Scope, setting: str) -> None:
    """Put into a request of a proxy that is believed what that says of it: address, scheme and host of who asked."""
    if not (scope["client"] and _is_trusted(scope["client"][0], setting)):
        return
    headers: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, []).append(value.decode("latin-1"))
    elements = _elements(headers)
    # The nearest proxy stands last. Whoever stands before the last that is believed may have written anything.
    for element in reversed(elements):
        address = _address(element.get("for", ""))
        if address is None:
            break
        scope["client"] = (address, 0)
        if element.get("proto", "").lower() in _SCHEMES:
            scope["scheme"] = element["proto"].lower()
        if host := element.get("host"):
            scope["headers"] = [header for header in scope["headers"] if header[0] != b"host"]
            scope["headers"].append((b"host", host.encode("latin-1")))
        if not _is_trusted(address, setting):
            break


def _elements(headers: dict[bytes, list[str]]) -> list[dict[str, str]]:
    """What each proxy says of whom it was asked by. Of `Forwarded` only where there is no `X-Forwarded-For`."""
    if b"x-forwarded-for" not in headers:
        forwarded = ",".join(headers.get(b"forwarded", []))
        return [
            {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(element)}
            for element in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', forwarded)
            if element.strip()
        ]
    lists = {
        name: [word.strip() for word in ",".join(headers.get(header, [])).split(",")]
        for name, header in (
            ("for", b"x-forwarded-for"),
            ("proto", b"x-forwarded-proto"),
            ("host", b"x-forwarded-host"),
        )
    }
    # Most proxies say scheme and host once, whatever stands in the list of addresses.
    return [{"for": address, **{name: lists[name][-1] for name in ("proto", "host")}} for address in lists["for"]]


def _address(words: str) -> str | None:
    """The address without its port. None: it is none, as `unknown`."""
    host = words.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _is_trusted(address: str, setting: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return any(ip in network for network in networks(setting))


# --- hosts -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def is_served(host: str, setting: str) -> bool:
    """Whether a Host is one of the names of this service, with any port; `*.desk.example`: whatever ends so."""
    name = host.rpartition(":")[0] if re.search(r":\d*$", host) and not host.endswith("]") else host
    name = name.strip("[]").lower().removesuffix(".")
    return any(
        name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in (word.strip("[]").lower() for word in setting.replace(",", " ").split())
    )
