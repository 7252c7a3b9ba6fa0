"""The lines of an export: each is one that ingest takes, and what it refers to stands before it."""

from random import Random
from typing import Any

import histories
import httpx
import make
import psycopg
import pytest
import soaking
from calls import Json, claim, document, patch, post, source, statement
from pydantic import TypeAdapter
from roundtrip import lines, listed

from app.formats import ndjson
from app.schemas.kinds import KINDS, READS
from app.schemas.lines import Line

LINE: TypeAdapter[Any] = TypeAdapter(Line)
# What stays behind: it is made anew, computed, or belongs to reports.
BEHIND = {
    *("version", "created_at", "updated_at", "canonical_url", "sha256", "report_id"),
    *("said_from", "said_to", "withdrawn_from", "withdrawn_to", "published_from", "published_to"),
    *("occurred_from", "occurred_to", "made_from", "made_to", "retracted_from", "retracted_to"),
}
# Given by what the line refers to.
IMPLIED = {
    "claim_link": {"event_id"},
    "appearance": {"event_id"},
    "assessment": {"event_id"},
    "question": {"told"},  # which of the others have a value
}
READABLE = [kind for kind in KINDS if kind.read is not None]
TYPES = [kind.name for kind in READABLE]


def test_no_field_of_a_record_is_forgotten() -> None:
    for kind in READABLE:
        told = {ndjson.REFERENCES.get(name, name) for name in kind.exported_fields} | {"id", "ref", "redacted"}
        assert set(READS[kind.model].model_fields) - BEHIND - IMPLIED.get(kind.name, set()) == told, kind.name


def references(line: Json) -> set[str]:
    """Every record that a line names."""
    named = [line.get(name) for name in (*ndjson.REFERENCES, "merged_into")]
    named += [hop["source"] for hop in line.get("hops", ())] + [line.get("figure", {}).get("of")]
    return {id_ for one in named for id_ in (one if isinstance(one, list) else [one]) if id_}


def check(found: list[Json]) -> None:
    """Valid, by type, nothing twice but to say what came later, and no reference to what is not there yet."""
    seen: dict[str, Json] = {}
    kinds = list(dict.fromkeys(line["type"] for line in found))
    assert [line["type"] for line in found] == sorted((line["type"] for line in found), key=kinds.index)
    for line in found:
        LINE.validate_python(line)
        assert references(line) <= seen.keys(), line
        assert None not in line.values()
        before = seen.get(line["id"])
        if before is not None:
            assert without_own(before) == without_own(line)
            assert references(line) > references(before)
        seen[line["id"]] = line


def without_own(line: Json) -> Json:
    """A line without what it may only say when it comes again."""
    kept = {name: value for name, value in line.items() if name not in ("parent", "merged_into", "supersedes")}
    return kept | ({"figure": kept["figure"] | {"of": None}} if "figure" in kept else {})


async def test_the_demo(demo: httpx.AsyncClient) -> None:
    every = await lines(demo)
    check(every)
    assert {line["type"] for line in every} | {"source_link"} == set(TYPES)
    events = await listed(demo, "events")
    for event in events:
        check(await lines(demo, event["slug"]))


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_random_archives(client: httpx.AsyncClient, psql: psycopg.Connection, seed: int) -> None:
    """Whatever points at whatever, in circles too, of everything and of each event; for whoever asks."""
    archive, pick = histories.Archive(psql), Random(seed)
    for _ in range(250):
        archive.step(*pick.choice(histories.ACTIONS), pick.randrange(10**6))
    every = await lines(client)
    check(every)
    stored = {str(id_) for table in TYPES if table in archive.ids for id_ in archive.ids[table]}
    assert {line["id"] for line in every} == stored
    pointing = psql.execute(
        "SELECT count(parent_id) + count(merged_into) FROM source UNION ALL SELECT count(merged_into) FROM claim"
    ).fetchall()
    last = {line["id"]: line for line in every}
    told = [line for line in last.values() if line["type"] in ("source", "claim")]
    assert sum(("parent" in line) + ("merged_into" in line) for line in told) == sum(n for (n,) in pointing)
    for event in archive.ids["event"]:
        answer = await client.get(f"/v1/events/{event}/export.ndjson")
        if answer.status_code == 200:
            check(await lines(client, str(event)))


async def test_circles_are_closed_at_the_end_of_their_type(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    one, other = make.row(psql, "source", name="One"), make.row(psql, "source", name="Other")
    make.change(psql, "source", one, parent_id=other, notes="n")
    make.change(psql, "source", other, merged_into=one)
    first, second, again = await lines(client)
    assert [line["id"] for line in (first, second, again)] == [str(one), str(other), str(one)]
    assert ("parent" in first, second["merged_into"], again["parent"]) == (False, str(one), str(other))
    assert again == first | {"parent": str(other)}


async def test_lines_come_in_the_order_of_recording(client: httpx.AsyncClient, event: str) -> None:
    about = await claim(client, event, "It was a drone")
    spoken = [await statement(client, event, about, await source(client, name)) for name in "CAB"]
    await patch(client, f"/v1/statements/{spoken[0]}", {"supersedes": spoken[2]})
    found = [line for line in await lines(client) if line["type"] == "statement"]
    assert [line["id"] for line in found] == [*spoken, spoken[0]]
    assert found[-1]["supersedes"] == spoken[2]


async def test_a_line_says_all_of_an_appearance(client: httpx.AsyncClient, event: str) -> None:
    text = "He said: “It was a drone, and a big one.” Then he left."
    about = await claim(client, event, "It was a drone", ref="drone")
    place = await document(client, "https://news.example/1", text=text, headline="A drone", published="2023-08-09")
    more = {
        "document": place,
        "wording": "It was a drone, and a big one.",
        "quoted": True,
        "said": "2023-08-09T13:00+03:00",
        "recheck_at": "2023-08-10T10:00:00.123456Z",
        "hops": [{"source": {"name": "Interfax", "kind": "agency"}, "disclosure": "role_only"}],
    }
    said = await statement(client, event, about, await source(client, "Pakhomov"), **more)
    by_type = {line["type"]: line for line in await lines(client, event.rsplit("/", 1)[1])}
    version, appearance = by_type["document_version"], by_type["appearance"]
    assert (version["text"], version["headline"], version["document"]) == (text, "A drone", place)
    assert by_type["statement"]["recheck_at"] == "2023-08-10T10:00:00.123456Z"
    assert by_type["statement"]["said"] == "2023-08-09T13:00+03:00"
    assert by_type["claim"]["ref"] == "drone"
    assert appearance["statement"] == said
    assert (appearance["version"], appearance["fidelity"]) == (version["id"], "verbatim")
    assert appearance["selector"]["exact"] == "It was a drone, and a big one."
    assert [hop["disclosure"] for hop in appearance["hops"]] == ["role_only"]
    assert appearance["hops"][0]["source"] in {line["id"] for line in await lines(client) if line["type"] == "source"}


async def test_an_event_takes_along_what_it_is_made_of(client: httpx.AsyncClient, event: str) -> None:
    """Events merged into it and linked to it, sources' owners, what documents were made out of; nothing else."""
    merged = (await post(client, "/v1/events", {"title": "The same", "slug": "same"}))["id"]
    linked = (await post(client, "/v1/events", {"title": "Before", "slug": "before"}))["id"]
    await post(client, "/v1/events", {"title": "Else", "slug": "else"})
    about = await claim(client, f"/v1/events/{merged}", "It was a drone")
    owner = await source(client, "Owner")
    outlet = await source(client, "Outlet", kind="outlet", parent=owner)
    original = await document(client, "https://news.example/original", publisher=outlet)
    copy = {"url": "https://news.example/copy", "links": [{"relation": "translation_of", "to": original}]}
    await statement(client, f"/v1/events/{merged}", about, await source(client, "Speaker"), document=copy)
    await source(client, "Nobody here")
    await post(client, f"/v1/events/{merged}/merge", {"into": event.rsplit("/", 1)[1]}, 200)
    await post(client, f"{event}/event-links", {"relation": "preceded_by", "to": linked})
    found = await lines(client, "explosion")
    check(found)
    names = {line.get("name") or line.get("slug") or line.get("url") for line in found}
    assert {"Owner", "Outlet", "Speaker", "explosion", "same", "before"} <= names
    assert {"https://news.example/original", "https://news.example/copy"} <= names
    assert not names & {"Nobody here", "else"}
    assert {line["type"] for line in found} >= {"event_link", "document_link"}
