"""Fetching what others name: never from inside, never for ever, never without end."""

import gzip
import ipaddress
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import ada_url
import httpx
import pytest
from local_sites import moved, page, site

from app import fetching
from app.fetching import Fetched, FetchError, Limits

HTML = ("text/html",)
HERE = Limits(seconds=5, private=True)


def fetched(url: str, limits: Limits = HERE) -> Fetched:
    return fetching.fetch(url, HTML, limits)


def refused(url: str, limits: Limits = HERE) -> str:
    with pytest.raises(FetchError) as caught:
        fetched(url, limits)
    return str(caught.value)


def test_a_page_as_it_is() -> None:
    with site({"/a?x=%20y": page("<p>Grüße", kind='Text/HTML; Charset="UTF-8"')}) as (base, seen):
        found = fetched(f"{base}/a?x=%20y#part")
    assert (found.status, found.content_type, found.charset) == (200, "text/html", "UTF-8")
    assert found.body.decode() == "<p>Grüße"
    assert (seen[0]["host"], seen[0]["accept-encoding"]) == (base.removeprefix("http://"), "gzip")
    assert "counterclaim" in seen[0]["user-agent"]
    assert "cookie" not in seen[0]


def test_a_status_is_told_not_judged() -> None:
    with site({"/gone": page("gone", 410)}) as (base, _):
        assert fetched(f"{base}/gone").status == 410


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.0.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:1::1",
    ],
)  # fmt: skip
def test_these_are_not_public(address: str) -> None:
    assert not fetching.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_these_are(address: str) -> None:
    assert fetching.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"],
)
def test_nothing_is_asked_of_an_address_that_is_not_public(host: str) -> None:
    with site({"/": page("secret")}) as (base, seen):
        port = base.rpartition(":")[2]
        assert "not a public address" in refused(f"http://{host}:{port}/", Limits(seconds=5))
    assert seen == []


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "8.8.8.8", "10.0.0.1")
    assert "leads to 10.0.0.1" in refused("http://news.example/", Limits(seconds=5))


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name has these addresses, the first time; then it is not known. What was asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        if len(asked) > 1:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has another address the next time is asked for only once; the server still hears the name."""
    with site({"/": page("here")}) as (base, seen):
        asked = names(monkeypatch, "127.0.0.1")
        port = base.rpartition(":")[2]
        assert fetched(f"http://Räuber.example:{port}/").body == b"here"
    assert asked == ["xn--ruber-gra.example"]
    assert seen[0]["host"] == f"xn--ruber-gra.example:{port}"


def test_of_several_addresses_the_first_that_answers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with site({"/": page("here")}) as (base, _):
        asked = names(monkeypatch, "127.0.0.2", "127.0.0.1")
        assert fetched(f"http://news.example:{base.rpartition(':')[2]}/").body == b"here"
    assert asked == ["news.example"]


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with site({"/": page("here")}) as (base, _):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        assert fetched(f"{base}/").body == b"here"


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example/", "file:///etc/passwd", "gopher://x", "http://", "http://a:b@x.example/", "x", "http://[::1"],
)
def test_only_the_web(url: str) -> None:
    assert refused(url)


def test_a_name_without_an_address() -> None:
    assert refused("http://nowhere.invalid/") == "nowhere.invalid has no address"


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert "can't be read" in refused(f"http://127.0.0.1:{free.getsockname()[1]}/")


def test_tls_asks_for_the_name_and_not_for_the_address() -> None:
    address = ipaddress.ip_address("2606:4700::1111")
    request = fetching._request_to(httpx.AsyncClient(), ada_url.URL("https://News.example/1?x"), address, 443)
    assert (str(request.url), request.headers["host"]) == ("https://[2606:4700::1111]/1?x", "news.example")
    assert request.extensions["sni_hostname"] == "news.example"


def test_a_server_that_speaks_no_tls_is_not_read() -> None:
    with site({"/": page("here")}) as (base, _):
        assert "can't be read" in refused(base.replace("http:", "https:"))


# --- redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_one_by_one(status: int) -> None:
    with site({"/a/1": moved("../b?x=1", status), "/b?x=1": moved("/c"), "/c": page("here")}) as (base, seen):
        found = fetched(f"{base}/a/1")
    assert (found.body, found.url) == (b"here", f"{base}/c")
    assert [one["path"] for one in seen] == ["/a/1", "/b?x=1", "/c"]


def test_one_that_leads_nowhere_is_the_page() -> None:
    with site({"/": page("here", 302)}) as (base, _):
        assert fetched(f"{base}/").status == 302


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest/meta-data", "http://localhost:1/", "file:///etc/passwd", "ftp://x.example/"]
)
def test_each_is_looked_at(to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the first hop the address is taken for public; the second is looked at as if it had been given."""
    with site({"/": moved(to)}) as (base, seen):
        looked: list[str] = []
        real = fetching.is_public

        def is_public(address: fetching.Address) -> bool:
            looked.append(str(address))
            return len(looked) == 1 or real(address)

        monkeypatch.setattr(fetching, "is_public", is_public)
        assert refused(f"{base}/", Limits(seconds=5))
    assert len(seen) == 1


def test_they_end() -> None:
    with site({"/": moved("/")}) as (base, seen):
        assert refused(f"{base}/") == "more than 5 redirects"
    assert len(seen) == 6


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_a_huge_body_is_cut_short() -> None:
    with site({"/": page(b"x" * 200_000)}) as (base, _):
        assert refused(f"{base}/", Limits(5, 100_000, private=True)) == "larger than 100,000 bytes"
        assert len(fetched(f"{base}/", Limits(5, 200_000, private=True)).body) == 200_000


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_does_not_go_off(times: int) -> None:
    body = b"0" * 30_000_000
    for _ in range(times):
        body = gzip.compress(body)
    encoding = ", ".join(["gzip"] * times)
    with site({"/": page(body, Content_Encoding=encoding)}) as (base, _):
        tracemalloc.start()
        why = refused(f"{base}/", Limits(10, 1_000_000, private=True))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 10_000_000
    assert why == (
        "larger than 1,000,000 bytes" if times == 1 else "the body is encoded as gzip, gzip, which was not asked for"
    )


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("x-gzip", gzip.compress)]
)
def test_compressed_bodies_are_read(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"".join(b"%d " % n for n in range(50_000))
    packed = pack(body)
    pages = {"/": page(packed, Content_Encoding=encoding), "/cut": page(packed[:-9], Content_Encoding=encoding)}
    with site(pages | {"/bad": page(b"plain", Content_Encoding=encoding)}) as (base, _):
        assert fetched(f"{base}/").body == body
        assert refused(f"{base}/cut") == "the body ends too early"
        assert refused(f"{base}/bad") == "the body can't be decompressed"


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "", "text/htmlx"])
def test_other_kinds_are_not_read(kind: str) -> None:
    with site({"/": page("x", kind=kind)}) as (base, _):
        assert "text/html" in refused(f"{base}/")


def slow(request: BaseHTTPRequestHandler) -> None:
    """A byte now and then: never so slow that one read takes long."""
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    for _ in range(100):
        try:
            request.wfile.write(b"x")
            request.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def slow_head(request: BaseHTTPRequestHandler) -> None:
    for piece in ["HTTP/1.1 200 OK\r\n", *(f"X-{n}: y\r\n" for n in range(100))]:
        try:
            request.wfile.write(piece.encode())
            request.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [slow, slow_head])
def test_a_slow_server_is_left_after_the_time_for_all_of_it(answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with site({"/": answer}) as (base, _):
        began = time.monotonic()
        assert refused(f"{base}/", Limits(0.5, private=True)) == "took longer than 0.5 seconds"
        assert time.monotonic() - began < 2
