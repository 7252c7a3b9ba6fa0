"""Changes as they come: which, in what order, and what is shown of them to whom."""

import asyncio
import time
from typing import Any

import pytest
from calls import Json, claim, delete, get, patch, post, source, statement
from httpx import AsyncClient
from psycopg import Connection

ALL_POSITIONS = "SELECT seq || '-' || left(encode(hash, 'hex'), 8) FROM change ORDER BY seq"


async def all_changes(client: AsyncClient, query: str = "", limit: int = 3) -> list[Json]:
    """Page after page, from the beginning."""
    items: list[Json] = []
    since = ""
    while True:
        page = await get(client, f"/v1/changes?limit={limit}{since}{query}")
        items += page["items"]
        if not page["more"]:
            return items
        since = f"&since={page['position']}"


def kinds(items: list[Json]) -> list[str]:
    return [f"{item['op']} {item['type']}" for item in items]


async def test_every_change_comes_once_and_in_order(client: AsyncClient, event: str, psql: Connection) -> None:
    made = await claim(client, event)
    await statement(client, event, made, await source(client, "Mayor"), wording="yes")
    await delete(client, f"/v1/claims/{await claim(client, event, 'Twice')}")
    expected = [row[0] for row in psql.execute(ALL_POSITIONS)]
    items = await all_changes(client)
    assert [item["position"] for item in items] == expected
    assert (await get(client, f"/v1/changes?since={expected[-1]}"))["items"] == []
    assert (await get(client, "/v1/changes/checkpoint"))["position"] == expected[-1]
    first, last = items[0], items[-1]
    assert (first["type"], first["op"], first["version"], first["record"]["title"]) == (
        "event",
        "insert",
        1,
        "Explosion",
    )
    assert first["url"] == event
    assert (last["op"], last["url"], last["record"]["text"]) == ("delete", None, "Twice")
    assert (last["actor"], last["reason"]) == ("tester", None)


async def test_who_and_why_is_for_editors(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    headers = {"If-Match": "*", "Change-Reason": "A typing error"}
    await client.patch(event, json={"title": "Blast"}, headers=headers)
    history = (await get(anybody, f"{event}/history"))["items"]
    assert [(item["actor"], item["reason"]) for item in await all_changes(anybody)] == [(history[0]["actor"], None)] * 2
    assert history[0]["actor"] != "tester"
    last = (await all_changes(client))[-1]
    assert (last["actor"], last["reason"]) == ("tester", "A typing error")


async def test_what_is_hidden_is_left_out(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    """Nothing but the numbers of positions tells that there was something."""
    hidden = await post(client, "/v1/events", {"title": "Secret", "slug": "secret", "visibility": "restricted"})
    await claim(client, f"/v1/events/{hidden['id']}", "Secretly")
    protected = await source(client, "Insider Ivanov", confidential=True, party="russia")
    said = await statement(client, event, await claim(client, event), protected)
    told = await all_changes(anybody)
    assert kinds(told) == ["insert event", "insert claim", "insert statement"]
    for canary in ("Ivanov", "ecret", protected):
        assert canary not in str(told)
    mask = (await get(anybody, f"/v1/statements/{said}"))["source_id"]
    assert told[-1]["record"]["source_id"] == mask
    for name, value in (("event", "secret"), ("party", "russia")):
        refused = await get(anybody, f"/v1/changes?{name}={value}", 422)
        assert refused["errors"][0]["parameter"] == name
    # What is public later was always so, and the other way round.
    await patch(client, "/v1/events/secret", {"visibility": "public"})
    assert "Secretly" in str(await all_changes(anybody))
    await patch(client, event, {"visibility": "restricted"})
    assert "Explosion" not in str(await all_changes(anybody))


async def test_deletions_are_told_to_whoever_could_have_read_it(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    await delete(client, f"/v1/claims/{await claim(client, event)}")
    assert kinds(await all_changes(anybody)) == ["insert event", "insert claim", "delete claim"]
    protected = await source(client, "Insider Ivanov", confidential=True)
    await delete(client, f"/v1/sources/{protected}")
    assert protected not in str(await all_changes(anybody))
    assert protected in str(await all_changes(client))


@pytest.fixture
async def dispute(client: AsyncClient, event: str) -> dict[str, str]:
    """Two questions with a claim each, in one of two events; and a body of a side."""
    await post(client, "/v1/events", {"title": "Other", "slug": "other"})
    await claim(client, "/v1/events/other", "Elsewhere")
    cause = {"text": "Why?", "kind": "cause"}
    drone = await claim(client, event, "A drone", question=cause, accuses="ukraine")
    await claim(client, event, "At nine", question={"text": "When?", "kind": "time"})
    ministry = await source(client, "Ministry", party="russia", kind="authority")
    spokesman = await source(client, "Spokesman", parent=ministry, kind="official")
    said = await statement(client, event, drone, spokesman, wording="a drone")
    await post(
        client, f"/v1/statements/{said}/appearances", {"document": {"url": "https://a.example/1"}, "wording": "it"}
    )
    question = (await get(client, f"/v1/claims/{drone}"))["question_id"]
    return {"question": question, "spokesman": spokesman, "drone": drone, "said": said}


async def test_filters(client: AsyncClient, event: str, dispute: dict[str, str]) -> None:
    of_event = await all_changes(client, "&event=explosion")
    assert {item["event_id"] for item in of_event} == {event.rpartition("/")[2], None}
    assert "Elsewhere" not in str(of_event)
    assert "Spokesman" in str(of_event)
    assert kinds(await all_changes(client, "&type=claim&op=insert")) == ["insert claim"] * 3
    assert await all_changes(client, "&op=delete") == []
    assert kinds(await all_changes(client, f"&question={dispute['question']}")) == [
        "insert question", "insert claim", "insert statement", "insert appearance", "insert appearance",
    ]  # fmt: skip
    about = await all_changes(client, "&party=russia")
    assert kinds(about) == [
        "insert source", "insert source", "insert statement", "insert appearance", "insert appearance",
    ]  # fmt: skip
    assert {item["question_ids"][0] for item in about if item["question_ids"]} == {dispute["question"]}
    await source(client, "Kyiv", party="ukraine")
    assert kinds(await all_changes(client, "&party=ukraine")) == ["insert claim", "insert source"]


async def test_what_is_merged_is_of_both(client: AsyncClient, event: str, dispute: dict[str, str]) -> None:
    await post(client, "/v1/events/other/merge", {"into": event.rpartition("/")[2]}, 200)
    assert "Elsewhere" in str(await all_changes(client, "&event=explosion"))


async def test_since_a_time(client: AsyncClient, event: str, psql: Connection) -> None:
    at = "SELECT to_char(recorded_at - interval '%s', 'YYYY-MM-DD\"T\"HH24:MI:SSZ') FROM change"
    for span, count in (("1 day", 1), ("-1 day", 0)):
        row = psql.execute(at % span).fetchone()
        assert row
        assert len((await get(client, f"/v1/changes?since={row[0]}"))["items"]) == count
    for wrong in ("17", "1-xyz", "12-0a1b2c3d,2024"):
        assert (await get(client, f"/v1/changes?since={wrong}", 422))["errors"][0]["parameter"] == "since"


async def test_a_lost_position_is_a_fork(client: AsyncClient, event: str, psql: Connection) -> None:
    for title in ("A", "B", "C", "D", "E"):
        await patch(client, event, {"title": title})
    places = [row[0] for row in psql.execute(ALL_POSITIONS)]
    lost = f"4-{'0' * 8}"
    fork = await get(client, f"/v1/changes?since={lost}", 410)
    assert fork["type"] == "/problems/fork"
    assert fork["common"] is None
    assert fork["position"] == places[-1]
    assert fork["checkpoints"] == [places[2], places[1]]
    known = await get(client, f"/v1/changes?since={lost},3-{'0' * 8},{places[1]},{places[0]}", 410)
    assert known["common"] == places[1]
    beyond = await get(client, "/v1/changes?since=900-0a1b2c3d", 410)
    assert beyond["checkpoints"] == [places[5], places[4], places[2]]
    assert (await get(client, f"/v1/changes?since={places[1]},{lost}"))["items"]
    assert (await client.get(f"/v1/changes/stream?since={lost}")).status_code == 410
    answer = await client.get(f"{event}/stream", headers={"Last-Event-ID": lost})
    assert answer.status_code == 410


async def test_a_long_poll_waits(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    here = (await get(client, "/v1/changes/checkpoint"))["position"]
    began = time.monotonic()
    assert (await get(client, f"/v1/changes?since={here}&wait=0.4"))["items"] == []
    assert 0.4 <= time.monotonic() - began < 2

    waiting = asyncio.create_task(get(anybody, f"/v1/changes?since={here}&wait=20&type=claim"))
    await asyncio.sleep(0.3)
    await patch(client, event, {"title": "Later"})
    await asyncio.sleep(0.3)
    assert not waiting.done()
    began = time.monotonic()
    await claim(client, event, "Now")
    page: dict[str, Any] = await waiting
    assert time.monotonic() - began < 1
    assert kinds(page["items"]) == ["insert claim"]
    assert (await anybody.head(f"/v1/changes?since={page['position']}&wait=20")).status_code == 200


async def moves(client: AsyncClient, query: str) -> list[Json]:
    return await all_changes(client, f"&moved={query}")


async def test_what_moved_comes_with_old_and_new_and_why(client: AsyncClient, event: str, anybody: AsyncClient) -> None:
    """Once for all that one request changed, however many changes that are."""
    cause = {"text": "Why?", "kind": "cause"}
    first = {"source": {"name": "Mayor", "party": "kesra"}}
    drone = await claim(client, event, "A drone", question=cause, statements=[first])
    question = (await get(client, f"/v1/claims/{drone}"))["question_id"]
    assert await moves(anybody, "standing,status") == []
    await claim(
        client, event, "A drone", question=cause, statements=[{"source": {"name": "Witness", "party": "press"}}]
    )
    (told,) = await moves(anybody, "standing")
    (moved,) = told["moved"]["standings"]
    assert (moved["claim_id"], moved["from"], moved["to"]) == (drone, "single_origin", "corroborated")
    assert "2 independent sources" in moved["why"]
    assert moved["why_before"].startswith("1 independent source")
    assert told["moved"]["statuses"] == []
    assert (told["type"], told["op"], told["event_id"]) == ("statement", "insert", event.rpartition("/")[2])
    assert told["position"] == (await get(client, "/v1/changes/checkpoint"))["position"]
    (told,) = await moves(anybody, f"status&question={question}&lang=fr")
    (moved,) = told["moved"]["statuses"]
    assert (moved["from"], moved["to"]) == ("open", "agreed")
    other = await claim(client, event, "At nine", question={"text": "When?", "kind": "time"}, statements=[first])
    elsewhere = (await get(client, f"/v1/claims/{other}"))["question_id"]
    assert await moves(anybody, f"status&question={elsewhere}") == []
    assert len(await moves(anybody, "standing&type=statement&op=insert")) == 1
    assert await moves(anybody, "standing&type=assessment") == []
    assert await moves(anybody, "standing&event=explosion") == await moves(anybody, "standing")


async def test_what_a_source_is_moves_what_it_said(client: AsyncClient, event: str, anybody: AsyncClient) -> None:
    await claim(client, event, "A drone", statements=[{"source": {"name": "A"}}, {"source": {"name": "B"}}])
    sources = [item["source_id"] for item in (await get(client, f"{event}/statements"))["items"]]
    for key in sources:
        await patch(client, f"/v1/sources/{key}", {"party": "kesra"})
    told = await moves(anybody, "standing")
    assert [moved["to"] for item in told for moved in item["moved"]["standings"]] == ["one_sided"]
    assert (told[0]["type"], told[0]["id"]) == ("source", sources[-1])
    # Whoever may not know on which side a source is sees nothing move by that.
    await patch(client, f"/v1/sources/{sources[0]}", {"confidential": True})
    assert await moves(anybody, "standing") == []
    assert len(await moves(client, "standing")) == 1


async def test_what_a_source_moves_in_more_events_than_are_looked_into_is_not_kept_silent(
    client: AsyncClient, anybody: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [{"source": {"name": name, "party": "press"}} for name in ("Olena Koval", "Ivan Bondar")]
    for nth in range(5):
        visibility = "restricted" if nth == 4 else "public"
        made = await post(client, "/v1/events", {"title": f"E{nth}", "slug": f"e{nth}", "visibility": visibility}, 201)
        await claim(client, f"/v1/events/{made['id']}", "A drone", statements=both)
    key = (await get(client, "/v1/events/e0/statements"))["items"][0]["source_id"]
    await patch(client, f"/v1/sources/{key}", {"party": "kesra"})
    ids = [(await get(client, f"/v1/events/e{nth}"))["id"] for nth in range(5)]

    async def told(reader: AsyncClient, most: int, query: str = "standing") -> tuple[list[str], list[bool]]:
        """The events in which something moved, and whether more is told of."""
        monkeypatch.setattr("app.services.changes.moved._MOST_EVENTS", most)
        items = await moves(reader, query)
        more = [item["moved"]["more_events"] for item in items if not item["moved"]["standings"]]
        assert all(item["id"] == key for item in items)
        return sorted(item["event_id"] for item in items if item["moved"]["standings"]), more

    assert await told(anybody, 2) == (ids[2:4], [True])
    assert await told(client, 2) == (ids[3:], [True])
    assert await told(anybody, 4) == (ids[:4], [])  # one that is hidden does not count
    assert await told(client, 4) == (ids[1:], [True])
    assert await told(client, 5) == (ids, [])
    # Those that are asked for are all looked into.
    assert await told(anybody, 2, "standing&event=e0,e1,e2") == (ids[:3], [])
    assert await told(anybody, 2, "standing&type=claim") == ([], [])


async def test_nothing_moves_in_what_is_hidden(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    for party in ("press", "kesra"):
        speaker = {"source": {"name": party, "party": party}}
        await claim(client, event, "A drone", question={"text": "Why?", "kind": "cause"}, statements=[speaker])
    assert len(await moves(anybody, "standing")) == 1
    await patch(client, event, {"visibility": "restricted"})
    assert await moves(anybody, "standing") == []
    assert len(await moves(client, "standing")) == 1


async def test_what_was_redacted_is_nowhere(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    made = await claim(client, event, "Canary")
    await patch(client, f"/v1/claims/{made}", {"text": "Canary again"})
    await post(client, f"/v1/claims/{made}/redact", {"reason": "A court's order"}, 200)
    await claim(client, event, "After it")
    for reader in (client, anybody):
        told = await all_changes(reader)
        assert "Canary" not in str(told)
        assert told[-1]["record"]["text"] == "After it"
