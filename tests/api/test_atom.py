"""The feed, checked against what RFC 4287 asks for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import make
import psycopg
import pytest
from calls import claim, patch, post, source, statement
from hypothesis import given
from hypothesis import strategies as st
from scenes import claim as made_up
from scenes import drawn, rows, said

from app.formats import atom
from app.schemas.sources import SourceRead

ATOM = "{http://www.w3.org/2005/Atom}"


def texts(parent: ET.Element, name: str) -> list[str]:
    return [element.text or "" for element in parent.findall(ATOM + name)]


def checked(body: bytes) -> list[ET.Element]:
    """The entries of a feed that has all that a feed and its entries need, each once."""
    feed = ET.fromstring(body)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(texts(element, name)) == 1, (name, ET.tostring(element))
        assert texts(element, "id")[0].startswith("urn:uuid:")
        assert all(name for one in element.findall(f"{ATOM}author") for name in texts(one, "name"))
        for when in texts(element, "updated") + texts(element, "published"):
            assert datetime.fromisoformat(when).utcoffset() == timedelta(0)
            assert when.endswith("Z")
        links = [(link.get("rel"), link.get("href")) for link in element.findall(f"{ATOM}link")]
        assert len([rel for rel, _ in links if rel == "alternate"]) == 1
        assert all(href for _, href in links)
    assert all(len(entry.findall(f"{ATOM}author")) == 1 for entry in entries)
    ids = [texts(entry, "id")[0] for entry in entries]
    assert len(set(ids)) == len(ids)
    updated = [texts(entry, "updated")[0] for entry in entries]
    assert [datetime.fromisoformat(one) for one in updated] == sorted(
        map(datetime.fromisoformat, updated), reverse=True
    )
    assert datetime.fromisoformat(texts(feed, "updated")[0]) >= datetime.fromisoformat(
        max([*updated, "0001-01-01T00:00Z"])
    )
    return entries


async def test_what_was_not_said_outright_is_not_told_as_if_it_were(client: httpx.AsyncClient, event: str) -> None:
    """And a name may be of several: nothing in the title depends on how many."""
    about = await claim(client, event, "A missile hit it")
    speakers = await source(client, "four Azerbaijani sources", kind="group")
    given = (("explicit", "support"), ("implied", "support"), ("inferred", "deny"))
    for nth, (explicitness, stance) in enumerate(given):
        said = {"explicitness": explicitness, "stance": stance, "said": f"2024-12-2{nth}"}
        await statement(client, event, about, speakers, **said)
    entries = checked((await client.get(f"{event}/export.atom")).content)
    told = {texts(entry, "title")[0]: texts(entry, "content")[0] for entry in entries}
    acts = ("said", "said, by implication", "denied, as others infer")
    assert {title: content for title, content in told.items() if "four" in title} == {
        f"four Azerbaijani sources {act}: A missile hit it": f"{act}: A missile hit it" for act in acts
    }


async def test_every_feed_of_the_demo(demo: httpx.AsyncClient) -> None:
    for slug in ("zagorsk-2023", "pokrovsk-2023", "moscow-drones-2023"):
        entries = checked((await demo.get(f"/v1/events/{slug}/export.atom")).content)
        assert entries
        for entry in entries:
            [path] = [link.get("href") for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
            assert (await demo.get(str(path))).status_code == 200


async def test_what_a_reader_cares_about(client: httpx.AsyncClient, event: str) -> None:
    about = await claim(client, event, "It was a drone", question={"text": "What was it?", "kind": "cause"})
    kyiv = await source(client, "Kyiv", kind="authority")
    told = await statement(client, event, about, kyiv, said="2023-08-09", wording="A drone flew in.")
    before = checked((await client.get(f"{event}/export.atom")).content)
    assert [texts(entry, "title") for entry in before] == [["Kyiv said: It was a drone"]]
    assert texts(before[0], "published") == ["2023-08-09T00:00:00Z"]
    assert [texts(one, "name") for one in before[0].findall(f"{ATOM}author")] == [["Kyiv"]]
    assert texts(before[0], "content") == ["“A drone flew in.”"]
    await post(client, f"/v1/statements/{told}/withdraw", {"withdrawn": "2023-08-10", "reason": "Misinformed"}, 200)
    desk = {"author": {"name": "A desk"}, "scheme": "veracity", "rating": "false", "label": "Nonsense"}
    await post(client, f"{event}/assessments", desk | {"claim": about, "url": "https://checks.example/1"})
    after = checked((await client.get(f"{event}/export.atom")).content)
    titles = [texts(entry, "title")[0] for entry in after]
    assert titles[0] == "A desk rates “Nonsense”: It was a drone"
    assert sorted(titles[1:]) == ["Kyiv said: It was a drone", "Withdrawn: Kyiv said: It was a drone"]
    [taken_back] = [entry for entry in after if texts(entry, "title")[0].startswith("Withdrawn")]
    assert texts(taken_back, "content") == ["Taken back 2023-08-10\nMisinformed"]
    assert texts(before[0], "id")[0] in {texts(entry, "id")[0] for entry in after}


def _yesterday(psql: psycopg.Connection) -> None:
    """Let all that is recorded be a day older."""
    psql.execute("ALTER TABLE change DISABLE TRIGGER USER")
    psql.execute("UPDATE change SET recorded_at = recorded_at - interval '1 day'")
    psql.execute("ALTER TABLE change ENABLE TRIGGER USER")
    psql.execute("UPDATE ledger_head SET recorded_at = recorded_at - interval '1 day'")


async def test_what_a_day_moved(client: httpx.AsyncClient, psql: psycopg.Connection, event: str) -> None:
    about = await claim(client, event, "It was a drone", question={"text": "What was it?", "kind": "cause"})
    await statement(client, event, about, await source(client, "Kyiv"), said="2023-08-09")
    _yesterday(psql)
    await statement(client, event, about, await source(client, "Moscow"), stance="deny", said="2023-08-09")
    first = checked((await client.get(f"{event}/export.atom")).content)
    moved = {texts(entry, "title")[0]: entry for entry in first}
    assert {"single origin → contested: It was a drone", "open → contested: What was it?"} < moved.keys()
    standing = moved["single origin → contested: It was a drone"]
    assert "denial" in texts(standing, "content")[0]
    assert [texts(one, "name") for one in standing.findall(f"{ATOM}author")] == [["Counterclaim"]]
    # More on the same day is the same entry, told anew.
    await patch(client, f"/v1/claims/{about}", {"accuses": "ukraine"})
    again = {texts(entry, "title")[0]: entry for entry in checked((await client.get(f"{event}/export.atom")).content)}
    same = again["single origin → contested: It was a drone"]
    assert texts(same, "id") == texts(standing, "id")
    assert texts(same, "updated")[0] > texts(standing, "updated")[0]


def _feed(texts_: list[str]) -> bytes:
    about = made_up(texts_[0])
    speakers = [make.read(SourceRead, name=name) for name in texts_]
    spoken = [
        said(about, who, updated_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n))
        for n, who in enumerate(speakers)
    ]
    return atom.render(drawn(rows(claims=[about], statements=spoken, sources=speakers)), [])


def test_the_newest_hundred() -> None:
    entries = checked(_feed([f"Speaker {n}" for n in range(130)]))
    assert len(entries) == atom.FEED_ENTRIES
    assert texts(entries[0], "title") == ["Speaker 129 said: Speaker 0"]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_whatever_is_said_the_feed_is_xml(words: list[str]) -> None:
    assert len(checked(_feed(words))) == len(words)


@pytest.mark.parametrize("text", ["<b>&amp;", "a\x00b\x0bc", "]]>", "\ufffe", "line\u2028"])
def test_what_xml_has_no_way_to_write(text: str) -> None:
    [entry] = checked(_feed([text]))
    title: Any = texts(entry, "title")[0]
    assert "said" in title
