"""Times asked for where times of recording are not those of a clock: the database's was ahead, and was set back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from calls import claim, delete, get, patch
from clocks import ahead
from describing import goes_on, inlined
from fastapi import FastAPI
from hooking import hook
from ledgers import Connection, value
from receiving import Receiver

from app.api.kept import store
from app.services import ledger
from app.settings import Settings

PICTURES = ("dossier", "dossier?view=compact", "timeline", "figures", "matrix")


def at(**later: float) -> str:
    """The time now, or a little later, as a caller writes it."""
    return f"{datetime.now(UTC) + timedelta(**later):%Y-%m-%dT%H:%M:%S.%fZ}"


def head(psql: Connection) -> datetime:
    reached: datetime = value(psql, "SELECT recorded_at FROM ledger_head")
    return reached


async def ask(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    return await client.get(path, headers=headers)


async def hinted(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    """The hint, which is the same in the header and in the body."""
    answer = await ask(client, path)
    assert answer.status_code == status, answer.text
    hint: str = answer.headers.get("Hint", "")
    if status == 200:
        assert (answer.json().get("hint") or "") == hint
    return hint


@pytest.fixture
async def before(client: httpx.AsyncClient, event: str) -> str:
    """A time at which something had been recorded, and not the last before the clock went ahead."""
    await claim(client, event, text="It was gas")
    told = at()
    await claim(client, event, text="It was a shell")
    return told


async def texts(client: httpx.AsyncClient, path: str) -> set[str]:
    return {one["text"] for one in (await get(client, path))["unasked"]}


async def test_a_time_in_the_stretch_is_told_and_no_other(
    client: httpx.AsyncClient, psql: Connection, event: str, before: str, database_url: str
) -> None:
    last_right = head(psql)
    with ahead(psql):
        await claim(client, event, text="It was a drone")
    reached = head(psql)
    dossier = f"{event}/dossier"
    for is_noted in (False, True):  # by the ledger: as soon as something is written after the clock was set back
        if is_noted:
            await claim(client, event, text="It was lightning")
        for picture in PICTURES:
            sign = "&" if "?" in picture else "?"
            for time in (at(), at(hours=23)):
                hint = await hinted(client, f"{event}/{picture}{sign}as_of={time}")
                assert f"{last_right:%Y-%m-%dT%H:%M:%S.%f}Z" in hint
                assert f"{reached:%Y-%m-%dT%H:%M:%S.%f}Z" in hint
            for time in (before, at(days=2)):
                assert not await hinted(client, f"{event}/{picture}{sign}as_of={time}")
        assert await texts(client, f"{dossier}?as_of={at()}") == {"It was gas", "It was a shell"}
        told = await get(client, dossier)
        assert told["hint"] is None
        exact = await get(client, f"{dossier}?as_of={told['position']}")
        assert exact["hint"] is None
        assert {one["text"] for one in exact["unasked"]} == {one["text"] for one in told["unasked"]}
        assert len(exact["unasked"]) == 3 + is_noted
    assert head(psql) == reached
    assert ledger.verify(database_url) == []


async def test_every_time_of_recording_that_may_be_asked_for(
    client: httpx.AsyncClient, psql: Connection, event: str, described: dict[str, Any]
) -> None:
    """Whatever form the answer has, a header says so; and of what is JSON and no list the body, too."""
    document = (await client.post("/v1/documents", json={"url": "https://paper.example/1"})).json()["id"]
    before = at()
    await claim(client, event, text="It was a shell")
    with ahead(psql):
        await patch(client, event, {"summary": "A drone, they say"})
    asked, told_twice = set(), set()
    reads = [(path, operations["get"]) for path, operations in inlined(described).items() if "get" in operations]
    for path, operation in reads:
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        url = path.replace("{event}", event.rpartition("/")[2]).replace("{document}", document)
        method = "HEAD" if goes_on(operation) else "GET"
        for name in names & {"as_of", "since", "until"}:
            query = {"since": before} if name == "until" else {}
            answer = await client.request(method, url, params=query | {name: at()})
            assert answer.status_code == 200, (path, name, answer.text)
            assert "clock was ahead" in answer.headers["Hint"], (path, name)
            if method == "GET" and answer.headers["Content-Type"] == "application/json" and "hint" in answer.json():
                assert answer.json()["hint"].startswith(answer.headers["Hint"]), (path, name)
                told_twice.add(operation["operationId"])
            sure = await client.request(method, url, params=query | {name: before})
            assert (sure.status_code, sure.headers.get("Hint")) == (200, None), (path, name)
            asked.add((operation["operationId"], name))
    pictures = {f"get_{name}" for name in ("dossier", "timeline", "figures", "matrix", "diff", "audit", "news")}
    assert told_twice == pictures
    others = {"export_csv", "export_jsonld", "list_changes", "stream_changes", "stream_event"}
    assert {name for name, _ in asked} == pictures | others
    assert len(asked) == len(pictures | others) + 2  # a diff and the news have two times


@pytest.mark.usefixtures("before")
async def test_what_is_kept_is_told_when_the_clock_is_set_back(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, app: FastAPI, psql: Connection, event: str
) -> None:
    app.state.kept = store.store(Settings(kept_mb=8), anonymous_seconds=0, heads=app.state.heads)
    path = f"{event}/dossier?as_of={at(hours=1)}"
    with ahead(psql):
        await claim(client, event, text="It was a drone")
        for caller in (client, anybody):
            first = await ask(caller, path)
            assert "Hint" not in first.headers
            assert (await ask(caller, path, **{"If-None-Match": first.headers["ETag"]})).status_code == 304
    for caller in (client, anybody):
        told = await ask(caller, path, **{"If-None-Match": first.headers["ETag"]})
        assert (told.status_code, told.json()["hint"]) == (200, told.headers["Hint"])
        again = await ask(caller, path, **{"If-None-Match": told.headers["ETag"]})
        assert (again.status_code, again.headers["Hint"]) == (304, told.headers["Hint"])
        assert (await ask(caller, path)).content == told.content
        app.state.kept, kept = None, app.state.kept
        assert (await ask(caller, path)).content == told.content
        again = await ask(caller, path, **{"If-None-Match": told.headers["ETag"]})
        assert (again.status_code, again.headers["Hint"]) == (304, told.headers["Hint"])
        app.state.kept = kept
        # A picture of now, or by a position, is the same picture.
        assert "Hint" not in (await ask(caller, f"{event}/dossier")).headers


async def test_what_was_kept_is_told_also_if_nobody_asked_while_the_clock_was_behind(
    client: httpx.AsyncClient, psql: Connection, event: str, before: str
) -> None:
    other = (await client.post("/v1/events", json={"title": "A fire"})).json()["id"]
    path = f"{event}/dossier?as_of={at(hours=1)}"
    with ahead(psql):
        await claim(client, event, text="It was a drone")
        first = await ask(client, path)
        assert "Hint" not in first.headers
    with psql.transaction():  # past the service
        psql.execute("UPDATE event SET summary = 'Out' WHERE id = %s", [other])
    with ahead(psql):  # the clock has caught up
        told = await ask(client, path, **{"If-None-Match": first.headers["ETag"]})
        assert told.status_code == 200
        assert "clock was ahead" in told.headers["Hint"]


async def test_what_had_not_been_recorded_yet_is_told(client: httpx.AsyncClient, psql: Connection) -> None:
    """By its own time an event is there already: a 404 says why it is not."""
    assert "Hint" not in (await ask(client, f"/v1/events/ref:none/dossier?as_of={at()}")).headers
    with ahead(psql):
        made = (await client.post("/v1/events", json={"title": "A fire"})).json()["id"]
    for written in range(2):
        for path in ("dossier?as_of=", "export.csv?as_of=", "news?since=2020&until=", "diff?since=2020&until="):
            told = await get(client, f"/v1/events/{made}/{path}{at()}", 404)
            assert "what was recorded may bear a time as late as" in told["detail"], path
        if not written:
            await patch(client, f"/v1/events/{made}", {"summary": "Out"})
    told = await get(client, f"/v1/events/{made}/diff?since={at()}")
    assert "clock was ahead" in told["hint"]
    assert "All of it is new" in told["hint"]


@pytest.mark.usefixtures("hooked")
async def test_a_webhook_that_begins_at_such_a_time(
    client: httpx.AsyncClient, receiver: Receiver, psql: Connection, event: str, before: str
) -> None:
    with ahead(psql):
        await claim(client, event, text="It was a drone")
    webhook = await hook(client, receiver)
    for time, is_told in ((at(), True), (before, False)):
        answer = await client.patch(f"/v1/webhooks/{webhook['id']}", json={"since": time})
        assert answer.status_code == 200, answer.text
        assert ("Hint" in answer.headers) is is_told


def stretches(psql: Connection) -> list[tuple[datetime | None, datetime]]:
    return psql.execute("SELECT lower(h), upper(h) FROM ledger_head, unnest(held) h").fetchall()


async def test_what_the_ledger_notes(client: httpx.AsyncClient, psql: Connection, event: str, before: str) -> None:
    """One stretch each time, of what was written meanwhile, whoever writes it."""
    last_right = head(psql)
    with ahead(psql):
        await claim(client, event, text="It was a drone")
    reached = head(psql)
    assert stretches(psql) == []
    for nth in range(2):
        await patch(client, event, {"summary": f"Out {nth}"})
        assert stretches(psql) == [(last_right, reached)]
    psql.execute("DELETE FROM claim")
    assert stretches(psql) == [(last_right, reached)]
    # Set back further, it was wrong for longer.
    with ahead(psql, "-1 hour"):
        psql.execute("UPDATE event SET summary = 'By hand'")
    assert stretches(psql) == [(None, reached)]
    # Ahead again, and by more.
    with ahead(psql, "3 days"):
        psql.execute("UPDATE event SET summary = 'By hand, later'")
    assert stretches(psql) == [(None, reached)]
    psql.execute("UPDATE event SET summary = 'By hand, at last'")
    assert stretches(psql) == [(None, head(psql))]


async def test_less_than_a_second_is_nothing(client: httpx.AsyncClient, psql: Connection, event: str) -> None:
    """Clocks are corrected by that, and those of two machines differ."""
    told = at(seconds=0.4)
    with ahead(psql, "0.9 seconds"):
        await claim(client, event, text="It was a drone")
    await patch(client, event, {"summary": "Held"})
    assert head(psql) > datetime.now(UTC)
    assert stretches(psql) == []
    assert not await hinted(client, f"{event}/dossier?as_of={told}", 200)


async def test_a_redaction_that_is_written_meanwhile(
    client: httpx.AsyncClient, psql: Connection, event: str, before: str, database_url: str
) -> None:
    """The change that says that a deleted record was redacted is no other trigger's."""
    gone = f"/v1/claims/{await claim(client, event, text='It was Petrov')}"
    await delete(client, gone)
    last_right = head(psql)
    with ahead(psql):
        await patch(client, event, {"summary": "Later"})
    reached = head(psql)
    answer = await client.post(f"{gone}/redact", json={"reason": "A court"})
    assert answer.status_code == 200, answer.text
    assert stretches(psql) == [(last_right, reached)]
    assert ledger.verify(database_url) == []
    assert "clock was ahead" in await hinted(client, f"{event}/dossier?as_of={at()}")


async def test_the_head_stays_small(client: httpx.AsyncClient, psql: Connection, event: str, before: str) -> None:
    """Of a clock that is set back again and again it keeps a hundred stretches, then one that has them all."""
    psql.execute("""
        UPDATE ledger_head SET held = (
            SELECT range_agg(tstzrange(day, day + interval '1 hour', '(]'))
            FROM generate_series(timestamptz '2020-01-01Z', '2020-04-08Z', '1 day') day)""")
    for hours, count in ((0, 100), (9, 1)):
        for by in (hours, hours + 2, hours + 1):  # right, ahead, and set back
            with ahead(psql, f"{by} hours"):
                await patch(client, event, {"summary": f"By {by}"})
        assert len(stretches(psql)) == count
    since, until = stretches(psql)[0]
    assert since is not None
    assert (since.year, until) == (2020, head(psql))
