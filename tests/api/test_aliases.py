"""Other names of a source are additions: each mention may bring some, and none takes somebody else's."""

import json
from typing import Any

import httpx
import pytest
from calls import Json, get, patch, post
from reporting import Answer, claim, report, sent

BUREAU = {"name": "Beta Bureau", "kind": "authority", "country": "UA", "aliases": ["Бюро Бета"]}
ARABIC = "مكتب بيتا"


async def told(client: httpx.AsyncClient, body: Json, path: str = "/v1/sources") -> list[tuple[Any, ...]]:
    """The remarks on the aliases of a body."""
    remarks = (await client.post(path, json=body)).raise_for_status().json()["remarks"]
    return [(one["what"], one["sent"], one["stored"]) for one in remarks if one["pointer"].endswith("/aliases")]


async def names(client: httpx.AsyncClient, source: str) -> list[str]:
    return [alias["name"] for alias in (await get(client, f"/v1/sources/{source}"))["aliases"]]


def reported(ref: str, *sources: Json | str) -> Answer:
    body = report(
        *[claim(f"Claim {n}", {"source": source}) for n, source in enumerate(sources)], ref=ref, event="blast"
    )
    return body | {"document": {"url": f"https://a.example/{ref}"}}


async def test_another_mention_brings_another_alias(client: httpx.AsyncClient) -> None:
    bureau = (await post(client, "/v1/sources", BUREAU))["id"]
    for taken, body in (
        ([ARABIC], {"name": "Beta Bureau", "aliases": [ARABIC]}),
        ([], {"name": "Beta Bureau", "aliases": ["бюро  БЕТА", ARABIC, "BETA BUREAU"]}),
        (["B.B."], {"name": "Бюро Бета", "aliases": ["B.B.", "b.b."]}),
        (["Büro Beta"], {"name": "Büro Beta", "aliases": ["Beta Bureau"]}),
    ):
        assert await told(client, body) == [("completed", name, None) for name in taken], body
        for name in taken:
            assert (await sent(client, "/v1/sources", {"name": name}, 200))["id"] == bureau
    assert await names(client, bureau) == ["Бюро Бета", ARABIC, "B.B.", "Büro Beta"]
    # What it is called now is compared with others.
    await post(client, "/v1/sources", {"name": "Beta Buro", "kind": "authority"})
    assert len((await get(client, "/v1/source-links?state=proposed"))["items"]) == 1


async def test_a_name_that_is_one_of_its_names_is_not_said_to_be_refused(client: httpx.AsyncClient) -> None:
    """By whichever door, also in a report that comes again with something else in it."""
    await post(client, "/v1/sources", BUREAU)

    async def of_names(path: str, body: Json) -> list[tuple[str, str]]:
        remarks = (await client.post(path, json=body)).raise_for_status().json()["remarks"]
        return [(one["what"], one["sent"]) for one in remarks if one["pointer"].endswith("/name")]

    for name in ("Бюро Бета", "BÉTA BUREAU"):
        assert {what for what, _ in await of_names("/v1/sources", {"name": name})} == {"matched"}
        first, again = reported("a", {"name": name}), reported("a", {"name": name, "role": "press office"})
        for body in (first, again):
            assert {what for what, _ in await of_names("/v1/reports", body)} == {"matched"}
    # By its ref it is that one, whatever it is called: such a name it has not.
    await post(client, "/v1/sources", {"ref": "gamma", "name": "Gamma"})
    assert await of_names("/v1/sources", {"ref": "gamma", "name": "Delta"}) == [("not_taken", "Delta")]


async def test_nobody_is_called_as_somebody_else_is(client: httpx.AsyncClient) -> None:
    """Neither by another's name nor by his alias; the two are linked, unless they are told apart."""
    bureau = (await post(client, "/v1/sources", BUREAU))["id"]
    agency = (await post(client, "/v1/sources", {"name": "Gamma", "kind": "agency", "aliases": ["GM"]}))["id"]
    person = (await post(client, "/v1/sources", {"name": "Delta Gray", "kind": "person", "country": "FR"}))["id"]
    await post(client, "/v1/sources", {"name": "Omega", "confidential": True})
    body = {"name": "Beta Bureau", "kind": "authority", "country": "UA", "aliases": ["GM", "Delta Gray", "Omega"]}
    found = [(what, name, stored and stored["id"]) for what, name, stored in await told(client, body)]
    assert sorted(found) == [
        ("completed", "Omega", None), ("not_taken", "Delta Gray", person), ("not_taken", "GM", agency),
    ]  # fmt: skip
    assert await names(client, bureau) == ["Бюро Бета", "Omega"]
    for name, source in (("GM", agency), ("Delta Gray", person)):
        assert (await sent(client, "/v1/sources", {"name": name}, 200))["id"] == source
    links = (await get(client, "/v1/source-links?state=proposed"))["items"]
    assert [({one["from_id"], one["to_id"]}, one["reason"]) for one in links] == [
        ({bureau, agency}, "both have the same alias")
    ]


async def test_what_was_taken_away_is_not_brought_back(client: httpx.AsyncClient) -> None:
    bureau = (await post(client, "/v1/sources", BUREAU))["id"]
    await patch(client, f"/v1/sources/{bureau}", {"aliases": []})
    await patch(client, f"/v1/sources/{bureau}", {"aliases": ["Beta"]})
    assert await told(client, BUREAU) == [("not_taken", "Бюро Бета", None)]
    assert await names(client, bureau) == ["Beta"]


async def test_there_is_a_bound(client: httpx.AsyncClient) -> None:
    bureau = (await post(client, "/v1/sources", BUREAU))["id"]
    found = await told(client, {"name": "Beta Bureau", "aliases": [f"Bureau {n}" for n in range(100)]})
    assert [what for what, *_ in found] == ["completed"] * 99 + ["not_taken"]
    assert len(await names(client, bureau)) == 100


@pytest.mark.parametrize("at_once", [True, False])
async def test_mentions_of_one_body_and_of_lines_add_up(client: httpx.AsyncClient, at_once: bool) -> None:
    first = reported("r:1", {**BUREAU, "aliases": ["One"]}, {"name": "Beta Bureau", "aliases": ["Two", "one"]})
    second = reported("r:2", {"name": "Drei", "aliases": ["Beta Bureau", "Three"]})
    if at_once:
        lines = "\n".join(json.dumps({"type": "report", **body}) for body in (first, second))
        answer = await client.post("/v1/ingest", content=lines, headers={"Content-Type": "application/x-ndjson"})
        assert answer.is_success, answer.text
    else:
        for body in (first, second):
            await sent(client, "/v1/reports", body, 201)
    (bureau,) = (await get(client, "/v1/sources"))["items"]
    assert [alias["name"] for alias in bureau["aliases"]] == ["One", "Two", "Three", "Drei"]
    assert (await sent(client, "/v1/sources", {"name": "drei"}, 200))["id"] == bureau["id"]


async def test_a_report_that_comes_again(client: httpx.AsyncClient) -> None:
    """What it alone had said gives way; what was added to by others stays, and what it says now is added."""
    await sent(client, "/v1/reports", reported("r:1", {**BUREAU, "aliases": ["One"]}), 201)
    (bureau,) = [one["id"] for one in (await get(client, "/v1/sources"))["items"]]
    assert [
        what for what, *_ in await told(client, reported("r:1", {**BUREAU, "aliases": ["Eins"]}), "/v1/reports")
    ] == ["replaced"]
    assert await names(client, bureau) == ["Eins"]
    await sent(client, "/v1/reports", reported("r:2", {"name": "Beta Bureau", "aliases": ["Two"]}), 201)
    assert await names(client, bureau) == ["Eins", "Two"]
    # With something else changed it says the same of it as before.
    for ref, alias in (("r:1", "Eins"), ("r:2", "Two")):
        body = reported(ref, {**BUREAU, "aliases": [alias], "notes": ref}, "Somebody")
        assert await told(client, body, "/v1/reports") == []
    found = await told(client, reported("r:1", {**BUREAU, "aliases": ["Uno"]}), "/v1/reports")
    assert [(what, sent_) for what, sent_, _ in found] == [("not_taken", None), ("completed", "Uno")]
    assert await names(client, bureau) == ["Eins", "Two", "Uno"]
