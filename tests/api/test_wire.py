"""What holds for every answer: methods, versions, caching, compression, ids."""

import gzip
import re
from uuid import UUID

import brotli  # type: ignore[import-untyped]
import httpx
import pytest

PATHS = ("/v1/sources", "/v1/claims", "/livez", "/openapi.json", "/problems/not-found")


async def test_head_is_get_without_a_body(client: httpx.AsyncClient, event: str) -> None:
    for path in (*PATHS, event, f"{event}/history", "/v1/events/ref:none", "/v1/nothing"):
        got, head = await client.get(path), await client.head(path)
        assert head.status_code == got.status_code, path
        assert head.content == b""
        for name in ("Content-Type", "ETag", "Cache-Control"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)
        varies = _names(got.headers["Vary"])
        assert varies == _names(head.headers["Vary"]) == {"Authorization", "Accept-Encoding", "Origin"}
        if "/history" not in path and got.status_code == 200:
            assert head.headers["Content-Length"] == str(len(got.content)), path
    assert (await client.head("/v1/reports")).status_code == 405


async def test_options_tells_the_methods(client: httpx.AsyncClient, event: str) -> None:
    for path, methods in (
        ("/v1/sources", "GET, HEAD, OPTIONS, POST"),
        (event, "DELETE, GET, HEAD, OPTIONS, PATCH"),
        (f"{event}/history", "GET, HEAD, OPTIONS"),
        ("/v1/reports", "OPTIONS, POST"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ):
        answer = await client.options(path)
        assert (answer.status_code, answer.headers["Allow"], answer.content) == (204, methods, b""), path
    assert (await client.options("/v1/nothing")).status_code == 404


async def test_what_is_the_same_is_not_sent_again(client: httpx.AsyncClient, event: str) -> None:
    for path in (*PATHS[:2], event, "/openapi.json"):
        first = await client.get(path)
        tag = first.headers["ETag"]
        assert re.fullmatch(r'"[0-9a-f]+"', tag)
        for asked in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
            again = await client.get(path, headers={"If-None-Match": asked, "Accept-Encoding": "gzip"})
            assert (again.status_code, again.content) == (304, b""), (path, asked)
            assert again.headers["ETag"] == tag
            assert "Authorization" in again.headers["Vary"]
            assert "Content-Encoding" not in again.headers
            assert "Content-Type" not in again.headers
        head = await client.head(path, headers={"If-None-Match": tag})
        assert head.status_code == 304
        assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
    before = (await client.get("/v1/sources")).headers["ETag"]
    await client.post("/v1/sources", json={"name": "N"})
    assert (await client.get("/v1/sources", headers={"If-None-Match": before})).status_code == 200


async def test_every_answer_has_an_id_and_says_how_it_is_cached(client: httpx.AsyncClient, event: str) -> None:
    ids = set()
    for answer in (
        await client.get(event),
        await client.get("/v1/nothing"),
        await client.post("/v1/sources", json={"name": "N"}),
        await client.post("/v1/sources", json={}),
        await client.options(event),
        await client.get(event, headers={"If-None-Match": "*", "X-Request-ID": "mine\x01"}),
    ):
        ids.add(UUID(answer.headers["X-Request-ID"]))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.status_code != 304:  # who has the answer has these
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert answer.headers["Cache-Control"] == ("no-cache" if answer.status_code in (200, 304) else "no-store")
        assert _names(answer.headers["Vary"]) == {"Authorization", "Accept-Encoding", "Origin"}
    assert len(ids) == 6


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "identity"])
async def test_what_an_answer_varies_by_is_said_once(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, encoding: str
) -> None:
    """Be it kept or not, compressed or not, whole, streamed or empty."""
    paths = (
        *PATHS,
        event,
        f"{event}/dossier",
        "/v1/words",
        "/v1/events.geojson",
        "/v1/nothing",
        "/docs",
        "/v1/search?q=a",
    )
    for caller in (client, anybody):
        for path in paths:
            for method in ("GET", "HEAD", "OPTIONS", "GET"):
                for given in ({}, {"If-None-Match": "*"}):
                    headers = {"Accept-Encoding": encoding, "Origin": "https://a.example"} | given
                    answer = await caller.request(method, path, headers=headers)
                    [varies] = answer.headers.get_list("Vary")
                    names = varies.lower().split(", ")
                    assert len(names) == len(set(names)), (method, path, varies)
                    assert "accept-encoding" in names


@pytest.mark.parametrize("path", ["", "/dossier", "/timeline", "/claims", "/export.csv", "/diff?since=2023&clock=said"])
async def test_a_304_is_cached_as_the_answer_that_it_stands_for(
    client: httpx.AsyncClient, event: str, path: str
) -> None:
    """A browser takes the header of the 304 over, and with `no-store` would throw away what it has."""
    whole = await client.get(event + path)
    same = await client.get(event + path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (whole.status_code, same.status_code) == (200, 304)
    assert whole.headers["Cache-Control"] == same.headers["Cache-Control"] == "no-cache"


async def test_answers_are_compressed_as_asked(client: httpx.AsyncClient) -> None:
    plain = (await client.get("/openapi.json", headers={"Accept-Encoding": "identity"})).content
    for asked, given in (
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("nonsense;;;q=,\x7f", None),
    ):
        async with client.stream("GET", "/openapi.json", headers={"Accept-Encoding": asked}) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert answer.headers.get("Content-Encoding") == given, asked
        read = {"gzip": gzip.decompress, "br": brotli.decompress}.get(given or "", lambda sent: sent)
        if given != "zstd":
            assert read(raw) == plain
        assert len(raw) < len(plain) / 5 or given is None
    small = await client.get("/livez", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers


async def test_nobody_writes_headers_for_us(client: httpx.AsyncClient) -> None:
    """Neither through a page's links nor through the way to a merged record."""
    for name in ("A", "B", "C"):
        await client.post("/v1/sources", json={"name": name, "ref": name, "role": "x"})
    evil = "x\r\nSet-Cookie: a=b"
    listed = await client.get("/v1/sources", params={"limit": 1, "q": evil})
    assert "Set-Cookie" not in listed.headers
    listed = await client.get("/v1/sources", params={"limit": 1, "sort": "name"})
    assert re.fullmatch(r'<[!-~]+>; rel="next"', listed.headers["Link"])
    assert (await client.post("/v1/sources/ref:A/merge", json={"into": "ref:B"})).status_code == 200
    moved = await client.get("/v1/sources/ref:A/history?limit=1%0d%0aSet-Cookie:%20a=b")
    assert moved.status_code == 422
    moved = await client.get("/v1/sources/ref:A", headers={"If-None-Match": evil.replace("\r\n", " ")})
    assert moved.status_code == 308
    assert re.fullmatch(r"/v1/sources/[0-9a-f-]{36}", moved.headers["Location"])
    for way in ("/v1/%0d%0aSet-Cookie:%20a=b", "/v1/sources/%0d%0aX:y"):
        answer = await client.get(way)
        assert "Set-Cookie" not in answer.headers
        assert "\n" not in answer.json()["instance"]


def _names(header: str) -> set[str]:
    return {one.strip() for one in header.split(",")}
