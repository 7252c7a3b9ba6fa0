"""Countries by ISO 3166-1: what is taken, what is refused, and what was stored before there was a rule."""

import json
from typing import Any

import httpx
import psycopg

LINES = {"Content-Type": "application/x-ndjson"}


async def test_what_others_write_is_taken_and_told(client: httpx.AsyncClient) -> None:
    for path, body, code in (
        ("sources", {"name": "BBC", "country": "uk"}, "GB"),
        ("events", {"title": "T", "country": "EL"}, "GR"),
        ("events", {"title": "U", "country": "Greece"}, "GR"),
    ):
        answer = (await client.post(f"/v1/{path}", json=body)).json()
        assert answer["country"] == code
        (remark,) = [remark for remark in answer["remarks"] if remark["what"] == "changed"]
        assert (remark["pointer"], remark["stored"], remark["sent"]) == ("/country", code, body["country"])
        assert code in remark["detail"]
    for asked in ("gr", "Греция"):
        found = (await client.get("/v1/events", params={"country": asked})).json()["items"]
        assert {event["title"] for event in found} == {"T", "U"}, asked
    report = {
        "document": {"url": "https://news.example/1", "publisher": {"name": "Desk", "country": "EL"}},
        "events": [{"ref": "e", "title": "E", "country": "UK"}],
    }
    told = (await client.post("/v1/reports", json=report)).json()["remarks"]
    assert [remark["pointer"] for remark in told if remark["what"] == "changed"] == [
        "/document/publisher/country",
        "/events/0/country",
    ]
    line = json.dumps({"type": "source", "name": "Its owner", "country": "UK"})
    answered = json.loads((await client.post("/v1/ingest", content=line, headers=LINES)).text.splitlines()[0])
    assert answered["remarks"][0]["pointer"] == "/country"


async def test_what_is_no_country_is_refused_with_what_may_be_meant(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/sources", json={"name": "N"})).json()
    for words, code in (("Congo", "CG"), ("Ukrain", "UA"), ("UR", "RU"), ("XX", "ISO 3166-1")):
        for answer in (
            await client.post("/v1/sources", json={"name": "M", "country": words}),
            await client.post("/v1/events", json={"title": "T", "country": words}),
            await client.patch(f"/v1/sources/{made['id']}", json={"country": words}, headers={"If-Match": "*"}),
        ):
            assert answer.status_code == 422
            (error,) = answer.json()["errors"]
            assert error["pointer"] == "/country"
            assert code in error["detail"]


async def test_what_was_stored_before_stays_readable(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    """Read, found, exported, and brought back as it was."""
    made = (await client.post("/v1/sources", json={"name": "Old", "country": "GB"})).json()
    psql.execute("UPDATE source SET country = 'UK' WHERE id = %s", [made["id"]])
    at = f"/v1/sources/{made['id']}"
    assert (await client.get(at)).json()["country"] == "UK"
    for asked in ("GB", "UK", "uk"):
        found = (await client.get("/v1/sources", params={"country": asked})).json()["items"]
        assert [source["id"] for source in found] == [made["id"]], asked
    psql.execute("UPDATE source SET country = 'ZZ' WHERE id = %s", [made["id"]])
    assert len((await client.get("/v1/sources?country=ZZ")).json()["items"]) == 1
    exported = [json.loads(line) for line in (await client.get("/v1/export.ndjson")).text.splitlines()]
    lines: list[dict[str, Any]] = [line for line in exported if line.get("type") == "source"]
    assert [line["country"] for line in lines] == ["ZZ"]
    assert (await client.delete(at, headers={"If-Match": "*"})).status_code == 204
    again = lines[0] | {"id": "01890a5d-ac96-774b-bcce-b302099a8057"}
    answer = await client.post("/v1/ingest", content=json.dumps(again), headers=LINES)
    assert json.loads(answer.text.splitlines()[0])["status"] == 201, answer.text
    without = {name: value for name, value in again.items() if name not in ("id", "merged_into")}
    answer = await client.post("/v1/ingest", content=json.dumps(without), headers=LINES)
    assert json.loads(answer.text.splitlines()[0])["status"] == 422


async def test_what_was_stored_before_the_mapping_contradicts_nothing(
    client: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    for ref, country in (("a", "UK"), ("b", "EL")):
        psql.execute(
            "INSERT INTO source (ref, name, kind, country) VALUES (%s, 'Coast Guard', 'authority', %s)", [ref, country]
        )
    psql.commit()
    for ref, country in (("a", "GB"), ("b", "GR"), ("a", "UK")):
        answer = await client.post("/v1/sources", json={"name": "Coast Guard", "country": country})
        assert (answer.status_code, answer.json()["ref"]) == (200, ref)
        assert {remark["what"] for remark in answer.json()["remarks"]} <= {"matched", "changed"}
    answer = await client.post("/v1/sources", json={"name": "Coast Guard", "country": "FR"})
    assert answer.status_code == 201
