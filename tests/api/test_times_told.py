"""Times at the write boundary: stored in one spelling; what can't have been then is refused."""

import json
from typing import Any

import httpx
from describing import inlined

# The types of times in the description, and the parameters that may also be a position.
TIME = {"Instant", "CoarseTime", "as_of", "said_before", "since", "until"}


async def refused_at(client: httpx.AsyncClient, path: str, body: Any, pointer: str, says: str, **method: str) -> None:
    answer = await client.request(method.get("method", "POST"), path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert says in error["detail"]


async def test_nothing_was_said_ahead_or_at_the_epoch(client: httpx.AsyncClient, event: str) -> None:
    about = f"{event}/claims"
    for name in ("said", "withdrawn"):
        for words, says in (("2567-05-02", "ahead"), ("1970-01-01T02:00+02:00", "1970"), ("09.08.2023", "2023-08-09")):
            claim = {"text": "It burned", "statements": [{"source": {"name": "N"}, name: words}]}
            await refused_at(client, about, claim, f"/statements/0/{name}", says)
    page = {"url": "https://news.example/1", "text": "The depot burned"}
    await refused_at(client, "/v1/documents", page | {"published": "2567"}, "/published", "ahead")
    await refused_at(client, "/v1/documents", page | {"published": "1970-01-01"}, "/published", "1991")
    await refused_at(client, "/v1/documents", page | {"retrieved_at": "2567-01-01T10:00Z"}, "/retrieved_at", "ahead")
    await refused_at(client, "/v1/documents", page | {"retrieved_at": "1980-01-01T10:00Z"}, "/retrieved_at", "1991")
    book = {"ref": "book", "published": "1970-01-01"}
    (await client.post("/v1/documents", json=book)).raise_for_status()
    await refused_at(client, "/v1/documents/ref:book", {"url": "https://b.example"}, "/url", "1991", method="PATCH")


async def test_times_in_other_spellings_are_stored_in_one(client: httpx.AsyncClient, event: str) -> None:
    said = ["2023/08/09", "20230810", "٢٠٢٣-٠٨-١١", "2019-11-00", "1812"]
    statements = [{"source": {"name": f"Speaker {nth}"}, "said": words} for nth, words in enumerate(said)]
    statements[0]["recheck_at"] = "2567-01-01T00:00Z"
    body = {"text": "The depot\fburned", "statements": statements}
    answer = (await client.post(f"{event}/claims", json=body)).raise_for_status().json()
    stored = [(await client.get(f"/v1/statements/{one['id']}")).json()["said"] for one in answer["statements"]]
    assert stored == ["2023-08-09", "2023-08-10", "2023-08-11", "2019-11", "1812"]
    assert (await client.get(f"/v1/claims/{answer['claim']['id']}")).json()["text"] == "The depot\nburned"
    version = {"url": "https://news.example/2", "text": "burned.\fPage 2\x0band"}
    document = (await client.post("/v1/documents", json=version)).raise_for_status().json()
    (one,) = (await client.get(f"/v1/documents/{document['id']}/versions?text=true")).json()["items"]
    assert one["text"] == "burned.\nPage 2\nand"


async def test_a_plus_in_a_url_is_a_plus(client: httpx.AsyncClient, event: str, described: dict[str, Any]) -> None:
    """Browsers and libraries read it as a space."""
    said = {"text": "A", "statements": [{"source": {"name": "N"}, "said": "2023-08-09T13:24+03:00"}]}
    assert (await client.post(f"{event}/claims", json=said)).status_code == 201
    parameters: dict[str, str] = {}
    for path, operations in inlined(described).items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if TIME & {parameter["schema"].get("$ref", "").rpartition("/")[2], parameter["name"]}:
                parameters.setdefault(parameter["name"], path.replace("/v1/events/{event}", event))
    assert len(parameters) == 13, parameters
    for name, path in parameters.items():
        # Nothing of this event was recorded before today.
        year = "2323" if name == "as_of" else "2023"
        fixed = "since=2020&clock=said&" if name == "until" else "clock=said&" if name == "since" else ""
        plus = await client.get(f"{path}?{fixed}{name}={year}-08-09T13:24+03:00")
        escaped = await client.get(f"{path}?{fixed}{name}={year}-08-09T13:24%2B03:00")
        assert plus.status_code == escaped.status_code == 200, (name, plus.text)
        assert plus.json() == escaped.json(), name
        lost = await client.get(f"{path}?{fixed}{name}={year}-08-09T13:24 3:00")
        assert lost.status_code == 422, name


async def test_a_page_is_no_older_than_pages_whatever_tells_it(client: httpx.AsyncClient) -> None:
    """Its URL, its time and what was read of it may come one after the other, or in one body."""
    for body in ({"ref": "page", "url": "https://n.example/1"}, {"ref": "book", "published": "1950"}):
        (await client.post("/v1/documents", json=body)).raise_for_status()
    early = "1980-01-01T10:00Z"
    await refused_at(client, "/v1/documents", {"ref": "page", "published": "1950"}, "/published", "1991")
    await refused_at(client, "/v1/documents", {"ref": "book", "url": "https://n.example/2"}, "/url", "1991")
    await refused_at(
        client, "/v1/documents/ref:page/versions", {"text": "T", "retrieved_at": early}, "/retrieved_at", "1991"
    )
    await refused_at(
        client, "/v1/documents", {"ref": "page", "text": "T", "retrieved_at": early}, "/retrieved_at", "1991"
    )
    link: Any = {"relation": "rewrites", "to": {"ref": "new", "url": "https://n.example/3"}}
    twice = {"ref": "new", "published": "1950", "links": [link]}
    await refused_at(client, "/v1/documents", twice, "/published", "1991")
    for body in ({"ref": "page", "published": "1992"}, {"ref": "book", "text": "T", "retrieved_at": early}):
        (await client.post("/v1/documents", json=body)).raise_for_status()
    lines = [{"type": "document", "ref": "book", "url": "https://n.example/2"}, {"type": "document", "ref": "ok"}]
    sent = "\n".join(json.dumps(line) for line in lines)
    answer = await client.post("/v1/ingest", content=sent, headers={"Content-Type": "application/x-ndjson"})
    first, second, _ = [json.loads(line) for line in answer.text.splitlines()]
    assert (first["errors"][0]["pointer"], second["status"]) == ("/url", 201)
