"""A search finds no more than its caller may see, and leads to where readers are led."""

import json

from calls import claim, delete, document, get, names_nothing, patch, post, source, statement
from httpx import AsyncClient
from psycopg import Connection

NAME = "Ivan Doe"


async def found(client: AsyncClient, q: str, more: str = "") -> list[str]:
    return [one["id"] for one in (await get(client, f"/v1/search?q={q}{more}"))["items"]]


async def test_nothing_of_a_restricted_event_is_found(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    secret = await post(client, "/v1/events", {"title": "Secret drone", "visibility": "restricted", "slug": "secret"})
    inside = f"/v1/events/{secret['id']}"
    said = {
        "source": {"name": "Insider"},
        "wording": "drone",
        "document": {"url": "https://a.example", "title": "Drone", "text": "drone"},
    }
    await claim(client, inside, "drone", statements=[said])
    uncited = await document(client, "https://b.example", title="Drone", text="A drone")
    everything = await get(client, "/v1/search?q=drone&count=true&facets=type")
    assert everything["facets"]["type"] == {"document": 2, "claim": 1, "event": 1, "statement": 1}
    for more in (
        "",
        "&type=document",
        "&type=claim,statement",
        "&language=und",
    ):
        page = await get(anybody, f"/v1/search?q=drone&count=true&facets=type,language{more}")
        assert (page["items"], page["total"], page["facets"]) == ([], 0, {"type": {}, "language": {}}), more
    for named in ("secret", secret["id"]):
        await names_nothing(anybody, f"/v1/search?q=drone&event={named}")
    await statement(client, event, await claim(client, event, "x"), document=uncited)
    assert await found(anybody, "drone") == [uncited]
    page = await get(anybody, "/v1/search?q=drone&count=true&facets=type,language")
    assert (page["total"], page["facets"]) == (1, {"type": {"document": 1}, "language": {"und": 1}})
    await patch(client, inside, {"visibility": "public"})
    assert len(await found(anybody, "drone")) == 5


async def test_pages_of_who_sees_less_are_full(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    """What is hidden takes no place on a page."""
    one = await claim(client, event, "x")
    papers = [await document(client, f"https://a.example/{n}", title=f"Drone {n}") for n in range(9)]
    for paper in papers[::2]:
        await statement(client, event, one, document=paper)
    page, seen = await get(anybody, "/v1/search?q=drone&limit=2&count=true"), []
    assert page["total"] == 5
    for size in (2, 2, 1):
        assert len(page["items"]) == size
        seen += [hit["id"] for hit in page["items"]]
        page = await get(anybody, page["next"]) if page["next"] else page
    assert sorted(seen) == sorted(papers[::2])


async def test_a_confidential_source_is_found_by_its_words_alone(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    who = await source(client, NAME, kind="witness", confidential=True)
    paper = await document(client, "https://a.example", publisher=who, title="Paper")
    said = await statement(client, event, await claim(client, event, "x"), who, document=paper, wording="a drone came")
    (hit,) = (await get(anybody, "/v1/search?q=drone"))["items"]
    assert (hit["id"], hit["source"]["name"], hit["source"]["kind"]) == (said, None, "witness")
    assert hit["source"]["id"] == (await get(anybody, f"/v1/statements/{said}"))["source_id"] != who
    (hit,) = (await get(anybody, "/v1/search?q=paper"))["items"]
    assert (hit["id"], hit["source"]) == (paper, None)
    for query in ("drone", "paper", "drone or paper", "ivan", "doe"):
        page = await get(anybody, f"/v1/search?q={query}&facets=type,language&count=true")
        assert not [word for word in (who, NAME) if word in json.dumps(page)], query
    assert await found(anybody, "ivan") == []
    (hit,) = (await get(client, "/v1/search?q=drone"))["items"]
    assert (hit["source"]["id"], hit["source"]["name"]) == (who, NAME)


async def test_what_was_merged_leads_to_its_target_once(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    ids = [await claim(client, event, text) for text in ("A drone", "A quadcopter drone", "An unmanned drone")]
    said = await statement(
        client, event, ids[0], document={"url": "https://a.example", "title": "Drones", "text": "aerial"}
    )
    one, two = (
        (await get(client, "/v1/documents"))["items"][0]["id"],
        await document(client, "https://b.example", title="Drones again", text="vehicle"),
    )
    await statement(client, event, ids[0], document=two, said="2023")
    assert set(await found(anybody, "drone")) == {*ids, one, two}
    for merged, into in ((ids[0], ids[1]), (ids[1], ids[2])):
        await post(client, f"/v1/claims/{merged}/merge", {"into": into}, 200)
    await post(client, f"/v1/documents/{one}/merge", {"into": two}, 200)
    page = await get(anybody, "/v1/search?q=drone&count=true&facets=type")
    assert ({hit["id"] for hit in page["items"]}, page["total"]) == ({ids[2], two}, 2)
    assert page["facets"] == {"type": {"claim": 1, "document": 1}}
    (hit,) = (await get(anybody, "/v1/search?q=quadcopter"))["items"]
    assert (hit["id"], hit["title"], hit["url"]) == (ids[2], "An unmanned drone", f"/v1/claims/{ids[2]}")
    assert hit["highlights"][0]["text"] == "A quadcopter drone"
    assert (await anybody.get(hit["url"])).status_code == 200
    assert await found(anybody, "aerial") == await found(anybody, "vehicle") == [two]
    await patch(client, f"/v1/claims/{ids[1]}", {"merged_into": None})
    await patch(client, f"/v1/documents/{one}", {"merged_into": None})
    assert (await found(anybody, "quadcopter"), await found(anybody, "aerial")) == ([ids[1]], [one])
    assert set(await found(anybody, "drone")) == {ids[1], ids[2], one, two}
    assert said not in await found(anybody, "drone")


async def test_a_merged_document_that_is_not_public_is_not_read_through_its_target(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    hidden = await document(client, "https://a.example", title="Other", text="secret quadcopter")
    shown = await document(client, "https://b.example", title="Shown")
    await statement(client, event, await claim(client, event, "x"), document=shown)
    await post(client, f"/v1/documents/{hidden}/merge", {"into": shown}, 200)
    assert (await found(client, "quadcopter"), await found(anybody, "quadcopter")) == ([shown], [])
    page = await get(anybody, "/v1/search?q=shown+or+quadcopter&facets=type&count=true")
    assert ([hit["id"] for hit in page["items"]], page["total"]) == ([shown], 1)
    assert [mark["field"] for mark in page["items"][0]["highlights"]] == ["title"]


async def test_merged_events(client: AsyncClient, anybody: AsyncClient, event: str, psql: Connection) -> None:
    other = (await post(client, "/v1/events", {"title": "Zagorsk blast"}))["id"]
    own = event.rpartition("/")[2]
    inside = await claim(client, f"/v1/events/{other}", "A quadcopter")
    await post(client, f"/v1/events/{other}/merge", {"into": own}, 200)
    assert await found(anybody, "zagorsk") == await found(anybody, "zagorsk or explosion", "&type=event") == [own]
    assert await found(anybody, "quadcopter", f"&event={own}") == [inside]
    # Whoever may not see the target sees what was merged as if it stood alone.
    await patch(client, event, {"visibility": "restricted"})
    assert (await found(client, "zagorsk"), await found(anybody, "zagorsk")) == ([own], [other])
    await patch(client, event, {"visibility": "public"})
    psql.execute("UPDATE event SET visibility = 'restricted' WHERE id = %s", [other])
    assert (await found(client, "zagorsk"), await found(anybody, "zagorsk")) == ([own], [])
    await delete(client, f"/v1/claims/{inside}")
    assert await found(client, "quadcopter") == []
