"""Exports over HTTP: who may see what, what the headers say, and that nobody can hold a stream for ever."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import make
import psycopg
import pytest
from calls import claim, get, patch, post, source, statement
from fastapi import FastAPI
from roundtrip import lines

from app import turns
from app.services import exporting, maps, streaming
from app.services.access import Caller

OF_EVENT = {
    "export.csv": "text/csv; charset=utf-8; header=present",
    "export.jsonld": "application/ld+json",
    "export.atom": "application/atom+xml",
    "export.ndjson": "application/x-ndjson",
}
WHOLE = {"/v1/export.ndjson": "application/x-ndjson", "/v1/events.geojson": "application/geo+json"}
NAMES = {
    "export.csv": 'attachment; filename="explosion.csv"',
    "export.jsonld": 'attachment; filename="explosion.jsonld"',
    "export.atom": 'inline; filename="explosion.atom"',
    "export.ndjson": 'attachment; filename="explosion.ndjson"',
    "/v1/export.ndjson": 'attachment; filename="counterclaim.ndjson"',
    "/v1/events.geojson": 'inline; filename="events.geojson"',
}
EVERY = [*(f"/v1/events/explosion/{name}" for name in OF_EVENT), *WHOLE]


@pytest.fixture
async def told(client: httpx.AsyncClient, event: str) -> str:
    """The id of a claim about the event, with a statement."""
    about = await claim(client, event)
    await statement(client, event, about, await source(client, "Sergei Pakhomov", kind="official"), said="2023-08-09")
    return about


@pytest.mark.parametrize("path", EVERY)
async def test_headers_and_conditional_requests(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, told: str, path: str
) -> None:
    name = path.rsplit("/", 1)[1]
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == WHOLE.get(path) or answer.headers["Content-Type"] == OF_EVENT[name]
    assert answer.headers["Content-Disposition"] == NAMES[path if path in NAMES else name]
    tag = {"If-None-Match": answer.headers["ETag"]}
    head = await client.head(path)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    assert (await client.get(path, headers=tag)).status_code == 304
    await patch(client, f"/v1/claims/{told}", {"text": "It was a pyrotechnics warehouse"})
    changed = await client.get(path, headers=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != answer.headers["ETag"]
    assert (await client.get(f"{path}?misspelt=1")).status_code == 422
    assert (await anybody.get(path)).status_code == 200


@pytest.mark.parametrize("name", OF_EVENT)
async def test_an_event_that_is_not_there(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, told: str, name: str
) -> None:
    assert (await client.get(f"/v1/events/nowhere/{name}")).status_code == 404
    await patch(client, "/v1/events/explosion", {"visibility": "restricted"})
    assert (await anybody.get(f"/v1/events/explosion/{name}")).status_code == 404
    assert (await client.get(f"/v1/events/explosion/{name}")).status_code == 200
    other = (await post(client, "/v1/events", {"title": "The same", "slug": "same"}))["id"]
    await post(client, "/v1/events/explosion/merge", {"into": other}, 200)
    moved = await client.get(f"/v1/events/explosion/{name}")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/events/{other}/{name}")


@pytest.mark.parametrize("path", EVERY)
async def test_nothing_tells_who_a_protected_source_is(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, path: str
) -> None:
    about = await claim(client, event)
    owner = await source(client, "Secret owner", party="russia")
    hidden = await source(client, "Deep Throat", kind="official", confidential=True, parent=owner, role="a clerk")
    place = {"url": "https://news.example/1", "publisher": hidden}
    await statement(client, event, about, hidden, wording="It was a drone", document=place)
    kept = await post(client, "/v1/events", {"title": "Kept back", "slug": "kept-back", "visibility": "restricted"})
    await post(client, f"{event}/event-links", {"relation": "related", "to": kept["id"]})
    seen = (await anybody.get(path)).text
    for secret in ("Deep Throat", "Secret owner", "a clerk", hidden, owner, "russia", "Kept back", kept["id"]):
        assert secret not in seen, secret
    if "geojson" not in path:
        assert "Deep Throat" in (await client.get(path)).text


async def test_what_anybody_exports_can_be_read_again(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    """A protected source has no name, and then can't be called named."""
    about = await claim(client, event)
    hidden = await source(client, "Deep Throat", kind="official", confidential=True)
    await statement(client, event, about, hidden)
    for event_id in (None, "explosion"):
        [masked] = [line for line in await lines(anybody, event_id) if line["type"] == "source"]
        assert masked.keys() == {"type", "id", "kind", "disclosure", "confidential", "placed"}
        assert (masked["disclosure"], masked["confidential"]) == ("anonymous", True)
        [said] = [line for line in await lines(anybody, event_id) if line["type"] == "statement"]
        assert said["source"] == masked["id"] != hidden


async def test_the_moment_of_a_picture(client: httpx.AsyncClient, event: str, told: str) -> None:
    about = await claim(
        client, event, "It was a warehouse", statements=[{"source": {"name": "B"}, "said": "2023-08-11"}]
    )
    for name in ("export.csv", "export.jsonld"):
        whole, before = [(await client.get(f"{event}/{name}{query}")).text for query in ("", "?said_before=2023-08-10")]
        assert (about in whole, about in before, told in before) == (True, False, True)
        early = await client.get(f"{event}/{name}?as_of=2001")
        assert early.status_code == 404


# --- maps ------------------------------------------------------------------------------------------------------------


async def test_a_map_of_events(client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, told: str) -> None:
    await patch(
        client,
        event,
        {"latitude": 56.3, "longitude": 38.13, "place_precision": "town", "country": "ru", "kind": "blast"},
    )
    twin = (await post(client, "/v1/events", {"title": "The same"}))["id"]
    await claim(client, f"/v1/events/{twin}", "It was two drones")
    await post(client, f"/v1/events/{twin}/merge", {"into": event.rsplit("/", 1)[1]}, 200)
    await post(client, "/v1/events", {"title": "Elsewhere", "occurred": "2022"})
    await post(client, "/v1/events", {"title": "Kept back", "visibility": "restricted", "latitude": 1, "longitude": 2})
    found = await get(anybody, "/v1/events.geojson?sort=-occurred")
    assert found["type"] == "FeatureCollection"
    first, second = found["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [38.13, 56.3]}
    about = first["properties"]
    assert (about["place_precision"], about["slug"], about["occurred"]) == ("town", "explosion", "2023-08-09")
    assert [about[name] for name in ("questions", "claims", "statements", "assessments")] == [0, 2, 1, 0]
    assert (second["geometry"], second["properties"]["claims"]) == (None, 0)
    assert [f["properties"]["title"] for f in (await get(client, "/v1/events.geojson?sort=title"))["features"]] == [
        "Elsewhere",
        "Explosion",
        "Kept back",
    ]
    assert (about["statuses"], about["tolls"]) == ({}, [])
    only = await get(client, "/v1/events.geojson?kind=blast&country=RU&occurred_from=2023")
    assert [one["id"] for one in only["features"]] == [event.rsplit("/", 1)[1]]
    assert (await get(client, "/v1/events.geojson?kind=fire"))["features"] == []
    assert (await client.get("/v1/events.geojson?limit=1")).status_code == 422


async def test_a_map_tells_where_questions_stand_and_what_is_said_of_casualties(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As each event's dossier has it, also where several are drawn at once, or one by one."""
    house = {"name": "Secret house", "party": "russia", "confidential": True}
    speakers = (
        (31, {"name": "Army of Kesra"}, "2023-08-09T10:00Z"),
        (43, house, "2023-08-09T13:00Z"),
        (60, None, "2023-08-09"),
    )
    for number, by, said in speakers:
        given = {"said": said} | ({"source": await source(client, **by)} if by else {})
        toll = {"question": {"measure": "injured"}, "figure": {"min": number}, "statements": [given]}
        await post(client, f"{event}/claims", toll)
    await post(client, f"{event}/claims", {"question": {"measure": "distance"}, "figure": {"min": 4}})
    await claim(client, event, "A drone", question={"text": "What?", "kind": "cause"})
    survivors = {"measure": "other", "kind": "casualties", "unit": "persons", "subject": "survivors"}
    await post(client, f"{event}/claims", {"question": survivors, "figure": {"min": 12}})
    for nth in range(3):
        other = f"/v1/events/{(await post(client, '/v1/events', {'title': f'Other {nth}'}))['id']}"
        dead = {"source": {"name": "Army of Kesra"}, "said": "2023-08-09", "withdrawn": "2023-08-10"}
        children = {"measure": "killed", "subject": "children"}
        await post(client, f"{other}/claims", {"question": children, "figure": {"min": nth + 1}, "statements": [dead]})
    for bound in (2_000, 0):
        monkeypatch.setattr(maps, "_STATEMENTS_AT_ONCE", bound)
        for caller in (client, anybody):
            found = await get(caller, "/v1/events.geojson")
            for feature in found["features"]:
                questions = (await get(caller, f"/v1/events/{feature['id']}/dossier"))["questions"]
                assert feature["properties"]["statuses"] == Counter(question["status"] for question in questions)
                assert [toll["question_id"] for toll in feature["properties"]["tolls"]] == [
                    question["id"] for question in questions if question["measure"] in ("injured", "killed")
                ]
            tolls = {feature["properties"]["slug"]: feature["properties"]["tolls"] for feature in found["features"]}
            says = [
                [(toll[name]) for name in ("measure", "subject", "says", "min", "max")] for toll in tolls["explosion"]
            ]
            assert says == [["injured", None, "43 to 60", 43, 60]]
            says = [
                [toll[name] for name in ("measure", "subject", "says", "min", "status")] for toll in tolls["other-0"]
            ]
            assert says == [["killed", "children", None, None, "withdrawn"]]
    # Each has a statement at most but the explosion, which has three and comes first.
    monkeypatch.setattr(maps, "STATEMENTS_DRAWN", 7)
    found = await get(anybody, "/v1/events.geojson?sort=created_at")
    assert [feature["properties"]["tolls"] is None for feature in found["features"]] == [False, False, True, True]
    assert [feature["properties"]["statuses"] is None for feature in found["features"]] == [False, False, True, True]


# --- streams ---------------------------------------------------------------------------------------------------------


async def test_what_fails_before_the_first_line_is_a_problem(
    client: httpx.AsyncClient, psql: psycopg.Connection, told: str
) -> None:
    psql.execute("ALTER TABLE source RENAME TO gone")
    answer = await client.get("/v1/export.ndjson")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")


async def test_an_export_is_one_snapshot(app: FastAPI, psql: psycopg.Connection) -> None:
    """What is recorded while it is read is not in it, neither in the types that are still to come."""
    event = make.row(psql, "event")
    ids = [make.row(psql, "source", name=f"{n}") for n in range(5)]
    everything = Caller("tester", frozenset({"read", "confidential"}))
    async with app.state.database.exporting() as session:
        reading = exporting.lines(session, everything)
        first = await anext(reading)
        make.row(psql, "source", name="Later")
        make.row(psql, "claim", event_id=event)
        found = [first, *[one async for one in reading]]
    assert [kind for kind, _ in found] == ["source"] * len(ids) + ["event"]


async def test_too_many_exports_at_once_are_told_to_come_back(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporters = app.state.database.exporters
    held = [await exporters.connect() for _ in range(exporters.pool.size())]
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    try:
        answer = await client.get("/v1/export.ndjson")
    finally:
        for connection in held:
            await connection.close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (await client.get("/v1/export.ndjson")).status_code == 200


class Pieces:
    """A source of a stream, which notes that it was let go."""

    def __init__(self, count: int) -> None:
        self.count, self.given, self.closed = count, 0, False

    async def read(self) -> AsyncGenerator[bytes]:
        try:
            while self.given < self.count:
                self.given += 1
                yield b"x" * streaming.CHUNK_BYTES
        finally:
            self.closed = True


async def test_a_slow_reader_holds_nothing() -> None:
    pieces = Pieces(1000)
    stream = streaming.relay(pieces.read(), idle_seconds=60, total_seconds=60)
    taken = [await anext(stream)]
    for _ in range(500):
        if pieces.closed:
            break
        await asyncio.sleep(0.01)
    assert pieces.closed
    taken += [chunk async for chunk in stream]
    assert [len(chunk) for chunk in taken] == [streaming.CHUNK_BYTES] * 1000


async def test_what_has_no_room_waits_for_its_reader_and_not_for_long() -> None:
    pieces = Pieces(1000)
    room = 10 * streaming.CHUNK_BYTES
    stream = streaming.relay(pieces.read(), idle_seconds=0.2, total_seconds=60, spool_bytes=room)
    for _ in range(300):
        await anext(stream)
    assert 300 <= pieces.given <= 320
    await asyncio.sleep(0.4)
    assert pieces.closed
    assert pieces.given <= 320
    with pytest.raises(TimeoutError):
        async for _ in stream:
            pass


async def test_what_nobody_takes_is_not_kept_for_ever() -> None:
    stream = streaming.relay(Pieces(100).read(), idle_seconds=60, total_seconds=0.2)
    await anext(stream)
    await asyncio.sleep(0.4)
    with pytest.raises(TimeoutError):
        await anext(stream)


async def test_a_stream_has_an_end() -> None:
    async def endless() -> AsyncGenerator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b"x"

    with pytest.raises(TimeoutError):
        async for _ in streaming.relay(endless(), idle_seconds=60, total_seconds=0.1):
            pass


async def test_a_reader_who_leaves_ends_it() -> None:
    pieces = Pieces(1000)
    stream = streaming.relay(pieces.read(), idle_seconds=60, total_seconds=60)
    await anext(stream)
    await stream.aclose()
    assert pieces.closed


async def test_a_whole_stream_comes_through() -> None:
    async def some() -> AsyncGenerator[bytes]:
        for n in range(50_000):
            yield b"%d\n" % n

    read = b"".join([chunk async for chunk in streaming.relay(some(), 60, 60)])
    assert read.split() == [b"%d" % n for n in range(50_000)]


# --- spreadsheets ----------------------------------------------------------------------------------------------------


def table(answer: httpx.Response) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))


async def test_a_row_for_each_statement(client: httpx.AsyncClient, event: str) -> None:
    body = {
        "question": {"measure": "injured"},
        "figure": {"qualifier": "at_least", "min": 45},
        "statements": [
            {
                "source": {
                    "name": "Health ministry",
                    "kind": "authority",
                    "parent": {"name": "Russia", "party": "russia"},
                },
                "wording": '=2+2 "injured",\nthey said',
                "said": "2023-08-09T13:00+03:00",
                "document": {
                    "url": "https://news.example/1",
                    "publisher": {"name": "News", "kind": "outlet"},
                    "published": "2023-08-09",
                    "text": '=2+2 "injured",\nthey said',
                },
                "hops": [{"source": {"name": "Interfax", "kind": "agency"}, "disclosure": "role_only"}],
            },
            {"source": {"name": "Doctors"}, "stance": "deny", "withdrawn": "2023-08-10", "said": "2023-08-09"},
        ],
    }
    made = await post(client, f"{event}/claims", body)
    desk = {"author": {"name": "A desk"}, "scheme": "claimreview", "rating": "mostly_false", "label": "Misleading"}
    await post(client, f"{event}/assessments", desk | {"claim": made["claim"]["id"], "made": "2023-09"})
    answer = await client.get(f"{event}/export.csv")
    deny, support = table(answer)
    assert (support["claim"], support["min"], support["max"], support["qualifier"]) == (
        "at least 45 injured",
        "45",
        "",
        "at_least",
    )
    assert (support["source"], support["source_party"], support["source_family"]) == (
        "Health ministry",
        "russia",
        "Russia",
    )
    assert support["wording"] == '=2+2 "injured",\nthey said'
    assert (support["chain"], support["publisher"], support["fidelity"]) == (
        "Interfax (role_only)",
        "News",
        "paraphrase",
    )
    assert support["assessments"] == "Misleading [claimreview: mostly_false] by A desk, 2023-09"
    assert (support["live"], deny["live"], deny["why_not_live"]) == ("true", "false", "withdrawn")
    assert (support["said"], support["said_from"]) == ("2023-08-09T13:00+03:00", "2023-08-09T10:00:00Z")
    assert answer.content.endswith(b"\r\n")
    safe = await client.get(f"{event}/export.csv?safe=true&bom=true")
    assert safe.content.startswith(b"\xef\xbb\xbf")
    assert table(safe)[1]["wording"] == '\'=2+2 "injured",\nthey said'
    assert b',45,"",' in safe.content


async def test_a_family_is_never_called_by_a_title(client: httpx.AsyncClient, event: str) -> None:
    """Not one of whom only the document is known that they stand in."""
    about = await claim(client, event)
    paper = {"url": "https://news.example/1", "title": "Airline blames external interference for crash"}
    unnamed = {"disclosure": "anonymous", "kind": "group", "role": "employees"}
    await client.post(f"{event}/statements", json={"claim": about, "source": unnamed, "document": paper})
    [row] = table(await client.get(f"{event}/export.csv"))
    assert row["source_family"] == "unnamed sources (“Airline blames external interference for crash”)"
