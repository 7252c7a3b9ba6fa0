"""Tables over many events: statements as flat rows, and the tables of several events in one."""

import csv
import io
import json

import pytest
from calls import Json, claim, get, patch, post, source, statement
from httpx import AsyncClient

from app.formats import csv as event_table
from app.formats import flat
from app.services import table_exports


async def rows(client: AsyncClient, path: str) -> list[dict[str, str]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


async def objects(client: AsyncClient, path: str) -> list[Json]:
    return [json.loads(line) for line in (await client.get(path)).text.splitlines()]


@pytest.fixture
async def events(client: AsyncClient, event: str) -> list[str]:
    """Two public ones with three statements of one ministry and one protected, and a restricted one."""
    ministry = await source(client, "Ministry", party="russia", disclosure="named")
    secret = await source(client, "Deep Throat", confidential=True)
    paper = {"url": "https://a.example/1", "title": "Paper", "publisher": {"name": "Daily"}, "published": "2023-08-09"}
    others = [
        await post(client, "/v1/events", {"title": title, "slug": title.lower()}) for title in ("Second", "Third")
    ]
    paths = [event, *(f"/v1/events/{one['id']}" for one in others)]
    for nth, path in enumerate(paths):
        question = {"measure": "killed"}
        given = {"source": ministry, "document": paper, "wording": f"=words {nth}", "said": f"2023-08-0{nth + 1}"}
        await post(client, f"{path}/claims", {"question": question, "figure": {"min": nth + 1}, "statements": [given]})
    about = await claim(client, paths[1], "A drone", question={"text": "What?", "kind": "cause"})
    await statement(client, paths[1], about, ministry, said="2023-08-05")
    await statement(client, paths[1], about, secret)
    await patch(client, paths[2], {"visibility": "restricted"})
    return paths


async def test_all_statements_of_one_source_over_all_events(
    client: AsyncClient, anybody: AsyncClient, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_once in (200, 1):
        monkeypatch.setattr(table_exports, "_ROWS_AT_ONCE", at_once)
        told = await rows(anybody, "/v1/statements.csv?source=ministry&sort=said")
        assert [(one["event"], one["claim"], one["qualifier"], one["min"], one["question"]) for one in told] == [
            ("Explosion", "1 killed", "exact", "1", "Killed"),
            ("Second", "2 killed", "exact", "2", "Killed"),
            ("Second", "A drone", "", "", "What?"),
        ]
        assert [(one["document_title"], one["publisher"], one["wording"]) for one in told][::2] == [
            ("Paper", "Daily", "=words 0"),
            ("", "", ""),
        ]
        assert {one["source"] for one in told} == {"Ministry"}
        assert len(await rows(client, "/v1/statements.csv?source=Ministry")) == 4
    assert tuple(told[0]) == flat.COLUMNS
    assert set(flat.COLUMNS) < set(event_table.COLUMNS)


async def test_rows_are_masked_filtered_and_named_as_asked(
    client: AsyncClient, anybody: AsyncClient, events: list[str]
) -> None:
    every = (await anybody.get("/v1/statements.csv")).text
    assert "Deep Throat" not in every
    assert "Third" not in every
    assert len(await rows(anybody, "/v1/statements.csv")) == 4
    assert "Deep Throat" in (await client.get("/v1/statements.csv")).text
    safe = await rows(
        anybody, "/v1/statements.csv?columns=wording,event_slug&safe=true&bom=true&event=second&sort=said"
    )
    assert [list(one.values()) for one in safe][:1] == [["'=words 1", "second"]]
    listed = await objects(anybody, "/v1/statements.ndjson?columns=event,min,source&event=explosion")
    assert listed == [{"event": "Explosion", "min": 1.0, "source": "Ministry"}]
    answer = await anybody.get("/v1/statements.csv?columns=event")
    assert (
        await anybody.get("/v1/statements.csv?columns=event", headers={"If-None-Match": answer.headers["ETag"]})
    ).status_code == 304
    for path in ("statements.csv", "statements.ndjson", "export.csv", "events/second/export.csv"):
        for columns, words in (
            ("event,clam", "no column `clam`; the nearest are `claim`"),
            ("date,event", "no column `date`; the nearest are `said`"),
            ("event,<b>", "no column number 2"),
            ("event,claim,event", "`event` is named twice"),
        ):
            told = await get(anybody, f"/v1/{path}?columns={columns}", 422)
            assert told["errors"][0]["parameter"] == "columns"
            assert words in told["errors"][0]["detail"]
    for path in ("statements.csv", "assessments.ndjson"):
        told = await get(anybody, f"/v1/{path}?columns=claim_standing", 422)
        assert "/v1/export.csv has that column" in told["errors"][0]["detail"]
    for path in ("statements.csv", "export.csv", "statements"):
        for name in ("said_before", "as_of", "independence"):
            told = await get(anybody, f"/v1/{path}?{name}=2023", 422)
            assert told["errors"][0]["detail"].startswith(
                f"no such parameter: `{name}` (the pictures and files of one event"
            )
    told = await get(anybody, "/v1/statements.ndjson?safe=true", 422)
    assert told["errors"][0]["parameter"] == "safe"
    assert (await get(anybody, "/v1/statements.xls", 422))["errors"][0]["parameter"] == "format"


async def test_several_events_stances_and_languages_are_asked_for_at_once(
    client: AsyncClient, anybody: AsyncClient, events: list[str]
) -> None:
    said = [("explosion", "support"), ("second", "support"), ("second", "support"), ("second", "deny")]
    denied = await claim(client, events[1], "A balloon", translations={"fr": "Un ballon"}, language="en")
    ministry = (await objects(anybody, "/v1/statements.ndjson?event=second&source=Ministry"))[0]["source_id"]
    words = {"document": {"url": "https://b.example/1"}, "wording": "Net", "language": "ru"}
    await statement(client, events[1], denied, ministry, stance="deny", **words)
    for query, expected in (
        ("event=explosion,second&stance=support,deny&source=Ministry", said),
        ("event=explosion,%20second&stance=denied&source=Ministry", said[3:]),
        ("event=explosion&stance=deny,support", said[:1]),
        ("stance=deny,comment", said[3:]),
        ("explicitness=implied,inferred", []),
        ("explicitness=implied,explicit&source=Ministry", said),
        ("language=ru,uk", said[3:]),
        ("language=uk", []),
    ):
        told = await rows(anybody, f"/v1/statements.csv?sort=created_at&{query}")
        assert [(row["event_slug"], row["stance"]) for row in told] == expected, query
        assert len((await get(anybody, f"/v1/statements?{query}"))["items"]) == len(expected)
    for query, number in (("stance=deny,comment", 1), ("language=fr", 1), ("language=fr,en", 1), ("language=de", 0)):
        assert len((await get(anybody, f"/v1/claims?{query}"))["items"]) == number, query
    for path in ("statements", "statements.csv"):
        refused = await get(anybody, f"/v1/{path}?stance=deny,suport", 422)
        assert refused["errors"][0]["parameter"] == "stance"
        assert "did you mean `support`?" in refused["errors"][0]["detail"]
        refused = await get(anybody, f"/v1/{path}?language=ru,xx", 422)
        assert "`xx`" in refused["errors"][0]["detail"]


async def test_the_tables_of_many_events_are_theirs_one_after_the_other(
    client: AsyncClient, anybody: AsyncClient, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_once in (10, 1):
        monkeypatch.setattr(table_exports, "_EVENTS_AT_ONCE", at_once)
        for caller, names in ((anybody, ("explosion", "second")), (client, ("explosion", "second", "third"))):
            apart = [one for name in names for one in await rows(caller, f"/v1/events/{name}/export.csv")]
            assert await rows(caller, "/v1/export.csv?sort=created_at") == apart
            assert await rows(caller, f"/v1/export.csv?sort=created_at&event={','.join(names)}") == apart
    assert {one["event"] for one in await rows(anybody, "/v1/export.csv?event=second&columns=event,said")} == {"Second"}
    assert await rows(anybody, "/v1/export.csv?q=nothing") == []
    for path in ("export.csv", "statements.csv", "statements.ndjson"):
        for named, words in (
            ("explosion,third", "no such event that you may see: `third`"),
            ("nowhere,explosion", "no such event that you may see: `nowhere`"),
            ("explosion,", "number 2 of the list names no event"),
            ("explosion,A%20B", "number 2 of the list names no event"),
            ("explosion,A", "`A` names no event"),
            (",".join(["explosion"] * 101), "more than 100"),
        ):
            told = await get(anybody, f"/v1/{path}?event={named}", 422)
            assert told["errors"][0]["parameter"] == "event", named
            assert words in told["errors"][0]["detail"]
