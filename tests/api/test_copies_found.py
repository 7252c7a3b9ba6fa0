"""Copies found: what is proposed between documents whose texts are alike, and what editors make of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from calls import Json, delete, get, names_nothing, patch, post
from fastapi import FastAPI
from reporting import claim, report, rows, said, sent
from sqlalchemy import event as sqlalchemy_event

from app.services.intake import copies

STORIES = json.loads((Path(__file__).parent.parent / "wires.json").read_text(encoding="utf-8"))["stories"]
EN = STORIES["en"]
Client = httpx.AsyncClient


def told(host: str, words: str | None, published: str = "2023-08-09", *, event: str = "blast", **given: Any) -> Json:
    """A report by one outlet: that it was a drone, say witnesses."""
    body = report(claim("A drone", said("Mayor of Kesra", wording="a drone")), ref=f"{host}:1", event=event)
    body["document"] = {"url": f"https://{host}.example/1", "ref": host, "published": published} | given
    return body | {"document": body["document"] | ({"text": words} if words else {})}


async def tell(client: Client, *args: Any, status: int = 201, **given: Any) -> str:
    """The id of the document of a report that was sent."""
    found: str = (await sent(client, "/v1/reports", told(*args, **given), status))["document"]["id"]
    return found


async def links(client: Client, more: str = "") -> list[Json]:
    found: list[Json] = (await get(client, f"/v1/document-links?sort=created_at&limit=200{more}"))["items"]
    return found


def ends(found: list[Json]) -> list[tuple[str, str]]:
    return [(link["from_id"], link["to_id"]) for link in found]


async def test_three_outlets_with_one_wire_text(client: Client, psql: psycopg.Connection) -> None:
    wire = await tell(client, "wire", EN["wire"], "2023-08-09T10:00Z")
    copy = await tell(client, "copy", f"Blast kills seven\n\n{EN['wire']}", "2023-08-09T11:00Z")
    edited = await tell(client, "edited", EN["edited"], "2023-08-09T10:30Z")
    await tell(client, "own", EN["own"], "2023-08-09T12:00Z")
    await tell(client, "rewritten", EN["rewritten"], "2023-08-09T12:00Z")
    found = await links(client)
    assert sorted(ends(found)) == sorted([(copy, wire), (edited, wire), (copy, edited)])
    assert {link["relation"] for link in found} == {"syndicated_from"}
    assert {(link["how_known"], link["state"]) for link in found} == {("similarity", "proposed")}
    assert [link["score"] for link in found if link["from_id"] == edited] == [0.83]
    assert psql.execute("SELECT DISTINCT actor, reason FROM change WHERE type = 'document_link'").fetchall() == [
        ("tester", "the texts are alike")
    ]


@pytest.mark.parametrize(
    ("words", "relation"),
    [("\n\n".join(EN["wire"].split("\n\n")[:3]), "rewrites"), (f"{EN['wire']}\n\nMore follows.", "syndicated_from")],
)
async def test_a_part_of_a_text_is_no_copy_of_it(client: Client, words: str, relation: str) -> None:
    await tell(client, "wire", EN["wire"])
    await tell(client, "copy", words)
    assert [(link["relation"], link["state"]) for link in await links(client)] == [(relation, "proposed")]


async def test_which_one_is_the_copy(client: Client) -> None:
    """The one published later; where that is not known, the one read later."""
    late = await tell(client, "late", EN["wire"], "2023-08-09T11:00+03:00")
    early = await tell(client, "early", EN["wire"], "2023-08-09T07:30Z")
    assert ends(await links(client)) == [(late, early)]
    day = await tell(client, "day", EN["wire"], "2023-08-09", retrieved_at="2023-08-10T00:00:00Z")
    assert set(ends(await links(client))[1:]) == {(late, day), (early, day)}


async def test_other_events_are_not_compared(client: Client) -> None:
    await tell(client, "wire", EN["wire"])
    copy = await tell(client, "copy", EN["wire"], event="fire")
    assert await links(client) == []
    # A document that comes to be cited by the same event is compared, though its text is not new.
    body = told("copy", None) | {"ref": "copy:2"}
    await sent(client, "/v1/reports", body, 201)
    assert [link["from_id"] for link in await links(client)] == [copy]


async def test_short_texts_are_copies_only_if_they_are_equal(client: Client) -> None:
    """As folded, whatever their length; what differs by a word is too short to tell."""
    short = " ".join(EN["wire"].split()[:25])
    first = await tell(client, "a", short)
    second = await tell(client, "b", f"\u201c{short.upper()}\u201d\n")
    await tell(client, "c", f"{short} again")
    await tell(client, "d", short, event="fire")
    assert [(link["from_id"], link["to_id"], link["relation"], link["score"]) for link in await links(client)] == [
        (second, first, "syndicated_from", 1.0)
    ]
    await tell(client, "e", "Дрон!")
    await tell(client, "f", "дрон")
    assert len(await links(client)) == 2


async def test_what_many_pages_of_a_site_share_is_no_likeness(client: Client) -> None:
    notice = "We and our partners use cookies. Choose what you accept."
    pages = [{"url": f"https://paper.example/{title}", "title": title} for title in ("fire", "flood", "vote")]
    for nth, page in enumerate(pages):
        body = told("paper", notice) | {"ref": f"paper:{nth}"}
        await sent(client, "/v1/reports", body | {"document": page | {"text": notice}}, 201)
    before = await links(client)
    assert len(before) == 1, "the first two pages: not known yet"
    await tell(client, "other", notice)
    assert await links(client) == before
    # A story that the site has under one title on many pages is still one.
    for nth in range(4):
        body = told("again", None) | {"ref": f"again:{nth}"}
        page = {"url": f"https://again.example/{nth}", "title": "Blast", "text": "It was a blast."}
        await sent(client, "/v1/reports", body | {"document": page}, 201)
    assert len(await links(client)) > len(before)


async def test_confirmed_and_rejected(client: Client) -> None:
    await tell(client, "wire", EN["wire"])
    await tell(client, "copy", EN["wire"])
    [link] = await links(client, "&state=proposed")
    changed = await patch(client, f"/v1/document-links/{link['id']}", {"state": "rejected"})
    assert (changed["state"], changed["how_known"], changed["score"]) == ("rejected", "similarity", 1.0)
    # The same text again, another text of the same, and a third copy: what was rejected is not proposed again.
    await sent(client, "/v1/reports", told("copy", EN["wire"]), 200)
    await tell(client, "copy", f"{EN['wire']}\n\nUpdated.")
    third = await tell(client, "third", EN["wire"])
    found = await links(client, "&state=proposed")
    assert len(found) == 2
    assert {link["from_id"] for link in found} == {third}
    for one in found:
        await patch(client, f"/v1/document-links/{one['id']}", {"state": "confirmed"})
    assert await links(client, "&state=proposed") == []
    assert {link["how_known"] for link in await links(client, "&state=confirmed")} == {"similarity"}


async def test_what_is_declared_is_not_proposed(client: Client) -> None:
    """In whichever direction, and whatever it says."""
    await tell(client, "wire", EN["wire"], links=[{"relation": "quotes", "to": {"ref": "two", "text": "Not yet."}}])
    await tell(client, "one", EN["wire"], links=[{"relation": "reply_to", "to": "ref:wire"}])
    assert [link["how_known"] for link in await links(client)] == ["declared"] * 2
    await post(client, "/v1/documents/ref:two/links", {"relation": "revision_of", "to": "ref:one"})
    await tell(client, "two", EN["wire"], url=None)
    assert [link["how_known"] for link in await links(client)] == ["declared"] * 3


async def test_many_versions_of_one_document_hide_no_other(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_TEXTS_COMPARED", 2)
    live = await tell(client, "live", EN["wire"])
    for nth in range(5):
        await post(client, "/v1/documents/ref:live/versions", {"text": f"{EN['wire']}\n\n{nth} o'clock"})
    copy = await tell(client, "copy", EN["wire"])
    [link] = await links(client)
    # What was deleted, and not rejected, is forgotten.
    await delete(client, f"/v1/document-links/{link['id']}")
    await post(client, "/v1/documents/ref:live/versions", {"text": f"{EN['wire']}\n\nThat is all."})
    assert set(ends(await links(client))[0]) == {copy, live}


async def test_documents_and_events_that_were_merged(client: Client) -> None:
    """They are compared as one, and what is said of one of them is said of both."""
    one = await tell(client, "one", EN["wire"])
    twin = await tell(client, "twin", None)
    await post(client, f"/v1/documents/{twin}/merge", {"into": one}, 200)
    await tell(client, "fire", EN["own"], event="fire")
    await post(client, "/v1/events/ref:fire/merge", {"into": "ref:blast"}, 200)
    # A version of the twin is one of the same document: no copy of it.
    await post(client, "/v1/documents/ref:one/versions", {"text": EN["edited"]})
    assert await links(client) == []
    copy = await tell(client, "copy", EN["wire"], event="fire")
    assert ends(await links(client)) == [(copy, one)]
    await post(client, f"/v1/documents/{one}/merge", {"into": copy}, 200)
    third = await tell(client, "third", EN["wire"])
    assert ends(await links(client))[1:] == [(third, copy)]


async def test_a_text_stored_later(client: Client) -> None:
    """The document was cited first; and evidence of an assessment is cited, too."""
    wire = await tell(client, "wire", EN["wire"])
    late = await tell(client, "late", None)
    await post(client, f"/v1/documents/{late}/versions", {"text": EN["wire"]})
    assert ends(await links(client)) == [(late, wire)]
    [about] = (await get(client, "/v1/events/ref:blast/claims"))["items"]
    rating = {"claim": about["id"], "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}
    evidence = {"url": "https://evidence.example/1", "text": EN["edited"]}
    await post(client, "/v1/events/ref:blast/assessments", rating | {"documents": [evidence]})
    assert len(await links(client)) == 3


async def test_a_document_moved_to_an_event_by_hand(client: Client) -> None:
    wire = await tell(client, "wire", EN["wire"])
    other = await post(client, "/v1/documents", {"url": "https://other.example/1", "text": EN["wire"]})
    assert await links(client) == []
    [said_] = (await get(client, "/v1/events/ref:blast/statements"))["items"]
    [found] = (await get(client, f"/v1/statements/{said_['id']}/appearances"))["items"]
    copy = await post(client, f"/v1/statements/{said_['id']}/appearances", {"wording": "a drone it was"})
    await patch(client, f"/v1/appearances/{copy['id']}", {"document": other["id"]})
    assert found["document_id"] == wire
    assert len(await links(client)) == 1


async def test_the_same_again_stores_nothing(client: Client, psql: psycopg.Connection) -> None:
    first, second = told("wire", EN["wire"]), told("copy", EN["wire"])
    for body in (first, second):
        await sent(client, "/v1/reports", body, 201)
    before = rows(psql)
    for body in (first, second):
        await sent(client, "/v1/reports", body, 200)
    assert rows(psql) == before


async def test_twenty_clients_at_once(client: Client, psql: psycopg.Connection) -> None:
    bodies = [told(f"host{nth % 10}", f"{EN['wire']}\n\nBy host {nth % 10}") for nth in range(20)]
    answers = await asyncio.gather(*(client.post("/v1/reports", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [201] * 10
    found = await links(client)
    # Each proposes at most five; all are joined.
    assert len(found) == 1 + 2 + 3 + 4 + 5 * 5
    groups = [{end} for end in {end for pair in ends(found) for end in pair}]
    for start, end in ends(found):
        one, other = (next(group for group in groups if it in group) for it in (start, end))
        if one is not other:
            groups.remove(other)
            one |= other
    assert [len(group) for group in groups] == [10]
    assert len({frozenset(pair) for pair in ends(found)}) == len(found)


async def test_many_at_once(app: FastAPI, client: Client) -> None:
    """Documents of one body are compared with each other, by the same number of statements however many there are."""
    asked: list[str] = []
    sqlalchemy_event.listen(
        app.state.database.writers.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    counts = []
    for size in (2, 3, 30):
        asked.clear()
        body = report(
            *(
                claim(
                    f"{size} {nth}",
                    said("Mayor of Kesra", document={"url": f"https://x.example/{size}/{nth}", "text": text}),
                )
                for nth in range(size)
                for text in [f"{EN['wire']}\n\nNumber {nth}"]
            ),
            event=f"e{size}",
        )
        await sent(client, "/v1/reports", body, 201)
        counts.append(len(asked))
        assert await links(client, f"&event=ref:e{size}")
    assert counts[1] == counts[2]


async def test_a_proposal_holds_nothing(client: Client, psql: psycopg.Connection) -> None:
    """A document goes with what was only proposed about it; a decision of somebody's holds it."""
    one, two = [await tell(client, host, EN["wire"]) for host in ("one", "two")]
    psql.execute("UPDATE document SET byline = 'somebody else'")  # whose they are now, too: no report takes them back
    for host in ("one", "two"):
        # Both reports now say it of other documents, which have no text.
        await sent(client, "/v1/reports", told(host, None, ref=f"{host}-2", url=f"https://{host}.example/2"))
    [link] = await links(client)
    await patch(client, f"/v1/document-links/{link['id']}", {"state": "rejected"})
    blocked = (await delete(client, f"/v1/documents/{one}", 409)).json()["blocked_by"]
    assert [part["urls"] for part in blocked] == [[f"/v1/document-links/{link['id']}"]]
    await patch(client, f"/v1/document-links/{link['id']}", {"state": "proposed"})
    await delete(client, f"/v1/documents/{one}")
    await delete(client, f"/v1/documents/{two}")
    assert await links(client) == []


async def test_the_list_of_all_links(client: Client, anybody: Client) -> None:
    await tell(client, "wire", EN["wire"], "2023-08-09T10:00Z")
    await tell(client, "half", "\n\n".join(EN["wire"].split("\n\n")[:3]), "2023-08-09T11:00Z")
    await tell(client, "copy", EN["wire"], "2023-08-09T12:00Z", event="fire")
    await tell(client, "again", EN["wire"], "2023-08-09T13:00Z", event="fire")
    await post(client, "/v1/documents/ref:wire/links", {"relation": "quotes", "to": {"url": "https://x.example"}})
    for query, count in {
        "": 3, "&how_known=similarity": 2, "&how_known=declared": 1, "&state=proposed": 2, "&state=rejected": 0,
        "&min_score=0.9": 1, "&min_score=0": 2, "&relation=rewrites": 1, "&event=ref:fire": 1, "&event=ref:blast": 1,
        "&event=ref:fire&min_score=1": 1, "&ref=x": 0,
    }.items():  # fmt: skip
        assert len(await links(client, query)) == count, query
    page = await get(client, "/v1/document-links?limit=2&count=true")
    assert (len(page["items"]), page["total"]) == (2, 3)
    assert len((await get(client, page["next"]))["items"]) == 1
    # Both ends are public; `x` is not: nothing cites it.
    assert len(await links(anybody)) == 2
    await patch(client, "/v1/events/ref:fire", {"visibility": "restricted"})
    assert len(await links(anybody)) == 1
    await names_nothing(anybody, "/v1/document-links?event=ref:fire")
    assert len(await links(client, "&event=ref:fire")) == 1
    assert (await anybody.get("/v1/document-links?min_score=2")).status_code == 422
    assert (await anybody.get("/v1/document-links?mind_score=1")).status_code == 422
