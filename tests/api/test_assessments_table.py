"""Assessments as a table over all events: also of claims about which nobody has said anything."""

import csv
import io
import json

import pytest
from calls import claim, document, get, patch, post, source
from httpx import AsyncClient

from app.formats import assessed
from app.services import table_exports


async def rows(client: AsyncClient, query: str = "") -> list[dict[str, str]]:
    answer = await client.get(f"/v1/assessments.csv?sort=created_at&{query}")
    assert answer.status_code == 200, answer.text
    table = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert tuple(table.fieldnames or ()) == assessed.COLUMNS or "columns" in query
    return list(table)


async def test_a_check_of_what_nobody_said_has_its_row(
    client: AsyncClient, anybody: AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (await post(client, "/v1/events", {"title": "Other", "slug": "other"}))["id"]
    desk, secret = await source(client, "A desk"), await source(client, "Secret desk", confidential=True)
    figure = await claim(client, event, None, question={"measure": "killed"}, figure={"min": 9})
    balloon, drone = [await claim(client, event, text) for text in ("A balloon", "A drone")]
    evidence, merged = [await document(client, f"https://a.example/{nth}") for nth in range(2)]
    of_figure = {"claim": figure, "author": desk, "scheme": "claimreview", "rating": "mostly_false"}
    about = {
        "label": "Misleading",
        "url": "https://desk.example/1",
        "made": "2023-09",
        "documents": [{"url": "https://a.example/1"}],
    }
    first = await post(client, f"{event}/assessments", of_figure | about)
    hidden = {"claim": balloon, "author": secret, "scheme": "veracity", "rating": "true", "settles": True}
    second = await post(client, f"{event}/assessments", hidden)
    far = await claim(client, f"/v1/events/{other}", "Elsewhere")
    third = await post(client, f"/v1/events/{other}/assessments", hidden | {"claim": far, "author": desk})
    await post(client, f"/v1/claims/{balloon}/merge", {"into": drone}, 200)
    await post(client, f"/v1/documents/{merged}/merge", {"into": evidence}, 200)
    for at_once in (200, 1):
        monkeypatch.setattr(table_exports, "_ROWS_AT_ONCE", at_once)
        told = await rows(anybody)
        assert [row["assessment_id"] for row in told] == [first["id"], second["id"], third["id"]]
        assert [row["claim"] for row in told] == ["9 killed", "A drone", "Elsewhere"]
        assert [row["author"] for row in told] == ["A desk", "a protected source", "A desk"]
        assert [row["event_slug"] for row in told] == ["explosion", "explosion", "other"]
    names = ("question", "label", "rating", "url", "made", "made_from", "documents", "settles")
    assert [told[0][name] for name in names] == [
        *("Killed", "Misleading", "mostly_false", "https://desk.example/1", "2023-09", "2023-09-01T00:00:00Z"),
        *("https://a.example/0", "false"),
    ]
    assert told[1]["author_id"] not in (secret, "")
    assert [row["author"] for row in await rows(client)] == ["A desk", "Secret desk", "A desk"]
    assert len(await rows(anybody, f"rating=true&event=explosion,other&author={desk}")) == 1
    lines = (await anybody.get("/v1/assessments.ndjson?columns=claim,made&event=explosion&sort=made")).text
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"claim": "9 killed", "made": "2023-09"},
        {"claim": "A drone", "made": None},
    ]
    for query, parameter in (("event=nowhere", "event"), ("columns=claims", "columns"), ("colour=red", "colour")):
        assert (await get(anybody, f"/v1/assessments.csv?{query}", 422))["errors"][0]["parameter"] == parameter
    await patch(client, event, {"visibility": "restricted"})
    assert [row["claim"] for row in await rows(anybody)] == ["Elsewhere"]
