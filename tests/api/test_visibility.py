"""What anybody sees: nothing of a restricted event, and of a confidential source its kind and disclosure alone."""

import json

import pytest
from calls import Json, claim, delete, document, get, ids, names_nothing, patch, post, source, statement
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.settings import Settings

NAME = "Ivan Doe"


@pytest.fixture
async def hidden(client: AsyncClient, event: str) -> dict[str, str]:
    """Paths of all that only a restricted event has, beside a public one."""
    await claim(client, event, "Public")
    secret = await post(
        client, "/v1/events", {"title": "Secret", "visibility": "restricted", "ref": "secret", "tags": ["t"]}
    )
    inside = f"/v1/events/{secret['id']}"
    speaker, paper = (
        await source(client, "Insider", party="x"),
        await document(client, "https://secret.example", text="a"),
    )
    first, second = (
        await claim(client, inside, "A", question={"text": "Q?", "ref": "q"}),
        await claim(client, inside, "B"),
    )
    link = await post(client, f"{inside}/claim-links", {"from": first, "relation": "supports", "to": second})
    said = await statement(client, inside, first, speaker, document=paper)
    place = (await ids(client, f"/v1/statements/{said}/appearances"))[0]
    rating = {"claim": first, "author": speaker, "scheme": "veracity", "rating": "true"}
    rated = await post(client, f"{inside}/assessments", rating)
    across = await post(client, f"{event}/event-links", {"relation": "related", "to": secret["id"]})
    other = await document(client, "https://secret.example/2")
    papers = await post(client, f"/v1/documents/{paper}/links", {"relation": "quotes", "to": other})
    twin = await source(client, "Inside man")
    twins = await post(client, f"/v1/sources/{speaker}/links", {"to": twin})
    question = (await get(client, "/v1/questions/ref:q"))["id"]
    found = {
        "events": secret["id"], "sources": speaker, "documents": paper, "claims": first, "claim-links": link["id"],
        "statements": said, "appearances": place, "assessments": rated["id"], "event-links": across["id"],
        "document-links": papers["id"], "source-links": twins["id"],
        "questions": question,
    }  # fmt: skip
    return {kind: f"/v1/{kind}/{key}" for kind, key in found.items()}


async def test_nothing_tells_of_a_restricted_event(
    client: AsyncClient, anybody: AsyncClient, event: str, hidden: dict[str, str]
) -> None:
    for path in hidden.values():
        await get(client, path)
        for sub in ("", "/history"):
            assert await get(anybody, path + sub, 404) | {"request_id": ""} == {
                **await get(anybody, f"{path[:-4]}0000{sub}", 404), "instance": path + sub, "request_id": "",
            }  # fmt: skip
    for sub in ("claims", "questions", "statements", "assessments", "claim-links", "event-links"):
        for address in (hidden["events"], "/v1/events/secret", "/v1/events/ref:secret"):
            await get(anybody, f"{address}/{sub}", 404)
    for sub in ("versions", "links"):
        await get(anybody, f"{hidden['documents']}/{sub}", 404)
    assert await ids(anybody, f"{event}/event-links") == []
    key = {kind: path.rpartition("/")[2] for kind, path in hidden.items()}
    lists = {"events": 1, "claims": 1, "questions": 0, "statements": 0, "assessments": 0, "sources": 0, "documents": 0}
    for kind, number in lists.items():
        page = await get(anybody, f"/v1/{kind}?count=true")
        assert (page["total"], len(page["items"])) == (number, number), kind
        assert not set(key.values()) & {one["id"] for one in page["items"]}
    for query in (f"event={key['events']}", "event=ref:secret", "event=secret"):
        await names_nothing(anybody, f"/v1/claims?{query}")
    asked = [f"claim={key['claims']}", f"source={key['sources']}", f"document={key['documents']}", "party=x"]
    for query in [*asked, f"question={key['questions']}"]:
        assert await ids(client, f"/v1/statements?{query}") == [key["statements"]]
        await names_nothing(anybody, f"/v1/statements?{query}")
    assert (await get(anybody, "/v1/events?facets=visibility"))["facets"] == {"visibility": {"public": 1}}
    assert await ids(anybody, "/v1/events?visibility=restricted") == await ids(anybody, "/v1/events?tag=t") == []


async def test_a_restricted_event_is_gone_or_merged_for_nobody(
    client: AsyncClient, anybody: AsyncClient, event: str, hidden: dict[str, str]
) -> None:
    await patch(client, event, {"parent": hidden["events"].rpartition("/")[2]})
    assert (await get(anybody, event))["parent_id"] is None
    assert {one["record"]["parent_id"] for one in (await get(anybody, f"{event}/history"))["items"]} == {None}
    await delete(client, hidden["claim-links"])
    await get(client, hidden["claim-links"], 410)
    await get(anybody, hidden["claim-links"], 404)
    await delete(client, hidden["event-links"])
    await get(anybody, hidden["event-links"], 404)
    into = {"into": hidden["events"].rpartition("/")[2]}
    await post(client, f"{event}/merge", into, 200)
    assert (await client.get(event)).status_code == 308
    shown = await get(anybody, event)
    assert (shown["merged_into"], len(await ids(anybody, f"{event}/claims"))) == (None, 1)
    assert await ids(anybody, "/v1/events") == [shown["id"]]
    await patch(client, event, {"merged_into": None})
    await post(client, f"{hidden['events']}/merge", {"into": shown["id"]}, 200)
    assert (await client.get(hidden["events"])).status_code == 308
    await get(anybody, hidden["events"], 404)
    await delete(client, f"{event}?cascade=true")
    await delete(client, f"{hidden['events']}?cascade=true")
    await get(anybody, event, 410)
    for path in (hidden["events"], "/v1/events/ref:secret", hidden["claims"]):
        await get(client, path, 410)
        await get(anybody, path, 404)


async def test_what_a_public_event_cites_is_public(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    one = await claim(client, event)
    names = ("speaker", "passed on", "judge", "publisher", "owner", "owner of the owner", "target", "nobody", "below")
    who = {name: await source(client, name) for name in names}
    papers = ("found", "evidence", "sorry", "merged into", "uncited")
    what = {name: await document(client, f"https://a.example/{name.replace(' ', '-')}") for name in papers}
    await patch(client, f"/v1/documents/{what['found']}", {"publisher": who["publisher"]})
    await patch(client, f"/v1/documents/{what['uncited']}", {"publisher": who["nobody"]})
    await patch(client, f"/v1/sources/{who['publisher']}", {"parent": who["owner"]})
    await patch(client, f"/v1/sources/{who['owner']}", {"parent": who["owner of the owner"]})
    await patch(client, f"/v1/sources/{who['below']}", {"parent": who["speaker"]})
    hop = [{"source": who["passed on"]}]
    said = await statement(client, event, one, who["speaker"], document=what["found"], hops=hop)
    await post(client, f"/v1/statements/{said}/withdraw", {"withdrawn": "2024", "document": what["sorry"]}, 200)
    rating = {
        "claim": one,
        "author": who["judge"],
        "scheme": "veracity",
        "rating": "true",
        "documents": [what["evidence"]],
    }
    await post(client, f"{event}/assessments", rating)
    await post(client, f"/v1/sources/{who['judge']}/merge", {"into": who["target"]}, 200)
    await post(client, f"/v1/documents/{what['sorry']}/merge", {"into": what["merged into"]}, 200)
    shown = {found["name"] for found in (await get(anybody, "/v1/sources?merged=true"))["items"]}
    assert shown == set(names) - {"nobody", "below"}
    found = {one["url"].rpartition("/")[2] for one in (await get(anybody, "/v1/documents?merged=true"))["items"]}
    assert found == {"found", "evidence", "sorry", "merged-into"}
    await patch(client, event, {"visibility": "restricted"})
    assert await ids(anybody, "/v1/sources?merged=true") == await ids(anybody, "/v1/documents?merged=true") == []


async def test_a_confidential_source_is_a_mask_in_each_event(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    owner = await source(client, "Owner")
    who = await source(
        client, NAME, kind="witness", party="x", parent=owner, confidential=True, country="RU", ref="doe"
    )
    child = await source(client, "Child", parent=who)
    one = await claim(client, event)
    paper = await document(client, "https://a.example", publisher=who)
    said = await statement(client, event, one, who, document=paper, hops=[{"source": who}])
    await statement(client, event, one, child, said="2024")
    rating = {"claim": one, "author": who, "scheme": "veracity", "rating": "true"}
    rated = await post(client, f"{event}/assessments", rating)
    await post(client, "/v1/events", {"title": "Other"})
    elsewhere = await statement(client, "/v1/events/other", await claim(client, "/v1/events/other"), who)
    mask = (await get(anybody, f"/v1/statements/{said}"))["source_id"]
    apart = (await get(anybody, f"/v1/statements/{elsewhere}"))["source_id"]
    assert len({mask, apart, who}) == 3
    place = (await get(anybody, f"/v1/statements/{said}/appearances"))["items"][0]
    assert [hop["source_id"] for hop in place["hops"]] == [mask]
    assert (await get(anybody, f"/v1/assessments/{rated['id']}"))["author_id"] == mask
    shown = await get(anybody, f"/v1/sources/{mask}")
    told = {name: value for name, value in shown.items() if value not in (None, [], {}) and not name.endswith("_at")}
    assert told == {
        "id": mask, "kind": "witness", "disclosure": "named", "confidential": True, "version": 1, "placed": False,
    }  # fmt: skip
    assert (await get(anybody, f"/v1/documents/{paper}"))["publisher_id"] is None
    assert (await get(anybody, f"/v1/sources/{child}"))["parent_id"] is None
    for path in (who, owner, "ref:doe"):
        await get(anybody, f"/v1/sources/{path}", 404)
    assert await _found(anybody, who, mask) == ([], [said], [rated["id"]])
    assert len(await ids(client, f"/v1/statements?source={who}")) == 2
    for sort in ("name", "-name", "created_at"):
        everyone = await get(anybody, f"/v1/sources?sort={sort}&facets=party&count=true")
        assert {one["id"] for one in everyone["items"]} == {mask, apart, child}
        assert (everyone["total"], everyone["facets"]) == (3, {"party": {}})
    everywhere = [
        "/v1/sources",
        "/v1/statements",
        "/v1/assessments",
        "/v1/documents",
        f"/v1/statements/{said}/appearances",
    ]
    everywhere += [
        f"/v1/{path}/history" for path in (f"statements/{said}", f"assessments/{rated['id']}", f"documents/{paper}")
    ]
    everywhere += [
        f"/v1/sources/{child}/history",
        f"/v1/sources/{mask}/history",
        f"/v1/appearances/{place['id']}/history",
    ]
    for path in everywhere:
        page = await get(anybody, path)
        assert not [word for word in (who, owner, NAME, "doe") if word in json.dumps(page)], path
    await post(client, f"/v1/sources/{child}/merge", {"into": who}, 200)
    # It is as hidden now as what it was merged into, and says what that one says.
    await get(anybody, f"/v1/sources/{child}", 404)
    assert {row["source_id"] for row in (await get(anybody, f"{event}/statements"))["items"]} == {mask}
    assert len(await ids(anybody, f"/v1/statements?source={mask}")) == 2


async def _found(anybody: AsyncClient, who: str, mask: str) -> tuple[list[str], list[str], list[str]]:
    """What filters find by the real source; and by its mask."""
    none: list[str] = []
    for query in (f"source={who}", "source=ref:doe", "party=x"):
        await names_nothing(anybody, f"/v1/statements?{query}")
    for query in (f"assessments?author={who}", f"documents?publisher={who}", f"claims?source={who}"):
        await names_nothing(anybody, f"/v1/{query}")
    for query in ("party=x", f"parent={who}"):
        await names_nothing(anybody, f"/v1/sources?{query}")
    for query in ("q=ivan", "country=RU", "ref=doe"):
        none += await ids(anybody, f"/v1/sources?{query}")
    return (
        none,
        await ids(anybody, f"/v1/statements?source={mask}"),
        await ids(anybody, f"/v1/assessments?author={mask}"),
    )


async def test_nothing_is_public_where_the_setting_says_so(database_url: str, key: str, event: str) -> None:
    closed: FastAPI = create_app(Settings(database_url=database_url, public_read=False))
    transport = ASGITransport(closed, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as one:
        for path in ("/v1/events", event, f"{event}/claims", f"{event}/history", "/v1/sources/ref:nobody"):
            told: Json = await get(one, path, 401)
            assert told["type"] == "/problems/unauthorized"
        one.headers["Authorization"] = f"Bearer {key}"
        await get(one, event)
    await closed.state.database.dispose()
