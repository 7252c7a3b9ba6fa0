"""The write boundary: nothing that comes in makes the service fail, and nothing wrong gets stored."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
# Where a text, a key or a list of texts can stand: the body, with the place for it.
TEXTS: dict[str, Any] = {
    "name": {"name": "$"},
    "role": {"name": "N", "role": "$"},
    "notes": {"name": "N", "notes": "$"},
    "alias": {"name": "N", "aliases": [{"name": "$"}]},
    "external id": {"name": "N", "external_ids": {"wikidata": "$"}},
    "external system": {"name": "N", "external_ids": {"$": "Q1"}},
    "party": {"name": "N", "party": "$"},
    "country": {"name": "N", "country": "$"},
    "language": {"name": "N", "language": "$"},
    "url": {"name": "N", "url": "$"},
    "ref": {"name": "N", "ref": "$"},
    "kind": {"name": "N", "kind": "$"},
    "parent": {"name": "N", "parent": "$"},
    "inline parent": {"name": "N", "parent": {"name": "$"}},
    "unknown field": {"name": "N", "$": 1},
}
BAD = [
    "\0",
    "a\0b",
    "\x07",
    "\x1b[0m",
    "\x85",
    "\x9f",
    "\ufffe",
    "\uffff",
    "\ufdd0",
    "\U0001ffff",
    "\U0010fffe",
    "",
    "   ",
    "\u200b\u2060",
]


def _put(body: Any, words: str) -> Any:
    if isinstance(body, dict):
        return {words if name == "$" else name: _put(value, words) for name, value in body.items()}
    if isinstance(body, list):
        return [_put(value, words) for value in body]
    return words if body == "$" else body


def _problem(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["request_id"] == answer.headers["X-Request-ID"]
    return told


@pytest.fixture
async def nothing_stored(client: httpx.AsyncClient) -> AsyncIterator[None]:
    yield
    for path in ("sources", "events", "documents", "claims", "statements", "questions", "assessments"):
        assert (await client.get(f"/v1/{path}?count=true")).json()["total"] == 0, path


@pytest.mark.usefixtures("nothing_stored")
async def test_no_bad_character_gets_in(client: httpx.AsyncClient) -> None:
    for field, body in TEXTS.items():
        for bad in BAD:
            told = _problem(await client.post("/v1/sources", json=_put(body, bad)), 422)
            assert told["errors"], (field, bad)
        for half in (r"\ud800", r"x\udfff", r"\udc00\ud800"):
            content = json.dumps(_put(body, "HALF")).replace("HALF", half)
            _problem(await client.post("/v1/sources", content=content, headers=JSON), 400)


async def test_texts_are_kept_in_one_form(client: httpx.AsyncClient) -> None:
    body = {"name": " Zoe\u0301 \n  O\u2019Neil\t", "notes": "a\r\n\tb\n", "role": "e\u0301" * 500, "party": " Russia "}
    answer = await client.post("/v1/sources", json=body | {"language": "iw", "country": "ru"})
    kept = answer.json()
    assert (kept["name"], kept["notes"], kept["role"]) == ("Zoé O’Neil", "a\r\n\tb", "é" * 500)
    assert (kept["party"], kept["language"], kept["country"]) == ("russia", "he", "RU")


AN_ERROR_SAYS_WHERE: Any = [
    ("sources", {"name": "é" * 501}, "/name"),
    ("sources", {"name": "\u0958" * 300}, "/name"),  # NFC makes two of each
    ("sources", {"name": "N", "notes": "x" * 5_001}, "/notes"),
    ("sources", {"name": "N", "aliases": [{"name": "a"}] * 101}, "/aliases"),
    ("sources", {"name": "N", "aliases": [{"name": "a"}, {"language": "en"}]}, "/aliases/1/name"),
    ("sources", {"name": "N", "external_ids": {"a/b~c": "x"}}, "/external_ids/a~1b~0c"),
    ("sources", {"name": "N", "external_ids": {"x": None}}, "/external_ids/x"),
    ("sources", {"name": "N", "language": "no language"}, "/language"),
    ("sources", {"name": "N", "parent": {"kind": "person"}}, "/parent/name"),
    ("sources", {"name": "N", "parent": {"<inline>": 1, "inline": 2, "name": "x"}}, "/parent/inline"),
    ("sources", {"name": "N", "parent": {"name": "P", "parent": {"name": ""}}}, "/parent/parent/name"),
    ("sources", {"name": "N", "parent": ["x"]}, "/parent"),
    ("sources", {"name": "N", "parent": "ref:"}, "/parent"),
    ("sources", {}, "/name"),
    ("sources", [], ""),
    ("sources", "text", ""),
    ("sources", 1, ""),
    ("events", {"title": "T", "tags": ["ok", "not,ok"]}, "/tags/1"),
    ("events", {"title": "T", "latitude": True}, "/latitude"),
    ("events", {"title": "T", "latitude": 90.1}, "/latitude"),
    ("events", {"title": "T", "occurred": "2023-02-30"}, "/occurred"),
    ("events", {"slug": "no-title"}, "/title"),
    ("documents", {"url": "https://x.example/", "http_status": 2**63}, "/http_status"),
    ("documents", {"url": "https://x.example/", "http_status": True}, "/http_status"),
    ("documents", {"url": "https://x.example/", "retrieved_at": 1691571840}, "/retrieved_at"),
    ("documents", {"url": "https://x.example/", "retrieved_at": "1691571840"}, "/retrieved_at"),
    ("documents", {"url": "https://x.example/", "retrieved_at": "2023-08-09T10:00:00"}, "/retrieved_at"),
    ("documents", {"url": "https://x.example/", "retrieved_at": "9999-12-31T23:59:59-12:00"}, "/retrieved_at"),
    ("documents", {"url": "https://x.example/", "retrieved_at": "0001-01-01T00:00:00+14:00"}, "/retrieved_at"),
    ("documents", {"url": "https://x.example/", "links": [{"relation": "quotes"}]}, "/links/0/to"),
    (
        "documents",
        {"url": "https://x.example/", "links": [{"relation": "quotes", "to": "#a", "score": 2}]},
        "/links/0/score",
    ),
]


@pytest.mark.usefixtures("nothing_stored")
async def test_an_error_says_where(client: httpx.AsyncClient) -> None:
    for path, body, pointer in AN_ERROR_SAYS_WHERE:
        told = _problem(await client.post(f"/v1/{path}", json=body), 422)
        assert pointer in [one.get("pointer") for one in told["errors"]], told


async def test_an_error_deep_inside_says_where(client: httpx.AsyncClient, event: str) -> None:
    wrong: dict[str, Any] = {
        "text": "T",
        "translations": {"no language": "x", "de": ""},
        "question": {"text": "Why?", "kind": "reason"},
        "statements": [
            {"source": {"name": "A"}},
            {
                "source": {"kind": "person", "name": "B", "parent": {"name": "C", "country": "Congo"}},
                "credibility": True,
            },
            {"source": {"name": "A"}, "credibility": 2**70, "hops": [{}], "document": {"text": "\0"}},
        ],
        "figure": {"qualifier": "between", "min": 2, "max": 1},
    }
    told = _problem(await client.post(f"{event}/claims", json=wrong), 422)
    assert {one["pointer"] for one in told["errors"]} == {
        "/translations/no language",
        "/translations/de",
        "/question/kind",
        "/statements/1/source/parent/country",
        "/statements/1/credibility",
        "/statements/2/credibility",
        "/statements/2/hops/0/source",
        "/statements/2/document/text",
        "/figure/max",
    }


CANARY = "zq9Canary"


NOTHING_OF_THE_INPUT_IS_ECHOED: Any = [
    {"name": CANARY + "\0"},
    {"name": "N", "kind": CANARY},
    {"name": "N", "parent": f"ref:{CANARY} "},
    {"name": "N", "parent": [CANARY]},
    {"name": "N", "url": f"javascript:{CANARY}"},
    {"name": "N", "url": f"https://{CANARY}:x@example.org/"},
    {"name": "N", "language": CANARY},
    {"name": "N", "confidential": CANARY},
    {"name": "N", "aliases": CANARY},
    CANARY,
]


async def test_nothing_of_the_input_is_echoed(client: httpx.AsyncClient) -> None:
    for body in NOTHING_OF_THE_INPUT_IS_ECHOED:
        for answer in (
            await client.post("/v1/sources", json=body),
            await client.get("/v1/sources", params={"kind": CANARY}),
            await client.get("/v1/sources", params={"cursor": CANARY}),
        ):
            _problem(answer, 400 if "cursor" in str(answer.request.url) else 422)
            assert CANARY not in answer.text
        assert CANARY not in (await client.post("/v1/sources", content=f'{{"name": {CANARY}}}', headers=JSON)).text


A_BODY_IS_JSON_IN_UTF8: Any = [
    (b"", 422),
    (b"null", 422),
    (b"[]", 422),
    (b'"text"', 422),
    (b"{", 400),
    (b"{'name': 'x'}", 400),
    (b'{"name": "x",}', 400),
    (b'{"name": "x"} {}', 400),
    (b'{"name": "\xff"}', 400),
    (b'{"name": "\xc0\x80"}', 400),
    (b'{"name": "\xed\xa0\x80"}', 400),
    (b'\xef\xbb\xbf{"name": "x"}', 400),
    ('{"name": "x"}'.encode("utf-16"), 400),
    ('{"name": "x"}'.encode("utf-32"), 400),
    (b'{"name": "x", "score": NaN}', 400),
    (b'{"name": "x", "score": -Infinity}', 400),
    (b'{"name": "\x00"}', 400),
    (b'{"name": "a\nb"}', 400),
    (b'{"name": "x", "n": ' + b"9" * 5000 + b"}", 422),
    (b'{"name": "x", "n": ' + b"9" * 4000 + b"}", 422),
    (b'{"name": ' + b"[" * 39 + b"]" * 39 + b"}", 422),
    (b'{"name": ' + b"[" * 400 + b"]" * 400 + b"}", 400),
    (b"[" * 100_000, 400),
    (b'{"a":' * 40_000, 400),
    (b"[" * 100_000 + b"]" * 100_000, 400),
    (b'{"parent":' * 30 + b'{"name":"x"}' + b"}" * 30, 422),
]


@pytest.mark.usefixtures("nothing_stored")
async def test_a_body_is_json_in_utf8(client: httpx.AsyncClient) -> None:
    for content, status in A_BODY_IS_JSON_IN_UTF8:
        _problem(await client.post("/v1/sources", content=content, headers=JSON), status)


NUMBERS_HAVE_BOUNDS: Any = ["1e400", "-1e400", str(2**63), "9" * 400, "1e16", "true", '"NaN"', '"inf"', "[1]", "NaN"]


@pytest.mark.usefixtures("nothing_stored")
async def test_numbers_have_bounds(client: httpx.AsyncClient) -> None:
    for number in NUMBERS_HAVE_BOUNDS:
        for name in ("latitude", "longitude"):
            content = f'{{"title": "T", "{name}": {number}}}'
            answer = await client.post("/v1/events", content=content, headers=JSON)
            assert answer.status_code == (400 if number == "NaN" else 422), answer.text


FIGURES_HAVE_BOUNDS: Any = ["1e400", str(10**16), "true", "-1", '"NaN"', "9" * 400]


async def test_figures_have_bounds(client: httpx.AsyncClient, event: str) -> None:
    for number in FIGURES_HAVE_BOUNDS:
        content = f'{{"question": {{"measure": "injured"}}, "figure": {{"min": {number}}}}}'
        _problem(await client.post(f"{event}/claims", content=content, headers=JSON), 422)


A_LIMIT_IS_A_SMALL_NUMBER: Any = ["0", "-1", str(2**63), "9" * 5000, "1.5", "NaN", "true", "", "１"]


async def test_a_limit_is_a_small_number(client: httpx.AsyncClient) -> None:
    for limit in A_LIMIT_IS_A_SMALL_NUMBER:
        told = _problem(await client.get("/v1/claims", params={"limit": limit}), 422)
        assert [one["parameter"] for one in told["errors"]] == ["limit"]


A_WRONG_PARAMETER_IS_NAMED: Any = [
    ("q=%00", "q"),
    ("q=a%ED%A0%80%07", "q"),
    ("updated_since=1", "updated_since"),
    ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
    ("event=%00", "event"),
    ("kind=x", "kind"),
    ("langauge=en", "langauge"),
    ("language=en&language=de", "language"),
    ("%00=1", "\0"),
    ("source=ref:", "source"),
]


async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient) -> None:
    for query, parameter in A_WRONG_PARAMETER_IS_NAMED:
        told = _problem(await client.get(f"/v1/claims?{query}"), 422)
        assert [one["parameter"] for one in told["errors"]] == [parameter]


A_WRONG_ADDRESS_IS_NAMED: Any = [
    "%00",
    "a%00b",
    "ref:",
    "%F0%9F%98%80",
    "x" * 300,
    "REF:x",
    "%ff",
    "ref:%0d%0aX",
    "not_a_slug",
    "a--b",
]


async def test_a_wrong_address_is_named(client: httpx.AsyncClient) -> None:
    for way in A_WRONG_ADDRESS_IS_NAMED:
        told = _problem(await client.get(f"/v1/events/{way}"), 422)
        assert [one["parameter"] for one in told["errors"]] == ["event"]


WHAT_HEADERS_SAY: Any = [
    ({"Content-Type": "application/json; charset=utf-8"}, 201),
    ({"Content-Type": 'Application/JSON;charset="UTF-8"'}, 201),
    ({"Content-Type": "application/json; charset=latin-1"}, 415),
    ({"Content-Type": "application/json; charset=utf-16"}, 415),
    ({"Content-Type": "application/merge-patch+json"}, 415),
    ({"Content-Type": "text/plain"}, 415),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ({"Content-Type": ""}, 415),
    ({}, 415),
    (JSON | {"Content-Encoding": "gzip"}, 415),
    (JSON | {"Content-Encoding": "identity"}, 201),
    (JSON | {"Change-Reason": "because"}, 201),
    (JSON | {"Change-Reason": "потому что".encode()}, 201),
    (JSON | {"Change-Reason": b"caf\xe9"}, 201),
    (JSON | {"Change-Reason": b"a\x07b"}, 422),
    (JSON | {"Change-Reason": b"a\x00b"}, 422),
    (JSON | {"Change-Reason": "a\x85b".encode()}, 422),
    (JSON | {"Change-Reason": "x" * 1001}, 422),
]


async def test_what_headers_say(client: httpx.AsyncClient) -> None:
    for nth, (headers, status) in enumerate(WHAT_HEADERS_SAY):
        answer = await client.post("/v1/sources", content=f'{{"name": "N{nth}"}}', headers=headers)
        assert answer.status_code == status, answer.text
        if status != 201:
            _problem(answer, status)


async def test_a_reason_is_kept_as_it_was_meant(client: httpx.AsyncClient) -> None:
    reason = "потому что"
    report = {"ref": "r:1", "events": [{"ref": "e:1", "title": "T"}]}
    await client.post("/v1/reports", json=report, headers={b"Change-Reason": reason.encode()})
    told = (await client.get("/v1/events/ref:e:1/history")).json()["items"]
    assert [one["reason"] for one in told] == [reason]


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1_000_000):
        yield b" " * 1_000_000


async def test_a_body_has_a_largest_size(client: httpx.AsyncClient) -> None:
    for path, most, least in (
        ("/v1/sources", 256_000, b'{"name": "N"}'),
        ("/v1/documents", 8_000_000, b'{"url": "https://a.example/1"}'),
    ):
        refused = await client.post(path, content=b" " * (most + 1), headers=JSON)
        assert f"{most:,}" in _problem(refused, 413)["detail"]
        _problem(await client.post(path, content=_chunks(most + 1_000_000), headers=JSON), 413)
        _problem(await client.post(path, content=b"{}", headers=JSON | {"Content-Length": "9" * 30}), 413)
        assert (await client.post(path, content=least.ljust(most), headers=JSON)).status_code == 201


async def test_a_change_holds_the_same_boundary(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/sources", json={"name": "N"})).json()
    way, any_version = f"/v1/sources/{made['id']}", {"If-Match": "*"}
    for bad in (
        {"name": "\0"},
        {"name": " "},
        {"merged_into": made["id"]},
        {"external_ids": {"x": "\0"}},
        {"nmae": "x"},
    ):
        _problem(await client.patch(way, json=bad, headers=any_version), 422)
    _problem(await client.patch(way, content=b'{"name": "\\ud800"}', headers=JSON | any_version), 400)
    merge_patch = {"Content-Type": "application/merge-patch+json"} | any_version
    assert (await client.patch(way, content=b'{"role": "R"}', headers=merge_patch)).json()["role"] == "R"
