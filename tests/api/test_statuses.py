"""201 if anything was created, else 200; `changed` where something stored became otherwise: one rule for all."""

import json
from typing import Any

import httpx
import pytest
from reporting import claim, report, said

Json = dict[str, Any]
URL = "https://news.example/1"


async def told(client: httpx.AsyncClient, path: str, body: Json) -> tuple[int, bool]:
    answer = await client.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.status_code, answer.json()["changed"]


async def lines(client: httpx.AsyncClient, *bodies: Json) -> list[tuple[int, bool]]:
    content = "\n".join(map(json.dumps, bodies))
    answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
    *answers, _ = map(json.loads, answer.text.splitlines())
    return [(line["status"], line.get("changed", False)) for line in answers]


# Of each: what is sent first, and then with what it answers.
SINGLE: dict[str, list[tuple[Json, tuple[int, bool]]]] = {
    "sources": [
        ({"name": "Ines Varga"}, (201, False)),
        ({"name": "INES VARGA"}, (200, False)),
        ({"name": "Ines Varga", "role": "mayor"}, (200, True)),
        (
            {"name": "Ines Varga", "role": "mayor", "parent": {"name": "Town hall of Kesra", "kind": "authority"}},
            (201, True),
        ),
        ({"name": "Ines Varga", "role": "aide"}, (200, False)),
    ],
    "documents": [
        ({"url": URL}, (201, False)),
        ({"url": URL, "title": "Заголовок"}, (200, True)),
        ({"url": URL, "title": "Заголовок", "text": "Words."}, (201, False)),
        ({"url": URL, "text": "Words."}, (200, False)),
        ({"url": URL, "publisher": {"name": "News", "kind": "outlet"}}, (201, True)),
    ],
    "events": [
        ({"ref": "e", "title": "Взрыв"}, (201, False)),
        ({"ref": "e", "title": "Взрыв"}, (200, False)),
        ({"ref": "e", "title": "Blast", "country": "RU"}, (200, True)),
    ],
}


@pytest.mark.parametrize("kind", SINGLE)
async def test_a_single_record(client: httpx.AsyncClient, kind: str) -> None:
    bodies = [body for body, _ in SINGLE[kind]]
    expected = [answer for _, answer in SINGLE[kind]]
    assert [await told(client, f"/v1/{kind}", body) for body in bodies] == expected


@pytest.mark.parametrize("kind", SINGLE)
async def test_a_line(client: httpx.AsyncClient, kind: str) -> None:
    bodies = [{"type": kind[:-1], **body} for body, _ in SINGLE[kind]]
    answered = [await lines(client, body) for body in bodies]
    assert answered == [[answer] for _, answer in SINGLE[kind]]


async def test_the_core_call_and_a_statement(client: httpx.AsyncClient, event: str) -> None:
    body = {"text": "It was gas", "statements": [{"source": {"name": "Ana Ruiz"}}]}
    assert await told(client, f"{event}/claims", body) == (201, False)
    assert await told(client, f"{event}/claims", body) == (200, False)
    assert await told(client, f"{event}/claims", body | {"language": "en"}) == (200, True)
    more = {"text": "It was gas", "accuses": "west", "statements": [{"source": {"name": "Li Wei"}}]}
    assert await told(client, f"{event}/claims", more) == (201, True)
    about = (await client.get(f"{event}/claims")).json()["items"][0]["id"]
    spoken = {"claim": about, "source": {"name": "Ana Ruiz"}, "certainty": "certain"}
    assert await told(client, f"{event}/statements", spoken) == (200, True)
    assert await told(client, f"{event}/statements", spoken) == (200, False)


async def test_a_report(client: httpx.AsyncClient) -> None:
    first = report(claim("A", said("X")), claim("B", said("X")), ref="r1")
    assert await told(client, "/v1/reports", first) == (201, False)
    assert await told(client, "/v1/reports", first) == (200, False)
    assert await told(client, "/v1/reports", report(claim("A", said("X")), ref="r1")) == (200, True)  # removed
    assert await told(client, "/v1/reports", first) == (201, False)
    exchanged = report(claim("A", said("X")), claim("C", said("X")), ref="r1")
    assert await lines(client, {"type": "report", **exchanged}) == [(201, True)]
    completed = report(claim("A", said("X"), language="en"), claim("C", said("X")), ref="r1")
    assert await lines(client, {"type": "report", **completed}) == [(200, True)]
    assert await lines(client, {"type": "report", **completed}) == [(200, False)]


async def test_a_change_that_changes_nothing(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/sources", json={"name": "Ines Varga"})).json()["id"]
    for role, expected in (("mayor", True), ("mayor", False), (None, True), (None, False)):
        answer = await client.patch(f"/v1/sources/{made}", json={"role": role}, headers={"If-Match": "*"})
        assert answer.json()["changed"] is expected
