"""Fetching a page whose address a stranger gave, safe against SSRF.

A name is resolved once, all its addresses must be public, and the connection goes to one of the addresses that were
checked, so that a name can't be re-bound between check and connection. Each redirect is checked in the same way.
One deadline covers everything from the first look-up to the last byte; the body is bounded after decompression.
"""

import asyncio
import ipaddress
import re
import socket
import zlib
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import urljoin

import ada_url
import httpx

from app import __version__
from app.schemas import urls

AGENT: Final = f"counterclaim/{__version__}"
_REDIRECTS: Final = (301, 302, 303, 307, 308)
# Window sizes of zlib: 31 for gzip, 47 for zlib or gzip as the header says.
_ENCODINGS: Final = {"": None, "identity": None, "gzip": 31, "x-gzip": 31, "deflate": 47}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchError(Exception):
    """Why a page was not fetched, as a sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float = 30
    """For everything: look-ups, connections, redirects, reading."""
    size: int = 10_000_000
    """Bytes of the body, decompressed."""
    redirects: int = 5
    private: bool = False
    """Whether addresses that are not public are allowed."""


@dataclass(frozen=True, slots=True)
class Fetched:
    url: str
    """The address after redirects."""
    status: int
    content_type: str
    """Lower case, without parameters; empty where none was given."""
    charset: str | None
    body: bytes
    retrieved_at: datetime


def fetch(url: str, types: Collection[str], limits: Limits | None = None) -> Fetched:
    """Fetch a page, whatever its status. `types`: the content types that are read at all. Raises FetchError."""
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
    # trust_env: a proxy from the environment would connect for us, past the check of the address.
    async with httpx.AsyncClient(trust_env=False, timeout=limits.seconds, follow_redirects=False) as client:
        for _ in range(limits.redirects + 1):
            fetched_or_url = await _request_once(client, url, types, limits)
            if isinstance(fetched_or_url, Fetched):
                return fetched_or_url
            url = fetched_or_url
    raise FetchError(f"more than {limits.redirects} redirects")


async def _request_once(client: httpx.AsyncClient, url: str, types: Collection[str], limits: Limits) -> Fetched | str:
    """Send one request: the page, or the address that it redirects to."""
    try:
        target = ada_url.URL(urls.check(url))
    except ValueError as error:
        raise FetchError(f"{error}") from None
    response = await _send_to_first(client, target, _GET, limits)
    try:
        if response.status_code in _REDIRECTS and (to := response.headers.get("location")):
            return str(urljoin(str(target.href), to))
        media_type, _, parameters = response.headers.get("content-type", "").partition(";")
        kind = media_type.strip().lower()
        if kind not in types:
            raise FetchError(f"neither of {', '.join(sorted(types))}, but {kind or 'without a content type'}")
        body = b"".join([part async for part in _body(response, limits.size)])
    finally:
        await response.aclose()
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters, re.IGNORECASE)
    href = str(target.href)
    return Fetched(href, response.status_code, kind, charset and charset[1], body, datetime.now(UTC))


class _Message(NamedTuple):
    """What is sent to an address."""

    method: str
    headers: Mapping[str, str]
    body: bytes | None = None


_GET: Final = _Message("GET", {"Accept-Encoding": "gzip"})


async def post(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], limits: Limits
) -> httpx.Response:
    """Send a body, and read the head of the answer alone; redirects are not followed. Raises FetchError."""
    message = _Message("POST", headers, body)
    try:
        async with asyncio.timeout(limits.seconds):
            target = ada_url.URL(urls.check(url))
            if target.protocol != "https:" and not limits.private:
                raise FetchError("https is needed")
            response = await _send_to_first(client, target, message, limits)
            await response.aclose()
            return response
    except ValueError as error:
        raise FetchError(f"{error}") from None
    except TimeoutError:
        raise FetchError(f"took longer than {limits.seconds:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise FetchError(f"the server can't be reached: {error or type(error).__name__}") from None


async def _send_to_first(
    client: httpx.AsyncClient, target: ada_url.URL, message: _Message, limits: Limits
) -> httpx.Response:
    """Send the request to the first of the checked addresses that can be connected to."""
    name, secure = str(target.hostname).strip("[]"), target.protocol == "https:"
    port = int(target.port or (443 if secure else 80))
    *earlier, last = await _addresses(name, port, private=limits.private)
    for address in earlier:
        try:
            return await client.send(_request_to(client, target, address, port, message), stream=True)
        except httpx.ConnectError:
            continue
    return await client.send(_request_to(client, target, last, port, message), stream=True)


def _request_to(
    client: httpx.AsyncClient, target: ada_url.URL, address: Address, port: int, message: _Message = _GET
) -> httpx.Request:
    """A request to an address. The name stands in Host and in TLS's SNI: the certificate must be for the name."""
    bare = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
    return client.build_request(
        message.method,
        f"{target.protocol}//{bare}:{port}{target.pathname}{target.search}",
        headers={"Host": str(target.host), "User-Agent": AGENT, "Connection": "close", **message.headers},
        content=message.body,
        extensions={"sni_hostname": str(target.hostname).strip("[]")} if target.protocol == "https:" else {},
    )


async def _addresses(name: str, port: int, *, private: bool) -> list[Address]:
    """All addresses of a name, at least one. Raises FetchError where one of them is not public."""
    try:
        infos = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError(f"{name} has no address") from None
    addresses = [ipaddress.ip_address(info[4][0]) for info in infos]
    if not addresses:
        raise FetchError(f"{name} has no address")
    if not private and (hidden := next((address for address in addresses if not is_public(address)), None)):
        raise FetchError(f"{name} leads to {hidden}, which is not a public address")
    return addresses


def is_public(address: Address) -> bool:
    """Whether it can be reached from the internet. Of an IPv6 address that has an IPv4 one inside, that one decides."""
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
    """The body, decompressed here: httpx would inflate a small piece to any size before it could be measured."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise FetchError(f"the body is encoded as {encoding[:50]}, which was not asked for")
    window, bytes_left = _ENCODINGS[encoding], size
    inflating = zlib.decompressobj(window) if window else None
    async for piece in response.aiter_raw():
        try:
            part = inflating.decompress(piece, bytes_left + 1) if inflating else piece
        except zlib.error:
            raise FetchError("the body can't be decompressed") from None
        bytes_left -= len(part)
        if bytes_left < 0:
            raise FetchError(f"larger than {size:,} bytes")
        yield part
    if inflating and not inflating.eof and bytes_left != size:
        raise FetchError("the body ends too early")
