"""Who asks too often is told to come later, and nobody else is; and who it is taken to be that asks."""

import itertools
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api import proxies
from app.api.kept.store import Store
from app.api.rates import Rates
from app.settings import Settings

CLOCK = [1_000.0]


@pytest.fixture
def clock() -> list[float]:
    """The seconds that rates are told, in the one item."""
    return CLOCK


def limit(app: FastAPI, **told: Any) -> None:
    app.state.settings = app.state.settings.model_copy(update=told)
    app.state.rates = Rates(app.state.settings, lambda: CLOCK[0])


def at(app: FastAPI, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


def bucket(answer: httpx.Response) -> tuple[str, int, int]:
    read = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    assert read
    return read[1], int(read[2]), int(read[3])


@pytest.mark.parametrize(
    "path", ["/v1/search?q=drone", "/v1/events/none", "/v1/nothing", "/docs", "/v1alpha1/claims:search?query=a"]
)
async def test_a_bucket_is_empty_and_fills_up_again(app: FastAPI, clock: list[float], path: str) -> None:
    app.state.kept = None
    limit(app, rate_anonymous=5)
    async with at(app, "192.0.2.1") as client:
        for requests_left in (4, 3, 2, 1, 0):
            answer = await client.get(path)
            assert answer.status_code != 429
            assert bucket(answer)[:2] == ("address", requests_left)
            assert answer.headers["RateLimit-Policy"] == '"address";q=5;w=30'
        refused = await client.get(path)
        assert refused.status_code == 429
        assert bucket(refused)[:2] == ("address", 0)
        assert 1 <= int(refused.headers["Retry-After"]) <= 7
        for name in ("X-Request-ID", "Content-Security-Policy", "Access-Control-Allow-Origin", "Vary"):
            assert name in refused.headers, name
        assert refused.headers["Cache-Control"] == "no-store"
        if "alpha" not in path:
            assert refused.json()["type"] == "/problems/too-many-requests"
            assert "5 requests in 30 s" in refused.json()["detail"]
        head = await client.head(path)
        assert (head.status_code, head.content) == (429, b"")
        assert (await client.options(path)).status_code == 429
        for watched in ("/livez", "/readyz"):
            assert (await client.get(watched)).status_code == 200
        clock[0] += int(refused.headers["Retry-After"])
        assert (await client.get(path)).status_code != 429
        assert (await client.get(path)).status_code == 429
        clock[0] += 30
        assert bucket(await client.get(path))[1] == 4


async def test_nobody_pays_for_another(app: FastAPI, key: str, clock: list[float]) -> None:
    limit(app, rate_anonymous=3, rate_key=20)
    keyed = {"Authorization": f"Bearer {key}"}
    async with at(app, "192.0.2.1") as one, at(app, "192.0.2.2") as two, at(app, "192.0.2.1", **keyed) as holder:
        assert bucket(await holder.get("/v1/search?q=drone"))[:2] == ("key", 19)
        while (await one.get("/v1/search?q=drone")).status_code == 200:
            pass
        assert (await two.get("/v1/search?q=drone")).status_code == 200
        for requests_left in range(18, -1, -1):
            answer = await holder.get("/v1/search?q=drone")
            assert bucket(answer)[:2] == ("key", requests_left)
        assert (await holder.get("/v1/search?q=drone")).status_code == 429
        clock[0] += 2
        assert (await holder.post("/v1/sources", json={"name": "N"})).status_code == 201


async def test_keys_that_are_none_do_not_help(app: FastAPI, clock: list[float]) -> None:
    limit(app, rate_anonymous=10, rate_key=100)
    async with at(app, "192.0.2.1") as client:
        answers = [
            await client.get("/v1/search?q=drone", headers={"Authorization": f"Bearer cc_{nth}"}) for nth in range(15)
        ]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 5


@pytest.mark.parametrize("path", ["/problems/gone", "/v1/nothing", "/docs"])
async def test_what_asks_for_no_key_forgets_none(app: FastAPI, key: str, clock: list[float], path: str) -> None:
    limit(app, rate_anonymous=100, rate_key=100)
    async with at(app, "192.0.2.1", Authorization=f"Bearer {key}") as holder:
        nouns = [bucket(await holder.get(asked))[0] for asked in ("/v1/search?q=drone", path, path)]
    assert nouns == ["key"] * 3


async def test_a_key_that_was_revoked_is_counted_no_more(app: FastAPI, key: str, psql: Any, clock: list[float]) -> None:
    limit(app, rate_anonymous=100, rate_key=100)
    async with at(app, "192.0.2.1", Authorization=f"Bearer {key}") as holder:
        nouns = [bucket(await holder.get("/v1/search?q=drone"))[0] for _ in range(2)]
        psql.execute("UPDATE api_key SET revoked_at = now()")
        nouns += [bucket(await holder.get("/v1/search?q=drone"))[0] for _ in range(2)]
    assert nouns == ["key", "key", "key", "address"]


async def test_what_is_kept_costs_a_hundredth(app: FastAPI, event: str, clock: list[float]) -> None:
    app.state.kept = Store(1_000_000)  # also where the settings keep nothing
    limit(app, rate_anonymous=3)
    async with at(app, "192.0.2.1") as client:
        statuses = [(await client.get(event)).status_code for _ in range(110)]
        assert statuses[:101] == [200] * 101  # one that is made, and a hundred more
        assert statuses[-5:] == [429] * 5


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
async def test_of_a_network_all_addresses_are_one(
    app: FastAPI, clock: list[float], first: str, second: str, are_one: bool
) -> None:
    limit(app, rate_anonymous=2)
    async with at(app, first) as one, at(app, second) as two:
        assert bucket(await one.get("/v1/nothing"))[1] == 1
        assert bucket(await two.get("/v1/nothing"))[1] == (0 if are_one else 1)


async def test_a_limit_can_be_turned_off(app: FastAPI, key: str) -> None:
    limit(app, rate_anonymous=0, rate_key=0)
    async with at(app, "192.0.2.1") as client:
        for headers in ({}, {"Authorization": f"Bearer {key}"}, {"Authorization": f"Bearer {key}"}):
            answer = await client.get("/v1/search?q=drone", headers=headers)
            assert "RateLimit" not in answer.headers


def test_what_is_known_of_addresses_is_bounded() -> None:
    known = Rates(Settings(), lambda: 1.0)
    for nth in range(30_000):
        admission = known.admit(None, (f"10.0.{nth // 250}.{nth % 250}", 1))
        admission.take()
    assert len(known.full_at) == 10_000
    for nth in range(5_000):
        known.note_key(b"%d" % nth, f"key {nth}")
    assert len(known._key_names) <= 1_000


# --- proxies and hosts -----------------------------------------------------------------------------------------------

PROXY = "10.0.0.1 10.1.0.0/16 2001:db8:1::/48"


@pytest.mark.parametrize(
    ("peer", "headers", "client", "scheme", "host"),
    [
        ("10.0.0.1", {}, "10.0.0.1", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "192.0.2.9"}, "192.0.2.9", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "1.1.1.1, 192.0.2.9"}, "192.0.2.9", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "1.1.1.1, 192.0.2.9, 10.1.2.3"}, "192.0.2.9", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "unknown, 10.1.2.3"}, "10.1.2.3", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "192.0.2.9:4711"}, "192.0.2.9", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "[2001:db8::9]:4711"}, "2001:db8::9", "http", "a"),
        ("10.0.0.1", {"X-Forwarded-For": "x"}, "10.0.0.1", "http", "a"),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": "192.0.2.9"}, "192.0.2.9", "http", "a"),
        ("2001:db8:1::5", {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https"}, "192.0.2.9", "https", "a"),
        (
            "10.0.0.1",
            {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example"},
            "192.0.2.9",
            "https",
            "desk.example",
        ),
        ("10.0.0.1", {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "javascript"}, "192.0.2.9", "http", "a"),
        (
            "10.0.0.1",
            {"Forwarded": 'for=192.0.2.9;proto=https;host="desk.example"'},
            "192.0.2.9",
            "https",
            "desk.example",
        ),
        ("10.0.0.1", {"Forwarded": 'for=1.1.1.1, For="[2001:db8::9]:80"'}, "2001:db8::9", "http", "a"),
        ("10.0.0.1", {"Forwarded": "for=1.1.1.1", "X-Forwarded-For": "192.0.2.9"}, "192.0.2.9", "http", "a"),
        ("10.0.0.1", {"Forwarded": "for=_hidden"}, "10.0.0.1", "http", "a"),
        ("192.0.2.1", {"X-Forwarded-For": "1.1.1.1", "X-Forwarded-Proto": "https"}, "192.0.2.1", "http", "a"),
        ("192.0.2.1", {"Forwarded": "for=1.1.1.1;host=b"}, "192.0.2.1", "http", "a"),
    ],
)
def test_a_proxy_is_believed_if_it_was_named(
    peer: str, headers: dict[str, str], client: str, scheme: str, host: str
) -> None:
    scope: dict[str, Any] = {
        "client": (peer, 1),
        "scheme": "http",
        "headers": [(b"host", b"a"), *((name.lower().encode(), words.encode()) for name, words in headers.items())],
    }
    proxies.unwrap(scope, PROXY)
    assert (scope["client"][0], scope["scheme"], dict(scope["headers"])[b"host"].decode()) == (client, scheme, host)


async def test_who_stands_behind_a_proxy_is_counted_alone(app: FastAPI, clock: list[float]) -> None:
    limit(app, rate_anonymous=2)
    forwarded = [{"X-Forwarded-For": f"192.0.2.{nth}"} for nth in (7, 8)]
    async with at(app, "10.0.0.1") as proxy:
        left = [bucket(await proxy.get("/v1/nothing", headers=headers))[1] for headers in forwarded]
        assert left == [1, 0]  # it was not named
        limit(app, rate_anonymous=2, trusted_proxies=PROXY)
        left = [bucket(await proxy.get("/v1/nothing", headers=headers))[1] for headers in forwarded * 2]
        assert left == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("hosts", "host", "is_served"),
    [
        ("", "anything.example", True),
        ("desk.example", "desk.example", True),
        ("desk.example", "DESK.example:8000", True),
        ("desk.example", "desk.example.", True),
        ("desk.example", "evil.example", False),
        ("desk.example", "desk.example.evil.example", False),
        ("desk.example", "desk.example@evil.example", False),
        ("desk.example", "", False),
        ("*.desk.example", "a.desk.example", True),
        ("*.desk.example", "desk.example", False),
        ("*.desk.example", "evildesk.example", False),
        ("desk.example 127.0.0.1 [::1]", "127.0.0.1:80", True),
        ("desk.example, 127.0.0.1, [::1]", "[::1]:80", True),
        ("::1", "[::1]", True),
    ],
)
async def test_a_name_that_is_not_the_services_is_refused(app: FastAPI, hosts: str, host: str, is_served: bool) -> None:
    limit(app, hosts=hosts)
    async with at(app, "192.0.2.1", Host=host) as client:
        paths, methods = ("/v1/events", "/docs", "/v1/nothing"), ("GET", "HEAD", "OPTIONS", "POST")
        for path, method in itertools.product(paths, methods):
            answer = await client.request(method, path)
            assert (answer.status_code == 421) is not is_served, path
            if not is_served and method == "GET":
                assert answer.json()["type"] == "/problems/misdirected"
        assert (await client.get("/livez")).status_code == 200


async def test_browsers_are_told_to_stay_with_tls_where_there_is_tls(app: FastAPI) -> None:
    limit(app, hsts_seconds=31_536_000, trusted_proxies=PROXY)
    tls = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https"}
    async with at(app, "10.0.0.1") as client:
        told = await client.get("/v1/events", headers=tls)
        assert told.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in (await client.get("/v1/events")).headers


async def test_who_may_embed_an_answer_is_whoever_may_read_it(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    for _ in range(2):
        assert (await anybody.get(event)).headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert (await client.get(event)).headers["Cross-Origin-Resource-Policy"] == "same-origin"
