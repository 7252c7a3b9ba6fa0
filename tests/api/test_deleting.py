"""What stands in the way of a deletion, and what goes with it."""

from calls import claim, delete, document, get, ids, post, source, statement
from httpx import AsyncClient


async def test_says_what_points_at_it(client: AsyncClient, event: str) -> None:
    speaker = await source(client, "Mayor of Kesra")
    made = [await statement(client, event, await claim(client, event, f"Claim {n}"), speaker) for n in range(22)]
    told = (await delete(client, f"/v1/sources/{speaker}", 409)).json()
    assert [(one["type"], one["by"], len(one["urls"]), one["more"]) for one in told["blocked_by"]] == [
        ("statement", "source_id", 20, True)
    ]
    assert set(told["blocked_by"][0]["urls"]) < {f"/v1/statements/{one}" for one in made}


async def test_an_event_goes_with_all_in_it(client: AsyncClient, event: str) -> None:
    speaker, paper = (
        await source(client, "Mayor of Kesra"),
        await document(client, "https://a.example/1", text="a drone"),
    )
    first, second = await claim(client, event, "A"), await claim(client, event, "B")
    await post(client, f"{event}/claim-links", {"from": first, "relation": "contradicts", "to": second})
    said = await statement(client, event, first, speaker, document=paper, hops=[{"source": {"name": "TASS"}}])
    rating = {"claim": first, "author": speaker, "scheme": "veracity", "rating": "true", "documents": [paper]}
    rated = await post(client, f"{event}/assessments", rating)
    other = await post(client, "/v1/events", {"title": "Other", "parent": event.rpartition("/")[2]})
    await post(client, f"{event}/event-links", {"relation": "related", "to": other["id"]})
    await delete(client, event, 409)
    await delete(client, f"{event}?cascade=true")
    gone = (event, f"/v1/claims/{first}", f"/v1/statements/{said}", f"/v1/assessments/{rated['id']}")
    for path in gone:
        await get(client, path, 410)
    assert (await get(client, "/v1/events/other"))["parent_id"] is None
    assert len(await ids(client, "/v1/sources")) == 2
    await delete(client, f"/v1/documents/{paper}")


async def test_a_source_goes_with_what_it_said(client: AsyncClient, event: str) -> None:
    speaker = await source(client, "Mayor of Kesra")
    desk = await source(client, "Desk", parent=speaker)
    paper = await document(client, "https://a.example/1", publisher=speaker)
    said = await statement(client, event, await claim(client, event), speaker, document=paper)
    await delete(client, f"/v1/sources/{speaker}?cascade=true")
    await get(client, f"/v1/statements/{said}", 410)
    assert (await get(client, f"/v1/sources/{desk}"))["parent_id"] is None
    assert (await get(client, f"/v1/documents/{paper}"))["publisher_id"] is None
    assert len(await ids(client, f"{event}/claims")) == 1


async def test_a_document_goes_with_its_versions(client: AsyncClient) -> None:
    paper = await document(client, "https://a.example/1", text="a drone")
    await delete(client, f"/v1/documents/{paper}")
    await get(client, f"/v1/documents/{paper}/versions", 410)


async def test_a_refused_deletion_leaves_all(client: AsyncClient, event: str) -> None:
    await claim(client, event)
    await delete(client, event, 409)
    history = (await get(client, f"{event}/history"))["items"]
    assert [one["op"] for one in history] == ["insert"]
