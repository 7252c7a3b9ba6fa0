"""Fetching a page that somebody else names, without being led astray.

A name is resolved once, every address it has must be public, and the connection goes to the address that was looked
at, so that a name which then changes its mind changes nothing. Redirects are followed one by one, each looked at anew.
All of it, from the first look-up to the last byte, has one deadline; the body has a bound after decompression.
"""

import asyncio
import ipaddress
import re
import socket
import zlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin

import ada_url
import httpx

from app import __version__
from app.schemas import urls

AGENT: Final = f"counterclaim/{__version__}"
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_ENCODINGS: Final = {"": None, "identity": None, "gzip": 31, "x-gzip": 31, "deflate": 47}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchError(Exception):
    """Why a page was not fetched, in a sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float = 30
    """For all of it: looking up, connecting, redirects, reading."""
    size: int = 10_000_000
    """Bytes of the body, decompressed."""
    redirects: int = 5
    private: bool = False
    """Whether addresses that are not public are allowed."""


@dataclass(frozen=True, slots=True)
class Fetched:
    url: str
    """Where it was found in the end."""
    status: int
    content_type: str
    """Lower case, without parameters; empty where none was given."""
    charset: str | None
    body: bytes
    retrieved_at: datetime


def fetch(url: str, types: Collection[str], limits: Limits | None = None) -> Fetched:
    """The page, whatever its status. Raises FetchError; `types`: which content types are read at all."""
    limits = limits or Limits()

    async def fetching() -> Fetched:
        try:
            async with asyncio.timeout(limits.seconds):
                return await _follow(url, types, limits)
        except TimeoutError:
            raise FetchError(f"took longer than {limits.seconds:g} seconds") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise FetchError(f"the server can't be read: {error or type(error).__name__}") from None

    return asyncio.run(fetching())


async def _follow(url: str, types: Collection[str], limits: Limits) -> Fetched:
    # No proxy and no password file of the environment: both would go past the look at the address.
    async with httpx.AsyncClient(trust_env=False, timeout=limits.seconds, follow_redirects=False) as client:
        for _ in range(limits.redirects + 1):
            found = await _hop(client, url, types, limits)
            if isinstance(found, Fetched):
                return found
            url = found
    raise FetchError(f"more than {limits.redirects} redirects")


async def _hop(client: httpx.AsyncClient, url: str, types: Collection[str], limits: Limits) -> Fetched | str:
    """One request: what it brought, or where it sends on."""
    try:
        target = ada_url.URL(urls.check(url))
    except ValueError as error:
        raise FetchError(f"{error}") from None
    response = await _sent(client, target, limits)
    try:
        if response.status_code in _REDIRECTS and (to := response.headers.get("location")):
            return str(urljoin(str(target.href), to))
        told, _, parameters = response.headers.get("content-type", "").partition(";")
        kind = told.strip().lower()
        if kind not in types:
            raise FetchError(f"neither of {', '.join(sorted(types))}, but {kind or 'without a content type'}")
        body = b"".join([part async for part in _body(response, limits.size)])
    finally:
        await response.aclose()
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters, re.IGNORECASE)
    href = str(target.href)
    return Fetched(href, response.status_code, kind, charset and charset[1], body, datetime.now(UTC))


async def _sent(client: httpx.AsyncClient, target: ada_url.URL, limits: Limits) -> httpx.Response:
    """To the first address that answers, of those that were looked at."""
    name, secure = str(target.hostname).strip("[]"), target.protocol == "https:"
    port = int(target.port or (443 if secure else 80))
    *others, last = await _addresses(name, port, private=limits.private)
    for address in others:
        try:
            return await client.send(_request(client, target, address, port), stream=True)
        except httpx.ConnectError:
            continue
    return await client.send(_request(client, target, last, port), stream=True)


def _request(client: httpx.AsyncClient, target: ada_url.URL, address: Address, port: int) -> httpx.Request:
    """The name stands in Host, and in TLS, where the certificate must bear it."""
    bare = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
    return client.build_request(
        "GET",
        f"{target.protocol}//{bare}:{port}{target.pathname}{target.search}",
        headers={
            "Host": str(target.host),
            "Accept-Encoding": "gzip",
            "User-Agent": AGENT,
            "Connection": "close",
        },
        extensions={"sni_hostname": str(target.hostname).strip("[]")} if target.protocol == "https:" else {},
    )


async def _addresses(name: str, port: int, *, private: bool) -> list[Address]:
    """All that a name has, at least one, each public."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError(f"{name} has no address") from None
    addresses = [ipaddress.ip_address(each[4][0]) for each in found]
    if not addresses:
        raise FetchError(f"{name} has no address")
    if not private and (hidden := next((one for one in addresses if not is_public(one)), None)):
        raise FetchError(f"{name} leads to {hidden}, which is not a public address")
    return addresses


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it; an IPv4 address inside an IPv6 one is looked at itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def _body(response: httpx.Response, size: int) -> AsyncIterator[bytes]:
    """The body, decompressed here: the client's own way would inflate a small piece to any size."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise FetchError(f"the body is encoded as {encoding[:50]}, which was not asked for")
    window, left = _ENCODINGS[encoding], size
    inflating = zlib.decompressobj(window) if window else None
    async for piece in response.aiter_raw():
        try:
            part = inflating.decompress(piece, left + 1) if inflating else piece
        except zlib.error:
            raise FetchError("the body can't be decompressed") from None
        left -= len(part)
        if left < 0:
            raise FetchError(f"larger than {size:,} bytes")
        yield part
    if inflating and not inflating.eof and left != size:
        raise FetchError("the body ends too early")
