"""The table of a list and the tables of its events: what has one name in both has the same cells."""

import csv
import io

import pytest
from calls import claim, document, patch, post, source, statement
from httpx import AsyncClient

from app.formats import flat
from app.services import table_exports


async def table(client: AsyncClient, path: str) -> dict[str, dict[str, str]]:
    """By statement, the columns that a list's table has."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    return {row["statement_id"]: {name: row[name] for name in flat.COLUMNS} for row in rows}


async def test_both_tables_of_the_demo_have_the_same_cells(demo: AsyncClient) -> None:
    listed = await table(demo, "/v1/statements.csv")
    assert listed == await table(demo, "/v1/export.csv")
    assert {row["said_known_by"] for row in listed.values()} >= {"said", "published"}
    assert not [row for row in listed.values() if not row["said_from"]]
    assert {row["claim"] for row in listed.values()} >= {"9 killed"}
    assert {row["question"] for row in listed.values()} >= {"Killed"}
    russian = await table(demo, "/v1/statements.csv?lang=ru")
    assert russian == await table(demo, "/v1/export.csv?lang=ru")
    assert {row["claim"] for row in russian.values()} >= {"Погибшие: 9"}
    assert {row["question"] for row in russian.values()} >= {"Погибшие"}
    in_both = listed.keys() & russian.keys()
    differing = {name for id_ in in_both for name in flat.COLUMNS if listed[id_][name] != russian[id_][name]}
    assert (len(in_both), differing) == (len(listed), {"claim", "question"})


@pytest.mark.parametrize(
    "path",
    [
        *(f"events/zagorsk-2023/export.{ending}" for ending in ("csv", "jsonld")),
        *("export.csv", "statements.csv", "statements.ndjson", "assessments.csv", "assessments.ndjson"),
    ],
)
async def test_files_are_in_english_unless_the_address_says_otherwise(demo: AsyncClient, path: str) -> None:
    """Whoever asks: a program's header is not what its author has thought of."""
    english = await demo.get(f"/v1/{path}")
    told = await demo.get(f"/v1/{path}", headers={"Accept-Language": "ru"})
    assert (told.content, told.headers["ETag"]) == (english.content, english.headers["ETag"])
    asked = await demo.get(f"/v1/{path}?lang=ru")
    assert [answer.headers["Content-Language"] for answer in (english, told, asked)] == ["en", "en", "ru"]
    assert asked.headers["ETag"] != english.headers["ETag"]
    for answer in (english, told, asked):
        assert "Accept-Language" not in answer.headers["Vary"]
    if "assessments" not in path:  # no figure of the demo is rated
        assert ("Погибшие" in english.text, "Погибшие" in asked.text) == (False, True)


async def test_both_tables_follow_merges_and_mask_alike(
    client: AsyncClient, anybody: AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await post(client, "/v1/events", {"title": "The same explosion"})
    ministry, agency = await source(client, "Ministry of Kesra", party="russia"), await source(client, "Agency")
    office = await source(client, "Press office", parent=ministry)
    secret = await source(client, "Deep Throat", confidential=True, party="russia")
    papers = [
        await document(client, f"https://a.example/{nth}", published=day, publisher={"name": f"Paper {nth}"})
        for nth, day in enumerate(("2023-08-12", "2023-08-11", "2023-08-10"))
    ]
    children = {"measure": "injured", "subject": "children"}
    figures = [
        await claim(client, path, None, question=children, figure={"min": 4})
        for path in (event, f"/v1/events/{other['id']}")
    ]
    part = await claim(client, event, None, question=children, figure={"min": 2, "of": figures[0]})
    drone, balloon = [await claim(client, event, text) for text in ("A drone", "A balloon")]
    first = await statement(client, event, drone, office, document=papers[0], wording="Late words")
    hops = [{"source": secret}, {"source": agency, "state": "proposed"}]
    await post(client, f"/v1/statements/{first}/appearances", {"document": papers[1], "wording": "Early", "hops": hops})
    hidden = await statement(client, event, balloon, secret, said="2023-08-09")
    await statement(client, event, part, secret, document=papers[2], supersedes=hidden)
    await statement(client, event, figures[0], ministry, supersedes=hidden)
    await statement(client, f"/v1/events/{other['id']}", figures[1], None, document=papers[2])
    for merged, into in (
        (f"claims/{balloon}", drone),
        (f"sources/{agency}", office),
        (f"documents/{papers[2]}", papers[0]),
        (f"events/{other['id']}", event.rsplit("/", 1)[-1]),
    ):
        await post(client, f"/v1/{merged}/merge", {"into": into}, 200)
    for at_once, caller in ((200, client), (200, anybody), (1, client), (1, anybody)):
        monkeypatch.setattr(table_exports, "_ROWS_AT_ONCE", at_once)
        listed = await table(caller, "/v1/statements.csv")
        assert len(listed) == 5
        assert listed == await table(caller, "/v1/export.csv")
    assert "Deep Throat" not in str(listed)
    assert listed[first]["wording"] == "Late words"  # its document is the earliest since the merge
    assert listed[first]["source_party"] == "russia"
    await patch(client, event, {"visibility": "restricted"})
    assert await table(anybody, "/v1/statements.csv") == await table(anybody, "/v1/export.csv")
