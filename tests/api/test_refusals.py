"""What is refused says where, why, and what would be right."""

import json
from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}


def told(answer: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"], answer.text
    return [(error.get("pointer", error.get("parameter")), error["detail"]) for error in answer.json()["errors"]]


async def lines(client: httpx.AsyncClient, body: bytes) -> list[dict[str, Any]]:
    answer = await client.post("/v1/ingest", content=body, headers=LINES)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()[:-1]]


async def test_a_member_that_stands_twice(client: httpx.AsyncClient) -> None:
    body = b'{"title": "T", "external_ids": {"x": "1", "x": "2"}}'
    answer = await client.post("/v1/events", content=body, headers=JSON)
    assert told(answer) == [("/external_ids/x", "this member stands twice here: which one is meant?")]
    refused, taken = await lines(
        client, b'{"type": "event", "ref": "a", "title": "A", "title": "B"}\n{"type":"event","ref":"b","title":"B"}'
    )
    assert (refused["status"], refused["errors"][0]["pointer"]) == (422, "/title")
    assert taken["status"] == 201


async def test_what_is_no_number(client: httpx.AsyncClient) -> None:
    for number, status, words in (
        ("NaN", 400, "NaN is no number"),
        ("9" * 5000, 422, "at most 90"),
        ("1e999", 422, "at most 90"),
    ):
        body = f'{{"title": "T", "ref": "t", "latitude": {number}}}'
        (where, why), *_ = told(await client.post("/v1/events", content=body, headers=JSON), status)
        assert where == "/latitude"
        assert words in why
        line = (await lines(client, b'{"type": "event", ' + body[1:].encode()))[0]
        assert (line["status"], line["errors"][0]["pointer"]) == (status, "/latitude")
        assert words in line["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'[\n{"type": "event", "ref": "a", "title": "A"},\n{"type": "event"}\n]', "one JSON array"),
        (b'[{"type": "event", "ref": "a", "title": "A"},\n{"type": "event"}]', "one JSON array"),
        (b'{\n  "type": "event"\n}\n', "within its object"),
        ('{"type": "event", "ref": "a", "title": "Ä"}\n'.encode("utf-16"), "UTF-16"),
        ('{"type": "event", "ref": "a", "title": "Ä"}\n'.encode("utf-16-le"), "UTF-16"),
    ],
)
async def test_a_body_that_is_no_lines(client: httpx.AsyncClient, body: bytes, words: str) -> None:
    answer = await client.post("/v1/ingest", content=body, headers=LINES)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


async def test_a_line_that_is_no_object(client: httpx.AsyncClient) -> None:
    answers = await lines(client, b'[{"type": "event"}]\n"text"\n\xef\xbb\xbf{"type": "event"}\n{"type": "event"')
    assert [answer["status"] for answer in answers] == [400] * 4
    for answer, words in zip(answers, ("JSON array", "not a JSON object", "byte order mark", "too early"), strict=True):
        assert words in answer["detail"]


async def test_too_many_in_one_list_is_too_large(client: httpx.AsyncClient, event: str) -> None:
    """Wherever a body may carry many; a short list, of aliases for example, is just wrong."""
    claims = [{"text": f"Claim {nth}"} for nth in range(1001)]
    report: dict[str, Any] = {"events": [{"ref": "e", "title": "E"}]}
    for name, items in (
        ("claims", claims),
        ("questions", claims),
        ("statements", [{}] * 1001),
        ("claim_links", [{}] * 1001),
        ("assessments", [{}] * 1001),
    ):
        body = {"events": [report["events"][0] | {name: items}]}
        ((where, why),) = told(await client.post("/v1/reports", json=body), 413)
        assert (where, why) == (f"/events/0/{name}", "1,001 are too many: at most 1,000")
        (line,) = await lines(client, json.dumps({"type": "report"} | body).encode())
        assert (line["status"], line["errors"][0]["pointer"]) == (413, f"/events/0/{name}")
    statements = {"text": "T", "statements": [{}] * 1001}
    assert told(await client.post(f"{event}/claims", json=statements), 413)[0][0] == "/statements"
    assert told(await client.post("/v1/lookup", json={"items": [{"slug": "s"}] * 1001}), 413)[0][0] == "/items"
    assert told(await client.post("/v1/sources", json={"name": "N", "aliases": [{"name": "a"}] * 101}))[0] == (
        "/aliases",
        "101 are too many: at most 100",
    )


async def test_no_pattern_is_shown(client: httpx.AsyncClient, event: str) -> None:
    """Of what is held against a regular expression: in paths, queries, headers and bodies."""
    signs = ("^", "[A-Z", "[0-9", "\\")
    answers = [
        await client.get("/v1/sources/ref:"),
        await client.get("/v1/events/A B"),
        await client.get("/v1/claims", params={"facets": "kind"}),
        await client.get("/v1/claims", params={"source": "ref:A B"}),
        await client.get("/problems/%3Cscript%3E"),
        await client.get("/v1/sources/ref:a", params={"merged": "yes"}),
        await client.post("/v1/sources", json={"name": "N"}, headers={"Change-Reason": "a\x07"}),
        await client.post("/v1/sources", json={"name": "N"}, headers={b"Idempotency-Key": "ключ".encode()}),
        await client.post("/v1/sources", json={"name": "N", "ref": "a,b", "party": "a,b", "parent": "#", "label": "a"}),
        await client.post("/v1/sources", json={"name": "N", "external_ids": {"a b": "1"}}),
        await client.post("/v1/events", json={"title": "T", "slug": "A B", "tags": ["a,b"]}),
        await client.post(f"{event}/claims", json={"text": "T", "question": "why?", "accuses": "a,b"}),
    ]
    for answer in answers:
        for where, why in told(answer):
            assert not any(sign in why for sign in signs), (where, why)


async def test_a_source_by_its_name_alone(client: httpx.AsyncClient, event: str) -> None:
    """Wherever a source may stand, and the same source as if it were described."""
    said = {
        "source": "The mayor of Kesra",
        "hops": [{"source": " Interfax\n "}, "A channel"],
        "document": {"url": "https://news.example/1", "publisher": "Example News"},
    }
    made = await client.post(f"{event}/claims", json={"ref": "c", "text": "T", "statements": [said]})
    assert made.status_code == 201, made.text
    rating = {"claim": "ref:c", "author": "A desk", "scheme": "veracity", "rating": "unverified"}
    assert (await client.post(f"{event}/assessments", json=rating)).status_code == 201
    owned = await client.post("/v1/sources", json={"name": "Their site", "parent": "A desk"})
    assert owned.status_code == 201
    (line,) = await lines(client, b'{"type": "source", "name": "Their channel", "parent": "Their site"}')
    assert line["status"] == 201
    names = [source["name"] for source in (await client.get("/v1/sources")).json()["items"]]
    assert sorted(names) == [
        "A channel",
        "A desk",
        "Example News",
        "Interfax",
        "The mayor of Kesra",
        "Their channel",
        "Their site",
    ]
    described = {"text": "T", "statements": [said | {"source": {"name": "The mayor of Kesra"}}]}
    assert (await client.post(f"{event}/claims", json=described)).status_code == 200


async def test_a_name_that_was_meant_otherwise(client: httpx.AsyncClient, event: str) -> None:
    for meant, words in (
        ("ref:", "ref: and its ref"),
        ("#a b", "#label"),
        ("01890a5dac96774bbcceb302099a8057", "a UUID"),
        ("urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057", "a UUID"),
        ("https://interfax.example/", '{"name": …, "url": …}'),
        ("t.me/interfax", '{"name": …, "url": …}'),
        ("www.interfax.example", '{"name": …, "url": …}'),
        (" ", "nothing that can be seen"),
        (["Interfax"], "an object"),
    ):
        answer = await client.post(f"{event}/claims", json={"text": "T", "statements": [{"source": meant}]})
        ((where, why),) = told(answer)
        assert where == "/statements/0/source"
        assert words in why, (meant, why)
    claim = {"text": "T", "statements": [{"hops": ["ref:"]}]}
    assert told(await client.post(f"{event}/claims", json=claim))[0][0] == "/statements/0/hops/0"
    claim = {"text": "T", "statements": [{"document": "Some newspaper"}]}
    assert '{"url": …}' in told(await client.post(f"{event}/claims", json=claim))[0][1]
    unlabelled = {"text": "T", "statements": [{"source": "#nobody"}]}
    assert told(await client.post(f"{event}/claims", json=unlabelled))[0][0] == "/statements/0/source"


BROKEN_BY_A_CHANGE: Any = [
    ("claims/ref:figure", {"text": "in words"}, ["/text"]),
    ("claims/ref:figure", {"question": None}, ["/question"]),
    ("claims/ref:words", {"figure": {"min": 3}}, ["/figure"]),
    ("claims/ref:words", {"text": None}, ["/text"]),
    ("events/ref:e", {"latitude": 1.0}, ["/latitude"]),
    ("events/ref:e", {"title": None}, ["/title"]),
    ("events/ref:e", {"parent": "ref:e"}, ["/parent"]),
    ("sources/ref:s", {"name": None}, ["/name"]),
    ("sources/ref:s", {"parent": "ref:s"}, ["/parent"]),
    ("statements/ref:said", {"claim": None}, ["/claim"]),
    ("statements/ref:said", {"supersedes": "ref:said"}, ["/supersedes"]),
    ("statements/ref:said", {"source": None, "act": "claim_responsibility", "claim": None}, ["/claim"]),
    ("assessments/ref:rated", {"rating": "supported"}, ["/rating"]),
    ("assessments/ref:rated", {"rating": "false", "settles": True}, ["/rating", "/settles"]),
    ("questions/ref:toll", {"unit": None, "measure": None}, None),
    ("questions/ref:why", {"text": None}, ["/text"]),
    ("questions/ref:why", {"measure": "killed"}, ["/measure"]),
]


async def test_every_change_that_breaks_a_rule_says_which_field_breaks_it(
    client: httpx.AsyncClient, event: str
) -> None:
    claims: list[dict[str, Any]] = [
        {
            "ref": "words",
            "text": "T",
            "question": {"ref": "why", "text": "Why?"},
            "statements": [{"ref": "said", "source": {"ref": "s", "name": "S"}}],
        },
        {"ref": "figure", "question": {"ref": "toll", "measure": "injured"}, "figure": {"min": 3}},
    ]
    rated = {"ref": "rated", "claim": "ref:words", "author": "A desk", "scheme": "veracity", "rating": "unverified"}
    report = {"events": [{"ref": "e", "title": "E", "claims": claims, "assessments": [rated]}]}
    assert (await client.post("/v1/reports", json=report)).status_code == 201
    for path, change, pointers in BROKEN_BY_A_CHANGE:
        answer = await client.patch(f"/v1/{path}", json=change, headers={"If-Match": "*"})
        places = sorted(where for where, _ in told(answer))
        assert pointers is None or places == pointers, (path, change, answer.text)


async def test_what_is_kept_word_for_word_keeps_its_spaces(client: httpx.AsyncClient, event: str) -> None:
    words = "Mostly   false\n(so far)"
    said = {"ref": "said", "source": "A", "wording": words, "cue": "said,  again"}
    claim = {"ref": "c", "text": "T", "statements": [said]}
    assert (await client.post(f"{event}/claims", json=claim)).status_code == 201
    rating = {"claim": "ref:c", "author": "Desk", "scheme": "veracity", "rating": "false", "label": words}
    assert (await client.post(f"{event}/assessments", json=rating)).json()["label"] == words
    (appearance,) = (await client.get("/v1/statements/ref:said/appearances")).json()["items"]
    assert (appearance["wording"], appearance["cue"]) == (words, "said,  again")


async def test_a_name_that_is_none_is_answered_with_those_that_are(client: httpx.AsyncClient, event: str) -> None:
    """At any depth, in bodies, changes, lines and queries."""
    for body, where, words in (
        ({"text": "T", "statement": []}, "/statement", "statements"),
        ({"text": "T", "question": {"text": "Q", "measurement": 1}}, "/question/measurement", "measure"),
        ({"text": "T", "statements": [{"said_at": "2023"}]}, "/statements/0/said_at", "said"),
        ({"text": "T", "statements": [{"source": {"name": "A", "zzz": 1}}]}, "/statements/0/source/zzz", "aliases, "),
        (
            {"figure": {"value": 5}, "question": {"measure": "killed"}},
            "/figure/value",
            "`min`? There are also: max, of, qualifier",
        ),
        ({"figure": {"qqq": 5}, "question": {"measure": "killed"}}, "/figure/qqq", "`qqq`; there are: max, min, of, "),
        ({"text": "T", "statements": [{"speaker": "A"}]}, "/statements/0/speaker", "did you mean `source`"),
        ({"text": "T", "statements": [{"quote": "A"}]}, "/statements/0/quote", "did you mean `wording`"),
        ({"text": "T", "statements": [{"document": {"credit": "A"}}]}, "/statements/0/document/credit", "`byline`"),
        ({"text": "T", "statements": [{"document": {"Link": "A"}}]}, "/statements/0/document/Link", "`url`"),
        ({"text": "T", "<b>": 1}, "/<b>", "no such field; there are: "),
    ):
        answer = await client.post(f"{event}/claims", json=body)
        assert told(answer)[0][0] == where
        assert words in told(answer)[0][1], answer.text
    changed = await client.patch(event, json={"titel": "x"}, headers={"If-Match": "*"})
    ((where, words),) = told(changed)
    assert (where, words[:71]) == ("/titel", "no such field: `titel`; did you mean `title`? There are also: country, ")
    (line,) = await lines(client, b'{"type": "claim", "event": "ref:e", "txt": "T"}')
    assert "text" in line["errors"][0]["detail"]
    asked = await client.get("/v1/claims", params={"langauge": "en"})
    ((where, words),) = told(asked)
    assert (where, words.split("?")[0]) == ("langauge", "no such parameter: `langauge`; did you mean `language`")
    assert "measure" in words


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("statements?sort=sayd", "`said`"),
        ("statements?sort=-sayd", "`-said`"),
        ("statements?sort=Created_at", "`created_at`"),
        ("statements?expand=claims", "`claim`"),
        ("statements?facets=stence,act", "`stance`"),
        ("statements?facets=stence,bases", "`stance`, `basis`"),
        ("search?q=x&type=claims", "`claim`"),
        ("search?q=x&type=quux", None),
    ],
)
async def test_a_misspelt_word_of_a_parameter_is_told_with_the_nearest(
    client: httpx.AsyncClient, query: str, meant: str | None
) -> None:
    ((where, words),) = told(await client.get(f"/v1/{query}"))
    assert where in ("sort", "expand", "facets", "type")
    assert words.partition("did you mean ")[2] == (f"{meant}?" if meant else "")


async def test_what_is_wrong_between_two_members_is_told_at_one(client: httpx.AsyncClient, event: str) -> None:
    """At the one that says most, or that is missing: never at the whole object."""
    killed = {"measure": "killed"}
    for figure, member in (
        ({"qualifier": "exact"}, "min"), ({"qualifier": "exact", "min": 1, "max": 2}, "max"),
        ({"qualifier": "between", "min": 3}, "max"), ({"qualifier": "between", "max": 3}, "min"),
        ({"min": 3, "max": 2}, "max"), ({"qualifier": "at_least"}, "min"),
        ({"qualifier": "more_than", "max": 2}, "min"),
        ({"qualifier": "at_least", "min": 1, "max": 2}, "max"), ({"qualifier": "at_most", "min": 2}, "max"),
        ({"qualifier": "fewer_than", "min": 1, "max": 2}, "min"), ({"qualifier": "dozens", "min": 30}, "min"),
        ({"qualifier": "none", "max": 0}, "max"),
    ):  # fmt: skip
        answer = await client.post(f"{event}/claims", json={"question": killed, "figure": figure})
        assert [where for where, _ in told(answer)] == [f"/figure/{member}"], answer.text
    made = (await client.post(f"{event}/claims", json={"question": killed, "figure": {"min": 3}})).json()["claim"]["id"]
    desk = {"claim": made, "author": "Desk", "scheme": "veracity"}
    slug = event.rpartition("/")[2]
    report_event = {"slug": "e", "title": "E", "claims": []}
    for path, body, where in (
        (f"{event}/claims", {"text": "T", "figure": {"min": 1}, "question": killed}, "/figure"),
        (f"{event}/claims", {"language": "en"}, "/text"), (f"{event}/claims", {"figure": {"min": 1}}, "/question"),
        (f"{event}/questions", {"kind": "cause"}, "/text"), (f"{event}/questions", {"measure": "amount"}, "/unit"),
        (f"{event}/questions", {"answer": "open", **killed}, "/answer"),
        (f"{event}/questions", {"text": "Q", "answer": "quantity"}, "/measure"),
        (f"{event}/questions", {"text": "Q", "unit": "km"}, "/unit"),
        (f"{event}/assessments", {**desk, "rating": "satire"}, "/rating"),
        (f"{event}/assessments", {**desk, "rating": "false", "settles": True}, "/settles"),
        (f"{event}/statements", {"source": "A"}, "/claim"),
        (f"{event}/statements", {"claim": made, "question": {"text": "Q"}}, "/claim"),
        ("/v1/sources", {"kind": "person"}, "/name"), ("/v1/documents", {"title": "T"}, "/url"),
        ("/v1/reports", {"events": [{"title": "T"}]}, "/events/0/ref"),
        ("/v1/reports", {"events": [{"event": slug, "title": "T"}]}, "/events/0/title"),
        ("/v1/reports", {"events": [report_event | {"claims": [{"source": "A"}]}]}, "/events/0/claims/0/source"),
        ("/v1/lookup", {"items": [{"ref": "r"}]}, "/items/0/type"), ("/v1/lookup", {"items": [{}]}, "/items/0/ref"),
        ("/v1/lookup", {"items": [{"slug": "s", "url": "https://n.example/"}]}, "/items/0/slug"),
        ("/v1/lookup", {"items": [{"url": "https://n.example/", "type": "claim"}]}, "/items/0/type"),
    ):  # fmt: skip
        answer = await client.post(path, json=body)
        assert answer.status_code == 422, (path, body, answer.text)
        assert where in {place for place, _ in told(answer)}, (body, answer.text)
    changed = await client.patch(f"/v1/claims/{made}", json={"figure": {"max": 9}}, headers={"If-Match": "*"})
    assert [place for place, _ in told(changed)] == ["/figure/max"]
    for line, where in (
        ({"type": "event", "title": "T"}, "/ref"),
        ({"type": "source", "name": "A", "placed": True}, "/placed"),
    ):
        (answered,) = await lines(client, json.dumps(line).encode())
        assert [error["pointer"] for error in answered["errors"]] == [where]
