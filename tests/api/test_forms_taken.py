"""A form that can mean one thing only is taken wherever it stands: in a post, a report, a line and a change."""

import json
from typing import Any

import httpx

LINES = {"Content-Type": "application/x-ndjson"}
CLAIM: Any = {
    "ref": "toll",
    "question": "deaths",
    "figure": "at least 20",
    "statements": [
        {
            "source": "Ministry of Kesra",
            "stance": "confirms",
            "said": "24/01/2024",
            "document": "https://news.example/1",
        }
    ],
}
CHANGED = {
    "/question/measure": ("killed", "deaths"),
    "/figure/qualifier": ("at_least", "at least 20"),
    "/statements/0/stance": ("support", "confirms"),
    "/statements/0/said": ("2024-01-24", "24/01/2024"),
}


def changed(remarks: list[dict[str, Any]], below: str = "") -> dict[str, tuple[Any, Any]]:
    return {
        remark["pointer"].removeprefix(below): (remark["stored"], remark["sent"])
        for remark in remarks
        if remark["what"] == "changed"
    }


async def stored(client: httpx.AsyncClient) -> Any:
    (question,) = (await client.get("/v1/questions")).json()["items"]
    (claim,) = (await client.get("/v1/claims")).json()["items"]
    (statement,) = (await client.get("/v1/statements")).json()["items"]
    (document,) = (await client.get("/v1/documents")).json()["items"]
    figure = {name: claim["figure"][name] for name in ("qualifier", "min", "max")}
    return question["measure"], figure, statement["stance"], statement["said"], document["url"]


AS_STORED = (
    "killed",
    {"qualifier": "at_least", "min": 20, "max": None},
    "support",
    "2024-01-24",
    "https://news.example/1",
)


async def test_in_a_post_and_a_change(client: httpx.AsyncClient, event: str) -> None:
    answer = await client.post(f"{event}/claims", json=CLAIM)
    assert answer.status_code == 201, answer.text
    assert changed(answer.json()["remarks"]) == CHANGED
    assert await stored(client) == AS_STORED
    for sent, figure in (
        (74, ("exact", 74, 74)),
        ("dozens", ("dozens", None, None)),
        ("20 to 30", ("between", 20, 30)),
        ("about 30", ("about", 30, 30)),
    ):
        answer = await client.patch("/v1/claims/ref:toll", json={"figure": sent}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        assert tuple(answer.json()["figure"][name] for name in ("qualifier", "min", "max")) == figure
    (statement,) = (await client.get("/v1/statements")).json()["items"]
    change = {"stance": "denied", "said": "25.01.2024", "certainty": "Somewhat Certain"}
    answer = await client.patch(f"/v1/statements/{statement['id']}", json=change, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert changed(answer.json()["remarks"]) == {"/stance": ("deny", "denied"), "/said": ("2024-01-25", "25.01.2024")}
    assert (answer.json()["stance"], answer.json()["certainty"]) == ("deny", "somewhat_certain")
    (found,) = (await client.get("/v1/statements", params={"stance": "denied"})).json()["items"]
    assert found["id"] == statement["id"]


async def test_in_a_report(client: httpx.AsyncClient) -> None:
    report = {
        "ref": "r",
        "document": "https://news.example/1",
        "events": [{"ref": "e", "title": "E", "claims": [CLAIM]}],
    }
    answer = await client.post("/v1/reports", json=report)
    assert answer.status_code == 201, answer.text
    assert changed(answer.json()["remarks"], "/events/0/claims/0") == CHANGED
    assert await stored(client) == AS_STORED
    spelt = CLAIM | {"question": {"measure": "killed"}, "figure": {"qualifier": "at_least", "min": 20}}
    report["events"] = [{"ref": "e", "title": "E", "claims": [spelt]}]
    again = await client.post("/v1/reports", json=report)
    assert (again.status_code, again.json()["changed"]) == (200, False)
    answer = await client.post("/v1/reports", json={"document": "https://news.example/2", "events": ["ref:e"]})
    assert answer.status_code == 201, answer.text


async def test_in_a_line(client: httpx.AsyncClient) -> None:
    lines = [{"type": "Event", "ref": "e", "title": "E"}, {"type": "claim", "event": "ref:e"} | CLAIM]
    answer = await client.post("/v1/ingest", content="\n".join(map(json.dumps, lines)), headers=LINES)
    made = json.loads(answer.text.splitlines()[1])
    assert made["status"] == 201, made
    assert changed(made["remarks"]) == CHANGED
    assert await stored(client) == AS_STORED
    asked = {"items": [{"type": "Claim", "ref": "toll"}]}
    assert (await client.post("/v1/lookup", json=asked)).json()["items"][0]["found"]
    misspelt = {"type": "source", "name": "N", "kind": "newspapr"}
    refused = await client.post("/v1/ingest", content=json.dumps(misspelt), headers=LINES)
    assert "did you mean `outlet`?" in json.loads(refused.text.splitlines()[0])["errors"][0]["detail"]


async def test_keys_with_spaces_and_units(client: httpx.AsyncClient) -> None:
    sent = {"title": "E", "slug": "e", "kind": "Plane Crash", "tags": ["Fire", "Air Raid"]}
    answer = await client.post("/v1/events", json=sent)
    assert answer.status_code == 201, answer.text
    assert changed(answer.json()["remarks"]) == {
        "/kind": ("plane_crash", "Plane Crash"),
        "/tags/1": ("air_raid", "Air Raid"),
    }
    for parameters in ({"kind": "Plane Crash"}, {"tag": "air raid"}):
        assert len((await client.get("/v1/events", params=parameters)).json()["items"]) == 1
    change = {"tags": ["fire", "Fuel Tanks"], "kind": "plane crash"}
    answer = await client.patch("/v1/events/e", json=change, headers={"If-Match": "*"})
    assert answer.json()["tags"] == ["fire", "fuel_tanks"]
    assert changed(answer.json()["remarks"])["/tags/1"] == ("fuel_tanks", "Fuel Tanks")
    survivors = {"measure": "other", "subject": "survivors", "unit": "people"}
    claim = {"question": survivors, "figure": "десятки", "statements": [{"source": "A", "stance": "no answer"}]}
    answer = await client.post("/v1/events/e/claims", json=claim)
    assert changed(answer.json()["remarks"]) == {
        "/question/unit": ("persons", "people"),
        "/figure/qualifier": ("tens", "десятки"),
        "/statements/0/stance": ("no_comment", "no answer"),
    }
    answer = await client.post("/v1/events/e/claims", json=claim | {"figure": 3.5})
    assert answer.status_code == 422
    assert "counts persons, of which there are no halves" in answer.json()["errors"][0]["detail"]


async def test_what_came_in_quotes_and_was_taken_says_so(client: httpx.AsyncClient) -> None:
    event = {"title": "E", "slug": "e", "latitude": "56.3", "longitude": 38}
    answer = await client.post("/v1/events", json=event)
    assert changed(answer.json()["remarks"]) == {"/latitude": (56.3, "56.3")}
    claim = {
        "ref": "toll",
        "question": {"measure": "killed", "evolving": "no"},
        "figure": {"qualifier": "at_most", "max": "74"},
        "statements": [
            {"source": "A", "quoted": "yes", "preliminary": True, "credibility": "2", "document": "https://n.example/1"}
        ],
    }
    answer = await client.post("/v1/events/e/claims", json=claim)
    assert answer.status_code == 201, answer.text
    assert changed(answer.json()["remarks"]) == {
        "/question/evolving": (False, "no"),
        "/figure/max": (74, "74"),
        "/statements/0/quoted": (True, "yes"),
        "/statements/0/credibility": (2, "2"),
    }
    (statement,) = (await client.get("/v1/statements")).json()["items"]
    assert statement["credibility"] == 2
    answer = await client.patch("/v1/claims/ref:toll", json={"figure": {"max": "75"}}, headers={"If-Match": "*"})
    assert changed(answer.json()["remarks"]) == {"/figure/max": (75, "75")}
    answer = await client.patch(
        f"/v1/statements/{statement['id']}", json={"preliminary": "false"}, headers={"If-Match": "*"}
    )
    assert changed(answer.json()["remarks"]) == {"/preliminary": (False, "false")}
